"""The composition root: the only file that builds things, and the clock.

``opened_core`` is the program without its edges; stories run it with fake
platforms. ``serve`` adds the real ones.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot.channels.channel import Channel
from bot.clock import Clock
from bot.delivery import Delivery
from bot.intake import Intake
from bot.media import Media, open_store
from config.pack.values import Pack
from config.terms import CommunityId
from config.texts import Texts
from handlers import wording
from handlers.context import Fixed
from handlers.understanding.understanding import Understanding
from storage import migrate
from storage.apply import apply
from storage.database import Database

STOP_S = 8.0
"""How long sends under way may take at a stop."""
LONGEST_REST_S = 60.0

log = structlog.get_logger()


def wall() -> datetime:
    """Return the time; everybody else is told."""
    return datetime.now(UTC)  # noqa: TID251  the one clock


@dataclass(eq=False)
class MovableClock:
    """The demo's clock: the wall's, moved forward by hand."""

    moved: timedelta = timedelta(0)
    base: Callable[[], datetime] = wall

    def __call__(self) -> datetime:
        """Return the moved time."""
        return self.base() + self.moved

    def forward(self, by: timedelta) -> None:
        """Move on; never back."""
        if by < timedelta(0):
            raise ValueError("time goes forward")
        self.moved += by


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to build."""

    database_url: str
    media_url: str
    pack: Pack
    now: Callable[[], datetime]
    public_url: str = ""
    demo: bool = False
    write_first: frozenset[str] = frozenset({"webchat"})
    """Channels on which we may write to a person first."""
    token: Callable[[], str] = field(
        default_factory=lambda: lambda: secrets.token_urlsafe(12)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The program without its edges."""

    plan: Plan
    fixed: Fixed
    database: Database
    intake: Intake
    delivery: Delivery
    clock: Clock
    media: Media
    channels: Mapping[str, Channel]


MakeChannels = Callable[[Database, Media], list[Channel]]


@asynccontextmanager
async def opened_core(
    plan: Plan,
    make_channels: MakeChannels,
    opening_link: Callable[[str, str], str] = lambda _channel, _payload: "",
) -> AsyncIterator[Core]:
    """Open the database, bring it up to date, and build what serves it.

    Nothing runs yet but the writer. Raises ``Taken``, ``Foreign`` or the
    database's error.
    """
    async with Database(plan.database_url).opened() as database:
        await database.write(migrate.upgrade)
        now = plan.now()
        await database.write(lambda db: apply(db, plan.pack, now))
        channels: dict[str, Channel] = {}
        fixed = _fixed(plan, opening_link)
        media = Media(
            store=open_store(plan.media_url),
            database=database,
            channels=channels,
            fixed=fixed,
            now=plan.now,
        )
        for channel in make_channels(database, media):
            channels[channel.name] = channel
        intake = Intake(fixed=fixed, database=database, now=plan.now)
        delivery = Delivery(
            database=database,
            channels=channels,
            now=plan.now,
            mark_again=lambda say: wording.marked_again(fixed, say),
        )
        clock = Clock(
            fixed=fixed,
            database=database,
            now=plan.now,
            slow=(intake.retry, delivery.tick),
        )
        await intake.open()
        await delivery.open()
        yield Core(
            plan=plan,
            fixed=fixed,
            database=database,
            intake=intake,
            delivery=delivery,
            clock=clock,
            media=media,
            channels=channels,
        )


@asynccontextmanager
async def running(core: Core) -> AsyncIterator[None]:
    """Let everything run; stop in order: ears first, mouth last."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        learning = tasks.create_task(core.intake.run())
        sending = tasks.create_task(core.delivery.run())
        await stack.enter_async_context(core.media.running())
        await stack.enter_async_context(core.clock.running())
        ears = [
            tasks.create_task(_kept_up(channel, core.intake))
            for channel in core.channels.values()
        ]
        try:
            yield
        finally:
            for ear in ears:
                ear.cancel()
            learning.cancel()
            core.delivery.stop()
            await _finished(sending, STOP_S)
            await stack.aclose()


async def _finished(task: asyncio.Task[Any], within_s: float) -> None:
    """Wait for a task, and cut it short when its time is over."""
    _, late = await asyncio.wait([task], timeout=within_s)
    for one in late:
        log.warning("sends_cut_short")
        one.cancel()


async def _kept_up(channel: Channel, intake: Intake) -> None:
    """Run a channel; after a failure again, with growing rests."""
    rest = 1.0
    while True:
        try:
            await channel.run(intake.receive)
        except Exception as error:  # noqa: BLE001  one broad per loop
            log.error(  # noqa: TRY400  a trace may hold a token
                "channel_failed",
                channel=channel.name,
                error=type(error).__name__,
            )
        await asyncio.sleep(rest)
        rest = min(rest * 2, LONGEST_REST_S)


def _fixed(plan: Plan, opening_link: Callable[[str, str], str]) -> Fixed:
    texts = Texts.load()
    return Fixed(
        pack=plan.pack,
        texts={
            community.id: texts.worded(community.wording, community.time_zone)
            for community in plan.pack.communities
        },
        minds=_minds(plan.pack),
        token=plan.token,
        write_first=plan.write_first,
        public_url=plan.public_url,
        opening_link=opening_link,
        demo=plan.demo,
    )


def _minds(pack: Pack) -> dict[CommunityId, Understanding]:
    return {
        community.id: Understanding(community)
        for community in pack.communities
    }
