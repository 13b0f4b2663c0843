"""The disk takes nothing for a while; nobody's words are lost by it."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typing_extensions import override

from bot.intake import DEADLY_TRIES, TRIES
from storage import inbox, outbox, schema
from storage.database import Connection, Database
from storage.engines import DatabaseError
from storage.messages import Outgoing, Say
from tests.fakes import FakeChannel
from tests.world import World

pytestmark = pytest.mark.faults
FULL = "PRAGMA max_page_count=1"
"""SQLite takes the pages that there are; it can have no more."""
ROOM = "PRAGMA max_page_count=1000000"
LONG = "x" * 1_000_000
"""An id that needs pages of its own to be noted."""


async def _say(database: Database, pragma: str) -> None:
    def work(db: Connection) -> None:
        db.exec_driver_sql(pragma)

    await database.write(work)


async def _is_roomy(database: Database) -> bool:
    try:
        await _say(database, ROOM)
    except DatabaseError:  # it shared its transaction with a refused work
        return False
    return True


def _noted_at_length(db: Connection) -> None:
    db.execute(schema.outbox.update().values(message=LONG))


@dataclass(eq=False)
class Unlucky(FakeChannel):
    """The disk fills up while it says its first words."""

    database: Database | None = None
    filled: asyncio.Event = field(default_factory=asyncio.Event)

    @override
    async def send(self, outgoing: Outgoing, key: str) -> str:
        told = await super().send(outgoing, key)
        if isinstance(outgoing, Say) and self.database is not None:
            database, self.database = self.database, None
            await _say(database, FULL)
            self.filled.set()
            return told + LONG
        return told


@pytest.mark.parametrize("careful", [True, False])
async def test_what_a_full_disk_cannot_keep_is_not_acknowledged(
    sqlite_url: str, tmp_path: Path, *, careful: bool
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        if not careful:
            town.core.intake.be_quick()
        await _say(town.core.database, FULL)
        kept = 0
        refused = None
        while refused is None:
            assert kept < 1000
            words = f"报事 第{kept}号井盖破了" + "快" * 500
            report = town.said("wang", words, group="g1")
            try:
                await town.core.intake.receive([report])
                kept += 1
            except DatabaseError:
                refused = report

        for _ in range(DEADLY_TRIES + TRIES + 1):
            with pytest.raises(Exception, match="full"):
                await town.core.intake.receive([refused])

        await _say(town.core.database, ROOM)
        await town.hears(refused)
        await town.core.intake.retry()
        assert await town.core.database.read(inbox.all_kept) == []
        assert len(town.read("g1")) == kept + 1
        assert f"工单 {kept + 1}。" in town.last("g1")


async def test_what_was_said_meanwhile_is_noted_once_there_is_room(
    sqlite_url: str, tmp_path: Path
) -> None:
    channel = Unlucky()
    async with World.opened(sqlite_url, tmp_path, channel=channel) as town:
        database = channel.database = town.core.database
        await town.core.intake.receive(
            [
                town.said("wang", "报事 3号楼路灯坏了", group="g1"),
                town.said("li", "报事 4号楼井盖破了", group="g1"),
            ]
        )
        async with asyncio.timeout(10):
            await channel.filled.wait()
        with pytest.raises(Exception, match="full"):
            await database.write(_noted_at_length)

        async with asyncio.timeout(10):
            while not await _is_roomy(database):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await town.settles()

        assert [one[:7] for one in town.read("g1")] == [
            "收到，工单 1",
            "收到，工单 2",
        ]
        assert len(town.heard("lin")) == 2
        assert await database.read(outbox.parked) == []
