"""Databases for tests: made once, cloned for each test."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrate
from tests.postgres import Cluster


def lay_sqlite(path: Path) -> None:
    """Make a file with all tables."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as db:
        db.exec_driver_sql("PRAGMA synchronous=OFF")
        migrate.upgrade(db)
    engine.dispose()


def lay_postgres(cluster: Cluster) -> str:
    """Make a database with all tables and return its name."""
    name = cluster.create()
    # a loop of its own, in a thread of its own: the test has one already
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _lay(cluster.url(name))).result()
    return name


async def _lay(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as db:
        await db.run_sync(migrate.upgrade)
    await engine.dispose()


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note what is sent to any database meanwhile."""
    sent: list[str] = []

    def note(*told: object) -> None:
        sent.append(str(told[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
