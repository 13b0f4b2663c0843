"""Who hears of a limit, when, and how often: nights, stops, two programs."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from config.pack.values import Limit, Pack, Span, Unit
from storage.database import Database
from tests.town import COMMUNITY, MONDAY
from tests.world import World

FRIDAY_NIGHT = datetime(2026, 11, 27, 12, 30, tzinfo=UTC)
"""Half past eight in the evening in the town."""
MATTERS = (
    "1号楼门口路灯不亮",
    "2号楼电梯停了",
    "3号楼门口井盖破了",
    "4号楼楼道堆满垃圾",
    "5号楼漏水",
)


def _news(town: World, who: str) -> list[str]:
    """Return what somebody heard about time."""
    words = ("提醒", "超时", "上报")
    return [one for one in town.heard(who) if any(w in one for w in words)]


async def test_a_reminder_of_the_night_says_in_the_morning_what_is_true_then(
    database_url: str, tmp_path: Path
) -> None:
    # reported at half past four: two hours before the limit, and the limit
    # itself, come while everybody sleeps
    at = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    async with World.opened(database_url, tmp_path, at=at) as town:
        await town.says("wang", "报事 2号楼楼道灯不亮", group="g1")
        await town.passes(timedelta(hours=26, minutes=15))
        assert not _news(town, "lin"), "nobody is woken"

        await town.passes(timedelta(minutes=15))

        [late] = _news(town, "lin")
        assert late.startswith("超时")
        assert "已过2小时30分钟" in late


async def test_danger_is_said_at_night_too(
    database_url: str, tmp_path: Path
) -> None:
    at = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    async with World.opened(database_url, tmp_path, at=at) as town:
        await town.says("wang", "3号楼有煤气味，很浓", group="g1")

        await town.passes(timedelta(hours=24))

        assert any("期限到了" in one for one in _news(town, "lin"))


async def test_what_was_accepted_at_night_is_not_raised_in_the_morning(
    database_url: str, tmp_path: Path
) -> None:
    at = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    async with World.opened(database_url, tmp_path, at=at) as town:
        await town.says("wang", "报事 2号楼楼道灯不亮", group="g1")
        await town.passes(timedelta(hours=27))

        await town.says("lin", "受理 1")
        await town.passes(timedelta(hours=3))

        assert not _news(town, "lin")
        assert not _news(town, "ma")


async def test_after_a_weekend_a_worker_hears_one_letter_and_not_a_dozen(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path, at=FRIDAY_NIGHT) as town:
        await town.hears(
            *(
                town.said("wang", f"报事 {matter}", group="g1")
                for matter in MATTERS
            )
        )

        town.clock.passes(timedelta(days=2, hours=13))  # the machine was off
        await town.core.clock.tick()
        await town.settles()

        [one] = _news(town, "lin")
        assert one.startswith("您有 5 件工单")
        assert one.count("超时") == 1 + len(MATTERS), "a line each"
        assert all(f"工单 {number} " in one for number in range(1, 6))
        assert "待办" in one
        [raised] = _news(town, "ma")
        assert raised.count("上报到社区") == len(MATTERS)


async def test_few_letters_keep_their_buttons(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        for matter in MATTERS[:3]:
            await town.says("wang", f"报事 {matter}", group="g1")

        await town.passes(timedelta(hours=22))

        assert len(_news(town, "lin")) == 3
        assert "受理" in town.labels("lin")


async def test_doubled_ticks_and_a_clock_set_back_repeat_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 2号楼楼道灯不亮", group="g1")
        await town.passes(timedelta(hours=22))
        said = _news(town, "lin")
        assert len(said) == 1

        async with asyncio.TaskGroup() as together:
            for _ in range(5):
                together.create_task(town.core.clock.tick())
        town.clock.now = MONDAY - timedelta(days=3)
        await town.passes(timedelta(days=3, hours=22))

        assert _news(town, "lin") == said
        await town.passes(timedelta(hours=2))
        assert len(_news(town, "lin")) == 2, "and nothing is lost"


async def test_two_programs_on_one_database_say_nothing_twice(
    postgres_url: str, tmp_path: Path
) -> None:
    async with World.opened(postgres_url, tmp_path) as town:
        await town.hears(
            *(
                town.said(
                    f"r{number}",
                    f"报事 {number % 8 + 1}号楼路灯不亮",
                    group="g1",
                )
                for number in range(18)
            )
        )
        town.clock.passes(timedelta(hours=25))

        async with (
            Database(postgres_url).opened() as first,
            Database(postgres_url).opened() as second,
            asyncio.TaskGroup() as together,
        ):
            for database in (first, second):
                clock = Clock(town.core.fixed, database, town.clock)
                together.create_task(clock.tick())
                together.create_task(clock.tick())
        await town.settles()

        told = "\n".join(_news(town, "lin"))
        assert [told.count(f"工单 {number} ") for number in range(1, 19)] == [
            1
        ] * 18


async def test_a_promise_to_the_resident_is_a_limit_to_the_worker(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 2号楼楼道灯不亮", group="g1")

        assert "11月24日（周二）09:00 前答复您。" in town.last("g1")
        card = town.last("lin")
        assert "首次答复：11月24日（周二）09:00 前" in card
        assert "您" not in card


async def test_a_word_to_the_resident_is_the_feedback_that_was_owed(
    sqlite_url: str, tmp_path: Path
) -> None:
    owed = Limit(
        category=None,
        severity=None,
        kind="feedback",
        within=Span(3, Unit.DAYS),
        remind_before=(timedelta(hours=24),),
    )
    pack = Pack((replace(COMMUNITY, limits=(owed,)),))
    async with World.opened(sqlite_url, tmp_path, pack=pack) as town:
        await town.hears(
            town.said("wang", "报事 2号楼楼道灯不亮", group="g1"),
            town.said("li", "报事 3号楼门口井盖破了", group="g1"),
        )
        await town.says("lin", "询问 1 电工周三来，您在家吗")

        await town.passes(timedelta(days=2, hours=1))

        [reminder] = _news(town, "lin")
        assert "工单 2 的反馈进展期限" in reminder
