"""Which open matter a new telling is about, without coordinates.

How far the words agree (BM25 over characters and bigrams, divided by a
text's score with itself), what kind of trouble they tell of, whether their
numbers agree (``spots``), how close together they came, and how alike their
photos look are combined to a probability. What was learned lies in
``duplicates.bin``, written by ``duplicates_training``.
"""

import re
import tomllib
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from heapq import nlargest
from importlib.resources import files
from itertools import pairwise
from math import exp, inf, log, log1p, sqrt
from typing import Generic, NamedTuple, TypeVar
from zlib import compress, decompress
from zlib import error as BadZip  # noqa: N812

import msgspec

from handlers.understanding.cues import any_of
from handlers.understanding.model import BadModel
from handlers.understanding.spots import Spots, compare, spots
from handlers.understanding.text import bigrams, fold

Key = TypeVar("Key", bound=int)

VERSION = 1
LIKELY = 0.65
"""From here on somebody is asked whether it is the same matter."""
_K1 = 1.2
_B = 0.3
_USUAL_LENGTH = 40
_READ = 400
"""Characters; what a longer text tells, it says by then."""
_FEW = 4
"""Terms; a text of fewer ("看这个") is like anything and says nothing."""
_COMMON = 0.05
"""A term in more than this part of the texts chooses no candidates."""
_COMMON_LEAST = 50
_BY_WORDS = 24
_BY_PLACE = 12
_LATEST = 8
"""Candidates: of like words, at the same building, the grid's latest."""
_CLOSER = 6
"""Candidates that an encoder has a closer look at, if there is one."""
_WORTH_IT = 0.02
_SPELL = 0.5
"""Hours in which a stretch of talk about one thing dies down."""
FAR = 3.0
"""What stands for the matters between those of two stretches of talk."""
_ALIKE = ((4, 10.0), (10, 5.0))
"""Bits in which two photos differ at the most, and what that adds to the
log-odds: the same picture, or one taken from nearly the same spot. A choice,
not learned: no photos lie beside the lessons."""
_PHOTO_ALONE = -8.0
"""The log-odds of two tellings without words, before their photos."""
_LONGEST_AGO = 90 * 24
"""Hours after which nothing is the same any more."""
_FILLER = re.compile(r"[啊呀呢吧哦嘛哈吗么啦的了喽咯唉哎]")
_RUN = re.compile(r"[㐀-鿿]+|[a-z]+|\d+")
_FIRST_HAN = "㐀"

FEATURES = (
    "alike",
    "alike_least",
    "kind",
    "building",
    "unit",
    "floor",
    "room",
    "lift",
    "gate",
    "other_floor",
    "other_gate",
    "grid",
    "spell",
    "between",
    "spell_kind",
    "spell_alike",
    "alike_kind",
    "building_kind",
    "category",
    "matter",
    "other_matter",
    "matter_building",
)
CLOSER_FEATURES = ("meaning", "spell_meaning", "meaning_kind")


Head = tuple[float, tuple[float, ...]]
"""Intercept and weights."""
SPELL = FEATURES.index("spell")
_NEAR = 0.02
"""Least of ``spell`` in one stretch of talk: two hours."""


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What ``duplicates_training`` writes."""

    version: int
    texts: int
    """How many reports the rarity of terms was counted in."""
    terms: dict[str, tuple[int, bytes]]
    """Term -> in how many reports it occurs, and what it says of each kind
    of trouble (signed bytes)."""
    kinds: tuple[str, ...]
    scale: float
    bias: tuple[float, ...]
    near: Head
    """For what is told in one stretch of talk."""
    far: Head
    """For what is told days later, or in another grid."""
    near_closer: Head
    far_closer: Head
    """The same with ``CLOSER_FEATURES`` behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One telling of a matter."""

    text: str
    at: datetime
    grid: str = ""
    category: str = ""
    place: str = ""
    """Where, if the text leans on it: the building of "我们楼"."""
    photos: tuple[int, ...] = ()
    """``dhash`` of each photo."""


class Likeness(NamedTuple, Generic[Key]):
    """An open matter, and how likely it is the same."""

    key: Key
    chance: float
    alike: float
    """How far the words agree, from 0 to 1."""
    photo: bool
    """Their photos show the same."""


Meanings = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""Texts to vectors of length 1, slowly."""


@dataclass(slots=True)
class Reading:
    """A telling, read once; what ``features`` compares."""

    told: Told
    counts: Mapping[str, int]
    length: int
    own: float
    """Its score with itself."""
    kind: tuple[float, ...]
    spots: Spots
    matters: frozenset[str]
    turn: int = 0
    """Its place among the matters of its grid."""
    meaning: Sequence[float] | None = field(default=None)


class Duplicates(Generic[Key]):
    """A community's open matters; they come and go at little cost."""

    def __init__(self, learned: Learned | None = None) -> None:
        self._learned = learned or load()
        self._texts: dict[Key, Reading] = {}
        self._postings: dict[str, dict[Key, float]] = defaultdict(dict)
        self._at: dict[str, dict[Key, None]] = defaultdict(dict)
        """Building -> what lies there, the latest last."""
        self._turns: Counter[str] = Counter()
        """How many matters each grid has had."""
        self._latest: dict[str, deque[Key]] = defaultdict(
            lambda: deque(maxlen=_LATEST)
        )

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, key: Key) -> bool:
        return key in self._texts

    def told(self, key: Key) -> Told:
        """Return what was told of a matter; ``KeyError`` if it is unknown."""
        return self._texts[key].told

    def keep(self, keys: Collection[Key]) -> None:
        """Forget all matters but these."""
        for key in [key for key in self._texts if key not in keys]:
            self.remove(key)

    def put(self, key: Key, told: Told) -> None:
        """Add a matter, or replace what was told of it."""
        known = self._texts.get(key)
        self.remove(key)
        text = read(self._learned, told)
        if known is not None and known.told.grid == told.grid:
            text.turn = known.turn
        else:
            text.turn = self._turns[told.grid]
            self._turns[told.grid] += 1
            self._latest[told.grid].append(key)
        self._texts[key] = text
        norm = _K1 * (1 - _B + _B * text.length / _USUAL_LENGTH)
        for term, times in text.counts.items():
            self._postings[term][key] = times * (_K1 + 1) / (times + norm)
        for building in text.spots.get("building", ()):
            self._at[building][key] = None

    def remove(self, key: Key) -> None:
        """Forget a matter, if it is known."""
        text = self._texts.pop(key, None)
        if text is None:
            return
        for term in text.counts:
            posting = self._postings[term]
            posting.pop(key, None)
            if not posting:
                del self._postings[term]
        for building in text.spots.get("building", ()):
            self._at[building].pop(key, None)

    def likely(
        self,
        told: Told,
        *,
        least: float = LIKELY,
        most: int = 3,
        but: Callable[[Key], bool] = lambda _key: False,
        meanings: Meanings | None = None,
    ) -> list[Likeness[Key]]:
        """Return the matters that it most likely tells of again, best first.

        ``but`` leaves some out. ``meanings`` is asked about the few that
        words alone can't tell.
        """
        new = self._new(told)
        weighed = (
            (self._odds(new, self._texts[key]), key)
            for key in self._candidates(new)
            if not but(key)
        )
        ranked = sorted(
            (one for one in weighed if one[0] > -inf),
            key=lambda one: one[0],
            reverse=True,
        )
        if meanings is not None:
            ranked = self._closer(new, ranked[:_CLOSER], meanings)
        found = []
        for odds, key in ranked[:most]:
            old = self._texts[key]
            chance = 1 / (1 + exp(-max(min(odds, 50.0), -50.0)))
            if chance < least:
                break
            found.append(
                Likeness(
                    key,
                    chance,
                    max(_agree(self._learned, new, old)),
                    bool(_photo_odds(told, old.told)),
                )
            )
        return found

    def compared(self, told: Told) -> list[tuple[Key, list[float]]]:
        """Return what ``features`` says of whatever may be the same."""
        new = self._new(told)
        pairs = ((key, self._texts[key]) for key in self._candidates(new))
        return [
            (key, features(self._learned, new, old))
            for key, old in pairs
            if min(new.length, old.length) >= _FEW
            and not compare(new.spots, old.spots).apart
        ]

    def _new(self, told: Told) -> Reading:
        new = read(self._learned, told)
        new.turn = self._turns[told.grid]
        return new

    def _candidates(self, new: Reading) -> Iterable[Key]:
        scores: dict[Key, float] = defaultdict(float)
        common = max(_COMMON_LEAST, _COMMON * len(self._texts))
        for term in new.counts:
            posting = self._postings.get(term, {})
            if len(posting) <= common:
                weight = _weight(self._learned, term)
                for key, part in posting.items():
                    scores[key] += weight * part
        found = dict.fromkeys(
            nlargest(_BY_WORDS, scores, key=scores.__getitem__)
        )
        for building in new.spots.get("building", ()):
            found |= dict.fromkeys([*self._at.get(building, ())][-_BY_PLACE:])
        latest = self._latest.get(new.told.grid, ())
        found |= dict.fromkeys(key for key in latest if key in self._texts)
        if new.told.photos:
            found |= dict.fromkeys(
                key
                for key, old in self._texts.items()
                if old.told.photos and _photo_odds(new.told, old.told)
            )
        return found

    def _odds(self, new: Reading, old: Reading) -> float:
        hours = _hours(new, old)
        if hours > _LONGEST_AGO or compare(new.spots, old.spots).apart:
            return -inf
        shown = _photo_odds(new.told, old.told)
        if min(new.length, old.length) < _FEW:
            # nothing but a photo can say that it is the same
            return shown + _PHOTO_ALONE if shown else -inf
        seen = features(self._learned, new, old)
        near, far = self._learned.near, self._learned.far
        bias, weights = near if is_near(seen) else far
        return shown + bias + _dot(weights, seen)

    def _closer(
        self,
        new: Reading,
        ranked: Sequence[tuple[float, Key]],
        meanings: Meanings,
    ) -> list[tuple[float, Key]]:
        worth = [
            (odds, key)
            for odds, key in ranked
            if odds > log(_WORTH_IT)
            and min(new.length, self._texts[key].length) >= _FEW
        ]
        if not worth:
            return list(ranked)
        unread = [
            one
            for one in (new, *(self._texts[key] for _, key in worth))
            if one.meaning is None
        ]
        vectors = meanings([one.told.text[:_READ] for one in unread])
        for one, vector in zip(unread, vectors, strict=True):
            one.meaning = vector
        near, far = self._learned.near_closer, self._learned.far_closer
        again: list[tuple[float, Key]] = []
        for _, key in worth:
            old = self._texts[key]
            seen = features(self._learned, new, old)
            bias, weights = near if is_near(seen) else far
            seen += closer_features(seen, _cosine(new, old))
            shown = _photo_odds(new.told, old.told)
            again.append((shown + bias + _dot(weights, seen), key))
        rest = [one for one in ranked if one not in worth]
        return sorted([*again, *rest], key=lambda one: one[0], reverse=True)


def features(learned: Learned, new: Reading, old: Reading) -> list[float]:
    """Return what ``FEATURES`` names of a new telling and an old one."""
    most, least = _agree(learned, new, old)
    alike = sqrt(max(most, 0.0))
    kind = _dot(new.kind, old.kind)
    place = compare(new.spots, old.spots)
    grid = float("" != new.told.grid == old.told.grid)
    spell = grid * exp(-_hours(new, old) / _SPELL)
    spell = spell if spell >= _NEAR else 0.0
    # days later, how much has come between says nothing any more
    between = log1p(max(new.turn - old.turn - 1, 0)) if spell else FAR
    building = float(place.same["building"])
    matter = _shared(new.matters, old.matters)
    categories = new.told.category, old.told.category
    category = 0.0 if "" in categories else 2.0 * (len({*categories}) < 2) - 1  # noqa: PLR2004
    return [
        alike,
        max(least, 0.0),
        kind,
        building,
        float(place.same["unit"]),
        float(place.same["floor"]),
        float(place.same["room"]),
        float(place.same["lift"] or place.same["side"]),
        float(place.same["gate"]),
        float(place.contrary["floor"]),
        float(place.contrary["gate"]),
        grid,
        spell,
        between,
        spell * kind,
        spell * alike,
        alike * kind,
        building * kind,
        category,
        matter,
        float(bool(new.matters and old.matters) and not matter),
        matter * building,
    ]


def is_near(seen: Sequence[float]) -> bool:
    """Whether two tellings belong to one stretch of talk."""
    return seen[SPELL] > 0


def closer_features(seen: Sequence[float], cosine: float) -> list[float]:
    """Return what ``CLOSER_FEATURES`` names, beside what was seen."""
    spell = seen[SPELL]
    kind = seen[FEATURES.index("kind")]
    return [cosine, spell * cosine, cosine * kind]


def terms(text: str) -> list[str]:
    """Return the characters and bigrams of a text, and its Latin words."""
    kept = _FILLER.sub(" ", fold(text[:_READ]))
    found: list[str] = []
    for run in _RUN.findall(kept):
        if run >= _FIRST_HAN:
            found += run
            found += bigrams(run)
        else:
            found.append(run)
    latin = [run for run in _RUN.findall(kept) if run < _FIRST_HAN]
    return [*found, *(f"{one} {next_}" for one, next_ in pairwise(latin))]


def matters(text: str) -> frozenset[str]:
    """Return what a text is about, by ``matters.toml``."""
    folded = fold(text[:_READ])
    return frozenset(
        name for name, pattern in _patterns() if pattern.search(folded)
    )


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    source = files("handlers.understanding").joinpath("matters.toml")
    written: dict[str, list[str]] = tomllib.loads(source.read_text("utf-8"))
    return [(name, any_of(words)) for name, words in written.items()]


def dump(learned: Learned) -> bytes:
    """Return the file of what was learned."""
    return compress(msgspec.msgpack.encode(learned), 9)


def parse(file: bytes) -> Learned:
    """Return what a file holds; raise ``BadModel`` if that can't be read."""
    try:
        learned = msgspec.msgpack.decode(decompress(file), type=Learned)
    except (BadZip, msgspec.DecodeError) as wrong:
        raise BadModel(f"duplicates.bin: {wrong}") from None
    kinds = len(learned.kinds)
    plain, closer = len(FEATURES), len(FEATURES) + len(CLOSER_FEATURES)
    if (
        learned.version != VERSION
        or {len(head[1]) for head in (learned.near, learned.far)} != {plain}
        or len(learned.near_closer[1]) != closer
        or len(learned.far_closer[1]) != closer
        or len(learned.bias) != kinds
        or any(len(says) != kinds for _, says in learned.terms.values())
    ):
        raise BadModel("duplicates.bin: not of this version; train it anew")
    return learned


@cache
def load() -> Learned:
    """Return what was learned; read once."""
    return parse(
        files("handlers.understanding").joinpath("duplicates.bin").read_bytes()
    )


def read(learned: Learned, told: Told) -> Reading:
    """Return what is compared of a telling."""
    counts = Counter(terms(told.text))
    length = counts.total()
    where = spots(told.text)
    if told.place and "building" not in where:
        where = {**spots(told.place), **where}
    text = Reading(
        told=told,
        counts=counts,
        length=length,
        own=1.0,
        kind=_kind(learned, counts),
        spots=where,
        matters=matters(told.text),
    )
    text.own = _score(learned, text, text) or 1.0
    return text


def _kind(learned: Learned, counts: Mapping[str, int]) -> tuple[float, ...]:
    """Return the kinds of trouble that words tell of; of length 1."""
    sums = [0.0] * len(learned.kinds)
    square = 0.0
    for term, times in counts.items():
        known = learned.terms.get(term)
        if known is None:
            continue
        weight = _weight(learned, term) * (1 + log(times))
        square += weight * weight
        for at, says in enumerate(known[1]):
            sums[at] += weight * (says - 256 if says > 127 else says)  # noqa: PLR2004
    norm = sqrt(square) or 1.0
    logits = [
        learned.scale * total / norm + bias
        for total, bias in zip(sums, learned.bias, strict=True)
    ]
    top = max(logits, default=0.0)
    chances = [exp(logit - top) for logit in logits]
    size = sqrt(sum(chance * chance for chance in chances)) or 1.0
    return tuple(chance / size for chance in chances)


def _agree(
    learned: Learned, new: Reading, old: Reading
) -> tuple[float, float]:
    """Return how far the words agree, seen from either; the more first."""
    one = _score(learned, new, old) / new.own
    other = _score(learned, old, new) / old.own
    return max(one, other), min(one, other)


def _score(learned: Learned, asked: Reading, text: Reading) -> float:
    norm = _K1 * (1 - _B + _B * text.length / _USUAL_LENGTH)
    total = 0.0
    for term in asked.counts:
        times = text.counts.get(term)
        if times:
            part = times * (_K1 + 1) / (times + norm)
            total += _weight(learned, term) * part
    return total


def _weight(learned: Learned, term: str) -> float:
    known = learned.terms.get(term)
    return rarity(known[0] if known else 1, learned.texts)


@cache
def rarity(known_to: int, texts: int) -> float:
    """Return what a term is worth that so many texts of all know."""
    return log(1 + (texts - known_to + 0.5) / (known_to + 0.5))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much of what both are about they share, from 0 to 1."""
    return len(one & other) / (len(one | other) or 1)


def _hours(new: Reading, old: Reading) -> float:
    return abs((new.told.at - old.told.at).total_seconds()) / 3600


def _photo_odds(one: Told, other: Told) -> float:
    """Return what their nearest photos add; others say nothing."""
    if not (one.photos and other.photos):
        return 0.0
    near = min(
        (mine ^ theirs).bit_count()
        for mine in one.photos
        for theirs in other.photos
    )
    return next((odds for bits, odds in _ALIKE if near <= bits), 0.0)


def _cosine(one: Reading, other: Reading) -> float:
    return _dot(one.meaning or (), other.meaning or ())


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
