"""How each kind of database is reached.

Readers go through the async drivers. On SQLite the one writer has a
thread of its own: a transaction crosses into it once, not several times
a statement, which was nine tenths of the price of a report.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError as DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import unwritten

__all__ = [
    "DatabaseError",
    "Writer",
    "ear",
    "make_url",
    "place_of",
    "reader",
    "writer",
]

T = TypeVar("T")
READERS = 4
ONE_MOMENT = {
    "isolation_level": "REPEATABLE READ",
    "postgresql_readonly": True,
}
"""PostgreSQL shows each statement another moment unless told otherwise."""


def place_of(address: str) -> str:
    """Return where a database is, for people's eyes: without a password."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite" and url.database:
        return str(Path(url.database).absolute())
    bare = url.set(drivername=url.get_backend_name())
    return bare.render_as_string(hide_password=True)


class Writer(Protocol):
    """Runs one transaction at a time."""

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Begin, run ``work``, commit; roll back if it raises."""

    async def checkpoint(self) -> bool:
        """Move the log into the database file; False if it is in use."""

    async def dispose(self) -> None:
        """Close the connection."""


class SqliteWriter:
    """The only writer of an SQLite file, in a thread of its own."""

    def __init__(self, url: URL) -> None:
        self._thread = ThreadPoolExecutor(1, "sqlite-writer")
        self._engine = create_engine(
            url.set(drivername="sqlite"),
            pool_size=1,
            max_overflow=0,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
        event.listen(self._engine, "connect", _pragmas)
        # a deferred BEGIN that writes later meets "database is locked"
        event.listen(self._engine, "begin", _begin_immediate)
        unwritten.watch(self._engine)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Begin, run ``work``, commit; roll back if it raises."""
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._thread, self._transact, work)
        # a transaction that has begun is never left half-way
        return await asyncio.shield(running)

    async def checkpoint(self) -> bool:
        """Move the log into the database file; False if it is in use."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._checkpoint)

    async def dispose(self) -> None:
        """Close the connection."""
        await asyncio.to_thread(self._thread.shutdown)
        self._engine.dispose()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as db:
            return work(db)

    def _checkpoint(self) -> bool:
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (busy, *_) = cursor.fetchone() or (1,)
        finally:
            connection.close()
        return not busy


class PostgresWriter:
    """One connection to PostgreSQL; other processes have theirs."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        unwritten.watch(self._engine.sync_engine)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Begin, run ``work``, commit; roll back if it raises."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def checkpoint(self) -> bool:
        """Do nothing: the server keeps its log itself."""
        return True

    async def dispose(self) -> None:
        """Close the connection."""
        await self._engine.dispose()


def writer(url: URL) -> Writer:
    """Return the writer of a database."""
    return SqliteWriter(url) if _sqlite(url) else PostgresWriter(url)


def reader(url: URL) -> AsyncEngine:
    """Return an engine whose connections change nothing."""
    engine = create_async_engine(
        url,
        pool_size=READERS,
        max_overflow=0,
        pool_pre_ping=not _sqlite(url),
        execution_options={} if _sqlite(url) else ONE_MOMENT,
        hide_parameters=True,
    )
    if _sqlite(url):
        event.listen(engine.sync_engine, "connect", _pragmas)
        event.listen(engine.sync_engine, "connect", _query_only)
        event.listen(engine.sync_engine, "begin", _begin)
    return engine


def ear(url: URL) -> AsyncEngine:
    """Return an engine of one connection that waits outside transactions."""
    return create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
    )


def _pragmas(dbapi: Any, _record: object) -> None:  # noqa: ANN401
    dbapi.isolation_level = None  # we begin transactions ourselves
    cursor = dbapi.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "secure_delete=ON",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _query_only(dbapi: Any, _record: object) -> None:  # noqa: ANN401
    cursor = dbapi.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.execute("PRAGMA cache_size=-2000")  # there are several of them
    cursor.close()


def _begin_immediate(db: Connection) -> None:
    db.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(db: Connection) -> None:
    db.exec_driver_sql("BEGIN")


def _sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"
