"""Text as the rules read it: one width, one script, one case."""

import unicodedata
from functools import cache

import opencc

_DIGITS = {
    **{word: n for n, word in enumerate("零一二三四五六七八九")},
    "〇": 0,
    "两": 2,
    "幺": 1,
}
_UNITS = {"十": 10, "百": 100}
NUMERAL = r"(?:\d{1,4}|[零〇一二两三四五六七八九十廿卅百]{1,5})"
"""A small number as a pattern, in either script."""


class _Folding(dict[int, int]):
    """A translation table that fills as characters are met.

    One character stands for one, so a span of the folded text is the same
    span of the text as typed.
    """

    def __missing__(self, code: int) -> int:
        folded = _fold(chr(code))
        if code <= 0xFFFF:  # noqa: PLR2004 - emoji would fill it for nothing
            self[code] = folded
        return folded


@cache
def _simplify() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _fold(character: str) -> int:
    for turn in (_narrow, str.lower, _simplify().convert):
        turned = turn(character)
        character = turned if len(turned) == 1 else character
    return ord(character)


def _narrow(character: str) -> str:
    return unicodedata.normalize("NFKC", character)


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return the text in one width, script and case, of the same length."""
    return text.translate(_FOLDING)


def bigrams(text: str) -> list[str]:
    """Return each two neighbouring characters."""
    return [text[at : at + 2] for at in range(len(text) - 1)]


def number(word: str) -> int | None:
    """Return what ``12``, ``十二`` or ``一百零二`` counts, else ``None``."""
    if word.isdecimal():
        return int(word)
    word = word.replace("廿", "二十").replace("卅", "三十")
    if not word or any(c not in _DIGITS and c not in _UNITS for c in word):
        return None
    if not any(c in _UNITS for c in word):
        return int("".join(str(_DIGITS[c]) for c in word))
    total = digit = 0
    for c in word:
        if c in _DIGITS:
            digit = _DIGITS[c]
        else:
            total += (digit or 1) * _UNITS[c]
            digit = 0
    return total + digit
