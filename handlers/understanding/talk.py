"""The talk around a message: a short window, in memory alone.

What was said just before tells "我家也是" from chatter, and what it belongs
to. Nothing of it is stored; a chat keeps a few messages, for a few hours,
and a quiet one is let go of.
"""

import re
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.understanding.text import bigrams

LABELS = (
    "ad",
    "chatter",
    "followup",
    "offer",
    "quarrel",
    "question",
    "report",
    "wish",
)
"""What a message can be, in the order of the model's heads."""
UNKNOWN = dict.fromkeys(LABELS, 0.0)
"""What nothing is known about."""
NEAR = 12
"""Messages before one that are looked at."""
_KEPT = 40
_CHATS = 2000
_LASTS = timedelta(hours=12)
_SPANS = (1, 2, 4, NEAR)
_FEW = 4
_MATTER = 0.4
"""Chance of a report or wish from which additions may belong to it."""
_MATTERS = ("report", "wish", "quarrel")
_ABOUT = 3
"""Characters added to a text's length, so that few in common mean little."""
_STAFF = re.compile(
    r"^(?:社区|楼长|公寓|群主|保安|管家)|物业|网格|居委|管家$|steward|manager",
    re.IGNORECASE,
)
Chances = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the talk, as far as the window needs it."""

    id: str
    sender: str
    name: str
    chances: Chances
    """What it was by itself."""
    pairs: frozenset[str]
    at: datetime

    @property
    def is_matter(self) -> bool:
        """Whether something may be added to it."""
        return self.chances["report"] + self.chances["wish"] >= _MATTER

    @property
    def is_staff(self) -> bool:
        """Whether its nickname speaks for an office."""
        return is_staff(self.name)


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds one message, as it stood when that was posted."""

    before: tuple[Heard, ...] = ()
    """Oldest first."""
    sender: str = ""
    name: str = ""
    quoted: Heard | None = None
    quotes: bool = False
    """It quotes something, known to us or not."""


NOTHING = Around()


@dataclass(eq=False)
class Window:
    """The talk of many chats, each for a short while."""

    _chats: OrderedDict[str, deque[Heard]] = field(default_factory=OrderedDict)

    def around(
        self,
        chat: str,
        id: str,  # noqa: A002 - the platform's word
        *,
        sender: str,
        name: str = "",
        at: datetime,
        quote: str | None = None,
    ) -> Around:
        """Return what was said before a message, itself left out."""
        known = tuple(self._chats.get(chat, ()))
        ids = [heard.id for heard in known]
        end = ids.index(id) if id in ids else len(ids)
        before = [one for one in known[:end] if at - one.at < _LASTS]
        quoted = next((one for one in known if one.id == quote), None)
        return Around(tuple(before), sender, name, quoted, quote is not None)

    def hear(self, chat: str, heard: Heard) -> None:
        """Remember a message; one heard before stays where it stood."""
        talk = self._chats.setdefault(chat, deque(maxlen=_KEPT))
        self._chats.move_to_end(chat)
        if all(one.id != heard.id for one in talk):
            talk.append(heard)
        while len(self._chats) > _CHATS:
            self._chats.popitem(last=False)

    def forget(self, chat: str, id: str) -> None:  # noqa: A002
        """Let go of a message that was withdrawn."""
        known = tuple(self._chats.get(chat, ()))
        if any(one.id == id for one in known):
            kept = (one for one in known if one.id != id)
            self._chats[chat] = deque(kept, maxlen=_KEPT)


def is_staff(name: str) -> bool:
    """Whether a nickname speaks for an office: 网格员小周, 物业前台."""
    return _STAFF.search(name) is not None


def pairs(folded: str) -> frozenset[str]:
    """Return what two texts about one matter are likely to share."""
    return frozenset(bigrams(folded))


def numbers(folded: str, chances: Chances, around: Around) -> list[float]:
    """Return what surrounds a message as numbers for the model."""
    before = around.before[-NEAR:]
    said = [heard.chances for heard in before]
    seen: list[float] = []
    for span in _SPANS:
        seen += [_most(said[-span:], label) for label in _MATTERS]
    by_four, by_all = seen[6], seen[9]
    seen += [_most(said[-_FEW:], "offer"), _most(said[-2:], "question")]
    own = [heard for heard in before if heard.sender == around.sender]
    seen += [
        _most([one.chances for one in own], "report"),
        float(bool(own)),
        float(bool(own) and own[-1] is before[-1]),
        own[-1].chances["report"] if own else 0.0,
        _most([one.chances for one in own], "quarrel"),
    ]
    quoted, last = around.quoted, before[-1] if before else None
    staff = is_staff(around.name)
    seen += [
        float(around.quotes),
        *_spread(quoted),
        float(quoted is not None and quoted.is_staff),
        float(staff),
        float(last is not None and last.is_staff),
        max(_shared(folded, before), default=0.0),
        *_spread(last),
    ]
    seen += [
        chances["report"] * by_all,
        chances["followup"] * by_all,
        chances["followup"] * by_four,
        chances["chatter"] * by_four,
        chances["quarrel"] * by_four,
        staff * chances["report"],
        staff * chances["followup"],
    ]
    return seen


def _most(said: Sequence[Chances], label: str) -> float:
    return max((one[label] for one in said), default=0.0)


def _spread(heard: Heard | None) -> list[float]:
    if heard is None:
        return [0.0] * len(LABELS)
    return [heard.chances[label] for label in LABELS]


def _shared(folded: str, before: Sequence[Heard]) -> list[float]:
    """Return how much a text shares with each, where that is a report."""
    own = pairs(folded)
    return [
        len(own & one.pairs) / (len(own) + _ABOUT) * one.chances["report"]
        for one in before
    ]
