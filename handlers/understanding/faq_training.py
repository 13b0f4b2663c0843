"""Teach what evidence weighs when an FAQ is searched.

Two bases with questions, each by hands of its own: what is learned on one is
tested on the other, and the thresholds come from these tests. What ships has
learned from both. scikit-learn finds the weights; what runs needs only
``judging``. Run again, it writes the same.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from config.pack.values import Entry
from config.terms import EntryId
from handlers.understanding import lessons
from handlers.understanding.asking import terms, weigh_terms
from handlers.understanding.candidates import LIGHT, Evidence
from handlers.understanding.encoder import Encoder
from handlers.understanding.judging import (
    FULL,
    Sum,
    chance,
    signal_names,
    signals,
)
from handlers.understanding.retrieval import Retrieval

PRECISE = 0.95
REFUSED = 0.85
"""Of the unanswerable, how many shall be offered nothing."""
NEAR_MISS = 1 / 3
"""What an unanswerable question counts when the threshold of an answer is
set: half of the lessons are near misses, and life asks fewer."""
_RANK_PENALTY = 1e-3
_JUDGE_STRENGTH = 0.03
_CHOICES = 3
_VERBATIM = 0.2
_LEFT_OUT = 0.5
_REMOVED = 0.3
_OF_SMALLER = 0.3
"""What questions of our own making weigh beside those that were asked."""
_SMALLER = 5
_SOME_DAY = date(2026, 1, 1)


class Query(NamedTuple):
    """A question, and the entry that answers it, if any does."""

    text: str
    answer: EntryId | None


class Base(NamedTuple):
    """A community's FAQ, and what was asked about it."""

    entries: Sequence[Entry]
    queries: Sequence[Query]


@dataclass
class _Seen:
    """A question as the judge sees it."""

    evidence: list[Evidence]
    """Of the candidates, and last of what has nothing in common."""
    right: int | None
    """Which candidate answers; ``None`` if none does, or none was found."""
    answerable: bool
    weight: float
    """1 for what was really asked."""


@dataclass
class Figures:
    """How well one learns from the other; of questions never seen."""

    questions: int
    answerable: int
    recall_at_1: float
    recall_at_3: float
    answered_at_95: float
    """Answered rightly of the answerable, while 95 of 100 answers are right
    among all questions, near misses included."""
    answered: float
    """The same at the threshold that ships."""
    right_when_answered: float
    refused: float
    """Of the unanswerable: neither answered nor offered a choice."""
    offered: float
    """Of the answerable: answered, or offered among the choices."""


class _Fitted(NamedTuple):
    rank: Sum
    right: Sum
    among: Sum


class _Told(NamedTuple):
    right: float
    among: float
    is_right: bool
    is_among: bool
    answerable: bool
    weight: float


def teach(first: Path, encoder: Encoder) -> dict[str, list[Figures]]:
    """Write the model anew, and return how well it does.

    ``first`` holds the entries of the first base, in JSON lines. The talk
    comes first: the evidence is counted in it.
    """
    here = Path(__file__).parent
    here.joinpath("faq_background.txt").write_text(background(), "utf-8")
    model, figures = learn(bases(first), encoder)
    here.joinpath("faq_model.toml").write_text(model, "utf-8")
    return figures


def bases(first: Path) -> list[Base]:
    """Return both bases; the first one's entries are in a file."""
    folder = files("handlers.understanding.lessons")
    second = folder.joinpath("faq_2.jsonl").read_text("utf-8")
    return [
        Base(
            list(_entries(text)),
            list(_queries(folder.joinpath(asked).read_text("utf-8"))),
        )
        for text, asked in (
            (first.read_text("utf-8"), "faq_1.jsonl"),
            (second, "faq_2_queries.jsonl"),
        )
    ]


def background() -> str:
    """Return how rare terms are in ordinary talk, as ``asking`` reads it."""
    texts = [
        *(one.text for name in lessons.talks() for one in lessons.talk(name)),
        *lessons.chat(),
    ]
    known: Counter[str] = Counter()
    for text in texts:
        known.update(set(terms(text)))
    return weigh_terms(len(texts), known)


def learn(
    taught: Sequence[Base], encoder: Encoder
) -> tuple[str, dict[str, list[Figures]]]:
    """Return the model as ``judging`` reads it, and how well it does."""
    lines = [
        "# How much evidence weighs when an FAQ is searched: written by",
        "# `linli learn` from the lessons; not by hand.",
    ]
    figures = {}
    for name, evidence, meaning in (
        ("light", LIGHT, None),
        ("full", FULL, encoder),
    ):
        seen = [list(_look(base, meaning)) for base in taught]
        crossed = [_crossed(seen, at) for at in range(len(seen))]
        answer, offer = _thresholds([t for told in crossed for t in told])
        figures[name] = [_figures(told, answer, offer) for told in crossed]
        fitted = _fit([one for mine in seen for one in mine])
        lines += [
            "",
            f"[{name}]",
            f"answer = {answer:.3f}",
            f"offer = {offer:.3f}",
        ]
        for part, names in (
            ("rank", evidence),
            ("right", signal_names(evidence)),
            ("among", signal_names(evidence)),
        ):
            lines += ["", f"[{name}.{part}]"]
            lines += _lines(getattr(fitted, part), names)
    return "\n".join(lines) + "\n", figures


def _crossed(seen: Sequence[list[_Seen]], at: int) -> list[_Told]:
    """Judge one base's questions by what was learned on the others."""
    fitted = _fit(
        [one for other in seen if other is not seen[at] for one in other]
    )
    return [_told(fitted, one) for one in seen[at]]


def _look(base: Base, encoder: Encoder | None) -> Iterator[_Seen]:
    """Ask what was asked of the base, and what makes it robust.

    Each question of the FAQ without itself, as it stands, and without its
    entry; and everything again of a smaller FAQ, where words are rarer.
    """
    retrieval = _opened(base.entries, encoder)
    for query in base.queries:
        yield _seen(retrieval, query, 1.0)
    for entry in base.entries:
        for question in entry.questions:
            query = Query(question, entry.id)
            yield _seen(retrieval, query, _VERBATIM)
            others = [each for each in entry.questions if each != question]
            retrieval.put(replace(entry, questions=tuple(others)))
            yield _seen(retrieval, query, _LEFT_OUT)
        retrieval.remove(entry.id)
        for question in entry.questions:
            yield _seen(retrieval, Query(question, None), _REMOVED)
        retrieval.put(entry)
    for at in range(_SMALLER):
        entries = base.entries[at::_SMALLER]
        smaller = _opened(entries, encoder)
        there = {entry.id for entry in entries}
        for place, query in enumerate(base.queries):
            if query.answer in there:
                yield _seen(smaller, query, _OF_SMALLER)
            elif place % _SMALLER == at:
                yield _seen(smaller, Query(query.text, None), _OF_SMALLER)


def _opened(entries: Sequence[Entry], encoder: Encoder | None) -> Retrieval:
    retrieval = Retrieval(entries)
    if encoder is not None:
        retrieval.learn_meaning(retrieval.meanings(encoder))
    return retrieval


def _seen(retrieval: Retrieval, query: Query, weight: float) -> _Seen:
    found = retrieval.evidence(query.text)
    entries = [entry for entry, _ in found]
    answer = query.answer
    return _Seen(
        [*(one for _, one in found), retrieval.nothing(query.text)],
        entries.index(answer) if answer in entries else None,
        answer is not None,
        weight,
    )


def _fit(seen: Sequence[_Seen]) -> _Fitted:
    rank = _fit_rank([one for one in seen if one.right is not None])
    seen = [one for one in seen if len(one.evidence) > 1]
    shown = [signals_of(rank, one) for one in seen]
    weights = [one.weight for one in seen]
    hits = [_hits(rank, one) for one in seen]
    return _Fitted(
        rank,
        _fit_judge(shown, [right for right, _ in hits], weights),
        _fit_judge(shown, [among for _, among in hits], weights),
    )


def _fit_rank(seen: Sequence[_Seen]) -> Sum:
    """Let the right candidate win against the others, as often as can be."""
    most = max(len(one.evidence) for one in seen)
    values = np.zeros((len(seen), most, len(seen[0].evidence[0])))
    absent = np.full((len(seen), most), -np.inf)
    for at, one in enumerate(seen):
        values[at, : len(one.evidence)] = one.evidence
        absent[at, : len(one.evidence)] = 0.0
    every = np.arange(len(seen))
    weight = np.array([one.weight for one in seen])
    weight /= weight.sum()
    rights = np.array([one.right for one in seen])

    def lost(weights: Any) -> tuple[float, Any]:  # noqa: ANN401
        scores = values @ weights + absent
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        loss = -np.log(odds[every, rights] + 1e-12) @ weight
        odds[every, rights] -= 1
        slope = np.einsum("q,qc,qce->e", weight, odds, values)
        penalty = _RANK_PENALTY * weights
        return loss + penalty @ weights, slope + 2 * penalty

    found = minimize(
        lost, np.zeros(values.shape[2]), jac=True, method="L-BFGS-B"
    )
    return Sum(0.0, tuple(found.x.tolist()))


def _fit_judge(
    shown: Sequence[Sequence[float]],
    hits: Sequence[bool],
    weights: Sequence[float],
) -> Sum:
    scaler = StandardScaler().fit(shown)
    fitted = LogisticRegression(C=_JUDGE_STRENGTH, max_iter=5000).fit(
        scaler.transform(shown), hits, sample_weight=weights
    )
    found = fitted.coef_[0] / scaler.scale_
    bias = fitted.intercept_[0] - found @ scaler.mean_
    return Sum(float(bias), tuple(found.tolist()))


def _in_order(rank: Sum, one: _Seen) -> list[int]:
    """Return the candidates, best first, and last what is none."""
    *candidates, _ = one.evidence
    places = range(len(candidates))
    order = sorted(places, key=lambda at: -rank.of(candidates[at]))
    return [*order, len(candidates)]


def signals_of(rank: Sum, one: _Seen) -> list[float]:
    """Return what tells whether the best is right."""
    evidence = [one.evidence[at] for at in _in_order(rank, one)]
    return signals([rank.of(each) for each in evidence], evidence)


def _hits(rank: Sum, one: _Seen) -> tuple[bool, bool]:
    best = _in_order(rank, one)[:-1]
    return best[:1] == [one.right], one.right in best[:_CHOICES]


def _told(fitted: _Fitted, one: _Seen) -> _Told:
    if len(one.evidence) == 1:
        return _Told(0, 0, False, False, one.answerable, one.weight)  # noqa: FBT003
    shown = signals_of(fitted.rank, one)
    return _Told(
        chance(fitted.right.of(shown)),
        chance(fitted.among.of(shown)),
        *_hits(fitted.rank, one),
        one.answerable,
        one.weight,
    )


def _thresholds(told: Sequence[_Told]) -> tuple[float, float]:
    """Return the least chances to answer alone, and to offer choices."""
    told = [one for one in told if one.weight == 1]
    answer = 1.0
    right = all_ = 0.0
    for one in sorted(told, key=lambda one: -one.right):
        right += one.is_right
        all_ += 1.0 if one.answerable else NEAR_MISS
        if right >= PRECISE * all_:
            answer = one.right
    others = sorted(one.among for one in told if not one.answerable)
    return answer, others[int(REFUSED * len(others))]


def _figures(told: Sequence[_Told], answer: float, offer: float) -> Figures:
    told = [one for one in told if one.weight == 1]
    asked = [one for one in told if one.answerable]
    others = [one for one in told if not one.answerable]
    given = [one for one in told if one.right >= answer]
    best = right = 0
    for place, one in enumerate(sorted(told, key=lambda one: -one.right), 1):
        right += one.is_right
        if right >= PRECISE * place:
            best = right
    return Figures(
        questions=len(told),
        answerable=len(asked),
        recall_at_1=_part(one.is_right for one in asked),
        recall_at_3=_part(one.is_among for one in asked),
        answered_at_95=best / len(asked),
        answered=sum(one.is_right for one in given) / len(asked),
        right_when_answered=_part(one.is_right for one in given),
        refused=_part(
            one.right < answer and one.among < offer for one in others
        ),
        offered=_part(
            one.right >= answer or (one.is_among and one.among >= offer)
            for one in asked
        ),
    )


def _part(hits: Iterable[bool]) -> float:
    each = list(hits)
    return sum(each) / len(each) if each else 0.0


def _lines(of: Sum, names: Sequence[str]) -> list[str]:
    bias = [f"bias = {of.bias:.4f}"] if of.bias else []
    pairs = zip(names, of.weights, strict=True)
    return [*bias, *(f"{name} = {weight:.4f}" for name, weight in pairs)]


def _entries(text: str) -> Iterator[Entry]:
    for line in text.splitlines():
        row = json.loads(line)
        yield Entry(
            id=EntryId(row["id"]),
            topic=row["topic"],
            questions=(row["question"], *row["variants"]),
            answer=row["answer"],
            source=row["source"],
            issued=_SOME_DAY,
            valid_until=None,
        )


def _queries(text: str) -> Iterator[Query]:
    for line in text.splitlines():
        row = json.loads(line)
        answer = row["answer"]
        yield Query(row["text"], EntryId(answer) if answer else None)
