"""What happens when a moment comes: reminders and the ladder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from config.terms import (
    OPEN,
    Action,
    Level,
    LimitKind,
    PersonId,
    TicketId,
    Urgency,
)
from handlers import letters, opening, triage, wording
from handlers.context import Context
from storage import limits, tickets
from storage.limits import Due, TimeLimit
from storage.messages import Outgoing
from storage.people import Person
from storage.tickets import Ticket

FEW = 3
"""Tickets that somebody hears of one by one; more become one letter."""
SHOWN = 20
"""Tickets that such a letter names."""
JUST_NOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Nudge:
    """What somebody is to hear about a ticket whose moment has come."""

    person: Person
    ticket: Ticket
    lines: tuple[str, ...]
    below: str
    """What a letter about this ticket alone shows as well."""
    new: bool = False
    """Whether the person meets the ticket now: its photos come along."""


def may_wait(ctx: Context, due: Due) -> bool:
    """Whether a moment may wait for the morning: all but danger."""
    if due.kind != "remind":
        return True
    ticket = tickets.get(ctx.db, TicketId(due.subject_id))
    return ticket.urgency is not Urgency.DANGER


def remind(ctx: Context, due: Due) -> list[Nudge]:
    """Return who hears that something is due soon, now, or late.

    A rung that names a level lifts the ticket to it as well. A ticket
    that is no longer open has nothing to be reminded of; of several rungs
    that come at once the last one is heard.
    """
    ticket = tickets.get(ctx.db, TicketId(due.subject_id))
    if ticket.status not in OPEN:
        return []
    limit = limits.get(ctx.db, due.limit_id)
    if limit is None or limit.state != "running":
        return []
    nudges: list[Nudge] = []
    if not limits.is_overtaken(ctx.db, due, ctx.now):
        ctx.log(
            Action.REMIND,
            ticket=ticket.id,
            new=due.rung,
            limit=due.limit_id,
        )
        alarmed = triage.alarmed(ctx, ticket)
        if alarmed and limit.kind == LimitKind.ANSWER:
            nudges += _alarm(ctx, ticket, limit, alarmed)
        else:
            nudges += _remind(ctx, ticket, limit)
    rung, _, level = due.rung.partition(" ")
    if rung == "after":
        nudges += _climb(ctx, ticket, Level(level), limit)
    return nudges


def tell(ctx: Context, nudges: Iterable[Nudge]) -> list[Outgoing]:
    """Return one letter a ticket; in place of many, one that lists them.

    Danger has a letter of its own always.
    """
    theirs: dict[PersonId, dict[TicketId, Nudge]] = {}
    for nudge in nudges:
        mine = theirs.setdefault(nudge.person.id, {})
        known = mine.get(nudge.ticket.id)
        mine[nudge.ticket.id] = _both(known, nudge) if known else nudge
    said: list[Outgoing] = []
    for mine in theirs.values():
        calm = [
            one
            for one in mine.values()
            if one.ticket.urgency is not Urgency.DANGER
        ]
        listed = calm if len(calm) > FEW else []
        for nudge in mine.values():
            if nudge not in listed:
                said += _letter(ctx, nudge)
        if listed:
            said += _list(ctx, listed)
    return said


def _both(first: Nudge, second: Nudge) -> Nudge:
    return replace(
        second,
        lines=(*first.lines, *second.lines),
        below=max(first.below, second.below, key=len),
        new=first.new or second.new,
    )


def _letter(ctx: Context, nudge: Nudge) -> list[Outgoing]:
    ticket = nudge.ticket
    to = ctx.language_of(nudge.person)
    said = letters.tell(
        ctx,
        nudge.person,
        "\n".join((*nudge.lines, nudge.below)),
        picks=opening.worker_picks(ctx, ticket, to),
        ticket=ticket.id,
        urgency=Urgency(ticket.urgency),
        group=ticket.grid_id,
    )
    if nudge.new:
        said += opening.show_photos(ctx, ticket, nudge.person)
    return said


def _list(ctx: Context, nudges: list[Nudge]) -> list[Outgoing]:
    person = nudges[0].person
    to = ctx.language_of(person)
    lines = [ctx.say("nudges-head", to, count=len(nudges))]
    lines += [line for nudge in nudges[:SHOWN] for line in nudge.lines]
    if len(nudges) > SHOWN:
        lines.append(ctx.say("nudges-more", to, count=len(nudges) - SHOWN))
    lines.append(ctx.say("nudges-foot", to))
    return letters.tell(
        ctx, person, "\n".join(lines), group=nudges[0].ticket.grid_id
    )


def _alarm(
    ctx: Context,
    ticket: Ticket,
    limit: TimeLimit,
    everyone: Sequence[Person],
) -> list[Nudge]:
    """Bring the whole card again: whoever is woken looks no further."""
    met = {person.id for person in opening.handlers(ctx, ticket)}
    running = limits.running(ctx.db, ticket.id)
    words = tickets.words(ctx.db, ticket.id)
    nudges: list[Nudge] = []
    for person in everyone:
        to = ctx.language_of(person)
        head = ctx.say(
            "alarm", to, number=ticket.number, by=ctx.now - limit.started_at
        )
        card = wording.card(ctx, ticket, words, running, to)
        new = person.id not in met
        nudges.append(Nudge(person, ticket, (head,), f"\n{card}", new=new))
    return nudges


def _remind(ctx: Context, ticket: Ticket, limit: TimeLimit) -> list[Nudge]:
    nudges: list[Nudge] = []
    for person in _owing(ctx, ticket):
        to = ctx.language_of(person)
        when = _when(limit.due_at - ctx.now)
        line = ctx.say(
            f"remind-{when}",
            to,
            number=ticket.number,
            what=ctx.say(f"limit-{_known(limit.kind)}", to),
            at=limit.due_at,
            by=abs(limit.due_at - ctx.now),
        )
        facts = wording.facts(ctx, ticket, to)
        nudges.append(Nudge(person, ticket, (line,), facts))
    return nudges


def _when(left: timedelta) -> str:
    """Return which sentence it is: a limit just reached has no "ago"."""
    if left > timedelta(0):
        return "soon"
    return "now" if left > -JUST_NOW else "late"


def _climb(
    ctx: Context, ticket: Ticket, level: Level, limit: TimeLimit
) -> list[Nudge]:
    if _HEIGHT[ticket.level] >= _HEIGHT[level]:
        return []
    after = triage.lift(ctx, ticket, level, "")
    nudges: list[Nudge] = []
    for person in triage.overseers(ctx, level):
        to = ctx.language_of(person)
        head, card = triage.raised(ctx, after, to, _known(limit.kind))
        nudges.append(Nudge(person, after, (head,), f"\n{card}", new=True))
    return nudges


def _owing(ctx: Context, ticket: Ticket) -> list[Person]:
    person = ctx.find(ticket.assignee_id)
    if ticket.level is Level.GRID and person is not None:
        return [person]
    owing = {one.id: one for one in triage.overseers(ctx, ticket.level)}
    if person is not None:
        owing.setdefault(person.id, person)
    return list(owing.values())


def _known(kind: str) -> str:
    return kind if kind in {"answer", "resolve", "feedback"} else "other"


_HEIGHT = {Level.GRID: 0, Level.COMMUNITY: 1, Level.STREET: 2}
