"""The demo's first look: lived by the program, not painted."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot import demo
from bot.app import MovableClock, Plan, opened_core, wake
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
