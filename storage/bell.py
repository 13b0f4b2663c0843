"""A bell that every process on one database hears, to look at once.

PostgreSQL carries it when the transaction that rang has committed. SQLite
serves one process, which needs none. A ring may be lost with a connection
or behind a pooler: who waits for one looks now and then all the same.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, func, literal
from sqlalchemy.ext.asyncio import AsyncEngine

Hear = Callable[[str], None]

NOTICE_BYTES = 7000
"""What one ring may say; the server takes a little more."""


def is_heard(db: Connection) -> bool:
    """Whether there may be other processes."""
    return db.dialect.name == "postgresql"


def ringing(bell: str, words: ColumnElement[str] | str) -> ColumnElement[str]:
    """Return the column that rings when a statement returns it."""
    said = literal(words, String) if isinstance(words, str) else words
    return func.pg_notify(bell, said, type_=String)


def ring(db: Connection, bell: str, words: str) -> None:
    """Let the other processes hear words, once this is committed."""
    if is_heard(db) and len(words.encode()) <= NOTICE_BYTES:
        db.execute(ringing(bell, words).select())


async def listen(engine: AsyncEngine, bells: Mapping[str, Hear]) -> None:
    """Pass on every ring; return when the connection has gone."""
    gone = asyncio.Event()

    def told(_driver: object, _pid: int, bell: str, words: str) -> None:
        bells[bell](words)

    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        driver.add_termination_listener(lambda _: gone.set())
        for bell in bells:
            await driver.add_listener(bell, told)
        try:
            await gone.wait()
        finally:
            # a connection that listens goes back to nobody
            await connection.invalidate()
