"""What happens when a moment comes: reminders and the ladder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import IntEnum
from itertools import groupby

from config.terms import (
    OPEN,
    Action,
    Language,
    Level,
    LimitKind,
    PersonId,
    TicketId,
    Urgency,
)
from handlers import letters, opening, triage, wording
from handlers.context import Context
from handlers.rules import calendar
from storage import limits, subjects, tickets
from storage.limits import Due, TimeLimit
from storage.messages import Outgoing
from storage.people import Person
from storage.tickets import Ticket

FEW = 3
"""Tickets that somebody hears of one by one; more become one letter."""
SHOWN = 20
"""Tickets that such a letter names."""
JUST_NOW = timedelta(minutes=5)
SOONEST_AGAIN = timedelta(days=1)
LATEST_AGAIN = timedelta(days=28)


class News(IntEnum):
    """What somebody hears of a ticket, the newest first."""

    RAISED = 0
    LATE = 1
    SOON = 2
    STILL = 3
    """Late, as they were told before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge:
    """What somebody is to hear about a ticket whose moment has come."""

    person: Person
    ticket: Ticket
    news: News
    lines: tuple[str, ...]
    short: str
    """What of it stands in a list."""
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
        nudges += _voiced(ctx, ticket, limit)
        ctx.log(
            Action.REMIND,
            ticket=ticket.id,
            new=due.rung,
            limit=due.limit_id,
        )
        _come_again(ctx, ticket, limit)
    rung, _, level = due.rung.partition(" ")
    if rung == "after":
        nudges += _climb(ctx, ticket, Level(level), limit)
    return nudges


def _voiced(ctx: Context, ticket: Ticket, limit: TimeLimit) -> list[Nudge]:
    alarmed = triage.alarmed(ctx, ticket)
    if alarmed and limit.kind == LimitKind.ANSWER:
        return _alarm(ctx, ticket, limit, alarmed)
    return _remind(ctx, ticket, limit)


def _come_again(ctx: Context, ticket: Ticket, limit: TimeLimit) -> None:
    """Queue the next word about what is late, when nothing else will come.

    Each waits as long again as the ticket is late by now: a day, two, four,
    at the most four weeks; always for the morning of a working day, so
    that all come in one letter. Of several late limits the last one speaks.
    """
    if limit.due_at > ctx.now or limits.anything_waits(ctx.db, limit):
        return
    others = limits.running(ctx.db, ticket.id)
    if any(limit.due_at < one.due_at <= ctx.now for one in others):
        return
    late = ctx.now - limit.due_at
    wait = min(max(late, SOONEST_AGAIN), LATEST_AGAIN)
    community = ctx.community
    at = calendar.working_morning(
        ctx.now + wait, community.time_zone, community.holidays
    )
    days = (at - limit.due_at).days
    limits.put_dues(
        ctx.db,
        [opening.reminder(ctx, ticket.id, limit.id, f"again {days}d", at)],
    )


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
    """Return two words on a ticket as one; a list says the newer."""
    told = first if first.news < second.news else second
    return replace(
        second,
        news=told.news,
        short=told.short,
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
    """Return one letter for many tickets: what is new stands first."""
    person = nudges[0].person
    to = ctx.language_of(person)
    ranked = sorted(nudges, key=lambda nudge: nudge.news)
    lines = [ctx.say("nudges-head", to, count=len(nudges))]
    for news, group in groupby(ranked[:SHOWN], lambda nudge: nudge.news):
        lines.append(f"\n{ctx.say(f'nudges-{news.name.lower()}', to)}")
        lines += [_line(ctx, nudge, to) for nudge in group]
    if len(nudges) > SHOWN:
        lines.append(ctx.say("nudges-more", to, count=len(nudges) - SHOWN))
    lines.append(f"\n{ctx.say('nudges-foot', to)}")
    return letters.tell(
        ctx,
        person,
        "\n".join(lines),
        picks=[
            triage.opener(
                nudge.ticket, tickets.first_words(ctx.db, nudge.ticket.id)
            )
            for nudge in ranked[: triage.OPENERS]
        ],
        group=nudges[0].ticket.grid_id,
        about=[subjects.ticket(nudge.ticket.id) for nudge in ranked[:SHOWN]],
    )


def _line(ctx: Context, nudge: Nudge, to: Language) -> str:
    """Return which ticket, what, where, and how long."""
    ticket, words = nudge.ticket, tickets.first_words(ctx.db, nudge.ticket.id)
    what = wording.excerpt(words, 24)
    where = ticket.place or wording.grid_name(ctx, ticket.grid_id)
    parts = [
        what or wording.category_name(ctx, ticket.category, to),
        "" if where in words else wording.excerpt(where, 16),
        nudge.short,
    ]
    return f"{ticket.number} {' · '.join(part for part in parts if part)}"


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
        nudges.append(
            Nudge(
                person=person,
                ticket=ticket,
                news=News.LATE,
                lines=(head,),
                short="",  # danger has a letter of its own
                below=f"\n{card}",
                new=person.id not in met,
            )
        )
    return nudges


def _remind(ctx: Context, ticket: Ticket, limit: TimeLimit) -> list[Nudge]:
    when = _when(limit.due_at - ctx.now)
    news = News.SOON if when == "soon" else News.LATE
    if news is News.LATE and _was_late(ctx, ticket, limit):
        news = News.STILL
    said = wording.excerpt(tickets.first_words(ctx.db, ticket.id))
    nudges: list[Nudge] = []
    for person in _owing(ctx, ticket):
        to = ctx.language_of(person)
        line = ctx.say(
            f"remind-{when}",
            to,
            number=ticket.number,
            what=ctx.say(f"limit-{_known(limit.kind)}", to),
            at=limit.due_at,
            by=_whole_minutes(limit.due_at - ctx.now),
        )
        below = (said, wording.facts(ctx, ticket, to))
        nudges.append(
            Nudge(
                person=person,
                ticket=ticket,
                news=news,
                lines=(line,),
                short=_short(ctx, limit, to),
                below="\n".join(part for part in below if part),
            )
        )
    return nudges


def _short(ctx: Context, limit: TimeLimit, to: Language) -> str:
    left = limit.due_at - ctx.now
    return ctx.say(
        f"nudge-{_when(left)}",
        to,
        what=ctx.say(f"owed-{_known(limit.kind)}", to),
        by=_whole_minutes(left),
    )


def _whole_minutes(left: timedelta) -> timedelta:
    """Return how long, as people say it: the clock looks a bit later."""
    minute = timedelta(minutes=1)
    return -(-left // minute) * minute if left > timedelta(0) else -left


def _was_late(ctx: Context, ticket: Ticket, limit: TimeLimit) -> bool:
    """Whether it was said before that this limit has passed."""
    return any(
        event.action == Action.REMIND
        and event.fields.get("limit") == limit.id
        and event.at >= limit.due_at
        for event in tickets.history(ctx.db, ticket.id)
    )


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
        missed = _known(limit.kind)
        head, card = triage.raised(ctx, after, to, missed)
        nudges.append(
            Nudge(
                person=person,
                ticket=after,
                news=News.RAISED,
                lines=(head,),
                short=_short(ctx, limit, to),
                below=f"\n{card}",
                new=True,
            )
        )
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
