"""How fast a platform lets us speak: per chat, per group minute, in all."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from bot.channels.channel import Limits

MINUTE_S = 60.0
IN_A_ROW = 3
"""Chats that are put off one after another: it isn't about any of them."""
ALL_REST_S = 20.0
"""The longest rest of a whole platform; then a few letters try again."""
NO_LIMIT = 1 << 30


@dataclass(eq=False)
class Pace:
    """One channel's pace, on the monotonic clock: the wall's may jump."""

    limits: Limits
    _free_at: dict[str, float] = field(default_factory=dict)
    _minute: dict[str, deque[float]] = field(default_factory=dict)
    _all_free_at: float = 0.0
    _put_off: dict[str, float] = field(default_factory=dict)
    """Chats put off since the last send that went through -> seconds."""

    def resting(self) -> list[str]:
        """Return the chats that must not be spoken to yet."""
        now = time.monotonic()
        self._free_at = {
            chat: at for chat, at in self._free_at.items() if at > now
        }
        return list(self._free_at)

    def rest(self, chat: str) -> float:
        """Return the seconds until a chat may be spoken to."""
        now = time.monotonic()
        return max(0.0, self._free_at.get(chat, now) - now)

    def next_free(self, at_most: float) -> float:
        """Return the seconds until the next chat may be spoken to."""
        frees = [*self._free_at.values()]
        if self._all_free_at:
            frees.append(self._all_free_at)
        now = time.monotonic()
        waits = [at - now for at in frees if at > now]
        return min(at_most, *waits) if waits else at_most

    def room(self, within_s: float) -> int:
        """Return how many sends may begin within that time."""
        if not self.limits.per_second:
            return NO_LIMIT
        ahead = max(0.0, self._all_free_at - time.monotonic())
        return max(0, int((within_s - ahead) * self.limits.per_second) + 1)

    async def wait(self, chat: str) -> None:
        """Wait for the platform's own pace, and note a send into ``chat``."""
        now = time.monotonic()
        # A letter may have been chosen before the last one was heard.
        if (rest := self.rest(chat)) > 0:
            await asyncio.sleep(rest)
            now = time.monotonic()
        if self.limits.per_second:
            begin = max(now, self._all_free_at)
            self._all_free_at = begin + 1 / self.limits.per_second
            if begin > now:
                await asyncio.sleep(begin - now)
                now = begin
        free_at = now + self.limits.per_chat_s
        most = self.limits.per_group_minute
        if most and self._is_group(chat):
            said = self._minute.setdefault(chat, deque())
            said.append(now)
            while said[0] <= now - MINUTE_S:
                said.popleft()
            if len(said) >= most:
                free_at = max(free_at, said[0] + MINUTE_S)
        if free_at > now:
            self._free_at[chat] = free_at

    def heard(self, chat: str) -> None:
        """Count the rest from now: what matters is when it arrived there."""
        free_at = time.monotonic() + self.limits.per_chat_s
        if self.limits.per_chat_s and free_at > self._free_at.get(chat, 0.0):
            self._free_at[chat] = free_at

    def put_off(self, chat: str, seconds: float) -> None:
        """Note a send that was put off.

        A platform doesn't tell its limit for all from that of one chat, nor
        an outage from either; but when chat after chat is put off and
        nothing goes through, every further try makes it worse.
        """
        if not self.limits.per_second:
            return
        self._put_off[chat] = seconds
        if len(self._put_off) >= IN_A_ROW:
            rest = min(*self._put_off.values(), ALL_REST_S)
            free_at = time.monotonic() + rest
            self._all_free_at = max(self._all_free_at, free_at)
            self._put_off.clear()

    def went_through(self) -> None:
        """Note that the platform takes what is sent."""
        self._put_off.clear()

    @staticmethod
    def _is_group(chat: str) -> bool:
        """Tell a group: platforms with such a limit number them below 0."""
        return chat.partition(":")[2].startswith("-")
