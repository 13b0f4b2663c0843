"""The pack loses what open matters still name: nobody is left alone."""

from dataclasses import replace
from pathlib import Path

from config.pack.values import Pack
from config.terms import GridId, PersonId
from tests.town import COMMUNITY, PACK
from tests.world import World


def _without_lin(successor: str | None) -> Pack:
    worker = None if successor is None else PersonId(successor)
    return replace(
        PACK,
        communities=(
            replace(
                COMMUNITY,
                people=tuple(
                    one for one in COMMUNITY.people if one.id != "lin"
                ),
                grids=tuple(
                    replace(one, worker=worker)
                    if one.id == GridId("g1")
                    else one
                    for one in COMMUNITY.grids
                ),
            ),
        ),
    )


async def test_a_successor_gets_what_the_worker_left(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼井盖坏了", group="g1")
        await town.says("lin", "受理 1")

    pack = _without_lin("zhao")
    async with World.opened(database_url, tmp_path, pack=pack) as town:
        await town.settles()
        assert "3号楼井盖坏了" in town.last("zhao")
        assert town.heard("ma") == []
        await town.says("zhao", "办结 1 换了新的", message="later")
        assert "换了新的" in town.last("wang")
        assert town.heard("lin") == []


async def test_without_a_successor_the_desk_gets_it(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼井盖坏了", group="g1")

    pack = _without_lin(None)
    async with World.opened(database_url, tmp_path, pack=pack) as town:
        await town.settles()
        assert "3号楼井盖坏了" in town.last("ma")
        await town.says("ma", "派单 1 赵工", message="desk")
        assert "3号楼井盖坏了" in town.last("zhao")


async def test_it_passes_on_once(sqlite_url: str, tmp_path: Path) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼井盖坏了", group="g1")

    pack = _without_lin("zhao")
    async with World.opened(sqlite_url, tmp_path, pack=pack) as town:
        await town.settles()
    async with World.opened(sqlite_url, tmp_path, pack=pack) as town:
        await town.settles()
        assert town.heard("zhao") == []
