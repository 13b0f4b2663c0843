"""A message that fails is kept, tried, set aside; nobody waits for it."""

from pathlib import Path

import pytest

from bot.intake import DEADLY_TRIES, TRIES
from config.terms import Command
from handlers import router
from handlers.context import Context
from storage import inbox
from storage.database import Connection
from storage.messages import Outgoing, Said
from tests.town import MONDAY
from tests.world import World


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


async def _counted(town: World, message: Said, times: int) -> None:
    def started(db: Connection) -> None:
        for _ in range(times):
            inbox.count_attempt(db, message, "started", MONDAY)

    await town.core.database.write(started)
