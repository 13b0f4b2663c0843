"""What a work-order system's news does to the ticket.

A system is a responsible body: it may do what the body's people may, to
tickets that lie with it now. Nothing of its news goes back to it.
"""

from datetime import datetime

from config.terms import Action, Status
from handlers import bridge, letters, triage
from handlers.context import Context, Fixed
from handlers.rules import access
from handlers.rules import ticket as rules
from handlers.rules.access import Tie
from storage import orders, tickets
from storage.database import Connection
from storage.messages import OrderChanged, Outgoing
from storage.orders import WorkOrder
from storage.people import Person
from storage.tickets import Ticket

LONGEST = 1000
MEANS: dict[str, Action] = {
    Status.ACCEPTED: Action.ACCEPT,
    Status.RESOLVED: Action.RESOLVE,
    # the resident still says whether it is fixed
    Status.CLOSED: Action.RESOLVE,
    Status.REFUSED: Action.REFUSE,
}
"""Where an order stands there -> what that does here."""


def surroundings(
    fixed: Fixed, db: Connection, message: OrderChanged, now: datetime
) -> Context | None:
    """Return the context of the order's community, None for a strange one."""
    order = _order(db, message)
    if order is None:
        return None
    try:
        ctx = Context.of(fixed, db, order.community_id, now)
    except KeyError:
        return None
    ticket = tickets.get(db, order.ticket_id)
    body = Person(
        community_id=ctx.id,
        id=bridge.actor(order.system),
        name=_body_name(ctx, ticket),
    )
    return ctx.as_person(body)


def changed(ctx: Context, message: OrderChanged) -> list[Outgoing]:
    """Let the ticket follow its order."""
    order = _order(ctx.db, message)
    if order is None:
        return []
    if order.changed_at is not None and message.at < order.changed_at:
        return []
    fresh = message.words if message.message != order.said else ""
    orders.change(
        ctx.db,
        order,
        remote=message.order,
        status=message.status or order.status,
        said=message.message or order.said,
        changed_at=message.at,
    )
    ticket = tickets.get(ctx.db, order.ticket_id)
    system = bridge.system_of(ctx, ticket)
    if system is None or system.id != order.system:
        return []
    return _follow(ctx, ticket, message.status, fresh.strip()[:LONGEST])


def _follow(
    ctx: Context, ticket: Ticket, status: str, words: str
) -> list[Outgoing]:
    action = MEANS.get(status)
    if action is None or not _may(ticket, action):
        return _tell_worker(ctx, ticket, "order-words", words) if words else []
    said = triage.DEEDS[action].do(
        ctx, ticket, words or _default(ctx, ticket, action)
    )
    after = tickets.get(ctx.db, ticket.id)
    if ticket.assignee_id is None and after.assignee_id is not None:
        # a system is nobody whom reminders could reach
        tickets.move(ctx.db, after, after.status, assignee_id=None)
    return [*said, *_tell_worker(ctx, ticket, f"order-{action}", words)]


def _may(ticket: Ticket, action: Action) -> bool:
    return access.may(frozenset({Tie.BODY}), action) and rules.can(
        ticket.status, action
    )


def _default(ctx: Context, ticket: Ticket, action: Action) -> str:
    """Return words for the resident where the office wrote none."""
    if action is Action.ACCEPT:
        return ""
    to = ctx.language_of(ctx.find(ticket.reporter_id))
    return ctx.say(f"order-no-words-{action}", to, body=_name(ctx))


def _tell_worker(
    ctx: Context, ticket: Ticket, sentence: str, words: str
) -> list[Outgoing]:
    worker = ctx.find(ticket.assignee_id)
    if worker is None:
        return []
    return letters.tell(
        ctx,
        worker,
        ctx.say(
            sentence,
            ctx.language_of(worker),
            number=ticket.number,
            body=_name(ctx),
            words=words,
        ).strip(),
        ticket=ticket.id,
    )


def _name(ctx: Context) -> str:
    return ctx.person.name if ctx.person else ""


def _body_name(ctx: Context, ticket: Ticket) -> str:
    """Return what people call the body that works in the system."""
    try:
        names = (
            ctx.community.body(ticket.body_id).names
            if (ticket.body_id)
            else {}
        )
    except KeyError:
        names = {}
    return names.get(ctx.community.language, "")


def _order(db: Connection, message: OrderChanged) -> WorkOrder | None:
    system = message.channel.removeprefix("orders-")
    return orders.find(db, system, message.chat.address)
