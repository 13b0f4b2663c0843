"""What somebody with a browser and no scruples can try on our pages."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import delete, update

from bot.web import chat as pages
from config.terms import PersonId
from storage import buttons, erasure, schema, seats
from tests.bot.web.town import MORNING, YUELAI, Town, photo, town

Client = TestClient[Any, Any]
HUGE = 10**30


@pytest.fixture
async def strict(database_url: str) -> AsyncIterator[Town]:
    """A town outside the demo: nobody is anybody without a login."""
    async with town(database_url, demo=False) as built:
        yield built


@asynccontextmanager
async def logged_in(here: Town, person: str) -> AsyncIterator[Client]:
    """Open a browser in which somebody is logged in."""
    code = f"{person}-once"
    await here.db.write(
        lambda db: buttons.put_code(
            db,
            code,
            YUELAI,
            "login",
            person,
            PersonId(person),
            MORNING,
            MORNING + timedelta(hours=1),
        )
    )
    async with TestClient(TestServer(here.app)) as browser:
        answer = await browser.post(f"/login/{code}", allow_redirects=False)
        assert answer.status == 303
        yield browser


@asynccontextmanager
async def line(browser: Client) -> AsyncIterator[ClientWebSocketResponse]:
    """Open the chat's line and be welcomed."""
    origin = str(browser.make_url("/")).rstrip("/")
    async with browser.ws_connect(
        "/chat/ws", headers={"Origin": origin}
    ) as socket:
        await socket.send_json({"type": "hello"})
        assert (await socket.receive_json(timeout=5))["type"] == "welcome"
        yield socket


async def closed(socket: ClientWebSocketResponse) -> int | None:
    """Wait for the end of a line, and return its code."""
    async with asyncio.timeout(5):
        while True:
            message = await socket.receive()
            if message.type is WSMsgType.CLOSE:
                return int(message.data)
            if message.type is WSMsgType.CLOSED:
                return socket.close_code


async def test_logging_out_closes_the_lines_of_that_browser_alone(
    strict: Town,
) -> None:
    async with (
        logged_in(strict, "wang") as mine,
        logged_in(strict, "chen") as other,
        line(mine) as my_line,
        line(other) as other_line,
    ):
        answer = await mine.post("/logout", allow_redirects=False)

        assert answer.headers["Clear-Site-Data"] == '"storage"'
        assert await closed(my_line) == pages.LOGGED_OUT
        viewer = await strict.db.read(lambda db: seats.viewer(db, "chen"))
        assert viewer is not None
        await strict.post(viewer, "g1", "大家好")
        heard = await other_line.receive_json(timeout=5)
        assert heard["type"] == "news"


async def test_a_line_says_nothing_more_for_a_session_that_has_expired(
    strict: Town,
) -> None:
    async with logged_in(strict, "wang") as mine, line(mine) as socket:
        strict.now += timedelta(days=31)

        await socket.send_json(
            {"type": "post", "chat": "g1", "client": "c1", "text": "还在"}
        )

        assert await closed(socket) == pages.LOGGED_OUT
    assert strict.core.heard == []


async def test_a_silent_line_ends_soon_after_its_session(
    strict: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "VOUCH_S", 0.05)
    async with logged_in(strict, "wang") as mine, line(mine) as socket:
        strict.now += timedelta(days=31)

        assert await closed(socket) == pages.LOGGED_OUT


async def test_who_was_forgotten_hears_nothing_more(
    strict: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "VOUCH_S", 0.05)
    async with logged_in(strict, "wang") as mine, line(mine) as socket:
        await strict.db.write(
            lambda db: erasure.erase(db, YUELAI, PersonId("wang"), MORNING)
        )

        assert await closed(socket) == pages.LOGGED_OUT
        assert (await mine.get("/board")).status == 401


async def test_a_role_that_was_taken_opens_nothing_more(strict: Town) -> None:
    async with logged_in(strict, "desk") as mine:
        assert (await mine.get("/console")).status == 200

        await strict.db.write(
            lambda db: db.execute(
                delete(schema.role).where(schema.role.c.person_id == "desk")
            )
        )

        assert (await mine.get("/console")).status == 403
        assert (await mine.post("/console/login")).status == 403
        assert (await mine.post("/console/answer")).status == 403


async def test_who_left_a_chat_reads_and_writes_it_no_more(
    strict: Town,
) -> None:
    async with logged_in(strict, "wang") as mine, line(mine) as socket:
        await strict.db.write(
            lambda db: db.execute(
                delete(schema.webchat_member).where(
                    schema.webchat_member.c.address == "wang",
                    schema.webchat_member.c.chat == "g1",
                )
            )
        )
        for frame in (
            {"type": "post", "chat": "g1", "client": "c1", "text": "还在"},
            {"type": "open", "chat": "g1"},
        ):
            await socket.send_json(frame)
            heard = await socket.receive_json(timeout=5)
            assert heard["why"] == "forbidden"


async def test_a_deactivated_person_is_nobody(strict: Town) -> None:
    async with logged_in(strict, "wang") as mine:
        await strict.db.write(
            lambda db: db.execute(
                update(schema.person)
                .where(schema.person.c.id == "wang")
                .values(active=False)
            )
        )

        assert (await mine.get("/board")).status == 401


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "open", "chat": "g1", "before": HUGE},
        {"type": "open", "chat": "g1", "before": -HUGE},
        {"type": "read", "chat": "g1", "id": HUGE},
        {"type": "press", "chat": "g1", "client": "c", "id": HUGE,
         "token": "x"},
        {"type": "edit", "chat": "g1", "client": "c", "id": HUGE,
         "text": "x"},
        {"type": "withdraw", "chat": "g1", "client": "c", "id": HUGE},
        {"type": "post", "chat": "g1", "client": "c", "text": "x",
         "quote": HUGE},
        {"type": "hello", "seen": {"g1": HUGE}},
        {"type": "open", "chat": "g1\0"},
        {"type": "read", "chat": "g1\0", "id": 1},
        {"type": "post", "chat": "g1", "client": "c", "text": "x",
         "photos": ["\0"]},
        {"type": "press", "chat": "g1", "client": "c", "id": 1,
         "token": "\0"},
        {"type": "open", "chat": "x" * 50_000},
    ],
)  # fmt: skip
async def test_a_frame_with_wild_values_costs_nobody_the_line(
    strict: Town, frame: dict[str, object]
) -> None:
    async with logged_in(strict, "wang") as mine, line(mine) as socket:
        await socket.send_json(frame)
        await socket.send_json(
            {"type": "post", "chat": "g1", "client": "ok", "text": "好了"}
        )

        while True:
            heard = await socket.receive_json(timeout=5)
            if heard["type"] == "taken" and heard["client"] == "ok":
                break


async def test_words_with_nul_are_taken_without_it(strict: Town) -> None:
    async with logged_in(strict, "wang") as mine, line(mine) as socket:
        await socket.send_json(
            {"type": "post", "chat": "g1", "client": "c1", "text": "灯\0坏了"}
        )

        while True:
            heard = await socket.receive_json(timeout=5)
            if heard["type"] == "news":
                break
    assert heard["messages"][0]["text"] == "灯坏了"


@pytest.mark.parametrize(
    "path",
    [
        f"/wishes?before={HUGE}",
        f"/wishes?before={'9' * 5000}",
        "/wishes?grid=%00&kind=%00",
        "/wishes?community=%00",
        "/wishes?grid=%F0%9F%98%80%ED%A0%80",
        "/t/aaaaaaaaaa",
        "/login/aaaaaaaaaa",
        f"/?me=%00&lang={'x' * 2000}",
        "/static/%2e%2e/%2e%2e/site.py",
        "/static/..%2f..%2fsite.py",
        "/media/..%2f..%2fetc%2fpasswd",
        f"/media/{'0' * 64}",
        "/board?me=desk",
        "/console?grid=%00&status=%00",
        "/console?me=desk",
        "/%E2%80%AE",
    ],
)
async def test_no_address_breaks_a_page_or_opens_one(
    strict: Town, path: str
) -> None:
    async with TestClient(TestServer(strict.app)) as nobody:
        answer = await nobody.get(path, allow_redirects=False)
        page = await answer.text()

    assert answer.status < 500
    assert "Persona(" not in page
    if path.startswith(("/board", "/console", "/media")):
        assert answer.status in {401, 403, 404}


async def test_no_console_form_breaks_the_page(strict: Town) -> None:
    async with logged_in(strict, "desk") as desk:
        for path in ("/console?grid=%00", "/console?grid=%F0%9F%98%80"):
            assert (await desk.get(path)).status == 200
        for subject in (str(HUGE), "9" * 5000, "-1", "", "²", "1\0"):
            answer = await desk.post(
                "/console",
                data={"action": "retry-letter", "subject": subject},
                allow_redirects=False,
            )
            assert answer.status == 400, subject
        for whom in (
            {"person": "\0"},
            {"name": "张\0三", "building": "8\0"},
            {"person": "nobody"},
        ):
            answer = await desk.post(
                "/console/login", data=whom, allow_redirects=False
            )
            assert answer.status in {200, 303}, whom
        for told, status in (
            ({"question": "\0"}, 400),
            ({"question": str(HUGE)}, 400),
            ({"question": "1", "entry": "\0"}, 303),
            ({"question": "1", "answer": "答" * 5000, "source": "\0"}, 303),
        ):
            answer = await desk.post(
                "/console/answer", data=told, allow_redirects=False
            )
            assert answer.status == status, told


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1.evil.example"},
    ],
)
async def test_no_other_site_does_anything_in_a_persons_name(
    strict: Town, headers: dict[str, str]
) -> None:
    async with logged_in(strict, "desk") as desk:
        for path in (
            "/console",
            "/console/answer",
            "/console/login",
            "/logout",
            "/login/aaaaaa",
        ):
            answer = await desk.post(path, data={"name": "x"}, headers=headers)
            assert answer.status == 403, path
        assert (await desk.post("/chat/photos", data=photo(),
                                headers=headers)).status == 403  # fmt: skip
        assert (await desk.get("/console")).status == 200


async def test_one_person_opens_only_so_many_lines(
    strict: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LINES_EACH", 3)
    async with (
        logged_in(strict, "wang") as mine,
        line(mine) as first,
        line(mine),
        line(mine),
        line(mine),
    ):
        assert await closed(first) == pages.SLOW
        assert strict.chat.hub.pages == 3


async def test_a_slow_upload_holds_up_nobody_elses(
    strict: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "UPLOADS_AT_ONCE", 1)
    begun, never = asyncio.Event(), asyncio.Event()

    async def drip() -> AsyncIterator[bytes]:
        yield photo()[:100]
        begun.set()
        await never.wait()

    async with (
        logged_in(strict, "wang") as slow,
        logged_in(strict, "chen") as quick,
        asyncio.TaskGroup() as tasks,
    ):
        drips = [
            tasks.create_task(slow.post("/chat/photos", data=drip()))
            for _ in range(8)
        ]
        await begun.wait()

        async with asyncio.timeout(10):
            answer = await quick.post("/chat/photos", data=photo())

        assert answer.status == 200
        for one in drips:
            one.cancel()


async def test_a_form_without_end_is_refused(strict: Town) -> None:
    async with logged_in(strict, "desk") as desk:
        form = io.BytesIO(b"name=" + b"x" * (2 * 1024 * 1024))
        answer = await desk.post(
            "/console/login",
            data=form,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

    assert answer.status == 413
