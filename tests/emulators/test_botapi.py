"""The emulator's own rules: what a platform may do to us, it can do."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.emulators.botapi import TOKEN, BotApi, Remote
from tests.pictures import picture

Json = dict[str, Any]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi().running() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Caller:
    def __init__(self, api: BotApi, session: aiohttp.ClientSession) -> None:
        self._url = f"{api.url}/bot{TOKEN}"
        self._session = session

    async def __call__(self, method: str, **given: object) -> Any:  # noqa: ANN401
        async with self._session.post(
            f"{self._url}/{method}", json=given
        ) as answer:
            body = await answer.json(content_type=None)
            return body["result"] if body["ok"] else body


@pytest.fixture
def call(api: BotApi, client: aiohttp.ClientSession) -> Caller:
    return Caller(api, client)


async def test_an_update_comes_again_until_it_is_acknowledged(
    api: BotApi, call: Caller
) -> None:
    lin = api.user("林", opened=True)
    lin.says(None, "一")
    lin.says(None, "二")

    first = await call("getUpdates")
    again = await call("getUpdates")
    rest = await call("getUpdates", offset=first[0]["update_id"] + 1)

    assert first == again
    assert [update["message"]["text"] for update in rest] == ["二"]
    assert api.queue.acked == [first[0]["update_id"]]


async def test_a_long_poll_waits_for_something_to_come(
    api: BotApi, call: Caller
) -> None:
    lin = api.user("林", opened=True)
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(call("getUpdates", timeout=20))
        await api.until(lambda: api.queue.polls)
        lin.says(None, "来了")

    assert poll.result()[0]["message"]["text"] == "来了"


async def test_a_second_poller_ends_the_first(
    api: BotApi, call: Caller
) -> None:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(call("getUpdates", timeout=20))
        await api.until(lambda: api.queue.polls)
        second = await call("getUpdates", timeout=0)

    assert first.result()["error_code"] == 409
    assert second == []


async def test_kinds_that_nobody_asked_for_never_come(
    api: BotApi, call: Caller
) -> None:
    lin = api.user("林", opened=True)
    await call("getUpdates", allowed_updates=["message"])

    message = lin.says(None, "一")
    lin.edits(message, "二")

    updates = await call("getUpdates")
    assert ["message" in update for update in updates] == [True]


async def test_a_webhook_is_tried_until_it_takes_the_update(
    api: BotApi, call: Caller
) -> None:
    statuses = [500, 403, 200]
    got: list[tuple[str, Json]] = []

    async def hook(request: web.Request) -> web.Response:
        secret = request.headers["X-Telegram-Bot-Api-Secret-Token"]
        got.append((secret, await request.json()))
        return web.Response(status=statuses[len(got) - 1])

    app = web.Application()
    app.add_routes([web.post("/hook", hook)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    await call(
        "setWebhook",
        url=f"http://{host}:{port}/hook",
        secret_token="s3",  # noqa: S106
    )

    api.user("林", opened=True).says(None, "来了")
    await api.until(lambda: not api.queue.pending)
    await runner.cleanup()

    assert [secret for secret, _ in got] == ["s3"] * 3
    assert {body["message"]["text"] for _, body in got} == {"来了"}
    assert (await call("getUpdates"))["error_code"] == 409
    info = await call("getWebhookInfo")
    assert "403" in info["last_error_message"]


async def test_a_button_says_one_thing_in_64_bytes(
    api: BotApi, call: Caller
) -> None:
    lin = api.user("林", opened=True)

    async def button(**given: str) -> Json:
        answer: Json = await call(
            "sendMessage",
            chat_id=lin.id,
            text="选",
            reply_markup={"inline_keyboard": [[given]]},
        )
        return answer

    assert (
        "DATA_INVALID"
        in (await button(text="长", callback_data="长" * 22))["description"]
    )
    assert "Text buttons" in (await button(text="空"))["description"]
    assert (
        "Wrong HTTP URL"
        in (await button(text="近", url="http://localhost:8080/t/1"))[
            "description"
        ]
    )
    assert "reply_markup" in await button(text="好", callback_data="x")


async def test_a_press_is_answered_once(api: BotApi, call: Caller) -> None:
    lin = api.user("林", opened=True)
    message = lin.says(None, "一")
    press = lin.forges(message, "token")

    assert await call("answerCallbackQuery", callback_query_id=press.id)
    again = await call("answerCallbackQuery", callback_query_id=press.id)

    assert "too old" in again["description"]


async def test_the_pace_is_one_a_second_and_twenty_a_minute(
    api: BotApi, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(
        "tests.emulators.botapi.rules.monotonic", lambda: now[0]
    )
    group = api.group("第一网格")

    async def send(seconds: float) -> Json:
        now[0] += seconds
        answer: Json = await call("sendMessage", chat_id=group.id, text="好")
        return answer

    assert "message_id" in await send(0)
    early = await send(0.5)
    assert early["parameters"] == {"retry_after": 1}
    for _ in range(19):
        assert "message_id" in await send(1)
    full = await send(1)
    assert full["error_code"] == 429
    assert full["parameters"]["retry_after"] > 30


async def test_a_lost_answer_was_delivered_all_the_same(
    api: BotApi, call: Caller
) -> None:
    lin = api.user("林", opened=True)
    api.faults.lose("sendMessage")

    with pytest.raises(aiohttp.ClientError):
        await call("sendMessage", chat_id=lin.id, text="收到")

    assert lin.private.words == ["收到"]
    assert not api.state.delivered[0].answered


async def test_privacy_mode_hides_plain_talk() -> None:
    async with BotApi(hears_all=False).running() as api:
        lin = api.user("林")
        group = api.group("第一网格", lin)
        lin.says(group, "今天天气不错")
        lin.says(group, "@linli_bot 路灯坏了")
        lin.says(group, "/report 路灯坏了")

        assert len(api.queue.pending) == 2


async def test_it_runs_as_a_program_of_its_own() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.emulators.botapi", "--open", stdout=PIPE
    )
    try:
        assert program.stdout is not None
        url = (await program.stdout.readline()).decode().strip()
        async with Remote(url) as world:
            lin = await world.user("林", id=1001, opened=True)
            group = await world.group("第一网格", [lin], id=-1001001)
            said = await world.says(lin, group, "灯坏了", [picture(1)])
            await world.says(lin, 0, "私聊", reply_to=None)
            truth = await world.truth()
    finally:
        program.kill()
        await program.wait()

    assert [row["text"] for row in truth["said"]] == ["灯坏了", "私聊"]
    assert truth["said"][0]["message"] == said["message_id"]
    assert truth["pending"] == 2
