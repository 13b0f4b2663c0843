"""The way out: each chat has its own queue and its own pace.

The attempt is committed before the send, so a crash leaves a letter that
says *sending*: its outcome is unknown. Where the platform takes an
idempotency key it is simply sent again; elsewhere acknowledgements and
danger are sent once more and marked, the rest is parked and shown.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
import structlog

from bot.channels.channel import (
    Channel,
    Gone,
    Later,
    MovedTo,
    Never,
    Unknown,
)
from bot.logs import trail
from bot.pace import Pace
from config.terms import ChatKind
from storage import chats, outbox, people, turns
from storage.database import Closed, Connection, Database, Work, is_away
from storage.messages import AnswerPress, Chat, Edit, Outgoing, Say
from storage.outbox import Letter

SEND_S = 30.0
LEASE = timedelta(seconds=60)
"""Twice what a send may take; only PostgreSQL's many processes need it."""
AT_ONCE = 32
"""Sends under way together."""
AHEAD_S = 0.05
"""Letters are claimed no earlier before their turn: what is claimed and
not sent at a crash is of unknown outcome."""
LONGEST_WAIT_S = 1.5
"""A claimed letter waits no longer for its chat's pace."""
IDLE_S = 1.0
LOOK_EACH_S = 0.05
"""Between two looks whether a chat that has rested has more to be told."""
ROUND_WITHIN_S = 60.0
"""How long another process's letters may wait to be seen."""
PRESS_LIVES = timedelta(minutes=2)
"""An answer to a press is of no use later."""
GIVE_UP = timedelta(hours=72)
"""A letter that could not be sent for so long is parked."""
FEW_TRIES = 20
"""An hour's worth: a letter of last week, which waited for its person to
open the chat or for us to run again, has not failed before."""
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
CUT_OFF_PAUSE = timedelta(seconds=15)
"""The longest pause after a crash of ours: the platform isn't to blame."""

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(eq=False)
class Delivery:
    """Sends what the outbox holds."""

    database: Database
    channels: Mapping[str, Channel]
    now: Callable[[], datetime]
    mark_again: Callable[[Say], Say]
    """Marks words that may have been said before."""
    beat: Callable[[str, float], None] = lambda _loop, _within: None
    """Told at each round that the loop goes round."""
    sent: int = 0
    parked: int = 0
    repeated: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _busy: int = 0
    _unnoted: int = 0
    """Sends whose outcome waits for the database to be back."""
    _stopping: bool = False

    async def open(self) -> None:
        """Take over what a crash left in the middle of a send."""
        self.database.listeners.append(self._on_commit)
        self._paces = {
            name: Pace(channel.limits)
            for name, channel in self.channels.items()
        }
        if self.database.is_sqlite:
            await self._take_over(turns.orphaned)

    async def run(self) -> None:
        """Send until stopped."""
        async with asyncio.TaskGroup() as sends:
            while not self._stopping:
                self._wake.clear()
                self.beat("delivery", ROUND_WITHIN_S)
                try:
                    letters = await self._take()
                except Exception as error:  # noqa: BLE001  no database now
                    log.warning("outbox_away", error=type(error).__name__)
                    await asyncio.sleep(IDLE_S)
                    continue
                for letter in letters:
                    self._busy += 1
                    sends.create_task(self._deliver(letter))
                if not letters:
                    await self._rest()

    async def tick(self) -> None:
        """Take over letters whose sender died; called by the clock."""
        # ours may have lapsed while the database was away: they go first
        if not self.database.is_sqlite and not self._unnoted:
            await self._take_over(
                lambda db, limit: turns.lapsed(db, limit, LEASE)
            )
        self._wake.set()

    def stop(self) -> None:
        """Begin no further send; ``run`` returns after those under way."""
        self._stopping = True
        self._wake.set()

    async def _take(self) -> list[Letter]:
        left = AT_ONCE - self._busy
        rooms = {
            name: min(left, pace.room(AHEAD_S))
            for name, pace in self._paces.items()
        }
        if not any(room > 0 for room in rooms.values()):
            return []
        resting = [
            chat for pace in self._paces.values() for chat in pace.resting()
        ]
        now = self.now()
        claimed: list[Letter] = []

        def claim(db: Connection) -> list[Letter]:
            # run again, if the answer to a commit was lost: nobody else
            # knows that these are ours, and none of them is sent yet
            kept = turns.still_claimed(db, claimed) if claimed else ()
            claimed[:] = [*kept, *turns.take(db, now, LEASE, rooms, resting)]
            return claimed

        # a claim of nothing flushes nothing, so it isn't asked for before
        return await self.database.write(claim)

    async def _rest(self) -> None:
        """Sleep until a commit, a pace or a held letter's time wakes us."""
        pause = IDLE_S
        for pace in self._paces.values():
            pause = min(pause, pace.next_free(pause))
        try:
            async with asyncio.timeout(max(pause, LOOK_EACH_S)):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _deliver(self, letter: Letter) -> None:
        try:
            await self._send(letter)
        except Closed:
            log.warning("outcome_unknown", letter=letter.id)
        except Exception as error:  # noqa: BLE001  a bug
            log.error("delivery_failed", letter=letter.id, error=trail(error))  # noqa: TRY400
        finally:
            self._busy -= 1
            self._wake.set()

    async def _send(self, letter: Letter) -> None:
        name = letter.chat.partition(":")[0]
        channel = self.channels.get(name)
        if channel is None:
            await self._park(letter, f"no channel is called {name}")
            return
        try:
            outgoing = await self._made_ready(letter)
        except msgspec.MsgspecError as error:
            await self._park(letter, f"unreadable: {type(error).__name__}")
            return
        if outgoing is None:
            return
        if self._came_too_soon(letter, outgoing):
            await self._note(lambda db: outbox.give_back(db, letter))
            return
        try:
            message = await self._speak(channel, letter, outgoing)
        except Later as later:
            await self._later(letter, later)
        except MovedTo as moved:
            await self._moved(letter, outgoing, moved.address)
        except Gone as gone:
            await self._gone(letter, outgoing, str(gone))
        except Never as never:
            await self._park(letter, str(never))
        except (Unknown, TimeoutError) as unknown:
            await self._unknown(letter, outgoing, channel, str(unknown))
        else:
            await self._done(letter, message)

    def _came_too_soon(self, letter: Letter, outgoing: Outgoing) -> bool:
        """Whether a letter was claimed while its chat began a long rest.

        Waiting here, it would look like a send in flight at a stop, and
        outlive its lease.
        """
        if isinstance(outgoing, AnswerPress):
            return False
        name = letter.chat.partition(":")[0]
        return self._paces[name].rest(letter.chat) > LONGEST_WAIT_S

    async def _speak(
        self, channel: Channel, letter: Letter, outgoing: Outgoing
    ) -> str:
        """Send at the platform's pace; who waits for a press doesn't."""
        if isinstance(outgoing, AnswerPress):
            async with asyncio.timeout(SEND_S):
                return await channel.send(outgoing, letter.key)
        pace = self._paces[channel.name]
        await pace.wait(letter.chat)
        try:
            async with asyncio.timeout(SEND_S):
                message = await channel.send(outgoing, letter.key)
        except Later as later:
            pace.put_off(letter.chat, later.seconds)
            raise
        finally:
            pace.heard(letter.chat)
        pace.went_through()
        return message

    async def _made_ready(self, letter: Letter) -> Outgoing | None:
        """Return what to send now, None if it has been dealt with."""
        outgoing = letter.outgoing
        if isinstance(outgoing, AnswerPress) and (
            self.now() - letter.created_at > PRESS_LIVES
        ):
            await self._park(letter, "the press is too old", quietly=True)
            return None
        if isinstance(outgoing, Edit) and not outgoing.message:
            edit = outgoing
            message = await self.database.read(
                lambda db: outbox.message_of(db, edit)
            )
            if not message:
                await self._park(
                    letter, "what it edits was not sent", quietly=True
                )
                return None
            return msgspec.structs.replace(edit, message=message)
        return outgoing

    async def _done(self, letter: Letter, message: str) -> None:
        now = self.now()
        await self._note(lambda db: outbox.mark_sent(db, letter, message, now))
        self.sent += 1
        log.info("sent", letter=letter.id, attempts=letter.attempts)

    async def _later(self, letter: Letter, later: Later) -> None:
        now = self.now()
        if self._is_hopeless(letter, now):
            await self._park(letter, f"gave up: {later}")
            return
        told = timedelta(seconds=later.seconds)
        pause = told or self._pause(letter)
        await self._note(
            lambda db: outbox.put_back(db, letter, now + pause, str(later))
        )

    async def _unknown(
        self,
        letter: Letter,
        outgoing: Outgoing,
        channel: Channel,
        reason: str,
        longest: timedelta = LONGEST_PAUSE,
    ) -> None:
        now = self.now()
        # how often doesn't matter: a long outage is many attempts
        if channel.can.once and not self._is_hopeless(letter, now):
            pause = min(self._pause(letter), longest)
            await self._note(
                lambda db: outbox.put_back(
                    db, letter, now + pause, reason or "unknown outcome"
                )
            )
            return
        if letter.again and isinstance(outgoing, Say):
            marked = self.mark_again(outgoing)
            self.repeated += 1
            await self._note(lambda db: outbox.repeat(db, letter, marked, now))
            return
        await self._park(
            letter,
            f"unknown outcome: {reason}" if reason else "unknown outcome",
            quietly=isinstance(outgoing, AnswerPress),
        )

    async def _moved(
        self, letter: Letter, outgoing: Outgoing, to: str
    ) -> None:
        now = self.now()
        chat = outgoing.chat

        def follow(db: Connection) -> None:
            chats.move(db, chat, to, now)
            outbox.readdress(db, letter, _moved_to(outgoing, to), now)

        if not isinstance(outgoing, Edit):
            await self._note(follow)
            return
        await self._note(lambda db: chats.move(db, chat, to, now))
        await self._park(letter, "what it edits stayed behind", quietly=True)

    async def _gone(
        self, letter: Letter, outgoing: Outgoing, reason: str
    ) -> None:
        now = self.now()
        chat = outgoing.chat

        private = chat.kind is ChatKind.PRIVATE
        waits = private and isinstance(outgoing, Say)

        def note(db: Connection) -> None:
            if not private:
                chats.close(db, chat, now)
                return
            people.set_reachable(
                db, chat.channel, chat.address, reachable=False
            )
            if waits:
                outbox.put_back(db, letter, people.NEVER, "", counted=False)

        await self._note(note)
        if not waits:
            await self._park(letter, reason)
            return
        # as any letter to somebody who has yet to open the private chat
        log.warning("held", letter=letter.id, reason=reason)

    async def _park(
        self, letter: Letter, reason: str, *, quietly: bool = False
    ) -> None:
        def work(db: Connection) -> None:
            outbox.park(db, letter, reason)
            if quietly:
                outbox.drop(db, letter.id)

        await self._note(work)
        if not quietly:
            self.parked += 1
            log.warning("parked", letter=letter.id, reason=reason)

    async def _note(self, work: Work[T]) -> T:
        """Write what became of a letter; nobody else knows, so insist.

        Else it would stand there as if in the middle of its send: one
        process would hold back the chat until its next start, of many
        another would say it again.
        """
        waits = False
        try:
            while True:
                try:
                    return await self.database.write(work)
                except Exception as error:
                    if isinstance(error, Closed) or not is_away(error):
                        raise
                    log.warning("outcome_waits", error=type(error).__name__)
                if not waits:
                    waits = True
                    self._unnoted += 1
                await asyncio.sleep(IDLE_S)
        finally:
            self._unnoted -= waits

    async def _take_over(
        self, take: Callable[[Connection, int], Sequence[Letter]]
    ) -> None:
        for letter in await self.database.write(lambda db: take(db, 1000)):
            channel = self.channels.get(letter.chat.partition(":")[0])
            if channel is None:
                await self._park(letter, "no such channel any more")
                continue
            try:
                outgoing = letter.outgoing
            except msgspec.MsgspecError:
                await self._park(letter, "unreadable")
                continue
            await self._unknown(
                letter, outgoing, channel, "cut off", CUT_OFF_PAUSE
            )

    @staticmethod
    def _is_hopeless(letter: Letter, now: datetime) -> bool:
        """Whether a letter is old and was tried often enough."""
        old = now - letter.created_at > GIVE_UP
        return old and letter.attempts > FEW_TRIES

    @staticmethod
    def _pause(letter: Letter) -> timedelta:
        doublings = max(0, min(letter.attempts - 1, 12))
        return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)

    def _on_commit(self, touched: frozenset[str]) -> None:
        if "outbox" in touched:
            self._wake.set()


def _moved_to(outgoing: Outgoing, address: str) -> Outgoing:
    chat: Chat = msgspec.structs.replace(outgoing.chat, address=address)
    if isinstance(outgoing, Say):
        # Messages may be numbered anew there: the number is another's now.
        return msgspec.structs.replace(outgoing, chat=chat, reply_to="")
    return msgspec.structs.replace(outgoing, chat=chat)
