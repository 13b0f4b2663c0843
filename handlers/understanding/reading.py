"""A message taken apart: what the rules see in it, as numbers too.

The numbers go into the model beside the characters, so a rule speaks for a
report or against it as loud as it was right in the lessons, no louder.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, fields

from config.pack.values import Community
from config.terms import CategoryId
from handlers.understanding import tagger
from handlers.understanding.cues import Cues, general
from handlers.understanding.evidence import (
    ACT,
    ASK,
    Trouble,
    danger,
    plain,
    troubles,
    weigh,
)
from handlers.understanding.lexicon import Lexicon
from handlers.understanding.meaning import Place
from handlers.understanding.model import BadModel
from handlers.understanding.place import Gazetteer
from handlers.understanding.tagger import Tagger
from handlers.understanding.text import fold

READ = 600
"""Characters; what a longer text reports, it says by then."""
_SPREAD = 2 / 5
"""More blanks than this part characters, not clauses: 电 梯 坏 了."""
_CUES = tuple(field.name for field in fields(Cues) if field.name != "places")
_SEEN = (
    "trouble",
    "troubles",
    "strong_trouble",
    "thing_beside",
    "long_thing_beside",
    "thing",
    "long_thing",
    "place",
    "building",
    "unit",
    "may_report",
    "reports",
    "danger_word",
    "photo",
    "photos",
    "question_mark",
    "empty",
    "lines",
    "exclaims",
)
"""Names of what is seen beside the cues, in the order of its numbers."""
_LENGTHS = (6, 12, 60)
_LONG = 120
_HALF = 60
_NOTHING = -6
"""The weight where nothing tells of trouble."""
_USUAL = 5
"""Divides a weight, so that it is about as large as the other numbers."""
_HAN = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True)
class Reading:
    """What is to be seen in one message."""

    text: str
    folded: str
    plain: str
    """Folded, with figures of speech hidden."""
    told: list[Trouble]
    place: Place | None
    photos: int
    weight: int
    """What the rules give for a report; see ``evidence``."""
    danger: bool
    """Whether the rules hear danger, here and now."""
    numbers: list[float]
    """As many as the model was taught with; most are 0 or 1."""


class Reader:
    """Reads with one community's words for things, dangers and places."""

    def __init__(self, community: Community) -> None:
        self.cues = general()
        self.things = Lexicon[CategoryId](
            (word, category.id)
            for category in community.categories
            for word in (*category.words, *category.names.values())
        )
        self.dangers = Lexicon((word, True) for word in community.danger)
        self.places = Gazetteer(community, self.cues.places, _tagger())

    def read(self, text: str, *, photos: int = 0) -> Reading:
        """Return what is to be seen in a message, of any length."""
        folded = shown(text)
        bare = plain(folded, self.cues)
        told = troubles(bare, self.cues)
        place = self.places.glance(text[:READ])
        beside = max((self.longest(one.text) for one in told), default=0)
        anywhere = self.longest(bare)
        weight = (
            weigh(
                bare,
                told,
                self.cues,
                thing=beside,
                place=place,
                photos=photos,
                addressed=False,
            )
            if told
            else _NOTHING
        )
        alarming = danger(bare, self.dangers, self.cues)
        seen = [
            *(getattr(self.cues, cue).search(bare) for cue in _CUES),
            told,
            len(told) > 1,
            any(one.strong for one in told),
            beside,
            beside > 1,
            anywhere,
            anywhere > 1,
            place,
            place and place.building,
            place and place.unit,
            weight >= ASK,
            weight >= ACT,
            alarming,
            photos,
            photos > 1,
            folded.endswith("?"),
            not folded,
            "\n" in text,
            "!" in bare,
            *(len(folded) < length for length in _LENGTHS),
        ]
        return Reading(
            text=text,
            folded=folded,
            plain=bare,
            told=told,
            place=place,
            photos=photos,
            weight=weight,
            danger=alarming,
            numbers=[
                *(float(bool(one)) for one in seen),
                weight / _USUAL,
                min(len(folded), _LONG) / _HALF,
            ],
        )

    def words(self, folded: str) -> dict[CategoryId, float]:
        """Return how much the pack's words in a text say for a category."""
        said: dict[CategoryId, float] = defaultdict(float)
        for hit in self.things.find(folded):
            for category in hit.values:
                said[category] += hit.length / len(hit.values)
        return dict(said)

    def longest(self, folded: str) -> int:
        """Return the length of the longest word that the pack names."""
        return max((hit.length for hit in self.things.find(folded)), default=0)


def _tagger() -> Tagger | None:
    """Return what finds the words of a place; without it patterns do."""
    try:
        return tagger.shipped()
    except BadModel:
        return None


def shown(text: str) -> str:
    """Fold the part that is read; blanks between all characters go."""
    folded = fold(text[:READ])
    if folded.count(" ") > _SPREAD * len(folded):
        return folded.replace(" ", "")
    return folded


def is_han(text: str) -> bool:
    """Whether it is written in Chinese, in part at least."""
    return _HAN.search(text) is not None


def names() -> list[str]:
    """Return what each of a reading's numbers says, in their order."""
    return [
        *_CUES,
        *_SEEN,
        *(f"under_{length}" for length in _LENGTHS),
        "weight",
        "length",
    ]
