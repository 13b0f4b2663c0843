"""A roundup tracker as a channel: a ticket is a chat there.

``sending`` brings orders, ``news`` looks for what people change, both ask
the ``tracker``; ``rest`` carries the calls and alone knows the password.
"""

import asyncio

import structlog

from bot.channels.channel import Can, Finding, Later, Limits, Never, Receive
from bot.channels.roundup.checking import Checker, Words
from bot.channels.roundup.news import News
from bot.channels.roundup.rest import Rest
from bot.channels.roundup.sending import Patience, PhotoBytes, Sender
from bot.channels.roundup.tracker import Tracker
from config.pack.values import System
from storage.messages import Order, Outgoing, Photo

EVERY_S = 30.0
ANSWER_S = 15.0

log = structlog.get_logger()


class Roundup:
    """One tracker; see ``bot.channels.channel.Channel``."""

    can = Can(history=True, once=True)
    limits = Limits(text=20_000, photo_bytes=10 * 1024 * 1024)

    def __init__(
        self,
        system: System,
        login: str,
        photo_bytes: PhotoBytes,
        words: Words,
        *,
        answer_s: float = ANSWER_S,
        every_s: float = EVERY_S,
        patience: Patience = Patience(),  # noqa: B008  # frozen
    ) -> None:
        """Make the channel; nothing is called before ``run`` or ``send``.

        ``login`` is ``user:password``; raises ``ValueError`` otherwise.
        ``words`` says the findings of ``check``.
        """
        user, colon, password = login.partition(":")
        if not (user and colon and password):
            raise ValueError("what opens a roundup tracker is user:password")
        self.name = system.channel
        self._every_s = every_s
        self._rest = Rest(system.url, user, password, answer_s)
        tracker = Tracker(system, self._rest, user)
        self._sender = Sender(tracker, photo_bytes, patience)
        self._news = News(tracker, self.name)
        self._checker = Checker(tracker, system, words)

    async def check(self) -> list[Finding]:
        """Say who we are there, what we may do, and which words match."""
        return await self._checker.findings()

    async def run(self, receive: Receive) -> None:
        """Look for changes until cancelled; trouble is waited out."""
        while True:
            pause = self._every_s
            try:
                await self._news.look(receive)
            except Later as later:
                pause = max(pause, later.seconds)
                log.warning(
                    "orders_not_read", system=self.name, why=str(later)
                )
            except Exception as error:  # noqa: BLE001  found by the next look
                log.error(  # noqa: TRY400  a trace may hold words
                    "orders_not_read",
                    system=self.name,
                    why=type(error).__name__,
                )
            await asyncio.sleep(pause)

    async def send(self, outgoing: Outgoing, key: str) -> str:
        """Create the ticket's issue or add to it; return the issue's id."""
        if not isinstance(outgoing, Order):
            raise Never("a work-order system takes orders only")
        return await self._sender.send(outgoing, key)

    async def fetch(self, photo: Photo) -> bytes:  # noqa: ARG002
        """Refuse: no photos come from here."""
        raise Never("no photos come from a work-order system")

    async def close(self) -> None:
        """Close every connection."""
        await self._rest.close()
