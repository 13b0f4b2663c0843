"""Whoever got a ticket's card hears what becomes of the matter."""

from pathlib import Path

from tests.pictures import picture
from tests.world import World


async def test_the_responsible_body_hears_additions_and_withdrawals(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.pictures["lamp"] = picture()
        said = await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        await town.says(
            "wang", "还在冒烟", group="g1", reply_to=said, photos=["lamp"]
        )
        assert "工单 1 有补充：\n还在冒烟" in town.heard("prop")
        assert town.last("prop") == "工单 1 的照片"

        await town.says("wang", "撤回 1", group="g1")
        for who in ("lin", "prop"):
            assert "已被报事人撤回" in town.last(who)


async def test_a_recalled_report_is_confirmed_to_its_reporter(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        said = await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        await town.recalls("wang", said, group="g1")

        assert town.last("wang") == "工单 1 已撤回。"
        assert "不用再办" in town.last("prop")


async def test_an_edited_report_is_told_without_the_command(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        said = await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        await town.edits("wang", said, "报事 4号楼路灯坏了", group="g1")

        assert town.last("lin").endswith("\n4号楼路灯坏了")
