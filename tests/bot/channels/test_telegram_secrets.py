"""The token stays where it is: one planted token, everything written."""

import logging
import traceback
from collections.abc import AsyncIterator

import pytest
import structlog

from bot.channels.channel import Later, Never, Unknown
from bot.channels.telegram import Telegram
from config.terms import PhotoId
from storage.messages import Photo, Say
from tests.bot.channels.telegrams import Core, channel, place, running
from tests.emulators.botapi import BotApi, Fault, How

PLANTED = "7712345678:AAGplantedPLANTED-token_0123456789ab"
HALF = PLANTED.partition(":")[2]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(token=PLANTED).running() as made:
        made.pace.on = False
        yield made


@pytest.fixture(autouse=True)
def _all_to_logging() -> object:
    """Let structlog's lines come where caplog hears them."""
    structlog.configure(
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    yield
    structlog.reset_defaults()


async def _stir(telegram: Telegram, api: BotApi) -> list[str]:
    """Make every call go well and wrong; return what was raised."""
    lin = api.user("林", opened=True)
    photo = lin.says(None, photos=[b"x" * 100])["photo"][-1]["file_id"]
    raised: list[str] = []

    async def attempt(what: object) -> None:
        try:
            await what  # type: ignore[misc]
        except (Later, Never, Unknown) as wrong:
            raised.append(
                "".join(traceback.format_exception(wrong)) + repr(wrong)
            )

    for how in How:
        for words in ("", f"no method /bot{PLANTED}/sendMessage"):
            for method in ("sendMessage", "sendPhoto", "getFile", "file"):
                api.faults.add(Fault(how, method, description=words or "no"))
            say = Say(chat=place(lin.id), text="好")
            await attempt(telegram.send(say, "1"))
            shown = Say(chat=place(lin.id), text="好", photos=(PhotoId(1),))
            await attempt(telegram.send(shown, "2"))
            await attempt(telegram.fetch(Photo(photo)))
            await attempt(telegram.fetch(Photo(photo)))
            api.faults.waiting.clear()
    return raised


async def test_the_token_is_in_no_line_error_or_repr(
    api: BotApi,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.channels.telegram.FETCH_S", 0.05)
    caplog.set_level(logging.DEBUG)
    for name in ("telegram", "httpx", "httpcore", "aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    core = Core()
    telegram = channel(api, token=PLANTED, call_s=0.05)
    logging.getLogger("telegram").setLevel(logging.DEBUG)

    for how in How:
        api.faults.add(Fault(how, "getUpdates", description=PLANTED))
    async with running(telegram, core.receive):
        raised = await _stir(telegram, api)
        await api.until(lambda: core.taken, seconds=15)
    findings = [str(finding) for finding in await telegram.check()]
    away = channel(BotApi(), token=PLANTED, api_url="http://127.0.0.1:9")
    findings += [str(finding) for finding in await away.check()]
    await telegram.close()
    await away.close()

    shown = [repr(telegram), repr(vars(telegram)), *findings, *raised]
    shown += [repr(value) for value in vars(telegram).values()]
    shown += [record.getMessage() for record in caplog.records]
    shown += [record.exc_text or "" for record in caplog.records]
    assert len(raised) > 20
    assert len(caplog.records) > 20
    assert not [text for text in shown if HALF in text]


async def test_what_people_say_is_in_no_line(
    api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    core = Core()
    telegram = channel(api, token=PLANTED)
    lin = api.user("密名", opened=True)
    lin.says(None, "密语")
    api.queue.inject({"message": {"text": "密语", "date": "密语"}})
    core.stumbles = lambda _: len(core.batches) < 2

    async with running(telegram, core.receive):
        await api.until(lambda: len(core.taken) == 2)
    await telegram.send(Say(chat=place(lin.id), text="密语"), "1")
    await telegram.close()

    lines = [record.getMessage() for record in caplog.records]
    assert lines
    assert not [line for line in lines if "密" in line]
