"""Time limits of tickets, and the due rows that the tick finds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, and_, or_, select, update

from config.terms import CommunityId, TicketId
from storage import prepared, schema
from storage.unwritten import draw, later


class TimeLimit(Struct, frozen=True, kw_only=True):
    """Something owed by a moment."""

    id: int
    ticket_id: TicketId
    kind: str
    rule: str
    state: str
    started_at: datetime
    due_at: datetime


class Due(Struct, frozen=True, kw_only=True):
    """A moment at which something happens once."""

    id: int
    community_id: CommunityId
    kind: str
    subject_id: int
    limit_id: int
    rung: str
    due_at: datetime


_LIMIT = [schema.time_limit.c[name] for name in TimeLimit.__struct_fields__]
_DUE = [schema.due.c[name] for name in Due.__struct_fields__]


def start(
    db: Connection,
    community: CommunityId,
    ticket: TicketId,
    started_at: datetime,
    owed: Sequence[tuple[str, str, datetime]],
) -> list[TimeLimit]:
    """Let limits run: kind, rule and when each is due; in that order."""
    started: list[TimeLimit] = []
    for kind, rule, due_at in owed:
        one = TimeLimit(
            id=draw(db, schema.time_limit),
            ticket_id=ticket,
            kind=kind,
            rule=rule,
            state="running",
            started_at=started_at,
            due_at=due_at,
        )
        row = {"community_id": community, **asdict(one)}
        later(db, prepared.insert_into(schema.time_limit), row)
        started.append(one)
    return started


def running(db: Connection, ticket: TicketId) -> Sequence[TimeLimit]:
    """Return a ticket's running limits, soonest first."""
    k = schema.time_limit
    rows = db.execute(
        select(*_LIMIT)
        .where(k.c.ticket_id == ticket, k.c.state == "running")
        .order_by(k.c.due_at)
    ).mappings()
    return [TimeLimit(**row) for row in rows]


def get(db: Connection, limit: int) -> TimeLimit | None:
    """Return a limit, or None."""
    row = (
        db.execute(select(*_LIMIT).where(schema.time_limit.c.id == limit))
        .mappings()
        .first()
    )
    return None if row is None else TimeLimit(**row)


def end(
    db: Connection,
    ticket: TicketId,
    now: datetime,
    kinds: Sequence[str] | None = None,
    *,
    met: bool = True,
) -> None:
    """Stop limits (all kinds for None) and the reminders that hang on them."""
    k = schema.time_limit
    query = update(k).where(k.c.ticket_id == ticket, k.c.state == "running")
    if kinds is not None:
        query = query.where(k.c.kind.in_(kinds))
    ended = (
        db.execute(
            query.values(
                state="met" if met else "dropped", met_at=now
            ).returning(k.c.id)
        )
        .scalars()
        .all()
    )
    if ended:
        d = schema.due
        db.execute(
            update(d)
            .where(d.c.limit_id.in_(ended), d.c.state == "waiting")
            .values(state="dropped")
        )


def put_dues(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Queue moments; one that is known already stays as it is."""
    later(db, prepared.insert_if_new(db, schema.due), *rows)


def drop_dues(
    db: Connection, kind: str, subject: int, rung: str | None = None
) -> None:
    """Let moments of a subject pass without effect."""
    d = schema.due
    query = update(d).where(
        d.c.kind == kind, d.c.subject_id == subject, d.c.state == "waiting"
    )
    if rung is not None:
        query = query.where(d.c.rung == rung)
    db.execute(query.values(state="dropped"))


def anything_due(db: Connection, now: datetime) -> bool:
    """Whether any moment has come; reads one row of an index."""
    d = schema.due
    found = db.execute(
        select(d.c.id)
        .where(d.c.state == "waiting", d.c.due_at <= now)
        .limit(1)
    ).first()
    return found is not None


def anything_waits(db: Connection, limit: TimeLimit) -> bool:
    """Whether a limit is spoken of again."""
    d = schema.due
    found = db.execute(
        select(d.c.id)
        .where(
            d.c.kind == "remind",
            d.c.subject_id == limit.ticket_id,
            d.c.limit_id == limit.id,
            d.c.state == "waiting",
        )
        .limit(1)
    ).first()
    return found is not None


def next_due(
    db: Connection, after: datetime, until: datetime
) -> datetime | None:
    """Return the first moment of a span at which something waits."""
    d = schema.due
    found: datetime | None = db.scalar(
        select(d.c.due_at)
        .where(d.c.state == "waiting", d.c.due_at > after, d.c.due_at <= until)
        .order_by(d.c.due_at)
        .limit(1)
    )
    return found


def fail(db: Connection, due: Due, reason: str) -> None:
    """Mark a moment whose effect failed; it is shown and not repeated."""
    d = schema.due
    db.execute(
        update(d).where(d.c.id == due.id).values(state="failed", reason=reason)
    )


def postpone(db: Connection, due: Due, until: datetime) -> None:
    """Let a claimed moment wait and come again then."""
    d = schema.due
    db.execute(
        update(d)
        .where(d.c.id == due.id)
        .values(state="waiting", due_at=until, done_at=None)
    )


def is_overtaken(db: Connection, due: Due, now: datetime) -> bool:
    """Whether a later moment of the same limit has come as well.

    After a stop, a night or a jump of the clock several come at once; of
    those that waited for one morning the last to be made is the latest.
    """
    d = schema.due
    found = db.execute(
        select(d.c.id)
        .where(
            d.c.kind == due.kind,
            d.c.subject_id == due.subject_id,
            d.c.limit_id == due.limit_id,
            or_(
                d.c.due_at > due.due_at,
                and_(d.c.due_at == due.due_at, d.c.id > due.id),
            ),
            d.c.due_at <= now,
            d.c.state.in_(("waiting", "done")),
        )
        .limit(1)
    ).first()
    return found is not None


def take_due(db: Connection, now: datetime, limit: int) -> Sequence[Due]:
    """Claim the moments that have come, soonest first.

    They are done when this transaction commits: what they cause must be
    written in it.
    """
    d = schema.due
    ids: Any = (
        select(d.c.id)
        .where(d.c.state == "waiting", d.c.due_at <= now)
        .order_by(d.c.due_at)
        .limit(limit)
    )
    if db.dialect.name == "postgresql":
        ids = ids.with_for_update(skip_locked=True)
    rows = db.execute(
        update(d)
        .where(d.c.id.in_(db.scalars(ids).all()), d.c.state == "waiting")
        .values(state="done", done_at=now)
        .returning(*_DUE)
    ).mappings()
    return sorted(
        (Due(**row) for row in rows),
        key=lambda due: (due.due_at, due.id),
    )
