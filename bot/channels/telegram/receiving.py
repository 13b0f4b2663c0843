"""What polling and the webhook share: parse, vouch, hand over, wait."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog
from msgspec import Struct
from telegram.error import TelegramError

from bot.channels.channel import Receive
from bot.channels.telegram.api import Me
from bot.channels.telegram.calls import ask
from bot.channels.telegram.updates import NAME, parse
from bot.channels.telegram.wire import Refusal, Wire
from config.terms import ChatKind
from storage.messages import (
    Chat,
    Incoming,
    Moved,
    Said,
    Sender,
    Unreadable,
)

log = structlog.get_logger()

LOOKUP_S = 10.0
_SUPER = -1_000_000_000_000
"""Ids of supergroups are below."""

Clock = Callable[[], datetime]
Pause = Callable[[float], Awaitable[None]]
Lost = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the groups one of which an unknown one may have been; none if it
is known."""
Beat = Callable[[str, float], None]
"""Says that a loop lives, and within what time it will say so again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How long the channel waits, and whom it asks about; tests hurry."""

    poll_s: float = 25.0
    slack_s: float = 10.0
    """What an answer may take beyond the long poll."""
    call_s: float = 20.0
    """What any other call may take."""
    backoff_s: float = 1.0
    most_backoff_s: float = 60.0
    watch_s: float = 60.0
    """Between two looks at the webhook."""
    pause: Pause = asyncio.sleep
    vouched: tuple[str, ...] = ("/bind", "/unbind", "绑定", "解绑")
    """Words that only an administrator of the group may say: the platform
    is asked whether the speaker is one before the core hears them."""


async def nothing_lost(_group: str) -> Sequence[str]:
    """Know every group."""
    return ()


class _Rights(Struct, frozen=True):
    status: str


class Receiver:
    """Makes the core's words of updates, and hands them over."""

    def __init__(
        self,
        wire: Wire,
        me: Me,
        now: Clock,
        ways: Ways,
        beat: Beat,
        lost: Lost = nothing_lost,
    ) -> None:
        self.wire = wire
        self.ways = ways
        self.me = me
        self._now = now
        self._beat = beat
        self._lost = lost
        self._met: set[str] = set()
        """Supergroups that need no more asking about."""
        self._known = False
        self._last = math.nan

    def alive(self, within_s: float) -> None:
        """Note that the platform has just answered, and should again."""
        self._last = time.monotonic()
        self._beat(NAME, within_s)

    def progress(self) -> float:
        """Return the seconds since the platform last answered."""
        age = time.monotonic() - self._last
        return 0.0 if math.isnan(age) else age

    async def introduce(self) -> None:
        """Learn the bot's own name: mentions are told apart by it."""
        if not self._known:
            self.me = await ask(self.wire, "getMe", Me)
            self._known = True

    async def arrived(self, raws: Sequence[bytes]) -> list[Incoming]:
        """Return what the updates say, in order; talk of no use left out."""
        now = self._now()
        arrived: list[Incoming] = []
        for raw in raws:
            message = parse(raw, self.me, now)
            if isinstance(message, Said) and self._needs_vouching(message):
                message = await self._vouched(message)
            if message is not None:
                arrived += await self._moves(message)
                arrived.append(message)
        return arrived

    async def taken(
        self, arrived: Sequence[Incoming], receive: Receive
    ) -> bool:
        """Hand over; say whether it is committed."""
        try:
            await receive(arrived)
        except Exception as wrong:  # noqa: BLE001  # the loop must go on
            # Not its words: a database error quotes what people said.
            log.error(  # noqa: TRY400
                "not_taken", messages=len(arrived), error=type(wrong).__name__
            )
            return False
        return True

    async def back_off(self, tries: int) -> None:
        """Wait, longer at each try."""
        wait = self.ways.backoff_s * 2.0 ** min(tries - 1, 16)
        await self.ways.pause(min(wait, self.ways.most_backoff_s))

    async def _moves(self, message: Incoming) -> list[Moved]:
        """Return moves that nobody told us of, before what is said there.

        Telegram says only once that a group became a supergroup. If that
        is lost, a stranger speaks to us; so the groups that can become one
        are asked whether they are still where they were.
        """
        if isinstance(message, Unreadable | Moved) or not _is_super(
            message.chat
        ):
            return []
        address = message.chat.address
        if address in self._met:
            return []
        moves = []
        try:
            for old in await self._lost(address):
                place = Chat(NAME, old, ChatKind.GROUP)
                to = "" if _is_super(place) else await self._moved_to(place)
                if to:
                    moves.append(self._moved(place, to))
        except Exception as wrong:  # noqa: BLE001  # asked again next time
            log.warning("moves_unknown", error=type(wrong).__name__)
            return moves
        # a move may not be taken: then it must be told again
        if not moves:
            self._met.add(address)
        return moves

    def _moved(self, old: Chat, to: str) -> Moved:
        return Moved(
            channel=NAME,
            account=str(self.me.id),
            chat=old,
            sender=Sender(NAME, old.address, anonymous=True),
            id=f"asked-{to}",
            at=self._now(),
            to=to,
        )

    async def _moved_to(self, old: Chat) -> str:
        """Return where a group is now, "" if it is where it was.

        Only a call that would show something is told; this shows the least.
        """
        try:
            await ask(
                self.wire,
                "sendChatAction",
                bool,
                LOOKUP_S,
                chat_id=old.address,
                action="typing",
            )
        except Refusal as no:
            return str(no.migrate_to or "")
        return ""

    def _needs_vouching(self, message: Said) -> bool:
        return (
            message.chat.kind is ChatKind.GROUP
            and not message.sender.anonymous
            and message.text.lower().startswith(self.ways.vouched)
        )

    async def _vouched(self, message: Said) -> Said:
        """Mark an administrator as one; if nobody can tell, they aren't."""
        try:
            rights = await ask(
                self.wire,
                "getChatMember",
                _Rights,
                LOOKUP_S,
                chat_id=message.chat.address,
                user_id=int(message.sender.address),
            )
        except TelegramError as wrong:
            log.warning("rights_unknown", error=wrong.message)
            return message
        admin = rights.status in {"creator", "administrator"}
        sender = msgspec.structs.replace(message.sender, admin=admin)
        return msgspec.structs.replace(message, sender=sender)


def _is_super(chat: Chat) -> bool:
    return chat.kind is ChatKind.GROUP and int(chat.address) < _SUPER
