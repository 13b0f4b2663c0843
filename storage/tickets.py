"""Tickets: questions, and conditional moves that each write an event."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    func,
    literal_column,
    select,
    update,
)

from config.terms import (
    OPEN,
    Action,
    BodyId,
    CategoryId,
    CommunityId,
    GridId,
    Level,
    Number,
    PersonId,
    Severity,
    Source,
    Status,
    TicketId,
    Urgency,
    WishId,
)
from storage import prepared, schema, subjects
from storage.unwritten import (
    among,
    draw,
    known,
    later,
    note,
    noted,
    told,
    waiting,
)

SYSTEM = PersonId("system")
"""Who acts when no person does: a limit passed, a silence ended."""


NAMELESS: Mapping[str, object] = {
    "reporter_id": None,
    "place": "",
    "lat": None,
    "lon": None,
    "origin_chat": "",
    "origin_message": "",
    "origin_thread": "",
}
"""Columns of a ticket that could lead to its reporter, emptied."""


class Overtaken(Exception):
    """Somebody else moved it first; nothing was changed."""


class Ticket(Struct, frozen=True, kw_only=True):
    """A tracked case."""

    id: TicketId
    community_id: CommunityId
    number: Number
    code: str
    status: Status
    grid_id: GridId | None
    category: CategoryId
    severity: Severity
    urgency: Urgency
    level: Level
    source: Source
    place: str
    lat: float | None
    lon: float | None
    reporter_id: PersonId | None
    assignee_id: PersonId | None
    body_id: BodyId | None
    private: bool
    merged_into: TicketId | None
    origin_chat: str
    origin_message: str
    origin_thread: str
    reopened: int
    rating: int | None
    opened_at: datetime
    accepted_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None


class Words(Struct, frozen=True, kw_only=True):
    """What somebody wrote, in a row that can be erased."""

    id: int
    kind: str
    """``report``, ``addition``, ``question``, ``answer``, ``resolution``,
    ``reason``, ``rating``."""
    author_id: PersonId | None
    text: str
    at: datetime


class Written(Struct, frozen=True, kw_only=True):
    """Words, and the number of what they were written on."""

    number: Number
    text: str
    at: datetime


class Event(Struct, frozen=True, kw_only=True):
    """When, who, what: ids only, never changed."""

    id: int
    at: datetime
    actor_id: PersonId | None
    action: str
    old: str
    new: str
    words_id: int | None
    fields: Mapping[str, object]


class Step(Struct, frozen=True):
    """What the work under way has just done to a ticket."""

    ticket_id: TicketId
    actor_id: PersonId | None
    action: str
    words_id: int | None


_NEW: Mapping[str, Any] = {
    "status": Status.REPORTED,
    "grid_id": None,
    "category": "",
    "severity": Severity.SIMPLE,
    "urgency": Urgency.ROUTINE,
    "level": Level.GRID,
    "source": Source.GROUP,
    **NAMELESS,
    "assignee_id": None,
    "body_id": None,
    "private": False,
    "merged_into": None,
    "reopened": 0,
    "rating": None,
    "accepted_at": None,
    "resolved_at": None,
    "closed_at": None,
}
"""How a ticket begins."""
_COLUMNS = [schema.ticket.c[name] for name in Ticket.__struct_fields__]
_GET = select(*_COLUMNS).where(schema.ticket.c.id == bindparam("ticket"))
_DRAW = among(
    update(schema.community)
    .where(schema.community.c.id == bindparam("community"))
    .values(next_number=schema.community.c.next_number + 1)
    .returning(schema.community.c.next_number),
    schema.community,
    stays=True,
)
_DRAWN = (
    update(schema.community)
    .where(schema.community.c.id == bindparam("community"))
    .values(next_number=schema.community.c.next_number + literal_column("1"))
)
# beside those that wait to be written, which are counted by hand
_OPEN_COUNT = among(
    select(func.count()).where(
        schema.ticket.c.community_id == bindparam("community"),
        schema.ticket.c.reporter_id == bindparam("person"),
        schema.ticket.c.status.in_(OPEN),
    )
)
_OPEN_COUNTS = among(
    select(
        schema.ticket.c.community_id,
        schema.ticket.c.reporter_id,
        func.count(),
    )
    .where(
        schema.ticket.c.community_id.in_(
            bindparam("communities", expanding=True)
        ),
        schema.ticket.c.reporter_id.in_(bindparam("people", expanding=True)),
        schema.ticket.c.status.in_(OPEN),
    )
    .group_by(schema.ticket.c.community_id, schema.ticket.c.reporter_id),
    schema.ticket,
)
_WORDS = [schema.words.c[name] for name in Words.__struct_fields__]
_WORDS_OF = (
    select(*_WORDS)
    .where(schema.words.c.ticket_id == bindparam("ticket"))
    .order_by(schema.words.c.id)
)
_EVENT = [schema.event.c[name] for name in Event.__struct_fields__]


def next_number(db: Connection, community: CommunityId) -> Number:
    """Draw the next number of the community's one sequence.

    The first of a transaction locks the row, so nobody else draws till it
    ends: the others are counted here, and the row follows.
    """
    wanted = {"community": community}
    next_: int | None = known(db).get(("number", community))
    if next_ is None:
        next_ = db.execute(_DRAW, wanted).scalar_one() - 1
    else:
        later(db, _DRAWN, wanted)
    known(db)["number", community] = next_ + 1
    return Number(next_)


def peek_number(db: Connection, community: CommunityId) -> Number:
    """Return the number that would be drawn next."""
    c = schema.community.c
    return Number(
        db.execute(select(c.next_number).where(c.id == community)).scalar_one()
    )


def put(db: Connection, **values: Any) -> Ticket:  # noqa: ANN401
    """Insert a ticket; values are the columns, the others as in ``_NEW``."""
    row = {**_NEW, **values, "id": draw(db, schema.ticket)}
    later(db, prepared.insert_into(schema.ticket), row)
    # a new ticket has none of these: nobody need ask
    before = known(db)
    before |= {("photos", row["id"]): (), ("recordings", row["id"]): ()}
    reporter = ("open", row["community_id"], row["reporter_id"])
    if reporter in before and row["status"] in OPEN:
        before[reporter] += 1
    return Ticket(**row)


def get(db: Connection, ticket: TicketId) -> Ticket:
    """Return the ticket, which must exist (``KeyError`` otherwise)."""
    row = db.execute(_GET, {"ticket": ticket}).mappings().first()
    if row is None:
        raise KeyError(ticket)
    return Ticket(**row)


def find(
    db: Connection, community: CommunityId, number: Number
) -> Ticket | None:
    """Return the ticket of a number, or None."""
    t = schema.ticket
    row = (
        db.execute(
            select(*_COLUMNS).where(
                t.c.community_id == community, t.c.number == number
            )
        )
        .mappings()
        .first()
    )
    return None if row is None else Ticket(**row)


def assigned(
    db: Connection,
    community: CommunityId,
    person: PersonId,
    grids: frozenset[GridId] = frozenset(),
    bodies: frozenset[BodyId] = frozenset(),
    limit: int = 50,
) -> Sequence[Ticket]:
    """Return open tickets of a person, of grids and of bodies.

    Soonest due first.
    """
    t, k = schema.ticket, schema.time_limit
    soonest = (
        select(func.min(k.c.due_at))
        .where(k.c.ticket_id == t.c.id, k.c.state == "running")
        .scalar_subquery()
    )
    mine = t.c.assignee_id == person
    if grids:
        mine |= t.c.grid_id.in_(grids)
    if bodies:
        mine |= t.c.body_id.in_(bodies)
    rows = db.execute(
        select(*_COLUMNS)
        .where(
            t.c.community_id == community,
            t.c.status.in_(OPEN),
            mine,
        )
        .order_by(soonest.is_(None), soonest, t.c.id)
        .limit(limit)
    ).mappings()
    return [Ticket(**row) for row in rows]


def orphaned(
    db: Connection, community: CommunityId, limit: int
) -> Sequence[Ticket]:
    """Return open tickets whose worker the community no longer knows."""
    t, p = schema.ticket, schema.person
    rows = db.execute(
        select(*_COLUMNS)
        .select_from(t)
        .join(
            p,
            (p.c.community_id == t.c.community_id)
            & (p.c.id == t.c.assignee_id),
        )
        .where(
            t.c.community_id == community,
            t.c.status.in_(OPEN),
            ~p.c.active,
        )
        .order_by(t.c.id)
        .limit(limit)
    ).mappings()
    return [Ticket(**row) for row in rows]


def opened_by(
    db: Connection, community: CommunityId, person: PersonId, limit: int = 20
) -> Sequence[Ticket]:
    """Return a resident's tickets, newest first."""
    t = schema.ticket
    rows = db.execute(
        select(*_COLUMNS)
        .where(t.c.community_id == community, t.c.reporter_id == person)
        .order_by(t.c.id.desc())
        .limit(limit)
    ).mappings()
    return [Ticket(**row) for row in rows]


def open_count(
    db: Connection, community: CommunityId, person: PersonId
) -> int:
    """Count a resident's open tickets."""
    counted: int | None = known(db).get(("open", community, person))
    if counted is not None:
        return counted
    new = [
        row
        for row in waiting(db, schema.ticket)
        if row["reporter_id"] == person and row["community_id"] == community
    ]
    wanted = {"community": community, "person": person}
    old: int = db.execute(_OPEN_COUNT, wanted).scalar_one()
    return old + len(new)


def look_up_open(
    db: Connection, people: Collection[tuple[CommunityId, PersonId]]
) -> None:
    """Count the open tickets of many at once, for ``open_count``."""
    if not people:
        return
    asked = {
        "communities": sorted({community for community, _ in people}),
        "people": sorted({person for _, person in people}),
    }
    known(db).update({("open", *one): 0 for one in people})
    known(db).update(
        {
            ("open", community, person): count
            for community, person, count in db.execute(_OPEN_COUNTS, asked)
        }
    )


def move(
    db: Connection, ticket: Ticket, status: Status, **values: object
) -> Ticket:
    """Change what was judged, and only while it still stands there.

    Raises ``Overtaken`` if the ticket's status is no longer the one read.
    """
    t = schema.ticket
    row = (
        db.execute(
            update(t)
            .where(t.c.id == ticket.id, t.c.status == ticket.status)
            .values(status=status, **values)
            .returning(*_COLUMNS)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise Overtaken(f"ticket {ticket.number}")
    return Ticket(**row)


def say(
    db: Connection,
    community: CommunityId,
    kind: str,
    author: PersonId | None,
    text: str,
    now: datetime,
    *,
    ticket: TicketId | None = None,
    wish: WishId | None = None,
) -> int:
    """Keep words; return their row's id for the event."""
    kept = write(db, community, kind, author, text, now, ticket, wish)
    return kept.id


def write(
    db: Connection,
    community: CommunityId,
    kind: str,
    author: PersonId | None,
    text: str,
    now: datetime,
    ticket: TicketId | None = None,
    wish: WishId | None = None,
) -> Words:
    """Keep words, and return them."""
    id_ = draw(db, schema.words)
    later(
        db,
        prepared.insert_into(schema.words),
        {
            "id": id_,
            "community_id": community,
            "ticket_id": ticket,
            "wish_id": wish,
            "kind": kind,
            "author_id": author,
            "text": text,
            "at": now,
        },
    )
    return Words(id=id_, kind=kind, author_id=author, text=text, at=now)


def wording(db: Connection, words: int) -> str:
    """Return how words read now."""
    w = schema.words
    found = db.execute(select(w.c.text).where(w.c.id == words)).scalar()
    return found or ""


def reword(db: Connection, words: int, text: str) -> None:
    """Let words read as their author edited them."""
    w = schema.words
    db.execute(update(w).where(w.c.id == words).values(text=text))


def words(
    db: Connection, ticket: TicketId, kind: str | None = None
) -> Sequence[Words]:
    """Return what was written on a ticket, in order."""
    told(db).add(subjects.ticket(ticket))
    rows = db.execute(_WORDS_OF, {"ticket": ticket}).mappings()
    found = [Words(**row) for row in rows]
    return [one for one in found if kind in {None, one.kind}]


def first_words(db: Connection, ticket: TicketId) -> str:
    """Return what a ticket was reported with, "" if nothing is left."""
    found = words(db, ticket, "report")
    return found[0].text if found else ""


def written_by(
    db: Connection, community: CommunityId, person: PersonId
) -> Sequence[Written]:
    """Return what somebody wrote on tickets and wishes, in order."""
    w, t, v = schema.words, schema.ticket, schema.wish
    rows = db.execute(
        select(
            func.coalesce(t.c.number, v.c.number).label("number"),
            w.c.text,
            w.c.at,
        )
        .outerjoin(t, t.c.id == w.c.ticket_id)
        .outerjoin(v, v.c.id == w.c.wish_id)
        .where(
            w.c.community_id == community,
            w.c.author_id == person,
            w.c.text != "",
        )
        .order_by(w.c.id)
    ).mappings()
    return [Written(**row) for row in rows]


def log(
    db: Connection,
    community: CommunityId,
    actor: PersonId | None,
    action: Action | str,
    now: datetime,
    *,
    ticket: TicketId | None = None,
    wish: WishId | None = None,
    old: str = "",
    new: str = "",
    words_id: int | None = None,
    **fields: object,
) -> None:
    """Append an event."""
    later(
        db,
        prepared.insert_into(schema.event),
        {
            "community_id": community,
            "ticket_id": ticket,
            "wish_id": wish,
            "at": now,
            "actor_id": actor,
            "action": action,
            "old": old,
            "new": new,
            "words_id": words_id,
            "fields": msgspec.json.encode(fields).decode() if fields else "{}",
        },
    )
    if ticket is not None:
        note(db, Step(ticket, actor, action, words_id))


def new_steps(db: Connection) -> list[Step]:
    """Return what this work has done to tickets since it was last asked."""
    return noted(db)


def history(db: Connection, ticket: TicketId) -> Sequence[Event]:
    """Return a ticket's events, in order."""
    return events(db, schema.event.c.ticket_id == ticket)


def events(db: Connection, which: ColumnElement[bool]) -> Sequence[Event]:
    """Return the events that a condition picks, in order."""
    rows = db.execute(
        select(*_EVENT).where(which).order_by(schema.event.c.id)
    ).mappings()
    return [_event(row) for row in rows]


def _event(row: Mapping[Any, Any]) -> Event:
    return Event(**{**row, "fields": msgspec.json.decode(row["fields"])})
