"""What a new ticket looks like, who was asked, and what was answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    or_,
    select,
    update,
)

from config.terms import OPEN, CommunityId, PersonId, Status, TicketId
from storage import prepared, schema
from storage.unwritten import among, known, later, remembered


class Suggestion(Struct, frozen=True):
    """That a ticket may be about the same matter as another."""

    ticket_id: TicketId
    target_id: TicketId
    chance: float
    asked: bool
    """Whether the reporter was asked."""
    answer: str
    """``same``, ``other``, "" while nobody has said."""


_COLUMNS = [schema.suggestion.c[name] for name in Suggestion.__struct_fields__]
_OF = among(
    select(*_COLUMNS)
    .where(schema.suggestion.c.ticket_id == bindparam("ticket"))
    .order_by(schema.suggestion.c.chance.desc())
    .limit(1),
    schema.suggestion,
)


def put(
    db: Connection,
    community: CommunityId,
    suggestion: Suggestion,
    now: datetime,
) -> None:
    """Keep a suggestion; the first of a pair stays."""
    later(
        db,
        prepared.insert_if_new(db, schema.suggestion),
        {
            "ticket_id": suggestion.ticket_id,
            "target_id": suggestion.target_id,
            "community_id": community,
            "chance": suggestion.chance,
            "asked": suggestion.asked,
            "at": now,
        },
    )
    known(db)["suggestion", suggestion.ticket_id] = suggestion


def of(db: Connection, ticket: TicketId) -> Suggestion | None:
    """Return what a ticket looks like most, or None."""

    def look() -> Suggestion | None:
        row = db.execute(_OF, {"ticket": ticket}).mappings().first()
        return None if row is None else Suggestion(**row)

    return remembered(db, ("suggestion", ticket), look)


def put_none(db: Connection, ticket: TicketId) -> None:
    """Note that a new ticket looks like no other: nobody need ask."""
    known(db)["suggestion", ticket] = None


def find(
    db: Connection, ticket: TicketId, target: TicketId
) -> Suggestion | None:
    """Return the suggestion about two tickets, or None."""
    s = schema.suggestion
    row = (
        db.execute(
            select(*_COLUMNS).where(
                s.c.ticket_id == ticket, s.c.target_id == target
            )
        )
        .mappings()
        .first()
    )
    return None if row is None else Suggestion(**row)


def answer(
    db: Connection,
    suggestion: Suggestion,
    said: str,
    person: PersonId,
    now: datetime,
) -> None:
    """Keep what somebody says of it: ``same`` or ``other``."""
    s = schema.suggestion
    db.execute(
        update(s)
        .where(
            s.c.ticket_id == suggestion.ticket_id,
            s.c.target_id == suggestion.target_id,
        )
        .values(answer=said, answered_by=person, answered_at=now)
    )


def forget(db: Connection, *which: ColumnElement[bool]) -> None:
    """Forget suggestions where the conditions hold."""
    db.execute(delete(schema.suggestion).where(*which))


class Open(Struct, frozen=True):
    """A ticket as it may be compared: public, and not long done with."""

    id: TicketId
    grid_id: str | None
    category: str
    opened_at: datetime
    text: str


def comparable(
    db: Connection,
    community: CommunityId,
    since: datetime,
    above: TicketId | None,
    limit: int,
) -> Sequence[Open]:
    """Return public tickets above an id, newest first, with their words.

    Open ones, and those resolved since a moment; not those erased.
    """
    t, w = schema.ticket, schema.words
    rows = db.execute(
        select(t.c.id, t.c.grid_id, t.c.category, t.c.opened_at, w.c.text)
        .join(w, (w.c.ticket_id == t.c.id) & (w.c.kind == "report"))
        .where(
            *_compared(community, since), t.c.id > (above or 0), w.c.text != ""
        )
        .order_by(t.c.id.desc())
        .limit(limit)
    ).mappings()
    return [Open(**row) for row in rows]


def still_comparable(
    db: Connection, community: CommunityId, since: datetime
) -> set[TicketId]:
    """Return the tickets that ``comparable`` would return, all of them."""
    t, w = schema.ticket, schema.words
    rows = db.scalars(
        select(t.c.id)
        .join(w, (w.c.ticket_id == t.c.id) & (w.c.kind == "report"))
        .where(*_compared(community, since), w.c.text != "")
    )
    return {TicketId(id_) for id_ in rows}


def looks(
    db: Connection, found: Sequence[TicketId]
) -> dict[TicketId, tuple[int, ...]]:
    """Return how the photos of some tickets look."""
    p = schema.photo
    rows = db.execute(
        select(p.c.ticket_id, p.c.look).where(
            p.c.ticket_id.in_(found), p.c.state == "kept", p.c.look != ""
        )
    )
    seen: dict[TicketId, tuple[int, ...]] = {}
    for ticket, look in rows:
        seen[ticket] = (*seen.get(ticket, ()), int(look, 16))
    return seen


def _compared(
    community: CommunityId, since: datetime
) -> Sequence[ColumnElement[bool] | Any]:
    t = schema.ticket
    done = (t.c.status == Status.RESOLVED) & (t.c.resolved_at > since)
    return (
        t.c.community_id == community,
        ~t.c.private,
        or_(t.c.status.in_(OPEN), done),
    )
