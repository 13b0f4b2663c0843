"""How much evidence weighs, and how likely the best entry is right.

Learned from ``lessons`` (see ``faq_training``), by words alone and with an
encoder; ``faq_model.toml`` keeps the weights, as sums over named evidence.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from handlers.understanding.candidates import LIGHT, Evidence
from handlers.understanding.encoder import Likeness

FULL = (*LIGHT, *(f"like_{name}" for name in Likeness._fields))
"""The evidence with an encoder, in order."""
_LEAST = 1e-6


class Sum(NamedTuple):
    """A weighted sum."""

    bias: float
    weights: tuple[float, ...]

    def of(self, values: Sequence[float]) -> float:
        """Return the sum over values."""
        pairs = zip(self.weights, values, strict=True)
        return self.bias + sum(w * v for w, v in pairs)


class Judge(NamedTuple):
    """What weighs how much, with an encoder or without."""

    rank: Sum
    """Over evidence: which entry is likeliest."""
    right: Sum
    """Over signals: whether the best of all answers."""
    among: Sum
    """Whether the right one is among the three best."""
    answer: float
    """Least chance of being right to answer alone."""
    offer: float
    """Least chance that the right one is there to offer a choice."""


def chance(weight: float) -> float:
    """Return a sum as a probability."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weight))))


def signals(
    scores: Sequence[float], evidence: Sequence[Evidence]
) -> list[float]:
    """Return what tells whether the best is right; best first.

    The last one is what has nothing in common with the question.
    """
    best, *others = scores
    odds = [math.exp(max(score - best, -30.0)) for score in scores]
    whole = sum(odds)
    parts = [max(one / whole, _LEAST) for one in odds]
    first, *rivals = evidence
    return [
        parts[0],
        math.log(parts[0]),
        best - others[0],
        best - others[min(1, len(others) - 1)],
        -sum(part * math.log(part) for part in parts),
        *first,
        *(
            value - max(rival[at] for rival in rivals)
            for at, value in enumerate(first)
        ),
    ]


def signal_names(evidence: Sequence[str]) -> list[str]:
    """Return the names of ``signals``, in order."""
    return [
        "part",
        "log_part",
        "lead",
        "lead_on_third",
        "doubt",
        *evidence,
        *(f"{name}_lead" for name in evidence),
    ]


@cache
def judges() -> tuple[Judge, Judge]:
    """Return the judge by words alone, and the one with an encoder."""
    text = files(__package__).joinpath("faq_model.toml").read_text("utf-8")
    read = tomllib.loads(text)
    return _judge(read["light"], LIGHT), _judge(read["full"], FULL)


def _judge(read: Mapping[str, Any], evidence: Sequence[str]) -> Judge:
    names = signal_names(evidence)
    return Judge(
        _sum(read["rank"], evidence),
        _sum(read["right"], names),
        _sum(read["among"], names),
        read["answer"],
        read["offer"],
    )


def _sum(read: Mapping[str, float], names: Sequence[str]) -> Sum:
    return Sum(read.get("bias", 0.0), tuple(read[name] for name in names))
