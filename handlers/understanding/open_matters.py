"""Each community's open matters, ready to be compared until they change."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.terms import CommunityId, TicketId
from handlers.understanding.duplicates import Duplicates

FRESH = timedelta(minutes=1)
"""So long what other processes have written may be missed."""


@dataclass(eq=False, slots=True)
class Compared:
    """An index, the last ticket that it holds, and when it was looked at."""

    index: Duplicates[TicketId] = field(default_factory=Duplicates)
    last: TicketId | None = None
    at: datetime | None = None

    def is_stale(self, now: datetime) -> bool:
        """Whether the database should be asked what has changed."""
        return self.at is None or abs(now - self.at) >= FRESH


@dataclass(eq=False)
class OpenMatters:
    """A cache of the database's rows, in memory only."""

    _kept: dict[CommunityId, Compared] = field(default_factory=dict)

    def of(self, community: CommunityId) -> Compared:
        """Return a community's, empty at first."""
        return self._kept.setdefault(community, Compared())
