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


async def test_a_platform_that_puts_everybody_off_is_left_alone() -> None:
    pace = Pace(Limits(text=1, photo_bytes=1, per_second=100))

    for chat in ("t:1", "t:2"):
        pace.put_off(chat, 9.0)
    assert pace.room(0.05) > 0, "so far it may be about the two"
    pace.put_off("t:3", 30.0)

    assert pace.room(0.05) == 0
    assert 8.0 < pace.next_free(60.0) <= 9.0


async def test_chats_that_are_put_off_hold_back_nobody_else() -> None:
    pace = Pace(Limits(text=1, photo_bytes=1, per_second=100))

    for chat in ("t:1", "t:2", "t:3", "t:4"):
        pace.put_off(chat, 9.0)
        pace.went_through()

    assert pace.room(0.05) > 0
