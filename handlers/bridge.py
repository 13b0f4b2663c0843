"""What of a ticket goes to a work-order system, and in which words.

Every step writes an event, so the events of a transaction say what has to
go out: no feature can forget the bridge. A system learns what the work
needs: the words without phones and papers, the place, the limit and a
worker to call. It never learns who reported, and of a private matter it
gets no words at all.
"""

import hashlib
from collections.abc import Sequence

from config.pack.values import System
from config.terms import (
    OPEN,
    Action,
    ChatKind,
    Language,
    LimitKind,
    PersonId,
    PhotoId,
    Status,
)
from handlers import wording
from handlers.context import Context
from handlers.rules import ticket as rules
from handlers.rules.privacy import mask
from storage import limits, orders, photos, tickets
from storage.messages import Chat, Order, Outgoing
from storage.orders import WorkOrder
from storage.photos import KeptPhoto
from storage.tickets import Step, Ticket

STEPS = frozenset(action for _, action in rules.STEPS)
SPOKEN = frozenset(
    {
        Action.ADD,
        Action.AMEND,
        Action.ANSWER,
        Action.REFUSE,
        Action.REOPEN,
        Action.RESOLVE,
    }
)
"""What is told there in the words of the one who did it."""
NEAR = {
    Status.PAUSED: (Status.ACCEPTED,),
    Status.CLOSED: (Status.RESOLVED,),
    Status.REFUSED: (Status.CLOSED, Status.RESOLVED),
    Status.MERGED: (Status.CLOSED, Status.RESOLVED),
}
"""What to say where a system has no word: nobody must go on working."""
MOST_TICKETS = 10_000
FOR_WORK = frozenset({"report", "addition"})
"""The photos that a system gets."""


def actor(system: str) -> PersonId:
    """Return who acts when a system does."""
    return PersonId(f"orders-{system}")


def system_of(ctx: Context, ticket: Ticket) -> System | None:
    """Return the system in which the ticket's body works, or None."""
    if ticket.body_id is None:
        return None
    try:
        body = ctx.community.body(ticket.body_id)
        return ctx.community.system(body.system) if body.system else None
    except KeyError:
        return None


def follow(ctx: Context) -> list[Outgoing]:
    """Return the letters to systems that this transaction's events owe."""
    if not ctx.community.systems:
        return []
    said: list[Outgoing] = []
    for step in tickets.new_steps(ctx.db):
        said += _follow(ctx, tickets.get(ctx.db, step.ticket_id), step)
    return said


def show(
    ctx: Context, ticket: Ticket, rows: Sequence[KeptPhoto]
) -> list[Outgoing]:
    """Return the letter that brings photos that have come meanwhile."""
    kept = [row.id for row in rows if row.purpose in FOR_WORK]
    system = system_of(ctx, ticket)
    if system is None or ticket.private or not kept:
        return []
    return [
        _letter(
            ctx,
            ticket,
            system,
            order.reference,
            words=_say(ctx, "order-photos", count=len(kept)),
            photos=tuple(kept),
        )
        for order in orders.of_ticket(ctx.db, ctx.id, ticket.id)
        if order.system == system.id
    ]


def ask_to_forget(ctx: Context, person: PersonId) -> list[Outgoing]:
    """Return the letters that ask systems to erase what tells of a person.

    To be asked for before the person is forgotten here.
    """
    if not ctx.community.systems:
        return []
    return [
        _letter(
            ctx,
            ticket,
            ctx.community.system(order.system),
            order.reference,
            words=_say(ctx, "order-forget"),
        )
        for ticket in tickets.opened_by(
            ctx.db, ctx.id, person, limit=MOST_TICKETS
        )
        for order in orders.of_ticket(ctx.db, ctx.id, ticket.id)
        if order.system in {it.id for it in ctx.community.systems}
    ]


def _follow(ctx: Context, ticket: Ticket, step: Step) -> list[Outgoing]:
    said: list[Outgoing] = []
    now = system_of(ctx, ticket)
    known = {
        order.system: order
        for order in orders.of_ticket(ctx.db, ctx.id, ticket.id)
    }
    for id_, order in known.items():
        if step.actor_id == actor(id_):
            continue
        if now is None or now.id != id_:
            said += _take_away(ctx, ticket, order, step)
        else:
            said += _tell(ctx, ticket, now, order, step)
    if now and now.id not in known and ticket.status in OPEN:
        said.append(_open(ctx, ticket, now))
    return said


def _open(ctx: Context, ticket: Ticket, system: System) -> Order:
    """Bring a ticket to a system for the first time."""
    status = _known(system, ticket.status)
    order = orders.put(
        ctx.db,
        ctx.id,
        ticket.id,
        system.id,
        reference(ctx, ticket),
        status,
    )
    tickets.log(
        ctx.db,
        ctx.id,
        tickets.SYSTEM,
        Action.FORWARD,
        ctx.now,
        ticket=ticket.id,
        new=system.id,
    )
    kept = [
        row.id
        for row in photos.of_ticket(ctx.db, ticket.id)
        if row.state == "kept" and row.purpose in FOR_WORK
    ]
    return _letter(
        ctx,
        ticket,
        system,
        order.reference,
        words=_first_words(ctx, ticket),
        status=status,
        photos=() if ticket.private else tuple(kept),
    )


def _tell(
    ctx: Context,
    ticket: Ticket,
    system: System,
    order: WorkOrder,
    step: Step,
) -> list[Outgoing]:
    """Bring one event to the system that has the ticket."""
    again = step.action == Action.RECLASSIFY and order.status == Status.CLOSED
    status = ""
    if step.action in STEPS or again:
        status = _known(system, ticket.status)
    if status == order.status:
        status = ""
    words = _words(ctx, ticket, step)
    if not status and not words:
        return []
    if status:
        orders.change(ctx.db, order, status=status)
    return [
        _letter(
            ctx,
            ticket,
            system,
            order.reference,
            words=words or _say(ctx, f"done-{step.action}"),
            status=status,
            was=order.status if status else "",
        )
    ]


def _take_away(
    ctx: Context, ticket: Ticket, order: WorkOrder, step: Step
) -> list[Outgoing]:
    """Close an order whose ticket has gone to somebody else."""
    if step.action != Action.RECLASSIFY or order.status == Status.CLOSED:
        return []
    try:
        system = ctx.community.system(order.system)
    except KeyError:
        return []
    status = _known(system, Status.CLOSED)
    orders.change(ctx.db, order, status=Status.CLOSED)
    return [
        _letter(
            ctx,
            ticket,
            system,
            order.reference,
            words=_say(ctx, "order-moved"),
            status=status,
        )
    ]


def reference(ctx: Context, ticket: Ticket) -> str:
    """Return what an order is found again by.

    The number alone would be met again after a fresh start of Linli with
    the same tracker; the code is random, so a piece of its hash is, too.
    """
    digest = hashlib.sha256(ticket.code.encode()).hexdigest()
    return f"{ctx.id}-{ticket.number}-{digest[:6]}"


def _letter(
    ctx: Context,
    ticket: Ticket,
    system: System,
    reference: str,
    *,
    words: str,
    status: str = "",
    was: str = "",
    photos: tuple[PhotoId, ...] = (),
) -> Order:
    return Order(
        chat=Chat(system.channel, reference, ChatKind.ORDERS),
        reference=reference,
        title=_title(ctx, ticket),
        words=words,
        status=status,
        was=was,
        photos=photos,
    )


def _title(ctx: Context, ticket: Ticket) -> str:
    place = "" if ticket.private else ticket.place
    name = wording.category_name(ctx, ticket.category, _to(ctx))
    grid = wording.grid_name(ctx, ticket.grid_id, ctx.community.language)
    return " · ".join(part for part in (name, grid, place) if part)


def _first_words(ctx: Context, ticket: Ticket) -> str:
    lines = []
    if ticket.private:
        lines.append(_say(ctx, "order-private", number=ticket.number))
    else:
        lines += [
            mask(said.text)
            for said in tickets.words(ctx.db, ticket.id)
            if said.kind in FOR_WORK and said.text
        ]
        if ticket.place:
            lines.append(_say(ctx, "place-line", place=ticket.place))
        if ticket.lat is not None and ticket.lon is not None:
            lines.append(f"{ticket.lat:.6f}, {ticket.lon:.6f}")
    lines.append(wording.facts(ctx, ticket, _to(ctx)))
    promise = wording.until(
        ctx, limits.running(ctx.db, ticket.id), _to(ctx), LimitKind.RESOLVE
    )
    worker = ctx.find(ticket.assignee_id)
    contact = wording.who(worker) if worker else ""
    if contact:
        lines.append(_say(ctx, "order-contact", who=contact))
    return "\n".join(line for line in (*lines, promise) if line)


def _words(ctx: Context, ticket: Ticket, step: Step) -> str:
    """Return what an event is worth telling, "" if nothing."""
    if step.action == Action.RELOCATE and not ticket.private:
        return _say(ctx, "place-line", place=_place(ticket))
    if step.action not in SPOKEN or ticket.private:
        return ""
    for said in tickets.words(ctx.db, ticket.id):
        if said.id == step.words_id:
            return mask(said.text)
    return ""


def _place(ticket: Ticket) -> str:
    if ticket.lat is None or ticket.lon is None:
        return ticket.place
    return f"{ticket.place} {ticket.lat:.6f}, {ticket.lon:.6f}".strip()


def _known(system: System, status: Status) -> str:
    """Return the status, or the nearest that the system has a word for."""
    words = set(system.statuses.values())
    for near in (status, *NEAR.get(status, ())):
        if near in words:
            return near
    return ""


def _to(ctx: Context) -> Language:
    return ctx.community.language


def _say(ctx: Context, sentence: str, **values: object) -> str:
    return ctx.say(sentence, _to(ctx), **values)
