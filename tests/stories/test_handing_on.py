"""A ticket is handed on, one category is chosen: few buttons, none stale."""

from pathlib import Path

from config.pack.values import Pack
from storage.messages import Edit
from tests.town import COMMUNITY, crowd
from tests.world import World

CROWDED = Pack((crowd(COMMUNITY, 8),))


async def test_who_is_near_is_offered_first_and_the_others_in_turn(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path, pack=CROWDED) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        await town.presses("lin", "转派")
        first = town.labels("lin")
        await town.presses("lin", "换一批")
        second = town.labels("lin")
        await town.presses("lin", "换一批")

        assert "“转派 1 姓名”" in town.last("lin")
        assert first[0] == "物业小刘", "whose body the category names"
        assert (len(first), first[-1]) == (7, "换一批")
        everybody = {"物业小刘", "赵工", *(f"工友{n}" for n in range(1, 9))}
        assert {*first, *second} == everybody | {"换一批"}
        assert len(first) + len(second) == len(everybody) + 2
        assert town.labels("lin") == first, "then from the beginning"


async def test_an_answered_question_loses_its_buttons(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        await town.presses("lin", "转派")
        asked = town.last_id("lin")

        await town.presses("lin", "赵工")

        (edit,) = town.channel.others
        assert isinstance(edit, Edit)
        assert edit.message == asked
        assert edit.text.startswith("工单 1 转给谁？")
        assert edit.choices == ()


async def test_an_old_list_of_people_says_that_it_is_over(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        await town.presses("lin", "转派")
        await town.says("ma", "派单 1 赵工")
        before = town.heard("prop")

        told = await town.presses("lin", "物业小刘")

        assert told == "工单 1 现在归赵工办理。还要转，请再点“转派”。"
        assert town.channel.answers[-1].alert
        assert town.heard("prop") == before


async def test_an_old_list_of_categories_says_that_it_is_over(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        await town.presses("wang", "改分类", group="g1")
        await town.says("wang", "改分类 1 道路交通")

        told = await town.presses("wang", "环境卫生", group="g1")
        assert told == "工单 1 的分类已经改过了。还要改，请再点“改分类”。"

        await town.presses("wang", "改分类", group="g1")
        await town.presses("wang", "环境卫生", group="g1")
        assert "环境卫生" in town.last("g1")
        again = await town.presses("wang", "其他", group="g1")
        assert again == "这个按钮用过或过期了，请用最新消息里的按钮。"
