"""One's own data: what is kept, a copy of it, and its end."""

from datetime import timedelta

from config.terms import PersonId, TicketId
from handlers import bridge, letters, opening, wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules.pages import split
from handlers.rules.refusals import Refused
from storage import (
    erasure,
    followers,
    limits,
    people,
    photos,
    recordings,
    tickets,
    wishes,
)
from storage.buttons import Button
from storage.erasure import Erased
from storage.messages import Outgoing, Pressed, Said
from storage.people import Person
from storage.tickets import Ticket

PART = 3500
"""Characters of one message; platforms take 4,096."""
SURE_WITHIN = timedelta(minutes=30)
MOST = 10_000


def privacy(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Say what is kept, for how long, and who sees it."""
    del rest
    rules = ctx.community.rules
    text = ctx.say(
        "privacy",
        community=ctx.community.called(ctx.language),
        photos=rules.photos_kept,
        words=rules.words_kept,
        chat=rules.chat_kept,
    )
    return letters.in_private(ctx, message, text)


def export(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Give somebody all that is kept of them."""
    del rest
    person = people.get(ctx.db, ctx.id, ctx.actor)
    lines = [
        *_about(ctx, person),
        "",
        *_tickets(ctx),
        *_follows(ctx),
        "",
        *_wishes(ctx),
        "",
        *_written(ctx),
        "",
        *_pictures(ctx),
    ]
    parts = split(lines, PART)
    return [letters.reply(message, part) for part in parts]


def _follows(ctx: Context) -> list[str]:
    joined = followers.followed_by(ctx.db, ctx.id, ctx.actor)
    if not joined:
        return []
    numbers = [str(tickets.get(ctx.db, id_).number) for id_ in joined]
    return [ctx.say("export-follows", numbers="、".join(numbers))]


def forget(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Say what forgetting means, and ask whether it is wanted."""
    del rest
    _check_free(ctx)
    picks = [
        Pick(ctx.say("forget-yes"), "forget-yes"),
        Pick(ctx.say("forget-no"), "forget-no"),
    ]
    return [
        letters.reply(
            message,
            ctx.say("forget-sure"),
            choices=letters.choices(
                ctx,
                picks,
                allowed=ctx.actor,
                chat=message.chat,
                lives=SURE_WITHIN,
            ),
        )
    ]


def press_forget(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Forget the presser, and tell those who were at work for them."""
    del button
    _check_free(ctx)
    goodbye = ctx.say("forgotten")
    asked = bridge.ask_to_forget(ctx, ctx.actor)
    erased = erasure.erase(ctx.db, ctx.id, ctx.actor, ctx.now)
    return [
        letters.notice(press, ctx.say("noted")),
        letters.reply(press, goodbye),
        *asked,
        *tell_erased(ctx.as_person(None), erased),
    ]


def press_keep(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Forget nothing."""
    del button
    return [letters.notice(press, ctx.say("noted-cancelled"))]


def tell_erased(ctx: Context, erased: Erased) -> list[Outgoing]:
    """Tell workers and volunteers whose matter has ended, or goes on."""
    said: list[Outgoing] = []
    for ticket in erased.withdrawn:
        said += _tell(ctx, ticket.assignee_id, "told-withdrawn", ticket)
    for ticket in erased.kept:
        said += _tell(ctx, ticket.assignee_id, "told-forgotten", ticket)
        now = tickets.get(ctx.db, ticket.id)
        running = list(limits.running(ctx.db, ticket.id))
        said += opening.assignment(ctx, now, running)
    for wish in erased.wishes:
        holder = ctx.find(wish.holder_id)
        if holder is None:
            continue
        to = ctx.language_of(holder)
        text = ctx.say("told-wish-forgotten", to, number=wish.number)
        said += letters.tell(ctx, holder, text, wish=wish.id)
    return said


def _tell(
    ctx: Context, person: PersonId | None, sentence: str, ticket: Ticket
) -> list[Outgoing]:
    found = ctx.find(person)
    if found is None:
        return []
    text = ctx.say(sentence, ctx.language_of(found), number=ticket.number)
    return letters.tell(ctx, found, text, ticket=TicketId(ticket.id))


def _check_free(ctx: Context) -> None:
    """Whom the pack names, the desk must take out of it first."""
    if ctx.is_named(ctx.actor):
        raise Refused("refused-forget-named")


def _about(ctx: Context, person: Person) -> list[str]:
    accounts = [
        f"{one.channel}:{one.address}"
        for one in people.accounts_of(ctx.db, ctx.id, person.id)
    ]
    roles = [ctx.say(f"role-{role}") for role, _ in person.roles]
    facts = (
        ("name", person.name),
        ("phone", person.phone),
        ("building", person.building),
        ("skills", person.skills),
        ("roles", roles),
        ("accounts", accounts),
    )
    return [
        ctx.say(
            "export-head",
            community=ctx.community.called(ctx.language),
            at=ctx.now,
        ),
        *(
            ctx.say(f"export-{name}", value=value)
            for name, value in facts
            if value
        ),
    ]


def _tickets(ctx: Context) -> list[str]:
    found = tickets.opened_by(ctx.db, ctx.id, ctx.actor, MOST)
    to = ctx.language
    return [
        ctx.say("export-tickets", count=len(found)),
        *(
            ctx.say(
                "export-ticket",
                number=ticket.number,
                status=wording.status_word(ctx, ticket, to),
                category=wording.category_name(ctx, ticket.category, to),
                at=ticket.opened_at,
                place=ticket.place or "—",
            )
            for ticket in reversed(found)
        ),
    ]


def _wishes(ctx: Context) -> list[str]:
    found = [
        wish
        for wish in wishes.of_person(ctx.db, ctx.id, ctx.actor, MOST)
        if wish.wisher_id == ctx.actor
    ]
    lines = [
        ctx.say("export-wishes", count=len(found)),
        *(
            ctx.say(
                "export-wish",
                number=wish.number,
                at=wish.opened_at,
                text=wish.public_text or "—",
                contact=wish.contact or "—",
            )
            for wish in reversed(found)
        ),
    ]
    held = wishes.held_by(ctx.db, ctx.id, ctx.actor)
    if held:
        numbers = [wish.number for wish in held]
        lines.append(ctx.say("export-claims", numbers=numbers))
    return lines


def _written(ctx: Context) -> list[str]:
    found = tickets.written_by(ctx.db, ctx.id, ctx.actor)
    return [
        ctx.say("export-words", count=len(found)),
        *(
            ctx.say("export-word", number=one.number, at=one.at, text=one.text)
            for one in found
        ),
    ]


def _pictures(ctx: Context) -> list[str]:
    found = photos.counted_by(ctx.db, ctx.id, ctx.actor)
    total = sum(count for _, count in found)
    played = recordings.count_by(ctx.db, ctx.id, ctx.actor)
    return [
        ctx.say("export-photos", count=total),
        *(
            ctx.say("export-photo", number=number, count=count)
            for number, count in found
        ),
        *([ctx.say("export-recordings", count=played)] if played else []),
    ]
