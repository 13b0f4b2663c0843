"""Five hundred messages of talk leave nothing behind: no row, no line."""

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import func, select

from bot.metrics import Gathered
from handlers import hearing
from handlers.context import Fixed
from handlers.understanding.talk import Window
from storage import schema
from storage.database import Connection
from storage.messages import Said
from tests.bench._groupchat import messages
from tests.town import COMMUNITY
from tests.world import World

HIDDEN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]{4,}")


def _rows(db: Connection) -> dict[str, int]:
    return {
        table.name: db.scalar(select(func.count()).select_from(table)) or 0
        for table in schema.metadata.sorted_tables
    }


def _matters(fixed: Fixed, said: Said) -> bool:
    """Whether it is no talk, where nothing but talk was heard before."""
    matters = hearing.matters(fixed, COMMUNITY.id, said)
    if matters:
        fixed.talk.forget(said.chat.key, said.id)
    return matters


async def test_talk_leaves_no_row_no_line_and_no_label(
    sqlite_url: str,
    sqlite_path: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    async with World.opened(sqlite_url, tmp_path) as town:
        apart = replace(town.core.fixed, talk=Window())
        talk = [
            said
            for number, one in enumerate(messages())
            for said in [
                town.said(
                    f"neighbour{number % 61}x",
                    one.text,
                    group="g1" if number % 2 else "g2",
                )
            ]
            if not _matters(apart, said)
        ][:500]
        await town.settles()
        before = await town.core.database.read(_rows)
        told = len(town.channel.said)
        for said in talk:
            await town.hears(said)
        await town.settles()
        await town.core.clock.tick()
        after = await town.core.database.read(_rows)
        said_since = town.channel.said[told:]
        registry = CollectorRegistry()
        registry.register(
            Gathered(
                intake=town.core.intake,
                delivery=town.core.delivery,
                media=town.core.media,
                database=town.core.database,
                backlog=lambda: town.core.backlog.last,
            )
        )
        metrics = generate_latest(registry).decode()

    assert len(talk) >= 300
    assert said_since == []
    assert after == before
    lines = caplog.text + "".join(capfd.readouterr())
    kept = b"".join(
        path.read_bytes()
        for path in sqlite_path.parent.rglob("*")
        if path.is_file()
    ).decode("utf-8", "replace")
    for place in (kept, lines, metrics):
        assert "neighbour" not in place
    for said in talk:
        for words in (said.text, *HIDDEN.findall(said.text)[:1]):
            if len(words) >= 8:
                assert words not in lines
                assert words not in metrics
                assert words not in kept


async def test_edits_and_recalls_of_talk_leave_nothing_but_a_digest(
    sqlite_url: str, sqlite_path: Path, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        said = await town.says("neighbour1x", "今晚吃什么好呢", group="g1")
        before = await town.core.database.read(_rows)
        await town.edits(
            "neighbour1x", said, "今晚吃火锅还是烧烤呢", group="g1"
        )
        await town.recalls("neighbour1x", said, group="g1")
        after = await town.core.database.read(_rows)

    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"seen"}
    kept = b"".join(
        path.read_bytes()
        for path in sqlite_path.parent.rglob("*")
        if path.is_file()
    )
    assert b"neighbour1x" not in kept
    assert "火锅".encode() not in kept
