"""Sentences with their values filled in: names, lines, cards."""

from collections.abc import Sequence

from msgspec import structs

from config.terms import (
    CategoryId,
    GridId,
    Language,
    LimitKind,
    Source,
    Status,
    Urgency,
)
from handlers.context import Context, Fixed
from handlers.rules.limits import alarms
from handlers.rules.privacy import mask
from storage.limits import TimeLimit
from storage.messages import Say
from storage.people import Person
from storage.tickets import SYSTEM, Event, Ticket, Words

EXCERPT = 60
CARD = 1500


def category_name(ctx: Context, category: CategoryId, to: Language) -> str:
    """Return what people call a category."""
    try:
        names = ctx.community.category(category).names
    except KeyError:
        return category
    return names.get(to) or names[ctx.community.language]


def grid_name(
    ctx: Context, grid: GridId | None, to: Language | None = None
) -> str:
    """Return a grid's name as somebody reads it, "" for none."""
    if grid is None:
        return ""
    try:
        return ctx.community.grid(grid).called(to or ctx.language)
    except KeyError:
        return grid


def owner_name(ctx: Context, ticket: Ticket, to: Language) -> str:
    """Return who is responsible, in words a resident understands."""
    person = ctx.find(ticket.assignee_id)
    if ticket.body_id is not None:
        try:
            names = ctx.community.body(ticket.body_id).names
        except KeyError:
            names = {}
        body = names.get(to) or names.get(ctx.community.language, "")
        if body and person is not None:
            return ctx.say("owner-both", to, person=person.name, body=body)
    if person is not None:
        return ctx.say("owner-worker", to, person=person.name)
    return ctx.say("owner-desk", to)


def excerpt(text: str, length: int = EXCERPT) -> str:
    """Return the beginning of words, on one line, masked."""
    line = " ".join(mask(text).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def facts(ctx: Context, ticket: Ticket, to: Language) -> str:
    """Return category, urgency and grid on one line."""
    parts = [category_name(ctx, ticket.category, to)]
    if ticket.urgency is not Urgency.ROUTINE:
        parts.append(ctx.say(f"urgency-{ticket.urgency}", to))
    if ticket.grid_id is not None:
        parts.append(grid_name(ctx, ticket.grid_id, to))
    return " · ".join(part for part in parts if part)


def until(
    ctx: Context,
    limits: Sequence[TimeLimit],
    to: Language,
    kind: str = LimitKind.RESOLVE,
) -> str:
    """Return the sentence that promises a limit, "" if none is to come."""
    for limit in limits:
        if limit.kind == kind and limit.due_at > ctx.now:
            return ctx.say(f"until-{kind}", to, at=limit.due_at)
    return ""


def received(
    ctx: Context,
    ticket: Ticket,
    limits: Sequence[TimeLimit],
    to: Language,
    *,
    to_copy: bool = False,
) -> str:
    """Return the acknowledgement of a report, masked for a group.

    ``to_copy``: it will be read where nobody can answer us.
    """
    lines = [
        *_danger(ctx, ticket, to),
        ctx.say("received", to, number=ticket.number),
        facts(ctx, ticket, to),
    ]
    if ticket.place:
        lines.append(ctx.say("place-line", to, place=mask(ticket.place)))
    lines.append(ctx.say("owner-line", to, owner=owner_name(ctx, ticket, to)))
    promise = _answer_until(ctx, ticket, limits, to) or until(ctx, limits, to)
    if promise:
        lines.append(promise)
    if not to_copy:
        lines.append(ctx.say("received-correct", to))
    return "\n".join(lines)


def received_apart(ctx: Context, ticket: Ticket, to: Language) -> str:
    """Return all that a group reads of what is not argued there."""
    lines = [*_danger(ctx, ticket, to), ctx.say("received-apart", to)]
    return "\n".join(lines)


def emergency(ctx: Context, category: CategoryId, to: Language) -> str:
    """Return whom to call in danger of a kind."""
    try:
        own = ctx.community.category(category).emergency
    except KeyError:
        own = {}
    return own.get(to) or ctx.community.rules.emergency[to]


def _danger(ctx: Context, ticket: Ticket, to: Language) -> list[str]:
    """Return whom to call first, if it is a danger."""
    if ticket.urgency is not Urgency.DANGER:
        return []
    numbers = emergency(ctx, ticket.category, to)
    return [ctx.say("received-danger", to, numbers=numbers)]


def _answer_until(
    ctx: Context, ticket: Ticket, limits: Sequence[TimeLimit], to: Language
) -> str:
    """Return the promise of an answer; of a danger, how it is kept."""
    rules = ctx.community.rules
    promise = until(ctx, limits, to, LimitKind.ANSWER)
    if not promise or not alarms(rules, Urgency(ticket.urgency)):
        return promise
    return f"{promise}{ctx.say('until-then', to, every=rules.alarm_every)}"


def card(
    ctx: Context,
    ticket: Ticket,
    words: Sequence[Words],
    limits: Sequence[TimeLimit],
    to: Language,
    photos: int = 0,
) -> str:
    """Return all that its worker needs, unmasked: for private chats only."""
    reporter = ctx.find(ticket.reporter_id)
    lines = [
        ctx.say(
            "card-head",
            to,
            number=ticket.number,
            status=status_word(ctx, ticket, to),
        ),
        facts(ctx, ticket, to),
    ]
    if ticket.place:
        lines.append(ctx.say("place-line", to, place=ticket.place))
    if ticket.lat is not None and ticket.lon is not None:
        lines.append(f"{ticket.lat:.6f}, {ticket.lon:.6f}")
    if reporter is not None:
        lines.append(_reporter(ctx, ticket, reporter, to))
    lines += [_written(ctx, said, to) for said in words if said.text]
    if photos:
        lines.append(ctx.say("card-photos", to, count=photos))
    for limit in limits:
        if limit.kind in {LimitKind.ANSWER, LimitKind.RESOLVE}:
            lines.append(ctx.say(f"card-{limit.kind}", to, at=limit.due_at))
    return "\n".join(lines)


def _written(ctx: Context, words: Words, to: Language) -> str:
    """Return what somebody wrote, and as what."""
    text = words.text[:CARD]
    if words.kind == "report":
        return text
    return ctx.say(f"words-{words.kind}", to, text=text)


def _reporter(
    ctx: Context, ticket: Ticket, reporter: Person, to: Language
) -> str:
    """Return who reported; of who did so for others, from where, too."""
    if ticket.source in {Source.GROUP, Source.PRIVATE, Source.INQUIRY}:
        return ctx.say("card-reporter", to, who=who(reporter))
    source = ctx.say(f"source-{ticket.source}", to)
    return ctx.say("card-filer", to, who=who(reporter), source=source)


def history(ctx: Context, events: Sequence[Event], to: Language) -> str:
    """Return what happened to a ticket, a line each."""
    return "\n".join(
        ctx.say(
            "history-line",
            to,
            at=event.at,
            who=_actor(ctx, event, to),
            what=ctx.say(f"done-{event.action}", to),
        )
        for event in events
    )


def marked_again(fixed: Fixed, say: Say) -> Say:
    """Return words with a mark that they may have been said before."""
    community = fixed.pack.communities[0]
    mark = fixed.texts[community.id].say(community.language, "said-again")
    return structs.replace(say, text=f"{mark}\n{say.text}")


def _actor(ctx: Context, event: Event, to: Language) -> str:
    if event.actor_id in {None, SYSTEM}:
        return ctx.say("linli", to)
    actor = ctx.find(event.actor_id)
    return actor.name if actor else ctx.say("somebody", to)


def who(person: Person) -> str:
    """Return a person's name and phone, for staff."""
    return f"{person.name} {person.phone}".strip() or person.id


def line(ctx: Context, ticket: Ticket, text: str, to: Language) -> str:
    """Return one line of a list of tickets."""
    return ctx.say(
        "ticket-line",
        to,
        number=ticket.number,
        status=status_word(ctx, ticket, to),
        category=category_name(ctx, ticket.category, to),
        words=excerpt(text, 28),
    )


def status_word(ctx: Context, ticket: Ticket, to: Language) -> str:
    """Return what people call the status of a ticket.

    Only its reporter closes what nobody resolved: by taking it back.
    """
    if ticket.status is Status.CLOSED and ticket.resolved_at is None:
        return ctx.say("status-withdrawn", to)
    return ctx.say(f"status-{ticket.status}", to)
