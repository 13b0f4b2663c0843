"""Not fixed, reopened, overdue, raised."""

from datetime import timedelta
from pathlib import Path

from tests.world import World


async def test_not_fixed_is_reopened_overdue_and_raised(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 5号楼门禁坏了，进不去", group="g1")
        await town.presses("lin", "办结")
        await town.says("lin", "门禁已重启")

        await town.presses("wang", "没解决")
        await town.says("wang", "今天又坏了")
        assert "已重开" in town.last("wang")
        assert "今天又坏了" in town.last("lin")

        await town.passes(timedelta(days=2, hours=1))
        late = [one for one in town.heard("lin") if one.startswith("超时")]
        assert len(late) == 2, "at the limit, and a day after"
        raised = [one for one in town.heard("ma") if "上报到社区" in one]
        assert len(raised) == 1
        assert "今天又坏了" in raised[0]

        await town.passes(timedelta(days=3))
        assert len([x for x in town.heard("wu") if "上报到街道" in x]) == 1


async def test_silence_after_the_resolution_closes_and_says_so(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 2号楼楼道灯不亮", group="g1")
        await town.says("lin", "办结 1 灯泡已换")

        await town.passes(timedelta(days=8))

        assert "已自动结案" in town.last("wang")
        await town.says("wang", "查单 1")
        assert "已结案" in town.last("wang")


async def test_after_a_stop_one_reminder_stands_for_all_that_were_missed(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 2号楼楼道灯不亮", group="g1")

        town.clock.passes(timedelta(hours=30))
        await town.core.clock.tick()
        await town.settles()

        news = [one for one in town.heard("lin") if "超时" in one]
        assert len(news) == 1
        assert not [one for one in town.heard("lin") if "提醒" in one]
