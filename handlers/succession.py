"""A worker leaves: open tickets pass on to whoever comes after."""

from config.terms import Action
from handlers import letters, opening
from handlers.context import Context
from storage import limits, tickets
from storage.messages import Outgoing
from storage.tickets import Ticket

AT_ONCE = 50
"""Tickets that pass on in one transaction."""


def pass_on(ctx: Context) -> int:
    """Give tickets of whoever has left to their grid's worker, or the desk.

    Return how many did; call again until there are none.
    """
    left = tickets.orphaned(ctx.db, ctx.id, AT_ONCE)
    for ticket in left:
        letters.post(ctx, _pass_on(ctx, ticket))
    return len(left)


def _pass_on(ctx: Context, ticket: Ticket) -> list[Outgoing]:
    worker = ctx.worker_of(ticket.grid_id)
    after = tickets.move(
        ctx.db,
        ticket,
        ticket.status,
        assignee_id=worker.id if worker else None,
    )
    ctx.log(
        Action.ASSIGN,
        ticket=ticket.id,
        old=ticket.assignee_id or "",
        new=after.assignee_id or "",
    )
    running = list(limits.running(ctx.db, ticket.id))
    takers = letters.desks(ctx) if worker is None else [worker]
    return [
        one
        for person in takers
        for one in opening.hand_over(ctx, after, running, person)
    ]
