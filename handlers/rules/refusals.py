"""A no is an answer: which sentence says it, and with what values."""

from typing import Any


class Refused(Exception):
    """The rules say no; ``sentence`` names the words that say why."""

    def __init__(self, sentence: str, **values: Any) -> None:  # noqa: ANN401
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values


class NumberMissing(Refused):
    """A command came without the number that it needs."""

    def __init__(self) -> None:
        super().__init__("refused-number")
