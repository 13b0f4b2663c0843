"""Updates that wait for the bot: long polling, or pushed to a webhook."""

import asyncio
import json
from typing import Any

import aiohttp

from tests.emulators.botapi.rules import Refused
from tests.emulators.botapi.state import Json, State

MUST_BE_ASKED_FOR = frozenset(
    {"chat_member", "message_reaction", "message_reaction_count"}
)
OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


class Queue:
    """Keeps every update until it is acknowledged."""

    def __init__(self, state: State, first: int) -> None:
        self._state = state
        self._next = first
        self.pending: list[tuple[int, int, bytes]] = []
        """Update id, chat, JSON."""
        self.acked: list[int] = []
        self.handed: dict[int, int] = {}
        """Update id -> how often it was given out."""
        self.allowed: frozenset[str] | None = None
        self.webhook: Json = {"url": ""}
        self.secret = ""
        self.redelivery_s = 0.05
        self.polls = 0
        """How many polls there have been."""

    def put(self, kind: str, chat: int, body: Json) -> int | None:
        """Add an update, unless the bot did not ask for its kind."""
        if self.allowed is None:
            if kind in MUST_BE_ASKED_FOR:
                return None
        elif kind not in self.allowed:
            return None
        number = self._take_number()
        self._add(number, chat, {"update_id": number, kind: body})
        return number

    def inject(self, raw: bytes | Json) -> int:
        """Add an update as it stands; ``%d`` in bytes is its number."""
        number = self._take_number()
        if isinstance(raw, bytes):
            self.pending.append(
                (number, 0, raw.replace(b"%d", b"%d" % number))
            )
            self._state.stir()
        else:
            self._add(number, 0, {"update_id": number, **raw})
        return number

    def number_anew(self, first: int) -> None:
        """Go on from another number, as Telegram does after a quiet week."""
        self._next = first

    def _take_number(self) -> int:
        number = self._next
        self._next += 1
        return number

    def _add(self, number: int, chat: int, update: Json) -> None:
        raw = json.dumps(update, ensure_ascii=False).encode()
        self.pending.append((number, chat, raw))
        self._state.stir()

    # -- polling -----------------------------------------------------------

    async def get(
        self,
        offset: int,
        limit: int,
        seconds: float,
        allowed: list[str] | None,
    ) -> bytes:
        """Return a raw answer to getUpdates; waits for something to come."""
        if self.webhook["url"]:
            raise Refused(409, WEBHOOK_ACTIVE)
        self.polls += 1
        me = self.polls
        if allowed is not None:
            self.allow(allowed)
        self._acknowledge(offset)
        self._state.stir()
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not self.pending and (left := until - loop.time()) > 0:
            await self._state.change(left)
            if me != self.polls:
                raise Refused(409, OTHER_POLLER)
        given = self.pending[:limit]
        for number, _, _ in given:
            self.handed[number] = self.handed.get(number, 0) + 1
        body = b",".join(raw for _, _, raw in given)
        return b'{"ok":true,"result":[' + body + b"]}"

    def allow(self, kinds: list[str]) -> None:
        """Set the kinds asked for; an empty list means the usual ones."""
        self.allowed = frozenset(kinds) if kinds else None

    def _acknowledge(self, offset: int) -> None:
        if offset < 0:
            dropped, self.pending = (
                self.pending[:offset],
                self.pending[offset:],
            )
        elif offset > 0:
            dropped = [row for row in self.pending if row[0] < offset]
            self.pending = [row for row in self.pending if row[0] >= offset]
        else:
            return
        self.acked += [number for number, _, _ in dropped]

    # -- webhook -----------------------------------------------------------

    def set_webhook(self, url: str, secret: str, options: Json) -> None:
        """Point the queue at an address; what waits is pushed there."""
        self.webhook = {
            "url": url,
            "has_custom_certificate": False,
            "max_connections": 40,
            **options,
        }
        self.secret = secret
        self._state.stir()

    def drop_webhook(self, *, forget: bool) -> None:
        """Go back to polling."""
        self.webhook = {"url": ""}
        self.secret = ""
        if forget:
            self.acked += [number for number, _, _ in self.pending]
            self.pending = []
        self._state.stir()

    async def push(self) -> None:
        """Post what waits to the webhook, in order per chat, forever."""
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                heads = self._heads() if self.webhook["url"] else []
                if not heads:
                    await self._state.change(60)
                    continue
                async with asyncio.TaskGroup() as group:
                    tasks = [
                        group.create_task(self._post(session, head))
                        for head in heads
                    ]
                if not all(task.result() for task in tasks):
                    await asyncio.sleep(self.redelivery_s)

    def _heads(self) -> list[tuple[int, int, bytes]]:
        first: dict[Any, tuple[int, int, bytes]] = {}
        for row in self.pending:
            first.setdefault(row[1] or f"#{row[0]}", row)
        return list(first.values())[:40]

    async def _post(
        self, session: aiohttp.ClientSession, row: tuple[int, int, bytes]
    ) -> bool:
        number, _, raw = row
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        self.handed[number] = self.handed.get(number, 0) + 1
        try:
            async with session.post(
                self.webhook["url"], data=raw, headers=headers
            ) as answer:
                if 200 <= answer.status < 300:
                    self.pending.remove(row)
                    self.acked.append(number)
                    self._state.stir()
                    return True
                failure = f"Wrong response from the webhook: {answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as wrong:
            failure = f"Connection failed: {type(wrong).__name__}"
        self.webhook |= {
            "last_error_date": self._state.now(),
            "last_error_message": failure,
        }
        self._state.stir()
        return False

    def webhook_info(self) -> Json:
        """Return what getWebhookInfo tells."""
        info = {
            "has_custom_certificate": False,
            **self.webhook,
            "pending_update_count": len(self.pending),
        }
        if self.allowed is not None:
            info["allowed_updates"] = sorted(self.allowed)
        return info
