"""Never give an id twice.

SQLite gave the highest id again once its row was gone. PostgreSQL has
counted them from the first day.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0002_5d0c1e"
down_revision = "0001_978b9b"
branch_labels = None
depends_on = None

_TABLES = (
    "claim",
    "due",
    "event",
    "inbox",
    "outbox",
    "photo",
    "ticket",
    "time_limit",
    "unanswered",
    "webchat_message",
    "wish",
    "words",
)
_PLAIN = "id INTEGER NOT NULL"
_KEY = re.compile(r",\s*CONSTRAINT pk_\w+ PRIMARY KEY \(id\)")
# where ids are still known whose rows are gone
_OUTLIVED = {
    "outbox": "SELECT max(CAST(substr(letter, 8) AS INTEGER))"
    " FROM webchat_message WHERE letter LIKE 'letter-%'",
    "webchat_message": "SELECT max(read_id) FROM webchat_member",
}


def upgrade() -> None:
    """Write each table anew, with its ids counted."""
    db = op.get_bind()
    if db.dialect.name != "sqlite":
        return
    known = {
        table: db.scalar(sa.text(question)) or 0
        for table, question in _OUTLIVED.items()
    }
    for table in _TABLES:
        _count_ids(db, table)
        _start_above(db, table, known.get(table, 0))


def _count_ids(db: sa.Connection, table: str) -> None:
    laid, *indexes = db.scalars(
        sa.text(
            "SELECT sql FROM sqlite_master WHERE tbl_name = :table"
            " AND sql IS NOT NULL ORDER BY type = 'table' DESC"
        ),
        {"table": table},
    )
    columns = _KEY.sub("", laid[laid.index("(") :], count=1)
    counted = columns.replace(_PLAIN, f"{_PLAIN} PRIMARY KEY AUTOINCREMENT", 1)
    if counted.count("PRIMARY KEY") != 1:
        raise ValueError(f"{table} was not laid by the first migration")
    db.exec_driver_sql(f"CREATE TABLE {table}_counted {counted}")
    rows = f"SELECT * FROM {table}"  # noqa: S608  a name from above
    db.exec_driver_sql(f"INSERT INTO {table}_counted {rows}")
    db.exec_driver_sql(f"DROP TABLE {table}")
    db.exec_driver_sql(f"ALTER TABLE {table}_counted RENAME TO {table}")
    for index in indexes:
        db.exec_driver_sql(index)


def _start_above(db: sa.Connection, table: str, known: int) -> None:
    counted = {"table": table, "known": known}
    db.execute(
        sa.text(
            "INSERT INTO sqlite_sequence SELECT :table, 0 WHERE NOT EXISTS"
            " (SELECT 1 FROM sqlite_sequence WHERE name = :table)"
        ),
        counted,
    )
    db.execute(
        sa.text(
            "UPDATE sqlite_sequence SET seq = :known"
            " WHERE name = :table AND seq < :known"
        ),
        counted,
    )
