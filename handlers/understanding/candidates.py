"""What speaks for an entry as the answer to a question, in numbers.

``Texts`` holds an FAQ's questions and answers by their words, sounds and
things, and picks the entries that a question may be about. ``evidence``
measures one of them. Which number counts how much is learned: ``judging``.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt
from operator import itemgetter
from typing import NamedTuple

from config.pack.values import Entry
from config.terms import EntryId
from handlers.understanding.asking import is_han, rarity, sounding, terms
from handlers.understanding.concepts import aspects, family, things
from handlers.understanding.text import fold

_K1 = 1.2
_B = 0.3
_USUAL_LENGTH = 40
"""Terms of a usual text; a constant, so that adding needs no recount."""
_ANSWER = 0.8
"""What the answer adds to the best of an entry's texts."""
_READ = 200
_COMMON = 200
"""Texts; a term that occurs in more of them chooses no candidates."""
_TEXTS = 100
CANDIDATES = 16
LIGHT = (
    "question",
    "answer",
    "title",
    "all_questions",
    "cover",
    "said",
    "sound_question",
    "sound_answer",
    "sound_cover",
    "things",
    "things_missing",
    "things_excluded",
    "things_alike",
    "aspects",
    "aspects_missing",
    "known",
    "known_asked",
    "unknown",
    "strangest",
)
"""The evidence that needs no encoder, in order."""
Evidence = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A text of an entry as it is searched."""

    entry: EntryId
    words: Mapping[str, float]
    """How much each term counts here, BM25's way."""
    sounds: Mapping[str, float]
    things: frozenset[str]
    aspects: frozenset[str]


class Asked(NamedTuple):
    """A question as it is searched for."""

    words: Mapping[str, float]
    """How much each of its terms says."""
    whole: float
    sounds: frozenset[str]
    things: frozenset[str]
    aspects: frozenset[str]
    rarities: Mapping[str, float]


class Candidate(NamedTuple):
    """An entry that may answer, by its words alone."""

    entry: Entry
    score: float
    """What it has in common with the question; 1 is one rare character."""
    cover: float
    """How much of the question that is, from 0 to 1."""
    is_answer: bool
    """Its answer comes nearest: it mentions what is asked, in passing."""


class Texts:
    """An FAQ's texts; entries come and go at little cost."""

    def __init__(self) -> None:
        self.entries: dict[EntryId, Entry] = {}
        self._parts: dict[int, Part] = {}
        self._parts_of: dict[EntryId, list[int]] = {}
        """The keys of an entry's parts, its answer last."""
        self._postings: dict[str, dict[int, float]] = defaultdict(dict)
        self._known_to: Counter[str] = Counter()
        """In how many entries a term occurs; a sound's, too."""
        self._named_in: Counter[str] = Counter()
        self._in_latin: set[EntryId] = set()
        self._weights: dict[str, float] = {}
        self._next = 0

    def put(self, entry: Entry) -> frozenset[str]:
        """Add an entry that isn't there; return its terms."""
        self.entries[entry.id] = entry
        texts = (*entry.questions, entry.answer)
        self._parts_of[entry.id] = [self._add(entry.id, t) for t in texts]
        known, named = self._terms_of(entry.id)
        self._known_to.update(known)
        self._named_in.update(named)
        if not any(is_han(question) for question in entry.questions):
            self._in_latin.add(entry.id)
        self._weights.clear()
        return self._words_of(entry.id)

    def remove(self, entry: EntryId) -> frozenset[str]:
        """Forget an entry; return the terms that it had."""
        if entry not in self.entries:
            return frozenset()
        known, named = self._terms_of(entry)
        words = self._words_of(entry)
        self._known_to.subtract(known)
        self._named_in.subtract(named)
        self._in_latin.discard(entry)
        for key in self._parts_of.pop(entry):
            for term in self._parts.pop(key).words:
                del self._postings[term][key]
        del self.entries[entry]
        self._weights.clear()
        return words

    def read(self, question: str) -> Asked:
        """Return a question as it is searched for."""
        question = question[:_READ]
        folded = fold(question)
        entries = self._comparable(question)
        words = {term: self._weight(term, entries) for term in terms(question)}
        return Asked(
            words,
            sum(words.values()),
            frozenset(sounding(question)),
            things(folded),
            aspects(folded),
            {term: rarity(term) for term in words},
        )

    def likely(self, asked: Asked, question: str) -> list[Candidate]:
        """Return the entries with most in common, best first."""
        unit = _weight(0, self._comparable(question))
        best: dict[EntryId, tuple[float, int]] = {}
        answers: dict[EntryId, float] = {}
        for key, score in self._scores(asked.words):
            entry = self._parts[key].entry
            best.setdefault(entry, (score, key))
            if key == self._parts_of[entry][-1]:
                answers[entry] = score
        ranked = heapq.nlargest(
            CANDIDATES,
            (
                ((score + _ANSWER * answers.get(entry, 0.0)) / unit, key)
                for entry, (score, key) in best.items()
            ),
        )
        return [
            self._candidate(asked, score, self._parts[key], key)
            for score, key in ranked
        ]

    def speaks(self, entry: EntryId, question: str) -> bool:
        """Whether an entry is in the language of a question."""
        return (entry in self._in_latin) != is_han(question)

    def candidate(self, asked: Asked, entry: EntryId) -> Candidate:
        """Return an entry that something else than its words speaks for."""
        key = self._parts_of[entry][0]
        return self._candidate(asked, 0.0, self._parts[key], key)

    def evidence(self, asked: Asked, entry: EntryId) -> Evidence:
        """Return what speaks for an entry, as ``LIGHT`` names it."""
        *questions, answer = (self._parts[k] for k in self._parts_of[entry])
        questions = questions or [answer]
        # Longer questions have more in common with everything.
        scale = self._unit * sqrt(asked.whole) or 1.0
        scores = [_overlap(asked.words, part.words) for part in questions]
        in_answer = _overlap(asked.words, answer.words)
        said = (self._said(asked, part) for part in questions)
        known = set(answer.words).union(*(part.words for part in questions))
        asked_in = set[str]().union(*(part.words for part in questions))
        sounds = {s: self._weights_of(s) for s in asked.sounds}
        sounds_whole = sum(sounds.values()) or 1.0
        sound_scale = self._unit * sqrt(sounds_whole)
        heard = set(answer.sounds).union(*(part.sounds for part in questions))
        named = answer.things.union(*(part.things for part in questions))
        told = answer.aspects.union(*(part.aspects for part in questions))
        named_in_questions = frozenset[str]().union(
            *(part.things for part in questions)
        )
        rare = sum(asked.rarities.values()) or 1.0
        strange = {t: r for t, r in asked.rarities.items() if t not in known}
        return (
            max(scores) / scale,
            in_answer / scale,
            scores[0] / scale,
            sum(scores) / scale / 5,
            sum(w for t, w in asked.words.items() if t in known)
            / (asked.whole or 1.0),
            max(said),
            max(_overlap(sounds, part.sounds) for part in questions)
            / sound_scale,
            _overlap(sounds, answer.sounds) / sound_scale,
            sum(w for s, w in sounds.items() if s in heard) / sounds_whole,
            sum(map(self._telling, asked.things & named)),
            sum(map(self._telling, asked.things - named)),
            _excluded(asked.things, named, named_in_questions),
            max(_alike(asked.things, part.things) for part in questions),
            len(asked.aspects & told) / (len(asked.aspects) or 1),
            len(asked.aspects - told),
            1 - sum(strange.values()) / rare,
            sum(r for t, r in asked.rarities.items() if t in asked_in) / rare,
            sum(strange.values()) / 10,
            max((r for t, r in strange.items() if len(t) == 1), default=0.0),
        )

    def nothing(self, asked: Asked) -> Evidence:
        """Return the evidence for what has nothing to do with a question."""
        rare = asked.rarities
        values = dict.fromkeys(LIGHT, 0.0) | {
            "things_missing": sum(map(self._telling, asked.things)),
            "aspects_missing": len(asked.aspects),
            "unknown": sum(rare.values()) / 10,
            "strangest": max(
                (r for t, r in rare.items() if len(t) == 1), default=0.0
            ),
        }
        return tuple(values.values())

    def _said(self, asked: Asked, part: Part) -> float:
        """Return how much of a text the question says."""
        weights = {term: self._weights_of(term) for term in part.words}
        whole = sum(weights.values()) or 1.0
        return sum(w for t, w in weights.items() if t in asked.words) / whole

    def _candidate(
        self, asked: Asked, score: float, part: Part, key: int
    ) -> Candidate:
        answer = self._parts_of[part.entry][-1]
        known = self._parts[answer].words
        said = sum(
            weight
            for term, weight in asked.words.items()
            if term in part.words or term in known
        )
        return Candidate(
            self.entries[part.entry],
            score,
            said / (asked.whole or 1.0),
            key == answer,
        )

    def _add(self, entry: EntryId, text: str) -> int:
        key = self._next
        self._next += 1
        folded = fold(text)
        part = Part(
            entry,
            _counted(terms(text)),
            _counted(sounding(text)),
            things(folded),
            aspects(folded),
        )
        self._parts[key] = part
        for term, amount in part.words.items():
            self._postings[term][key] = amount
        return key

    def _words_of(self, entry: EntryId) -> frozenset[str]:
        parts = [self._parts[key] for key in self._parts_of[entry]]
        return frozenset[str]().union(*(part.words for part in parts))

    def _terms_of(
        self, entry: EntryId
    ) -> tuple[frozenset[str], frozenset[str]]:
        parts = [self._parts[key] for key in self._parts_of[entry]]
        known = frozenset[str]().union(
            *(part.words for part in parts), *(part.sounds for part in parts)
        )
        return known, frozenset[str]().union(*(p.things for p in parts))

    def _comparable(self, question: str) -> int:
        """Return how many entries are in the question's language."""
        latin = len(self._in_latin)
        return len(self.entries) - latin if is_han(question) else latin

    @property
    def _unit(self) -> float:
        return _weight(0, len(self.entries))

    def _weight(self, term: str, entries: int) -> float:
        return _weight(self._known_to[term], entries)

    def _weights_of(self, term: str) -> float:
        """Return what a term says among all entries; remembered."""
        weight = self._weights.get(term)
        if weight is None:
            weight = self._weight(term, len(self.entries))
            self._weights[term] = weight
        return weight

    def _telling(self, thing: str) -> float:
        """Return how few entries speak of a thing, from 0 to 1."""
        entries = len(self.entries)
        return log(1 + entries / (1 + self._named_in[thing])) / log(
            1 + entries
        )

    def _scores(self, weights: Mapping[str, float]) -> list[tuple[int, float]]:
        """Return the texts with most in common, best first."""
        scores: dict[int, float] = defaultdict(float)
        common = []
        for term, weight in weights.items():
            posting = self._postings.get(term, {})
            if len(posting) > _COMMON:
                common.append((weight, posting))
                continue
            for key, part in posting.items():
                scores[key] += weight * part
        # Rare terms choose the candidates; common ones only rank them.
        keys = heapq.nlargest(_TEXTS, scores, scores.__getitem__)
        for weight, posting in common:
            for key in keys or posting:
                scores[key] += weight * posting.get(key, 0.0)
        return heapq.nlargest(_TEXTS, scores.items(), itemgetter(1))


def _counted(found: Iterable[str]) -> Mapping[str, float]:
    counts = Counter(found)
    norm = _K1 * (1 - _B + _B * counts.total() / _USUAL_LENGTH)
    return {
        term: times * (_K1 + 1) / (times + norm)
        for term, times in counts.items()
    }


def _weight(known_to: int, entries: int) -> float:
    # A word that nobody knows says no more than one that one entry knows.
    known_to = max(known_to, 1)
    entries = max(entries, known_to)
    return log(1 + (entries - known_to + 0.5) / (known_to + 0.5))


def _overlap(weights: Mapping[str, float], part: Mapping[str, float]) -> float:
    return sum(w * part[t] for t, w in weights.items() if t in part)


def _excluded(
    asked: frozenset[str], named: frozenset[str], questions: frozenset[str]
) -> int:
    """Count what an entry is about others of: cats, where it says dogs."""
    of_entry = {family(thing) for thing in questions}
    shared = {family(thing) for thing in asked & named}
    return len({family(thing) for thing in asked} & of_entry - shared)


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)
