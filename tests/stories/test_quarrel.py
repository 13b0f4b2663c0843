"""Quarrels are private: never argued in the group."""

from pathlib import Path

import pytest

from storage.messages import Say
from tests.world import World


def _group(town: World) -> list[Say]:
    return [
        one.outgoing
        for one in town.channel.said
        if one.outgoing.chat.address == "g1"
    ]


async def test_the_quarrel_goes_private(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says(
            "wang", "报事 楼上402天天半夜噪音，说了也不听", group="g1"
        )

        (there,) = _group(town)
        assert "私下联系您" in there.text
        assert "1" not in town.last("g1"), "the number comes in private"
        assert not there.reply_to, "a reply would quote the accusation"
        assert not there.choices
        assert "工单 1" in town.last("wang")
        assert "邻里纠纷" in town.last("wang")
        assert "不是报事" in "".join(town.labels("wang"))
        assert "402" in town.last("lin")

        await town.presses("lin", "受理")
        assert town.read("g1")[1:] == [], "no word of it in the group"
        assert "已由林工受理" in town.last("wang")

        await town.says("li", "查单 1", group="g1")
        assert "不是您的事" in town.last("g1")


async def test_the_question_quotes_no_accusation(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "楼上吵架烦死了", group="g1", mention=True)
        asked = _group(town)[-1]
        assert asked.choices
        assert not asked.reply_to
        assert "吵架" not in asked.text

        await town.presses("wang", "报事", group="g1")

        assert "私下联系您" in town.last("g1")
        assert not _group(town)[-1].reply_to
        assert "工单 1" in town.last("wang")


async def test_what_is_added_to_a_quarrel_stays_private(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        first = await town.says("wang", "报事 楼上402半夜噪音", group="g1")

        await town.says("wang", "今晚又来了", group="g1", reply_to=first)
        assert "私下" in town.last("g1")
        assert "1" not in town.last("g1")
        assert not _group(town)[-1].reply_to
        assert "今晚又来了" in town.last("lin")

        before = town.read("g1")
        await town.says(
            "li", "就是他家", group="g1", reply_to=town.last_id("g1")
        )
        assert town.read("g1") == before, "others just talk"
        assert "就是他家" not in town.last("lin")


@pytest.mark.parametrize(
    "words",
    [
        "隔壁老公打老婆",
        "有人打架见血了",
        "隔壁孩子被打得直哭",
        "3号楼402男的打女的，喊救命",
        "my neighbour is beating his wife",
    ],
)
async def test_violence_is_danger_and_private(
    sqlite_url: str, tmp_path: Path, words: str
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", f"报事 {words}", group="g1")

        (there,) = _group(town)
        assert "110" in there.text
        assert "120" in there.text
        assert "私下联系您" in there.text
        assert not there.reply_to
        for word in ("打", "402", "beat", "工单"):
            assert word not in there.text.replace("拨打", "")
        assert "工单 1" in town.last("wang")
        assert "110" in town.last("wang")
        for who in ("lin", "ma"):
            assert words in town.last(who)
            assert "危险" in town.last(who)

        await town.says("li", "查单 1", group="g1")
        assert "不是您的事" in town.last("g1")


async def test_a_complaint_about_the_worker_goes_to_the_desk_alone(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 我要投诉林工，态度太差", group="g1")

        assert "私下联系您" in town.last("g1")
        assert "投诉林工" in town.last("ma")
        assert town.heard("lin") == []
        await town.says("lin", "/ticket 1")
        assert "不是您的事" in town.last("lin")
        await town.says("lin", "待办")
        assert "投诉" not in town.last("lin")


async def test_nobody_is_offered_to_complain_to_whom_it_is_about(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "我的楼栋 3号楼")
        await town.says("wang", "3号楼的事，林工态度太差了")

        assert town.last("wang").startswith("需要我帮您报给社区吗？")
        await town.presses("wang", "要，帮我报事")
        assert "林工态度太差" in town.last("ma")
        assert town.heard("lin") == []


async def test_a_worker_is_offered_no_complaint_about_them(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 我要投诉林工，态度太差", group="g1")

        for typed in ("工单", "受理", "待办"):
            await town.says("lin", typed)

            assert "投诉" not in town.last("lin")
            assert town.labels("lin") == []
