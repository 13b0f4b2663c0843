"""What may be kept no longer: words, pictures, letters, keys.

Each sweep does a bounded piece of work and says how much that was; one
that found nothing did all there was. What is removed here is found by an
index, so a sweep costs what it removes, however much is kept.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)

from config.pack.values import Rules
from config.terms import CommunityId, Status, TicketId, WishId
from storage import (
    followers,
    outbox,
    photos,
    schema,
    subjects,
    suggestions,
    tickets,
    webchat,
    wishes,
)

KEYS_KEPT = timedelta(days=40)
"""Longer than any platform sends again."""
LETTERS_KEPT = timedelta(days=7)
"""Sent letters; a reply "1" to one finds its buttons so long."""
PARKED_KEPT = timedelta(days=90)
BUTTONS_KEPT = timedelta(days=7)
"""After their end: so long an old button is told from a forged one."""
POISON_KEPT = timedelta(days=30)
LONGEST = timedelta(days=365)
"""A merged ticket ends this long after any, whatever it went into."""
TAKEN_OFF_KEPT = timedelta(days=1)
"""A photo that its author took back."""


class Swept(Struct, frozen=True, kw_only=True):
    """How much a sweep removed."""

    tickets: int = 0
    wishes: int = 0
    photos: int = 0
    rows: int = 0

    @property
    def total(self) -> int:
        """Everything; 0 when nothing was left to do."""
        return self.tickets + self.wishes + self.photos + self.rows


def sweep(
    db: Connection,
    community: CommunityId,
    rules: Rules,
    now: datetime,
    limit: int,
) -> Swept:
    """Remove what a community keeps no longer, ``limit`` of each at most."""
    words_before = now - rules.words_kept
    old_tickets = _old_tickets(db, community, words_before, limit)
    old_wishes = _old_wishes(db, community, words_before, limit)
    _empty_tickets(db, community, old_tickets, now)
    _empty_wishes(db, community, old_wishes, now)
    return Swept(
        tickets=len(old_tickets),
        wishes=len(old_wishes),
        photos=_erase_photos(
            db, community, now - rules.photos_kept, now, limit
        ),
    )


def sweep_shared(db: Connection, now: datetime, limit: int) -> Swept:
    """Remove keys, letters and waits that every community shares."""
    s = schema
    o, i = s.outbox.c, s.inbox.c
    old: list[tuple[Table, ColumnElement[bool], ColumnElement[Any]]] = [
        (s.seen, s.seen.c.at < now - KEYS_KEPT, s.seen.c.at),
        (
            s.outbox,
            and_(o.state == "sent", o.sent_at < now - LETTERS_KEPT),
            o.sent_at,
        ),
        (
            s.outbox,
            and_(o.state == "dropped", o.created_at < now - LETTERS_KEPT),
            o.id,
        ),
        (
            s.outbox,
            and_(o.state == "parked", o.created_at < now - PARKED_KEPT),
            o.id,
        ),
        (
            s.inbox,
            and_(i.state == "poison", i.created_at < now - POISON_KEPT),
            i.id,
        ),
        (s.inbox, and_(i.state == "album", i.due_at <= now), i.due_at),
        (
            s.button,
            s.button.c.expires_at < now - BUTTONS_KEPT,
            s.button.c.expires_at,
        ),
        (s.code, s.code.c.expires_at < now, s.code.c.expires_at),
        (s.dialogue, s.dialogue.c.expires_at < now, s.dialogue.c.expires_at),
        (s.guess, s.guess.c.until < now, s.guess.c.until),
        (s.session, s.session.c.expires_at < now, s.session.c.expires_at),
    ]
    return Swept(rows=sum(_drop(db, *each, limit) for each in old))


def _drop(
    db: Connection,
    table: Table,
    which: ColumnElement[bool],
    order: ColumnElement[Any],
    limit: int,
) -> int:
    keys = list(table.primary_key)
    chosen = select(*keys).where(which).order_by(order).limit(limit)
    gone = db.execute(delete(table).where(tuple_(*keys).in_(chosen)))
    return gone.rowcount


def _ended(before: datetime) -> ColumnElement[bool]:
    """Whether the ticket of the query ended before, or what it went into."""
    t, into = schema.ticket, schema.ticket.alias()
    merged_ended = (
        select(into.c.closed_at)
        .where(into.c.id == t.c.merged_into)
        .scalar_subquery()
    )
    return or_(
        t.c.closed_at < before,
        and_(
            t.c.status == Status.MERGED,
            or_(merged_ended < before, t.c.opened_at < before - LONGEST),
        ),
    )


def _wish_ended(before: datetime) -> ColumnElement[bool]:
    w = schema.wish
    return and_(
        w.c.status.in_(wishes.ENDED),
        func.coalesce(w.c.fulfilled_at, w.c.opened_at) < before,
    )


def _old_tickets(
    db: Connection, community: CommunityId, before: datetime, limit: int
) -> list[TicketId]:
    w, t = schema.words, schema.ticket
    rows = db.scalars(
        select(w.c.ticket_id)
        .join(t, t.c.id == w.c.ticket_id)
        .where(
            w.c.community_id == community,
            w.c.erased_at.is_(None),
            w.c.at < before,
            _ended(before),
        )
        .order_by(w.c.at)
        .limit(limit)
    )
    return list(dict.fromkeys(rows))


def _old_wishes(
    db: Connection, community: CommunityId, before: datetime, limit: int
) -> list[WishId]:
    w, v = schema.words, schema.wish
    rows = db.scalars(
        select(w.c.wish_id)
        .join(v, v.c.id == w.c.wish_id)
        .where(
            w.c.community_id == community,
            w.c.erased_at.is_(None),
            w.c.at < before,
            _wish_ended(before),
        )
        .order_by(w.c.at)
        .limit(limit)
    )
    return list(dict.fromkeys(rows))


def _empty_tickets(
    db: Connection,
    community: CommunityId,
    old: Sequence[TicketId],
    now: datetime,
) -> None:
    if not old:
        return
    w, t, p = schema.words, schema.ticket, schema.post
    db.execute(
        update(w).where(w.c.ticket_id.in_(old)).values(text="", erased_at=now)
    )
    db.execute(update(t).where(t.c.id.in_(old)).values(tickets.NAMELESS))
    db.execute(delete(p).where(p.c.ticket_id.in_(old)))
    followers.forget(db, schema.follower.c.ticket_id.in_(old))
    suggestions.forget(db, schema.suggestion.c.ticket_id.in_(old))
    outbox.empty(db, schema.outbox.c.ticket_id.in_(old))
    webchat.forget_about(db, community, [*map(subjects.ticket, old)])


def _empty_wishes(
    db: Connection,
    community: CommunityId,
    old: Sequence[WishId],
    now: datetime,
) -> None:
    if not old:
        return
    w, v = schema.words, schema.wish
    db.execute(
        update(w).where(w.c.wish_id.in_(old)).values(text="", erased_at=now)
    )
    db.execute(update(v).where(v.c.id.in_(old)).values(wishes.NAMELESS))
    outbox.empty(db, schema.outbox.c.wish_id.in_(old))
    webchat.forget_about(db, community, [*map(subjects.wish, old)])


def _erase_photos(
    db: Connection,
    community: CommunityId,
    before: datetime,
    now: datetime,
    limit: int,
) -> int:
    p, t, w = schema.photo, schema.ticket, schema.wish
    live = and_(p.c.community_id == community, p.c.state != "erased")
    of_tickets = (
        select(p.c.id)
        .join(t, t.c.id == p.c.ticket_id)
        .where(live, p.c.created_at < before, _ended(before))
    )
    of_wishes = (
        select(p.c.id)
        .join(w, w.c.id == p.c.wish_id)
        .where(live, p.c.created_at < before, _wish_ended(before))
    )
    taken_off = select(p.c.id).where(
        live, p.c.state == "withdrawn", p.c.created_at < now - TAKEN_OFF_KEPT
    )
    ids = [
        each
        for chosen in (of_tickets, of_wishes, taken_off)
        for each in db.scalars(chosen.order_by(p.c.created_at).limit(limit))
    ]
    return photos.erase(db, p.c.id.in_(ids[:limit])) if ids else 0
