"""What may be kept no longer is removed, a little at a time.

An hour's round, and at once after somebody was forgotten: rows in bounded
steps that other works go between, then SQLite's log. Pictures that no row
shows any more are deleted by ``bot.media``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.pack.values import Pack
from storage import retention
from storage.database import Connection, Database
from storage.retention import Swept

EVERY = timedelta(hours=1)
STEP = 100
"""Rows of a kind that one transaction removes: some 20 ms of the writer."""
STEPS = 50
"""Steps of one kind in one round; the rest comes with the next beat."""


@dataclass(eq=False)
class Housekeeping:
    """Sweeps; a slow beat of the clock calls it."""

    database: Database
    pack: Pack
    now: Callable[[], datetime]
    swept: int = 0
    """Rows removed or emptied since the start."""
    _owed: bool = True
    _last: datetime | None = None

    def __post_init__(self) -> None:
        self.database.listeners.append(self._on_commit)

    async def tick(self) -> None:
        """Make a round if one is due."""
        now = self.now()
        due = self._last is None or not 0 <= (now - self._last) / EVERY < 1
        if not (due or self._owed):
            return
        # what is erased during the round is owed a round of its own
        self._owed, self._last = False, now
        for community in self.pack.communities:
            await self._sweep(
                lambda db, one=community: retention.sweep(  # type: ignore[misc]
                    db, one.id, one.rules, now, STEP
                )
            )
        await self._sweep(lambda db: retention.sweep_shared(db, now, STEP))
        self._owed |= not await self.database.checkpoint()

    async def _sweep(self, step: Callable[[Connection], Swept]) -> None:
        for _ in range(STEPS):
            done = (await self.database.write(step)).total
            self.swept += done
            if not done:
                return
        self._owed = True

    def _on_commit(self, touched: frozenset[str]) -> None:
        if "erasure" in touched:
            self._owed = True
