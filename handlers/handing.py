"""Handing a ticket on: to whom it can go, and making them responsible."""

from config.terms import (
    Action,
    Command,
    PersonId,
    Role,
    TicketId,
)
from handlers import letters, opening, report, triage
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import access, commands
from handlers.rules import ticket as rules
from handlers.rules.refusals import Refused
from storage import limits, people, tickets
from storage.buttons import Button
from storage.messages import Outgoing, Pressed, Said, Say
from storage.people import Person
from storage.tickets import Ticket

AT_ONCE = 6
"""People that are offered at a time: more are a heap, not a choice."""


def transfer(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Hand a ticket to another worker or a body's people."""
    ticket, words = triage.named_ticket(ctx, message, rest)
    return _transfer(ctx, message, ticket, words)


def press_transfer(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Show to whom a ticket can be handed."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    return [
        letters.notice(press, ""),
        *_transfer(ctx, press, ticket, ""),
    ]


def _transfer(
    ctx: Context, message: Said | Pressed, ticket: Ticket, words: str
) -> list[Outgoing]:
    if not access.may(report.ties_to(ctx, ticket), Action.TRANSFER):
        raise Refused("refused-not-allowed", number=ticket.number)
    rules.next_status(ticket.status, Action.TRANSFER)
    person = named_staff(ctx, words)
    if person is None:
        return [who(ctx, message, ticket, Action.TRANSFER)]
    return handed(ctx, message, ticket, person, Action.TRANSFER)


def press_person(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Hand a ticket to the person of the button."""
    ticket, action = _still_asked(ctx, button)
    person = people.get(ctx.db, ctx.id, PersonId(str(button.args["person"])))
    return [
        letters.notice(press, ctx.say("noted")),
        *letters.settled(ctx, press),
        *handed(ctx, press, ticket, person, action),
    ]


def press_people(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Show other people to whom a ticket can be handed."""
    ticket, action = _still_asked(ctx, button)
    return [
        letters.notice(press, ""),
        *letters.settled(ctx, press),
        who(ctx, press, ticket, action, int(button.args["first"])),
    ]


def handed(
    ctx: Context,
    message: Said | Pressed,
    ticket: Ticket,
    person: Person,
    action: Action,
) -> list[Outgoing]:
    """Hand a ticket to a person, and say so to whoever did it."""
    said = hand_to(ctx, ticket, person, action)
    return [
        letters.reply(
            message,
            ctx.say("assigned", number=ticket.number, name=person.name),
            ticket=ticket.id,
        ),
        *said,
    ]


def hand_to(
    ctx: Context, ticket: Ticket, person: Person, action: Action
) -> list[Outgoing]:
    """Make a person responsible; tell them, and who was so before."""
    rules.next_status(ticket.status, action)
    after = tickets.move(ctx.db, ticket, ticket.status, assignee_id=person.id)
    ctx.log(
        action,
        ticket=ticket.id,
        old=ticket.assignee_id or "",
        new=person.id,
    )
    running = list(limits.running(ctx.db, ticket.id))
    said = opening.hand_over(ctx, after, running, person)
    before = ctx.find(ticket.assignee_id)
    if before is None or before.id in {person.id, ctx.actor}:
        return said
    text = ctx.say(
        "told-handed-on",
        ctx.language_of(before),
        number=ticket.number,
        name=person.name,
    )
    return [*said, *letters.tell(ctx, before, text, ticket=ticket.id)]


def who(
    ctx: Context,
    message: Said | Pressed,
    ticket: Ticket,
    action: Action,
    first: int = 0,
) -> Say:
    """Ask whom a ticket should go to, a few people at a time.

    Who is near comes first; behind the last the first come again.
    """
    everybody = [
        person
        for person in _nearest_first(ctx, ticket)
        if person.id != ticket.assignee_id
    ]
    shown = everybody[first : first + AT_ONCE]
    told = {"action": action, "was": ticket.assignee_id or ""}
    picks = [
        Pick(
            person.name,
            "ticket-person",
            ticket.id,
            {**told, "person": person.id},
        )
        for person in shown
    ]
    if len(shown) < len(everybody):
        after = first + AT_ONCE
        after = after if after < len(everybody) else 0
        label = ctx.say("do-other-people")
        picks.append(
            Pick(label, "ticket-people", ticket.id, {**told, "first": after})
        )
    command = Command.ASSIGN if action is Action.ASSIGN else Command.TRANSFER
    return letters.reply(
        message,
        ctx.say(
            "choose-person",
            number=ticket.number,
            command=commands.typed(command, ctx.language),
        ),
        choices=letters.choices(ctx, picks, allowed=ctx.actor),
        ticket=ticket.id,
    )


def staff(ctx: Context) -> list[Person]:
    """Return whom a ticket can be given to: workers, heads, bodies."""
    found: dict[PersonId, Person] = {}
    for role in (Role.WORKER, Role.HEAD):
        for grid in ctx.community.grids:
            for person in people.holding(ctx.db, ctx.id, role, grid.id):
                found.setdefault(person.id, person)
    for body in ctx.community.bodies:
        for id_ in body.people:
            member = ctx.find(id_)
            if member is not None:
                found.setdefault(member.id, member)
    return list(found.values())


def named_staff(ctx: Context, words: str) -> Person | None:
    """Return the staff member of a name, None for no name; or refuse."""
    name = words.strip().lstrip("@")
    if not name:
        return None
    for person in staff(ctx):
        if name in {person.name, person.id}:
            return person
    raise Refused("refused-no-person", name=name[:20])


def _still_asked(ctx: Context, button: Button) -> tuple[Ticket, Action]:
    """Return what the button is about; refuse if somebody has decided."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    action = Action(str(button.args["action"]))
    if not access.may(report.ties_to(ctx, ticket), action):
        raise Refused("refused-not-allowed", number=ticket.number)
    holder = ticket.assignee_id or ""
    if button.args["was"] != holder:
        person = ctx.find(ticket.assignee_id)
        raise Refused(
            "refused-handed-on",
            number=ticket.number,
            name=person.name if person else ctx.say("level-community"),
        )
    return ticket, action


def _nearest_first(ctx: Context, ticket: Ticket) -> list[Person]:
    """Return the staff, those of the ticket's body and grid before others."""
    of_body = opening.body_people(ctx, ticket.body_id)
    worker = people.worker_of(ctx.db, ctx.id, ticket.grid_id)

    def is_far(person: Person) -> bool:
        grids = {grid for _, grid in person.roles if grid}
        return not (
            person.id in of_body or person == worker or ticket.grid_id in grids
        )

    return sorted(staff(ctx), key=is_far)
