"""Other processes on the same database: what they write and say to pages.

A page hangs on one process, while whoever posts, or the letter that
answers, may come to another. They ring for each other, and lose nothing
but time if a ring is lost: the channel's beat looks for itself.
"""

import asyncio
import secrets

import msgspec
import structlog
from msgspec import Struct

from bot.channels.webchat_hub import Hub
from bot.channels.webchat_wire import Notice
from storage import bell, webchat
from storage.database import Database
from storage.engines import DatabaseError

NOTICE = "linli_notice"
RETRY_S = 1.0

log = structlog.get_logger()


class _Rung(Struct, frozen=True):
    by: str
    address: str
    notice: Notice


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Rung)


class Others:
    """Hears the other processes, and lets them hear us."""

    def __init__(self, db: Database, hub: Hub) -> None:
        self._db = db
        self._hub = hub
        self._me = secrets.token_hex(8)
        self._changed: dict[str, int] = {}
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Hear them until cancelled; a line that is cut is opened again."""
        bells = {webchat.CHANGED: self._hear_change, NOTICE: self._hear_notice}
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._bring_on())
            while True:
                try:
                    await self._db.listen(bells)
                except (DatabaseError, OSError) as error:
                    _note("webchat_deaf", error)
                await asyncio.sleep(RETRY_S)

    async def notify(self, address: str, notice: Notice) -> None:
        """Show a notice on every page of one address, wherever it hangs."""
        self._hub.notify(address, notice)
        if self._db.is_sqlite:
            return
        said = _encoder.encode(_Rung(self._me, address, notice)).decode()
        await self._db.write(lambda db: bell.ring(db, NOTICE, said))

    def _hear_change(self, words: str) -> None:
        chat, seq = webchat.rung(words)
        self._changed[chat] = max(seq, self._changed.get(chat, 0))
        self._wake.set()

    def _hear_notice(self, words: str) -> None:
        rung = _decoder.decode(words)
        if rung.by != self._me:
            self._hub.notify(rung.address, rung.notice)

    async def _bring_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            changed, self._changed = self._changed, {}
            try:
                for chat, seq in changed.items():
                    await self._hub.bring_up_to(chat, seq)
            except (DatabaseError, OSError) as error:
                _note("webchat_others_unread", error)


def _note(event: str, error: Exception) -> None:
    log.warning(event, error=type(error).__name__)
