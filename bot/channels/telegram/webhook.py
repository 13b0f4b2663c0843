"""The webhook: 200 only after the commit, anything else comes again."""

import asyncio
import hmac

import structlog
from aiohttp import web
from msgspec import Struct
from telegram.error import TelegramError

from bot.channels.channel import Receive
from bot.channels.telegram.calls import ask
from bot.channels.telegram.receiving import Receiver
from bot.channels.telegram.updates import KINDS

log = structlog.get_logger()

PATH = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
BODY_BYTES = 1024 * 1024
BODY_S = 15.0


class WebhookState(Struct, frozen=True):
    """What ``getWebhookInfo`` tells."""

    url: str = ""
    pending_update_count: int = 0
    last_error_message: str = ""


class Webhook:
    """Keeps the webhook set, and serves it."""

    def __init__(self, receiver: Receiver, url: str, secret: str) -> None:
        self._receiver = receiver
        self._url = url + PATH
        self._secret = secret
        self._receive: Receive | None = None
        self._set = False
        self._patience = 3 * receiver.ways.watch_s

    def is_open(self) -> bool:
        """Whether genuine updates are taken: not before we know our name."""
        return self._receive is not None

    async def run(self, receive: Receive) -> None:
        """Look after the webhook forever; ``answer`` does the work."""
        self._receiver.alive(self._patience)
        tries = 0
        try:
            while True:
                try:
                    await self._receiver.introduce()
                    self._receive = receive
                    await self._watch()
                except TelegramError as wrong:
                    tries += 1
                    log.warning("webhook_unchecked", error=wrong.message)
                    await self._receiver.back_off(tries)
                    continue
                tries = 0
                self._receiver.alive(self._patience)
                await self._receiver.ways.pause(self._receiver.ways.watch_s)
        finally:
            self._receive = None

    async def _watch(self) -> None:
        wire = self._receiver.wire
        state = await ask(wire, "getWebhookInfo", WebhookState)
        if state.last_error_message:
            log.warning(
                "webhook_troubled",
                error=state.last_error_message,
                pending=state.pending_update_count,
            )
        # A secret can't be read back, so each start sets it anew.
        if self._set and state.url == self._url:
            return
        await ask(
            wire,
            "setWebhook",
            bool,
            url=self._url,
            secret_token=self._secret,
            allowed_updates=KINDS,
        )
        self._set = True
        log.info("webhook_set")

    async def answer(self, request: web.Request) -> web.Response:
        """Take one update from the platform, and from nobody else."""
        if not self._genuine(request):
            log.warning("webhook_forged")
            return web.Response(status=403)
        receive = self._receive
        if receive is None:
            return web.Response(status=503)
        try:
            async with asyncio.timeout(BODY_S):
                raw = await _body(request)
        except TimeoutError:
            return web.Response(status=408)
        if raw is None:
            return web.Response(status=413)
        arrived = await self._receiver.arrived([raw])
        if arrived and not await self._receiver.taken(arrived, receive):
            return web.Response(status=503)
        return web.Response()

    def _genuine(self, request: web.Request) -> bool:
        given = request.headers.getall(HEADER, [])
        return len(given) == 1 and hmac.compare_digest(
            given[0].encode("utf-8", "surrogateescape"),
            self._secret.encode(),
        )


async def _body(request: web.Request) -> bytes | None:
    """Return the body, or None if it is longer than any update."""
    if (request.content_length or 0) > BODY_BYTES:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)
