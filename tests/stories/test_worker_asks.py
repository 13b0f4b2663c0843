"""A worker asks, and the resident answers the way people answer."""

from pathlib import Path

from tests.world import World


async def _asked(town: World) -> None:
    await town.says("wang", "3号楼路灯坏了")
    await town.presses("lin", "询问居民")
    await town.says("lin", "是几楼的灯？")


async def test_the_next_words_in_private_are_the_answer(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await _asked(town)
        assert "请直接发给我" in town.last("wang")

        await town.says("wang", "三楼的")

        assert town.last("wang") == "谢谢，已转告网格员（工单 1）。"
        assert town.last("lin") == "工单 1 的报事人答复：\n三楼的"
        await town.says("lin", "工单 1")
        assert "居民答复" in town.last("lin")

        await town.says("wang", "三楼的")
        assert "谢谢，已转告" not in town.last("wang"), "once"


async def test_thanks_and_questions_are_no_answer(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await _asked(town)

        await town.says("wang", "谢谢")
        assert town.last("wang") == "不客气！"
        await town.says("wang", "问 高龄津贴怎么领")
        assert "报事人答复" not in town.last("lin")
        await town.says("wang", "三楼的")
        assert town.last("lin") == "工单 1 的报事人答复：\n三楼的"


async def test_a_reply_about_another_ticket_goes_to_that_one(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 2号楼门禁坏了")
        about_the_door = town.last_id("wang")
        await town.says("wang", "3号楼路灯坏了")
        await town.says("lin", "询问 2 是几楼的灯？")

        await town.says("wang", "刷卡没反应", reply_to=about_the_door)

        assert town.last("wang") == "已补充到工单 1。"


async def test_an_answer_too_late_is_refused_kindly(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await _asked(town)
        await town.says("wang", "撤回 1")

        await town.says("wang", "三楼的")

        assert "已经结束，不能再补充" in town.last("wang")
