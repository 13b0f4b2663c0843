"""The model: a table of small numbers, added up.

A message is its pieces of one to three characters and the numbers that the
rules see in it. Each piece has one byte a head and class; they are kept side
by side in one whole number, so that a look-up and an addition a piece serve
all heads. Nothing but the standard library is needed to read it.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

FORMAT = 1
LONGEST = 3
"""Characters of a piece."""
_LANE = 3
"""Bytes in which one byte a piece is added up: for 65,000 pieces."""
_ZERO = 128
SHIPPED = Path(__file__).with_name("model.bin")
"""The model that comes with the program."""


class BadModel(Exception):
    """A model file that can't be used; says why."""


class HeadTable(msgspec.Struct, frozen=True, kw_only=True):
    """One question that the model answers, as kept in the file."""

    name: str
    classes: tuple[str, ...]
    scale: tuple[float, ...]
    """What one step of a byte is worth, by class."""
    bias: tuple[float, ...]
    numbers: tuple[tuple[float, ...], ...]
    """By class, a weight for each number."""


class ModelFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is in ``model.bin``, below a checksum."""

    format: int
    version: str
    numbers: tuple[str, ...]
    """Names of a reading's numbers when it was taught."""
    heads: tuple[HeadTable, ...]
    pieces: str
    """Joined by NUL."""
    table: bytes
    """A row a piece: a byte for each class of each head, then its weight."""
    rarity: float
    """What one step of a piece's own weight is worth, squared."""
    category_words: float
    """How loud a word of the pack speaks beside the category's head."""
    calibration: dict[str, tuple[float, float]]
    """By head, a factor and a shift that turn a report's score into a chance
    that came true on lessons left out, as dense in reports as those are."""
    figures: dict[str, float]
    """How it did on writers whom it hadn't read, by what was measured."""
    thresholds: dict[str, float]
    """Chances from which to act, to ask, and to take it for danger."""


@dataclass(frozen=True)
class _Head:
    table: HeadTable
    first: int
    """Its first lane."""


class Model:
    """Answers by name of the head; pure, shared, some 15 MB of memory."""

    def __init__(self, file: ModelFile) -> None:
        self.version = file.version
        self.numbers = file.numbers
        self.figures = dict(file.figures)
        self.category_words = file.category_words
        self.thresholds = dict(file.thresholds)
        self._calibration = file.calibration
        self._rarity = file.rarity
        lanes = sum(len(head.classes) for head in file.heads) + 1
        self._heads: dict[str, _Head] = {}
        first = 0
        for head in file.heads:
            self._heads[head.name] = _Head(head, first)
            first += len(head.classes)
        self._last = first
        self._row = lanes * _LANE
        pieces = file.pieces.split("\0") if file.pieces else []
        if len(file.table) != len(pieces) * lanes:
            raise BadModel("its table has another size than its pieces")
        spread = bytearray(len(file.table) * _LANE)
        spread[::_LANE] = file.table
        row = self._row
        self._pieces = {
            piece: int.from_bytes(spread[at * row : (at + 1) * row], "little")
            for at, piece in enumerate(pieces)
        }

    def sums(self, folded: str) -> "Sums":
        """Add up a folded text once; heads are read off what is returned."""
        total = known = 0
        find = self._pieces.get
        for piece in pieces_of(folded):
            value = find(piece)
            if value is not None:
                total += value
                known += 1
        added = total.to_bytes(self._row + 1, "little")
        lanes = [
            int.from_bytes(added[at : at + _LANE], "little")
            for at in range(0, self._row, _LANE)
        ]
        length = math.sqrt(lanes[self._last] * self._rarity)
        return Sums(lanes, known, 1 / length if length else 0.0)

    def scores(
        self, name: str, sums: "Sums", numbers: Sequence[float] = ()
    ) -> list[float]:
        """Return a head's scores, one a class: the higher, the likelier."""
        head = self._heads[name]
        table = head.table
        offset = sums.known * _ZERO
        return [
            table.bias[at]
            + (sums.lanes[head.first + at] - offset)
            * table.scale[at]
            * sums.scale
            + sum(
                weight * number
                for weight, number in zip(
                    table.numbers[at], numbers, strict=True
                )
                if number
            )
            for at in range(len(table.classes))
        ]

    def chances(
        self, name: str, sums: "Sums", numbers: Sequence[float] = ()
    ) -> dict[str, float]:
        """Return by class how likely it is; they add up to 1."""
        table = self._heads[name].table
        scores = self.scores(name, sums, numbers)
        return dict(
            zip(
                table.classes,
                shares(scores),
                strict=True,
            )
        )

    def likely(self, head: str, score: float) -> float:
        """Turn the score of a report into a chance from 0 to 1."""
        sharpness, shift = self._calibration[head]
        return 1 / (1 + math.exp(-(sharpness * score + shift)))

    def classes(self, name: str) -> tuple[str, ...]:
        """Return what a head tells apart, in the order of its scores."""
        return self._heads[name].table.classes


@dataclass(frozen=True)
class Sums:
    """A text, added up."""

    lanes: list[int]
    known: int
    """Pieces that the model knows."""
    scale: float
    """Makes long texts and short ones alike."""


def pieces_of(folded: str) -> set[str]:
    """Return the different pieces of one to three characters of a text."""
    return {
        folded[at : at + length]
        for length in range(1, LONGEST + 1)
        for at in range(len(folded) - length + 1)
    }


def shares(scores: Sequence[float]) -> list[float]:
    """Turn scores into chances that add up to 1."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def encode(file: ModelFile) -> bytes:
    """Return the bytes of a model file, alike for alike models."""
    packed = zlib.compress(msgspec.msgpack.encode(file), 9)
    return zlib.crc32(packed).to_bytes(4, "little") + packed


def decode(raw: bytes) -> Model:
    """Return the model in the bytes; ``BadModel`` says why there is none."""
    if zlib.crc32(raw[4:]).to_bytes(4, "little") != raw[:4]:
        raise BadModel("its checksum is wrong: it is cut short or changed")
    try:
        file = msgspec.msgpack.decode(zlib.decompress(raw[4:]), type=ModelFile)
    except (zlib.error, msgspec.MsgspecError) as wrong:
        raise BadModel(f"it is no model: {wrong}") from wrong
    if file.format != FORMAT:
        raise BadModel(f"format {file.format}; this program reads {FORMAT}")
    return Model(file)


def load(path: Path) -> Model:
    """Return the model in a file; ``BadModel`` says why there is none."""
    try:
        raw = path.read_bytes()
    except OSError as wrong:
        raise BadModel(f"it can't be read: {wrong.strerror}") from wrong
    return decode(raw)


@cache
def shipped() -> Model:
    """Return the model that comes with the program."""
    return load(SHIPPED)
