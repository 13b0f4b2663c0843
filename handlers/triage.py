"""What workers, responsible bodies and the desk do to a ticket."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from config.terms import (
    OPEN,
    STAFF,
    Action,
    Command,
    Language,
    Level,
    LimitKind,
    Number,
    Role,
    TicketId,
    Urgency,
)
from handlers import letters, opening, report, wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import access, commands
from handlers.rules import ticket as rules
from handlers.rules.privacy import mask
from handlers.rules.refusals import NumberMissing, Refused
from storage import (
    buttons,
    chats,
    followers,
    limits,
    people,
    posts,
    subjects,
    tickets,
)
from storage.buttons import Button, Dialogue
from storage.messages import Chat, Outgoing, Pressed, Said, Say
from storage.people import Person
from storage.tickets import Ticket

WORDS_WAIT = timedelta(hours=12)
"""How long we wait for the words that a button asked for."""
OPENER = 14
"""Characters of a ticket that its button shows."""
OPENERS = 8
"""Tickets of a list that open by a button: a digit can press each."""
ANSWER_WAITS = timedelta(days=2)
"""How long the next words in private may be the answer to a question."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that is done to a ticket."""

    do: Callable[[Context, Ticket, str], list[Outgoing]]
    asks: str = ""
    """The sentence that asks for words, if the deed needs them."""


def by_command(
    ctx: Context, message: Said, rest: str, action: Action
) -> list[Outgoing]:
    """Do it to the ticket of the number typed, or of the message quoted."""
    ticket, words = named_ticket(ctx, message, rest)
    return perform(ctx, message, ticket, action, words)


def by_press(
    ctx: Context, press: Pressed, button: Button, action: Action
) -> list[Outgoing]:
    """Do it to the ticket of the button."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    return [
        letters.notice(press, ""),
        *perform(ctx, press, ticket, action, ""),
    ]


def by_words(
    ctx: Context, message: Said, dialogue: Dialogue
) -> list[Outgoing]:
    """Do what a button began, now that its words have come."""
    ticket = tickets.get(ctx.db, TicketId(dialogue.args["ticket"]))
    action = Action(dialogue.args["action"])
    return perform(ctx, message, ticket, action, message.text)


def perform(
    ctx: Context,
    message: Said | Pressed,
    ticket: Ticket,
    action: Action,
    words: str,
) -> list[Outgoing]:
    """Check the right, ask for missing words, do it, and answer."""
    if not access.may(report.ties_to(ctx, ticket), action):
        raise Refused("refused-not-allowed", number=ticket.number)
    rules.next_status(ticket.status, action)
    deed = DEEDS[action]
    if deed.asks and not words.strip():
        return _ask_words(ctx, message, ticket, action, deed)
    woken = alarmed(ctx, ticket)
    said = deed.do(ctx, ticket, words.strip())
    after = tickets.get(ctx.db, ticket.id)
    said += _calm(ctx, after, action, woken)
    answer = letters.reply(
        message,
        ctx.say(
            f"did-{action}",
            number=ticket.number,
            level=ctx.say(f"level-{after.level}"),
        ),
        ticket=ticket.id,
        again=True,
    )
    if isinstance(message, Said) and (
        message.photos or message.attachments or action is Action.RESOLVE
    ):
        opening.attach(ctx, ticket, message, None, "resolution")
        said += opening.pass_on(ctx, after, message, "resolution")
    return [answer, *said]


def named_ticket(ctx: Context, message: Said, rest: str) -> tuple[Ticket, str]:
    """Return the ticket meant, and the words behind its number."""
    number, words = commands.number_and_words(rest)
    if number is None and message.quote is not None:
        post = posts.find(
            ctx.db, ctx.id, message.chat.key, message.quote.message
        )
        if post is not None and post.ticket_id is not None:
            return tickets.get(ctx.db, post.ticket_id), rest
    if number is None:
        raise NumberMissing
    return by_number(ctx, number), words


def by_number(ctx: Context, number: Number) -> Ticket:
    """Return the ticket of a number, or refuse."""
    ticket = tickets.find(ctx.db, ctx.id, number)
    if ticket is None:
        raise Refused("refused-no-ticket", number=number)
    return ticket


def show(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Show one ticket with its history to those it concerns."""
    ticket, _ = named_ticket(ctx, message, rest)
    return _shown(ctx, message, ticket)


def opener(ticket: Ticket, words: str) -> Pick:
    """Return the button that shows a ticket, under a list of them."""
    label = f"{ticket.number} {wording.excerpt(words, OPENER)}"
    return Pick(label.strip(), "ticket-open", ticket.id)


def press_open(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Show the ticket of the button, with all that can be done to it."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    return [letters.notice(press, ""), *_shown(ctx, press, ticket)]


def _shown(
    ctx: Context, message: Said | Pressed, ticket: Ticket
) -> list[Outgoing]:
    ties = report.ties_to(ctx, ticket)
    if not ties & access.SEE:
        raise Refused("refused-not-yours", number=ticket.number)
    to = ctx.language
    running = limits.running(ctx.db, ticket.id)
    lines = [
        wording.card(
            ctx,
            ticket,
            tickets.words(ctx.db, ticket.id),
            running,
            to,
            photos=opening.coming(ctx, ticket),
        ),
        wording.history(ctx, tickets.history(ctx.db, ticket.id), to),
    ]
    staff = ties & {*access.MAY[Action.ACCEPT]}
    picks = (
        opening.worker_picks(ctx, ticket, to)
        if staff and ticket.status in OPEN
        else []
    )
    return [
        *letters.in_private(
            ctx, message, "\n".join(lines), picks=picks, ticket=ticket.id
        ),
        *opening.show_photos(ctx, ticket, ctx.person, now=True),
        *opening.play(ctx, ticket, ctx.person, now=True),
    ]


def todo(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """List one's own open tickets, soonest due first."""
    del rest
    person = ctx.person
    if person is None:
        raise Refused("refused-staff-only")
    found = work_of(ctx, person, limit=21)
    if not found and not (
        person.has(*STAFF) or opening.bodies_of(ctx, person.id)
    ):
        raise Refused("refused-staff-only")
    if not found:
        return letters.in_private(ctx, message, ctx.say("todo-none"))
    lines = [ctx.say("todo-head", count=len(found))]
    picks: list[Pick] = []
    for ticket in found[:20]:
        words = tickets.first_words(ctx.db, ticket.id)
        lines.append(wording.line(ctx, ticket, words, ctx.language))
        picks.append(opener(ticket, words))
        running = limits.running(ctx.db, ticket.id)
        if running:
            soonest = running[0]
            late = soonest.due_at <= ctx.now
            known = {*LimitKind} & {soonest.kind}
            sentence = f"todo-{soonest.kind if known else 'other'}"
            lines.append(
                "  "
                + ctx.say("todo-late" if late else sentence, at=soonest.due_at)
            )
    return letters.in_private(
        ctx,
        message,
        "\n".join(lines),
        picks=picks[:OPENERS],
        about=[subjects.ticket(one.id) for one in found[:20]],
    )


def work_of(ctx: Context, person: Person, limit: int) -> list[Ticket]:
    """Return the open tickets that are somebody's to handle.

    Soonest due first. What a grid's worker must not see is left out.
    """
    grids = people.grids_of(ctx.db, ctx.id, person.id)
    leads = person.has(*access.LEADERS)
    if leads:
        grids = frozenset(grid.id for grid in ctx.community.grids)
    bodies = opening.bodies_of(ctx, person.id)
    return [
        one
        for one in tickets.assigned(
            ctx.db, ctx.id, person.id, grids, bodies, limit
        )
        if leads
        or one.body_id in bodies
        or not access.is_desks_alone(one.private, one.assignee_id)
    ]


def tell_reporter(
    ctx: Context,
    ticket: Ticket,
    sentence: str,
    *,
    picks: Callable[[Language], list[Pick]] | None = None,
    mention: Ticket | None = None,
    **values: object,
) -> list[Outgoing]:
    """Tell the resident what happened to their matter, and who follows it.

    In private if they opened a private chat; else where they reported,
    as a reply, masked; and of a private matter only that there is news.
    Whoever reported a danger hears at night, too.
    """
    followed = tell_followers(ctx, ticket, sentence, **values)
    reporter = ctx.find(ticket.reporter_id)
    if reporter is None:
        return followed
    made = picks(ctx.language_of(reporter)) if picks else []
    origin = ticket.origin_chat, ticket.origin_message
    return followed + _tell_resident(
        ctx,
        ticket,
        reporter,
        origin,
        sentence,
        made,
        about=mention or ticket,
        **values,
    )


def _tell_resident(
    ctx: Context,
    ticket: Ticket,
    person: Person,
    origin: tuple[str, str],
    sentence: str,
    picks: list[Pick],
    *,
    about: Ticket,
    **values: object,
) -> list[Outgoing]:
    to = ctx.language_of(person)
    text = ctx.say(sentence, to, number=ticket.number, **values)
    return _say_to_resident(ctx, ticket, person, origin, text, picks, about)


def _say_to_resident(
    ctx: Context,
    ticket: Ticket,
    person: Person,
    origin: tuple[str, str],
    text: str,
    picks: list[Pick],
    about: Ticket,
) -> list[Outgoing]:
    """``origin``: the chat and the message in which they spoke of it."""
    urgency = Urgency(ticket.urgency)
    chat = people.private_chat(
        ctx.db, ctx.id, person.id, ctx.fixed.write_first
    )
    group = _group_of(ctx, origin[0])
    if chat is not None or group is None or ticket.private:
        return letters.tell(
            ctx,
            person,
            text,
            picks=picks,
            ticket=about.id,
            urgency=urgency,
            group=ticket.grid_id,
        )
    return [
        Say(
            chat=group,
            text=mask(text).rstrip(),
            choices=letters.choices(ctx, picks, allowed=person.id, chat=group),
            reply_to=origin[1],
            quiet=urgency is not Urgency.DANGER,
            urgency=urgency,
            again=urgency is Urgency.DANGER,
            ticket=about.id,
        ),
    ]


def ask_reporter(
    ctx: Context, ticket: Ticket, text: str, picks: list[Pick]
) -> list[Outgoing]:
    """Ask the reporter something, where they hear of their matter."""
    reporter = ctx.find(ticket.reporter_id)
    if reporter is None:
        return []
    origin = ticket.origin_chat, ticket.origin_message
    return _say_to_resident(ctx, ticket, reporter, origin, text, picks, ticket)


def tell_followers(
    ctx: Context, ticket: Ticket, sentence: str, **values: object
) -> list[Outgoing]:
    """Tell those who joined a ticket, or whose own went up in it.

    As its reporter is told, but for whoever does it.
    """
    said: list[Outgoing] = []
    for one in followers.of(ctx.db, ticket):
        person = ctx.find(one.person_id)
        if person is None or person == ctx.person:
            continue
        to = ctx.language_of(person)
        picks = [Pick(ctx.say("do-unfollow", to), "unfollow", ticket.id)]
        said += _tell_resident(
            ctx,
            ticket,
            person,
            (one.chat, one.message),
            sentence,
            picks,
            about=ticket,
            **values,
        )
    return said


def _group_of(ctx: Context, origin: str) -> Chat | None:
    channel, _, address = origin.partition(":")
    known = chats.find(ctx.db, channel, address)
    if known is None or known.state != "open":
        return None
    if known.community_id != ctx.id:
        return None
    return known.chat


def _ask_words(
    ctx: Context,
    message: Said | Pressed,
    ticket: Ticket,
    action: Action,
    deed: Deed,
) -> list[Outgoing]:
    buttons.expect(
        ctx.db,
        message.chat.key,
        message.sender.key,
        ctx.id,
        "ticket",
        {"ticket": ticket.id, "action": action},
        ctx.now + WORDS_WAIT,
    )
    return [
        letters.reply(
            message,
            ctx.say(deed.asks, number=ticket.number),
            ticket=ticket.id,
        )
    ]


def _accept(ctx: Context, ticket: Ticket, words: str) -> list[Outgoing]:
    taker = ctx.actor if ticket.assignee_id is None else ticket.assignee_id
    _step(
        ctx,
        ticket,
        Action.ACCEPT,
        words,
        accepted_at=ctx.now,
        assignee_id=taker,
    )
    limits.end(ctx.db, ticket.id, ctx.now, [LimitKind.ANSWER])
    running = limits.running(ctx.db, ticket.id)
    promise = wording.until(
        ctx, running, ctx.language_of(ctx.find(ticket.reporter_id))
    )
    return tell_reporter(
        ctx,
        ticket,
        "told-accepted",
        name=ctx.person.name if ctx.person else "",
        words="\n".join(filter(None, [words, promise])),
    )


def _ask(ctx: Context, ticket: Ticket, words: str) -> list[Outgoing]:
    _note(ctx, ticket, Action.ASK, "question", words)
    # the resident hears from a person, and how things go
    heard = [LimitKind.ANSWER, LimitKind.FEEDBACK]
    limits.end(ctx.db, ticket.id, ctx.now, heard)
    reporter = ctx.find(ticket.reporter_id)
    if reporter is None:
        raise Refused("refused-no-reporter", number=ticket.number)
    if not _await_answer(ctx, ticket, reporter):
        return tell_reporter(ctx, ticket, "told-asked", words=words)
    return letters.tell(
        ctx,
        reporter,
        ctx.say(
            "told-asked-in-private",
            ctx.language_of(reporter),
            number=ticket.number,
            words=words,
        ),
        ticket=ticket.id,
    )


def _await_answer(ctx: Context, ticket: Ticket, reporter: Person) -> bool:
    """Let the next words in private be the answer; False if none can be.

    Old people answer without replying to the message. Whoever is in the
    middle of another dialogue is not torn out of it.
    """
    chat = people.private_chat(
        ctx.db, ctx.id, reporter.id, ctx.fixed.write_first
    )
    if chat is None:
        return False
    known = buttons.expected(ctx.db, chat.key, chat.key, ctx.now)
    if known is not None and known.step != "answer":
        return False
    buttons.expect(
        ctx.db,
        chat.key,
        chat.key,
        ctx.id,
        "answer",
        {"ticket": ticket.id},
        ctx.now + ANSWER_WAITS,
    )
    return True


def _resolve(ctx: Context, ticket: Ticket, words: str) -> list[Outgoing]:
    after = _step(
        ctx,
        ticket,
        Action.RESOLVE,
        words,
        kind="resolution",
        resolved_at=ctx.now,
        accepted_at=ticket.accepted_at or ctx.now,
    )
    limits.end(ctx.db, ticket.id, ctx.now)
    closes = ctx.now + ctx.community.rules.close_after
    limits.put_dues(
        ctx.db,
        [
            {
                "community_id": ctx.id,
                "kind": "close",
                "subject_id": ticket.id,
                "limit_id": 0,
                "rung": "",
                "due_at": closes,
            }
        ],
    )

    def fixed(to: Language) -> list[Pick]:
        return [
            Pick(ctx.say("do-fixed", to), "fixed-yes", after.id),
            Pick(ctx.say("do-not-fixed", to), "fixed-no", after.id),
        ]

    return tell_reporter(ctx, after, "told-resolved", picks=fixed, words=words)


def _refuse(ctx: Context, ticket: Ticket, words: str) -> list[Outgoing]:
    _step(ctx, ticket, Action.REFUSE, words, kind="reason", closed_at=ctx.now)
    limits.end(ctx.db, ticket.id, ctx.now, met=False)

    def again(to: Language) -> list[Pick]:
        return [Pick(ctx.say("do-reopen", to), "fixed-no", ticket.id)]

    return tell_reporter(ctx, ticket, "told-refused", picks=again, words=words)


def lift(ctx: Context, ticket: Ticket, level: Level, words: str) -> Ticket:
    """Lift a ticket to a level; return it as it stands there."""
    tickets.move(ctx.db, ticket, ticket.status, level=level)
    words_id = None
    if words:
        words_id = ctx.keep(
            "reason",
            words,
            ticket=ticket.id,
        )
    ctx.log(
        Action.RAISE,
        ticket=ticket.id,
        old=ticket.level,
        new=level,
        words_id=words_id,
    )
    return tickets.get(ctx.db, ticket.id)


def alarmed(ctx: Context, ticket: Ticket) -> Sequence[Person]:
    """Return who is alarmed of a danger that nobody has answered yet.

    Those who got its card; at the second alarm the head of the grid; and
    who sits at the level that it has climbed to.
    """
    if ticket.urgency is not Urgency.DANGER:
        return []
    owed = [
        limit
        for limit in limits.running(ctx.db, ticket.id)
        if limit.kind == LimitKind.ANSWER
    ]
    if not owed:
        return []
    found = opening.handlers(ctx, ticket)
    again = ctx.now - owed[0].started_at >= 2 * ctx.community.rules.alarm_every
    if again and ticket.grid_id is not None:
        heads = people.holding(ctx.db, ctx.id, Role.HEAD, ticket.grid_id)
        alone = access.is_desks_alone(ticket.private, ticket.assignee_id)
        found += [] if alone else heads
    if ticket.level is not Level.GRID:
        found += overseers(ctx, ticket.level)
    return list({person.id: person for person in found}.values())


def _calm(
    ctx: Context, ticket: Ticket, action: Action, woken: Sequence[Person]
) -> list[Outgoing]:
    """Tell whom a danger has woken that somebody has it in hand."""
    if not woken or alarmed(ctx, ticket):
        return []
    said: list[Outgoing] = []
    for person in woken:
        if person == ctx.person:
            continue
        to = ctx.language_of(person)
        said += letters.tell(
            ctx,
            person,
            ctx.say(
                "told-in-hand",
                to,
                number=ticket.number,
                name=ctx.person.name if ctx.person else "",
                what=ctx.say(f"done-{action}", to),
            ),
            ticket=ticket.id,
            urgency=Urgency.DANGER,
        )
    return said


def overseers(ctx: Context, level: Level) -> Sequence[Person]:
    """Return who sits at a level above the grid."""
    role = Role.STREET if level is Level.STREET else Role.DESK
    return letters.desks(ctx, role)


def raised(
    ctx: Context, ticket: Ticket, to: Language, missed: str = ""
) -> tuple[str, str]:
    """Return why a ticket was raised, and the card below it.

    ``missed``: the limit that did it, when nobody did.
    """
    head = ctx.say(
        "told-raised-late" if missed else "told-raised",
        to,
        number=ticket.number,
        level=ctx.say(f"level-{ticket.level}", to),
        name=ctx.person.name if ctx.person else "",
        what=ctx.say(f"limit-{missed or 'other'}", to),
    )
    running = list(limits.running(ctx.db, ticket.id))
    written = tickets.words(ctx.db, ticket.id)
    return head, wording.card(ctx, ticket, written, running, to)


def _raise(ctx: Context, ticket: Ticket, words: str) -> list[Outgoing]:
    level = Level.COMMUNITY if ticket.level is Level.GRID else Level.STREET
    after = lift(ctx, ticket, level, words)
    said: list[Outgoing] = []
    for person in overseers(ctx, level):
        to = ctx.language_of(person)
        said += letters.tell(
            ctx,
            person,
            "\n\n".join(raised(ctx, after, to)),
            picks=opening.worker_picks(ctx, after, to),
            ticket=ticket.id,
            urgency=Urgency(ticket.urgency),
        )
        said += opening.show_photos(ctx, after, person)
    return said


def _step(
    ctx: Context,
    ticket: Ticket,
    action: Action,
    words: str,
    *,
    kind: str = "answer",
    **values: object,
) -> Ticket:
    status = rules.next_status(ticket.status, action)
    after = tickets.move(ctx.db, ticket, status, **values)
    words_id = None
    if words:
        words_id = ctx.keep(
            kind,
            words,
            ticket=ticket.id,
        )
    ctx.log(
        action,
        ticket=ticket.id,
        old=ticket.status,
        new=after.status,
        words_id=words_id,
    )
    return after


def _note(
    ctx: Context, ticket: Ticket, action: Action, kind: str, words: str
) -> None:
    words_id = ctx.keep(kind, words, ticket=ticket.id)
    ctx.log(
        action,
        ticket=ticket.id,
        words_id=words_id,
    )


DEEDS: dict[Action, Deed] = {
    Action.ACCEPT: Deed(_accept),
    Action.ASK: Deed(_ask, "ask-words-question"),
    Action.RESOLVE: Deed(_resolve, "ask-words-resolution"),
    Action.REFUSE: Deed(_refuse, "ask-words-reason"),
    Action.RAISE: Deed(_raise),
}

BY_COMMAND: dict[Command, Action] = {
    Command.ACCEPT: Action.ACCEPT,
    Command.ASK_RESIDENT: Action.ASK,
    Command.RESOLVE: Action.RESOLVE,
    Command.REFUSE: Action.REFUSE,
    Command.RAISE: Action.RAISE,
}
