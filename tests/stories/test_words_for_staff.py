"""What staff read says who said what, and why it comes to them."""

from datetime import timedelta
from pathlib import Path

from tests.world import World


async def test_a_reopened_card_tells_words_apart(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 5号楼门禁坏了", group="g1")
        await town.says("lin", "询问 1 大门还是侧门？")
        await town.says("lin", "办结 1 门禁已重启")
        assert town.last("lin") == "工单 1 已办结，正请报事人确认。"
        await town.presses("wang", "没解决")
        await town.says("wang", "今天又坏了")

        card = town.last("lin")
        assert "询问：大门还是侧门？" in card
        assert "办结：门禁已重启" in card
        assert "说明：今天又坏了" in card


async def test_whoever_gets_a_raised_ticket_reads_why(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 5号楼门禁坏了", group="g1")
        await town.says("wang", "报事 6号楼门禁坏了", group="g1")
        await town.says("lin", "上报 1 要动用维修资金")
        assert town.last("lin") == "工单 1 已上报到社区。"
        raised = town.last("ma")
        assert raised.startswith("林工把工单 1 上报到社区")
        assert raised.count("要动用维修资金") == 1

        await town.passes(timedelta(days=2, hours=1))
        late = [one for one in town.heard("ma") if "自动上报" in one]
        assert late[0].startswith("工单 2 到期没有答复，自动上报到社区")


async def test_a_limit_just_reached_has_no_ago(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 5号楼门禁坏了", group="g1")

        await town.passes(timedelta(hours=24))

        assert town.last("lin").startswith("超时：工单 1 今天")


async def test_a_no_tells_how_the_ticket_stands(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 5号楼门禁坏了", group="g1")
        await town.says("wang", "撤回 1")
        await town.says("wang", "撤回 1")
        assert town.last("wang").startswith("这张工单已经结束。")
        await town.says("wang", "改分类 1")
        assert town.last("wang").startswith("这张工单已经结束。")
        await town.says("wang", "我的工单")
        assert "1 · 已撤回" in town.last("wang")
        await town.says("wang", "/lang en")
        await town.says("wang", "/withdraw 1")
        assert town.last("wang").startswith("This ticket is over.")
