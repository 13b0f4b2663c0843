"""Danger knows no night."""

from datetime import timedelta
from pathlib import Path

from tests.town import MONDAY
from tests.world import World

THREE_AT_NIGHT = MONDAY - timedelta(hours=6)


async def test_the_gas_smell_at_three_wakes_worker_and_desk(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path, at=THREE_AT_NIGHT) as town:
        await town.says("wang", "6号楼楼道里好大的煤气味！", group="g1")

        assert town.last("g1").startswith("危险！")
        assert "119" in town.last("g1")
        assert "煤气味" in town.last("lin")
        assert "煤气味" in town.last("ma")


async def test_at_night_a_lamp_is_answered_but_wakes_nobody(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path, at=THREE_AT_NIGHT) as town:
        await town.says("wang", "报事 6号楼路灯不亮", group="g1")

        assert "工单 1" in town.last("g1")
        assert town.heard("lin") == []

        await town.passes(timedelta(hours=4))
        assert "路灯不亮" in town.heard("lin")[0]


async def test_danger_that_is_asked_about_gets_the_number_at_once(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "有没有人闻到煤气味？好像漏了", group="g1")

        assert "119" in town.last("g1")
