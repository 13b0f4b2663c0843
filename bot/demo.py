"""The demo's past and its future: time that is lived, not skipped.

Its past is a story, lived by the program before it opens.

Everybody of ``demo.yaml`` says and does their part to the real program, at
the moment they are said to have done it, and what the program answers is
put into the chat as of then. So the first look shows what the program
does, and nothing that only looks like it. When a visitor moves the clock,
it goes through every moment on the way: who would have been told on
Tuesday morning has a letter of Tuesday morning.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Protocol, assert_never

import structlog

from bot.channels.webchat_seats import addresses
from bot.clock import sweep
from config.pack.demo import Demo, DemoTicket, DemoWish, Line, Step
from config.terms import (
    Action,
    ChatKind,
    Command,
    GridId,
    Number,
    PersonId,
    TicketId,
    WishId,
    WishStatus,
)
from handlers import hearing
from handlers.context import Fixed
from handlers.rules.commands import WORDS
from handlers.understanding.meaning import Sure
from storage import (
    buttons,
    limits,
    outbox,
    posts,
    seats,
    subjects,
    tickets,
    turns,
    webchat,
    wishes,
)
from storage.database import Connection, Database
from storage.messages import (
    AnswerPress,
    Chat,
    Edit,
    Leave,
    Order,
    Outgoing,
    Pressed,
    Said,
    Say,
    Sender,
    SetMenu,
)
from storage.seats import CHANNEL
from storage.wishes import Wish

LEASE = timedelta(minutes=1)
BEAT = timedelta(hours=1)
"""How often time passes in the past, for reminders and ends of limits."""
SOON = timedelta(minutes=3)
LOOK_EACH_S = 0.01
STUCK_S = 5.0
"""A letter that does not get away holds up the visitor no longer."""
_BY_WORDS = {
    Action.ACCEPT: Command.ACCEPT,
    Action.RESOLVE: Command.RESOLVE,
    Action.REFUSE: Command.REFUSE,
    Action.RAISE: Command.RAISE,
}
_BY_PRESS = {
    Action.CONFIRM: "fixed-yes",
    Action.REOPEN: "fixed-no",
    Action.RATE: "rate",
}

log = structlog.get_logger()
Deed = Callable[[datetime], None]


def is_fresh(db: Connection) -> bool:
    """Tell whether nothing was ever said here."""
    return not webchat.owed(db, 1) and webchat.find(db, 1) is None


def last_moment(db: Connection) -> datetime | None:
    """Return when something was last said: the demo's time goes on there."""
    return webchat.last_moment(db)


def live(fixed: Fixed, db: Connection, demo: Demo, now: datetime) -> None:
    """Live through the demo's past, up to ``now``."""
    _Past(fixed, db, demo, now).live()


class Movable(Protocol):
    """A clock that can be moved on."""

    def __call__(self) -> datetime:
        """Return the time."""

    def forward(self, by: timedelta) -> None:
        """Move on."""


@dataclass(eq=False, kw_only=True)
class Forward:
    """Moves the demo's clock, and lets what is due on the way happen.

    Nothing is late because the clock was moved over it: it stops at each
    moment at which something waits, until that is done and delivered.
    """

    clock: Movable
    database: Database
    tick: Callable[[], Awaitable[None]]
    """Lets everything have its effect that is due."""
    send: Callable[[], Awaitable[None]]
    """Looks for letters to send."""
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(self, by: timedelta) -> datetime:
        """Move on by a span; return the time it is then."""
        async with self._one:
            until = self.clock() + by
            while (at := await self._next(until)) is not None:
                await self._live(at)
            await self._live(until)
        return self.clock()

    async def _next(self, until: datetime) -> datetime | None:
        now = self.clock()

        def look(db: Connection) -> datetime | None:
            found = (
                limits.next_due(db, now, until),
                turns.next_held(db, now, until),
            )
            return min((at for at in found if at is not None), default=None)

        return await self.database.read(look)

    async def _live(self, at: datetime) -> None:
        # the wall's clock beneath goes on meanwhile
        self.clock.forward(max(at - self.clock(), timedelta(0)))
        await self.tick()
        try:
            async with asyncio.timeout(STUCK_S):
                while await self.database.read(self._is_busy):
                    await self.send()
                    await asyncio.sleep(LOOK_EACH_S)
        except TimeoutError:
            log.warning("demo_letter_stuck")

    def _is_busy(self, db: Connection) -> bool:
        return turns.anything_due(db, self.clock()) or turns.under_way(db)


@dataclass(frozen=True, slots=True, order=True)
class _Moment:
    at: datetime
    turn: int
    """Of two things at one moment, the one told first happens first."""
    deed: Deed = field(compare=False)


class _Past:
    def __init__(
        self, fixed: Fixed, db: Connection, demo: Demo, now: datetime
    ) -> None:
        self._fixed = fixed
        self._db = db
        self._demo = demo
        self._now = now
        self._community = fixed.pack.community(demo.community)
        self._turn = count()
        self._agenda: list[_Moment] = []
        self._tickets = dict[DemoTicket, TicketId]()

    def live(self) -> None:
        self._plan()
        while self._agenda:
            moment = heappop(self._agenda)
            moment.deed(moment.at)
            self._deliver(moment.at)
        seats.mark_all_read(self._db)

    def _at(self, at: datetime, deed: Deed) -> None:
        if at <= self._now:
            heappush(self._agenda, _Moment(at, next(self._turn), deed))

    def _plan(self) -> None:
        demo, now = self._demo, self._now
        for line in demo.talk:
            self._at(now - line.ago, partial(self._chat, line))
        for ticket in demo.tickets:
            self._at(now - ticket.ago, partial(self._report, ticket))
            for step in ticket.steps:
                self._at(now - step.ago, partial(self._step, ticket, step))
        for wish in demo.wishes:
            self._at(now - wish.ago, partial(self._wish, wish))
        ages = [one.ago for one in demo.tickets]
        ages += [one.ago for one in demo.wishes]
        at = now - max(ages, default=timedelta(0))
        while at <= now:
            self._at(at, self._beat)
            at += BEAT

    # What happened

    def _beat(self, at: datetime) -> None:
        sweep(self._fixed, self._db, at, 100)

    def _chat(self, line: Line, at: datetime) -> None:
        self._post(at, line.person, line.text, self._group(line.grid))

    def _report(self, one: DemoTicket, at: datetime) -> None:
        group = self._group(one.grid)
        message = self._says(at, one.person, self._clear(one.text), group)
        post = posts.find(self._db, self._community.id, group.key, message)
        if post is None or post.ticket_id is None:
            log.warning("demo_report_unheard", category=one.category)
            return
        self._tickets[one] = post.ticket_id

    def _clear(self, text: str) -> str:
        """Return words that are surely understood, as people learn to."""
        mind = self._fixed.minds[self._community.id]
        if mind.judge(text, addressed=True).sure is Sure.ACT:
            return text
        word = WORDS[Command.REPORT][0]
        return text if text.startswith(word) else f"{word} {text}"

    def _step(self, one: DemoTicket, step: Step, at: datetime) -> None:
        ticket = self._tickets.get(one)
        if ticket is None:
            return
        by, action = step.person, step.action
        if action in _BY_WORDS:
            number = tickets.get(self._db, ticket).number
            word = WORDS[_BY_WORDS[action]][0]
            self._says(at, by, f"{word} {number} {step.text}".strip())
        elif action in _BY_PRESS:
            args = {"stars": step.stars} if step.stars else {}
            self._press(at, by, _BY_PRESS[action], ticket, args)
            if step.text:
                self._says(at, by, step.text)

    def _wish(self, one: DemoWish, at: datetime) -> None:
        number = tickets.peek_number(self._db, self._community.id)
        by = one.filed_by or one.person
        chat = None if one.filed_by else self._group(one.grid)
        self._says(at, by, f"{WORDS[Command.WISH][0]} {one.text}", chat)
        found = wishes.find(self._db, self._community.id, number)
        if found is None:
            log.warning("demo_wish_unheard", kind=one.kind)
            return
        self._at(at + SOON, partial(self._consent, one, found.id))
        if one.status is not WishStatus.PROPOSED:
            self._at(at + one.ago / 8, partial(self._approve, one, number))
        if one.claimed_by is not None:
            self._at(at + one.ago / 3, partial(self._claim, one, number))
        if one.status is WishStatus.FULFILLED:
            self._at(at + one.ago / 2, partial(self._fulfil, one, found))

    def _consent(self, one: DemoWish, wish: WishId, at: datetime) -> None:
        by = one.filed_by or one.person
        if one.filed_by is not None:
            wisher = self._community.person(one.person)
            self._says(at, by, f"{wisher.name} {wisher.phone}".strip())
        self._press(at, by, "wish-consent", wish, {"yes": 1})

    def _approve(self, one: DemoWish, number: Number, at: datetime) -> None:
        worker = self._community.grid(one.grid).worker
        if worker is not None:
            word = WORDS[Command.APPROVE][0]
            self._says(at, worker, f"{word} {number} {one.public}".strip())

    def _claim(self, one: DemoWish, number: Number, at: datetime) -> None:
        if one.claimed_by is not None:
            word = WORDS[Command.CLAIM][0]
            self._says(at, one.claimed_by, f"{word} {number}")

    def _fulfil(self, one: DemoWish, wish: Wish, at: datetime) -> None:
        if one.claimed_by is not None:
            word = WORDS[Command.DONE][0]
            words = f"{word} {wish.number} {one.done}".strip()
            self._says(at, one.claimed_by, words)
            by = one.filed_by or one.person
            self._press(at, by, "wish-confirm", wish.id, {})

    # How people and the program speak

    def _group(self, grid: GridId) -> Chat:
        (group, *_) = self._community.grid(grid).groups
        return Chat(CHANNEL, group.partition(":")[2], ChatKind.GROUP)

    def _address(self, person: PersonId) -> str:
        (address, *_) = addresses(self._community.person(person))
        return address

    def _post(
        self, at: datetime, person: PersonId, text: str, chat: Chat
    ) -> str:
        address = self._address(person)
        viewer = seats.viewer(self._db, address)
        if viewer is None:
            raise LookupError(f"{person} has no seat")
        stored = webchat.post(
            self._db,
            chat=chat.address,
            sender=viewer,
            client=f"past-{next(self._turn)}",
            text=text,
            photos=(),
            quote=None,
            now=at,
        )
        webchat.mark_handed(self._db, webchat.owed(self._db, 1))
        return str(stored.id)

    def _says(
        self,
        at: datetime,
        person: PersonId,
        text: str,
        group: Chat | None = None,
    ) -> str:
        """Say something to the program; return the message's id."""
        address = self._address(person)
        chat = group or Chat(CHANNEL, address, ChatKind.PRIVATE)
        message = self._post(at, person, text, chat)
        said = Said(
            channel=CHANNEL,
            account=CHANNEL,
            chat=chat,
            sender=self._sender(person),
            id=message,
            at=at,
            text=text,
            addressed=group is not None,
        )
        hearing.hear(self._fixed, self._db, said, at)
        self._deliver(at)
        return message

    def _press(
        self,
        at: datetime,
        person: PersonId,
        action: str,
        subject: int,
        args: Mapping[str, object],
    ) -> None:
        """Press the newest such button that waits for this person."""
        button = buttons.waiting(
            self._db, self._community.id, action, subject, args
        )
        if button is None:
            log.warning("demo_no_button", action=action)
            return
        pressed = Pressed(
            channel=CHANNEL,
            account=CHANNEL,
            chat=Chat(CHANNEL, self._address(person), ChatKind.PRIVATE),
            sender=self._sender(person),
            id=f"{self._address(person)}.past-{next(self._turn)}",
            at=at,
            token=button.token,
        )
        hearing.hear(self._fixed, self._db, pressed, at)
        self._deliver(at)

    def _sender(self, person: PersonId) -> Sender:
        name = self._community.person(person).name
        return Sender(CHANNEL, self._address(person), name)

    # What the program answered

    def _deliver(self, at: datetime) -> None:
        while letters := turns.take(self._db, at, LEASE, {}):
            for letter in letters:
                if letter.chat.partition(":")[0] != CHANNEL:
                    outbox.park(self._db, letter, "the demo's past")
                    outbox.drop(self._db, letter.id)
                    continue
                message = self._put(letter.outgoing, letter.key, at)
                outbox.mark_sent(self._db, letter, message, at)

    def _put(self, outgoing: Outgoing, key: str, at: datetime) -> str:
        match outgoing:
            case Say():
                stored = webchat.say(
                    self._db,
                    chat=outgoing.chat.address,
                    letter=key,
                    text=outgoing.text,
                    choices=outgoing.choices,
                    photos=outgoing.photos,
                    reply_to=outgoing.reply_to,
                    now=at,
                    about=subjects.told(outgoing),
                )
                return "" if stored is None else str(stored.id)
            case Edit():
                message = outbox.message_of(self._db, outgoing)
                if message:
                    webchat.rewrite(
                        self._db,
                        outgoing.chat.address,
                        int(message),
                        outgoing.text,
                        outgoing.choices,
                    )
                return message or ""
            case SetMenu():
                seats.set_menu(self._db, outgoing.chat.address, outgoing.items)
                return ""
            case AnswerPress() | Leave() | Order():
                return ""
            case _:
                assert_never(outgoing)
