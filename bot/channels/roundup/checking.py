"""What ``linli check`` asks of a tracker, and says in plain words."""

from collections.abc import Callable

from bot.channels.channel import Finding, Later
from bot.channels.roundup.rest import Locked, Lost, Wrong
from bot.channels.roundup.tracker import Tracker
from config.pack.values import System

Words = Callable[..., str]
"""A sentence by its id and values, in the operator's language."""
CLASSES = ("issue", "msg", "file")


class Checker:
    """Asks a tracker how it sees us."""

    def __init__(self, tracker: Tracker, system: System, words: Words) -> None:
        self._tracker = tracker
        self._system = system
        self._words = words

    async def findings(self) -> list[Finding]:
        """Return what works and what to mend."""
        try:
            await self._tracker.meet()
            return [
                self._finding("identity", ok=True),
                *[await self._may_create(it) for it in CLASSES],
                *await self._statuses(),
            ]
        except Locked:
            return [self._finding("locked", ok=False)]
        except (Later, Lost, Wrong) as no:
            return [self._finding("unreachable", ok=False, error=str(no))]

    async def _may_create(self, kind: str) -> Finding:
        try:
            # rights are looked at before the nonsense is: nothing is made
            await self._tracker.rest.post(kind, {"no-such-property": "?"})
        except Wrong:
            return self._finding("may", ok=True, kind=kind)
        except Locked:
            return self._finding("may-not", ok=False, kind=kind)
        return self._finding("unreachable", ok=False, error=kind)

    async def _statuses(self) -> list[Finding]:
        names = set((await self._tracker.statuses()).values())
        there = ", ".join(sorted(names))
        unknown = [it for it in self._system.statuses if it not in names]
        return [
            self._finding("statuses", ok=True, there=there),
            *(
                self._finding("no-status", ok=False, status=it, there=there)
                for it in unknown
            ),
        ]

    def _finding(
        self, sentence: str, *, ok: bool, **values: object
    ) -> Finding:
        words = self._words(
            f"roundup-{sentence}",
            system=self._system.id,
            url=self._system.url,
            user=self._tracker.user,
            **values,
        )
        return Finding(ok=ok, words=words)
