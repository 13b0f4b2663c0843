"""What in a message speaks for a report, and what against it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from handlers.understanding.cues import Cues
from handlers.understanding.lexicon import Lexicon
from handlers.understanding.meaning import Place

ACT = 9
ASK = 8

_STRONG = 2
_SOFT = 1
_MORE = 2
"""Strong words of trouble in more than one clause."""
_THING = 4
"""A thing that the pack names, in the clause of trouble or just before."""
_SHORT_THING = 2
"""One of a single character, such as 灯 or 水."""
_PLACE = 4
_PUBLIC = 3
_HOME = 2
_DANGER = 2
_PHOTO = 2
_ADDRESSED = 4
_SIGNS = {
    "asks": -1,
    "own": -3,
    "self": -1,
    "again": -1,
    "joke": -1,
    "thanks": -1,
    "praise": -4,
    "past": -1,
    "unreal": -1,
    "over": -2,
    "quarrel": -2,
    "elsewhere": -2,
    "general": -3,
    "wish": -4,
    "offer": -4,
    "lost": -4,
    "notice": -4,
}
_ADVERT = -1
_ADVERTS = -6
"""Two selling words make an advertisement."""
_BREAK = re.compile(
    r"[,。!?;~…\n、:]+|(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])|[.,]\s",
)
_DENIAL = 4
"""Characters before a word of danger in which it is denied."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A clause of trouble, with the clause before it."""

    text: str
    strong: bool


def plain(folded: str, cues: Cues) -> str:
    """Hide figures of speech: 火锅 is no fire, 饭卡 holds nobody."""
    return cues.idiom.sub(lambda figure: "_" * len(figure[0]), folded)


def present(folded: str, cues: Cues) -> Iterator[tuple[str, str]]:
    """Yield each clause and its part that tells of here and now.

    That part is "" from where the teller turns to another time or place
    until the teller comes back.
    """
    away = False
    for clause in _clauses(folded):
        if cues.elsewhere.search(clause):
            away = True
        elif cues.back.search(clause):
            away = False
        elif cues.past.search(clause) or cues.unreal.search(clause):
            away = True
        yield clause, "" if away else clause


def troubles(folded: str, cues: Cues) -> list[Trouble]:
    """Return the clauses that tell of trouble, here, now and not over."""
    alive: list[Trouble] = []
    before = ""
    for clause, told in present(folded, cues):
        strong = cues.strong.search(told) is not None
        if cues.over.search(clause):
            alive.clear()
        elif strong or cues.soft.search(told):
            alive.append(Trouble(f"{before},{clause}", strong))
        before = clause
    return alive


def danger(folded: str, words: Lexicon[bool], cues: Cues) -> bool:
    """Tell whether life or limb is at risk now, denials left out."""
    alive: list[str] = []
    for clause, here in present(folded, cues):
        if cues.harmless.search(clause):
            alive.clear()
        else:
            alive.append(here)
    told = ",".join(alive)
    starts = [match.start() for match in cues.danger.finditer(told)]
    starts += [hit.start for hit in words.find(told)]
    return not all(
        cues.denial.search(told[max(0, start - _DENIAL) : start])
        for start in starts
    )


def weigh(
    folded: str,
    told: Sequence[Trouble],
    cues: Cues,
    *,
    thing: int,
    place: Place | None,
    photos: int,
    addressed: bool,
) -> int:
    """Return how much speaks for a report of the trouble that is told.

    ``thing`` is the length of the longest word of the pack beside it.
    """
    strong = sum(trouble.strong for trouble in told)
    weight = (_STRONG if strong else _SOFT) + _MORE * (strong > 1)
    weight += _THING if thing > 1 else _SHORT_THING * thing
    if place is not None:
        weight += _PLACE
    elif any(cues.public.search(trouble.text) for trouble in told):
        weight += _PUBLIC
    elif cues.home.search(folded):
        weight += _HOME
    weight += _DANGER * any(cues.danger.search(t.text) for t in told)
    weight += _PHOTO * bool(photos) + _ADDRESSED * addressed
    weight += bool(cues.now.search(folded) or cues.plea.search(folded))
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
