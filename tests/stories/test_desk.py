"""The desk: files for a caller, assigns, merges and undoes it."""

from pathlib import Path

from tests.world import World


async def test_the_desk_files_for_a_caller_and_gets_the_answer_to_copy(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("ma", "代报 电话 12号楼电梯坏了")

        filed, copy = town.heard("ma")[-2:]
        assert "已代报，工单 1" in filed
        assert copy.startswith("收到，工单 1。")
        assert "12号楼电梯坏了" in town.last("zhao"), "the grid's own worker"
        assert "12号楼电梯坏了" in town.last("prop"), "and the body's people"


async def test_a_merged_reporter_follows_along_and_a_merge_can_be_undone(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        await town.says("li", "报事 三号楼门口路灯不亮", group="g1")

        await town.says("lin", "合并 2 1")
        assert "和 1 说的是同一件事" in town.last("li")
        await town.says("lin", "受理 1")
        assert "工单 1 已由林工受理" in town.last("li")
        assert "工单 1 已由林工受理" in town.last("wang")

        await town.presses("lin", "取消合并")
        assert "工单 2 已恢复单独办理" in town.read("lin")[-2]
        await town.says("lin", "受理 2")
        assert "工单 2 已由林工受理" in town.last("li")


async def test_the_desk_assigns_and_others_may_not(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        await town.says("chen", "派单 1 赵工")
        assert "不归您办理" in town.last("chen")
        await town.says("ma", "派单 1 赵工")
        assert "已交给赵工" in town.last("ma")
        assert "3号楼路灯坏了" in town.last("zhao")


async def test_what_a_worker_forwards_is_filed_for_the_resident(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("lin", "5号楼门禁坏了，进不去", forwarded=True)

        filed, copy = town.heard("lin")[-3:-1]
        assert "已代报，工单 1" in filed
        assert copy.startswith("收到，工单 1。")
