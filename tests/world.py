"""The whole program with fake edges, told as people would tell it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.app import Core, Plan, opened_core, running
from bot.channels.channel import Channel
from bot.media import Media
from config.pack.values import Pack
from config.terms import ChatKind
from storage import limits, photos, turns
from storage.database import Connection
from storage.messages import (
    Chat,
    Edited,
    Incoming,
    Joined,
    Moved,
    Photo,
    Pressed,
    Quote,
    Said,
    Sender,
    Withdrawn,
)
from tests.fakes import FakeChannel, FakeClock, Heard
from tests.town import CHANNEL, MONDAY, PACK

STEP = timedelta(minutes=30)
NOTICE = "\n\n隐私说明"


@dataclass(eq=False)
class World:
    """A town that talks to the program."""

    core: Core
    channel: FakeChannel
    clock: FakeClock
    _ids: "count[int]" = field(default_factory=lambda: count(1))
    _mine: dict[str, str] = field(default_factory=dict)
    """Message id -> who said it."""
    words: dict[str, str] = field(default_factory=dict)
    """Message id -> what was said."""

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        url: str,
        folder: Path,
        *,
        pack: Pack = PACK,
        at: datetime = MONDAY,
        channel: FakeChannel | None = None,
        others: Callable[[Media], Sequence[Channel]] = lambda _media: (),
        public_url: str = "",
        demo: bool = False,
    ) -> AsyncIterator["World"]:
        """Start the program on a database and a media folder."""
        clock = FakeClock(at)
        fake = channel or FakeChannel()
        plan = Plan(
            database_url=url,
            media_url=f"file://{folder}/media",
            pack=pack,
            now=clock,
            write_first=frozenset({CHANNEL}),
            public_url=public_url,
            demo=demo,
        )
        failed: Exception | None = None
        async with (
            opened_core(
                plan, lambda _db, media: [fake, *others(media)]
            ) as core,
            running(core),
        ):
            try:
                yield cls(core, fake, clock)
            except Exception as error:  # noqa: BLE001  told outside the group
                failed = error
        if failed is not None:
            raise failed

    # What people do

    async def says(
        self,
        who: str,
        text: str,
        *,
        group: str = "",
        photos: Sequence[str] = (),
        reply_to: str = "",
        album: str = "",
        mention: bool = False,
        message: str = "",
        forwarded: bool = False,
    ) -> str:
        """Say something in a group (or in private); return its id."""
        said = self.said(
            who,
            text,
            group=group,
            photos=photos,
            reply_to=reply_to,
            album=album,
            mention=mention,
            message=message,
            forwarded=forwarded,
        )
        await self.hears(said)
        return said.id

    def said(
        self,
        who: str,
        text: str,
        *,
        group: str = "",
        photos: Sequence[str] = (),
        reply_to: str = "",
        album: str = "",
        mention: bool = False,
        message: str = "",
        forwarded: bool = False,
    ) -> Said:
        """Return what somebody says, before it is heard."""
        id_ = message or f"m{next(self._ids)}"
        self._mine[id_] = who
        self.words[id_] = text
        return Said(
            **self._from(who, group, id_),
            text=text,
            photos=tuple(Photo(ref=one, unique=one) for one in photos),
            quote=self._quote(who, reply_to),
            album=album,
            addressed=mention,
            forwarded=forwarded,
        )

    async def edits(
        self,
        who: str,
        message: str,
        text: str,
        *,
        group: str = "",
        photos: Sequence[str] = (),
    ) -> None:
        """Change what was said."""
        await self.hears(
            Edited(
                **self._from(who, group, message),
                version=str(next(self._ids)),
                text=text,
                photos=tuple(Photo(ref=one, unique=one) for one in photos),
            )
        )

    async def recalls(
        self, who: str, message: str, *, group: str = ""
    ) -> None:
        """Take back what was said."""
        await self.hears(Withdrawn(**self._from(who, group, message)))

    async def presses(self, who: str, label: str, *, group: str = "") -> str:
        """Press the newest button of that label; return the notice."""
        return (await self.press_together(who, label=label, group=group))[0]

    async def press_together(
        self, *everyone: str, label: str, group: str = ""
    ) -> list[str]:
        """Let people press one button at once; return their notices."""
        presses = [self._press(who, label, group) for who in everyone]
        await self.hears(*presses)
        return [self._notice(press.id) for press in presses]

    async def joins(self, who: str, group: str) -> None:
        """Add the program to a group."""
        await self.hears(
            Joined(**self._from(who, group, f"j{next(self._ids)}"))
        )

    async def steals(self, who: str, label: str, *, sent_to: str) -> str:
        """Press a button that was sent to somebody else in private."""
        _, token = self._button(sent_to, label, "")
        press = Pressed(
            **self._from(who, "", f"p{next(self._ids)}"), token=token
        )
        await self.hears(press)
        return self._notice(press.id)

    async def moves(self, group: str, to: str) -> None:
        """Let the platform give a group a new address."""
        await self.hears(self.moved(group, to))

    def moved(self, group: str, to: str) -> Moved:
        """Return a group's new address, before it is heard."""
        id_ = f"v{next(self._ids)}"
        return Moved(**self._from("admin", group, id_), to=to)

    async def hears(self, *messages: Incoming) -> None:
        """Let messages arrive together, and everything settle."""
        await self.core.intake.receive(messages)
        await self.settles()

    async def passes(self, span: timedelta) -> None:
        """Let time pass, in steps, with everything it brings."""
        until = self.clock.now + span
        while self.clock.now < until:
            self.clock.passes(min(STEP, until - self.clock.now))
            await self.core.clock.tick()
            await self.settles()

    async def settles(self) -> None:
        """Wait until nothing is left to do at this moment."""
        async with asyncio.timeout(10):
            while await self.core.database.read(self._is_busy):
                await self.core.delivery.tick()
                await self.core.media.tick()
                await asyncio.sleep(0.002)

    # What people hear

    def heard(self, who: str) -> list[str]:
        """Return what somebody read in private, in order."""
        return self.read(who)

    def read(self, address: str) -> list[str]:
        """Return what was said in a chat, in order.

        Without the notice that comes with a person's first answer, which
        would stand in the way of every other story.
        """
        return [text.split(NOTICE)[0] for text in self.read_whole(address)]

    def read_whole(self, address: str) -> list[str]:
        """Return what was said in a chat with every line of it."""
        return [
            one.outgoing.text
            for one in self.channel.said
            if one.outgoing.chat.address == address
        ]

    def last(self, address: str) -> str:
        """Return what was said last in a chat."""
        return self.read(address)[-1]

    def last_id(self, address: str) -> str:
        """Return the id of the bot's last message in a chat."""
        return [
            one.id
            for one in self.channel.said
            if one.outgoing.chat.address == address
        ][-1]

    def labels(self, address: str) -> list[str]:
        """Return the labels of the last message in a chat."""
        last = [
            one
            for one in self.channel.said
            if one.outgoing.chat.address == address
        ][-1]
        return [choice.label for choice in last.outgoing.choices]

    def _button(self, who: str, label: str, group: str) -> tuple[Heard, str]:
        for heard in reversed(self.channel.said):
            if heard.outgoing.chat.address != (group or who):
                continue
            for choice in heard.outgoing.choices:
                if choice.token and label in choice.label:
                    return heard, choice.token
        raise AssertionError(f"{who} sees no button {label}")

    def _press(self, who: str, label: str, group: str) -> Pressed:
        heard, token = self._button(who, label, group)
        return Pressed(
            **self._from(who, group, f"p{next(self._ids)}"),
            token=token,
            message=heard.id,
        )

    def _notice(self, press: str) -> str:
        answers = [one for one in self.channel.answers if one.press == press]
        assert len(answers) == 1, "a press is answered once"
        return answers[0].text

    def _quote(self, who: str, message: str) -> Quote | None:
        if not message:
            return None
        return Quote(
            message=message,
            by_me=message.startswith("b"),
            by_same=self._mine.get(message) == who,
        )

    def _from(self, who: str, group: str, id_: str) -> dict[str, Any]:
        chat = (
            Chat(CHANNEL, group, ChatKind.GROUP)
            if group
            else Chat(CHANNEL, who, ChatKind.PRIVATE)
        )
        return {
            "channel": CHANNEL,
            "account": "linli",
            "chat": chat,
            "sender": Sender(CHANNEL, who, name=who, admin=who == "admin"),
            "id": id_,
            "at": self.clock.now,
        }

    def _is_busy(self, db: Connection) -> bool:
        return (
            turns.anything_due(db, self.clock.now)
            or turns.under_way(db)
            or limits.anything_due(db, self.clock.now)
            or bool(photos.wanted(db, self.clock.now, 1))
        )
