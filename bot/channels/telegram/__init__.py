"""Telegram: the channel that the core sees.

``updates`` reads what ``api`` declares, ``receiving`` hands it over (by
``polling`` or a ``webhook``), ``sending`` speaks, ``checking`` looks after
it; ``wire`` carries the calls and alone knows the token.
"""

import logging
import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from aiohttp import web
from msgspec import Struct
from telegram import Bot

from bot.channels.channel import Can, Finding, Later, Limits, Never, Receive
from bot.channels.channel import Unknown as Vanished
from bot.channels.telegram.api import Me
from bot.channels.telegram.calls import AGAIN_S, ask, told
from bot.channels.telegram.checking import Checker, Words
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.receiving import (
    Beat,
    Clock,
    Lost,
    Receiver,
    Ways,
    nothing_lost,
)
from bot.channels.telegram.sending import Photos, Sender
from bot.channels.telegram.updates import NAME
from bot.channels.telegram.webhook import PATH, Webhook
from bot.channels.telegram.wire import NoAnswer, Refusal, Wire
from bot.channels.telegram.words import TEXT
from storage.messages import Outgoing, Photo

OFFICIAL = "https://api.telegram.org"
FETCH_BYTES = 20 * 1024 * 1024
"""Telegram lets a bot download no more."""
FETCH_S = 30.0
_TOKEN = re.compile(r"(\d+):[\w-]+", re.ASCII)
_SECRET = re.compile(r"[\w-]{1,256}", re.ASCII)


class _File(Struct, frozen=True):
    file_path: str = ""
    file_size: int = 0


class Telegram:
    """One bot on Telegram; see ``bot.channels.channel.Channel``."""

    name = NAME
    can = Can(
        buttons=True,
        edits=True,
        replies=True,
        threads=True,
        albums=True,
        menus=True,
    )
    limits = Limits(
        text=TEXT,
        photo_bytes=10 * 1024 * 1024,
        per_chat_s=1.0,
        per_group_minute=20,
        per_second=28.0,
    )

    def __init__(
        self,
        *,
        token: str,
        now: Clock,
        words: Words,
        photo_bytes: Photos,
        api_url: str = OFFICIAL,
        webhook: str = "",
        secret: str = "",
        language: str = "zh-CN",
        groups: Sequence[str] = (),
        ways: Ways = Ways(),  # noqa: B008  # frozen
        beat: Beat = lambda _loop, _within_s: None,
        lost: Lost = nothing_lost,
    ) -> None:
        """Make the channel; nothing is called before ``run`` or ``send``.

        ``webhook`` is our own public address: "" means polling, anything
        else needs ``secret``. ``words`` says the findings of ``check``;
        ``photo_bytes`` returns a kept photo; ``language`` is the one whose
        command menu serves all others; ``groups`` are looked at by
        ``check``; ``beat`` hears of each answer of the platform; ``lost``
        returns the groups that may have moved to one we don't know.
        """
        bot = _TOKEN.fullmatch(token)
        if bot is None:
            raise ValueError("a bot's token is digits, a colon, letters")
        if webhook and not _SECRET.fullmatch(secret):
            raise ValueError(
                "a webhook needs a secret of 1 to 256 letters, digits, - and _"
            )
        # The library's lines quote messages and addresses at DEBUG.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        self._out = Wire(api_url, token, ways.call_s)
        self._in = Wire(api_url, token, ways.call_s)
        self._receiver = Receiver(
            self._in, Me(int(bot[1])), now, ways, beat, lost
        )
        self._poller = Poller(self._receiver)
        self._hook = (
            Webhook(self._receiver, webhook, secret) if webhook else None
        )
        # The wire knows the way; the library gets a token that opens nothing.
        library = Bot(
            f"{bot[1]}:hidden", request=self._out, get_updates_request=self._in
        )
        self._sender = Sender(
            library,
            photo_bytes,
            language,
            partial(ways.pause, self.limits.per_chat_s),
        )
        self._checker = Checker(
            self._out, words, webhook and webhook + PATH, groups
        )

    def progress(self) -> float:
        """Return the seconds since the platform last answered ``run``."""
        return self._receiver.progress()

    def link(self, payload: str) -> str:
        """Return the link that opens the private chat with ``payload``.

        "" before the platform has told the bot's name.
        """
        name = self._receiver.me.username
        return f"https://t.me/{name}?start={quote(payload)}" if name else ""

    def routes(self) -> list[web.RouteDef]:
        """Return the webhook's route; none when polling."""
        if self._hook is None:
            return []
        return [web.post(PATH, self._hook.answer)]

    def is_open(self) -> bool:
        """Whether the webhook takes updates; who polls waits for nobody."""
        return self._hook is None or self._hook.is_open()

    async def check(self) -> list[Finding]:
        """Say what works and what to mend."""
        return await self._checker.findings()

    async def run(self, receive: Receive) -> None:
        """Poll, or look after the webhook, until cancelled."""
        try:
            await (self._hook or self._poller).run(receive)
        finally:
            await self._in.shutdown()

    async def send(self, outgoing: Outgoing, key: str) -> str:
        """Deliver and return the platform's message id."""
        return await self._sender.send(outgoing, key)

    async def fetch(self, photo: Photo) -> bytes:
        """Return the picture's bytes; the link is asked for each time."""
        if photo.size > FETCH_BYTES:
            raise Never(f"more than {FETCH_BYTES} bytes")
        try:
            file = await told(
                ask(self._out, "getFile", _File, file_id=photo.ref)
            )
            if not file.file_path or file.file_size > FETCH_BYTES:
                raise Never("Telegram doesn't give this file away")
            return await told(self._download(file.file_path))
        except Vanished as wrong:
            raise Later(AGAIN_S, str(wrong)) from None

    async def _download(self, path: str) -> bytes:
        try:
            return await self._out.download(path, FETCH_BYTES, FETCH_S)
        except Refusal as no:
            # A link lives an hour: its 404 says nothing about the token.
            raise NoAnswer(f"not given: {no.status}") from None

    async def close(self) -> None:
        """Close every connection."""
        await self._out.shutdown()
        await self._in.shutdown()
