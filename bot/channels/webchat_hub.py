"""Who is looking at which chat now, and bringing them what is new."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from bot.channels.webchat_wire import News, Notice, Shown, Stale, ToPage
from storage import webchat
from storage.database import Database

BACKLOG = 200
"""Changes that a returning page is told one by one."""
QUEUE = 500
"""Frames that may wait for a slow page before it is cut off."""

_encoder = msgspec.json.Encoder()


@dataclass(eq=False)
class Listener:
    """One open page.

    ``lost`` is set when it must go: it reads too slowly, too many of its
    owner's are open, or (``out``) its session has ended.
    """

    address: str
    key: str = ""
    """What is the same for all pages of one session."""
    out: bool = False
    frames: asyncio.Queue[bytes] = field(
        default_factory=lambda: asyncio.Queue(QUEUE)
    )
    lost: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, frame: ToPage) -> None:
        """Queue a frame; a page that falls behind must come again."""
        self.put(_encoder.encode(frame))

    def log_out(self) -> None:
        """Say goodbye: nobody is logged in there any more."""
        self.out = True
        self.lost.set()

    def put(self, frame: bytes) -> None:
        """Queue an encoded frame."""
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.lost.set()


@dataclass(eq=False)
class _Room:
    cursor: int = 0
    listeners: set[Listener] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    joining: int = 0
    """Pages that wait for the turn: the room must not go before them."""


class Hub:
    """Pushes each chat's changes, in order, to those who look at it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rooms: defaultdict[str, _Room] = defaultdict(_Room)
        self._pages: defaultdict[str, dict[Listener, None]] = defaultdict(dict)
        """By address, the page that was opened first comes first."""

    @property
    def pages(self) -> int:
        """Open pages now."""
        return sum(len(pages) for pages in self._pages.values())

    def enter(self, listener: Listener, most: int) -> None:
        """Let notices for this address reach the page.

        Of more than ``most`` pages of one address the oldest must go.
        """
        pages = self._pages[listener.address]
        pages[listener] = None
        for oldest in list(pages)[:-most]:
            oldest.lost.set()

    def log_out(self, key: str) -> None:
        """Close every page of a session that has ended."""
        for pages in self._pages.values():
            for listener in pages:
                if listener.key == key:
                    listener.log_out()

    def leave(self, listener: Listener) -> None:
        """Forget a page that is gone."""
        pages = self._pages[listener.address]
        pages.pop(listener, None)
        if not pages:
            del self._pages[listener.address]
        for chat, room in list(self._rooms.items()):
            room.listeners.discard(listener)
            if not room.listeners and not room.joining:
                del self._rooms[chat]

    async def join(self, listener: Listener, chat: str, seen: int) -> None:
        """Tell the page what it missed, and from then on what is new.

        The room's turn is held meanwhile: nothing newer may overtake the
        backlog, or a page cut off between the two would never ask for it.
        """
        room = self._rooms[chat]
        room.joining += 1
        try:
            async with room.turn:
                await self._catch_up(room, listener, chat, seen)
        finally:
            room.joining -= 1

    async def _catch_up(
        self, room: _Room, listener: Listener, chat: str, seen: int
    ) -> None:
        missed = await self._db.read(
            lambda db: webchat.since(db, chat, seen, BACKLOG + 1)
        )
        if len(missed) > BACKLOG:
            listener.tell(Stale(chat))
        elif missed:
            listener.tell(_news(chat, missed))
        if not room.listeners:
            room.cursor = missed[-1].changed if missed else seen
        room.listeners.add(listener)

    async def bring(self, chat: str) -> None:
        """Push what changed in the chat to everybody who looks at it."""
        room = self._rooms.get(chat)
        if room is None:
            return
        # whoever joins meanwhile may have asked too early: wait for them
        async with room.turn:
            while room.listeners and await self._bring_some(chat, room):
                pass

    async def _bring_some(self, chat: str, room: _Room) -> bool:
        news = await self._db.read(
            lambda db: webchat.since(db, chat, room.cursor, BACKLOG)
        )
        if not news:
            return False
        room.cursor = news[-1].changed
        frame = _encoder.encode(_news(chat, news))
        for listener in room.listeners:
            listener.put(frame)
        return len(news) == BACKLOG

    async def bring_all(self) -> None:
        """Push what other processes wrote."""
        chats = [chat for chat, room in self._rooms.items() if room.listeners]
        if not chats:
            return
        seqs = await self._db.read(lambda db: webchat.seqs(db, chats))
        for chat, seq in seqs.items():
            room = self._rooms.get(chat)
            if room is not None and seq > room.cursor:
                await self.bring(chat)

    async def bring_up_to(self, chat: str, seq: int) -> None:
        """Push what another process wrote, unless it has been."""
        room = self._rooms.get(chat)
        if room is not None and room.listeners and seq > room.cursor:
            await self.bring(chat)

    def notify(self, address: str, notice: Notice) -> None:
        """Show a notice on every page of one address."""
        for listener in self._pages.get(address, ()):
            listener.tell(notice)

    def beat(self, frame: ToPage) -> None:
        """Tell every page the same."""
        encoded = _encoder.encode(frame)
        for pages in list(self._pages.values()):
            for listener in pages:
                listener.put(encoded)


def _news(chat: str, messages: Iterable[webchat.Message]) -> News:
    return News(chat, tuple(Shown.of(message) for message in messages))
