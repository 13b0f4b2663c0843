"""What a message means: the words between understanding and the features."""

from dataclasses import dataclass
from enum import StrEnum

from config.terms import CategoryId, GridId, Urgency


class Intent(StrEnum):
    """What somebody wants by saying it."""

    REPORT = "report"
    FOLLOWUP = "followup"
    """An addition to a matter already raised, of no use without it."""
    QUESTION = "question"
    WISH = "wish"
    OFFER = "offer"
    THANKS = "thanks"
    QUARREL = "quarrel"
    AD = "ad"
    TALK = "talk"


class Sure(StrEnum):
    """What may be done about it unasked."""

    ACT = "act"
    ASK = "ask"
    """Ask once, with two buttons; silence is an answer."""
    NO = "no"
    """Stay silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where, as far as the words say."""

    words: str
    """Verbatim from the text, typing errors included; parts by `` / ``."""
    building: str = ""
    """As people say it: ``8号楼``, ``12弄``; "" if none is named."""
    named: bool = False
    """A landmark, an estate or a grid is named."""
    unit: str = ""
    room: str = ""
    grid: GridId | None = None
    """The grid that owns the building or landmark, else the chat's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a group message means."""

    intent: Intent
    sure: Sure
    category: CategoryId | None = None
    place: Place | None = None
    urgency: Urgency = Urgency.ROUTINE
    chance: float = 0.0
    """How likely it is a report, from 0 to 1, where reports are as dense
    as in the lessons; for ranking and for showing, not for acting."""
    about: str | None = None
    """Of an addition: the message in the talk that it belongs to."""
