"""The demo's first look: lived by the program, not painted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot import demo
from bot.app import (
    Core,
    MovableClock,
    Plan,
    forward_of,
    opened_core,
    running,
    wake,
)
from bot.channels.webchat import WebChat
from bot.media import clean
from config.pack.demo import Demo, load_demo
from config.pack.loading import load
from config.settings import DEMO_PACK
from config.terms import Status, WishStatus
from storage import schema, seats, views, webchat

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
"""Ten in the morning of a Wednesday."""


def _story() -> Demo:
    story = load_demo(DEMO_PACK, load(DEMO_PACK))
    assert story is not None
    return story


@pytest.fixture(name="look")
async def _look(sqlite_url: str, tmp_path: Path) -> "Look":
    plan = Plan(
        database_url=sqlite_url,
        media_url=f"file://{tmp_path}/media",
        pack=load(DEMO_PACK),
        now=lambda: NOW,
        demo=True,
    )
    async with opened_core(
        plan,
        lambda db, media: [WebChat(db, media, clean, plan.now)],
    ) as core:
        chat = core.channels["webchat"]
        assert isinstance(chat, WebChat)
        await chat.seat(plan.pack)
        fresh = await core.database.read(demo.is_fresh)
        await core.database.write(
            lambda db: demo.live(core.fixed, db, _story(), NOW)
        )
        stale = await core.database.read(demo.is_fresh)
        look = await core.database.read(Look)
    assert (fresh, stale) == (True, False)
    return look


class Look:
    """What a visitor finds."""

    def __init__(self, db: Connection) -> None:
        community = _story().community
        t, w, o = schema.ticket.c, schema.wish.c, schema.outbox.c
        self.tickets = Counter(db.scalars(select(t.status)))
        self.categories = list(db.scalars(select(t.category).order_by(t.id)))
        self.wishes = Counter(db.scalars(select(w.status)))
        self.letters = Counter(db.scalars(select(o.state)))
        self.ratings = list(
            db.scalars(select(t.rating).where(t.rating.is_not(None)))
        )
        self.group = webchat.before(db, "g1", None, 500)
        self.wall = views.wishes(db, community)
        self.places = seats.places(db, "wang")
        self.failed = db.scalar(
            select(func.count()).where(schema.due.c.state == "failed")
        )


def test_every_ticket_and_wish_of_the_story_is_there(look: Look) -> None:
    story = _story()

    assert look.tickets.total() == len(story.tickets)
    assert look.wishes == Counter(wish.status for wish in story.wishes)
    assert look.categories == [
        one.category for one in sorted(story.tickets, key=lambda one: -one.ago)
    ]
    assert {Status.REPORTED, Status.ACCEPTED, Status.RESOLVED} < {
        *look.tickets
    }
    assert look.tickets[Status.CLOSED] >= 2
    assert look.ratings == [5]


def test_nothing_of_the_past_is_still_to_be_sent(look: Look) -> None:
    assert set(look.letters) == {"sent"}
    assert look.failed == 0


def test_the_group_reads_in_the_order_it_happened(look: Look) -> None:
    times = [message.at for message in look.group]

    assert times == sorted(times)
    assert times[-1] <= NOW
    assert any(message.sender == "" for message in look.group)
    assert any(message.sender == "wang" for message in look.group)


def test_nothing_is_unread_and_the_wall_is_not_empty(look: Look) -> None:
    assert [place.unread for place in look.places] == [0, 0]
    statuses = {card.status for card in look.wall}
    assert statuses == {
        WishStatus.OPEN,
        WishStatus.CLAIMED,
        WishStatus.FULFILLED,
    }


@pytest.mark.parametrize(
    ("wall", "shown"),
    [
        (datetime(2026, 3, 4, 14, 30, tzinfo=UTC), "2026-03-05 07:00"),
        (datetime(2026, 3, 4, 20, 0, tzinfo=UTC), "2026-03-05 07:00"),
        (NOW, "2026-03-04 10:00"),
    ],
    ids=["late", "before dawn", "by day"],
)
def test_the_demo_begins_by_day(wall: datetime, shown: str) -> None:
    home = load(DEMO_PACK).communities[0]
    clock = MovableClock(base=lambda: wall)

    wake(clock, home)

    assert f"{clock().astimezone(home.time_zone):%Y-%m-%d %H:%M}" == shown


ELEVEN_AT_NIGHT = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


@dataclass(eq=False)
class Visit:
    """A visitor who moves the clock, as the page does."""

    core: Core
    clock: MovableClock
    forward: demo.Forward

    async def reads(self, chat: str, *words: str) -> list[tuple[str, str]]:
        """Return when what was said, of what holds one of the words."""
        zone = self.core.plan.pack.communities[0].time_zone
        kept = await self.core.database.read(
            lambda db: webchat.before(db, chat, None, 500)
        )
        return [
            (f"{one.at.astimezone(zone):%d %H:%M}", one.text)
            for one in kept
            if one.sender == "" and any(word in one.text for word in words)
        ]


@pytest.fixture(name="visit")
async def _visit(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Visit]:
    clock = MovableClock(base=lambda: ELEVEN_AT_NIGHT)
    plan = Plan(
        database_url=sqlite_url,
        media_url=f"file://{tmp_path}/media",
        pack=load(DEMO_PACK),
        now=clock,
        demo=True,
        story=_story(),
    )
    async with opened_core(
        plan,
        lambda db, media: [WebChat(db, media, clean, plan.now)],
    ) as core:
        chat = core.channels["webchat"]
        assert isinstance(chat, WebChat)
        await chat.seat(plan.pack)
        await core.database.write(
            lambda db: demo.live(core.fixed, db, _story(), clock())
        )
        async with running(core):
            yield Visit(core, clock, forward_of(core, clock))


@pytest.mark.parametrize("steps", [(24,), (8, 8, 8), (1,) * 24])
async def test_the_days_between_two_nights_are_lived(
    visit: Visit, steps: tuple[int, ...]
) -> None:
    # ticket 18 is reported at nine in the evening: its answer is due at
    # nine of the next, and reminders of it by day
    for hours in steps:
        await visit.forward(timedelta(hours=hours))

    assert visit.clock() == ELEVEN_AT_NIGHT + timedelta(days=1)
    told = await visit.reads("lin", "提醒：工单 18", "超时：工单 18")
    assert [at for at, _ in told] == ["05 09:00", "05 19:00", "05 21:00"]


async def test_nothing_but_danger_is_said_in_a_night_that_is_moved_over(
    visit: Visit,
) -> None:
    before = await visit.reads("lin", "")
    await visit.forward(timedelta(days=7))

    told = (await visit.reads("lin", ""))[len(before) :]
    assert told
    assert all("07:00" <= at[-5:] < "22:00" for at, _ in told)
    days = [at[:2] for at, _ in told]
    assert days == sorted(days)
    failed = await visit.core.database.read(
        lambda db: db.scalar(
            select(func.count()).where(schema.due.c.state == "failed")
        )
    )
    assert failed == 0


async def test_two_visitors_may_move_the_clock_at_once(visit: Visit) -> None:
    async with asyncio.TaskGroup() as together:
        for _ in range(2):
            together.create_task(visit.forward(timedelta(hours=8)))

    assert visit.clock() == ELEVEN_AT_NIGHT + timedelta(hours=16)
