"""The bad line breaks what it says it breaks, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.emulators.proxy import FAULTS, Fault, Proxy, Request, weather

WORDS = '{"said": "' + "好" * 100 + '"}'
PATIENT = aiohttp.ClientTimeout(total=20)
IMPATIENT = aiohttp.ClientTimeout(total=0.3)
SILENT = (Fault.SILENT, Fault.SILENT_LATE, Fault.STRAGGLES)


@dataclass
class Line:
    """A client, a proxy and a server that counts what reaches it."""

    proxy: Proxy
    http: aiohttp.ClientSession
    url: str
    reached: list[bytes] = field(default_factory=list)

    async def posts(self, fault: Fault) -> tuple[int, str]:
        """Post once through this fault: status and text of the answer."""

        async def plan(_: Request) -> Fault:
            return fault

        self.proxy.plan = plan
        patience = IMPATIENT if fault in SILENT else PATIENT
        async with self.http.post(
            self.url, data=b"x" * 1000, timeout=patience
        ) as answer:
            return answer.status, await answer.text(errors="ignore")


@pytest.fixture(name="line")
async def _line() -> AsyncIterator[Line]:
    reached: list[bytes] = []

    async def serve(request: web.Request) -> web.Response:
        reached.append(await request.read())
        return web.Response(text=WORDS, content_type="application/json")

    app = web.Application()
    app.router.add_post("/", serve)
    server = TestServer(app)
    await server.start_server()
    assert server.port is not None
    proxy = Proxy(server.port, straggle_s=0.5)
    wires = aiohttp.TCPConnector(force_close=True)
    async with (
        proxy.serving() as port,
        aiohttp.ClientSession(connector=wires) as http,
    ):
        yield Line(proxy, http, f"http://127.0.0.1:{port}/", reached)
    await server.close()


async def test_without_a_fault_all_passes_unchanged(line: Line) -> None:
    assert await line.posts(Fault.NONE) == (200, WORDS)
    assert line.reached == [b"x" * 1000]


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (Fault.HTML, 200, "hotel"),
        (Fault.HTML_LATE, 502, "hotel"),
        (Fault.BROKEN, 500, "coffee"),
        (Fault.BROKEN_LATE, 500, "coffee"),
    ],
)
async def test_another_answer_comes_instead(
    line: Line, fault: Fault, status: int, words: str
) -> None:
    answer = await line.posts(fault)

    assert answer[0] == status
    assert words in answer[1]


async def test_half_an_answer_has_the_right_length(line: Line) -> None:
    status, text = await line.posts(Fault.HALF_JSON)

    assert status == 200
    assert WORDS.startswith(text)
    assert len(text) < len(WORDS)


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.UNANSWERED, Fault.CUT])
async def test_a_reset_ends_the_request(line: Line, fault: Fault) -> None:
    with pytest.raises(aiohttp.ClientError):
        await line.posts(fault)


@pytest.mark.parametrize("fault", SILENT)
async def test_silence_lasts_until_the_client_gives_up(
    line: Line, fault: Fault
) -> None:
    with pytest.raises(TimeoutError):
        await line.posts(fault)


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_server_sees_what_the_fault_says(
    line: Line, fault: Fault
) -> None:
    unseen = {Fault.REFUSED, Fault.HTML, Fault.BROKEN, Fault.SILENT}

    with suppress(aiohttp.ClientError, TimeoutError):
        await line.posts(fault)
    async with asyncio.timeout(5):
        while fault not in unseen and not line.reached:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    assert line.reached == ([] if fault in unseen else [b"x" * 1000])
    assert line.proxy.seen == {fault: 1}


async def test_the_same_seed_is_the_same_weather() -> None:
    request = Request("GET", "/", b"")
    plans = [weather(7, 0.5), weather(7, 0.5)]

    days = [[await plan(request) for _ in range(50)] for plan in plans]

    assert days[0] == days[1]
    assert set(days[0]) > {Fault.NONE}
