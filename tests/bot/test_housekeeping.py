from datetime import timedelta
from pathlib import Path

import pytest

from bot import housekeeping
from config.terms import Number
from storage import retention, tickets
from storage.database import Connection
from tests.pictures import picture
from tests.town import COMMUNITY
from tests.world import World

DAY = timedelta(days=1)


def pictures(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.jpg") if path.is_file()]


async def test_the_pictures_of_the_forgotten_leave_the_store(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        town.channel.pictures["lamp"] = picture()
        await town.says(
            "wang", "报事 3号楼路灯坏了", photos=["lamp"], group="g1"
        )
        await town.core.house.tick()
        assert len(pictures(tmp_path)) == 1

        await town.says("wang", "忘记我")
        await town.presses("wang", "确定")
        await town.core.media.sweep()

        assert pictures(tmp_path) == []


async def test_pictures_and_words_go_in_the_packs_time(
    database_url: str, tmp_path: Path
) -> None:
    rules = COMMUNITY.rules
    async with World.opened(database_url, tmp_path) as town:
        town.channel.pictures["lamp"] = picture()
        await town.says(
            "wang", "报事 3号楼路灯坏了", photos=["lamp"], group="g1"
        )
        await town.says("wang", "撤回 1", group="g1")

        town.clock.passes(rules.photos_kept - DAY)
        await town.core.house.tick()
        assert len(pictures(tmp_path)) == 1

        town.clock.passes(2 * DAY)
        await town.core.house.tick()
        await town.core.media.sweep()
        assert pictures(tmp_path) == []

        town.clock.passes(rules.words_kept - rules.photos_kept)
        await town.core.house.tick()
        assert await town.core.database.read(_said) == [""]


async def test_a_round_comes_once_an_hour(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.core.house.tick()
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        town.clock.passes(timedelta(minutes=59))
        await town.core.house.tick()
        assert town.core.house.swept == 0

        town.clock.passes(retention.KEYS_KEPT)
        await town.core.house.tick()
        assert town.core.house.swept > 0


async def test_what_a_round_leaves_comes_with_the_next_beat(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "STEP", 1)
    monkeypatch.setattr(housekeeping, "STEPS", 1)
    async with World.opened(sqlite_url, tmp_path) as town:
        for _ in range(4):
            await town.says("wang", "/help")
        town.clock.passes(retention.KEYS_KEPT + DAY)
        house, before = town.core.house, 0

        for _ in range(4):
            await house.tick()
            assert house.swept > before
            before = house.swept


def _said(db: Connection) -> list[str]:
    ticket = tickets.find(db, COMMUNITY.id, Number(1))
    assert ticket is not None
    return [words.text for words in tickets.words(db, ticket.id)]
