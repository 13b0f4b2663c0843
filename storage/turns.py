"""Whose letter is sent next, and who may send it: turns, claims, leases."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal_column,
    select,
    update,
)

from storage import schema
from storage.outbox import COLUMNS, Letter
from storage.people import ANY_TIME

STRANGERS = 10
"""Letters of unknown channels that are claimed together."""
LOOK_AT = 100
"""Letters that are claimed together at the most."""

# spelled out, not bound: the planner must see that the partial index fits
_WAITING = schema.outbox.c.state == literal_column("'waiting'")
_QUEUED = schema.outbox.c.state.in_(
    [literal_column("'waiting'"), literal_column("'sending'")]
)
_SENDING = select(schema.outbox.c.chat).where(
    schema.outbox.c.state == literal_column("'sending'")
)
_TRIED = select(schema.outbox.c.chat).where(
    _WAITING, schema.outbox.c.reason != literal_column("''")
)


def anything_due(db: Connection, now: datetime) -> bool:
    """Whether any letter may be sent now."""
    o = schema.outbox.c
    return any(
        db.execute(_due(channel, now, ()).where(part).limit(1)).first()
        for channel in _channels(db)
        for part in (o.not_before == ANY_TIME, _in_time(now))
    )


def under_way(db: Connection) -> bool:
    """Whether any letter is in the middle of a send."""
    o = schema.outbox
    found = db.execute(
        select(o.c.id).where(o.c.state == "sending").limit(1)
    ).first()
    return found is not None


def take(
    db: Connection,
    now: datetime,
    lease: timedelta,
    rooms: Mapping[str, int],
    resting: Collection[str] = (),
) -> Sequence[Letter]:
    """Claim the next letter of each chat that has one due.

    ``rooms`` says how many each channel can send right away: what is
    claimed and not yet sent at a crash has an unknown outcome. Letters of
    channels that it doesn't name are claimed as well, a few at a time.

    The attempt is counted and the lease taken in this transaction, which
    must commit before anything is sent. A letter in the middle of a send,
    or one whose time has not come, holds back the letters behind it:
    except that danger and answers go ahead of letters that wait for the
    morning.
    """
    taken: list[Letter] = []
    for channel in _channels(db):
        room = rooms.get(channel, STRANGERS)
        if room > 0:
            taken += _claim(db, now, lease, resting, channel, room)
    return sorted(taken, key=lambda letter: letter.id)


def still_claimed(
    db: Connection, letters: Sequence[Letter]
) -> Sequence[Letter]:
    """Return those of just claimed letters whose claim was kept."""
    o = schema.outbox
    fences = {letter.id: letter.fence for letter in letters}
    rows = db.execute(
        select(*COLUMNS)
        .where(o.c.id.in_(fences), o.c.state == "sending")
        .order_by(o.c.id)
    ).mappings()
    found = [Letter(**row) for row in rows]
    return [one for one in found if one.fence == fences[one.id]]


def _claim(
    db: Connection,
    now: datetime,
    lease: timedelta,
    resting: Collection[str],
    channel: str,
    room: int,
) -> list[Letter]:
    """Claim heads of chats: those whose time has come, then as they came.

    Only so many letters are looked at as may be sent: in a storm the
    queue is long, and this runs for every few letters. A chat with all of
    these is held back once its head is claimed, so the others come next.
    """
    o = schema.outbox
    most = min(room, LOOK_AT)
    due = _due(channel, now, resting).limit(4 * most)
    chats: dict[str, None] = {}
    for part in (_in_time(now), o.c.not_before == ANY_TIME):
        if len(chats) < most:
            found = db.scalars(due.where(part)).all()
            chats |= dict.fromkeys(found)
    if not chats:
        return []
    heads = (
        select(func.min(o.c.id))
        .where(
            _WAITING,
            _QUEUED,
            o.c.not_before <= now,
            o.c.chat.in_([*chats][:most]),
            # again: another process may have claimed a head since
            *_behind_nothing(now),
        )
        .group_by(o.c.chat)
    )
    ids: Any = select(o.c.id).where(
        o.c.id.in_(db.scalars(heads).all()), _WAITING
    )
    if db.dialect.name == "postgresql":
        ids = ids.with_for_update(skip_locked=True)
    # ids read first: as one statement PostgreSQL may look for the heads
    # anew for every letter of a long queue
    rows = db.execute(
        update(o)
        .where(o.c.id.in_(db.scalars(ids).all()), _WAITING)
        .values(
            state="sending",
            attempts=o.c.attempts + 1,
            fence=o.c.fence + 1,
            lease_until=_lease_end(db, lease),
        )
        .returning(*COLUMNS)
    ).mappings()
    return [Letter(**row) for row in rows]


def _due(channel: str, now: datetime, resting: Collection[str]) -> Select[Any]:
    """Select the chats of letters that nothing holds back, in order.

    The caller says which moments it wants.
    """
    o = schema.outbox
    return (
        select(o.c.chat)
        .where(
            _WAITING,
            o.c.channel == channel,
            *_behind_nothing(now),
            o.c.chat.not_in(resting),
        )
        .order_by(o.c.not_before, o.c.id)
    )


def _behind_nothing(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Pick the chats in which nothing is under way or tried already."""
    o = schema.outbox
    return (
        o.c.chat.not_in(_SENDING),
        # tried and put back: those behind it wait their turn
        o.c.chat.not_in(_TRIED.where(o.c.not_before > now)),
    )


def _in_time(now: datetime) -> ColumnElement[bool]:
    """Pick the letters that waited for a moment, which has come."""
    o = schema.outbox.c
    return and_(o.not_before > ANY_TIME, o.not_before <= now)


def _channels(db: Connection) -> list[str]:
    """Return the channels that have letters waiting, by hops in an index."""
    o = schema.outbox
    found: list[str] = []
    wanted = select(func.min(o.c.channel)).where(_WAITING)
    channel = db.execute(wanted).scalar()
    while channel is not None:
        found.append(channel)
        channel = db.execute(wanted.where(o.c.channel > channel)).scalar()
    return found


def lapsed(db: Connection, limit: int, lease: timedelta) -> Sequence[Letter]:
    """Take over letters whose sender died in the middle: outcome unknown.

    For PostgreSQL, whose clock alone decides about leases. Whoever takes
    them over has a lease too, and may die as well.
    """
    o = schema.outbox
    ids: Any = (
        select(o.c.id)
        .where(
            o.c.state == "sending",
            o.c.lease_until <= func.clock_timestamp(),
        )
        .limit(limit)
    )
    if db.dialect.name == "postgresql":
        ids = ids.with_for_update(skip_locked=True)
    rows = db.execute(
        update(o)
        .where(o.c.id.in_(db.scalars(ids).all()))
        .values(fence=o.c.fence + 1, lease_until=_lease_end(db, lease))
        .returning(*COLUMNS)
    ).mappings()
    return [Letter(**row) for row in rows]


def orphaned(db: Connection, limit: int) -> Sequence[Letter]:
    """Take over every letter in the middle of a send.

    For the one process of an SQLite file at its start: nobody else can be
    sending.
    """
    o = schema.outbox
    rows = db.execute(
        update(o)
        .where(
            o.c.id.in_(
                select(o.c.id).where(o.c.state == "sending").limit(limit)
            )
        )
        .values(fence=o.c.fence + 1, lease_until=None)
        .returning(*COLUMNS)
    ).mappings()
    return [Letter(**row) for row in rows]


def _lease_end(db: Connection, lease: timedelta) -> Any:  # noqa: ANN401
    """Return when the lease ends, by the database's clock.

    One process has an SQLite file: there a lease means nothing.
    """
    if db.dialect.name == "sqlite":
        return None
    return func.clock_timestamp() + lease
