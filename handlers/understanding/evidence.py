"""What in a message speaks for a report, and what against it."""

import re
from itertools import pairwise

from handlers.understanding.cues import Cues
from handlers.understanding.meaning import Place

ACT = 8
ASK = 6

_TROUBLED_THING = 4
"""A thing that the pack names, in the clause of trouble or just before it."""
_THING = 1
_MORE = 2
"""Trouble in more than one clause."""
_DANGER = 4
_BUILDING = 5
_SOMEWHERE = 4
_PHOTO = 3
_ADDRESSED = 4
_SIGNS = {
    "plea": 1,
    "now": 1,
    "asks": -1,
    "self": -1,
    "again": -1,
    "joke": -2,
    "thanks": -2,
    "quarrel": -2,
    "elsewhere": -3,
    "wish": -4,
    "offer": -4,
    "lost": -6,
    "notice": -6,
}
_ADVERT = -1
_ADVERTS = -6
"""Two selling words make an advertisement."""
_BREAK = re.compile(
    r"[,。!?;~…\n、:]+|(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])|[.,]\s",
)


def plain(folded: str, cues: Cues) -> str:
    """Hide figures of speech: 火锅 is no fire, 饭卡 holds nobody."""
    return cues.idiom.sub(lambda figure: "_" * len(figure[0]), folded)


def troubles(folded: str, cues: Cues) -> list[str]:
    """Return the clauses that tell of trouble here and now.

    Each comes with the clause before it, which may name the thing.
    """
    alive: list[str] = []
    away = False
    before = ""
    for clause in _clauses(folded):
        if cues.back.search(clause):
            away = False
        elif (
            cues.past.search(clause)
            or cues.unreal.search(clause)
            or cues.elsewhere.search(clause)
        ):
            away = True
        if cues.over.search(clause):
            alive.clear()
        elif not away and cues.strong.search(clause):
            alive.append(f"{before},{clause}")
        before = clause
    return alive


def weigh(
    folded: str,
    told: list[str],
    cues: Cues,
    *,
    place: Place | None,
    things: bool,
    near: bool,
    photos: int,
    addressed: bool,
) -> int:
    """Return how much speaks for a report in which trouble is told."""
    weight = _TROUBLED_THING if near else _THING if things else 0
    if place:
        exact = place.building or place.unit or place.named
        weight += _BUILDING if exact else _SOMEWHERE
    weight += _MORE * (len(told) > 1)
    weight += _DANGER * any(map(cues.danger.search, told))
    weight += _PHOTO * bool(photos) + _ADDRESSED * addressed
    for sign, worth in _SIGNS.items():
        pattern: re.Pattern[str] = getattr(cues, sign)
        if pattern.search(folded):
            weight += worth
    adverts = len(set(cues.advert.findall(folded)))
    return weight + (_ADVERTS if adverts > 1 else _ADVERT * adverts)


def _clauses(folded: str) -> list[str]:
    edges = [0]
    for mark in _BREAK.finditer(folded):
        edges += mark.span()
    edges.append(len(folded))
    return [folded[a:b] for a, b in list(pairwise(edges))[::2] if b > a]
