"""Search by likeness alone: BM25 and the cosine of TF-IDF.

Both are baselines, and find answers and second tellings alike. ``sure`` is
what reaches the least likeness with the wanted precision on the lessons'
FAQ; a second telling is suggested above the likeness that was best there.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from heapq import nlargest
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from config.pack.values import Community, Entry
from handlers.understanding import lessons
from tests.bench import _groupchat
from tests.bench._folder import Query, query_of
from tests.bench._groupchat import Message
from tests.bench._readers import Answered, Book, Matters
from tests.bench._scores import best_f1, least

ANSWER_PRECISION = 0.95
RANKED = 10
_NEVER = math.inf
_K1 = 1.2
_B = 0.75
_NGRAMS = (1, 3)
Index = Callable[[], "Likeness"]


class Likeness(Protocol):
    """Texts that can be searched; each is compared with what is asked."""

    def put(self, key: str, text: str) -> None:
        """Add a text; a key may have several."""

    def near(self, text: str) -> list[tuple[float, str]]:
        """Return the nearest keys by their best text; 1 is the same."""


class Bm25Likeness:
    """BM25, divided by what a text scores with itself."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._lengths: list[int] = []
        self._norms: list[float] = []
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def put(self, key: str, text: str) -> None:
        """Add a text."""
        terms = Counter(characters(text))
        for term, times in terms.items():
            self._postings[term].append((len(self._keys), times))
        self._keys.append(key)
        self._lengths.append(terms.total())
        self._norms = []

    def near(self, text: str) -> list[tuple[float, str]]:
        """Return the nearest keys by their best text."""
        if not self._keys:
            return []
        usual = sum(self._lengths) / len(self._lengths) or 1.0
        if not self._norms:
            self._norms = [_norm(length, usual) for length in self._lengths]
        norms, scores = self._norms, [0.0] * len(self._keys)
        terms = Counter(characters(text))
        own, mine = 0.0, _norm(terms.total(), usual)
        for term, said in terms.items():
            posting = self._postings.get(term, ())
            rare = len(self._keys) - len(posting) + 0.5
            weight = math.log(1 + rare / (len(posting) + 0.5)) * (_K1 + 1)
            own += weight * said / (said + mine)
            for at, times in posting:
                scores[at] += weight * times / (times + norms[at])
        return _nearest(
            (score / own, self._keys[at])
            for at, score in enumerate(scores)
            if score
        )


class CosineLikeness:
    """The cosine of TF-IDF, rare or common being what it is in lessons."""

    def __init__(self, idf: Mapping[str, float], unseen: float) -> None:
        self._idf, self._unseen = idf, unseen
        self._keys: list[str] = []
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)

    def put(self, key: str, text: str) -> None:
        """Add a text."""
        for term, weight in self._weights(text).items():
            self._postings[term].append((len(self._keys), weight))
        self._keys.append(key)

    def near(self, text: str) -> list[tuple[float, str]]:
        """Return the nearest keys by their best text."""
        scores = [0.0] * len(self._keys)
        for term, weight in self._weights(text).items():
            for at, other in self._postings.get(term, ()):
                scores[at] += weight * other
        return _nearest(
            (score, self._keys[at]) for at, score in enumerate(scores) if score
        )

    def _weights(self, text: str) -> dict[str, float]:
        weights = {
            term: (1 + math.log(times)) * self._idf.get(term, self._unseen)
            for term, times in Counter(ngrams(text)).items()
        }
        length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
        return {term: weight / length for term, weight in weights.items()}


@dataclass(frozen=True, slots=True)
class _Thresholds:
    answer: float
    twin: float


class Likely:
    """Finds answers and second tellings by likeness alone."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def book(self, entries: Iterable[Entry]) -> Book:
        """Index each question, wording and answer by itself."""
        return _ByLikeness(
            self._index, entries, thresholds(self._index).answer
        )

    def matters(self) -> Matters:
        """Know no report yet."""
        return _Tellings(self._index(), thresholds(self._index).twin)


class _ByLikeness:
    def __init__(
        self, index: Index, entries: Iterable[Entry], enough: float
    ) -> None:
        self._texts = index()
        self._enough = enough
        for entry in entries:
            for text in (*entry.questions, entry.answer):
                self._texts.put(entry.id, text)

    def ask(self, question: str) -> Answered:
        """Answer above the threshold, else say nothing: no choices."""
        near = self._texts.near(question)
        confidence = near[0][0] if near else 0.0
        return Answered(
            ranked=tuple(key for _, key in near),
            confidence=confidence,
            sure=confidence >= self._enough,
            offered=confidence >= self._enough,
        )

    def find(self, question: str) -> object:
        """Look for the nearest."""
        return self._texts.near(question)


class _Tellings:
    def __init__(self, texts: Likeness, enough: float) -> None:
        self._texts = texts
        self._enough = enough

    def put(self, message: Message, at: datetime) -> None:
        """Remember the words."""
        self._texts.put(message.id, message.text)

    def likely(self, message: Message, at: datetime) -> str | None:
        """Return the nearest, if it is near enough."""
        for score, key in self._texts.near(message.text)[:1]:
            if score >= self._enough:
                return key
        return None

    def nearest(self, message: Message, at: datetime) -> list[str]:
        """Return what has most in common."""
        return [key for _, key in self._texts.near(message.text)]


class Bm25(Likely):
    """BM25 over characters and bigrams."""

    def __init__(self, community: Community) -> None:
        super().__init__(Bm25Likeness)


class Cosine(Likely):
    """The cosine of TF-IDF."""

    def __init__(self, community: Community) -> None:
        super().__init__(cosine)


@cache
def thresholds(index: Index) -> _Thresholds:
    """Return the least likeness of an answer, and of a second telling."""
    entries, queries = _faq()
    book = _ByLikeness(index, entries, _NEVER)
    answered = [
        (found.confidence, bool({*found.ranked[:1]} & query.answers))
        for query in queries
        for found in [book.ask(query.text)]
    ]
    told: list[tuple[float, bool]] = []
    wanted = 0
    for name in lessons.talks():
        texts = index()
        matters: dict[str, int] = {}
        for one in lessons.talk(name):
            if one.label != "report":
                continue
            matter = one.duplicate_of or one.line
            wanted += one.duplicate_of is not None
            told += [
                (score, matters[key] == matter)
                for score, key in texts.near(one.text)[:1]
            ]
            texts.put(str(one.line), one.text)
            matters[str(one.line)] = matter
    return _Thresholds(
        answer=least(answered, ANSWER_PRECISION),
        twin=best_f1(told, wanted=wanted),
    )


def _faq() -> tuple[list[Entry], list[Query]]:
    """Return the FAQ of the lessons and what is asked of it."""
    folder = Path(lessons.__file__).parent
    entries = _groupchat.entries(folder / "faq_2.jsonl")
    known = {entry.id for entry in entries}
    read = (
        query_of(json.loads(row), known)
        for row in (folder / "faq_2_queries.jsonl")
        .read_text("utf-8")
        .splitlines()
    )
    return entries, [query for query in read if query]


@cache
def cosine_idf() -> tuple[dict[str, float], float]:
    """Return how rare n-grams are in lessons, and one that isn't there."""
    texts = [
        one.text for name in lessons.talks() for one in lessons.talk(name)
    ]
    known = Counter(term for text in texts for term in set(ngrams(text)))
    idf = {
        term: 1 + math.log((1 + len(texts)) / (1 + n))
        for term, n in known.items()
    }
    return idf, 1 + math.log(1 + len(texts))


def cosine() -> Likeness:
    """Return an empty index by cosine."""
    return CosineLikeness(*cosine_idf())


def characters(text: str) -> list[str]:
    """Return the characters and bigrams of a text."""
    said = "".join(text.lower().split())
    return [*said, *(one + other for one, other in pairwise(said))]


def ngrams(text: str) -> list[str]:
    """Return one to three characters in a row."""
    said = "".join(text.lower().split())
    return [
        said[at : at + size]
        for size in range(_NGRAMS[0], _NGRAMS[1] + 1)
        for at in range(len(said) - size + 1)
    ]


def _norm(length: int, usual: float) -> float:
    return _K1 * (1 - _B + _B * length / usual)


def _nearest(scored: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
    best: dict[str, float] = {}
    for score, key in scored:
        best[key] = max(best.get(key, 0.0), score)
    near = nlargest(RANKED, best.items(), key=lambda one: one[1])
    return [(score, key) for key, score in near]
