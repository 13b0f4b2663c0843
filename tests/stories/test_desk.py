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


async def test_a_bodys_people_list_what_is_theirs_and_nothing_else(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("prop", "待办")
        assert "没有待办" in town.last("prop")

        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        await town.says("li", "报事 3号楼垃圾没人收", group="g1")
        await town.says("prop", "待办")

        listed = town.last("prop")
        assert "待办 1 件" in listed
        assert "3号楼路灯坏了" in listed
        await town.says("prop", "受理")
        assert "受理 1" in town.last("prop")


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
        assert "工单 2 又单独办理了" in town.last("li")
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
        assert town.last("lin") == "工单 1 已改由赵工办理。"


async def test_what_a_worker_forwards_is_filed_for_the_resident(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("lin", "5号楼门禁坏了，进不去", forwarded=True)

        filed, copy = town.heard("lin")[-3:-1]
        assert "已代报，工单 1" in filed
        assert copy.startswith("收到，工单 1。")


async def test_the_copy_speaks_to_people_who_cannot_answer_here(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(
        sqlite_url, tmp_path, public_url="https://linli.example"
    ) as town:
        await town.says("lin", "代报 微信群：5号楼门禁坏了，进不去")

        copy = town.heard("lin")[-2]
        assert "改分类" not in copy
        assert "引用" not in copy
        assert "看进度：https://linli.example/t/" in copy
        assert "登记人：林工" in town.last("lin")
        assert "（转自其他群聊）" in town.last("lin")
        assert "5号楼门禁坏了" in town.last("lin")
        assert "微信群" not in town.last("lin")

        await town.presses("lin", "不是报事")
        assert town.last("lin") == "工单 1 已撤回。"


async def test_what_a_worker_pastes_in_private_is_filed_for_the_resident(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("lin", "张先生: 5号楼门禁坏了\n李姐: 我也进不去")

        filed, copy, card = town.heard("lin")[-3:]
        assert filed.startswith("已代报，工单 1。")
        assert copy.startswith("收到，工单 1。")
        assert "转自其他群聊" in card


async def test_what_a_worker_sees_on_patrol_is_filed_as_such(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("lin", "报事 5号楼门禁坏了")

        filed, copy, card = town.heard("lin")[-3:]
        assert filed.startswith("已登记，工单 1。")
        assert copy.startswith("收到，工单 1。")
        assert "登记人：林工 0000-0003（巡查）" in card


async def test_a_caller_is_named_by_where_the_call_came_from(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        for said, source in (
            ("代报 电话：12号楼电梯坏了", "电话"),
            ("代报 来访，12号楼电梯又坏了", "来访"),
            ("/file phone 12号楼电梯还是坏的", "电话"),
            ("代报 12号楼电梯老是坏", "转自其他群聊"),
        ):
            await town.says("ma", said)
            assert f"（{source}）" in town.last("zhao"), said


async def test_who_files_without_a_place_is_asked_for_the_grid(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("ma", "代报 电话 0000-1234 路灯坏了")
        assert "哪个网格" in town.last("ma")

        await town.presses("ma", "第二网格")

        assert "已代报，工单 1" in "".join(town.heard("ma"))
        assert "第二网格" in town.last("ma")
        assert "电话" in town.last("zhao")
        assert "0000-1234" in town.last("zhao")


async def test_a_worker_who_files_without_a_place_hears_whose_grid_it_is(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("lin", "代报 电话 路灯坏了")
        assert "没写在哪里，先记在您的第一网格" in "".join(town.heard("lin"))

        await town.says("lin", "代报 电话 12号楼路灯坏了")
        assert "没写在哪里" not in "".join(town.heard("lin")[-3:])


async def test_a_quarrel_filed_in_the_group_is_answered_in_private(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("lin", "代报 电话 楼上402半夜噪音", group="g1")

        assert "邻里纠纷" not in "".join(town.read("g1"))
        assert "私下联系" in town.last("g1")
        assert "邻里纠纷" in "".join(town.heard("lin"))
