"""Learn which words say where; writes ``place.bin``.

``python -m handlers.understanding.place_training`` learns from the lessons
and, where the checkout has it, from ``tests/data``; with ``--score`` it
writes nothing and prints what comes of it with each writer kept back. The
same input gives the same file.

What is learned is a conditional random field over characters, by L-BFGS
with a price on every weight (OWL-QN, Andrew and Gao 2007).
"""

import json
import sys
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import logsumexp

from handlers.understanding import lessons
from handlers.understanding.tagger import (
    FIRST,
    LAST,
    NEXT,
    TAGS,
    VERSION,
    Features,
    Learned,
    Tagger,
    features,
    tags_of,
)
from handlers.understanding.text import fold

_HERE = Path(__file__).parent
_LABELLED = _HERE.parents[1] / "tests" / "data" / "groupchat_dev.jsonl"
_PLACED = frozenset({"report", "followup", "wish"})
_READ = 300
_RARE = 3
"""A feature that fewer characters have teaches nothing."""
_MOST = 20_000
"""Features that are kept; more of them change no score."""
_OURS = 2.0
"""How much a message of the labelled chat counts: its marks are the rule,
those of the lessons follow it more or less."""
_SPARE = 0.3
_SMALL = 1.0
_ROUNDS = 60
_SILENCE = 0.5
_BYTE = 127
_NEVER = -1e9
_MEMORY = 7
_HALVINGS = 20
_ENOUGH = 1e-5
_TINY = 1e-300

Numbers = NDArray[np.float64]


class Marked(NamedTuple):
    """A message, and where its words say where."""

    text: str
    spans: tuple[tuple[int, int], ...]

    @property
    def place(self) -> str:
        """The words, blanks ignored; "" if it doesn't say."""
        return _words(self.text, self.spans)


Writers = Mapping[str, Sequence[Marked]]


def marked() -> dict[str, list[Marked]]:
    """Return the marked messages at hand, by their writer."""
    found = {
        name: [
            Marked(one.text, tuple(one.spans))
            for one in lessons.talk(name)
            if one.label in _PLACED and one.text
        ]
        for name in lessons.talks()
    }
    if _LABELLED.exists():
        rows = map(json.loads, _LABELLED.read_text("utf-8").splitlines())
        found[_LABELLED.name] = [
            Marked(row["text"], tuple(_find(row["text"], row["place"])))
            for row in rows
            if row["label"] in _PLACED and row["text"]
        ]
    return found


def learn(by_writer: Writers) -> Learned:
    """Learn from marked messages."""
    said = [
        (one, _OURS if name == _LABELLED.name else 1.0)
        for name, messages in by_writer.items()
        for one in messages
    ]
    said.sort(key=lambda pair: -len(pair[0].text[:_READ]))
    seen = [features(fold(one.text[:_READ])) for one, _ in said]
    counted = Counter(f for text in seen for at in text for f in set(at))
    known = {
        feature: n
        for n, feature in enumerate(
            feature for feature, n in counted.items() if n >= _RARE
        )
    }
    tags = [
        tags_of(len(text), [s for s in one.spans if s[1] <= len(text)])
        for (one, _), text in zip(said, seen, strict=True)
    ]
    field = _Field(seen, tags, [weight for _, weight in said], known)
    solved = _descend(field.loss, field.size, free=len(TAGS) ** 2)
    weights, moves = field.split(solved)
    most = np.abs(weights).max(axis=1)
    scale = float(most.max()) / _BYTE or 1.0
    rounded = np.rint(weights / scale).astype(int)
    kept = sorted(known, key=lambda f: (-most[known[f]], f))[:_MOST]
    return Learned(
        version=VERSION,
        scale=scale,
        moves=[[round(float(move), 4) for move in row] for row in moves],
        silence=_SILENCE,
        weights={
            feature: tuple(rounded[known[feature]].tolist())
            for feature in kept
            if rounded[known[feature]].any()
        },
    )


def scores(learned: Learned, messages: Sequence[Marked]) -> dict[str, float]:
    """Return how often the words are right to the letter."""
    tagger = Tagger(learned)
    told: Counter[bool] = Counter()
    right: Counter[bool] = Counter()
    for one in messages:
        found = _words(one.text, tagger.spans(fold(one.text)))
        told[bool(one.place)] += 1
        right[bool(one.place)] += found == one.place
    return {
        "placed": right[True] / max(told[True], 1),
        "silent": right[False] / max(told[False], 1),
        "all": right.total() / max(told.total(), 1),
    }


class _Field:
    """The messages as numbers, and how badly some weights explain them."""

    def __init__(
        self,
        seen: Sequence[Sequence[Features]],
        tags: Sequence[str],
        weights: Sequence[float],
        known: Mapping[str, int],
    ) -> None:
        columns: list[int] = []
        ends = [0]
        for text in seen:
            for at in text:
                columns += sorted({known[f] for f in at if f in known})
                ends.append(len(columns))
        self._seen = csr_matrix(
            (np.ones(len(columns)), columns, ends),
            shape=(len(ends) - 1, len(known)),
        )
        self._turned = self._seen.T.tocsr()
        lengths = np.array([len(text) for text in seen])
        self._firsts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self._lasts = self._firsts + lengths - 1
        self._lengths = lengths
        # The longest come first: those that reach so far are the first few.
        self._reach = [int((lengths > at).sum()) for at in range(lengths[0])]
        self._weights = np.array(weights)
        self._each = np.repeat(self._weights, lengths)
        truth = np.array([TAGS.index(tag) for row in tags for tag in row])
        self._truth = truth
        told = np.zeros((len(truth), len(TAGS)))
        told[np.arange(len(truth)), truth] = self._each
        self._told = self._turned @ told
        inner = np.ones(len(truth), bool)
        inner[self._firsts] = False
        self._inner = np.nonzero(inner)[0]
        self._moved = np.zeros((len(TAGS), len(TAGS)))
        np.add.at(
            self._moved,
            (truth[self._inner - 1], truth[self._inner]),
            self._each[self._inner],
        )
        self._barred = np.array(
            [
                [0.0 if to in NEXT[tag] else _NEVER for to in TAGS]
                for tag in TAGS
            ]
        )
        self._first = np.array([0.0 if t in FIRST else _NEVER for t in TAGS])
        self._last = np.array([0.0 if t in LAST else _NEVER for t in TAGS])
        self.size = len(known) * len(TAGS) + len(TAGS) ** 2

    def split(self, all_: Numbers) -> tuple[Numbers, Numbers]:
        """Return the weights of the features and those of the moves."""
        count = len(TAGS)
        return (
            all_[: -(count**2)].reshape(-1, count),
            all_[-(count**2) :].reshape(count, count),
        )

    def loss(self, all_: Numbers) -> tuple[float, Numbers]:
        """Return what the weights cost, and its slope."""
        weights, free = self.split(all_)
        moves = free + self._barred
        score = self._seen @ weights
        ahead, behind = self._passes(score, moves)
        total = logsumexp(ahead[self._lasts] + self._last, axis=1)
        totals = np.repeat(total, self._lengths)
        likely = np.exp(ahead + behind - totals[:, None])
        to, inner = self._inner, self._inner - 1
        pairs = np.exp(
            ahead[inner][:, :, None]
            + moves[None]
            + (score[to] + behind[to])[:, None, :]
            - totals[to][:, None, None],
        )
        moved = (pairs * self._each[to][:, None, None]).sum(axis=0)
        told = score[np.arange(len(self._truth)), self._truth]
        cost = (
            float(self._weights @ total)
            - float(self._each @ told)
            - float((self._moved * free).sum())
        )
        slope = self._turned @ (likely * self._each[:, None]) - self._told
        return (
            cost + _SMALL / 2 * float(all_ @ all_),
            np.concatenate([slope.ravel(), (moved - self._moved).ravel()])
            + _SMALL * all_,
        )

    def _passes(
        self, score: Numbers, moves: Numbers
    ) -> tuple[Numbers, Numbers]:
        """Return the sums over all rows up to, and after, each character."""
        ahead = np.full(score.shape, _NEVER)
        behind = np.zeros(score.shape)
        ahead[self._firsts] = score[self._firsts] + self._first
        behind[self._lasts] = self._last
        free = np.exp(moves)
        for at in range(1, len(self._reach)):
            here = self._firsts[: self._reach[at]] + at
            past = ahead[here - 1]
            top = past.max(axis=1, keepdims=True)
            ahead[here] = (
                score[here] + np.log(np.exp(past - top) @ free + _TINY) + top
            )
        for at in range(len(self._reach) - 1, 0, -1):
            here = self._firsts[: self._reach[at]] + at
            next_ = behind[here] + score[here]
            top = next_.max(axis=1, keepdims=True)
            behind[here - 1] = (
                np.log(np.exp(next_ - top) @ free.T + _TINY) + top
            )
        return ahead, behind


def _descend(
    loss: Callable[[Numbers], tuple[float, Numbers]], size: int, *, free: int
) -> Numbers:
    """Return weights of small loss, few of them not zero.

    The last ``free`` ones have no price.
    """
    price = np.full(size, _SPARE)
    price[-free:] = 0
    at = np.zeros(size)
    cost, slope = loss(at)
    steps: deque[tuple[Numbers, Numbers, float]] = deque(maxlen=_MEMORY)
    for turn in range(_ROUNDS):
        steep = _steepest(at, slope, price)
        way = _downhill(steep, steps)
        side = np.where(at != 0, np.sign(at), -np.sign(steep))
        stride = 1.0 if turn else 1 / np.sqrt(float(steep @ steep))
        for _ in range(_HALVINGS):
            there = at + stride * way
            there[there * side < 0] = 0
            bare, turned = loss(there)
            new = bare + float(price @ np.abs(there))
            if new <= cost + 1e-4 * float(steep @ (there - at)):
                break
            stride /= 2
        else:
            return at
        step, bend = there - at, turned - slope
        if (curve := float(step @ bend)) > _TINY:
            steps.append((step, bend, 1 / curve))
        done = abs(cost - new) < _ENOUGH * abs(cost)
        at, slope, cost = there, turned, new
        if done:
            break
    return at


def _steepest(at: Numbers, slope: Numbers, price: Numbers) -> Numbers:
    """Return the slope with the price; flat where zero is best."""
    up, down = slope + price, slope - price
    rest = np.where(up < 0, up, np.where(down > 0, down, 0))
    return np.where(at > 0, up, np.where(at < 0, down, rest))


def _downhill(
    steep: Numbers, steps: Sequence[tuple[Numbers, Numbers, float]]
) -> Numbers:
    """Return where to go, by what the last steps told about the bends."""
    way = -steep
    shares = []
    for step, bend, per in reversed(steps):
        share = per * float(step @ way)
        shares.append(share)
        way = way - share * bend
    if steps:
        step, bend, per = steps[-1]
        way = way / (per * float(bend @ bend))
    for (step, bend, per), share in zip(steps, reversed(shares), strict=True):
        way = way + (share - per * float(bend @ way)) * step
    way[way * steep > 0] = 0
    return way


def _find(text: str, place: str | None) -> list[tuple[int, int]]:
    """Return where the parts of a place stand, each after the one before."""
    spans: list[tuple[int, int]] = []
    for part in (place or "").split(" / ") if place else []:
        after = spans[-1][1] if spans else 0
        start = text.find(part, after)
        if start < 0:
            start = text.index(part)
        spans.append((start, start + len(part)))
    return spans


def _words(text: str, spans: Sequence[tuple[int, int]]) -> str:
    joined = "/".join(text[start:end] for start, end in spans)
    return "".join(joined.split())


def main(arguments: Sequence[str]) -> None:
    """Write the model, or print figures."""
    by_writer = marked()
    if "--score" in arguments:
        for kept, messages in by_writer.items():
            others = {n: s for n, s in by_writer.items() if n != kept}
            figures: dict[str, Any] = {
                name: round(figure, 3)
                for name, figure in scores(learn(others), messages).items()
            }
            sys.stdout.write(f"{kept}: {figures}\n")
        return
    (_HERE / "place.bin").write_bytes(learn(by_writer).packed())


if __name__ == "__main__":
    main(sys.argv[1:])
