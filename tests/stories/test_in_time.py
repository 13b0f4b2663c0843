"""Who hears of a limit, when, and how often: nights, stops, two programs."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
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


async def _days(town: World, days: int) -> None:
    """Let days pass, and look once a day."""
    for _ in range(days):
        town.clock.passes(timedelta(days=1))
        await town.core.clock.tick()
        await town.settles()


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


async def test_a_clock_that_looks_a_moment_later_still_says_whole_hours(
    sqlite_url: str, tmp_path: Path
) -> None:
    at = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    async with World.opened(sqlite_url, tmp_path, at=at) as town:
        await town.says("wang", "报事 2号楼楼道灯不亮", group="g1")
        town.clock.passes(timedelta(hours=22, seconds=20))
        await town.core.clock.tick()
        await town.settles()

        assert "还有2小时。" in _news(town, "lin")[-1]


async def test_danger_is_said_at_night_too(
    database_url: str, tmp_path: Path
) -> None:
    at = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    async with World.opened(database_url, tmp_path, at=at) as town:
        await town.says("wang", "3号楼有煤气味，很浓", group="g1")

        await town.passes(timedelta(hours=24))

        assert any("还没有人受理" in one for one in town.heard("lin"))


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
        assert one == (
            "有 5 件工单等您处理：\n"
            "\n"
            "刚超时\n"
            "1 1号楼门口路灯不亮 · 超时1天13小时，还没答复\n"
            "2 2号楼电梯停了 · 超时1天13小时，还没答复\n"
            "3 3号楼门口井盖破了 · 超时1天13小时，还没答复\n"
            "4 4号楼楼道堆满垃圾 · 超时1天13小时，还没答复\n"
            "5 5号楼漏水 · 超时1天13小时，还没答复\n"
            "\n"
            "点一件就打开，可以受理、办结。发“待办”看全部。"
        )
        assert town.labels("lin")[0] == "1 1号楼门口路灯不亮"
        letter = town.channel.said[-1].outgoing
        assert len(letter.about) == len(MATTERS), "whose words it repeats"
        [raised] = _news(town, "ma")
        assert "刚上报给您" in raised
        assert raised.count("还没答复") == len(MATTERS)

        await town.presses("lin", "3 3号楼")
        assert town.last("lin").startswith("工单 3 · 待受理")
        assert town.labels("lin")[:2] == ["受理", "办结"]


async def test_what_is_new_stands_before_what_was_said_already(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", f"报事 {MATTERS[0]}", group="g1")
        await town.passes(timedelta(hours=12))
        for matter in MATTERS[1:4]:
            town.clock.passes(timedelta(minutes=1))
            await town.says("wang", f"报事 {matter}", group="g1")
        await town.passes(timedelta(hours=14))

        # the machine is off until the first is late a second time
        town.clock.passes(timedelta(hours=30))
        await town.core.clock.tick()
        await town.settles()

        told = _news(town, "lin")[-1]
        sections = told.split("\n\n")
        assert sections[1].startswith("刚超时\n2 2号楼电梯停了")
        assert sections[2].startswith("一直没办\n1 1号楼门口路灯不亮")
        assert "1 1号楼" in town.labels("lin")[-1]


async def test_what_stays_late_is_said_less_and_less_and_in_one_letter(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        for matter in MATTERS:
            town.clock.passes(timedelta(minutes=40))
            await town.says("wang", f"报事 {matter}", group="g1")
        await town.says("lin", "受理 1")
        for number in range(2, 6):
            await town.says("lin", f"受理 {number}")
        await _days(town, 11)

        before = len(_news(town, "lin"))
        at: list[datetime] = []
        for _ in range(120):
            heard = len(_news(town, "lin"))
            await _days(town, 1)
            if len(_news(town, "lin")) > heard:
                at.append(town.clock.now)
        told = _news(town, "lin")[before:]

        assert len(told) == len({*told}) == len(at), "one letter a time"
        assert all("一直没办" in one for one in told)
        assert all(one.count("还没办结") == len(MATTERS) for one in told)
        gaps = [after - first for first, after in pairwise(at)]
        assert gaps[:3] == sorted(gaps[:3])
        assert all(timedelta(days=27) < gap for gap in gaps[3:])
        assert len(told) <= 7, "in four months"


async def test_what_is_done_is_no_longer_spoken_of(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", f"报事 {MATTERS[0]}", group="g1")
        await _days(town, 5)
        said = _news(town, "lin")

        await town.says("lin", "办结 1 换好了")
        await _days(town, 40)

        assert _news(town, "lin") == said


async def test_a_stop_by_day_is_made_good_in_the_morning(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", f"报事 {MATTERS[0]}", group="g1")
        await town.passes(timedelta(hours=20))
        said = _news(town, "lin")

        # off from five in the morning until one in the night
        town.clock.passes(timedelta(hours=20))
        await town.core.clock.tick()
        await town.settles()
        assert _news(town, "lin") == said, "nobody is woken"

        await town.passes(timedelta(hours=7))
        [late] = _news(town, "lin")[len(said) :]
        assert "已过22小时" in late


async def test_the_list_of_what_is_to_do_opens_each(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", f"报事 {MATTERS[0]}", group="g1")
        await town.says("wang", f"报事 {MATTERS[1]}", group="g1")
        await town.says("lin", "待办")
        assert town.labels("lin") == [
            "1 1号楼门口路灯不亮",
            "2 2号楼电梯停了",
        ]

        await town.presses("lin", "2 2号楼")

        assert town.last("lin").startswith("工单 2 · 待受理")
        notice = await town.steals("zhao", "2 2号楼", sent_to="lin")
        assert "您" in notice
        assert "工单 2" not in "".join(town.heard("zhao"))


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
        assert [
            len(re.findall(rf"(?m)^{number} |工单 {number} ", told))
            for number in range(1, 19)
        ] == [1] * 18


async def test_tomorrow_is_not_said_at_night_of_what_is_read_in_the_morning(
    sqlite_url: str, tmp_path: Path
) -> None:
    evening = datetime(2026, 11, 23, 13, 59, tzinfo=UTC)
    async with World.opened(sqlite_url, tmp_path, at=evening) as town:
        await town.says("wang", "报事 2号楼楼道灯不亮", group="g1")
        assert "首次答复：明天（周二）21:59 前" in town.last("lin")

        town.clock.passes(timedelta(minutes=2))
        await town.says("wang", "报事 3号楼楼道灯不亮", group="g1")
        await town.passes(timedelta(hours=9))
        assert "首次答复：11月24日（周二）22:01 前" in town.last("lin")

    after_midnight = evening + timedelta(hours=4)
    async with World.opened(sqlite_url, tmp_path, at=after_midnight) as town:
        await town.says(
            "wang", "报事 4号楼楼道灯不亮", group="g1", message="late"
        )
        await town.passes(timedelta(hours=6))
        assert "首次答复：明天（周三）01:59 前" in town.last("lin")


async def test_a_promise_to_the_resident_is_a_limit_to_the_worker(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 2号楼楼道灯不亮", group="g1")

        assert "明天（周二）09:00 前答复您。" in town.last("g1")
        card = town.last("lin")
        assert "首次答复：明天（周二）09:00 前" in card
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
        assert "工单 2 请在" in reminder
        assert "反馈进展" in reminder
