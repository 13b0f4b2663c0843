"""The beats: APScheduler calls, rows decide.

Every beat may be missed, doubled or come late: what is due stands in the
database and is claimed there, in the transaction of its effect.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.logs import trail
from config.terms import CommunityId
from handlers import hearing
from handlers.context import Fixed
from handlers.deadlines import Nudge
from storage import inbox, limits
from storage.database import Connection, Database, is_away, savepoint

BATCH = 500
BEAT_S = 1.0
SLOW_BEAT_S = 5.0
TICK_WITHIN_S = 30.0
"""A clock that has not ticked for so long is stuck."""

log = structlog.get_logger()

Beat = Callable[[], Awaitable[None]]


@dataclass(eq=False)
class Clock:
    """Calls what must happen now and then."""

    fixed: Fixed
    database: Database
    now: Callable[[], datetime]
    slow: tuple[Beat, ...] = ()
    """Called every few seconds."""
    beat: Callable[[str, float], None] = lambda _loop, _within: None
    """Told after each tick that the clock goes."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Beat until the end of the block."""
        scheduler: Any = AsyncIOScheduler(timezone="UTC")  # type: ignore[no-untyped-call]
        options = {
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": None,
        }
        scheduler.add_job(
            self._guarded, "interval", [self.tick], seconds=BEAT_S, **options
        )
        for beat in self.slow:
            scheduler.add_job(
                self._guarded,
                "interval",
                [beat],
                seconds=SLOW_BEAT_S,
                **options,
            )
        scheduler.start()
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Let every row that is due by now have its effect."""
        now = self.now()
        while await self.database.read(
            lambda db: limits.anything_due(db, now)
        ):
            taken = await self.database.write(
                lambda db: sweep(self.fixed, db, now, BATCH)
            )
            if not taken:
                break  # another process has them in hand
        if await self.database.read(lambda db: inbox.anything_stale(db, now)):
            await self.database.write(
                lambda db: hearing.give_up_parts(self.fixed, db, now)
            )
        self.beat("clock", TICK_WITHIN_S)

    async def _guarded(self, beat: Beat) -> None:
        name = getattr(beat, "__name__", "")
        try:
            await beat()
        except asyncio.CancelledError:
            return  # we stop; the scheduler would log it as a failure
        except Exception as error:  # noqa: BLE001  one broad per loop
            if is_away(error):
                # it comes again in a moment, and so may the database
                log.warning("beat_missed", beat=name)
                return
            log.error("beat_failed", beat=name, error=trail(error))  # noqa: TRY400


def sweep(fixed: Fixed, db: Connection, now: datetime, limit: int) -> int:
    """Claim due rows and let each have its effect; return how many.

    A row whose effect fails is marked and shown; the others have theirs.
    """
    rows = limits.take_due(db, now, limit)
    nudges = defaultdict[CommunityId, list[Nudge]](list)
    for due in rows:
        try:
            with savepoint(db, "due"):
                found = hearing.reach(fixed, db, due, now)
        except Exception as error:  # noqa: BLE001  a bug
            limits.fail(db, due, type(error).__name__)
            log.error(  # noqa: TRY400
                "due_failed", due=due.id, kind=due.kind, error=trail(error)
            )
        else:
            nudges[due.community_id] += found
    for community, told in nudges.items():
        try:
            with savepoint(db, "nudge"):
                hearing.nudge(fixed, db, community, told, now)
        except Exception as error:  # noqa: BLE001  a bug
            log.error(  # noqa: TRY400
                "nudge_failed", community=community, error=trail(error)
            )
            for due in rows:
                if due.kind == "remind" and due.community_id == community:
                    limits.fail(db, due, type(error).__name__)
    return len(rows)
