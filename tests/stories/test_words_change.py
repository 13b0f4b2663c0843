"""Edits, additions, recalls: one matter stays one ticket."""

from pathlib import Path

from tests.pictures import picture
from tests.world import World


async def test_an_edit_changes_the_ticket_and_opens_no_other(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        said = await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        town.channel.pictures["new"] = picture(3)

        await town.edits(
            "wang", said, "报事 4号楼路灯坏了", group="g1", photos=["new"]
        )

        words = town.heard("lin")[-2]
        assert words.splitlines()[1] == "4号楼路灯坏了"
        assert town.last("lin") == "工单 1 的照片"
        await town.says("wang", "我的工单")
        assert len(town.last("wang").splitlines()) == 2, "one ticket"


async def test_an_edited_place_takes_the_ticket_to_its_grid(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        said = await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        await town.edits("wang", said, "报事 12号楼路灯坏了", group="g1")

        assert "第二网格" in town.last("lin")
        assert "您不用再办" in town.last("lin")
        assert "12号楼路灯坏了" in town.last("zhao")
        await town.says("zhao", "受理 1")
        assert "已由赵工受理" in town.last("wang")

        await town.edits("wang", said, "报事 5号楼路灯坏了", group="g1")
        assert "改了内容" in town.last("zhao"), "who accepted it decides"


async def test_an_edit_may_make_a_matter_private(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        said = await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        await town.edits("wang", said, "报事 3号楼隔壁老公打老婆", group="g1")

        await town.says("li", "查单 1", group="g1")
        assert "不是您的事" in town.last("g1")


async def test_another_photo_under_the_same_words_is_told_as_that(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.pictures |= {"old": picture(1), "new": picture(2)}
        text = "报事 3号楼路灯坏了"
        said = await town.says("wang", text, group="g1", photos=["old"])

        await town.edits("wang", said, text, group="g1", photos=["new"])

        assert town.heard("lin")[-2] == "工单 1 的报事人换了照片。"
        assert town.last("lin") == "工单 1 的照片"


async def test_a_reply_adds_and_a_stranger_in_another_group_cannot(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        answer = town.last_id("g1")

        await town.says("li", "我家楼下也是", group="g1", reply_to=answer)
        assert "已补充到工单 1" in town.last("g1")
        assert "我家楼下也是" in town.last("lin")

        await town.says("stranger", "查单 1")
        assert "路灯坏了" not in town.last("stranger")
        await town.says("stranger", "撤回 1")
        assert "不是您的事" in town.last("stranger")


async def test_a_recalled_report_withdraws_its_ticket(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        said = await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        await town.recalls("wang", said, group="g1")

        assert "已被报事人撤回" in town.last("lin")


async def test_the_same_message_fifty_times_is_one_ticket(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        for _ in range(50):
            await town.says(
                "wang", "报事 3号楼路灯坏了", group="g1", message="m1"
            )

        assert len(town.read("g1")) == 1
        await town.says("lin", "待办")
        assert "待办 1 件" in town.last("lin")
