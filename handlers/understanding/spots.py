"""The numbers by which a telling says where: 3号楼, 2单元, 左边那台电梯.

Two tellings of one matter may leave them out, but they don't contradict
each other: another building, stairwell or lift is another matter.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from handlers.understanding.text import NUMERAL, fold, number

_SIDE = "[东南西北左右前后]"
_BEFORE = rf"{NUMERAL})(?:(?:号楼?|栋|幢)[、,和跟到与-]?|[、,和跟到与-]))?"
"""The first of two: 3、4栋, 19号楼到22号楼, 三号四号中间."""
_PATTERNS = (
    # 8-3-402, 8-402
    (
        r"(?<![\d-])(?P<dashed>[1-9]\d{0,2})(?:-(?P<stair>\d{1,2}))?"
        r"-(?P<flat>\d{3,4})(?![\d-])"
    ),
    rf"(?:(?P<first>{_BEFORE}(?P<building>{NUMERAL})\s?(?:号楼|号搂|号院|栋|幢|座|#楼?|弄|洞)",
    (
        r"(?:building|bldg\.?|block|tower) ?(?:no\.? ?|#)?"
        r"(?P<block>\d{1,3})(?!\d)"
    ),
    # 9号门口, 34号山墙: a house, where nothing else can be meant
    (
        rf"(?:(?P<one>{_BEFORE}(?P<house>{NUMERAL})号"
        rf"(?=门|后|前|底|天井|灶|山墙|墙|那|的|楼|里|屋|中间|之间|{_SIDE})"
    ),
    r"(?<![a-z])(?P<letter>[a-h])\s?(?:座|栋|区|口)",
    rf"(?P<unit>{NUMERAL})\s?(?:单元|门洞)",
    rf"(?P<lift>{NUMERAL})\s?号?(?:电?梯)",
    rf"(?P<side>{_SIDE})[边侧面]?[那这]?[台部个]?(?:电?梯)",
    rf"(?P<gate>{_SIDE})[大小边侧]?门",
    rf"(?P<floor>负?{NUMERAL})\s?(?:楼|层|搂|f(?![a-z]))(?!道)",
    r"(?<![\d-])(?P<room>\d{3,4})(?!\d)",
)
_FIND = re.compile("|".join(_PATTERNS))
_KIND = {
    "first": "building",
    "one": "building",
    "dashed": "building",
    "block": "building",
    "house": "building",
    "letter": "building",
    "stair": "unit",
    "flat": "room",
}
KINDS = ("building", "unit", "floor", "room", "lift", "side", "gate")
APART = ("building", "unit", "lift", "side")
"""Where these differ, the matter differs."""
_LEAST_HOUSE = 10
"""11楼 may be a floor or a building; 3楼 is a floor."""

Spots = dict[str, frozenset[str]]


class Compared(NamedTuple):
    """How the places of two tellings agree."""

    same: dict[str, bool]
    contrary: dict[str, bool]

    @property
    def apart(self) -> bool:
        """Whether they tell of two places, and so of two matters."""
        return any(self.contrary[kind] for kind in APART)


def spots(text: str) -> Spots:
    """Return the numbers of each kind that a text names."""
    found: dict[str, set[str]] = {}
    for match in _FIND.finditer(fold(text)):
        for kind, word in _words(match):
            found.setdefault(kind, set()).add(word)
    return {kind: frozenset(words) for kind, words in found.items()}


def compare(one: Spots, other: Spots) -> Compared:
    """Tell where the places of two tellings agree, and where they clash."""
    none: frozenset[str] = frozenset()
    same, contrary = {}, {}
    for kind in KINDS:
        mine, theirs = one.get(kind, none), other.get(kind, none)
        same[kind] = not mine.isdisjoint(theirs)
        contrary[kind] = bool(mine and theirs) and not same[kind]
    if not same["building"]:
        same["building"] = _may_be(one, other) or _may_be(other, one)
    return Compared(same, contrary)


def _may_be(one: Spots, other: Spots) -> bool:
    """Whether one's building is what the other calls a floor: 11楼."""
    none: frozenset[str] = frozenset()
    if other.get("building"):
        return False
    return any(
        word.isdecimal() and int(word) >= _LEAST_HOUSE
        for word in one.get("building", none) & other.get("floor", none)
    )


def _words(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    for name, word in match.groupdict().items():
        if word is None:
            continue
        below = "-" if word.startswith("负") else ""
        count = number(word.removeprefix("负"))
        if count is not None:
            word = f"{below}{count}"  # noqa: PLW2901
        yield _KIND.get(name, name), word
