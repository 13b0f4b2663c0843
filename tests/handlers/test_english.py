"""Whoever reads English reads English, wherever the bot speaks to them."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.pack.values import Pack
from config.terms import Language
from tests.town import COMMUNITY
from tests.world import World

HAN = re.compile(r"[\u3400-\u9fff]")
EN = Language.EN
PACK = Pack(
    (
        replace(
            COMMUNITY,
            names={EN: "Small Town"},
            grids=tuple(
                replace(grid, names={EN: f"Grid {number}"})
                for number, grid in enumerate(COMMUNITY.grids, 1)
            ),
        ),
    )
)


@pytest.fixture
async def town(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.opened(sqlite_url, tmp_path, pack=PACK) as world:
        await world.says("emma", "/lang en")
        yield world


async def test_a_report_is_acknowledged_in_english_in_the_group(
    town: World,
) -> None:
    await town.says("emma", "/report the gate is broken", group="g1")

    said = town.last("g1")
    assert said.startswith("Received: ticket 1.")
    assert "Grid 1" in said
    assert HAN.findall(said.replace("林工", "")) == []
    assert all(not HAN.search(label) for label in town.labels("g1"))


async def test_news_and_lists_are_english_too(town: World) -> None:
    await town.says("emma", "/report the gate is broken", group="g1")
    await town.says("lin", "受理 1")
    await town.says("lin", "办结 1 done")
    for asked in ("/my", "/track 1", "/start", "/privacy", "/wishes", "/help"):
        await town.says("emma", asked)

    for said in town.heard("emma"):
        without = said.replace("林工", "")
        without = re.sub(r" \([\u3400-\u9fff]+\):", ":", without)
        assert HAN.findall(without) == [], said


async def test_a_grid_is_found_by_either_name(town: World) -> None:
    await town.says("ma", "/lang en")

    await town.says("ma", "/code Grid 2")

    assert "Grid 2" in town.last("ma")
    await town.says("ma", "绑定码 第二网格")
    assert "Grid 2" in town.last("ma")


async def test_the_group_itself_reads_its_own_language(town: World) -> None:
    await town.says("emma", "/wish a folding seat", group="g1")
    await town.says("lin", "通过 1")

    assert "新心愿 1（第一网格）" in town.last("g1")
