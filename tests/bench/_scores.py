"""Measures of rankings, choices and shares, and how far to trust them.

``understanding`` says what each figure means; here is only how to count.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

MANY = 1000
"""From so many on a ranking's interval isn't drawn again and again."""
_Z = 1.96
_DRAWS = 400
_SEED = 0

Ranked = Sequence[tuple[float, bool]]
"""Score, and whether it is what was looked for."""
Pairs = Sequence[tuple[str, str]]
"""The truth, and what was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured value; ``None`` where nothing was there to measure."""

    value: float | None
    n: int
    """How many cases it speaks of."""
    interval: tuple[float, float] | None = None
    """95 %."""


def told(figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Return values by name, their counts and intervals beside them."""
    return {
        **{
            name: None if figure.value is None else round(figure.value, 4)
            for name, figure in figures.items()
        },
        "n": {name: figure.n for name, figure in figures.items()},
        "intervals": {
            name: [round(end, 4) for end in figure.interval]
            for name, figure in figures.items()
            if figure.interval
        },
    }


def share(part: int, whole: int, *, per: float = 1.0) -> Figure:
    """Return a part of a whole, of ``per`` cases, with Wilson's interval."""
    if not whole:
        return Figure(value=None, n=0)
    low, high = wilson(part, whole)
    return Figure(
        value=per * part / whole,
        n=whole,
        interval=(per * low, per * high),
    )


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of a share."""
    p = part / whole
    middle = p + _Z * _Z / (2 * whole)
    spread = _Z * math.sqrt(
        p * (1 - p) / whole + _Z * _Z / (4 * whole * whole)
    )
    scale = 1 + _Z * _Z / whole
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return max(0.0, low), min(1.0, high)


def drawn(
    measure: Callable[[Sequence[T]], float], cases: Sequence[T]
) -> Figure:
    """Return a measure of all cases, with the bootstrap's interval.

    The cases are drawn with replacement, by a fixed seed; what a draw
    can't measure (no positive in it) is drawn again.
    """
    if not cases:
        return Figure(value=None, n=0)
    value = measure(cases)
    if len(cases) >= MANY or math.isnan(value):
        return Figure(value=None if math.isnan(value) else value, n=len(cases))
    lots = random.Random(_SEED)  # noqa: S311 - no secret
    met = sorted(
        found
        for _ in range(_DRAWS)
        if not math.isnan(found := measure(lots.choices(cases, k=len(cases))))
    )
    tail = len(met) // 40
    return Figure(
        value=value,
        n=len(cases),
        interval=(met[tail], met[-1 - tail]),
    )


def average_precision(ranked: Ranked) -> float:
    """Return the precision at each recall that is newly reached, averaged.

    Equal scores are one step: their order is chance. NaN without anything
    to find.
    """
    wanted = sum(good for _, good in ranked)
    if not wanted:
        return math.nan
    before, total = 0, 0.0
    for good, taken in _steps(ranked):
        total += (good - before) * good / taken
        before = good
    return total / wanted


def recall_at_precision(
    ranked: Ranked, least: float, *, wanted: int | None = None
) -> float:
    """Return the most that any threshold finds with that precision.

    ``wanted`` counts what there was to find, if not all of it is ranked.
    """
    if wanted is None:
        wanted = sum(good for _, good in ranked)
    if not wanted:
        return math.nan
    enough = [good for good, taken in _steps(ranked) if good >= least * taken]
    return max(enough, default=0) / wanted


def least(ranked: Ranked, precision: float) -> float:
    """Return the least threshold of that precision; infinity for none."""
    enough = [
        score
        for score, good, taken in _thresholds(ranked)
        if good >= precision * taken
    ]
    return min(enough, default=math.inf)


def best_f1(ranked: Ranked, *, wanted: int) -> float:
    """Return the threshold with the best F1, of all that was wanted."""
    return max(
        _thresholds(ranked), key=lambda one: 2 * one[1] / (one[2] + wanted)
    )[0]


def _steps(ranked: Ranked) -> Iterator[tuple[int, int]]:
    """Yield how many are good, and how many taken, at each threshold."""
    return ((good, taken) for _, good, taken in _thresholds(ranked))


def _thresholds(ranked: Ranked) -> Iterator[tuple[float, int, int]]:
    ordered = sorted(ranked, key=lambda pair: -pair[0])
    good = 0
    for at, (score, is_good) in enumerate(ordered, 1):
        good += is_good
        if at == len(ordered) or ordered[at][0] != score:
            yield score, good, at


def macro_f1(pairs: Pairs) -> float:
    """Return the mean F1 of all labels that were true or said."""
    if not pairs:
        return math.nan
    true = Counter(truth for truth, _ in pairs)
    said = Counter(word for _, word in pairs)
    right = Counter(truth for truth, word in pairs if truth == word)
    labels = true.keys() | said.keys()
    return sum(
        2 * right[label] / (true[label] + said[label]) for label in labels
    ) / len(labels)


def accuracy(pairs: Pairs) -> Figure:
    """Return how many were said right."""
    return share(sum(truth == said for truth, said in pairs), len(pairs))
