"""Which FAQ entry answers a question: BM25 over characters and bigrams.

Latin words are terms by their stems. An entry is in the language that it is
written in, and a question finds those of its own: a word is rare or common
among them alone.

Questions, their other wordings and the answer are entries of their own;
the best of them speaks for the whole.
"""

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import log
from operator import itemgetter
from typing import NamedTuple

from config.pack.values import Entry
from config.terms import EntryId
from handlers.understanding.text import NUMERAL, bigrams, fold, number

_K1 = 1.2
_B = 0.3
_USUAL_LENGTH = 40
"""Terms of a usual text; a constant, so that adding needs no recount."""
_ANSWER = 0.3
"""What the answer adds to the best of an entry's texts."""
_READ = 200
_COMMON = 200
"""Texts; a term that occurs in more of them chooses no candidates."""
_CANDIDATES = 100
_RANKED = 10
_CHOICES = 3
_POSSIBLE = ((2.5, 0.12), (1.6, 0.3))
"""Least score and cover of a choice: of a long question, or a short one."""
_NEAR = 0.5
"""Least part of the best score that another choice must have."""
_SHARED = (3, 1 / 6)
"""Pairs of characters that a sure entry has in common with its question, at
the least, and their part of all: what shares fewer needs no closer look."""
_SURE = ((7.0, 0.2, 0.7), (3.0, 0.6, 0.6))
"""Least score, least cover, and most that the second may have of the first:
a long question with much in common, or a short one that is nearly said."""
_POSSIBLE_LATIN = ((1.2, 0.1), (0.8, 0.2))
_SURE_LATIN = ((5.0, 0.2, 0.6), (2.5, 0.5, 0.6))
"""The same in words, of which a question has fewer than of characters."""
_FILLER = re.compile(
    r"请问一?下?|咨询一?下?|打听一?下?|想?问(?:一?下|问|一句)|有没?有人(?:知道|懂)|谁知道"
    r"|大家好|你好|您好|各位|邻居们?|麻烦|谢谢|认真问|听说|[啊呀呢吧哦嘛哈吗么啦的了]",
)
_ENGLISH_FILLER = frozenset(
    re.findall(
        r"\w+",
        """a an the of to in on at by for from with and or is are was be been
        do does did i me my we our you your it its this that there if so can
        could may must should would will have has had get how what which who
        whom please hi hello thanks thank want need like know tell about any
        some""",
    )
)
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ies|ing|ed|es|s|y|e)$")
_WORD = re.compile(r"[a-z]+|\d+|[㐀-鿿]")
_HAN = re.compile(r"[㐀-鿿]")
_RUN = re.compile(r"[㐀-鿿]+")
_COUNTED = re.compile(rf"({NUMERAL})\s?(年(?!级)|年级|级|孩|胎|期|号线)")


@dataclass(frozen=True, slots=True)
class Match:
    """An entry and how well it answers."""

    entry: Entry
    score: float
    """What it has in common with the question; 1 is one rare character."""
    cover: float
    """How much of the question that is, from 0 to 1."""
    is_answer: bool = False
    """Its answer comes nearest: it mentions what is asked, in passing."""


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


class _Text(NamedTuple):
    entry: EntryId
    terms: frozenset[str]
    is_answer: bool


class Retrieval:
    """A community's FAQ, searchable; entries come and go at little cost."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[EntryId, Entry] = {}
        self._texts: dict[int, _Text] = {}
        self._texts_of: dict[EntryId, list[int]] = {}
        self._postings: dict[str, dict[int, float]] = defaultdict(dict)
        self._known_to: Counter[str] = Counter()
        """In how many entries a term occurs."""
        self._sharing: dict[str, set[EntryId]] = defaultdict(set)
        """The entries in which a pair, a Latin word or a number occurs."""
        self._in_latin: set[EntryId] = set()
        self._next = 0
        for entry in entries:
            self.put(entry)

    def put(self, entry: Entry) -> None:
        """Add an entry, or replace the one of the same id."""
        self.remove(entry.id)
        self._entries[entry.id] = entry
        self._texts_of[entry.id] = [
            *(self._add(entry.id, question) for question in entry.questions),
            self._add(entry.id, entry.answer, is_answer=True),
        ]
        terms = self._terms_of(entry.id)
        self._known_to.update(terms)
        if not any(_is_han(question) for question in entry.questions):
            self._in_latin.add(entry.id)
        for term in terms:
            if len(term) > 1:
                self._sharing[term].add(entry.id)

    def remove(self, entry: EntryId) -> None:
        """Forget an entry, if there is one."""
        if entry not in self._entries:
            return
        terms = self._terms_of(entry)
        self._known_to.subtract(terms)
        self._in_latin.discard(entry)
        for term in terms:
            self._sharing[term].discard(entry)
        for key in self._texts_of.pop(entry):
            for term in self._texts.pop(key).terms:
                del self._postings[term][key]
        del self._entries[entry]

    def find(self, question: str, *, today: date) -> Found:
        """Return what answers a question; nothing past its date."""
        ranked = self._ranked(question)
        likely = [
            match
            for match in ranked
            if _is_possible(match, question)
            and match.score >= _NEAR * ranked[0].score
        ]
        past = [m for m in likely[:1] if _is_past(m.entry, today)]
        current = tuple(
            [m for m in likely if not _is_past(m.entry, today)][:_CHOICES]
        )
        sure = _is_sure(ranked, question) and _counts_agree(
            question, ranked[0].entry
        )
        if past:
            return Found(best=current, expired=past[0], lapsed=sure)
        if sure:
            return Found(best=(ranked[0],), sure=True)
        return Found(best=current)

    def knows(self, question: str, *, today: date) -> bool:
        """Whether there is something sure to say; quick when there isn't.

        That the rules have lapsed is worth saying, too.
        """
        pairs = {t for t in _terms(question[:_READ]) if len(t) > 1}
        shared: Counter[EntryId] = Counter()
        for pair in pairs:
            shared.update(self._sharing.get(pair, ()))
        least, part = _SHARED
        wanted = max(min(least, len(pairs)), part * len(pairs))
        if max(shared.values(), default=0) < wanted:
            return False
        found = self.find(question, today=today)
        return found.sure or found.lapsed

    def _add(
        self,
        entry: EntryId,
        text: str,
        *,
        is_answer: bool = False,
    ) -> int:
        key = self._next
        self._next += 1
        terms = Counter(_terms(text))
        self._texts[key] = _Text(entry, frozenset(terms), is_answer)
        norm = _K1 * (1 - _B + _B * terms.total() / _USUAL_LENGTH)
        for term, times in terms.items():
            self._postings[term][key] = times * (_K1 + 1) / (times + norm)
        return key

    def _terms_of(self, entry: EntryId) -> frozenset[str]:
        texts = (self._texts[key].terms for key in self._texts_of[entry])
        return frozenset().union(*texts)

    def _ranked(self, question: str) -> list[Match]:
        """Return the entries with most in common, best first."""
        terms = _terms(question[:_READ])
        entries = len(self._in_latin)
        if _is_han(question):
            entries = len(self._entries) - entries
        weights = {
            term: _weight(self._known_to[term], entries) for term in terms
        }
        best: dict[EntryId, tuple[float, int]] = {}
        answers: dict[EntryId, float] = {}
        for key, score in self._scores(weights):
            text = self._texts[key]
            best.setdefault(text.entry, (score, key))
            if text.is_answer:
                answers[text.entry] = score
        unit, whole = _weight(0, entries), sum(weights.values())
        ranked = sorted(
            (
                ((score + _ANSWER * answers.get(entry, 0.0)) / unit, key)
                for entry, (score, key) in best.items()
            ),
            reverse=True,
        )
        matches = []
        for score, key in ranked[:_RANKED]:
            text = self._texts[key]
            answer = self._texts[self._texts_of[text.entry][-1]].terms
            said = sum(
                weight
                for term, weight in weights.items()
                if term in text.terms or term in answer
            )
            matches.append(
                Match(
                    self._entries[text.entry],
                    score,
                    said / whole,
                    text.is_answer,
                ),
            )
        return matches

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
        keys = heapq.nlargest(_CANDIDATES, scores, scores.__getitem__)
        for weight, posting in common:
            for key in keys or posting:
                scores[key] += weight * posting.get(key, 0.0)
        return heapq.nlargest(_CANDIDATES, scores.items(), itemgetter(1))


def _weight(known_to: int, entries: int) -> float:
    # A word that nobody knows says no more than one that one entry knows.
    known_to = max(known_to, 1)
    entries = max(entries, known_to)
    return log(1 + (entries - known_to + 0.5) / (known_to + 0.5))


def same(question: str) -> str:
    """Return what two askings of one question have in common."""
    return "".join(_WORD.findall(_FILLER.sub(" ", fold(question))))[:_READ]


def _terms(text: str) -> list[str]:
    kept = _FILLER.sub(" ", fold(text))
    words = [
        _ENDING.sub("", word)
        for word in _WORD.findall(kept)
        if word not in _ENGLISH_FILLER
    ]
    latin = [word for word in words if word.isascii()]
    return [
        *words,
        *(f"{one} {next_}" for one, next_ in pairwise(latin)),
        *(pair for run in _RUN.findall(kept) for pair in bigrams(run)),
    ]


def _is_han(text: str) -> bool:
    return _HAN.search(text) is not None


def _is_sure(ranked: list[Match], question: str) -> bool:
    if not ranked:
        return False
    enough = _SURE if _is_han(question) else _SURE_LATIN
    best, *others = ranked
    second = others[0].score if others else 0.0
    return any(
        best.score >= score
        and best.cover >= cover
        and second <= most * best.score
        # a few words that an answer mentions ask for something else
        for score, cover, most in (enough[:1] if best.is_answer else enough)
    )


def _is_possible(match: Match, question: str) -> bool:
    enough = _POSSIBLE if _is_han(question) else _POSSIBLE_LATIN
    return any(
        match.score >= score and match.cover >= cover
        for score, cover in enough
    )


def _is_past(entry: Entry, today: date) -> bool:
    return entry.valid_until is not None and entry.valid_until < today


def _counts_agree(question: str, entry: Entry) -> bool:
    """Tell whether years, grades and the like don't contradict."""
    known = _counts(" ".join((*entry.questions, entry.answer)))
    return all(
        unit not in known or counts <= known[unit]
        for unit, counts in _counts(question).items()
    )


def _counts(text: str) -> dict[str, set[int]]:
    counts: dict[str, set[int]] = defaultdict(set)
    for word, unit in _COUNTED.findall(fold(text)):
        if (count := number(word)) is not None:
            counts[unit].add(count)
    return counts
