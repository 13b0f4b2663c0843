"""The town of ``tests.town`` on Telegram: the real channel, a real socket.

People act through ``telegram`` (the emulator's users), the program runs
whole, and only the far side and the clock are ours.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web
from yarl import URL

from bot.app import Core, Plan, lost_in, opened_core, running
from bot.channels.channel import Limits
from bot.channels.telegram import Telegram
from bot.channels.telegram.receiving import Ways
from config.pack.values import Community, Pack
from config.texts import Texts
from storage import limits, photos, turns
from storage.database import Connection, Database
from tests.emulators.botapi import TOKEN, BotApi, Group, Person
from tests.fakes import FakeClock
from tests.town import CHANNEL, COMMUNITY, MONDAY

STEP = timedelta(minutes=30)
SECRET = "0123456789abcdef"  # noqa: S105
GROUPS = {"g1": -1_001_000_001_001, "g2": -1_001_000_001_002}
IDS = {member.id: 1001 + n for n, member in enumerate(COMMUNITY.people)}
WAYS = Ways(poll_s=5, slack_s=2, backoff_s=0.01, most_backoff_s=0.1)


def _address(key: str) -> str:
    """Return the Telegram key of a key of the town."""
    name = key.removeprefix(f"{CHANNEL}:")
    return f"telegram:{GROUPS.get(name) or IDS[name]}"  # type: ignore[index]


def _on_telegram(town: Community, groups: dict[str, int]) -> Pack:
    grids = tuple(
        replace(grid, groups=(f"telegram:{groups[grid.id]}",))
        for grid in town.grids
    )
    people = tuple(
        replace(one, accounts=tuple(map(_address, one.accounts)))
        for one in town.people
    )
    return Pack((replace(town, grids=grids, people=people),))


@asynccontextmanager
async def _open(door: str, channel: Telegram) -> AsyncIterator[None]:
    """Serve the webhook where there is one."""
    if not door:
        yield
        return
    app = web.Application()
    app.add_routes(channel.routes())
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", URL(door).port).start()
        yield
    finally:
        await runner.cleanup()


def _first(wrong: BaseException) -> BaseException:
    while isinstance(wrong, BaseExceptionGroup):
        wrong = wrong.exceptions[0]
    return wrong


class Hasty(Telegram):
    """Telegram without its pace, which would make stories last minutes."""

    limits = Limits(text=4096, photo_bytes=10 * 1024 * 1024)


@dataclass(eq=False)
class TelegramTown:
    """Two groups and their people, before any program serves them."""

    telegram: BotApi
    clock: FakeClock
    people: dict[str, Person]
    groups: dict[str, Group]
    pack: Pack
    channel: type[Telegram] = Hasty
    door: str = ""
    """Our own address, where updates come by webhook."""

    @classmethod
    @asynccontextmanager
    async def built(
        cls, at: datetime = MONDAY, *, kind: str = "supergroup"
    ) -> AsyncIterator["TelegramTown"]:
        """Build the town; everybody of the pack has opened the bot."""
        clock = FakeClock(at)
        api = BotApi(clock=lambda: clock().timestamp())
        api.pace.on = False
        ids = dict(GROUPS)
        if kind == "group":
            ids = {name: -4001 - n for n, name in enumerate(GROUPS)}
        people = {
            str(one.id): api.user(one.name, id=IDS[one.id], opened=True)
            for one in COMMUNITY.people
        }
        for name in ("wang", "li"):
            people[name] = api.user(name, opened=False)
        groups = {
            name: api.group(f"{name}群", *people.values(), id=id_, kind=kind)
            for name, id_ in ids.items()
        }
        async with api.running():
            yield cls(api, clock, people, groups, _on_telegram(COMMUNITY, ids))

    @asynccontextmanager
    async def served(self, url: str, folder: Path) -> AsyncIterator["Serving"]:
        """Let the program serve the town until the block is left."""
        try:
            async with self._serving(url, folder) as serving:
                yield serving
        except BaseExceptionGroup as group:
            # What a story raises comes wrapped once for each task group.
            raise _first(group) from None

    @asynccontextmanager
    async def _serving(
        self, url: str, folder: Path
    ) -> AsyncIterator["Serving"]:
        plan = Plan(
            database_url=url,
            media_url=f"file://{folder}/media",
            pack=self.pack,
            now=self.clock,
            write_first=frozenset(),
        )
        made: list[Telegram] = []

        def channels(database: Database, media: object) -> list[Telegram]:
            made.append(
                self.channel(
                    token=TOKEN,
                    now=self.clock,
                    words=Texts.load().say,
                    photo_bytes=media.read_photo,  # type: ignore[attr-defined]
                    api_url=self.telegram.url,
                    webhook=self.door,
                    secret=SECRET,
                    ways=WAYS,
                    lost=lost_in(database, Telegram.name),
                )
            )
            return made

        def link(_: str, payload: str) -> str:
            return made[0].link(payload)

        async with opened_core(plan, channels, link) as core:  # type: ignore[arg-type]
            try:
                async with running(core), _open(self.door, made[0]):
                    yield Serving(self, core)
            finally:
                await made[0].close()


@dataclass(eq=False)
class Serving:
    """The program in the town."""

    town: TelegramTown
    core: Core

    async def settles(self) -> None:
        """Wait until nothing is left to do at this moment."""
        async with asyncio.timeout(15):
            while await self.core.database.read(self._is_busy):
                await self.core.delivery.tick()
                await asyncio.sleep(0.002)

    async def passes(self, span: timedelta) -> None:
        """Let time pass, in steps, with everything it brings."""
        clock = self.town.clock
        until = clock.now + span
        while clock.now < until:
            clock.passes(min(STEP, until - clock.now))
            await self.core.clock.tick()
            await self.settles()

    async def opens(self, *names: str) -> None:
        """Let people write to the bot, so that it may write to them."""
        for name in names:
            self.town.people[name].says(None, "你好")
        await self.settles()

    def _is_busy(self, db: Connection) -> bool:
        now = self.town.clock.now
        return (
            bool(self.town.telegram.queue.pending)
            or turns.anything_due(db, now)
            or turns.under_way(db)
            or limits.anything_due(db, now)
            or bool(photos.wanted(db, now, 1))
        )
