"""The words of questions: what carries meaning, and how rare it is."""

import math
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise

from handlers.understanding.sounds import sounds
from handlers.understanding.text import bigrams, fold

_FILLER = re.compile(
    r"请问一?下?|咨询一?下?|打听一?下?|想?问(?:一?下|问|一句)|有没?有人(?:知道|懂)|谁知道"
    r"|大家好|你好|您好|各位|邻居们?|麻烦|谢谢|认真问|听说|[啊呀呢吧哦嘛哈吗么啦的了]",
)
_ENGLISH_FILLER = frozenset(
    re.findall(
        r"\w+",
        """a an the of to in on at by for from with and or is are was be been
        do does did i me my we our you your it its this that there if so can
        could may must should would will have has had get how what which who
        whom please hi hello thanks thank want need like know tell about any
        some""",
    )
)
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ies|ing|ed|es|s|y|e)$")
_WORD = re.compile(r"[a-z]+|\d+|[㐀-鿿]")
_HAN = re.compile(r"[㐀-鿿]")
_RUN = re.compile(r"[㐀-鿿]+")
_READ = 200


def same(question: str) -> str:
    """Return what two askings of one question have in common."""
    return "".join(_WORD.findall(_FILLER.sub(" ", fold(question))))[:_READ]


def is_han(text: str) -> bool:
    """Whether a text is Chinese, if only in part."""
    return _HAN.search(text) is not None


def terms(text: str) -> list[str]:
    """Return characters, pairs of them, and Latin words by their stems."""
    kept = _FILLER.sub(" ", fold(text))
    words = [
        _ENDING.sub("", word)
        for word in _WORD.findall(kept)
        if word not in _ENGLISH_FILLER
    ]
    latin = [word for word in words if word.isascii()]
    return [
        *words,
        *(f"{one} {next_}" for one, next_ in pairwise(latin)),
        *(pair for run in _RUN.findall(kept) for pair in bigrams(run)),
    ]


def sounding(text: str) -> list[str]:
    """Return each two neighbouring characters by their sound."""
    kept = _FILLER.sub(" ", fold(text))
    return [
        f"{one} {next_}"
        for run in _RUN.findall(kept)
        for one, next_ in pairwise(sounds(run))
    ]


def rarity(term: str) -> float:
    """Return how little a term is talk that says nothing: 怎么 0.4, 公积 1."""
    known, unknown = _background()
    return known.get(term, unknown)


def weigh_terms(texts: int, known_to: Mapping[str, int]) -> str:
    """Return the background's lines: how rare terms are in so many texts."""
    by_rarity: dict[str, list[str]] = {}
    for term, times in sorted(known_to.items()):
        if times >= _LEAST and " " not in term:
            rare = round(_rare(texts, times), 2)
            by_rarity.setdefault(f"{rare:.2f}", []).append(term)
    lines = [f"{_rare(texts, 0):.2f}"]
    lines += [f"{rare} {' '.join(by_rarity[rare])}" for rare in by_rarity]
    return "\n".join(sorted(lines)) + "\n"


_LEAST = 3
"""Texts; a term in fewer is as rare as one in none."""


def _rare(texts: int, times: int) -> float:
    return math.log((texts + 1) / (times + 0.5)) / math.log(texts)


@cache
def _background() -> tuple[Mapping[str, float], float]:
    text = files(__package__).joinpath("faq_background.txt").read_text("utf-8")
    known: dict[str, float] = {}
    unknown = 1.0
    for line in text.splitlines():
        rare, *among = line.split()
        known.update(dict.fromkeys(among, float(rare)))
        if not among:
            unknown = float(rare)
    return known, unknown
