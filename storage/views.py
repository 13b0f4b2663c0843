"""Read models for pages: frozen rows, no writes.

A private ticket brings neither its words nor its category nor its place
here; the others' words are as written, so whoever shows them masks them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, RowMapping, Select, func, select

from config.terms import (
    Action,
    CategoryId,
    CommunityId,
    GridId,
    Number,
    Source,
    Status,
    TicketId,
    Urgency,
    WishStatus,
)
from storage import faq, inbox, outbox, people, schema

LANE = 12
"""Slips of one lane of the board."""
MOST = 1000
"""Tickets of a lane are counted up to here, however many are kept."""
LANES: Mapping[str, tuple[Status, ...]] = {
    "open": (Status.REPORTED,),
    "working": (Status.ACCEPTED, Status.PAUSED),
    "done": (Status.RESOLVED,),
    "closed": (Status.CLOSED,),
}


class Slip(Struct, frozen=True, kw_only=True):
    """A ticket on the board."""

    number: Number
    code: str
    status: Status
    category: CategoryId
    grid_id: GridId | None
    urgency: Urgency
    private: bool
    opened_at: datetime
    due_at: datetime | None


class Lane(Struct, frozen=True, kw_only=True):
    """A column of the board: how many there are, and the newest."""

    name: str
    total: int
    slips: tuple[Slip, ...]


class Step(Struct, frozen=True):
    """One line of a ticket's public progress."""

    action: Action
    at: datetime


class Words(Struct, frozen=True):
    """Words of a ticket that its public page may show, masked."""

    kind: str
    text: str
    at: datetime


class TicketPage(Struct, frozen=True, kw_only=True):
    """What the public page of a ticket is made of."""

    community_id: CommunityId
    number: Number
    status: Status
    category: CategoryId
    grid_id: GridId | None
    place: str
    source: Source
    private: bool
    opened_at: datetime
    due_at: datetime | None
    words: tuple[Words, ...]
    """What was said in the group, and what was done. None of a report that
    was taken back; never photos: nothing hides a face or a plate in them."""
    names: tuple[str, ...]
    """Of whoever reported: what the words may say and the page may not."""
    steps: tuple[Step, ...]


class WishCard(Struct, frozen=True, kw_only=True):
    """A wish on the wall: no person, no phone, no door."""

    id: int
    number: Number
    status: WishStatus
    grid_id: GridId | None
    kind: str
    public_text: str
    approved_at: datetime | None


class Question(Struct, frozen=True, kw_only=True):
    """A question that no entry answered, without who asked."""

    id: int
    text: str
    asked: int
    last_at: datetime


class Tally(Struct, frozen=True):
    """How many tickets of a grid stand where."""

    grid_id: GridId | None
    status: Status
    number: int


class Trouble(Struct, frozen=True, kw_only=True):
    """A letter or an update that waits for a person's decision."""

    id: int
    where: str
    attempts: int
    reason: str
    at: datetime
    body: str


_SHOWN = (
    Action.REPORT,
    Action.ADD,
    Action.ACCEPT,
    Action.ASK,
    Action.ANSWER,
    Action.PAUSE,
    Action.RESUME,
    Action.ASSIGN,
    Action.TRANSFER,
    Action.RAISE,
    Action.REFUSE,
    Action.RESOLVE,
    Action.CONFIRM,
    Action.CLOSE,
    Action.REOPEN,
    Action.WITHDRAW,
    Action.MERGE,
    Action.UNMERGE,
)
_PUBLIC_WORDS = ("report", "resolution")
_ON_WALL = (WishStatus.OPEN, WishStatus.CLAIMED, WishStatus.FULFILLED)


def _due_at() -> Any:  # noqa: ANN401
    limit = schema.time_limit.c
    return (
        select(func.min(limit.due_at))
        .where(limit.ticket_id == schema.ticket.c.id, limit.state == "running")
        .scalar_subquery()
        .label("due_at")
    )


def _slips() -> Select[Any]:
    t = schema.ticket.c
    return select(
        t.number,
        t.code,
        t.status,
        t.category,
        t.grid_id,
        t.urgency,
        t.private,
        t.opened_at,
        _due_at(),
    )


def _slip(row: RowMapping) -> Slip:
    if row["private"]:
        return Slip(**{**row, "category": "", "code": "", "grid_id": None})
    return Slip(**row)


def board(db: Connection, community: CommunityId) -> list[Lane]:
    """Return the board: each state's tickets, the newest first."""
    t = schema.ticket.c
    lanes = []
    for name, states in LANES.items():
        here = (t.community_id == community, t.status.in_(states))
        rows = db.execute(
            _slips().where(*here).order_by(t.id.desc()).limit(LANE)
        ).mappings()
        some = select(t.id).where(*here).limit(MOST).subquery()
        total = db.scalar(select(func.count()).select_from(some))
        slips = tuple(_slip(row) for row in rows)
        lanes.append(Lane(name=name, total=total or 0, slips=slips))
    return lanes


def ticket(db: Connection, code: str) -> TicketPage | None:
    """Return what the public page of this code shows, or nothing."""
    t = schema.ticket.c
    row = db.execute(
        select(
            t.id,
            t.community_id,
            t.number,
            t.status,
            t.category,
            t.grid_id,
            t.place,
            t.source,
            t.private,
            t.opened_at,
            t.reporter_id,
            _due_at(),
        ).where(t.code == code)
    ).one_or_none()
    if row is None:
        return None
    private = row.private
    steps = _steps(db, TicketId(row.id))
    last = steps[-1].action if steps else None
    untold = private or last is Action.WITHDRAW
    reporter = people.find(db, row.community_id, row.reporter_id)
    return TicketPage(
        community_id=CommunityId(row.community_id),
        number=Number(row.number),
        status=Status(row.status),
        category=CategoryId("" if private else row.category),
        grid_id=None if private else row.grid_id,
        place="" if untold else row.place,
        source=Source(row.source),
        private=private,
        opened_at=row.opened_at,
        due_at=row.due_at,
        words=() if untold else _words(db, TicketId(row.id), row.source),
        names=(reporter.name, reporter.phone) if reporter else (),
        steps=steps,
    )


def _words(
    db: Connection, ticket_id: TicketId, source: Source
) -> tuple[Words, ...]:
    """Return what all may read: of what no group has heard only the end."""
    w = schema.words.c
    kinds = _PUBLIC_WORDS if source == Source.GROUP else _PUBLIC_WORDS[1:]
    rows = db.execute(
        select(w.kind, w.text, w.at)
        .where(
            w.ticket_id == ticket_id,
            w.kind.in_(kinds),
            w.erased_at.is_(None),
            w.text != "",
        )
        .order_by(w.id)
    )
    return tuple(Words(row.kind, row.text, row.at) for row in rows)


def _steps(db: Connection, ticket_id: TicketId) -> tuple[Step, ...]:
    e = schema.event.c
    rows = db.execute(
        select(e.action, e.at)
        .where(e.ticket_id == ticket_id, e.action.in_(_SHOWN))
        .order_by(e.id)
    )
    return tuple(Step(Action(row.action), row.at) for row in rows)


def wishes(
    db: Connection,
    community: CommunityId,
    *,
    grid: GridId | None = None,
    kind: str = "",
    before: int | None = None,
    limit: int = 24,
) -> list[WishCard]:
    """Return the wall, newest first, optionally of one grid or kind."""
    w = schema.wish.c
    query = select(
        *(schema.wish.c[name] for name in WishCard.__struct_fields__)
    ).where(w.community_id == community, w.status.in_(_ON_WALL))
    if grid is not None:
        query = query.where(w.grid_id == grid)
    if kind:
        query = query.where(w.kind == kind)
    if before is not None:
        query = query.where(w.id < before)
    rows = db.execute(query.order_by(w.id.desc()).limit(limit)).mappings()
    return [WishCard(**row) for row in rows]


def wish_kinds(db: Connection, community: CommunityId) -> list[str]:
    """Return the kinds of wishes on the wall."""
    w = schema.wish.c
    return list(
        db.scalars(
            select(w.kind)
            .where(
                w.community_id == community,
                w.status.in_(_ON_WALL),
                w.kind != "",
            )
            .distinct()
            .order_by(w.kind)
        )
    )


# For the desk ---------------------------------------------------------------


def tallies(db: Connection, community: CommunityId) -> list[Tally]:
    """Count the community's tickets by grid and state."""
    t = schema.ticket.c
    rows = db.execute(
        select(t.grid_id, t.status, func.count().label("number"))
        .where(t.community_id == community)
        .group_by(t.grid_id, t.status)
    )
    return [Tally(row.grid_id, Status(row.status), row.number) for row in rows]


def slips_of(
    db: Connection,
    community: CommunityId,
    grid: GridId | None,
    status: Status | None,
    limit: int = 100,
) -> list[Slip]:
    """Return tickets for the desk, private ones whole, newest first."""
    t = schema.ticket.c
    query = _slips().where(t.community_id == community)
    if grid is not None:
        query = query.where(t.grid_id == grid)
    if status is not None:
        query = query.where(t.status == status)
    rows = db.execute(query.order_by(t.id.desc()).limit(limit)).mappings()
    return [Slip(**row) for row in rows]


def questions(
    db: Connection, community: CommunityId, limit: int = 100
) -> list[Question]:
    """Return open questions that no entry answered, most asked first."""
    u = schema.unanswered.c
    rows = db.execute(
        select(u.id, u.text, u.asked, u.last_at)
        .where(u.community_id == community, u.state == "open")
        .order_by(u.asked.desc(), u.last_at.desc())
        .limit(limit)
    ).mappings()
    return [Question(**row) for row in rows]


def titles(db: Connection, community: CommunityId) -> list[tuple[str, str]]:
    """Return each entry of the FAQ in use: its id and first question."""
    return [
        (entry.id, entry.questions[0]) for entry in faq.entries(db, community)
    ]


def parked(
    db: Connection, community: CommunityId, limit: int = 100
) -> list[Trouble]:
    """Return the community's letters that were given up."""
    letters: Sequence[outbox.Letter] = outbox.parked(db, limit)
    return [
        Trouble(
            id=letter.id,
            where=letter.chat,
            attempts=letter.attempts,
            reason=letter.reason,
            at=letter.created_at,
            body=getattr(letter.outgoing, "text", ""),
        )
        for letter in letters
        if letter.community_id in {None, community}
    ]


def poison(db: Connection, limit: int = 100) -> list[Trouble]:
    """Return updates that were set aside, as their platform sent them."""
    return [
        Trouble(
            id=kept.id,
            where=kept.channel,
            attempts=kept.attempts,
            reason=kept.reason,
            at=kept.created_at,
            body=bytes(kept.body).decode("utf-8", "replace"),
        )
        for kept in inbox.poison(db, limit)
    ]
