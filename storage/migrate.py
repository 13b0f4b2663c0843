"""Bring a database to the schema of this program.

At each start but the first there is nothing to do: that is found out from
one row, and Alembic isn't even imported.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.database import PATIENCE_S, Database
from storage.engines import DatabaseError
from storage.refusals import explained

FOLDER = Path(__file__).with_name("migrations")
_REVISION = re.compile(r'^revision = "(.+)"$', re.MULTILINE)
_LOCK = 0x4C494E4C49  # "LINLI": replicas that start together take turns


class Foreign(Exception):
    """The database belongs to another version of Linli."""


class Unusable(Exception):
    """The database can't be used; the message says why, without secrets."""


@asynccontextmanager
async def opened(
    url: str, patience_s: float = PATIENCE_S
) -> AsyncIterator[Database]:
    """Open a database, and bring it up to date first.

    Raises ``Taken``, ``Foreign``, or ``Unusable`` if it can't be reached,
    read or written.
    """
    database = Database(url, patience_s=patience_s)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(database.opened())
            await database.write(upgrade)
        except (DatabaseError, OSError) as wrong:
            raise Unusable(explained(wrong)) from None
        yield database


def head() -> str:
    """Return the revision that the last migration leads to."""
    return _revision(_files()[-1])


def upgrade(db: Connection) -> None:
    """Run the migrations that ``db`` lacks, within its transaction.

    Raises ``Foreign``, and changes nothing, if the database has seen a
    migration that this program doesn't know.
    """
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    at = revision(db)
    if at == head():
        return
    if at is not None and at not in {_revision(file) for file in _files()}:
        raise Foreign(
            f"The database is at revision {at}, which this version of Linli"
            " doesn't know. Start the version that wrote it, or give Linli"
            " a new database."
        )
    _run(db)


def revision(db: Connection) -> str | None:
    """Return where the database stands; None if it is empty."""
    if not inspect(db).has_table("alembic_version"):
        return None
    found = db.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _run(db: Connection) -> None:
    # a tenth of a second, paid only by a start that has something to migrate
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = db
    command.upgrade(config, "head")


def _files() -> list[Path]:
    return sorted((FOLDER / "versions").glob("[0-9]*.py"))


def _revision(file: Path) -> str:
    found = _REVISION.search(file.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{file} names no revision")
    return found[1]
