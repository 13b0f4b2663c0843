"""A message that fails is kept, tried, set aside; nobody waits for it."""

from asyncio import Future
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import func, select
from typing_extensions import override

from bot.intake import DEADLY_TRIES, TRIES, Intake
from config.terms import Command
from handlers import router
from handlers.context import Context
from storage import inbox, schema
from storage.database import Ahead, Connection, Database, Work
from storage.messages import Outgoing, Said
from tests.town import MONDAY
from tests.world import World

T = TypeVar("T")
FOR_EVER = 1 << 30


class Killed(BaseException):
    """The process is gone; nobody catches this."""


class Mortal(Database):
    """A database whose process dies after so many transactions."""

    left = FOR_EVER

    @override
    def submit(self, work: Work[T], ahead: Ahead | None = None) -> Future[T]:
        if self.left <= 0:
            raise Killed
        self.left -= 1
        return super().submit(work, ahead)


def _breaks(_ctx: Context, _message: Said, rest: str) -> list[Outgoing]:
    raise ZeroDivisionError(rest)


async def test_a_failing_message_is_set_aside_after_its_tries(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        town.core.intake.be_quick()
        command = Command.MY
        monkeypatch.setitem(router.ROUTES, command, _breaks)

        await town.says("wang", "我的工单")
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        assert "工单 1" in town.last("g1"), "its neighbours go on"

        for _ in range(6):
            await town.core.intake.retry()
        poison = await town.core.database.read(inbox.poison)
        assert [one.reason for one in poison] == ["ZeroDivisionError"]
        assert "报事" not in str(poison[0].reason), "no words in the reason"


async def test_a_message_that_fails_for_a_while_is_heard_in_the_end(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        with monkeypatch.context() as broken:
            broken.setitem(router.ROUTES, Command.MY, _breaks)
            await town.says("wang", "我的工单")
            assert town.heard("wang") == []
        await town.core.intake.retry()
        await town.settles()

        assert "您还没有报过事" in town.last("wang")
        assert await town.core.database.read(inbox.poison) == []


async def test_a_message_that_was_killed_often_is_tried_alone_and_heard(
    sqlite_url: str, tmp_path: Path
) -> None:
    """The tries are counted before: a crash is what never comes back."""
    async with World.opened(sqlite_url, tmp_path) as town:
        unlucky = town.said("wang", "我的工单", message="m1")
        await _counted(town, unlucky, DEADLY_TRIES)

        for _ in range(3 * TRIES):
            await town.hears(unlucky)
        assert town.heard("wang") == [], "the others go first"
        await town.core.intake.retry()
        await town.settles()

        assert "您还没有报过事" in town.last("wang")


async def test_a_message_that_always_kills_is_set_aside(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        deadly = town.said("wang", "我的工单", message="m1")
        await _counted(town, deadly, DEADLY_TRIES + TRIES)

        await town.hears(deadly)
        await town.core.intake.retry()

        assert len(await town.core.database.read(inbox.poison)) == 1
        assert town.heard("wang") == []


async def test_kills_within_one_batch_wear_nobody_out(
    database_url: str, tmp_path: Path
) -> None:
    """Each life ends in the middle of its third message, for long."""
    async with World.opened(database_url, tmp_path) as town:
        batch = [
            town.said(f"r{n}", f"报事 第{n}号井盖破了", group="g1")
            for n in range(60)
        ]
        fixed, now = town.core.fixed, town.clock
    database = Mortal(database_url)
    async with database.opened():
        lives = 0
        acknowledged = False
        while not acknowledged:
            lives += 1
            assert lives <= 40, "it gets no further"
            database.left = 5
            with suppress(Killed):
                intake = Intake(fixed=fixed, database=database, now=now)
                await intake.open()
                await intake.receive(batch)
                acknowledged = True
        database.left = FOR_EVER
        await Intake(fixed=fixed, database=database, now=now).retry()

        assert lives > DEADLY_TRIES + TRIES
        assert await database.read(inbox.all_kept) == []
        assert await database.read(_tickets) == len(batch)


def _tickets(db: Connection) -> int:
    query = select(func.count()).select_from(schema.ticket)
    return int(db.execute(query).scalar_one())


async def _counted(town: World, message: Said, times: int) -> None:
    def started(db: Connection) -> None:
        for _ in range(times):
            inbox.count_attempt(db, message, "started", MONDAY)

    await town.core.database.write(started)
