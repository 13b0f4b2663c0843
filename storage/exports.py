"""What an operator takes out: tickets without who reported them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from storage import schema

_T = schema.ticket.c
_EXPORTED = (
    _T.community_id,
    _T.number,
    _T.status,
    _T.grid_id,
    _T.category,
    _T.severity,
    _T.urgency,
    _T.level,
    _T.source,
    _T.place,
    _T.assignee_id,
    _T.body_id,
    _T.reopened,
    _T.rating,
    _T.opened_at,
    _T.accepted_at,
    _T.resolved_at,
    _T.closed_at,
)
COLUMNS = tuple(column.name for column in _EXPORTED)


def tickets(db: Connection) -> Sequence[Sequence[Any]]:
    """Return every ticket, private ones without their place."""
    rows = db.execute(
        select(*_EXPORTED, _T.private).order_by(_T.community_id, _T.number)
    )
    place = COLUMNS.index("place")
    return [
        tuple(
            "" if row.private and at == place else value
            for at, value in enumerate(row[: len(COLUMNS)])
        )
        for row in rows
    ]
