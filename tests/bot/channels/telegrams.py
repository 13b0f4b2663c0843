"""A channel on the emulator, and a core that writes down what it hears."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.channels.channel import Receive
from bot.channels.telegram import Telegram
from bot.channels.telegram.receiving import Ways
from config.terms import ChatKind, PhotoId
from config.texts import Texts
from storage.messages import Chat, Incoming, Said
from tests.emulators.botapi import TOKEN, BotApi
from tests.pictures import picture

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Core:
    """Takes everything, unless it is told to stumble."""

    def __init__(self) -> None:
        self.taken: list[Incoming] = []
        self.batches: list[int] = []
        self.stumbles: Callable[[Sequence[Incoming]], bool] = lambda _: False

    async def receive(self, arrived: Sequence[Incoming]) -> None:
        self.batches.append(len(arrived))
        if self.stumbles(arrived):
            raise RuntimeError("the database is away")
        self.taken += arrived

    @property
    def texts(self) -> list[str]:
        return [m.text for m in self.taken if isinstance(m, Said)]


async def kept_photo(photo: PhotoId) -> bytes:
    if photo == 404:
        raise FileNotFoundError(photo)
    return picture(photo)


async def hurry(_: float) -> None:
    await asyncio.sleep(0)


def channel(api: BotApi, **given: Any) -> Telegram:  # noqa: ANN401
    ways = Ways(
        poll_s=1,
        slack_s=1,
        call_s=given.pop("call_s", 5.0),
        pause=given.pop("pause", hurry),
    )
    return Telegram(
        **{
            "token": TOKEN,
            "now": lambda: NOW,
            "words": partial(Texts.load().say, "en"),
            "photo_bytes": kept_photo,
            "api_url": api.url,
            "ways": ways,
            **given,
        }
    )


@asynccontextmanager
async def running(telegram: Telegram, receive: Receive) -> AsyncIterator[None]:
    """Let the channel run until the block is left."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(telegram.run(receive))
        try:
            yield
        finally:
            task.cancel()


def place(address: int, thread: int = 0) -> Chat:
    kind = ChatKind.PRIVATE if address > 0 else ChatKind.GROUP
    return Chat("telegram", str(address), kind, str(thread or ""))
