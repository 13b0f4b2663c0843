"""The whole program on its built-in chat, where everybody reads along."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from bot.app import Core, Plan, opened_core, running
from bot.channels.webchat import WebChat
from bot.channels.webchat_hub import Listener
from bot.channels.webchat_wire import Post, Press
from bot.media import clean
from config.pack.values import Community, Pack
from config.terms import PersonId
from storage import limits, people, photos, seats, turns, webchat
from storage.database import Connection
from storage.seats import CHANNEL, Viewer
from storage.webchat import Message
from tests.fakes import FakeClock
from tests.town import COMMUNITY, MONDAY

STEP = timedelta(hours=6)
HOMES = {"sun": "10号楼", "chen": "9号楼"}


def _moved_in(town: Community) -> Community:
    """Return the town with everybody in the built-in chat."""
    return replace(
        town,
        grids=tuple(
            replace(grid, groups=(f"{CHANNEL}:{grid.id}",))
            for grid in town.grids
        ),
        people=tuple(
            replace(
                one,
                accounts=(f"{CHANNEL}:{one.id}",),
                building=HOMES.get(one.id, ""),
            )
            for one in town.people
        ),
    )


STREET = _moved_in(COMMUNITY)
PACK = Pack((STREET,))


@dataclass(eq=False)
class Street:
    """A town that talks in the built-in chat."""

    core: Core
    chat: WebChat
    clock: FakeClock
    _posts: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, url: str, folder: Path, clock: FakeClock | None = None
    ) -> AsyncIterator["Street"]:
        """Start the program on a database and a media folder."""
        time = clock or FakeClock(MONDAY)
        plan = Plan(
            database_url=url,
            media_url=f"file://{folder}/media",
            pack=PACK,
            now=time,
            write_first=frozenset({CHANNEL}),
        )
        failed: Exception | None = None
        async with (
            opened_core(
                plan, lambda db, media: [WebChat(db, media, clean, time)]
            ) as core,
            running(core),
        ):
            chat = core.channels[CHANNEL]
            assert isinstance(chat, WebChat)
            await chat.seat(PACK)
            try:
                yield cls(core, chat, time)
            except Exception as error:  # noqa: BLE001  told outside the group
                failed = error
        if failed is not None:
            raise failed

    async def moves_in(self, name: str, building: str, phone: str) -> str:
        """Let somebody the pack doesn't name log in; return the address."""

        def enter(db: Connection) -> PersonId:
            person = people.add(db, STREET.id, name, building, self.clock.now)
            people.change(db, STREET.id, person, phone=phone)
            return person

        person = await self.core.database.write(enter)
        viewer = await self.chat.settle(STREET, person)
        assert viewer is not None
        return viewer.address

    async def says(
        self,
        who: str,
        text: str,
        *,
        group: str = "",
        pictures: Sequence[bytes] = (),
        quote: int | None = None,
    ) -> int:
        """Post in a group or in one's private chat; return its id."""
        viewer, page = await self._page(who)
        refs = [await self.chat.upload(viewer, one) for one in pictures]
        post = Post(
            chat=group or who,
            client=f"c{next(self._posts)}",
            text=text,
            photos=tuple(one.ref for one in refs),
            quote=quote,
        )
        await self.chat.take(viewer, page, post)
        answer = page.frames.get_nowait()
        assert b'"taken"' in answer, answer
        await self.settles()
        return (await self.read(group or who, sender=who))[-1].id

    async def presses(self, who: str, label: str, *, group: str = "") -> None:
        """Press the newest button of that label."""
        viewer, page = await self._page(who)
        seen = await self.read(group or who)
        buttons = [
            (one.id, choice.token)
            for one in seen
            for choice in one.choices
            if label in choice.label and choice.token
        ]
        assert buttons, f"{who} sees no button {label}: {seen[-1]}"
        message, token = buttons[-1]
        press = Press(
            chat=group or who,
            client=f"c{next(self._posts)}",
            id=message,
            token=token,
        )
        await self.chat.take(viewer, page, press)
        answer = page.frames.get_nowait()
        assert b'"taken"' in answer, answer
        await self.settles()

    async def passes(self, span: timedelta) -> None:
        """Let time pass, in steps, with everything it brings."""
        until = self.clock.now + span
        while self.clock.now < until:
            self.clock.passes(min(STEP, until - self.clock.now))
            await self.core.clock.tick()
            await self.settles()

    async def read(
        self, chat: str, *, sender: str | None = None
    ) -> list[Message]:
        """Return what stands in a chat, of one sender if named."""
        found = await self.core.database.read(
            lambda db: webchat.before(db, chat, None, 500)
        )
        return [one for one in found if sender in {None, one.sender}]

    async def settles(self) -> None:
        """Wait until nothing is left to do at this moment."""
        async with asyncio.timeout(20):
            while await self.core.database.read(self._is_busy):
                await self.core.delivery.tick()
                await self.core.media.tick()
                await asyncio.sleep(0.002)

    async def _page(self, who: str) -> tuple[Viewer, Listener]:
        viewer = await self.core.database.read(
            lambda db: seats.viewer(db, who)
        )
        assert viewer is not None
        return viewer, Listener(who)

    def _is_busy(self, db: Connection) -> bool:
        return (
            bool(webchat.owed(db, 1))
            or turns.anything_due(db, self.clock.now)
            or turns.under_way(db)
            or limits.anything_due(db, self.clock.now)
            or bool(photos.wanted(db, self.clock.now, 1))
        )
