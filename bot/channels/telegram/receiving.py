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
from bot.channels.telegram.wire import Wire
from config.terms import ChatKind
from storage.messages import Incoming, Said

log = structlog.get_logger()

LOOKUP_S = 10.0

Clock = Callable[[], datetime]
Pause = Callable[[float], Awaitable[None]]
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


class _Rights(Struct, frozen=True):
    status: str


class Receiver:
    """Makes the core's words of updates, and hands them over."""

    def __init__(
        self, wire: Wire, me: Me, now: Clock, ways: Ways, beat: Beat
    ) -> None:
        self.wire = wire
        self.ways = ways
        self.me = me
        self._now = now
        self._beat = beat
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
        arrived = []
        for raw in raws:
            message = parse(raw, self.me, now)
            if isinstance(message, Said) and self._needs_vouching(message):
                message = await self._vouched(message)
            if message is not None:
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
