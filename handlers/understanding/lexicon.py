"""Find many words in one pass over a text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from handlers.understanding.text import fold

_Value = TypeVar("_Value")
_WITHIN = 10
"""Characters between the halves of ``电瓶…偷``."""


class Hit(NamedTuple, Generic[_Value]):
    """A word and where it stands."""

    start: int
    end: int
    length: int
    values: tuple[_Value, ...]


class _Word(NamedTuple, Generic[_Value]):
    head: str
    tail: str
    values: tuple[_Value, ...]


class Lexicon(Generic[_Value]):
    """Words with values; the longest word wins at each place.

    A word may have a gap: ``电瓶…偷`` is found in 电瓶又叫人偷了.
    """

    def __init__(self, words: Iterable[tuple[str, _Value]]) -> None:
        values: dict[str, list[_Value]] = defaultdict(list)
        for word, value in words:
            folded = fold(word).strip().strip("…")
            if folded and value not in values[folded]:
                values[folded].append(value)
        self._by_first: dict[str, list[_Word[_Value]]] = {}
        for word in sorted(values, key=len, reverse=True):
            head, _, tail = word.partition("…")
            self._by_first.setdefault(word[0], []).append(
                _Word(head, tail, tuple(values[word])),
            )

    def find(self, folded: str) -> Iterator[Hit[_Value]]:
        """Yield the words of a folded text; no two begin alike or overlap."""
        until = 0
        for at, first in enumerate(folded):
            if at < until or first not in self._by_first:
                continue
            for word in self._by_first[first]:
                if end := _end(word, folded, at):
                    until = at + len(word.head)
                    length = len(word.head) + len(word.tail)
                    yield Hit(at, end, length, word.values)
                    break


def _end(word: _Word[_Value], folded: str, at: int) -> int:
    """Return where the word that begins at ``at`` ends; 0 if it doesn't."""
    if not folded.startswith(word.head, at):
        return 0
    end = at + len(word.head)
    if word.head.isascii() and (
        _is_latin(folded[max(at - 1, 0) : at])
        or _is_latin(folded[end : end + 1].replace("s", ""))
    ):
        return 0
    if not word.tail:
        return end
    found = folded.find(word.tail, end, end + _WITHIN + len(word.tail))
    return found + len(word.tail) if found >= 0 else 0


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()
