"""A backup that is put back, and what may not come back with it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.backup import CannotBackUp, back_up, restore
from storage import schema
from storage.database import Connection, Taken
from tests.world import World


def letters(db: Connection) -> tuple[int, int]:
    o = schema.outbox.c
    row = db.execute(select(func.min(o.id), func.max(o.id))).one()
    return row[0], row[1]


async def test_nothing_is_numbered_twice_after_an_older_backup(
    sqlite_url: str, tmp_path: Path
) -> None:
    to = tmp_path / "backup.tar.gz"
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        plan = town.core.plan
        back_up(plan.database_url, plan.media_url, to)
        await town.says("wang", "报事 5号楼路面塌了", group="g1")
        await town.says("wang", "报事 6号楼垃圾没人清", group="g1")
        assert "工单 3" in town.last("g1")
        _, last = await town.core.database.read(letters)

    await restore(plan.database_url, plan.media_url, to)

    async with World.opened(sqlite_url, tmp_path) as town:
        old = await town.core.database.read(letters)
        await town.says(
            "wang", "报事 5号楼路面塌了", group="g1", message="new"
        )
        assert "工单 4" in town.last("g1")
        _, new = await town.core.database.read(letters)
        assert old[1] < last < new


async def test_a_backup_waits_for_the_program_to_stop(
    sqlite_url: str, tmp_path: Path
) -> None:
    to = tmp_path / "backup.tar.gz"
    async with World.opened(sqlite_url, tmp_path) as town:
        plan = town.core.plan
        back_up(plan.database_url, plan.media_url, to)
        with pytest.raises(Taken):
            await restore(plan.database_url, plan.media_url, to)


def test_what_is_no_backup_changes_nothing(
    sqlite_url: str, sqlite_path: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "notes.tar.gz"
    wrong.write_text("milk and eggs")
    before = sqlite_path.read_bytes()

    with pytest.raises(CannotBackUp, match="no whole backup"):
        asyncio.run(restore(sqlite_url, f"file://{tmp_path}/media", wrong))

    assert sqlite_path.read_bytes() == before
