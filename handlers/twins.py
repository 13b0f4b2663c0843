"""Which open ticket a new one may be about, and who may be told of that.

A private ticket is never compared, neither with others nor by others; and a
resident is only asked about what was said in a group.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from config.terms import (
    OPEN,
    Language,
    Source,
    Status,
    TicketId,
    Urgency,
)
from handlers import wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import access
from handlers.rules.privacy import mask
from handlers.understanding.duplicates import Likeness, Told
from handlers.understanding.model import BadModel
from handlers.understanding.open_matters import Compared
from storage import suggestions, tickets, unwritten
from storage.people import Person
from storage.suggestions import Suggestion
from storage.tickets import Ticket

LATELY = timedelta(days=14)
"""A ticket resolved since then may have come back; its worker hears so."""
_MOST = 2000
"""Tickets that are compared: the newest."""
_STORM = 16
"""Messages written together; from there on nobody is asked."""
_TOLD_BY_RESIDENTS = frozenset({Source.GROUP, Source.PRIVATE})
_WEIGHT = {Urgency.ROUTINE: 0, Urgency.URGENT: 1, Urgency.DANGER: 2}


def look(ctx: Context, ticket: Ticket, text: str) -> Suggestion | None:
    """Compare a new ticket with the open ones; keep what it looks like."""
    if ticket.private or ticket.source is Source.INQUIRY:
        return None
    if unwritten.of(ctx.db).works > _STORM:
        return None
    try:
        known = _current(ctx)
    except BadModel:
        return None
    told = Told(
        text=text,
        at=ctx.now,
        grid=ticket.grid_id or "",
        category=ticket.category,
    )
    found = _best(ctx, known, ticket, told)
    known.index.put(ticket.id, told)
    known.last = max(known.last or ticket.id, ticket.id)
    return found


def forget(ctx: Context, ticket: Ticket) -> None:
    """Compare a ticket no more: it has gone up in another."""
    try:
        ctx.fixed.matters.of(ctx.id).index.remove(ticket.id)
    except BadModel:
        return


def look_again(ctx: Context, ticket: Ticket) -> Suggestion | None:
    """Compare a ticket whose photos have come; None if nothing is new."""
    if ticket.private or ticket.status is not Status.REPORTED:
        return None
    try:
        known = _current(ctx)
    except BadModel:
        return None
    seen = suggestions.looks(ctx.db, [ticket.id]).get(ticket.id, ())
    if not seen or ticket.id not in known.index:
        return None
    told = replace(known.index.told(ticket.id), photos=seen)
    known.index.put(ticket.id, told)
    if suggestions.of(ctx.db, ticket.id) is not None:
        return None
    return _best(ctx, known, ticket, told)


def of(ctx: Context, ticket: Ticket) -> tuple[Suggestion, Ticket] | None:
    """Return what a ticket looks like, while that is still to be decided."""
    if ticket.private or ticket.status not in OPEN:
        return None
    found = suggestions.of(ctx.db, ticket.id)
    if found is None or found.answer:
        return None
    target = tickets.get(ctx.db, found.target_id)
    return (found, target) if is_comparable(ctx, target) else None


def question(ctx: Context, ticket: Ticket) -> tuple[str, list[Pick]]:
    """Return what to ask the reporter, and the buttons; "" for nothing."""
    found = of(ctx, ticket)
    if found is None or not found[0].asked:
        return "", []
    target = found[1]
    to = ctx.language_of(ctx.find(ticket.reporter_id))
    text = ctx.say(
        "looks-like",
        to,
        number=target.number,
        what=mask(_what(ctx, target, to)),
    )
    return text, picks(ctx, ticket, target, to, "twin-same", "twin-other")


def for_worker(
    ctx: Context, ticket: Ticket, person: Person, to: Language
) -> tuple[str, list[Pick]]:
    """Return what a handler's letter says of it, and the buttons."""
    found = of(ctx, ticket)
    if found is None:
        return "", []
    target = found[1]
    text = ctx.say(
        "card-looks-like",
        to,
        number=target.number,
        what=_what(ctx, target, to),
        status=wording.status_word(ctx, target, to),
    )
    if target.status not in OPEN or not _may_merge(ticket, target, person):
        return text, []
    return text, picks(ctx, ticket, target, to, "twin-merge", "twin-keep")


def picks(
    ctx: Context,
    ticket: Ticket,
    target: Ticket,
    to: Language,
    same: str,
    other: str,
) -> list[Pick]:
    """Return the two buttons of a suggestion."""
    return [
        Pick(
            ctx.say(f"do-{name}", to, number=target.number),
            name,
            ticket.id,
            {"into": target.id},
        )
        for name in (same, other)
    ]


def is_comparable(ctx: Context, ticket: Ticket) -> bool:
    """Whether others may hear that there is such a ticket."""
    return (
        ticket.community_id == ctx.id
        and not ticket.private
        and (ticket.status in OPEN or _is_lately_resolved(ticket, ctx.now))
    )


def may_be_asked(ticket: Ticket, target: Ticket) -> bool:
    """Whether a resident may be asked if theirs is the same as another.

    What is graver than the other stays a ticket of its own, with its own
    limits and alarms, until a worker has looked.
    """
    return (
        ticket.reporter_id is not None
        and ticket.source in _TOLD_BY_RESIDENTS
        and target.source is Source.GROUP
        and target.status in OPEN
        and _WEIGHT[ticket.urgency] <= _WEIGHT[target.urgency]
    )


def _best(
    ctx: Context, known: Compared, ticket: Ticket, told: Told
) -> Suggestion | None:
    found = known.index.likely(told, but=lambda id_: id_ == ticket.id)
    for one in found:
        target = _target(ctx, known, one)
        if target is None:
            continue
        suggestion = Suggestion(
            ticket_id=ticket.id,
            target_id=target.id,
            chance=round(one.chance, 4),
            asked=may_be_asked(ticket, target),
            answer="",
        )
        suggestions.put(ctx.db, ctx.id, suggestion, ctx.now)
        return suggestion
    suggestions.put_none(ctx.db, ticket.id)
    return None


def _target(
    ctx: Context, known: Compared, found: Likeness[TicketId]
) -> Ticket | None:
    """Return the ticket as it stands now; one that has gone is let go of."""
    try:
        target = tickets.get(ctx.db, found.key)
    except KeyError:
        known.index.remove(found.key)
        return None
    if not is_comparable(ctx, target):
        known.index.remove(found.key)
        return None
    return target


def _current(ctx: Context) -> Compared:
    known = ctx.fixed.matters.of(ctx.id)
    if not known.is_stale(ctx.now):
        return known
    since = ctx.now - LATELY
    if known.at is not None:
        known.index.keep(suggestions.still_comparable(ctx.db, ctx.id, since))
    new = suggestions.comparable(ctx.db, ctx.id, since, known.last, _MOST)
    seen = suggestions.looks(ctx.db, [one.id for one in new]) if new else {}
    for one in reversed(new):
        known.index.put(
            one.id,
            Told(
                text=one.text,
                at=one.opened_at,
                grid=one.grid_id or "",
                category=one.category,
                photos=seen.get(one.id, ()),
            ),
        )
        known.last = max(known.last or one.id, one.id)
    known.at = ctx.now
    return known


def _what(ctx: Context, ticket: Ticket, to: Language) -> str:
    """Return a ticket's category and place: facts, nobody's words."""
    parts = (
        wording.category_name(ctx, ticket.category, to),
        ticket.place,
    )
    return " · ".join(filter(None, parts))


def _may_merge(ticket: Ticket, target: Ticket, person: Person) -> bool:
    return person.has(*access.LEADERS) or (
        ticket.assignee_id == person.id == target.assignee_id
    )


def _is_lately_resolved(ticket: Ticket, now: datetime) -> bool:
    return (
        ticket.status is Status.RESOLVED
        and ticket.resolved_at is not None
        and now - ticket.resolved_at < LATELY
    )
