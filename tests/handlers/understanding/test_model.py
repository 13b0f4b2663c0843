"""The model's table: what is added up, and a file that can't be used."""

import math
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from handlers.understanding import model
from handlers.understanding.model import BadModel, HeadTable, ModelFile

FILE = ModelFile(
    format=model.FORMAT,
    version="2-test",
    numbers=("photo",),
    heads=(
        HeadTable(
            name="message",
            classes=("chatter", "report"),
            scale=(0.5, 0.25),
            bias=(1.0, -1.0),
            numbers=((0.0,), (2.0,)),
        ),
    ),
    pieces="坏\0灯",
    # a byte a class, 128 is nothing, then the piece's own weight, squared
    table=bytes([128 - 4, 128 + 8, 3, 128, 128 + 4, 1]),
    rarity=1.0,
    category_words=0.0,
    calibration={"message": (2.0, 1.0)},
    figures={"report.average_precision": 0.5},
    thresholds={"act": 0.9},
)


def test_pieces_are_added_up_once_each_and_length_is_made_alike() -> None:
    table = model.decode(model.encode(FILE))
    length = math.sqrt(3 + 1)

    scores = table.scores("message", table.sums("灯坏灯"), [1.0])

    assert scores == pytest.approx(
        [1 - 4 * 0.5 / length, -1 + (8 + 4) * 0.25 / length + 2]
    )


def test_a_text_of_unknown_pieces_leaves_what_is_usual() -> None:
    table = model.decode(model.encode(FILE))

    chances = table.chances("message", table.sums("好"), [0.0])

    assert sum(chances.values()) == pytest.approx(1)
    assert chances["chatter"] == pytest.approx(1 / (1 + math.exp(-2)))
    assert table.likely("message", -0.5) == pytest.approx(0.5)


def test_a_long_text_overflows_no_lane() -> None:
    table = model.decode(model.encode(FILE))
    many = "".join(chr(0x4E00 + at) for at in range(5000)) + "坏"

    assert table.sums(many).known == 1


def test_like_models_are_like_files() -> None:
    assert model.encode(FILE) == model.encode(FILE)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda raw: raw[:-1], "checksum"),
        (lambda raw: raw[:20] + b"x" + raw[21:], "checksum"),
        (lambda _: b"", "checksum"),
        (lambda _: _sealed(b"no model"), "no model"),
    ],
    ids=["cut", "changed", "empty", "foreign"],
)
def test_a_spoilt_file_is_refused(
    spoil: Callable[[bytes], bytes], why: str
) -> None:
    with pytest.raises(BadModel, match=why):
        model.decode(spoil(model.encode(FILE)))


def test_another_format_and_a_table_of_another_size_are_refused() -> None:
    later = msgspec.structs.replace(FILE, format=99)
    short = msgspec.structs.replace(FILE, table=FILE.table[:-1])

    with pytest.raises(BadModel, match="format 99"):
        model.decode(model.encode(later))
    with pytest.raises(BadModel, match="size"):
        model.decode(model.encode(short))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="can't be read"):
        model.load(tmp_path / "none.bin")


def _sealed(packed: bytes) -> bytes:
    return zlib.crc32(packed).to_bytes(4, "little") + packed
