"""What fails is undone alone: its neighbours and what was before it stay."""

from functools import partial

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from storage import schema
from storage.database import Connection, Database, savepoint


def _put(db: Connection, name: str) -> None:
    db.execute(insert(schema.community).values(id=name))


def _names(db: Connection) -> list[str]:
    c = schema.community.c
    return list(db.execute(select(c.id).order_by(c.id)).scalars())


def _twice(db: Connection) -> None:
    _put(db, "twin")
    _put(db, "twin")


def _fail(db: Connection, name: str) -> None:
    with savepoint(db, "block"):
        _put(db, name)
        raise ValueError(name)


async def test_a_failing_work_fails_alone(database: Database) -> None:
    works = [
        database.submit(partial(_put, name="before")),
        database.submit(_twice),
        database.submit(partial(_put, name="after")),
    ]

    await works[0]
    with pytest.raises(IntegrityError):
        await works[1]
    await works[2]

    assert await database.read(_names) == ["after", "before"]


async def test_what_a_block_wrote_goes_with_its_error(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        _put(db, "before")
        for name in ("first", "second"):
            with pytest.raises(ValueError, match=name):
                _fail(db, name)
        with savepoint(db, "block"):
            _put(db, "kept")

    await database.write(work)

    assert await database.read(_names) == ["before", "kept"]


async def test_a_broken_promise_in_a_block_leaves_the_work_whole(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        _put(db, "before")
        with pytest.raises(IntegrityError), savepoint(db, "block"):
            _put(db, "before")
        _put(db, "after")

    await database.write(work)

    assert await database.read(_names) == ["after", "before"]


async def test_a_block_inside_a_work_that_fails_goes_too(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        with savepoint(db, "block"):
            _put(db, "inside")
        raise ValueError("after all")

    with pytest.raises(ValueError, match="after all"):
        await database.write(work)

    assert await database.read(_names) == []
