"""Learn when two tellings are about one matter; writes ``duplicates.bin``.

``python -m handlers.understanding.duplicates_training`` learns from the
lessons and, where the checkout has it, from ``tests/data``; with ``--score``
it writes nothing and prints what comes of it with each writer kept back.
The same input gives the same file.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import log, sqrt
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace as replace_
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from handlers.understanding import duplicates, lessons
from handlers.understanding.duplicates import (
    FEATURES,
    VERSION,
    Duplicates,
    Head,
    Learned,
    Meanings,
    Told,
    closer_features,
    is_near,
    terms,
)
from handlers.understanding.encoder import load as load_encoder

_HERE = Path(__file__).parent
_LABELLED = _HERE.parents[1] / "tests" / "data" / "groupchat_dev.jsonl"
_START = datetime(2026, 11, 2, tzinfo=UTC)
PACE = timedelta(minutes=6)
"""Between two messages of a labelled chat, which tells no times."""
_LEAST_KNOWN = 2
_MOST_TERMS = 9000
_LATER = 0.25
"""The part of the second tellings that come days after the first, when the
talk has moved on. The lessons hold none; of the labelled chat's, one in five
does. Each second telling therefore counts once as told at once, and this
much as told later."""
_REPOSTED = 0.05
"""The part of reports that somebody posts again, shorter, in the same
words. The lessons hold none: their writers don't repeat themselves."""
_BYTE = 127
_NOTHING: Head = (0.0, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message of labelled talk."""

    text: str
    label: str
    category: str
    group: str
    first: int | None
    """Where in the chat the first telling of the same matter stands."""


Chat = Sequence[Post]


def chats() -> dict[str, Chat]:
    """Return the labelled talk at hand, by its writer."""
    found: dict[str, Chat] = {}
    for name in lessons.talks():
        said = lessons.talk(name)
        at = {one.line: place for place, one in enumerate(said)}
        found[name] = [
            Post(
                text=one.text,
                label=one.label,
                category=one.category or "",
                group=one.group,
                first=None
                if one.duplicate_of is None
                else at[one.duplicate_of],
            )
            for one in said
        ]
    if _LABELLED.exists():
        found[_LABELLED.name] = labelled(_LABELLED)
    return found


def labelled(file: Path) -> Chat:
    """Return a chat in the format of ``groupchat_dev.jsonl``."""
    rows = [json.loads(row) for row in file.read_text("utf-8").splitlines()]
    at = {row["id"]: place for place, row in enumerate(rows)}
    return [
        Post(
            text=row["text"],
            label=row["label"],
            category=row["category"] or "",
            group=row["group"],
            first=at.get(row["duplicate_of"]),
        )
        for row in rows
    ]


def learn(
    by_writer: Mapping[str, Chat], meanings: Meanings | None = None
) -> Learned:
    """Learn from labelled talk; kinds of trouble are told by other writers.

    Without ``meanings`` an encoder will add nothing.
    """
    every = [post for chat in by_writer.values() for post in chat]
    near = _Pile([], [], [], [])
    far = _Pile([], [], [], [])
    for writer, chat in by_writer.items():
        others = [
            post
            for name, posts in by_writer.items()
            if name != writer
            for post in posts
        ]
        told_apart = _kinds(others or every)
        for again in _reposts(told_apart, chat):
            for later in _as_it_may_come(again):
                far.add(later, _REPOSTED)
        for pair in _pairs(told_apart, chat, meanings):
            if is_near(pair.features):
                near.add(pair, 1.0)
            elif not pair.same:
                far.add(pair, 1.0)
            for later in _as_it_may_come(pair):
                far.add(later, _LATER)
    return replace_(
        _kinds(every),
        near=_fit(near.seen, near),
        far=_fit(far.seen, far),
        near_closer=_fit(near.closer, near),
        far_closer=_fit(far.closer, far),
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    features: list[float]
    cosine: float
    same: int


@dataclass(frozen=True, slots=True)
class _Pile:
    seen: list[list[float]]
    closer: list[list[float]]
    same: list[int]
    weights: list[float]

    def add(self, pair: _Pair, weight: float) -> None:
        meant = closer_features(pair.features, pair.cosine)
        self.seen.append(pair.features)
        self.closer.append(pair.features + meant)
        self.same.append(pair.same)
        self.weights.append(weight)


def _as_it_may_come(pair: _Pair) -> Iterator[_Pair]:
    """Yield a second telling as it might come days later."""
    if not pair.same:
        return
    later = [*pair.features]
    for name in ("spell", "spell_kind", "spell_alike"):
        later[FEATURES.index(name)] = 0.0
    later[FEATURES.index("between")] = duplicates.FAR
    yield replace(pair, features=later)


def _reposts(learned: Learned, chat: Chat) -> Iterator[_Pair]:
    """Yield each report with what somebody keeps of it the second time."""
    for place, post in enumerate(chat):
        if post.label != "report":
            continue
        told = told_at(learned, place, post)
        short = replace(told, text=post.text[: len(post.text) * 2 // 3])
        seen = duplicates.features(
            learned,
            duplicates.read(learned, short),
            duplicates.read(learned, told),
        )
        yield _Pair(seen, 1.0, 1)


def _pairs(
    learned: Learned, chat: Chat, meanings: Meanings | None
) -> Iterator[_Pair]:
    """Yield each report with the earlier ones that it may tell of again."""
    index: Duplicates[int] = Duplicates(learned)
    vectors: dict[int, Sequence[float]] = {}
    for place, post in enumerate(chat):
        if post.label != "report":
            continue
        told = told_at(learned, place, post)
        if meanings is not None:
            (vectors[place],) = meanings([post.text])
        for key, features in index.compared(told):
            cosine = (
                sum(
                    a * b
                    for a, b in zip(vectors[place], vectors[key], strict=True)
                )
                if meanings is not None
                else 0.0
            )
            same = int(_first(chat, place) == _first(chat, key))
            yield _Pair(features, cosine, same)
        index.put(place, told)


def told_at(learned: Learned, place: int, post: Post) -> Told:
    """Return a report as it would have come, with a category guessed."""
    told = Told(text=post.text, at=_START + place * PACE, grid=post.group)
    kind = duplicates.read(learned, told).kind
    best = max(range(len(kind)), key=kind.__getitem__)
    return replace(told, category=learned.kinds[best])


def _first(chat: Chat, place: int) -> int:
    first = chat[place].first
    return place if first is None else first


def _kinds(posts: Sequence[Post]) -> Learned:
    """Learn how rare terms are, and of which trouble they speak."""
    reports = [post for post in posts if post.label == "report"]
    known: Counter[str] = Counter()
    for post in reports:
        known.update({*terms(post.text)})
    common = sorted(known.items(), key=lambda one: (-one[1], one[0]))
    kept = {
        term for term, times in common[:_MOST_TERMS] if times >= _LEAST_KNOWN
    }
    about = [
        post
        for post in posts
        if post.label in {"report", "followup"} and post.category
    ]
    vectorizer = DictVectorizer()
    model = LogisticRegression(C=10.0, max_iter=2000)
    model.fit(
        vectorizer.fit_transform(
            [_worth(post.text, known, kept, len(reports)) for post in about]
        ),
        [post.category for post in about],
    )
    scale = float(abs(model.coef_).max()) / _BYTE
    said = (model.coef_ / scale).round().astype("int8").T
    names: list[str] = [*vectorizer.get_feature_names_out()]
    return Learned(
        version=VERSION,
        texts=len(reports),
        terms={
            term: (known[term], row.tobytes())
            for term, row in zip(names, said, strict=True)
        },
        kinds=tuple(str(kind) for kind in model.classes_),
        scale=scale,
        bias=tuple(round(float(bias), 4) for bias in model.intercept_),
        near=_NOTHING,
        far=_NOTHING,
        near_closer=_NOTHING,
        far_closer=_NOTHING,
    )


def _worth(
    text: str, known: Mapping[str, int], kept: AbstractSet[str], texts: int
) -> dict[str, float]:
    """Return what the terms of a text weigh; the whole has length 1."""
    worth = {
        term: duplicates.rarity(known[term], texts) * (1 + log(times))
        for term, times in Counter(terms(text)).items()
        if term in kept
    }
    size = sqrt(sum(weight * weight for weight in worth.values())) or 1.0
    return {term: weight / size for term, weight in worth.items()}


def _fit(seen: Sequence[Sequence[float]], pile: _Pile) -> Head:
    model: Any = LogisticRegression(C=3.0, max_iter=5000)
    model.fit(seen, pile.same, sample_weight=pile.weights)
    return (
        round(float(model.intercept_[0]), 4),
        tuple(round(float(weight), 4) for weight in model.coef_[0]),
    )


class Guess(NamedTuple):
    """What was thought to be the first telling, and whether it is."""

    chance: float
    right: bool
    writer: str
    place: int
    key: int


def score(
    by_writer: Mapping[str, Chat], meanings: Meanings | None = None
) -> tuple[list[Guess], int]:
    """Return a guess for each report, its writer kept back.

    And how many second tellings there were.
    """
    guesses: list[Guess] = []
    tellings = 0
    for writer, chat in by_writer.items():
        others = {
            name: posts for name, posts in by_writer.items() if name != writer
        }
        learned = learn(others, meanings)
        guesses += guess(learned, chat, meanings, writer)
        tellings += sum(
            post.label == "report" and post.first is not None for post in chat
        )
    return guesses, tellings


def guess(
    learned: Learned,
    chat: Chat,
    meanings: Meanings | None = None,
    writer: str = "",
) -> Iterator[Guess]:
    """Yield the likeliest first telling of each report of a chat."""
    index: Duplicates[int] = Duplicates(learned)
    for place, post in enumerate(chat):
        if post.label != "report":
            continue
        told = told_at(learned, place, post)
        for found in index.likely(told, least=0.0, most=1, meanings=meanings):
            right = _first(chat, place) == _first(chat, found.key)
            yield Guess(found.chance, right, writer, place, found.key)
        index.put(place, told)


def reached(
    guesses: Sequence[Guess], tellings: int, precision: float
) -> tuple[float, float]:
    """Return the most recall at a precision, and its threshold."""
    best, right = (0.0, 1.0), 0
    ranked = sorted(guesses, key=lambda one: -one.chance)
    for count, one in enumerate(ranked, 1):
        right += one.right
        if right / count >= precision:
            best = (right / tellings, one.chance)
    return best


def main(arguments: Sequence[str]) -> int:
    """Write what is learned; or with ``--score`` say how good it is."""
    meanings = encoder()
    by_writer = chats()
    if "--score" not in arguments:
        learned = learn(by_writer, meanings)
        file = duplicates.dump(learned)
        (_HERE / "duplicates.bin").write_bytes(file)
        sys.stdout.write(f"{len(file)} bytes, {len(learned.terms)} terms\n")
        return 0
    for name, with_ in (("plain", None), ("closer", meanings)):
        if name == "closer" and with_ is None:
            continue
        guesses, tellings = score(by_writer, with_)
        for least in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
            said = [one for one in guesses if one.chance >= least]
            right = sum(one.right for one in said)
            sys.stdout.write(
                f"{name} from {least}: precision "
                f"{right / max(len(said), 1):.3f} "
                f"recall {right / tellings:.3f} of {tellings}\n"
            )
        for precision in (0.95, 0.9, 0.85, 0.8):
            recall, least = reached(guesses, tellings, precision)
            sys.stdout.write(
                f"{name} at precision {precision}: recall {recall:.3f}"
                f" from {least:.2f}\n"
            )
    return 0


def encoder() -> Meanings | None:
    """Return the encoder that ships in a package, or None without it."""
    found = load_encoder()
    if found is None:
        return None
    kept: dict[str, Sequence[float]] = {}

    def meanings(texts: Sequence[str]) -> Sequence[Sequence[float]]:
        new = [text for text in texts if text not in kept]
        if new:
            kept.update(zip(new, found(new).tolist(), strict=True))
        return [kept[text] for text in texts]

    return meanings


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
