"""What somebody hears who typed a command without its number or words."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world import World

NO_WORDS = (
    "请在“代报”后面写来源、地点和问题，比如“代报 电话 8号楼楼道灯不亮”。"
)


@pytest.fixture
async def town(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.opened(sqlite_url, tmp_path) as world:
        await world.says("wang", "报事 3号楼路灯坏了", group="g1")
        yield world


@pytest.mark.parametrize(
    ("who", "typed", "example"),
    [
        ("lin", "受理", "受理 1"),
        ("lin", "办结", "办结 1 已经修好了"),
        ("lin", "询问", "询问 1 什么时候方便上门？"),
        ("lin", "不予受理", "不予受理 1 不归社区管，请打12345"),
        ("lin", "转派", "转派 1 赵工"),
        ("lin", "上报", "上报 1"),
        ("lin", "工单", "工单 1"),
        ("lin", "工单 abc", "工单 1"),
        ("ma", "派单", "派单 1 林工"),
        ("wang", "查单", "查单 1"),
        ("wang", "撤回", "撤回 1"),
        ("wang", "改分类", "改分类 1"),
    ],
)
async def test_a_command_without_its_number_shows_itself_with_ones_own(
    town: World, who: str, typed: str, example: str
) -> None:
    await town.says(who, typed)

    assert town.last(who) == f"请带上编号，比如“{example}”，或者点一下。"
    assert town.labels(who) == [
        f"{example.partition(' ')[0]} 1 · 3号楼路灯坏了"
    ]


async def test_the_button_does_what_was_typed(town: World) -> None:
    await town.says("lin", "受理")

    await town.presses("lin", "受理 1 · 3号楼")

    assert town.last("lin").startswith("工单 1 由您受理")
    assert await town.presses("lin", "受理 1 · 3号楼") == (
        "这个按钮用过或过期了，请用最新消息里的按钮。"
    )


async def test_nobody_else_presses_it(town: World) -> None:
    await town.says("lin", "受理")

    assert await town.steals("zhao", "受理 1 · 3", sent_to="lin") == (
        "这个按钮不是给您的。"
    )


async def test_in_a_group_the_button_names_nothing_but_the_number(
    town: World,
) -> None:
    await town.says("lin", "受理", group="g1", mention=True)

    assert town.labels("g1") == ["受理 1"]


@pytest.mark.parametrize(
    ("who", "typed", "heard"),
    [
        ("zhao", "受理", "请带上编号，比如“受理 12”。"),
        ("lin", "合并", "请带上编号，比如“合并 1 9”。"),
        ("lin", "合并 1", "请带上编号，比如“合并 1 9”。"),
        ("wang", "受理", "这个功能只给网格员和社区工作人员使用。"),
        (
            "wang",
            "认领",
            "谢谢您的热心！认领心愿要先当志愿者，发“志愿者”三个字就行。",
        ),
        ("chen", "完成", "请带上编号，比如“完成 12 已经送到了”。"),
        (
            "ma",
            "代报",
            NO_WORDS,
        ),
        (
            "ma",
            "代报 电话",
            NO_WORDS,
        ),
        ("wang", "绑定 ABC", "这个请在居民群里发，由群管理员来发。"),
        (
            "wang",
            "关联 ABC",
            "这个码不对、用过了或过期了，请核对或重新要一个。",
        ),
    ],
)
async def test_where_nothing_can_be_offered_one_sentence_says_how(
    town: World, who: str, typed: str, heard: str
) -> None:
    await town.says(who, typed)

    assert town.last(who) == heard
    assert town.labels(who) == []


@pytest.mark.parametrize(
    "typed", ["受理 第1号", "受理 工单1", "受理#1", "受理 编号：1", "受理１号"]
)
async def test_a_number_may_be_written_as_people_write_it(
    town: World, typed: str
) -> None:
    await town.says("lin", typed)

    assert town.last("lin").startswith("工单 1 由您受理")


async def test_in_english_the_slash_is_the_example(town: World) -> None:
    await town.says("lin", "/lang en")

    await town.says("lin", "/resolve")

    assert town.last("lin") == (
        "Please add the number, for instance “/resolve 1 It is repaired”,"
        " or press a button."
    )


# Taking back what somebody works on -----------------------------------------


@pytest.mark.parametrize("typed", ["撤回 1", "不是报事 1"])
async def test_what_is_under_way_is_not_taken_back_without_asking(
    town: World, typed: str
) -> None:
    await town.says("lin", "受理 1")

    await town.says("wang", typed)

    assert town.last("wang") == "工单 1 已经有人在办了，确定撤回吗？"
    assert town.labels("wang") == ["撤回", "不撤回"]
    assert await town.presses("wang", "不撤回") == "好的，继续办理。"
    await town.says("wang", "查单 1")
    assert "办理中" in town.last("wang")


async def test_whoever_is_sure_takes_it_back(town: World) -> None:
    await town.says("lin", "受理 1")
    await town.says("wang", "撤回 1")

    await town.presses("wang", "撤回")

    assert town.last("wang") == "工单 1 已撤回。"
    assert "已被报事人撤回" in town.last("lin")


async def test_the_old_button_asks_too(town: World) -> None:
    await town.says("lin", "受理 1")

    await town.presses("wang", "不是报事", group="g1")

    assert town.last("g1") == "工单 1 已经有人在办了，确定撤回吗？"


# Filing for a caller -----------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "source", "phone"),
    [
        ("代报 0000-123 5号楼路灯不亮", "电话", "0000-123"),
        ("代报 电话 0000-1234，5号楼路灯不亮", "电话", "0000-1234"),
        ("代报 来访 0000-1234：5号楼路灯不亮", "来访", "0000-1234"),
        ("代报 5号楼路灯不亮", "转自其他群聊", ""),
    ],
)
async def test_a_callers_phone_is_told_from_what_they_report(
    town: World, typed: str, source: str, phone: str
) -> None:
    await town.says("ma", typed)

    card = town.last("lin")
    assert f"（{source}）" in card
    assert "5号楼路灯不亮" in card.split("\n")
    assert (f"来电：{phone}" in card) is bool(phone)


# Reopening and unmerging by command ------------------------------------------------


async def test_what_is_not_fixed_is_reopened_by_its_number(
    town: World,
) -> None:
    await town.says("lin", "办结 1 换了灯泡")

    await town.says("wang", "重开 1 又不亮了")

    assert town.last("wang").startswith("工单 1 已重开")
    assert "又不亮了" in town.last("lin")


async def test_without_a_reason_it_is_asked_for(town: World) -> None:
    await town.says("lin", "办结 1 换了灯泡")
    await town.says("wang", "/reopen 1")
    assert "还有什么没解决" in town.last("wang")

    await town.says("wang", "又不亮了")

    assert town.last("wang").startswith("工单 1 已重开")


async def test_a_worker_reopens_and_the_reporter_hears(town: World) -> None:
    await town.says("wang", "帮助")
    await town.says("lin", "办结 1 换了灯泡")

    await town.says("lin", "重开 1 换错了")

    assert town.last("wang") == (
        "您的工单 1 已重开，会再来处理，进展会告诉您。"
    )


async def test_a_stranger_reopens_nothing(town: World) -> None:
    await town.says("lin", "办结 1 换了灯泡")

    await town.says("stranger", "重开 1 我觉得没好")

    assert "不是您的事" in town.last("stranger")


async def test_a_merge_is_undone_by_its_number(town: World) -> None:
    await town.says("zhou", "报事 3号楼路灯不亮", group="g1")
    await town.says("lin", "合并 2 1")

    await town.says("lin", "取消合并 2")

    assert "工单 2 已恢复单独办理。" in town.heard("lin")


# What people say in private without a command -----------------------------------


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("你好", "您好，我是小镇社区的邻里助手"),
        ("在吗？", "您好，我是小镇社区的邻里助手"),
        ("你是谁", "您好，我是小镇社区的邻里助手"),
        ("hello", "您好，我是小镇社区的邻里助手"),
        ("我报的事怎么样了", "您报的事：\n1 · 待受理"),
        ("帮我查一下进度", "您报的事：\n1 · 待受理"),
        ("查一下工单1", "工单 1 · 待受理"),
        ("thanks", "不客气！"),
        ("救命", "有危险请先保证自己的安全，马上拨打：119"),
    ],
)
async def test_plain_words_to_us_get_what_they_ask_for(
    town: World, said: str, heard: str
) -> None:
    await town.says("wang", said)

    assert town.last("wang").startswith(heard)


@pytest.mark.parametrize("said", ["你好", "救命，笑死我了", "谢谢"])
async def test_the_same_words_in_the_group_are_talk(
    town: World, said: str
) -> None:
    before = len(town.read("g1"))

    await town.says("wang", said, group="g1")

    assert len(town.read("g1")) == before


async def test_nobody_is_told_to_leave_who_has_fainted_alone(
    town: World,
) -> None:
    await town.says("zhou", "3号楼门口着火了，有人晕倒了")

    assert "119" in town.last("zhou")
    assert "远离" not in town.last("zhou")


async def test_a_danger_is_heard_in_the_middle_of_a_dialogue(
    town: World,
) -> None:
    await town.says("zhou", "志愿者")

    await town.says("zhou", "3号楼着火了！快来人")

    assert town.last("zhou").startswith("危险！请先保证自己的安全，马上拨打：")
