"""What a text speaks of, whatever the words: things, and kinds of asking.

``concepts.toml`` has the words. Things of a family exclude each other: who
asks about a cat is not answered about dogs.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from handlers.understanding.lexicon import Lexicon


class _Known(NamedTuple):
    things: Lexicon[str]
    aspects: Lexicon[str]
    families: Mapping[str, str]


def things(folded: str) -> frozenset[str]:
    """Return the things that a folded text names."""
    return _in(_known().things, folded)


def aspects(folded: str) -> frozenset[str]:
    """Return what a folded text wants to know, or tells, about things."""
    return _in(_known().aspects, folded)


def family(thing: str) -> str:
    """Return what a thing is one of."""
    return _known().families[thing]


def _in(words: Lexicon[str], folded: str) -> frozenset[str]:
    return frozenset(
        value for hit in words.find(folded) for value in hit.values
    )


@cache
def _known() -> _Known:
    text = files(__package__).joinpath("concepts.toml").read_text("utf-8")
    read = tomllib.loads(text)
    named = [
        (word, thing, family)
        for family, members in read["families"].items()
        for thing, words in members.items()
        for word in words.split()
    ]
    return _Known(
        Lexicon((word, f"{group}.{thing}") for word, thing, group in named),
        Lexicon(
            (word, aspect)
            for aspect, words in read["aspects"].items()
            for word in words.split()
        ),
        {f"{group}.{thing}": group for _, thing, group in named},
    )
