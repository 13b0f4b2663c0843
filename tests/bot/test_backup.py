"""A backup that is put back, and what may not come back with it."""

import asyncio
import re
import resource
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def little_room() -> Iterator[None]:
    """Let no file grow past a few pages, as where a disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_to_be_one_and_leaves_nothing(
    sqlite_url: str, sqlite_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    assert sqlite_path.stat().st_size > 64 * 1024

    with (
        little_room(),
        pytest.raises(CannotBackUp, match=r"b\.tar\.gz: "),
    ):
        back_up(sqlite_url, f"file://{tmp_path}/media", folder / "b.tar.gz")

    assert list(folder.iterdir()) == []


def test_a_backup_is_asked_for_where_a_file_can_be(
    sqlite_url: str, tmp_path: Path
) -> None:
    media = f"file://{tmp_path}/media"
    for to in (tmp_path, tmp_path / "none" / "b.tar.gz"):
        with pytest.raises(CannotBackUp, match="a file in a folder"):
            back_up(sqlite_url, media, to)

    assert list(tmp_path.parent.glob("*.part")) == []


def test_a_damaged_backup_is_said_to_be_one(
    sqlite_url: str, sqlite_path: Path, tmp_path: Path
) -> None:
    media, whole = f"file://{tmp_path}/media", tmp_path / "whole.tar.gz"
    back_up(sqlite_url, media, whole)
    before = sqlite_path.read_bytes()
    bad = bytearray(whole.read_bytes())
    bad[len(bad) // 2 : len(bad) // 2 + 400] = b"\xff" * 400
    flipped, foreign = tmp_path / "flipped.tar.gz", tmp_path / "notes.tar.gz"
    flipped.write_bytes(bad)
    notes = tmp_path / "notes.txt"
    notes.write_text("milk and eggs" * 500)
    with tarfile.open(foreign, "w:gz") as tar:
        tar.add(notes, "linli.sqlite")

    for wrong in (flipped, foreign, tmp_path / "missing.tar.gz"):
        with pytest.raises(CannotBackUp, match=re.escape(str(wrong))):
            asyncio.run(restore(sqlite_url, media, wrong))

    assert sqlite_path.read_bytes() == before


def test_a_database_beyond_reading_is_first_moved_away(
    sqlite_url: str, sqlite_path: Path, tmp_path: Path
) -> None:
    media, to = f"file://{tmp_path}/media", tmp_path / "backup.tar.gz"
    back_up(sqlite_url, media, to)
    sqlite_path.write_bytes(b"\xff" * 9000)

    with pytest.raises(CannotBackUp, match="who was erased since"):
        asyncio.run(restore(sqlite_url, media, to))
    sqlite_path.rename(tmp_path / "away")
    log = sqlite_path.with_name(f"{sqlite_path.name}-wal")
    log.write_bytes(b"of the file that was moved away")
    asyncio.run(restore(sqlite_url, media, to))

    assert sqlite_path.exists()
    aside = f"{sqlite_path.name}.before-restore-wal"
    assert sqlite_path.with_name(aside).exists()
