"""Find many words in one pass over a text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from handlers.understanding.text import fold

_Value = TypeVar("_Value")


class Hit(NamedTuple, Generic[_Value]):
    """A word and where it stands."""

    start: int
    end: int
    values: tuple[_Value, ...]


class Lexicon(Generic[_Value]):
    """Words with values; the longest word wins at each place."""

    def __init__(self, words: Iterable[tuple[str, _Value]]) -> None:
        values: dict[str, list[_Value]] = defaultdict(list)
        for word, value in words:
            if (folded := fold(word).strip()) and value not in values[folded]:
                values[folded].append(value)
        self._by_first: dict[str, list[tuple[str, tuple[_Value, ...]]]] = {}
        for word in sorted(values, key=len, reverse=True):
            self._by_first.setdefault(word[0], []).append(
                (word, tuple(values[word])),
            )

    def find(self, folded: str) -> Iterator[Hit[_Value]]:
        """Yield the words of a folded text, none inside another."""
        until = 0
        for at, first in enumerate(folded):
            if at < until or first not in self._by_first:
                continue
            for word, values in self._by_first[first]:
                if folded.startswith(word, at):
                    until = at + len(word)
                    yield Hit(at, until, values)
                    break
