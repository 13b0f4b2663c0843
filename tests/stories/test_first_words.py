"""Somebody meets us for the first time, asks for help, speaks English."""

from pathlib import Path

import pytest

from storage.messages import SetMenu
from tests.world import World

NOTICE = "隐私说明：只保存您报的事"


def menus(town: World, address: str) -> list[str]:
    last = [
        one
        for one in town.channel.others
        if isinstance(one, SetMenu) and one.chat.address == address
    ][-1]
    return [item.command for item in last.items]


async def test_the_first_answer_carries_the_notice_and_no_other(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        await town.says("wang", "我的工单")
        await town.says("zhou", "/claim x", group="g1")

        first, other = town.read_whole("g1")
        assert "工单 1" in first
        assert first.endswith("随时删除。")
        assert first.count(NOTICE) == 1
        assert NOTICE not in "".join(town.read_whole("wang"))
        assert NOTICE in other


async def test_danger_is_answered_with_nothing_but_the_danger(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "3号楼一股煤气味！", group="g1")
        await town.says("wang", "/my")

        assert NOTICE not in "".join(town.read_whole("g1"))
        assert NOTICE in town.read_whole("wang")[-1]


@pytest.mark.parametrize(
    ("who", "seen", "hidden"),
    [
        ("wang", ["报事", "志愿者"], ["认领", "待办", "派单"]),
        ("chen", ["报事", "认领", "退领"], ["待办", "派单"]),
        ("lin", ["报事", "待办", "办结"], ["派单", "绑定码"]),
        ("prop", ["报事", "待办", "办结"], ["派单", "认领"]),
        ("ma", ["报事", "待办", "派单", "绑定码"], []),
    ],
)
async def test_help_shows_each_role_its_own(
    sqlite_url: str,
    tmp_path: Path,
    who: str,
    seen: list[str],
    hidden: list[str],
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says(who, "帮助")

        said = town.last(who)
        assert all(f"{word}（/" in said for word in seen)
        assert not any(f"{word}（/" in said for word in hidden)
        assert "119" in said


async def test_help_in_a_group_is_short_and_for_all(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("ma", "/help", group="g1")

        said = town.last("g1")
        assert "报事（/report）" in said
        assert "派单" not in said
        assert len(said.splitlines()) < 15


async def test_start_greets_and_sets_the_menu(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "/start")
        await town.says("lin", "/start")
        await town.says("lin", "/start news")

        assert "小镇社区的邻里助手" in town.read("wang")[0]
        assert "给您的消息马上发来" in town.last("lin")
        assert "report" in menus(town, "wang")
        assert "todo" not in menus(town, "wang")
        assert menus(town, "lin")[0] == "todo"


async def test_a_language_is_changed_by_word_and_by_button(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "/lang en")
        assert town.last("wang").startswith("All right, English")
        await town.says("wang", "/my")
        assert "You have not reported" in town.last("wang")

        await town.says("wang", "/lang")
        await town.presses("wang", "中文")
        assert town.last("wang") == "好的，以后用中文。"

        await town.says("wang", "/lang fr")
        assert "目前能用中文和英文" in town.last("wang")


async def test_cancel_ends_what_was_asked(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "志愿者")
        await town.says("wang", "取消")
        await town.says("wang", "会修灯")

        assert town.read("wang")[-2] == "好的，不办了。"
        assert "同意吗" not in town.last("wang")


async def test_privacy_tells_the_packs_own_times(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "隐私")

        assert "照片在结案 90天后删除" in town.last("wang")
        assert "文字在结案 365天后去掉" in town.last("wang")
