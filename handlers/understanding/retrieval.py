"""Which FAQ entry answers a question: BM25 over characters and bigrams.

Questions, their other wordings and the answer are entries of their own;
the best of them speaks for the whole.
"""

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from config.pack.values import Entry
from config.terms import EntryId
from handlers.understanding.cues import general
from handlers.understanding.text import NUMERAL, bigrams, fold, number

_K1 = 1.2
_B = 0.6
_USUAL_LENGTH = 24
"""Terms of a usual question; a constant, so that adding needs no recount."""
_READ = 200
_CANDIDATES = 40
_CHOICES = 3
_SURE = 0.45
_LEAD = 0.12
_POSSIBLE = 0.2
_FILLER = re.compile(
    r"请问一?下?|咨询一?下?|打听一?下?|想?问(?:一?下|问|一句)|有没?有人(?:知道|懂)|谁知道"
    r"|大家好|你好|您好|各位|邻居们?|麻烦|谢谢|认真问|听说|[啊呀呢吧哦嘛哈吗么啦的了]",
)
_WORD = re.compile(r"[a-z]+|\d+|[㐀-鿿]")
_COUNTED = re.compile(rf"({NUMERAL})\s?(年(?!级)|年级|级|孩|胎|期|号线)")


@dataclass(frozen=True, slots=True)
class Match:
    """An entry and how well it answers, from 0 to 1."""

    entry: Entry
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a question."""

    best: tuple[Match, ...] = ()
    """Best first: one if sure, else up to three to choose from."""
    sure: bool = False
    expired: Match | None = None
    """The best match of all, when it is past its date and so not given."""


class Retrieval:
    """A community's FAQ, searchable; entries come and go at little cost."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[EntryId, Entry] = {}
        self._texts: dict[EntryId, list[int]] = {}
        self._owner: dict[int, EntryId] = {}
        self._postings: dict[str, dict[int, float]] = defaultdict(dict)
        self._next = 0
        for entry in entries:
            self.put(entry)

    def put(self, entry: Entry) -> None:
        """Add an entry, or replace the one of the same id."""
        self.remove(entry.id)
        self._entries[entry.id] = entry
        self._texts[entry.id] = [
            self._add(entry.id, text)
            for text in (*entry.questions, entry.answer)
        ]

    def remove(self, entry: EntryId) -> None:
        """Forget an entry, if there is one."""
        self._entries.pop(entry, None)
        gone = set(self._texts.pop(entry, ()))
        for text in gone:
            del self._owner[text]
        if gone:
            for posting in self._postings.values():
                for text in gone & posting.keys():
                    del posting[text]

    def find(self, question: str, *, today: date) -> Found:
        """Return what answers a question; nothing past its date."""
        matches = list(self._matches(question))
        expired = (
            matches[0]
            if matches and _is_past(matches[0].entry, today)
            else None
        )
        current = [m for m in matches if not _is_past(m.entry, today)]
        if not current:
            return Found(expired=expired)
        best, *others = current
        lead = best.score - (others[0].score if others else 0.0)
        if (
            expired is None
            and best.score >= _SURE
            and lead >= _LEAD
            and _counts_agree(question, best.entry)
        ):
            return Found(best=(best,), sure=True)
        return Found(best=tuple(current[:_CHOICES]), expired=expired)

    def _add(self, entry: EntryId, text: str) -> int:
        key = self._next
        self._next += 1
        self._owner[key] = entry
        terms = Counter(_terms(text))
        length = sum(terms.values())
        norm = _K1 * (1 - _B + _B * length / _USUAL_LENGTH)
        for term, times in terms.items():
            self._postings[term][key] = times * (_K1 + 1) / (times + norm)
        return key

    def _matches(self, question: str) -> Iterator[Match]:
        """Yield the entries that may answer, best first."""
        terms = set(_terms(question[:_READ]))
        weights = {term: self._weight(term) for term in terms}
        scores: dict[int, float] = defaultdict(float)
        # Rare terms choose the candidates; common ones only rank them.
        for term in sorted(terms, key=weights.__getitem__, reverse=True):
            posting = self._postings.get(term, {})
            weight = weights[term]
            if len(posting) > len(scores) > _CANDIDATES:
                for text in scores:
                    scores[text] += weight * posting.get(text, 0.0)
            else:
                for text, part in posting.items():
                    scores[text] += weight * part
        best: dict[EntryId, float] = {}
        for text, score in heapq.nlargest(
            _CANDIDATES,
            scores.items(),
            key=lambda item: item[1],
        ):
            best.setdefault(self._owner[text], score)
        whole = sum(weights.values()) or 1.0
        for entry, score in best.items():
            if score / whole >= _POSSIBLE:
                yield Match(self._entries[entry], min(1.0, score / whole))

    def _weight(self, term: str) -> float:
        texts = len(self._owner)
        known = len(self._postings.get(term, ()))
        return math.log(1 + (texts - known + 0.5) / (known + 0.5))


def is_question(text: str) -> bool:
    """Tell whether a group message asks for a fact in so many words."""
    return bool(general().asks.search(fold(text)))


def _terms(text: str) -> list[str]:
    kept = _FILLER.sub(" ", fold(text))
    words = _WORD.findall(kept)
    return words + [
        pair for run in re.findall(r"[㐀-鿿]+", kept) for pair in bigrams(run)
    ]


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
