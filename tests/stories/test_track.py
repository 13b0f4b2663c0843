"""Where a matter stands is told to those who may know of it."""

from pathlib import Path

import pytest

from tests.world import World

NO = "不是您的事"
PLACE = "公共设施"


@pytest.mark.parametrize("typed", ["查单 1", "/track 1"])
async def test_who_may_ask_for_a_number(
    sqlite_url: str, tmp_path: Path, typed: str
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼402门口路灯坏了", group="g1")

        for who, group in (
            ("wang", ""),
            ("wang", "g2"),
            ("li", "g1"),
            ("lin", ""),
            ("zhao", ""),
            ("ma", ""),
            ("wu", ""),
        ):
            await town.says(who, typed, group=group)
            told = town.read(group or who)[-1]
            if "私聊" in told:
                told = town.last(who)
            assert "待受理" in told, who
            if group:
                assert "402" not in town.last(group)

        for who, group in (
            ("li", ""),
            ("li", "g2"),
            ("chen", ""),
            ("chen", "g2"),
            ("nobody", ""),
        ):
            await town.says(who, typed, group=group)
            assert NO in town.last(group or who), (who, group)
            assert PLACE not in town.last(group or who)


async def test_what_was_told_in_private_is_not_told_to_the_group(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了")

        await town.says("li", "查单 1", group="g1")

        assert NO in town.last("g1")


async def test_who_said_the_same_follows_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了")
        await town.says("li", "报事 3号楼的路灯坏了")
        await town.says("lin", "合并 2 1")

        await town.says("li", "查单 1")

        assert "待受理" in town.last("li")
        assert "报事人" not in town.last("li")
