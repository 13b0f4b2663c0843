"""Who follows a ticket: people who joined it, or whose own went up in it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from config.terms import CommunityId, PersonId, TicketId
from storage import schema
from storage.people import put_new
from storage.tickets import Ticket

_DEEPEST = 8
"""Merges of merges that are followed down; no more are ever made."""


class Follower(Struct, frozen=True):
    """Somebody who hears of a ticket's progress, and where they spoke."""

    person_id: PersonId
    chat: str
    message: str


def follow(
    db: Connection,
    community: CommunityId,
    ticket: TicketId,
    person: PersonId,
    chat: str,
    message: str,
    now: datetime,
) -> None:
    """Let somebody follow a ticket, or follow it again."""
    said = {"chat": chat, "message": message, "at": now, "left_at": None}
    db.execute(
        put_new(db, schema.follower)
        .values(
            community_id=community, ticket_id=ticket, person_id=person, **said
        )
        .on_conflict_do_update(
            index_elements=["ticket_id", "person_id"], set_=said
        )
    )


def leave(
    db: Connection,
    community: CommunityId,
    ticket: TicketId,
    person: PersonId,
    now: datetime,
) -> None:
    """Let somebody hear of a ticket no more, even if theirs went up in it."""
    follow(db, community, ticket, person, "", "", now)
    f = schema.follower
    db.execute(
        update(f)
        .where(f.c.ticket_id == ticket, f.c.person_id == person)
        .values(left_at=now)
    )


def of(db: Connection, ticket: Ticket) -> Sequence[Follower]:
    """Return who follows a ticket, its own reporter left out.

    Of a private one only those whose own went up in it: it may have been
    public when others joined.
    """
    f = schema.follower
    rows = db.execute(
        select(f.c.person_id, f.c.chat, f.c.message, f.c.left_at)
        .where(f.c.ticket_id == ticket.id)
        .order_by(f.c.person_id)
    ).all()
    gone = {row.person_id for row in rows if row.left_at is not None}
    found: dict[PersonId, Follower] = {}
    for person, chat, message in [
        *_merged(db, ticket),
        *(row[:3] for row in rows if not ticket.private),
    ]:
        if person not in gone and person != ticket.reporter_id:
            found.setdefault(person, Follower(person, chat, message))
    return list(found.values())


def is_following(db: Connection, ticket: Ticket, person: PersonId) -> bool:
    """Whether somebody hears of a ticket without having reported it."""
    return any(one.person_id == person for one in of(db, ticket))


def count(db: Connection, ticket: TicketId) -> int:
    """Count who joined a ticket, those who left included."""
    f = schema.follower
    return db.scalar(select(func.count()).where(f.c.ticket_id == ticket)) or 0


def followed_by(
    db: Connection, community: CommunityId, person: PersonId
) -> Sequence[TicketId]:
    """Return the tickets that somebody joined."""
    f = schema.follower
    return [
        TicketId(id_)
        for id_ in db.scalars(
            select(f.c.ticket_id)
            .where(
                f.c.community_id == community,
                f.c.person_id == person,
                f.c.left_at.is_(None),
            )
            .order_by(f.c.ticket_id)
        )
    ]


def forget(db: Connection, *which: ColumnElement[bool]) -> None:
    """Forget who followed, where the conditions hold."""
    db.execute(delete(schema.follower).where(*which))


def _merged(db: Connection, ticket: Ticket) -> list[tuple[PersonId, str, str]]:
    """Return those whose tickets went up in this one, and how they spoke.

    And those who followed these tickets.
    """
    t, f = schema.ticket, schema.follower
    found: list[tuple[PersonId, str, str]] = []
    into: Collection[TicketId] = [ticket.id]
    for _ in range(_DEEPEST):
        rows = db.execute(
            select(
                t.c.id, t.c.reporter_id, t.c.origin_chat, t.c.origin_message
            )
            .where(
                t.c.community_id == ticket.community_id,
                t.c.merged_into.in_(into),
            )
            .order_by(t.c.id)
        ).all()
        if not rows:
            break
        into = [row.id for row in rows]
        left = {
            (row.ticket_id, row.person_id)
            for row in db.execute(
                select(f.c.ticket_id, f.c.person_id).where(
                    f.c.ticket_id.in_(into), f.c.left_at.is_not(None)
                )
            )
        }
        found += [
            (PersonId(row.reporter_id), row.origin_chat, row.origin_message)
            for row in rows
            if row.reporter_id is not None
            and (row.id, row.reporter_id) not in left
        ]
        found += [
            (PersonId(row.person_id), row.chat, row.message)
            for row in db.execute(
                select(f.c.person_id, f.c.chat, f.c.message).where(
                    f.c.ticket_id.in_(into), f.c.left_at.is_(None)
                )
            )
        ]
    return found
