"""How far ids and numbers have been given, for who must go on from there.

A backup that is put back knows nothing of what was given since. People
know the numbers, open pages and work-order systems the ids.
"""

from collections.abc import Mapping

from msgspec import Struct
from sqlalchemy import Connection, Executable, select, text, update

from storage import schema


class Counters(Struct, frozen=True):
    """The highest of each that was given, or the next, as it is kept."""

    numbers: Mapping[str, int]
    """By community."""
    changes: Mapping[str, int]
    """By web chat."""
    ids: Mapping[str, int]
    """By table; of SQLite alone."""


def read(db: Connection) -> Counters:
    """Return how far this database has counted."""
    c, w = schema.community.c, schema.webchat_chat.c
    return Counters(
        _pairs(db, select(c.id, c.next_number)),
        _pairs(db, select(w.address, w.seq)),
        _pairs(db, text("SELECT name, seq FROM sqlite_sequence")),
    )


def go_on(db: Connection, since: Counters) -> None:
    """Let this database count on from where another one was, if farther."""
    c, w = schema.community, schema.webchat_chat
    for table, key, count, given in (
        (c, c.c.id, c.c.next_number, since.numbers),
        (w, w.c.address, w.c.seq, since.changes),
    ):
        for name, most in given.items():
            db.execute(
                update(table)
                .where(key == name, count < most)
                .values({count: most})
            )
    for name, most in since.ids.items():
        values = {"name": name, "most": most}
        db.execute(_LAY, values)
        db.execute(_RAISE, values)


_LAY = text(
    "INSERT INTO sqlite_sequence SELECT :name, 0 WHERE NOT EXISTS"
    " (SELECT 1 FROM sqlite_sequence WHERE name = :name)"
)
_RAISE = text(
    "UPDATE sqlite_sequence SET seq = :most WHERE name = :name AND seq < :most"
)


def _pairs(db: Connection, question: Executable) -> dict[str, int]:
    return {row[0]: row[1] for row in db.execute(question)}
