"""What is wrong with a pack, and where."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from typing_extensions import override

from config.nearest import nearest

HINTS = 100
"""Looking for the nearest of very many words is slow; after so many
mistakes nobody reads hints."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to mend, as an editor can jump to it."""

    file: str
    line: int
    key: str
    words: str

    @override
    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"{self.file}:{self.line}: {key}{self.words}"


class PackMistakes(Exception):
    """Everything that is wrong with a pack, one mistake a line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(slots=True)
class Notes:
    """The mistakes found so far."""

    mistakes: set[Mistake] = field(default_factory=set)

    def add(self, file: str, line: int, key: str, words: str) -> None:
        """Note a mistake; the same one twice counts once."""
        self.mistakes.add(Mistake(file, line, key, words))

    def hint(self, word: str, known: Iterable[str]) -> str:
        """Return a hint to the nearest known word, if there is one."""
        if len(self.mistakes) > HINTS:
            return ""
        return nearest(word, known)

    def judge(self) -> None:
        """Raise ``PackMistakes`` if anything is wrong."""
        if self.mistakes:
            raise PackMistakes(self.mistakes)
