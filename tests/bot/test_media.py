"""Pictures: opened in a bounded child, bared of what they tell."""

import io
import struct
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from bot.media import NoPicture, reencode
from storage import photos, tickets
from storage.database import Connection
from storage.tickets import Ticket
from tests.pictures import picture
from tests.world import World

LAT, LON = (29.0, 52.0, 12.0), (121.0, 33.0, 36.0)


def _with_gps() -> bytes:
    image = Image.new("RGB", (40, 30), "blue")
    exif = image.getexif()
    exif[ExifTags.Base.Make] = "PLANTED-CAMERA"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = LAT
    gps[ExifTags.GPS.GPSLongitudeRef] = "E"
    gps[ExifTags.GPS.GPSLongitude] = LON
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"PLANTED-COMMENT")
    return out.getvalue() + b"PLANTED-TAIL"


def _bomb(side: int = 20_000) -> bytes:
    """A small PNG that says it is enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


async def test_nothing_but_the_picture_is_left() -> None:
    found, jpeg = await reencode(_with_gps())

    assert b"PLANTED" not in jpeg
    with Image.open(io.BytesIO(jpeg)) as bare:
        assert not bare.getexif()
    assert (found.width, found.height) == (40, 30)
    assert found.point == (29.87, 121.56)


async def test_a_large_picture_is_made_smaller() -> None:
    found, _ = await reencode(picture(1, (4000, 3000)))

    assert (found.width, found.height) == (2048, 1536)


@pytest.mark.parametrize(
    "what",
    [
        b"",
        b"%PDF-1.7 hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script>",
        picture(1)[:200],
        _bomb(),
    ],
    ids=["empty", "pdf", "svg", "html", "cut", "bomb"],
)
async def test_what_is_no_picture_is_refused(what: bytes) -> None:
    with pytest.raises(NoPicture):
        await reencode(what)


def _ticket(db: Connection) -> Ticket:
    return tickets.get(db, 1)  # type: ignore[arg-type]


async def test_the_position_of_a_photo_completes_the_place(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        town.channel.pictures["a"] = _with_gps()

        await town.says("wang", "报事 井盖破了", group="g1", photos=["a"])

        ticket = await town.core.database.read(_ticket)
        assert (ticket.lat, ticket.lon) == (29.87, 121.56)


async def test_a_lost_photo_leaves_the_ticket_and_says_so(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.pictures["a"] = b"no picture"
        town.channel.pictures["b"] = picture(2)

        await town.says("wang", "报事 井盖破了", group="g1", photos=["a", "b"])

        assert "有一张照片没能收到" in town.last("wang")
        assert town.last("lin") == "工单 1 的照片"


async def test_a_photo_that_is_late_comes_after_all(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.outage = True
        town.channel.pictures["a"] = picture(2)
        await town.says("wang", "报事 井盖破了", group="g1", photos=["a"])
        rows = await town.core.database.read(
            lambda db: photos.of_ticket(db, 1)  # type: ignore[arg-type]
        )
        assert [row.state for row in rows] == ["wanted"]

        town.channel.outage = False
        await town.passes(timedelta(minutes=30))
        assert town.last("lin") == "工单 1 的照片"


async def test_a_photo_outlives_an_outage_of_hours(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.outage = True
        town.channel.pictures["a"] = picture(2)
        await town.says("wang", "报事 井盖破了", group="g1", photos=["a"])
        for _ in range(12):
            await town.passes(timedelta(minutes=10))

        town.channel.outage = False
        await town.passes(timedelta(minutes=10))

        assert town.last("lin") == "工单 1 的照片"


async def test_a_photo_that_stays_away_for_a_day_is_given_up(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.outage = True
        await town.says("wang", "报事 井盖破了", group="g1", photos=["a"])

        await town.passes(timedelta(hours=25))

        rows = await town.core.database.read(
            lambda db: photos.of_ticket(db, 1)  # type: ignore[arg-type]
        )
        assert [row.state for row in rows] == ["failed"]
