"""How much waits, for health and metrics."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Table, func, select

from storage import schema


class Backlog(Struct, frozen=True, kw_only=True):
    """What waits at one moment."""

    letters: int = 0
    age_s: float = 0.0
    """Of the oldest letter that may be sent."""
    parked: int = 0
    poison: int = 0
    failing: int = 0
    """Messages that will be tried again."""
    photos: int = 0


def count(db: Connection, now: datetime) -> Backlog:
    """Count what waits; each count reads a partial index."""
    o, i, p = schema.outbox, schema.inbox, schema.photo
    due = (
        o.c.state.in_(("waiting", "sending")),
        o.c.not_before <= now,
    )
    letters, oldest = db.execute(
        select(func.count(), func.min(o.c.created_at)).where(*due)
    ).one()
    age = (now - oldest).total_seconds() if oldest else 0.0
    return Backlog(
        letters=letters,
        age_s=max(age, 0.0),
        parked=_count(db, o, o.c.state == "parked"),
        poison=_count(db, i, i.c.state == "poison"),
        failing=_count(db, i, i.c.state == "failing"),
        photos=_count(db, p, p.c.state == "wanted"),
    )


def _count(
    db: Connection, table: Table, condition: ColumnElement[bool]
) -> int:
    query = select(func.count()).select_from(table).where(condition)
    return int(db.execute(query).scalar_one())
