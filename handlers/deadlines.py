"""What happens when a moment comes: reminders, the ladder, closings."""

from datetime import timedelta

from config.terms import Action, Level, Role, TicketId, Urgency
from handlers import letters, opening, triage, wording
from handlers.context import Context
from handlers.rules import ticket as rules
from storage import limits, tickets
from storage.limits import Due, TimeLimit
from storage.messages import Outgoing
from storage.people import Person
from storage.tickets import Ticket

JUST_NOW = timedelta(minutes=5)


def remind(ctx: Context, due: Due) -> list[Outgoing]:
    """Tell whoever owes something that it is due soon, now, or late.

    A rung that names a level lifts the ticket to it as well. A ticket
    that is no longer open has nothing to be reminded of; of several rungs
    that come at once the last one is heard.
    """
    ticket = tickets.get(ctx.db, TicketId(due.subject_id))
    if ticket.status not in rules.OPEN:
        return []
    limit = limits.get(ctx.db, due.limit_id)
    if limit is None or limit.state != "running":
        return []
    said: list[Outgoing] = []
    if not limits.is_overtaken(ctx.db, due, ctx.now):
        ctx.log(
            Action.REMIND,
            ticket=ticket.id,
            new=due.rung,
            limit=due.limit_id,
        )
        said += _remind(ctx, ticket, limit)
    rung, _, level = due.rung.partition(" ")
    if rung == "after":
        said += _climb(ctx, ticket, Level(level), limit)
    return said


def _remind(ctx: Context, ticket: Ticket, limit: TimeLimit) -> list[Outgoing]:
    said: list[Outgoing] = []
    for person in _owing(ctx, ticket):
        to = ctx.language_of(person)
        when = _when(limit.due_at - ctx.now)
        said += letters.tell(
            ctx,
            person,
            "\n".join(
                (
                    ctx.say(
                        f"remind-{when}",
                        to,
                        number=ticket.number,
                        what=ctx.say(f"limit-{_known(limit.kind)}", to),
                        at=limit.due_at,
                        by=abs(limit.due_at - ctx.now),
                    ),
                    wording.facts(ctx, ticket, to),
                )
            ),
            picks=opening.worker_picks(ctx, ticket, to),
            ticket=ticket.id,
            urgency=Urgency(ticket.urgency),
            group=ticket.grid_id,
        )
    return said


def _when(left: timedelta) -> str:
    """Return which sentence it is: a limit just reached has no "ago"."""
    if left > timedelta(0):
        return "soon"
    return "now" if left > -JUST_NOW else "late"


def _climb(
    ctx: Context, ticket: Ticket, level: Level, limit: TimeLimit
) -> list[Outgoing]:
    if _HEIGHT[ticket.level] >= _HEIGHT[level]:
        return []
    return triage.raise_to(ctx, ticket, level, "", missed=_known(limit.kind))


def _owing(ctx: Context, ticket: Ticket) -> list[Person]:
    person = ctx.find(ticket.assignee_id)
    if ticket.level is Level.GRID and person is not None:
        return [person]
    role = Role.STREET if ticket.level is Level.STREET else Role.DESK
    owing = {desk.id: desk for desk in letters.desks(ctx, role)}
    if person is not None:
        owing.setdefault(person.id, person)
    return list(owing.values())


def _known(kind: str) -> str:
    return kind if kind in {"answer", "resolve", "feedback"} else "other"


_HEIGHT = {Level.GRID: 0, Level.COMMUNITY: 1, Level.STREET: 2}
