"""Long polling, acknowledged after the commit.

The library's own ``Updater`` acknowledges before anything is handled; so
the loop is ours. The server's offset is its memory of what we committed:
it moves with the next ``getUpdates``, never before, and isn't named again
once nothing is left.
"""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

import msgspec
import structlog
from telegram.error import TelegramError

from bot.channels.channel import Receive
from bot.channels.telegram.calls import ask, result
from bot.channels.telegram.receiving import Receiver
from bot.channels.telegram.updates import KINDS, number
from bot.channels.telegram.wire import NoAnswer, Refusal
from storage.messages import Incoming

log = structlog.get_logger()

BATCH = 100
BATCH_TRIES = 3
"""After these a batch is handed over message by message."""
_NUMBERLESS = 6
"""Tries' worth of waiting for a batch that cannot be acknowledged."""


class Poller:
    """Asks for updates, hands them over, acknowledges."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._wire = receiver.wire
        self._ways = receiver.ways
        self._patience = 3 * self._ways.poll_s
        self._offset = 0
        self._limit = BATCH
        self._broken = 0
        """Answers in a row that are no JSON."""

    async def run(self, receive: Receive) -> None:
        """Poll forever."""
        self._receiver.alive(self._patience)
        tries = 0
        while True:
            try:
                await self._receiver.introduce()
                updates = await self._ask()
            except TelegramError as wrong:
                tries += 1
                await self._recover(wrong, tries)
                continue
            tries = 0
            self._receiver.alive(self._patience)
            if updates:
                await self._take(updates, receive)
            else:
                # All is acknowledged. After a quiet week Telegram numbers
                # anew: naming the old end would drop what is below it.
                self._offset = 0

    async def _ask(self) -> list[msgspec.Raw]:
        # Anything that wedges below is cut here: a poll always ends.
        wait = self._ways.poll_s + self._ways.slack_s
        try:
            async with asyncio.timeout(wait + self._ways.slack_s):
                raw = await self._wire.call(
                    "getUpdates",
                    wait,
                    offset=self._offset,
                    limit=self._limit,
                    timeout=int(self._ways.poll_s),
                    allowed_updates=KINDS,
                )
        except TimeoutError:
            raise NoAnswer("the poll hung") from None
        return self._updates(raw)

    def _updates(self, raw: bytes) -> list[msgspec.Raw]:
        """Return the answer's updates; find the one that breaks it.

        What breaks the JSON is asked for alone, then passed as it is.
        """
        try:
            updates = result(raw, list[msgspec.Raw])
        except NoAnswer:
            alone = self._limit == 1
            self._limit = 1
            self._broken += 1
            if not alone or self._broken <= BATCH_TRIES or number(raw) is None:
                raise
            updates = [msgspec.Raw(raw)]
        self._broken = 0
        self._limit = min(BATCH, self._limit * 2)
        return updates

    async def _recover(self, wrong: TelegramError, tries: int) -> None:
        """Put right what can be, and wait before the next try."""
        log.warning("poll_failed", error=wrong.message, tries=tries)
        silent = self._receiver.progress()
        if silent > self._patience:
            log.error("polls_stalled", seconds=round(silent))
            await self._wire.shutdown()  # a wedged pool heals by a new one
        if isinstance(wrong, Refusal) and wrong.retry_after:
            await self._ways.pause(wrong.retry_after)
            return
        if isinstance(wrong, Refusal) and wrong.status == HTTPStatus.CONFLICT:
            if "webhook" in wrong.description:
                await self._drop_webhook()
            else:
                await self._give_way()
            return
        await self._receiver.back_off(tries)

    async def _give_way(self) -> None:
        """Let another process poll for a while; we take over if it ends.

        Telegram answers 409 to whoever asked first, so a new process takes
        over at once, and two that stay don't cut each other off all day.
        """
        log.error("another_poller", pause=self._ways.most_backoff_s)
        await self._ways.pause(self._ways.most_backoff_s)

    async def _drop_webhook(self) -> None:
        """Take an old webhook away, since polling was configured."""
        try:
            await ask(self._wire, "deleteWebhook", bool)
            log.info("webhook_removed")
        except TelegramError as wrong:
            log.warning("webhook_stayed", error=wrong.message)
            await self._receiver.back_off(1)

    async def _take(
        self, updates: Sequence[msgspec.Raw], receive: Receive
    ) -> None:
        raws = [bytes(update) for update in updates]
        arrived = await self._receiver.arrived(raws)
        if arrived:
            await self._settle(arrived, receive)
        numbers = [n for raw in raws if (n := number(raw)) is not None]
        if numbers:
            self._offset = max(numbers) + 1
            return
        # No such update is known; should one come, it comes again and again.
        log.error("updates_unnumbered", updates=len(raws))
        await self._receiver.back_off(_NUMBERLESS)

    async def _settle(
        self, arrived: Sequence[Incoming], receive: Receive
    ) -> None:
        """Return when everything is committed; until then nothing is acked.

        A batch that keeps failing is handed over message by message, so
        that only the bad one stays; the core counts its tries and sets it
        aside in the end.
        """
        for tries in range(1, BATCH_TRIES + 1):
            if await self._receiver.taken(arrived, receive):
                return
            await self._receiver.back_off(tries)
        waiting = list(arrived)
        tries = 0
        while waiting:
            waiting = [
                message
                for message in waiting
                if not await self._receiver.taken([message], receive)
            ]
            if waiting:
                tries += 1
                await self._receiver.back_off(tries)
