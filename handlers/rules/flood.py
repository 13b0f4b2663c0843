"""How much one person, or one group, may say: counted, without a clock."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

MINUTE = timedelta(minutes=1)


class Verdict(StrEnum):
    """What to do with one more message."""

    PASS = "pass"  # noqa: S105  no password
    NOTICE = "notice"
    """Too much: say so, once."""
    SILENT = "silent"
    """Too much, and said so already."""


@dataclass(slots=True)
class _Heard:
    last_at: datetime
    passed: deque[datetime] = field(default_factory=deque)
    refused_at: datetime | None = None


class Flood:
    """At most ``most`` messages a key within any ``within``.

    Only what passes counts, so that somebody who floods is still heard
    at the allowed pace. The notice comes again only after a whole window
    in which nothing had to be refused. What is kept is bounded by what
    passed within the window.
    """

    def __init__(self, most: int, within: timedelta = MINUTE) -> None:
        self._most = most
        self._within = within
        self._heard: dict[str, _Heard] = {}
        """Last counted comes last."""

    def count(self, key: str, now: datetime) -> Verdict:
        """Count one message of ``key`` and return what to do with it."""
        heard = self._heard.pop(key, None) or _Heard(now)
        self._forget(now)
        self._heard[key] = heard
        heard.last_at = now
        while heard.passed and not self._is_in(heard.passed[0], now):
            heard.passed.popleft()
        if len(heard.passed) < self._most:
            heard.passed.append(now)
            return Verdict.PASS
        told = heard.refused_at
        heard.refused_at = now
        if told is not None and self._is_in(told, now):
            return Verdict.SILENT
        return Verdict.NOTICE

    def __len__(self) -> int:
        return len(self._heard)

    def _is_in(self, moment: datetime, now: datetime) -> bool:
        """Whether a moment counts; after a clock went back, it doesn't."""
        return now - self._within < moment <= now

    def _forget(self, now: datetime) -> None:
        """Drop two keys that count no longer: more than one comes in."""
        for _ in range(2):
            oldest = next(iter(self._heard), None)
            if oldest is None or self._is_in(self._heard[oldest].last_at, now):
                return
            del self._heard[oldest]
