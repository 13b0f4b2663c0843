"""The clock goes until the program stops, and then without a complaint."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot import clock
from tests.world import World


async def test_a_beat_that_the_end_cuts_short_is_no_failure(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def beat() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(clock, "SLOW_BEAT_S", 0.2)
    async with World.opened(database_url, tmp_path) as town:
        async with replace(town.core.clock, slow=(beat,)).running():
            await began.wait()
        await ended.wait()
        await asyncio.sleep(0)

    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
