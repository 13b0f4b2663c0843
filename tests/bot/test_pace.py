"""How fast a chat is spoken to, by the clock that never jumps."""

import asyncio
import time

from bot.channels.channel import Limits
from bot.pace import Pace

STEP = 0.05


def _pace() -> Pace:
    return Pace(Limits(text=1, photo_bytes=1, per_chat_s=STEP))


async def test_a_letter_chosen_too_early_waits_for_its_chat() -> None:
    pace, started = _pace(), time.monotonic()

    await pace.wait("t:1")
    await pace.wait("t:1")
    await pace.wait("t:2")

    assert STEP <= time.monotonic() - started < 3 * STEP


async def test_the_rest_counts_from_when_it_was_heard() -> None:
    pace = _pace()
    await pace.wait("t:1")
    await asyncio.sleep(STEP)
    pace.heard("t:1")
    heard = time.monotonic()

    await pace.wait("t:1")

    assert time.monotonic() - heard >= STEP * 0.99


async def test_a_chat_without_a_pace_never_rests() -> None:
    pace = Pace(Limits(text=1, photo_bytes=1))

    await pace.wait("t:1")
    pace.heard("t:1")

    assert pace.resting() == []
