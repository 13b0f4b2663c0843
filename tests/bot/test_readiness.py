"""``/readyz`` of the real program: 200 means that a webhook is taken."""

import asyncio
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from bot.channels.telegram.webhook import HEADER, PATH
from tests.emulators.botapi import BotApi
from tests.faults.program import SECRET, started, write_pack

pytestmark = pytest.mark.timeout(90)

UPDATE = {"update_id": 7, "something_new": {}}


async def test_it_is_not_ready_before_the_webhook_takes_updates(
    sqlite_url: str, tmp_path: Path
) -> None:
    pack = write_pack(tmp_path, ["telegram:-1001"], ["telegram:1"])
    async with BotApi().running() as api, aiohttp.ClientSession() as session:
        silence = api.faults.refuse("getMe", times=1_000)

        async with started(
            api, sqlite_url, tmp_path, pack, webhook=True
        ) as program:

            async def ready() -> tuple[int, list[str]]:
                async with session.get(f"{program.url}/readyz") as answer:
                    return answer.status, (await answer.json())["closed"]

            async def delivered() -> int:
                async with session.post(
                    program.url + PATH, json=UPDATE, headers={HEADER: SECRET}
                ) as answer:
                    return answer.status

            starting = await ready(), await delivered()
            api.faults.waiting.remove(silence)
            async with asyncio.timeout(30):
                while (now := await ready())[0] != HTTPStatus.OK:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            taken = await delivered()

    assert starting == ((503, ["telegram"]), 503)
    assert (now, taken) == ((200, []), 200)
