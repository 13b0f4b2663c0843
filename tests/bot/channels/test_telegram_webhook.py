"""The webhook: genuine updates once, forgeries never."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.channels.telegram import Telegram
from bot.channels.telegram.webhook import HEADER
from storage.messages import Unreadable
from tests.bot.channels.telegrams import Core, channel, running
from tests.emulators.botapi import BotApi

SECRET = "planted-secret_0123456789abcdef"  # noqa: S105
UPDATE = {
    "update_id": 7,
    "message": {
        "message_id": 1,
        "date": 1772413200,
        "chat": {"id": 5, "type": "private"},
        "from": {"id": 5, "is_bot": False, "first_name": "林"},
        "text": "漏水",
    },
}


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi().running() as made:
        yield made


class Door:
    """Our HTTP server, with the webhook on it once there is a channel."""

    def __init__(self) -> None:
        self.url = ""
        self.telegram: Telegram | None = None

    async def serve(self, request: web.Request) -> web.StreamResponse:
        assert self.telegram is not None
        app = web.Application()
        app.add_routes(self.telegram.routes())
        found = await app.router.resolve(request)
        return await found.handler(request)


@asynccontextmanager
async def _door() -> AsyncIterator[Door]:
    door = Door()
    app = web.Application()
    app.router.add_route("*", "/telegram/webhook", door.serve)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    door.url = f"http://{host}:{port}"
    try:
        yield door
    finally:
        await runner.cleanup()


@pytest.fixture
async def door(api: BotApi) -> AsyncIterator[Door]:
    async with _door() as made:
        made.telegram = channel(
            api, webhook=made.url, secret=SECRET, pause=_rarely
        )
        yield made
        await made.telegram.close()


async def _rarely(seconds: float) -> None:
    await asyncio.sleep(0.01 if seconds < 30 else 3600)


@pytest.fixture
def core() -> Core:
    return Core()


@pytest.fixture
async def open_door(api: BotApi, door: Door, core: Core) -> AsyncIterator[str]:
    assert isinstance(door.telegram, Telegram)
    async with running(door.telegram, core.receive):
        await api.until(lambda: api.queue.webhook["url"])
        yield f"{door.url}/telegram/webhook"


async def _post(url: str, body: bytes = b"", headers: object = None) -> int:
    given = headers if headers is not None else {HEADER: SECRET}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            url,
            data=io.BytesIO(body or json.dumps(UPDATE).encode()),
            headers=given,  # type: ignore[arg-type]
        ) as answer,
    ):
        return answer.status


FORGERIES: list[list[tuple[str, str]]] = [
    [],
    [(HEADER, "")],
    [(HEADER, "wrong")],
    [(HEADER, SECRET[:-1])],
    [(HEADER, SECRET + "a")],
    [(HEADER, SECRET.upper())],
    [(HEADER, "é" + SECRET)],
    [(HEADER, f"Bearer {SECRET}")],
    [(HEADER, SECRET), (HEADER, SECRET)],
    [(HEADER, "wrong"), (HEADER, SECRET)],
    [("Authorization", f"Bearer {SECRET}")],
    [("X-Hub-Signature", SECRET)],
]


@pytest.mark.parametrize("headers", FORGERIES, ids=range(len(FORGERIES)))
async def test_a_forgery_is_refused_unread(
    open_door: str, core: Core, headers: list[tuple[str, str]]
) -> None:
    assert await _post(open_door, b"not even json", headers) == 403
    assert await _post(open_door, headers=headers) == 403
    assert core.batches == []


async def test_a_secret_in_the_address_opens_nothing(
    open_door: str, core: Core
) -> None:
    assert await _post(f"{open_door}?{HEADER}={SECRET}", headers={}) == 403
    assert core.batches == []


async def test_a_genuine_update_is_answered_after_the_commit(
    open_door: str, core: Core
) -> None:
    assert await _post(open_door) == 200
    assert core.texts == ["漏水"]


async def test_a_commit_that_fails_is_not_acknowledged(
    open_door: str, core: Core
) -> None:
    core.stumbles = lambda _: len(core.batches) < 3

    assert [await _post(open_door) for _ in range(3)] == [503, 503, 200]
    assert core.texts == ["漏水"]


async def test_the_platform_sends_it_again_until_it_is_committed(
    api: BotApi, open_door: str, core: Core
) -> None:
    assert open_door
    core.stumbles = lambda _: len(core.batches) < 4
    lin = api.user("林", opened=True)
    lin.says(None, "一")
    lin.says(None, "二")
    await api.until(lambda: not api.queue.pending)

    assert core.texts == ["一", "二"]
    assert len(core.batches) == 5


async def test_an_unreadable_update_is_taken_and_shown(
    open_door: str, core: Core
) -> None:
    assert await _post(open_door, b'{"update_id":9,"message":7}') == 200
    assert await _post(open_door, b"no json at all") == 200

    ids = [m.id for m in core.taken if isinstance(m, Unreadable)]
    assert ids[0] == "9"
    assert len(ids[1]) == 64


async def test_a_body_longer_than_any_update_is_refused(
    open_door: str, core: Core
) -> None:
    assert await _post(open_door, b"[" * (1024 * 1024 + 1)) == 413

    async def drip() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    async with (
        aiohttp.ClientSession() as session,
        session.post(
            open_door, data=drip(), headers={HEADER: SECRET}
        ) as answer,
    ):
        assert answer.status == 413
    assert core.batches == []


async def test_a_body_that_never_ends_is_cut(
    open_door: str, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.webhook.BODY_S", 0.1)

    async def stall() -> AsyncIterator[bytes]:
        yield b'{"update_id":'
        await asyncio.sleep(5)
        yield b"7}"

    async with (
        aiohttp.ClientSession() as session,
        session.post(
            open_door, data=stall(), headers={HEADER: SECRET}
        ) as answer,
    ):
        assert answer.status == 408
    assert core.batches == []


async def test_before_the_core_listens_the_platform_is_put_off(
    door: Door,
) -> None:
    assert door.telegram is not None
    assert await _post(f"{door.url}/telegram/webhook") == 503
    assert not door.telegram.is_open()


async def test_a_webhook_somebody_else_set_is_set_right(
    api: BotApi, core: Core
) -> None:
    async with _door() as door:
        looks = asyncio.Semaphore(0)

        async def pause(_: float) -> None:
            await looks.acquire()

        telegram = channel(api, webhook=door.url, secret=SECRET, pause=pause)
        async with running(telegram, core.receive):
            await api.until(lambda: api.queue.webhook["url"])
            assert api.queue.secret == SECRET
            api.queue.set_webhook("https://other.example/x", "", {})
            looks.release()
            await api.until(
                lambda: api.queue.webhook["url"].startswith(door.url)
            )
        await telegram.close()


def test_polling_has_no_door() -> None:
    polling = channel(BotApi())
    assert polling.routes() == []
    assert polling.is_open()
