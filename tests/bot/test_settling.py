"""What stays is kept out of the collector's way, once the start is over."""

import gc

from bot.app import SETTLED_BEATS, Settling


async def test_it_settles_once_after_the_start() -> None:
    settling = Settling()
    frozen = []
    try:
        for _ in range(3 * SETTLED_BEATS):
            await settling.tick()
            frozen.append(gc.get_freeze_count())
    finally:
        gc.unfreeze()

    before, after = frozen[SETTLED_BEATS - 2 : SETTLED_BEATS]
    assert before < after
    assert frozen[-1] <= after
