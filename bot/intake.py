"""The way in: ordinary talk is passed by, the rest is committed once.

A channel hands over what arrived together and may acknowledge it when
``receive`` returns. A message that fails is kept and tried again a bounded
number of times, then set aside; its neighbours never wait for it. Where the
database is to blame, nothing is counted, kept or acknowledged.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import structlog

from config.terms import ChatKind, CommunityId, Urgency
from handlers import faq, hearing
from handlers.context import Fixed
from handlers.rules.flood import Flood, Verdict
from handlers.rules.privacy import is_plain, plain
from handlers.understanding.understanding import Understanding
from storage import ahead, chats, inbox
from storage.database import Ahead, Connection, Database, is_away
from storage.inbox import Kept
from storage.messages import (
    Chat,
    Edited,
    Incoming,
    Moved,
    Pressed,
    Said,
    Withdrawn,
)

TRIES = 5
"""Tries of a message that fails, before it is set aside."""
CAREFUL = 64
"""After a start this many messages are counted before they are tried, so
that one that kills the process cannot do so for ever."""
DEADLY_TRIES = 3
ALARMS = 5
"""Calls of danger that one person may send a minute beside all else."""
_UNFIT = re.compile("[\0\u00ad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")
"""NUL, and what is not seen: it turns words round, or hides them from us."""
RECENT = 4096
"""Sayings remembered: a platform's repeats and an album's parts are one."""

log = structlog.get_logger()


@dataclass(eq=False)
class Intake:
    """Where every channel's messages come together."""

    fixed: Fixed
    database: Database
    now: Callable[[], datetime]
    heard: int = 0
    """Messages taken in since the start, talk included."""
    acted: int = 0
    """Messages that went to the writer."""
    _groups: dict[str, CommunityId] = field(default_factory=dict)
    _careful: int = CAREFUL
    _counted: dict[str, bool] = field(default_factory=dict)
    """What was said lately -> whether it was borne."""
    flooded: int = 0
    """Messages not heard because somebody said too much."""

    def __post_init__(self) -> None:
        """Take the most patient community's numbers for all."""
        rules = [one.rules for one in self.fixed.pack.communities]
        self._alarms = Flood(ALARMS)
        self._people = Flood(max(one.messages_a_minute for one in rules))
        self._chats = Flood(max(one.group_messages_a_minute for one in rules))

    async def open(self) -> None:
        """Learn the bound groups; be told when they change."""
        self.database.listeners.append(self._on_commit)
        self._changed = asyncio.Event()
        await self._learn_groups()

    def be_quick(self) -> None:
        """Count no more tries ahead: the start is over."""
        self._careful = 0

    async def run(self) -> None:
        """Learn the bound groups and the FAQ anew whenever they change."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._learn_groups()
            except Exception as error:  # noqa: BLE001  no database now
                log.warning("groups_away", error=type(error).__name__)
                self._changed.set()
                await asyncio.sleep(1)
            await self.look_again()

    async def look_again(self) -> None:
        """Read entries of the FAQ that changed, here or in another process.

        Talk is told from questions by them, without the database.
        """
        fixed = self.fixed
        await self.database.read(lambda db: faq.refresh(fixed, db))

    async def receive(self, messages: Sequence[Incoming]) -> None:
        """Take in what arrived together, in order; return after the commit.

        Raises only if the database cannot keep anything now: then nothing
        of it may be acknowledged.
        """
        self.heard += len(messages)
        minded = self._minded(messages)
        for mind, text in minded:
            mind.mind(text)
        try:
            await self._receive(messages)
        finally:
            for mind, text in minded:
                mind.let(text)

    async def _receive(self, messages: Sequence[Incoming]) -> None:
        wanted: list[Incoming] = []
        asked: set[str] = set()
        """Unknown groups, asked about after all that could have bound them."""
        for message in messages:
            group = self._unknown_group(message)
            if group is not None and group.key not in asked:
                if any(_may_bind(one) for one in wanted):
                    await self._take_in(wanted)
                    wanted = []
                await self._ask_about(group)
                asked.add(group.key)
            if self._matters(message) and await self._is_borne(message):
                wanted.append(self._clean(message))
                if _may_bind(message):
                    asked.clear()
        await self._take_in(wanted)

    async def _take_in(self, wanted: Sequence[Incoming]) -> None:
        """Have the writer handle what is no talk; return after the commit."""
        if not wanted:
            return
        self.acted += len(wanted)
        if self._careful > 0:
            for message in await self._unheard(wanted):
                self._careful -= 1
                await self._try_carefully(message)
            return
        waiting = [(message, self._submit(message)) for message in wanted]
        failed: list[tuple[Incoming, Exception]] = []
        for message, done in waiting:
            try:
                await done
            except Exception as error:  # noqa: BLE001  a bug, or no database
                failed.append((message, error))
        for _, problem in failed:
            if is_away(problem):
                raise problem
        for message, problem in failed:
            await self._failed(message, problem)

    async def retry(self) -> None:
        """Try failing messages again; called by the clock."""
        for kept in await self.database.read(
            lambda db: inbox.failing(db, 100)
        ):
            try:
                message = kept.message
            except msgspec.DecodeError:
                await self._put_aside_again(kept)
                continue
            await self._try_carefully(message, alone=True)

    async def _put_aside_again(self, kept: Kept) -> None:
        """Show what we still cannot read, rather than lose sight of it."""
        await self.database.write(
            lambda db: inbox.set_aside_again(db, kept.id)
        )

    async def _unheard(
        self, messages: Sequence[Incoming]
    ) -> Sequence[Incoming]:
        """Return what a platform repeats after a start and is not done.

        However soon the next kill comes, a long batch gets on: counting
        anew what was done or passed by would take all of the time till
        then, and count kills against whoever stands first.
        """

        def look(db: Connection) -> Sequence[Incoming]:
            return [
                message
                for message in inbox.unheard(db, messages)
                if inbox.tries(db, message) < DEADLY_TRIES
            ]

        return await self.database.read(look)

    async def _try_carefully(
        self, message: Incoming, *, alone: bool = False
    ) -> None:
        """Try a message whose tries are counted before.

        After a few that never came back it is passed by: a kill may have
        hit it by chance, so it is tried some more, ``alone``, once the
        others are through; then it is set aside.
        """
        now = self.now()
        most = DEADLY_TRIES + TRIES if alone else DEADLY_TRIES

        def count(db: Connection) -> int:
            tries = inbox.count_attempt(db, message, "started", now)
            if alone and tries > most:
                inbox.set_aside(db, message, f"gave up after {most} tries")
            return tries

        if await self.database.write(count) > most:
            return
        try:
            await self.database.write(self._work(message, forget=True))
        except Exception as error:
            if is_away(error):
                with suppress(Exception):
                    await self.database.write(
                        lambda db: inbox.uncount(db, message)
                    )
                raise
            await self._note_failure(message, error)

    async def _failed(self, message: Incoming, error: Exception) -> None:
        """Keep a message that failed; raise if even that is impossible."""
        now = self.now()
        await self.database.write(
            lambda db: inbox.count_attempt(db, message, _reason(error), now)
        )
        log.error("message_failed", key=message.key, error=_reason(error))

    async def _note_failure(self, message: Incoming, error: Exception) -> None:
        log.error("message_failed", key=message.key, error=_reason(error))

        def note(db: Connection) -> None:
            if inbox.tries(db, message) >= TRIES:
                inbox.set_aside(db, message, _reason(error))
            else:
                inbox.note(db, message, _reason(error))

        await self.database.write(note)

    def _submit(self, message: Incoming) -> asyncio.Future[None]:
        about = ahead.Heard(message, self.now())
        return self.database.submit(
            self._work(message), Ahead(ahead.look, about)
        )

    def _work(
        self, message: Incoming, *, forget: bool = False
    ) -> Callable[[Connection], None]:
        fixed, now = self.fixed, self.now()

        def work(db: Connection) -> None:
            hearing.hear(fixed, db, message, now)
            if forget:
                inbox.forget(db, message)

        return work

    async def _is_borne(self, message: Incoming) -> bool:
        """Count what one person and one group say; over it: one notice."""
        if not isinstance(message, (Said, Pressed)):
            return True
        speech = _speech(message)
        if speech in self._counted:
            return self._counted[speech]
        now = self.now()
        # by chat too: whoever hears the notice is whom it is for
        speaker = f"{message.sender.key} {message.chat.key}"
        if (
            isinstance(message, Said)
            and self._is_danger(message)
            # each wakes somebody: after a few they count as speech
            and self._alarms.count(speaker, now) is Verdict.PASS
        ):
            self._remember(speech, borne=True)
            return True
        verdicts = {"refused-flood": self._people.count(speaker, now)}
        # a press says nothing in the group, and a wish may be pressed by all
        said = isinstance(message, Said)
        if said and message.chat.kind is ChatKind.GROUP:
            crowd = self._chats.count(message.chat.key, now)
            verdicts["refused-crowd"] = crowd
        borne = all(one is Verdict.PASS for one in verdicts.values())
        self._remember(speech, borne=borne)
        told = [it for it, one in verdicts.items() if one is Verdict.NOTICE]
        notice = told[0] if told else ""
        if notice or not (borne or said):
            fixed = self.fixed
            await self.database.write(
                lambda db: hearing.hush(fixed, db, message, now, notice=notice)
            )
        self.flooded += not borne
        return borne

    def _unknown_group(self, message: Incoming) -> Chat | None:
        """Return the group of a message if we know of no binding."""
        if not isinstance(message, (Said, Edited, Withdrawn)):
            return None
        chat = message.chat
        known = chat.kind is not ChatKind.GROUP or chat.key in self._groups
        return None if known else chat

    async def _ask_about(self, group: Chat) -> None:
        """Look whether a group was bound that we haven't heard of.

        Just now, by a message before this one, or by another process:
        what is said next there would be lost as somebody else's talk.
        """
        known = await self.database.read(
            lambda db: chats.find(db, group.channel, group.address)
        )
        if known is not None and known.community_id is not None:
            self._groups[group.key] = known.community_id

    def _remember(self, speech: str, *, borne: bool) -> None:
        """Let what a platform repeats be judged as it was at first."""
        self._counted[speech] = borne
        while len(self._counted) > RECENT:
            del self._counted[next(iter(self._counted))]

    def _is_danger(self, message: Said) -> bool:
        community = self._groups.get(message.chat.key)
        minds = (
            self.fixed.minds.values()
            if community is None
            else [self.fixed.minds[community]]
        )
        return any(
            mind.urgency(message.text) is Urgency.DANGER for mind in minds
        )

    def _matters(self, message: Incoming) -> bool:
        """Tell ordinary talk apart before it touches the database."""
        if not isinstance(message, (Said, Edited, Withdrawn, Pressed)):
            return True
        if message.chat.kind is not ChatKind.GROUP:
            return True
        community = self._groups.get(message.chat.key)
        if community is None:
            # a press is answered everywhere, or its button turns for ever
            return isinstance(message, Pressed) or (
                isinstance(message, Said) and hearing.is_binding(message)
            )
        if isinstance(message, Withdrawn):
            self.fixed.talk.forget(message.chat.key, message.id)
        if not isinstance(message, Said):
            return True
        return hearing.matters(self.fixed, community, message)

    def _minded(
        self, messages: Sequence[Incoming]
    ) -> list[tuple[Understanding, str]]:
        """Return whose ear each is for: told from talk here, handled later."""
        return [
            (self.fixed.minds[community], message.text)
            for message in messages
            if isinstance(message, Said)
            and (community := self._groups.get(message.chat.key)) is not None
        ]

    @staticmethod
    def _clean(message: Incoming) -> Incoming:
        """Take out what a database refuses or what could pass for ours."""
        if isinstance(message, (Said, Edited)) and _UNFIT.search(message.text):
            text = _UNFIT.sub("", message.text)
            message = msgspec.structs.replace(message, text=text)
        sender = getattr(message, "sender", None)
        if sender is None or is_plain(sender.name):
            return message
        sender = msgspec.structs.replace(sender, name=plain(sender.name))
        return msgspec.structs.replace(message, sender=sender)

    async def _learn_groups(self) -> None:
        known = await self.database.read(chats.bound)
        self._groups = {
            one.chat.key: one.community_id
            for one in known
            if one.community_id is not None
        }

    def _on_commit(self, touched: frozenset[str]) -> None:
        if touched & {"chat", "faq"}:
            self._changed.set()


def _may_bind(message: Incoming) -> bool:
    """Whether a message can make a group ours: few can."""
    if isinstance(message, Said):
        return hearing.is_binding(message)
    return isinstance(message, (Moved, Pressed))


def _speech(message: Said | Pressed) -> str:
    """Return what counts as one saying: an album does, whatever its parts."""
    if isinstance(message, Said) and message.album:
        return f"{message.sender.key}:album:{message.album}"
    return f"{message.channel}:{message.key}"


def _reason(error: Exception) -> str:
    """Return the kind of error; its words may quote the message."""
    return type(error).__name__
