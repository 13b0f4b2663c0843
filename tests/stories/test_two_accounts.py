"""Somebody with two accounts is written to where they spoke last."""

from dataclasses import replace
from pathlib import Path

from tests.town import CHANNEL, COMMUNITY, PACK
from tests.world import World

TWO = replace(
    PACK,
    communities=(
        replace(
            COMMUNITY,
            people=tuple(
                replace(one, accounts=(*one.accounts, f"{CHANNEL}:lin-too"))
                if one.id == "lin"
                else one
                for one in COMMUNITY.people
            ),
        ),
    ),
)


async def test_news_comes_to_the_account_that_spoke_last(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path, pack=TWO) as town:
        await town.says("lin-too", "待办")
        await town.says("wang", "报事 3号楼井盖坏了", group="g1")
        first = town.last("lin-too")

        await town.says("lin", "待办")
        await town.says("wang", "报事 5号楼井盖也坏了", group="g1")

        assert "3号楼井盖坏了" in first
        assert "5号楼井盖也坏了" in town.last("lin")
        assert "5号楼井盖也坏了" not in town.last("lin-too")
