"""What the model takes a message for, in one community's terms."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from config.pack.values import Community
from config.terms import CategoryId
from handlers.understanding import talk
from handlers.understanding.model import Model
from handlers.understanding.reading import Reading, shown
from handlers.understanding.talk import Around

_MAY_ASK = 0.3
_MAY_ADD = 0.5
"""Chances of a question and of an addition that plain talk stays below."""
_DANGER = 0.5
"""Chance of danger from which a report is one: of eight writers kept back in
turn 0.62 of the dangers are told so, 0.76 of those told are some; the rules
alone told 0.27."""
_LOUD = 0.6
"""How loud a pack's word for a thing speaks at the least: who wrote 井盖 under
roads means it, whatever the model would rather have."""
_STRANGE = math.log(4)
"""What a category of the pack pays for being none that the model knows."""
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Judged:
    """What a message is, in the talk around it."""

    label: str
    """The likeliest; see ``talk.LABELS``."""
    chance: float
    """That it is a report, from 0 to 1."""
    act: float
    """The chance from which to act unasked,"""
    ask: float
    """and from which to ask."""


class Learnt:
    """A model's word about messages; pure, shared."""

    def __init__(self, community: Community, model: Model) -> None:
        self._model = model
        self._likeness = _likeness(community, model)

    def gate(self, folded: str) -> dict[str, float]:
        """Return what a text is by its characters alone."""
        return self._model.chances("gate", self._model.sums(folded))

    def is_plain_talk(self, gate: Mapping[str, float]) -> bool:
        """Whether what the gate says means that it is nothing to us."""
        return (
            gate["report"] < self._model.thresholds["gate"]
            and gate["question"] < _MAY_ASK
            and gate["followup"] < _MAY_ADD
        )

    def alone(self, seen: Reading) -> dict[str, float]:
        """Return what a message is by itself."""
        return self._model.chances(
            "message", self._model.sums(seen.folded), seen.numbers
        )

    def in_talk(
        self, seen: Reading, alone: Mapping[str, float], around: Around
    ) -> Judged:
        """Return what a message is in the talk around it.

        ``alone`` is what it is by itself.
        """
        there, head = alone, "message"
        if around.before or around.quotes:
            numbers = talk.numbers(seen.folded, alone, around)
            head = "in_talk"
            there = self._model.chances(
                head,
                self._model.sums(seen.folded),
                [*seen.numbers, *numbers],
            )
        score = (_odds(alone["report"]) + _odds(there["report"])) / 2
        thresholds = self._model.thresholds
        return Judged(
            label=max(there, key=lambda one: alone[one] * there[one]),
            chance=self._model.likely(head, score),
            act=thresholds["act"],
            ask=thresholds["ask"],
        )

    def is_danger(self, seen: Reading) -> bool:
        """Whether a report sounds as if life or limb were at risk.

        Asked of reports alone: it has learnt from nothing else.
        """
        sums = self._model.sums(seen.folded)
        chances = self._model.chances("urgency", sums, seen.numbers)
        return chances["danger"] >= _DANGER

    def category(
        self, folded: str, words: Mapping[CategoryId, float]
    ) -> tuple[CategoryId, float]:
        """Weigh what the model takes it for with the pack's own words.

        Returns the best category and its share of all, from 0 to 1.
        """
        known = self._model.chances("category", self._model.sums(folded))
        loud = max(self._model.category_words, _LOUD)
        scores = {
            category: math.log(
                _LEAST + sum(known[one] * part for one, part in like.items())
            )
            + loud * words.get(category, 0.0)
            - (0.0 if category in known else _STRANGE)
            for category, like in self._likeness.items()
        }
        best = max(scores, key=scores.__getitem__)
        whole = sum(math.exp(one - scores[best]) for one in scores.values())
        return best, 1 / whole


def _likeness(
    community: Community, model: Model
) -> dict[CategoryId, dict[str, float]]:
    """Return what each category of a pack is like, of those that are known.

    One of the same name is the same; another is like what the model takes
    its words for.
    """
    known = model.classes("category")
    likeness: dict[CategoryId, dict[str, float]] = {}
    for category in community.categories:
        if category.id in known:
            likeness[category.id] = {category.id: 1.0}
            continue
        words = " ".join((*category.names.values(), *category.words))
        likeness[category.id] = model.chances(
            "category", model.sums(shown(words))
        )
    return likeness


def _odds(chance: float) -> float:
    chance = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(chance / (1 - chance))
