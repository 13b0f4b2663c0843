"""Danger that nobody takes: who is alarmed, how often, until when."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from config.pack.values import Member, Pack
from config.terms import GridId, PersonId, Role
from tests.town import CHANNEL, COMMUNITY, MONDAY
from tests.world import World

THREE_AT_NIGHT = MONDAY - timedelta(hours=6)
HEAD = Member(
    id=PersonId("he"),
    name="何网格长",
    roles=frozenset({Role.HEAD}),
    accounts=(f"{CHANNEL}:he",),
    grids=(GridId("g1"),),
)
PACK = Pack((replace(COMMUNITY, people=(*COMMUNITY.people, HEAD)),))
GAS = "6号楼楼道里好大的煤气味！"


async def _minutes(town: World, minutes: int) -> None:
    for _ in range(minutes):
        await town.passes(timedelta(minutes=1))


def _alarms(town: World, who: str) -> list[str]:
    return [one for one in town.heard(who) if "还没有人受理" in one]


async def test_the_group_hears_until_when_and_who_is_responsible(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path, at=THREE_AT_NIGHT) as town:
        await town.says("wang", GAS, group="g1")

        answer = town.last("g1")
        assert answer.startswith("危险！")
        assert "119" in answer
        assert "负责：网格员林工" in answer
        assert "03:15" in answer
        assert "每5分钟" in answer


async def test_who_accepts_too_late_promises_nothing_that_has_passed(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path, at=THREE_AT_NIGHT) as town:
        await town.says("wang", GAS, group="g1")
        await town.passes(timedelta(hours=5))

        await town.says("lin", "受理 1")

        assert town.last("wang") == "您的工单 1 已由林工受理。"


async def test_nobody_accepts_and_the_alarm_climbs_and_ends(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(
        database_url, tmp_path, pack=PACK, at=THREE_AT_NIGHT
    ) as town:
        await town.says("wang", GAS, group="g1")
        assert not _alarms(town, "lin"), "the card has just come"

        await _minutes(town, 5)
        assert len(_alarms(town, "lin")) == len(_alarms(town, "ma")) == 1
        assert "6号楼" in town.last("lin")
        assert "受理" in town.labels("lin")
        assert town.heard("he") == town.heard("wu") == []

        await _minutes(town, 5)
        assert len(_alarms(town, "lin")) == len(_alarms(town, "ma")) == 2
        [first] = town.heard("he")
        assert "煤气味" in first
        assert "受理" in town.labels("he")

        await _minutes(town, 5)
        assert len(_alarms(town, "lin")) == 3
        assert town.heard("wu") == []
        await _minutes(town, 15)
        [raised] = [one for one in town.heard("wu") if "街道" in one]
        assert "煤气味" in raised

        await _minutes(town, 60)
        assert len(_alarms(town, "lin")) == 6
        assert len(_alarms(town, "ma")) == 6
        assert len(_alarms(town, "he")) == 5


async def test_whoever_accepts_ends_the_alarm_for_all(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(
        database_url, tmp_path, pack=PACK, at=THREE_AT_NIGHT
    ) as town:
        await town.says("wang", GAS, group="g1")
        await _minutes(town, 10)

        await town.presses("ma", "受理")
        for who in ("lin", "he"):
            assert "马主任" in town.last(who), "they can lie down again"
        assert "已由马主任受理" in town.last("wang"), "at night, too"
        await _minutes(town, 60)

        for who in ("lin", "ma", "he"):
            assert len(_alarms(town, who)) <= 2
        assert town.heard("wu") == []


async def test_a_stop_and_a_clock_set_back_repeat_no_alarm(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(
        database_url, tmp_path, pack=PACK, at=THREE_AT_NIGHT
    ) as town:
        await town.says("wang", GAS, group="g1")

        town.clock.passes(timedelta(minutes=12))  # the machine was off
        await town.core.clock.tick()
        await town.core.clock.tick()
        await town.settles()
        assert len(_alarms(town, "lin")) == 1, "one stands for two"
        assert "12分钟" in _alarms(town, "lin")[0]
        assert len(_alarms(town, "he")) == 1, "and reaches as far"

        town.clock.now = THREE_AT_NIGHT
        await _minutes(town, 12)
        assert len(_alarms(town, "lin")) == 1
        await _minutes(town, 3)
        assert len(_alarms(town, "lin")) == 2


async def test_a_private_danger_gets_the_number_too(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says(
            "wang", "报事 楼上吵架，噪音里有人喊着火了", group="g1"
        )

        assert "119" in town.last("g1")
