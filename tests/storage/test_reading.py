import pytest
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only

from storage.database import Database
from storage.schema import community


def _count(db: Connection) -> int:
    return db.scalar(select(func.count()).select_from(community)) or 0


def _add(db: Connection) -> None:
    db.execute(insert(community).values(id="yuelai"))


async def test_a_read_sees_one_moment(database: Database) -> None:
    def look_twice(db: Connection) -> tuple[int, int]:
        before = _count(db)
        await_only(database.write(_add))
        return before, _count(db)

    assert await database.read(look_twice) == (0, 0)
    assert await database.read(_count) == 1


async def test_a_read_changes_nothing(database: Database) -> None:
    await database.write(_add)

    with pytest.raises(DBAPIError):
        await database.read(lambda db: db.execute(delete(community)))

    assert await database.read(_count) == 1
