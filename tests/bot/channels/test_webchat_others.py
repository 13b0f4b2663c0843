"""Two processes serve the pages of one PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from bot.channels import webchat as channel
from bot.channels.webchat import WebChat
from bot.channels.webchat_hub import Listener
from config.terms import ChatKind
from storage import seats
from storage.database import Database
from storage.messages import AnswerPress, Chat, Said, Say
from tests.bot.web.town import Core, Shelf, town

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
GROUP = Chat("webchat", "g1", ChatKind.GROUP)


@pytest.fixture(autouse=True)
def beatless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by themselves: what arrives was rung for."""
    monkeypatch.setattr(channel, "BEAT_S", 3600.0)


@asynccontextmanager
async def beside(url: str) -> AsyncIterator[tuple[WebChat, Core]]:
    """Run the channel as one more process on the database would."""
    core = Core()

    async def cleaned(_: bytes) -> None:
        return None

    async with Database(url).opened() as db, asyncio.TaskGroup() as tasks:
        chat = WebChat(db, Shelf(), cleaned, lambda: NOW)
        running = tasks.create_task(chat.run(core.receive))
        yield chat, core
        running.cancel()


async def _listening(db: Database, processes: int) -> None:
    """Wait until so many connections listen, as PostgreSQL sees them."""
    question = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )

    async def listen() -> int:
        return int(await db.read(lambda c: c.scalar(question)) or 0)

    async with asyncio.timeout(10):
        while await listen() != processes:  # noqa: ASYNC110 - as in town
            await asyncio.sleep(0.01)


async def _hears(page: Listener, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(5):
        while True:
            frame = msgspec.json.decode(await page.frames.get())
            if frame["type"] == kind:
                return dict(frame)


async def test_what_is_said_through_one_process_shows_at_the_other(
    postgres_url: str,
) -> None:
    async with (
        town(postgres_url) as here,
        here.running(),
        beside(postgres_url) as (other, _),
    ):
        await _listening(here.db, 2)
        page = Listener("wang")
        await here.chat.hub.join(page, "g1", 0)

        await other.send(Say(chat=GROUP, text="今天停水"), "l1")
        first = await _hears(page, "news")
        await other.send(Say(chat=GROUP, text="明天也停"), "l2")
        second = await _hears(page, "news")

    told = [one["text"] for f in (first, second) for one in f["messages"]]
    assert told == ["今天停水", "明天也停"]


async def test_a_press_is_answered_wherever_the_page_hangs(
    postgres_url: str,
) -> None:
    async with (
        town(postgres_url) as here,
        here.running(),
        beside(postgres_url) as (other, _),
    ):
        await _listening(here.db, 2)
        page = Listener("wang")
        here.chat.hub.enter(page, 10)
        ended = AnswerPress(
            chat=GROUP,
            press="wang.c1",
            text="这个按钮不是给您的。",
            alert=True,
        )

        await other.send(ended, "l1")
        far = await _hears(page, "notice")
        await here.chat.send(ended, "l2")
        near = await _hears(page, "notice")

    assert far == near
    assert far["text"] == "这个按钮不是给您的。"
    assert page.frames.empty(), "nobody is told twice"


async def test_a_line_that_was_cut_is_heard_again(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.webchat_others.RETRY_S", 0.01)
    cut = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    async with (
        town(postgres_url) as here,
        here.running(),
        beside(postgres_url) as (other, _),
    ):
        await _listening(here.db, 2)
        assert await here.db.read(lambda db: db.scalar(cut)) == 2
        await _listening(here.db, 2)
        page = Listener("wang")
        await here.chat.hub.join(page, "g1", 0)

        await other.send(Say(chat=GROUP, text="水来了"), "l1")

        assert (await _hears(page, "news"))["messages"][0]["text"] == "水来了"


async def test_what_a_process_that_died_still_owed_is_taken_over(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "BEAT_S", 0.01)
    async with (
        town(postgres_url) as dead,
        beside(postgres_url) as (_, core),
    ):
        wang = await dead.db.read(lambda db: seats.viewer(db, "wang"))
        assert wang is not None

        await dead.post(wang, "g1", "8号楼路灯不亮")
        async with asyncio.timeout(10):
            while not core.heard:  # noqa: ASYNC110 - as in town
                await asyncio.sleep(0.01)

    texts = [one.text for one in core.heard if isinstance(one, Said)]
    assert set(texts) == {"8号楼路灯不亮"}
