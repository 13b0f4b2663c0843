"""An album is one report, however its parts arrive."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from storage import schema
from storage.database import Connection
from tests.fakes import FakeChannel
from tests.pictures import picture
from tests.world import World


def _counts(db: Connection) -> tuple[int, int, int]:
    tickets, photos, parts = (
        db.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (schema.ticket, schema.photo, schema.inbox)
    )
    return tickets, photos, parts


def _with_pictures() -> FakeChannel:
    channel = FakeChannel()
    channel.pictures = {name: picture(n) for n, name in enumerate("abc")}
    return channel


async def test_the_album_across_a_restart_is_one_report(
    database_url: str, tmp_path: Path
) -> None:
    channel = _with_pictures()
    async with World.opened(database_url, tmp_path, channel=channel) as town:
        await town.says(
            "wang", "", group="g1", photos=["a"], album="x", message="m1"
        )
        assert town.read("g1") == []
    async with World.opened(database_url, tmp_path, channel=channel) as town:
        await town.says(
            "wang",
            "7号楼旁井盖碎了，太危险",
            group="g1",
            photos=["b"],
            album="x",
            message="m2",
        )
        await town.says(
            "wang", "", group="g1", photos=["c"], album="x", message="m3"
        )

        assert await town.core.database.read(_counts) == (1, 3, 0)
        assert len([one for one in town.read("g1") if "收到" in one]) == 1


async def test_an_album_of_ordinary_talk_vanishes(
    sqlite_url: str, tmp_path: Path
) -> None:
    channel = _with_pictures()
    async with World.opened(sqlite_url, tmp_path, channel=channel) as town:
        await town.says("wang", "", group="g1", photos=["a"], album="y")
        await town.says(
            "wang", "今天的晚霞真美", group="g1", photos=["b"], album="y"
        )
        await town.passes(timedelta(minutes=30))

        assert await town.core.database.read(_counts) == (0, 0, 0)
        assert town.read("g1") == []


async def test_photos_in_private_wait_for_their_words_and_their_grid(
    sqlite_url: str, tmp_path: Path
) -> None:
    channel = _with_pictures()
    async with World.opened(sqlite_url, tmp_path, channel=channel) as town:
        await town.says("wang", "", photos=["a"], album="z")
        await town.says("wang", "", photos=["b"], album="z")
        assert town.heard("wang") == []
        await town.passes(timedelta(minutes=1))
        assert town.heard("wang")[-1:] == [
            "照片收到了。请再说一句：什么地方、什么问题？"
        ]

        await town.says("wang", "楼道里的垃圾没人收", photos=["c"])
        assert "哪个网格" in town.last("wang")
        await town.presses("wang", "第一网格")

        assert "工单 1" in town.last("wang")
        assert await town.core.database.read(_counts) == (1, 3, 0)
