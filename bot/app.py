"""The composition root: the only file that builds things, and the clock.

``opened_core`` is the program without its edges; stories run it with fake
platforms. ``serve`` adds the real ones.
"""

import asyncio
import errno
import gc
import secrets
import signal
import sys
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from bot import demo, systems
from bot.channels.channel import Channel
from bot.channels.roundup import Roundup
from bot.channels.webchat import WebChat
from bot.clock import Clock
from bot.delivery import Delivery
from bot.housekeeping import Housekeeping
from bot.intake import Intake
from bot.meanings import Meanings
from bot.media import Media, clean, open_store
from bot.metrics import Gathered
from bot.progress import shown
from bot.web.deps import Demo, Site
from bot.web.health import Health
from bot.web.site import make_site
from config.pack.demo import Demo as Story
from config.pack.values import Community, Pack
from config.settings import Settings, TelegramMode
from config.terms import CommunityId, PhotoId
from config.texts import Texts
from handlers import console, menus, succession, wording
from handlers.context import Context, Fixed
from handlers.rules import calendar
from handlers.understanding import duplicates
from handlers.understanding.model import BadModel, shipped
from handlers.understanding.understanding import Understanding
from storage import backlog, chats, migrate, outbox
from storage.apply import apply
from storage.backlog import Backlog
from storage.database import Connection, Database
from storage.seats import Viewer

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram

SHUTDOWN_S = 2.0
"""How long open pages may take to say goodbye."""
SETTLED_BEATS = 24
"""Slow beats of the clock after which the start is over: two minutes."""
STOP_S = 6.0
"""How long sends under way may take at a stop."""
LONGEST_REST_S = 60.0

_NO_PORT = {
    errno.EADDRINUSE: "another program has it; choose another port",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EACCES: "Linli may not have it; choose a port above 1023",
}

log = structlog.get_logger()


class NoPort(Exception):
    """The pages' port can't be had; the message says why."""


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
    story: Story | None = None
    """What the demo's past was."""
    write_first: frozenset[str] = frozenset({"webchat"})
    """Channels on which we may write to a person first."""
    token: Callable[[], str] = field(
        default_factory=lambda: lambda: secrets.token_urlsafe(12)
    )


@dataclass(eq=False)
class Waiting:
    """How much waits, counted now and then for metrics."""

    database: Database
    now: Callable[[], datetime]
    last: Backlog = field(default_factory=Backlog)

    async def count(self) -> None:
        """Count anew; called by the clock."""
        now = self.now()
        self.last = await self.database.read(lambda db: backlog.count(db, now))


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
    house: Housekeeping
    health: Health
    backlog: Waiting
    channels: Mapping[str, Channel]


PhotoBytes = Callable[[PhotoId], Awaitable[bytes]]
MakeChannels = Callable[[Database, Media], list[Channel]]


@asynccontextmanager
async def opened_core(
    plan: Plan,
    make_channels: MakeChannels,
    opening_link: Callable[[str, str], str] = lambda _channel, _payload: "",
) -> AsyncIterator[Core]:
    """Open the database, bring it up to date, and build what serves it.

    Nothing runs yet but the writer. Raises what ``migrate.opened`` raises,
    and ``NoStore``.
    """
    async with migrate.opened(plan.database_url) as database:
        now = plan.now()
        with shown("apply") as told:
            await database.write(lambda db: apply(db, plan.pack, now, told))
        channels: dict[str, Channel] = {}
        fixed = fixed_of(plan, opening_link)
        media = Media(
            store=open_store(plan.media_url),
            database=database,
            channels=channels,
            fixed=fixed,
            now=plan.now,
        )
        for channel in make_channels(database, media):
            channels[channel.name] = channel
        health, waiting = Health(), Waiting(database, plan.now)
        intake = Intake(fixed=fixed, database=database, now=plan.now)
        delivery = Delivery(
            database=database,
            channels=channels,
            now=plan.now,
            mark_again=lambda say: wording.marked_again(fixed, say),
            beat=health.beat,
        )
        house = Housekeeping(database=database, pack=plan.pack, now=plan.now)
        clock = Clock(
            fixed=fixed,
            database=database,
            now=plan.now,
            slow=(
                Settling().tick,
                intake.retry,
                intake.look_again,
                delivery.tick,
                waiting.count,
                house.tick,
                media.tick,
                media.sweep,
            ),
            beat=health.beat,
        )
        await database.write(partial(_offer_menus, fixed, channels, now))
        await _pass_on(fixed, database, now)
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
            house=house,
            health=health,
            backlog=waiting,
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


async def serve(settings: Settings, plan: Plan, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; print the address once it is open.

    Raises what ``opened_core`` raises, and ``NoPort``.
    """
    async with AsyncExitStack() as stack:
        edges = Edges(settings, plan)
        core = await stack.enter_async_context(
            opened_core(plan, edges.channels, edges.opening_link)
        )
        await edges.webchat.seat(plan.pack)
        if plan.demo:
            await _begin_demo(core)
        core.health.registry.register(
            Gathered(
                intake=core.intake,
                delivery=core.delivery,
                media=core.media,
                database=core.database,
                backlog=lambda: core.backlog.last,
            )
        )
        edges.watch(core.health)
        stack.push_async_callback(edges.close)
        runner = web.AppRunner(
            edges.site(core),
            access_log=None,
            shutdown_timeout=SHUTDOWN_S,
            handle_signals=False,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        # a port in use ends the start before anything is said to anybody
        await _listen(web.TCPSite(runner, host, port), host, port)
        meanings = Meanings()
        core.fixed.shelf.lacks_meaning = meanings.want
        await stack.enter_async_context(meanings.running())
        await stack.enter_async_context(running(core))
        _settled()
        core.health.ready = True
        sys.stdout.write(f"{_address(runner, plan)}\n")
        sys.stdout.flush()
        await _signalled()
        core.health.ready = False
        log.info("stopping")


async def _listen(site: web.TCPSite, host: str, port: int) -> None:
    try:
        await site.start()
    except OSError as wrong:
        why = _NO_PORT.get(wrong.errno or 0, "there is no such address")
        raise NoPort(f"{host}:{port}: {why}") from None


@dataclass(eq=False)
class Settling:
    """Settles once more, for what only the first messages have brought.

    Statements, the searchable FAQ, each connection's own: there is more of
    it than a message leaves behind, so a whole collection stays as long.
    """

    beats: int = SETTLED_BEATS

    async def tick(self) -> None:
        """Count a slow beat of the clock."""
        self.beats -= 1
        if self.beats == 0:
            _settled()


def _settled() -> None:
    """Spare the collector what stays: pack, texts, pages, statements.

    Going through it again and again took a seventh of a report's time.
    """
    gc.collect()
    gc.freeze()


async def _begin_demo(core: Core) -> None:
    """Live the demo's past at the first start, and go on from the last."""
    plan, database = core.plan, core.database
    if isinstance(plan.now, MovableClock):
        last = await database.read(demo.last_moment)
        if last is not None and last > plan.now():
            plan.now.forward(last - plan.now())
        wake(plan.now, plan.pack.communities[0])
    if plan.story is not None and await database.read(demo.is_fresh):
        story, now = plan.story, plan.now()
        await database.write(lambda db: demo.live(core.fixed, db, story, now))


def lost_in(
    database: Database | None, channel: str
) -> Callable[[str], Awaitable[Sequence[str]]]:
    """Return who knows which group an unknown one may have been."""

    async def lost(group: str) -> Sequence[str]:
        if database is None:
            return []
        return await database.read(
            lambda db: chats.may_have_become(db, channel, group)
        )

    return lost


def forward_of(core: Core, clock: MovableClock) -> demo.Forward:
    """Return what moves the demo's clock with all that hangs on it."""
    return demo.Forward(
        clock=clock,
        database=core.database,
        tick=core.clock.tick,
        send=core.delivery.tick,
    )


def wake(clock: MovableClock, home: Community) -> None:
    """Let the demo begin by day: at night nobody would be told a thing."""
    now, rules = clock(), home.rules
    morning = calendar.morning(
        now, home.time_zone, rules.quiet_from, rules.quiet_until
    )
    if morning is not None:
        clock.forward(morning - now)


class Edges:
    """The real platforms and pages, as the settings want them."""

    def __init__(self, settings: Settings, plan: Plan) -> None:
        self._settings = settings
        self._plan = plan
        self.telegram: Telegram | None = None
        self.systems: list[Roundup] = []
        self.health: Health | None = None
        """Hears of the channels' progress, once there is one."""

    def channels(self, database: Database, media: Media) -> list[Channel]:
        """Return every channel that is configured."""
        self.webchat = WebChat(database, media, clean, self._plan.now)
        return [self.webchat, *self.outside(media.read_photo, database)]

    def outside(
        self, photo_bytes: PhotoBytes, database: Database | None = None
    ) -> list[Channel]:
        """Return the channels to platforms that are not ours.

        Without a database they can be looked at, not heard.
        """
        self.telegram = self._telegram(photo_bytes, database)
        self.systems = self._systems(photo_bytes)
        told = [] if self.telegram is None else [self.telegram]
        return [*told, *self.systems]

    def opening_link(self, channel: str, payload: str) -> str:
        """Return where a person opens the private chat."""
        if self.telegram is not None and channel == self.telegram.name:
            return self.telegram.link(payload)
        return ""

    def watch(self, health: Health) -> None:
        """Let the channels tell how they fare, and whether they listen."""
        self.health = health
        if self.telegram is not None:
            health.doors[self.telegram.name] = self.telegram.is_open

    async def close(self) -> None:
        """Close what the channels hold open."""
        if self.telegram is not None:
            await self.telegram.close()
        for system in self.systems:
            await system.close()

    def _telegram(
        self, photo_bytes: PhotoBytes, database: Database | None
    ) -> "Telegram | None":
        """Return the channel; the demo stays among its personas."""
        settings, plan = self._settings, self._plan
        if settings.telegram_token is None or plan.demo:
            return None
        # twenty megabytes that the demo and its neighbours don't need
        from bot.channels.telegram import Telegram  # noqa: PLC0415

        secret = settings.telegram_secret
        webhook = settings.telegram_mode is TelegramMode.WEBHOOK
        home = plan.pack.communities[0]
        return Telegram(
            token=settings.telegram_token.get_secret_value(),
            now=plan.now,
            words=partial(Texts.load().say, home.language),
            photo_bytes=photo_bytes,
            api_url=settings.telegram_api_url,
            webhook=plan.public_url if webhook else "",
            secret=secret.get_secret_value() if secret else "",
            language=home.language,
            groups=_groups(plan.pack, Telegram.name),
            beat=self._beat,
            lost=lost_in(database, Telegram.name),
        )

    def _systems(self, photo_bytes: PhotoBytes) -> list[Roundup]:
        """Return the work-order systems; the demo has none outside."""
        plan = self._plan
        if plan.demo:
            return []
        return systems.channels(
            plan.pack,
            self._settings.systems,
            photo_bytes,
            partial(Texts.load().say, plan.pack.communities[0].language),
        )

    def _beat(self, loop: str, within_s: float) -> None:
        if self.health is not None:
            self.health.beat(loop, within_s)

    def _demo(self, core: Core) -> Demo | None:
        story, clock = self._plan.story, self._plan.now
        if not isinstance(clock, MovableClock):
            return None
        people = () if story is None else story.personas
        return Demo(
            forward_of(core, clock), tuple(one.person for one in people)
        )

    def site(self, core: Core) -> web.Application:
        """Return the pages over the core."""
        plan = self._plan
        clock = plan.now

        async def act(viewer: Viewer, action: str, subject: int) -> bool:
            now = clock()
            return await core.database.write(
                lambda db: console.decide(
                    db, viewer.community, viewer.person, action, subject, now
                )
            )

        async def reply(viewer: Viewer, told: console.Answer) -> bool:
            now = clock()
            zone = plan.pack.community(viewer.community).time_zone
            return await core.database.write(
                lambda db: console.answer(
                    db,
                    viewer.community,
                    viewer.person,
                    told,
                    now,
                    now.astimezone(zone).date(),
                )
            )

        async def invite(viewer: Viewer, whom: console.Whom) -> str | None:
            now, secret = clock(), plan.token()
            done = await core.database.write(
                lambda db: console.invite(
                    db, viewer.community, viewer.person, whom, secret, now
                )
            )
            log.info("login_link_asked", by=viewer.person, made=done)
            return secret if done else None

        return make_site(
            Site(
                db=core.database,
                chat=self.webchat,
                pack=plan.pack,
                texts=core.fixed.texts,
                now=clock,
                token=plan.token,
                act=act,
                invite=invite,
                reply=reply,
                health=core.health,
                demo=self._demo(core) if plan.demo else None,
                public_url=plan.public_url,
            ),
            self.telegram.routes() if self.telegram is not None else (),
        )


def _groups(pack: Pack, channel: str) -> list[str]:
    """Return the addresses of a channel's groups that the pack names."""
    keys = [
        key.partition(":")
        for community in pack.communities
        for grid in community.grids
        for key in grid.groups
    ]
    return [address for name, _, address in keys if name == channel]


async def _signalled() -> None:
    """Wait for SIGTERM or SIGINT."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, asked.set)
    await asked.wait()


def _address(runner: web.AppRunner, plan: Plan) -> str:
    if plan.public_url:
        return plan.public_url
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}/"


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


def fixed_of(
    plan: Plan,
    opening_link: Callable[[str, str], str] = lambda _channel, _payload: "",
) -> Fixed:
    """Return what stays while the program runs."""
    texts = Texts.load()
    try:
        duplicates.load()
    except BadModel as wrong:
        log.error("nothing_is_compared", error=str(wrong))  # noqa: TRY400
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


async def _pass_on(fixed: Fixed, database: Database, now: datetime) -> None:
    """Let nobody's tickets stay with whom the pack has dropped."""

    def work(db: Connection) -> int:
        return sum(
            succession.pass_on(Context.of(fixed, db, community.id, now))
            for community in fixed.pack.communities
        )

    while passed := await database.write(work):
        log.info("passed_on", tickets=passed)


def _offer_menus(
    fixed: Fixed,
    channels: Mapping[str, Channel],
    now: datetime,
    db: Connection,
) -> None:
    """Queue what chats offer that have no menu of their own."""
    for channel in channels.values():
        if channel.can.menus:
            offered = menus.defaults(fixed, channel.name)
            outbox.put(db, [(menu, None) for menu in offered], None, now)


def _minds(pack: Pack) -> dict[CommunityId, Understanding]:
    try:
        model = shipped()
    except BadModel as bad:
        log.warning("model_refused", why=str(bad), then="rules alone decide")
        model = None
    return {
        community.id: Understanding(community, model)
        for community in pack.communities
    }
