"""The built-in chat: a platform of our own, so nobody needs another first.

Groups are ``webchat:g1``, a person's private chat is ``webchat:lin`` and so
is their account. What a page posts is kept in our own tables before it is
acknowledged, and stays *owed* until the core took it over: a crash between
the two hands it over again. The letter's key makes each of the bot's
messages unique, so an unknown outcome never shows twice. Pages speak the
frames of ``webchat_wire``; whoever serves them says who the viewer is.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Protocol, assert_never

import structlog

from bot.channels.channel import (
    Can,
    Finding,
    Gone,
    Limits,
    Never,
    Receive,
    Unknown,
)
from bot.channels.webchat_hub import Hub, Listener
from bot.channels.webchat_others import Others
from bot.channels.webchat_reader import Reader, chat_of
from bot.channels.webchat_seats import (
    every_seat,
    group_seats,
    lives_in,
    private_seat,
)
from bot.channels.webchat_wire import (
    Amend,
    Beat,
    Declined,
    FromPage,
    Hello,
    Listed,
    Notice,
    Open,
    Page,
    Post,
    Press,
    Read,
    Shown,
    TakeBack,
    Taken,
    Welcome,
)
from config.pack.values import Community, Pack
from config.terms import PersonId
from storage import people, photos, seats, subjects, uploads, webchat
from storage.database import Connection, Database
from storage.messages import (
    AnswerPress,
    Edit,
    Incoming,
    Leave,
    Order,
    Outgoing,
    Photo,
    Point,
    Pressed,
    Say,
    Sender,
    SetMenu,
)
from storage.seats import CHANNEL, Viewer
from storage.uploads import Upload

TEXT = 4000
PHOTOS = 9
PHOTO_BYTES = 10 * 1024 * 1024
PAGE = 40
BEAT_S = 3.0
"""How often a page hears from us. Rings of other processes come sooner."""
SWEEP_EVERY = 10
"""Beats after which we look for what a process that died still owes."""
BATCH = 64
FORGET_EVERY = timedelta(hours=1)

_CLIENT = re.compile(r"[\w-]{1,64}", re.ASCII)

log = structlog.get_logger()


class Declines(Exception):
    """What a page asked for changes nothing; ``why`` is the page's word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Pictures(Protocol):
    """Where photos are kept, by content hash."""

    async def put(self, content: bytes, /) -> str:
        """Keep the bytes and return their hash."""

    async def get(self, ref: str, /) -> bytes | None:
        """Return the bytes, or nothing."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A picture without its metadata, and what that said of the place."""

    content: bytes
    width: int
    height: int
    point: Point | None = None


Cleaner = Callable[[bytes], Awaitable[Clean | None]]
"""Re-encodes a photo in a bounded child; None: that is no picture."""


class WebChat:
    """The channel, and what pages may ask of it."""

    name = CHANNEL
    can = Can(
        buttons=True,
        edits=True,
        replies=True,
        albums=True,
        menus=True,
        private=True,
        history=True,
        once=True,
    )
    limits = Limits(text=TEXT, photo_bytes=PHOTO_BYTES)

    def __init__(
        self,
        db: Database,
        pictures: Pictures,
        clean: Cleaner,
        now: Callable[[], datetime],
        *,
        names: Sequence[str] = ("邻里", "linli"),
    ) -> None:
        self._db = db
        self._pictures = pictures
        self._clean = clean
        self._now = now
        self._owed = asyncio.Event()
        self._receive: Receive | None = None
        self._pack: Pack | None = None
        self._forgot_at: datetime | None = None
        self._reader = Reader(db, now, names)
        self.hub = Hub(db)
        self._others = Others(db, self.hub)

    async def seat(self, pack: Pack) -> None:
        """Let everybody of the pack sit where they belong."""
        self._pack = pack
        wanted = every_seat(pack)
        await self._db.write(lambda db: seats.seat(db, wanted))

    # The contract

    async def check(self) -> list[Finding]:
        """Say that the chat has somebody to talk to."""
        owed = await self._db.read(lambda db: webchat.owed(db, 1))
        if owed:
            return [Finding(ok=True, words="web chat: messages wait")]
        return [Finding(ok=True, words="web chat: ready")]

    async def run(self, receive: Receive) -> None:
        """Hand over what is owed, what waited since the last stop first."""
        self._receive = receive
        self._owed.set()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hand_over_on(receive))
            tasks.create_task(self._beat_on())
            tasks.create_task(self._others.run())

    async def send(self, outgoing: Outgoing, key: str) -> str:
        """Keep the bot's message, once for each key, and show it."""
        try:
            return await self._send(outgoing, key)
        except (Gone, Never):
            raise
        except Exception as error:
            # the database's own errors; the key makes another try harmless
            _note("webchat_send_failed", error)
            raise Unknown(type(error).__name__) from error

    async def _send(self, outgoing: Outgoing, key: str) -> str:
        match outgoing:
            case Say():
                return await self._say(outgoing, key)
            case Edit():
                return await self._edit(outgoing)
            case AnswerPress():
                address = outgoing.press.rpartition(".")[0]
                if outgoing.text:
                    await self._others.notify(
                        address, Notice(outgoing.text, outgoing.alert)
                    )
                return ""
            case SetMenu():
                await self._set_menu(outgoing)
                return ""
            case Leave():
                return ""
            case Order():
                raise Never("the web chat takes no work orders")
            case _:
                assert_never(outgoing)

    async def _set_menu(self, menu: SetMenu) -> None:
        if menu.chat.address:
            await self._db.write(
                lambda db: seats.set_menu(db, menu.chat.address, menu.items)
            )
            return
        for one in self._pack.communities if self._pack else ():
            if one.language == menu.language:
                await self._db.write(
                    partial(
                        seats.set_default_menu,
                        community=one.id,
                        kind=menu.chat.kind,
                        items=menu.items,
                    )
                )

    async def fetch(self, photo: Photo) -> bytes:
        """Return an upload, which lost its metadata when it came."""
        content = await self._pictures.get(photo.ref)
        if content is None:
            raise Never("the upload is gone")
        return content

    async def _say(self, say: Say, key: str) -> str:
        stored = await self._db.write(
            lambda db: webchat.say(
                db,
                chat=say.chat.address,
                letter=key,
                text=say.text,
                choices=say.choices,
                photos=say.photos,
                reply_to=say.reply_to,
                now=self._now(),
                about=subjects.told(say),
            )
        )
        if stored is None:
            raise Gone(f"no such chat: {say.chat.key}")
        await self.hub.bring(say.chat.address)
        return str(stored.id)

    async def _edit(self, edit: Edit) -> str:
        if not edit.message.isdecimal():
            raise Never("the message was never sent")
        there = await self._db.write(
            lambda db: webchat.rewrite(
                db,
                edit.chat.address,
                int(edit.message),
                edit.text,
                edit.choices,
            )
        )
        if not there:
            raise Never("the message is no longer kept")
        await self.hub.bring(edit.chat.address)
        return edit.message

    # What is owed to the core

    async def _hand_over_on(self, receive: Receive) -> None:
        pause = 0.1
        while True:
            await self._owed.wait()
            self._owed.clear()
            try:
                while await self._hand_over(receive):
                    pause = 0.1
            except Exception as error:  # noqa: BLE001  one broad per loop
                _note("webchat_hand_over_failed", error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
                self._owed.set()

    async def _beat_on(self) -> None:
        """Show that the line is alive, and what other processes wrote."""
        for beat in count(1):
            await asyncio.sleep(BEAT_S)
            self.hub.beat(Beat(self._now()))
            if beat % SWEEP_EVERY == 0:
                self._owed.set()
            try:
                await self.hub.bring_all()
                await self._forget()
            except Exception as error:  # noqa: BLE001  one broad per loop
                _note("webchat_sweep_failed", error)

    async def _hand_over(self, receive: Receive) -> bool:
        owed = await self._db.read(lambda db: webchat.owed(db, BATCH))
        if not owed:
            return False
        arrived: list[Incoming] = []
        for message in owed:
            arrived += await self._reader.incoming(message)
        await receive(arrived)
        await self._db.write(lambda db: webchat.mark_handed(db, owed))
        return True

    # What pages ask for

    async def take(
        self, viewer: Viewer, listener: Listener, frame: FromPage
    ) -> None:
        """Do what a page asks and tell it what came of it."""
        client = getattr(frame, "client", "")
        if client and not _CLIENT.fullmatch(client):
            listener.tell(Declined("", "unreadable"))
            return
        try:
            message = await self._do(viewer, listener, frame)
        except Declines as no:
            listener.tell(Declined(client, no.why))
        except seats.Forbidden:
            listener.tell(Declined(client, "forbidden"))
        except webchat.Closed:
            listener.tell(Declined(client, "withdrawn"))
        else:
            if client:
                listener.tell(Taken(client, message))

    async def _do(
        self, viewer: Viewer, listener: Listener, frame: FromPage
    ) -> int:
        match frame:
            case Hello():
                await self._welcome(viewer, listener, frame)
            case Open():
                await self._page(viewer, listener, frame)
            case Post():
                return await self._post(viewer, frame)
            case Amend():
                _fits(frame.text)
                await self._amend(viewer, frame)
            case TakeBack():
                await self._amend(viewer, frame)
            case Press():
                await self._press(viewer, frame)
            case Read():
                await self._db.write(
                    lambda db: seats.mark_read(
                        db, frame.chat, viewer.address, frame.id
                    )
                )
            case _:
                assert_never(frame)
        return 0

    async def _welcome(
        self, viewer: Viewer, listener: Listener, hello: Hello
    ) -> None:
        places = await self._db.read(
            lambda db: seats.places(db, viewer.address)
        )
        listener.tell(
            Welcome(
                me=viewer.address,
                name=viewer.name,
                chats=tuple(_listed(place) for place in places),
                now=self._now(),
            )
        )
        for place in places:
            seen = hello.seen.get(place.address, place.seq)
            await self.hub.join(listener, place.address, min(seen, place.seq))

    async def _page(
        self, viewer: Viewer, listener: Listener, asked: Open
    ) -> None:
        await self._must_sit(viewer, asked.chat)
        page = await self._db.read(
            lambda db: webchat.before(db, asked.chat, asked.before, PAGE + 1)
        )
        listener.tell(
            Page(
                chat=asked.chat,
                before=asked.before,
                messages=tuple(Shown.of(found) for found in page[-PAGE:]),
                more=len(page) > PAGE,
            )
        )

    async def _post(self, viewer: Viewer, post: Post) -> int:
        _fits(post.text)
        text = _bare(post.text)
        if not post.client:
            raise Declines("unreadable")
        if len(post.photos) > PHOTOS:
            raise Declines("too-many-photos")
        if not text and not post.photos:
            raise Declines("empty")
        stored = await self._db.write(
            lambda db: webchat.post(
                db,
                chat=post.chat,
                sender=viewer,
                client=post.client,
                text=text,
                photos=post.photos,
                quote=post.quote,
                now=self._now(),
            )
        )
        self._owed.set()
        await self.hub.bring(post.chat)
        return stored.id

    async def _amend(self, viewer: Viewer, frame: Amend | TakeBack) -> None:
        await self._must_sit(viewer, frame.chat)
        if isinstance(frame, TakeBack):
            await self._db.write(
                lambda db: webchat.withdraw(
                    db, frame.chat, frame.id, viewer.address
                )
            )
        else:
            text = _bare(frame.text)
            await self._db.write(
                lambda db: webchat.edit(
                    db, frame.chat, frame.id, viewer.address, text
                )
            )
        self._owed.set()
        await self.hub.bring(frame.chat)

    async def _press(self, viewer: Viewer, press: Press) -> None:
        await self._must_sit(viewer, press.chat)
        if self._receive is None:
            raise Declines("busy")
        if not press.client:
            raise Declines("unreadable")
        message = await self._db.read(lambda db: webchat.find(db, press.id))
        if message is None or message.chat != press.chat:
            raise Declines("forbidden")
        pressed = Pressed(
            channel=CHANNEL,
            account=CHANNEL,
            chat=chat_of(message, member=viewer.address),
            sender=Sender(CHANNEL, viewer.address, viewer.name),
            id=f"{viewer.address}.{press.client}",
            at=self._now(),
            token=press.token,
            message=str(press.id),
        )
        try:
            await self._receive([pressed])
        except Exception as error:
            _note("webchat_press_failed", error)
            raise Declines("busy") from error

    async def _must_sit(self, viewer: Viewer, chat: str) -> None:
        sits = await self._db.read(
            lambda db: seats.is_member(db, chat, viewer.address)
        )
        if not sits:
            raise seats.Forbidden

    async def upload(self, viewer: Viewer, content: bytes) -> Upload:
        """Keep a photo that will be posted, without what it tells.

        The original is never kept: a neighbour who saves the picture must
        not learn where and when it was taken.
        """
        if len(content) > PHOTO_BYTES:
            raise Declines("photo-too-large")
        if not _is_photo(content):
            raise Declines("not-a-photo")
        shown = await self._clean(content)
        if shown is None:
            raise Declines("broken-photo")
        upload = Upload(
            ref=await self._pictures.put(shown.content),
            bytes=len(shown.content),
            width=shown.width,
            height=shown.height,
            point=shown.point,
        )
        await self._db.write(
            lambda db: uploads.keep(db, viewer, upload, self._now())
        )
        return upload

    async def picture(self, viewer: Viewer, ref: str) -> bytes | None:
        """Return a photo if this viewer may see it."""
        may = await self._db.read(
            lambda db: uploads.may_see(db, ref, viewer.address)
        )
        return await self._pictures.get(ref) if may else None

    async def settle(
        self, community: Community, person: PersonId
    ) -> Viewer | None:
        """Return who has logged in, let in if it is for the first time.

        They sit in their private chat and in the groups of the grid they
        live in.
        """
        known = await self._db.read(
            lambda db: seats.viewer_person(db, community.id, person)
        )
        if known is not None:
            return known
        address = f"{community.id}-{person}"
        new = await self._db.read(
            lambda db: seats.newcomer(db, community.id, person)
        )
        if new is None:
            return None
        chats = [private_seat(community, address, new.name)]
        for grid in community.grids:
            if lives_in(new.building, grid):
                chats += group_seats(community, grid)
        await self._db.write(
            lambda db: seats.settle(db, community.id, person, address, chats)
        )
        return await self._db.read(lambda db: seats.viewer(db, address))

    async def speak(self, viewer: Viewer, language: str) -> None:
        """Let the bot speak to somebody in the language of their page."""
        await self._db.write(
            lambda db: people.change(
                db, viewer.community, viewer.person, language=language
            )
        )

    async def _forget(self) -> None:
        """Now and then delete what is older than a community keeps."""
        now = self._now()
        last = self._forgot_at
        if self._pack is None or (last and now - last < FORGET_EVERY):
            return
        self._forgot_at = now
        for community in self._pack.communities:
            await self._db.write(partial(_forget_old, community, now))


def _forget_old(community: Community, now: datetime, db: Connection) -> None:
    moment = now - community.rules.chat_kept
    gone = webchat.forget_before(db, community.id, moment)
    photos.bury(db, community.id, gone, now)


def _note(event: str, error: Exception) -> None:
    """Log the kind of error; its words and its trace may quote people."""
    log.error(event, error=type(error).__name__)


def _listed(place: seats.Place) -> Listed:
    return Listed(
        address=place.address,
        kind=place.kind,
        title=place.title,
        seq=place.seq,
        unread=place.unread,
        last=place.last,
        last_by=place.last_by,
        last_at=place.last_at,
        menu=place.menu,
    )


def _fits(text: str) -> None:
    if len(text) > TEXT:
        raise Declines("too-long")


def _bare(text: str) -> str:
    """Return the words without NUL, which PostgreSQL refuses."""
    return text.replace("\0", "").strip()


def _is_photo(content: bytes) -> bool:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return True
    return content.startswith(
        (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
    )
