"""The one writer: works share a transaction and never each other's fate."""

import asyncio

import pytest
from sqlalchemy import func, select

from storage import schema
from storage.database import Closed, Connection, Database, Taken, touch
from storage.people import put_new
from tests.town import MONDAY


def _put(db: Connection, key: str) -> None:
    db.execute(
        put_new(db, schema.seen).values(
            channel="town", account="linli", key=key, at=MONDAY
        )
    )


def _count(db: Connection) -> int:
    query = select(func.count()).select_from(schema.seen)
    return int(db.execute(query).scalar_one())


async def test_a_failing_work_is_undone_alone(database: Database) -> None:
    def breaks(db: Connection) -> None:
        _put(db, "broken")
        raise ZeroDivisionError

    works = [
        database.submit(lambda db: _put(db, "a")),
        database.submit(breaks),
        database.submit(lambda db: _put(db, "b")),
    ]

    await works[0]
    with pytest.raises(ZeroDivisionError):
        await works[1]
    await works[2]
    assert await database.read(_count) == 2


async def test_a_breach_of_a_promise_is_the_works_own(
    database: Database,
) -> None:
    def twice(db: Connection) -> None:
        _put(db, "same")
        _put(db, "same")

    works = [
        database.submit(twice),
        database.submit(lambda db: _put(db, "other")),
    ]

    with pytest.raises(Exception, match=r"(?i)unique"):
        await works[0]
    await works[1]
    assert await database.read(_count) == 1


async def test_works_run_in_the_order_they_came(database: Database) -> None:
    heard: list[int] = []

    async with asyncio.TaskGroup() as tasks:
        for number in range(100):
            tasks.create_task(
                database.write(lambda _db, n=number: heard.append(n))  # type: ignore[misc]
            )

    assert heard == list(range(100))


async def test_listeners_hear_of_what_was_kept_alone(
    database: Database,
) -> None:
    heard: list[frozenset[str]] = []
    database.listeners.append(heard.append)

    def undone(db: Connection) -> None:
        touch(db, "undone")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(undone)
    await database.write(lambda db: touch(db, "kept"))

    assert heard == [frozenset({"kept"})]


async def test_a_second_process_on_the_file_is_refused(
    sqlite_url: str,
) -> None:
    async with Database(sqlite_url).opened():
        with pytest.raises(Taken, match="SQLite serves exactly one"):
            async with Database(sqlite_url).opened():
                pass
    async with Database(sqlite_url).opened() as again:
        assert await again.read(_count) == 0


async def test_a_reader_may_look_while_another_process_writes(
    sqlite_url: str,
) -> None:
    async with Database(sqlite_url).opened() as writer:
        await writer.write(lambda db: _put(db, "a"))

        async with Database(sqlite_url).readable() as reader:
            assert await reader.read(_count) == 1


async def test_what_was_queued_is_kept_before_it_closes(
    sqlite_url: str,
) -> None:
    async with Database(sqlite_url).opened() as database:
        for number in range(200):
            _ = database.submit(lambda db, n=number: _put(db, str(n)))  # type: ignore[misc]
    with pytest.raises(Closed):
        await database.write(_count)

    async with Database(sqlite_url).readable() as reader:
        assert await reader.read(_count) == 200


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?\s?only"):
        await database.read(lambda db: _put(db, "a"))
