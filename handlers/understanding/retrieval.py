"""Which FAQ entry answers a question, and how surely.

Questions, their other wordings and the answer are searched as texts of
their own, BM25 over characters and pairs; the best of them brings an entry
among the candidates. What speaks for each is then weighed as learned, by
the words alone or, once ``learn_meaning`` was called, by meaning as well.

Latin words are terms by their stems. An entry is in the language that it is
written in, and a question finds those of its own: a word is rare or common
among them alone.
"""

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from config.pack.values import Entry
from config.terms import EntryId
from handlers.understanding.asking import is_han, same, terms
from handlers.understanding.candidates import (
    Asked,
    Candidate,
    Evidence,
    Texts,
)
from handlers.understanding.encoder import UNLIKE, Encoder, Likeness, Vectors
from handlers.understanding.judging import Judge, chance, judges, signals
from handlers.understanding.text import NUMERAL, fold, number

__all__ = ["Found", "Match", "Retrieval", "same"]

_READ = 200
_CHOICES = 3
_LIKE = 8
"""Entries that are candidates by their meaning alone."""
_SHARED = (3, 1 / 6)
"""Pairs of characters that a sure entry has in common with its question, at
the least, and their part of all: what shares fewer needs no closer look."""
_NEAR = 2.0
"""How far a choice may be behind the best, in logarithms of the odds."""
_NEAR_LATIN = 0.5
"""Least part of the best score that another choice must have."""
_POSSIBLE_LATIN = ((1.2, 0.1), (0.8, 0.2))
"""Least score and cover of a choice: of a long question, or a short one."""
_SURE_LATIN = ((5.0, 0.2, 0.6), (2.5, 0.5, 0.6))
"""Least score, least cover, and most that the second may have of the first:
a long question with much in common, or a short one that is nearly said."""
_SAYING = 4
"""Characters of a question that may be answered alone: a mere word asks for
whatever has to do with it."""
_COUNTED = re.compile(rf"({NUMERAL})\s?(年(?!级)|年级|级|孩|胎|期|号线)")
_ELSEWHERE = re.compile(
    r"(?:19|20)\d\d(?=年)|去年|前年|上年|往年|隔壁(?:的?[市县区]|街道|社区|小区)"
    r"|[邻别外]的?[市县区](?!别)|(?:别|其他)的?(?:城市|街道|社区|小区)"
)
"""Another year, another place: what holds there, no entry says."""
_ELSEWHERE_IS_RIGHT = 0.3
_STORY = 22
"""Characters; a longer question tells of last year before it asks."""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry and how well it answers."""

    entry: Entry
    score: float
    """How much speaks for it; only the order counts."""
    chance: float = 0.0
    """Of the best: how likely it is right, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a question."""

    best: tuple[Match, ...] = ()
    """Best first: one if sure, else up to three to choose from."""
    sure: bool = False
    expired: Match | None = None
    """The best match of all, when it is past its date and so not given."""
    lapsed: bool = False
    """The expired entry is surely what was asked for."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    """All candidates, and what may be done with them."""

    matches: tuple[Match, ...] = ()
    """Best first."""
    likely: tuple[Match, ...] = ()
    """Those that are worth showing."""
    sure: bool = False


class Retrieval:
    """A community's FAQ, searchable; entries come and go at little cost."""

    def __init__(
        self,
        entries: Iterable[Entry] = (),
        lacks_meaning: Callable[["Retrieval"], None] = lambda _itself: None,
    ) -> None:
        self._lacks_meaning = lacks_meaning
        self._texts = Texts()
        self._vectors: Vectors | None = None
        self._sharing: dict[str, set[EntryId]] = defaultdict(set)
        """The entries in which a pair, a Latin word or a number occurs."""
        for entry in entries:
            self.put(entry)

    @property
    def entries(self) -> Mapping[EntryId, Entry]:
        """What can be found."""
        return self._texts.entries

    @property
    def knows_meaning(self) -> bool:
        """Whether it searches by meaning, too."""
        return self._vectors is not None

    def put(self, entry: Entry) -> None:
        """Add an entry, or replace the one of the same id."""
        self.remove(entry.id)
        for term in self._texts.put(entry):
            if len(term) > 1:
                self._sharing[term].add(entry.id)
        if self._vectors is not None:
            self._vectors.put(entry)

    def remove(self, entry: EntryId) -> None:
        """Forget an entry, if there is one."""
        for term in self._texts.remove(entry):
            self._sharing[term].discard(entry)
        if self._vectors is not None:
            self._vectors.remove(entry)

    def become(self, entries: Iterable[Entry]) -> None:
        """Hold these entries and no others; only what changed costs."""
        wanted = {entry.id: entry for entry in entries}
        for gone in set(self.entries) - set(wanted):
            self.remove(gone)
        for name, entry in wanted.items():
            if self.entries.get(name) != entry:
                self.put(entry)

    def meanings(self, encoder: Encoder) -> Vectors:
        """Return the vectors of all entries: slow, and changes nothing."""
        vectors = Vectors(encoder)
        for entry in list(self.entries.values()):
            vectors.put(entry)
        return vectors

    def learn_meaning(self, vectors: Vectors) -> None:
        """Search by meaning as well, from now on."""
        for gone in set(vectors.entries()) - set(self.entries):
            vectors.remove(gone)
        for entry in self.entries.values():
            if vectors.knows(entry):
                continue
            vectors.put(entry)
        self._vectors = vectors

    def rank(self, question: str) -> Sequence[Match]:
        """Return what may answer, best first, however unlikely.

        Whether an entry is past its date doesn't matter here.
        """
        return self._ranked(question).matches

    def find(self, question: str, *, today: date) -> Found:
        """Return what answers a question; nothing past its date."""
        ranked = self._ranked(question)
        past = [m for m in ranked.likely[:1] if _is_past(m.entry, today)]
        current = tuple(
            [m for m in ranked.likely if not _is_past(m.entry, today)]
        )[:_CHOICES]
        if past:
            return Found(best=current, expired=past[0], lapsed=ranked.sure)
        if ranked.sure:
            return Found(best=(ranked.matches[0],), sure=True)
        return Found(best=current)

    def knows(self, question: str, *, today: date) -> bool:
        """Whether there is something sure to say; quick when there isn't.

        That the rules have lapsed is worth saying, too.
        """
        pairs = {t for t in terms(question[:_READ]) if len(t) > 1}
        if not pairs:
            return False
        shared: Counter[EntryId] = Counter()
        for pair in pairs:
            shared.update(self._sharing.get(pair, ()))
        least, part = _SHARED
        wanted = max(min(least, len(pairs)), part * len(pairs))
        if max(shared.values(), default=0) < wanted:
            return False
        found = self.find(question, today=today)
        return found.sure or found.lapsed

    def evidence(self, question: str) -> list[tuple[EntryId, Evidence]]:
        """Return what speaks for each candidate; for learning from it."""
        asked, candidates, like = self._candidates(question)
        return [
            (one.entry.id, self._evidence(asked, one, like))
            for one in candidates
        ]

    def nothing(self, question: str) -> Evidence:
        """Return the evidence for what has nothing in common with it."""
        asked = self._texts.read(question)
        known = UNLIKE if self._vectors is not None else ()
        return (*self._texts.nothing(asked), *known)

    def _candidates(
        self, question: str
    ) -> tuple[Asked, list[Candidate], Mapping[EntryId, Likeness]]:
        question = question[:_READ]
        asked = self._texts.read(question)
        candidates = self._texts.likely(asked, question)
        like: Mapping[EntryId, Likeness] = {}
        if self._vectors is not None and asked.words:
            like = self._vectors.like(question)
            there = {candidate.entry.id for candidate in candidates}
            candidates += [
                self._texts.candidate(asked, entry)
                for entry in heapq.nlargest(
                    _LIKE, like, key=lambda entry: sum(like[entry])
                )
                if entry not in there and self._texts.speaks(entry, question)
            ]
        return asked, candidates, like

    def _evidence(
        self,
        asked: Asked,
        candidate: Candidate,
        like: Mapping[EntryId, Likeness],
    ) -> Evidence:
        entry = candidate.entry.id
        known = like.get(entry, UNLIKE) if self._vectors is not None else ()
        return (*self._texts.evidence(asked, entry), *known)

    def _ranked(self, question: str) -> _Ranked:
        if not is_han(question):
            return self._ranked_by_stems(question)
        if self._vectors is None:
            self._lacks_meaning(self)
        asked, candidates, like = self._candidates(question)
        if not candidates:
            return _Ranked()
        judge = judges()[self._vectors is not None]
        weighed = sorted(
            (
                (judge.rank.of(evidence), at, candidate.entry, evidence)
                for at, candidate in enumerate(candidates)
                for evidence in [self._evidence(asked, candidate, like)]
            ),
            reverse=True,
        )
        none = self.nothing(question)
        seen = signals(
            [*(score for score, *_ in weighed), judge.rank.of(none)],
            [*(evidence for *_, evidence in weighed), none],
        )
        right = chance(judge.right.of(seen))
        if _is_of_elsewhere(question, weighed[0][2]):
            # another year's rule, another district's: of no use at all
            right *= _ELSEWHERE_IS_RIGHT
        matches = tuple(
            Match(entry, score, right if place == 0 else 0.0)
            for place, (score, _, entry, _) in enumerate(weighed)
        )
        return _Ranked(
            matches,
            ()
            if _is_of_elsewhere(question, matches[0].entry)
            else self._worth_showing(judge, seen, matches),
            right >= judge.answer and _may_answer(question, matches[0].entry),
        )

    def _worth_showing(
        self, judge: Judge, seen: Sequence[float], matches: Sequence[Match]
    ) -> tuple[Match, ...]:
        best = matches[0]
        if (
            best.chance < judge.answer
            and chance(judge.among.of(seen)) < judge.offer
        ):
            return ()
        return tuple(m for m in matches if best.score - m.score <= _NEAR)

    def _ranked_by_stems(self, question: str) -> _Ranked:
        """Rank by the words alone, with thresholds of our own making."""
        asked = self._texts.read(question)
        likely = self._texts.likely(asked, question)
        matches = tuple(Match(one.entry, one.score) for one in likely)
        return _Ranked(
            matches,
            tuple(
                match
                for match, one in zip(matches, likely, strict=True)
                if any(
                    one.score >= score and one.cover >= cover
                    for score, cover in _POSSIBLE_LATIN
                )
                and one.score >= _NEAR_LATIN * likely[0].score
            ),
            _is_sure_by_stems(likely)
            and _may_answer(question, matches[0].entry),
        )


def _is_sure_by_stems(likely: Sequence[Candidate]) -> bool:
    if not likely:
        return False
    best, *others = likely
    second = others[0].score if others else 0.0
    enough = _SURE_LATIN[:1] if best.is_answer else _SURE_LATIN
    return any(
        best.score >= score
        and best.cover >= cover
        and second <= most * best.score
        # a few words that an answer mentions ask for something else
        for score, cover, most in enough
    )


def _is_past(entry: Entry, today: date) -> bool:
    return entry.valid_until is not None and entry.valid_until < today


def _may_answer(question: str, entry: Entry) -> bool:
    """Tell whether years, grades, places and the like don't contradict."""
    if len(same(question)) < _SAYING:
        return False
    text = " ".join((*entry.questions, entry.answer))
    known = _counts(text)
    return all(
        unit not in known or counts <= known[unit]
        for unit, counts in _counts(question).items()
    ) and not _is_of_elsewhere(question, entry)


def _is_of_elsewhere(question: str, entry: Entry) -> bool:
    """Tell whether a question is of a year or a place that an entry isn't."""
    if len(question) > _STORY:
        return False
    text = " ".join((*entry.questions, entry.answer))
    return any(word not in text for word in _ELSEWHERE.findall(fold(question)))


def _counts(text: str) -> dict[str, set[int]]:
    counts: dict[str, set[int]] = defaultdict(set)
    for word, unit in _COUNTED.findall(fold(text)):
        if (count := number(word)) is not None:
            counts[unit].add(count)
    return counts
