"""Whose letter is sent next, and who may send it: turns, claims, leases."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Interval,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from storage import schema
from storage.outbox import COLUMNS, Letter
from storage.people import ANY_TIME
from storage.unwritten import among

T = TypeVar("T")

STRANGERS = 10
"""Letters of unknown channels that are claimed together."""
LOOK_AT = 100
"""Letters that are claimed together at the most."""
_LIKE = 32
"""Lists are filled up to so many: each length is another statement."""

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
# kept: a claim is made for every letter or two
_NOW: ColumnElement[Any] = bindparam(
    "now", type_=schema.outbox.c.not_before.type
)
_IN_TIME = and_(
    schema.outbox.c.not_before > ANY_TIME, schema.outbox.c.not_before <= _NOW
)
_AS_THEY_CAME = schema.outbox.c.not_before == ANY_TIME
_BEHIND_NOTHING = (
    schema.outbox.c.chat.not_in(_SENDING),
    # tried and put back: those behind it wait their turn
    schema.outbox.c.chat.not_in(
        _TRIED.where(schema.outbox.c.not_before > _NOW)
    ),
)
"""Picks the chats in which nothing is under way or tried already."""


def anything_due(db: Connection, now: datetime) -> bool:
    """Whether any letter may be sent now."""
    return any(
        db.scalar(_ANY_DUE, {"channel": channel, "now": now, "resting": []})
        for channel in _channels(db)
    )


def next_held(
    db: Connection, after: datetime, until: datetime
) -> datetime | None:
    """Return the first moment of a span for which a letter was held."""
    o = schema.outbox
    found: datetime | None = db.scalar(
        select(o.c.not_before)
        .where(_WAITING, o.c.not_before > after, o.c.not_before <= until)
        .order_by(o.c.not_before)
        .limit(1)
    )
    return found


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
    resting: Sequence[str] = (),
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
    resting: Sequence[str],
    channel: str,
    room: int,
) -> list[Letter]:
    """Claim heads of chats: those whose time has come, then as they came.

    Only so many letters are looked at as may be sent: in a storm the
    queue is long, and this runs for every few letters. A chat with all of
    these is held back once its head is claimed, so the others come next.
    """
    most = min(room, LOOK_AT)
    asked = {
        "channel": channel,
        "now": now,
        "resting": _filled(resting),
        "most": 4 * most,
    }
    chats: dict[str, None] = {}
    for part in (_DUE_IN_TIME, _DUE_AS_THEY_CAME):
        if len(chats) < most:
            chats |= dict.fromkeys(db.scalars(part, asked).all())
    if not chats:
        return []
    # again: another process may have claimed a head since
    ids = db.scalars(
        _HEADS, {"now": now, "chats": _filled([*chats][:most])}
    ).all()
    # ids read first: as one statement PostgreSQL may look for the heads
    # anew for every letter of a long queue
    if db.dialect.name == "postgresql":
        ids = db.scalars(_UNLOCKED, {"ids": _filled(ids)}).all()
    if not ids:
        return []
    rows = db.execute(
        _claiming(db.dialect.name),
        {"ids": _filled(ids), "lease": lease},
    ).mappings()
    return [Letter(**row) for row in rows]


def _filled(values: Sequence[T]) -> list[T]:
    """Repeat a value until there are as many as often."""
    missing = -len(values) % _LIKE if values else 0
    return [*values, *(values[0] for _ in range(missing))]


def _due() -> Select[Any]:
    """Select the chats of letters that nothing holds back, in order.

    The caller says which moments it wants.
    """
    o = schema.outbox
    return among(
        select(o.c.chat)
        .where(
            _WAITING,
            o.c.channel == bindparam("channel"),
            *_BEHIND_NOTHING,
            o.c.chat.not_in(bindparam("resting", expanding=True)),
        )
        .order_by(o.c.not_before, o.c.id),
        o,
    )


_DUE_IN_TIME = _due().where(_IN_TIME).limit(bindparam("most"))
_DUE_AS_THEY_CAME = _due().where(_AS_THEY_CAME).limit(bindparam("most"))
_ANY_DUE = among(
    select(
        or_(
            exists(_due().where(_AS_THEY_CAME)), exists(_due().where(_IN_TIME))
        )
    ),
    schema.outbox,
)
_HEADS = among(
    select(func.min(schema.outbox.c.id))
    .where(
        _WAITING,
        _QUEUED,
        schema.outbox.c.not_before <= _NOW,
        schema.outbox.c.chat.in_(bindparam("chats", expanding=True)),
        *_BEHIND_NOTHING,
    )
    .group_by(schema.outbox.c.chat),
    schema.outbox,
)
_UNLOCKED = among(
    select(schema.outbox.c.id)
    .where(schema.outbox.c.id.in_(bindparam("ids", expanding=True)), _WAITING)
    .with_for_update(skip_locked=True),
    schema.outbox,
)


@cache
def _claiming(dialect: str) -> ReturningUpdate[Any]:
    o = schema.outbox
    return among(
        update(o)
        .where(o.c.id.in_(bindparam("ids", expanding=True)), _WAITING)
        .values(
            state="sending",
            attempts=o.c.attempts + 1,
            fence=o.c.fence + 1,
            lease_until=_lease_end(dialect),
        )
        .returning(*COLUMNS),
        o,
    )


def _all_channels() -> Select[Any]:
    """Select the channels that have letters waiting, by hops in an index."""
    o = schema.outbox
    lowest = select(func.min(o.c.channel).label("channel")).where(_WAITING)
    hops = lowest.cte("hops", recursive=True)
    further = (
        select(func.min(o.c.channel))
        .where(_WAITING, o.c.channel > hops.c.channel)
        .scalar_subquery()
    )
    hops = hops.union_all(select(further).where(hops.c.channel.is_not(None)))
    return among(select(hops.c.channel).where(hops.c.channel.is_not(None)), o)


_CHANNELS = _all_channels()


def _channels(db: Connection) -> Sequence[str]:
    """Return the channels that have letters waiting."""
    return db.scalars(_CHANNELS).all()


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
        .values(fence=o.c.fence + 1, lease_until=_lease_end(db.dialect.name))
        .returning(*COLUMNS),
        {"lease": lease},
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


def _lease_end(dialect: str) -> ColumnElement[Any] | None:
    """Return when a ``lease`` that is given ends, by the database's clock.

    One process has an SQLite file: there a lease means nothing.
    """
    if dialect == "sqlite":
        return None
    return func.clock_timestamp() + bindparam("lease", type_=Interval)
