"""To whom, where and with which buttons: the outgoing side of handlers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from config.terms import (
    ChatKind,
    GridId,
    PersonId,
    PhotoId,
    Role,
    TicketId,
    Urgency,
    WishId,
)
from handlers import bridge
from handlers.context import Context
from handlers.rules import calendar
from handlers.rules.privacy import mask
from storage import (
    buttons,
    chats,
    outbox,
    people,
    seats,
    subjects,
    unwritten,
    webchat,
)
from storage.messages import (
    AnswerPress,
    Attachment,
    Chat,
    Choice,
    Edit,
    Edited,
    Incoming,
    Outgoing,
    Pressed,
    Said,
    Say,
)
from storage.people import NEVER, Person

BUTTON_LIVES = timedelta(days=30)
LABEL = 32
"""Characters of a button's label."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A button to be: its label and what pressing it does."""

    label: str
    action: str = ""
    """A name of the router's table of presses."""
    subject: int = 0
    args: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""


def choices(
    ctx: Context,
    picks: Sequence[Pick],
    *,
    allowed: PersonId | None = None,
    chat: Chat | None = None,
    lives: timedelta = BUTTON_LIVES,
) -> tuple[Choice, ...]:
    """Issue the button rows; ``allowed`` None: whom the action allows.

    A platform may reject long labels: they are cut.
    """
    bunch = ctx.fixed.token()
    made: list[Choice] = []
    rows: list[dict[str, Any]] = []
    for pick in picks:
        if pick.url:
            made.append(Choice(label=_cut(pick.label), url=pick.url))
            continue
        token = ctx.fixed.token()
        made.append(Choice(label=_cut(pick.label), token=token))
        rows.append(
            {
                "token": token,
                "community_id": ctx.id,
                "action": pick.action,
                "subject_id": pick.subject,
                "args": dict(pick.args),
                "allowed": allowed or "",
                "chat": chat.key if chat else "",
                "bunch": bunch,
                "created_at": ctx.now,
                "expires_at": ctx.now + lives,
            }
        )
    buttons.issue(ctx.db, rows)
    return tuple(made)


def _cut(label: str) -> str:
    """Return a label as long as may be, and show where it was cut."""
    if len(label) <= LABEL:
        return label
    kept = label[: LABEL - 1]
    words, blank, _ = kept.rpartition(" ")
    return f"{words if blank and len(words) > LABEL // 2 else kept}…"


def reply(
    message: Said | Edited | Pressed,
    text: str,
    *,
    choices: Sequence[Choice] = (),
    ticket: TicketId | None = None,
    wish: WishId | None = None,
    urgency: Urgency = Urgency.ROUTINE,
    again: bool = False,
    quoting: bool = True,
    about: Sequence[str] = (),
) -> Say:
    """Answer where the message was said, at any hour.

    ``quoting`` False: platforms show what a reply replies to, and what
    concerns neighbours should not be read twice. Nor should the phone or
    the door in a wish.
    """
    said_id = message.message if isinstance(message, Pressed) else message.id
    if wish is not None and isinstance(message, Said):
        quoting = quoting and mask(message.text) == message.text
    group = quoting and message.chat.kind is ChatKind.GROUP
    return Say(
        chat=message.chat,
        text=text,
        choices=tuple(choices),
        reply_to=said_id if group else "",
        ticket=ticket,
        wish=wish,
        urgency=urgency,
        again=again,
        about=tuple(about),
    )


def notice(press: Pressed, text: str, *, alert: bool = False) -> AnswerPress:
    """End a press with words that only the presser sees."""
    return AnswerPress(
        chat=press.chat, press=press.id, text=text[:190], alert=alert
    )


def settled(ctx: Context, press: Pressed) -> list[Outgoing]:
    """Take the buttons off a question that has just been answered."""
    letter = outbox.find_sent(ctx.db, press.chat.key, press.message)
    asked = None if letter is None else letter.outgoing
    if letter is None or not isinstance(asked, Say) or not asked.text:
        return []
    return [
        Edit(
            chat=press.chat,
            letter=letter.id,
            text=asked.text,
            about=subjects.told(asked),
        )
    ]


def tell(
    ctx: Context,
    person: Person | None,
    text: str,
    *,
    picks: Sequence[Pick] = (),
    photos: Sequence[PhotoId] = (),
    recordings: Sequence[Attachment] = (),
    ticket: TicketId | None = None,
    wish: WishId | None = None,
    urgency: Urgency = Urgency.ROUTINE,
    now: bool = False,
    group: GridId | None = None,
    about: Sequence[str] = (),
) -> list[Outgoing]:
    """Tell one person something, in private.

    It respects the night unless it is danger or ``now``. Somebody who
    never opened a private chat gets the letter once they do; until then
    the group of ``group`` hears once that there is one.
    """
    if person is None:
        return []
    chat, closed = _door(ctx, person)
    if chat is None:
        return _call_in_group(ctx, person, None, group, urgency)
    letter = Say(
        chat=chat,
        text=text.rstrip(),
        choices=choices(ctx, picks, allowed=person.id, chat=chat),
        photos=tuple(photos),
        recordings=tuple(recordings),
        ticket=ticket,
        wish=wish,
        urgency=urgency,
        again=urgency is Urgency.DANGER,
        quiet=urgency is not Urgency.DANGER and not now,
        until_open=closed,
        about=tuple(about),
    )
    if not closed:
        return [letter]
    return [letter, *_call_in_group(ctx, person, chat, group, urgency)]


def chat_of(ctx: Context, person: Person) -> Chat | None:
    """Return where a letter to somebody goes, opened yet or not."""
    return _door(ctx, person)[0]


def is_reachable(ctx: Context, person: Person) -> bool:
    """Whether a letter to somebody would arrive now."""
    return (
        people.private_chat(ctx.db, ctx.id, person.id, ctx.fixed.write_first)
        is not None
    )


def _door(ctx: Context, person: Person) -> tuple[Chat | None, bool]:
    """Return somebody's private chat, and whether it is still closed."""
    chat = people.private_chat(
        ctx.db, ctx.id, person.id, ctx.fixed.write_first
    )
    if chat is not None:
        return chat, False
    return people.unopened_chat(ctx.db, ctx.id, person.id), True


def in_private(
    ctx: Context,
    message: Said | Pressed,
    text: str,
    *,
    picks: Sequence[Pick] = (),
    ticket: TicketId | None = None,
    about: Sequence[str] = (),
) -> list[Outgoing]:
    """Answer the speaker alone, and in a group only that we did.

    A list says what all it is ``about`` (``subjects``).
    """
    if message.chat.kind is ChatKind.PRIVATE:
        return [
            reply(
                message,
                text,
                choices=choices(ctx, picks, allowed=ctx.actor),
                ticket=ticket,
                about=about,
            )
        ]
    told = tell(
        ctx,
        ctx.person,
        text,
        picks=picks,
        ticket=ticket,
        now=True,
        about=about,
    )
    return [
        *told,
        reply(
            message,
            ctx.say("answered-in-private"),
            choices=to_private(ctx, message),
        ),
    ]


def to_private(ctx: Context, message: Said | Pressed) -> tuple[Choice, ...]:
    """Return the link that opens the private chat, where there is one."""
    link = ctx.fixed.opening_link(message.chat.channel, "news")
    return (Choice(label="↗ Linli", url=link),) if link else ()


def announce(
    ctx: Context,
    grid: GridId | None,
    text: str,
    *,
    picks: Sequence[Pick] = (),
    ticket: TicketId | None = None,
    wish: WishId | None = None,
    urgency: Urgency = Urgency.ROUTINE,
) -> list[Outgoing]:
    """Say something in every group of a grid (of all grids for None)."""
    return [
        Say(
            chat=chat,
            text=text,
            choices=choices(ctx, picks, chat=chat),
            ticket=ticket,
            wish=wish,
            urgency=urgency,
            quiet=urgency is not Urgency.DANGER,
        )
        for chat in chats.groups(ctx.db, ctx.id, grid)
    ]


def desks(ctx: Context, role: Role = Role.DESK) -> Sequence[Person]:
    """Return who sits at the desk (or holds another role of all grids)."""
    return people.holding(ctx.db, ctx.id, role)


def post(ctx: Context, said: list[Outgoing]) -> None:
    """Queue what was said; letters that may wait do so for the morning.

    What happened to tickets goes out to the systems they lie with, too.
    """
    wait = morning(ctx)
    held = [
        (_signed(ctx, one), _not_before(one, wait))
        for one in (*said, *bridge.follow(ctx))
    ]
    outbox.put(ctx.db, held, ctx.id, ctx.now)


def tie(ctx: Context, message: Incoming, said: Sequence[Outgoing]) -> None:
    """Note which matter somebody's words to us are about.

    The web chat keeps them, and is to forget them with the matter.
    """
    if (
        not isinstance(message, Said)
        or message.channel != seats.CHANNEL
        or message.chat.kind is not ChatKind.PRIVATE
    ):
        return
    found = [
        each
        for one in said
        if isinstance(one, Say)
        for each in subjects.matter(one)
    ]
    webchat.tie(ctx.db, ctx.id, int(message.id), list(dict.fromkeys(found)))


def _signed(ctx: Context, outgoing: Outgoing) -> Outgoing:
    """Return a letter that says who has caused it: it may name them.

    One that names no matter is taken to tell of all whose words were read.
    """
    if not isinstance(outgoing, Say):
        return outgoing
    about = outgoing.about
    if not subjects.told(outgoing):
        about = tuple(sorted(unwritten.told(ctx.db)))
    if ctx.person is not None:
        about = (*about, subjects.person(ctx.person.id))
    return replace(outgoing, about=about) if about else outgoing


def morning(ctx: Context) -> datetime | None:
    """Return when this night ends; None by day."""
    return calendar.morning(
        ctx.now,
        ctx.community.time_zone,
        ctx.community.rules.quiet_from,
        ctx.community.rules.quiet_until,
    )


def _not_before(outgoing: Outgoing, wait: datetime | None) -> datetime | None:
    if not isinstance(outgoing, Say):
        return None
    if outgoing.until_open:
        return NEVER
    return wait if outgoing.quiet else None


def _call_in_group(
    ctx: Context,
    person: Person,
    chat: Chat | None,
    grid: GridId | None,
    urgency: Urgency,
) -> list[Outgoing]:
    """Say once in the group that somebody should open the private chat.

    Danger calls once more, and says so.
    """
    if grid is None:
        return []
    if chat is not None and people.is_called(ctx.db, chat, urgency):
        return []
    danger = urgency is Urgency.DANGER
    said: list[Outgoing] = []
    for group in chats.groups(ctx.db, ctx.id, grid):
        if chat is not None and group.channel != chat.channel:
            continue
        link = ctx.fixed.opening_link(group.channel, "news")
        said.append(
            Say(
                chat=group,
                text=ctx.say(
                    "call-to-danger" if danger else "call-in-group",
                    ctx.community.language,
                    name=mask(person.name),
                ),
                choices=(Choice(label="↗ Linli", url=link),) if link else (),
                urgency=urgency,
                quiet=not danger,
            )
        )
    return said
