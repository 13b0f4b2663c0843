"""The field's words: enums spelled as they are stored, and the id types.

One word per idea, the same in code, database, pack and documents. The
Chinese word and the meaning of each stand in the README's word list.
"""

from enum import StrEnum
from typing import NewType

CommunityId = NewType("CommunityId", str)
GridId = NewType("GridId", str)
"""Unique within its community."""
PersonId = NewType("PersonId", str)
"""Unique within its community; the pack's own id, or ``p…`` for the rest."""
CategoryId = NewType("CategoryId", str)
BodyId = NewType("BodyId", str)
EntryId = NewType("EntryId", str)
TicketId = NewType("TicketId", int)
"""The database's key. What people type is the ``Number``."""
WishId = NewType("WishId", int)
Number = NewType("Number", int)
"""Tickets and wishes of a community count in one sequence, from 1."""
LetterId = NewType("LetterId", int)
"""An outbox row."""
PhotoId = NewType("PhotoId", int)


CHANNELS = frozenset(
    {"webchat", "telegram", "onebot", "matrix", "wecom", "open311"}
)
"""The words before the colon of an account or a group."""
SERVED = frozenset({"webchat", "telegram"})
"""Those of them that Linli speaks on today."""


class Language(StrEnum):
    """Languages with a complete catalogue of sentences."""

    ZH = "zh-CN"
    EN = "en"


class Role(StrEnum):
    """What a person is beside being a resident."""

    VOLUNTEER = "volunteer"
    WORKER = "worker"
    HEAD = "head"
    DESK = "desk"
    STREET = "street"
    ADMIN = "admin"


STAFF = frozenset({Role.WORKER, Role.HEAD, Role.DESK, Role.STREET, Role.ADMIN})
DESKS = frozenset({Role.DESK, Role.STREET, Role.ADMIN})
"""Those who see every grid of their community."""


class Status(StrEnum):
    """Where a ticket stands."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    PAUSED = "paused"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REFUSED = "refused"
    MERGED = "merged"


OPEN = frozenset({Status.REPORTED, Status.ACCEPTED, Status.PAUSED})
"""Where something is still owed."""


class Action(StrEnum):
    """What is done to a ticket; one event row each."""

    REPORT = "report"
    ADD = "add"
    AMEND = "amend"
    RECLASSIFY = "reclassify"
    RELOCATE = "relocate"
    ACCEPT = "accept"
    ASK = "ask"
    ANSWER = "answer"
    PAUSE = "pause"
    RESUME = "resume"
    ASSIGN = "assign"
    TRANSFER = "transfer"
    RAISE = "raise"
    REFUSE = "refuse"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    RATE = "rate"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    UNMERGE = "unmerge"
    REMIND = "remind"
    FORWARD = "forward"


class Severity(StrEnum):
    """难易: comes with the category, picks the limits."""

    SIMPLE = "simple"
    COMPLEX = "complex"
    MAJOR = "major"


class Urgency(StrEnum):
    """紧急程度: comes from the words, picks who is told how fast."""

    ROUTINE = "routine"
    URGENT = "urgent"
    DANGER = "danger"


class Level(StrEnum):
    """Who answers for a ticket now."""

    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"


class Source(StrEnum):
    """How a ticket came in."""

    GROUP = "group"
    PRIVATE = "private"
    PATROL = "patrol"
    HOTLINE = "hotline"
    COUNTER = "counter"
    RELAYED = "relayed"
    """Pasted or forwarded by a worker from a chat Linli can't sit in."""
    INQUIRY = "inquiry"
    """A question that no FAQ entry answers, passed to a person."""


class LimitKind(StrEnum):
    """The kinds the product knows; a pack may add its own names."""

    ANSWER = "answer"
    RESOLVE = "resolve"
    FEEDBACK = "feedback"


class WishStatus(StrEnum):
    """Where a wish stands."""

    PROPOSED = "proposed"
    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
    FULFILLED = "fulfilled"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class WishAction(StrEnum):
    """What is done to a wish; one event row each."""

    WISH = "wish"
    CONSENT = "consent"
    EDIT = "edit"
    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    CLAIM = "claim"
    REMIND = "remind"
    DROP = "drop"
    RETURN = "return"
    """The claim's time is over."""
    DONE = "done"
    CONFIRM = "confirm"
    DENY = "deny"
    """It is not done after all."""
    FULFIL = "fulfil"
    """Nobody said otherwise in time."""


class Command(StrEnum):
    """Everything a person can ask for by a word or a slash."""

    REPORT = "report"
    WITHDRAW = "withdraw"
    MY = "my"
    TRACK = "track"
    TICKET = "ticket"
    TODO = "todo"
    ACCEPT = "accept"
    ASK_RESIDENT = "inquire"
    TRANSFER = "transfer"
    RAISE = "raise"
    REFUSE = "refuse"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    ASSIGN = "assign"
    MERGE = "merge"
    UNMERGE = "unmerge"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    FILE = "file"
    CATEGORY = "category"
    NOT_REPORT = "notreport"
    ASK = "ask"
    WISH = "wish"
    WISHES = "wishes"
    CLAIM = "claim"
    DROP = "drop"
    DONE = "done"
    APPROVE = "approve"
    DECLINE = "decline"
    BIND = "bind"
    UNBIND = "unbind"
    VOLUNTEER = "volunteer"
    UNVOLUNTEER = "unvolunteer"
    LINK = "link"
    BUILDING = "building"
    LOGIN = "login"
    CODE = "code"
    START = "start"
    HELP = "help"
    LANG = "lang"
    PRIVACY = "privacy"
    EXPORT = "export"
    FORGET = "forget"
    CANCEL = "cancel"


class ChatKind(StrEnum):
    """Where something is said."""

    GROUP = "group"
    PRIVATE = "private"
    ORDERS = "orders"
    """A work-order system: the ticket is its chat."""
