"""Quarrels are private: never argued in the group."""

from pathlib import Path

from tests.world import World


async def test_the_quarrel_goes_private(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says(
            "wang", "报事 楼上402天天半夜噪音，说了也不听", group="g1"
        )

        assert "私下联系您" in town.last("g1")
        assert "402" not in town.last("g1")
        assert "402" in town.last("lin")

        await town.presses("lin", "受理")
        assert town.read("g1")[1:] == [], "no word of it in the group"
        assert "已由林工受理" in town.last("wang")

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
