import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text

from storage import migrate
from storage.database import Database
from storage.schema import metadata


def _facts(db: Connection) -> dict[str, Any]:
    """Return everything the database itself says about its tables."""
    inspector = inspect(db)
    return {
        table: {
            "columns": {
                column["name"]: {
                    key: str(value)
                    for key, value in column.items()
                    if key != "comment"
                }
                for column in inspector.get_columns(table)
            },
            "primary key": inspector.get_pk_constraint(table),
            "unique": _by_name(inspector.get_unique_constraints(table)),
            "checks": _by_name(inspector.get_check_constraints(table)),
            "foreign keys": _by_name(inspector.get_foreign_keys(table)),
            "indexes": {
                name: {**index, "dialect_options": _spelled(index)}
                for name, index in _by_name(
                    inspector.get_indexes(table)
                ).items()
            },
            "options": inspector.get_table_options(table),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _by_name(things: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {thing["name"]: thing for thing in things}


def _spelled(index: dict[str, Any]) -> dict[str, str]:
    options = index.get("dialect_options", {})
    return {key: str(value) for key, value in options.items()}


async def test_the_migrations_lead_to_the_schema(empty_url: str) -> None:
    async with Database(empty_url).opened() as database:
        await database.write(metadata.create_all)
        wanted = await database.read(_facts)
        await database.write(metadata.drop_all)

        await database.write(migrate.upgrade)

        found = await database.read(_facts)
    assert wanted.keys() == metadata.tables.keys()
    assert found == wanted, "the schema has changed: run `make migration`"


async def test_a_second_start_has_nothing_to_migrate(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Database(empty_url).opened() as database:
        await database.write(migrate.upgrade)
        monkeypatch.setitem(sys.modules, "alembic", None)

        await database.write(migrate.upgrade)

        assert await database.read(migrate.revision) == migrate.head()


async def test_a_database_of_another_version_is_left_alone(
    database: Database,
) -> None:
    def pretend(db: Connection) -> None:
        db.execute(text("UPDATE alembic_version SET version_num = '9999_ff'"))

    await database.write(pretend)

    with pytest.raises(migrate.Foreign, match="9999_ff"):
        await database.write(migrate.upgrade)

    assert await database.read(migrate.revision) == "9999_ff"


async def test_replicas_that_start_together_migrate_once(
    empty_postgres_url: str,
) -> None:
    async def start() -> str | None:
        async with Database(empty_postgres_url).opened() as database:
            await database.write(migrate.upgrade)
            return await database.read(migrate.revision)

    async with asyncio.TaskGroup() as replicas:
        starts = [replicas.create_task(start()) for _ in range(4)]

    assert {start.result() for start in starts} == {migrate.head()}
