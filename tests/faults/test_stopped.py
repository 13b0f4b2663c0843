"""SIGTERM of the real program under load: in time, nothing lost or repeated."""

import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from storage.database import Database
from tests.emulators.botapi import BotApi
from tests.faults.program import TAKEN_IN, started
from tests.faults.test_killed_on_telegram import (
    BURST,
    GROUPS,
    MARK,
    Town,
    letters_by_state,
    look,
)

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
STOPS = 4
WITHIN_S = 10.0


def _more_than(api: BotApi, sent: int) -> bool:
    return len(api.state.delivered) > sent


async def test_stopped_under_load_it_says_goodbye_and_repeats_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with BotApi().running() as api:
        api.pace.on = False
        api.slow_s = 0.05
        town = Town.built(api, 7, GROUPS, GROUPS)
        pack = town.pack(tmp_path)
        for worker in town.workers:
            worker.says(None, "你好")
        for _ in range(STOPS):
            for _ in range(2 * BURST):
                town.says_something()
            sent = len(api.state.delivered)
            async with started(api, database_url, tmp_path, pack) as program:
                await api.until(partial(_more_than, api, sent + 3), 60)
                asked = time.monotonic()
                assert await program.stop() == 0
                assert time.monotonic() - asked < WITHIN_S
        async with started(api, database_url, tmp_path, pack) as program:
            await api.until(lambda: not api.queue.pending, seconds=60)
            await program.until_idle(240, TAKEN_IN)
            assert await program.stop() == 0

    async with Database(database_url).opened() as database:
        found = await database.read(look)
        letters = await database.read(letters_by_state)
    assert found.tickets == Counter(dict.fromkeys(town.reports, 1))
    assert found.photos == Counter(kept=town.photos)
    assert found.sound
    assert letters.keys() <= {"waiting", "sent"}, "none in flight, none parked"
    told = Counter((sent.chat, sent.text) for sent in api.state.delivered)
    assert max(told.values()) == 1
    assert not any(MARK in sent.text for sent in api.state.delivered)
