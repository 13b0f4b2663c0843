"""How a command is typed, with what the person has at hand as the example."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from config.terms import (
    OPEN,
    STAFF,
    Action,
    ChatKind,
    Command,
    Number,
    Role,
)
from handlers import handing, letters, opening, report, triage, wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import access, commands
from handlers.rules import ticket as rules
from handlers.rules.commands import SHOWN, Audience
from handlers.rules.refusals import Refused
from storage import followers, people, subjects, tickets, wishes
from storage.messages import Outgoing, Said
from storage.tickets import Ticket
from storage.wishes import Line, Wish

_OFFERED = 3
"""More candidates than this are no help as buttons."""
_LOOKED_AT = 20
_FIRST, _SECOND = Number(12), Number(9)
"""The numbers in an example for somebody who has none."""
_DOES: dict[Command, Action] = {
    **triage.BY_COMMAND,
    Command.TRANSFER: Action.TRANSFER,
    Command.ASSIGN: Action.ASSIGN,
    Command.MERGE: Action.MERGE,
    Command.REOPEN: Action.REOPEN,
    Command.UNMERGE: Action.UNMERGE,
    Command.CATEGORY: Action.RECLASSIFY,
    Command.WITHDRAW: Action.WITHDRAW,
    Command.NOT_REPORT: Action.WITHDRAW,
}
_SHOWS = frozenset({Command.TICKET, Command.TRACK})
_OF_WISHES = frozenset(
    {
        Command.CLAIM,
        Command.DROP,
        Command.DONE,
        Command.APPROVE,
        Command.DECLINE,
    }
)
_TAILED = frozenset(
    {
        Command.ASK_RESIDENT,
        Command.RESOLVE,
        Command.REFUSE,
        Command.REOPEN,
        Command.DECLINE,
        Command.DONE,
    }
)
"""What is typed with words behind the number."""
_NAMED = frozenset({Command.TRANSFER, Command.ASSIGN})
_PAIRED = frozenset({Command.MERGE})


class Candidate(NamedTuple):
    """What a command may be about."""

    number: Number
    words: str
    """Its first words."""
    about: str
    """As a subject."""


def number_missing(
    ctx: Context, message: Said, command: Command
) -> list[Outgoing]:
    """Say how a command is typed; offer what can only be meant.

    Raises ``Refused`` for whom the command isn't at all.
    """
    found = _candidates(ctx, command)
    if not found:
        _check_role(ctx, command)
    example = _example(ctx, command, [one.number for one in found])
    fits = 0 < len(found) <= _OFFERED and command not in _PAIRED
    sentence = "number-or-button" if fits else "number-missing"
    packed = msgspec.json.encode(message).decode()
    picks = [
        Pick(
            _label(ctx, message, command, each),
            "typed",
            args={
                "said": packed,
                "command": command,
                "words": str(each.number),
            },
        )
        for each in found
        if fits
    ]
    return [
        letters.reply(
            message,
            ctx.say(sentence, example=example),
            choices=letters.choices(
                ctx, picks, allowed=ctx.actor, chat=message.chat
            ),
            about=[one.about for one in found[:_OFFERED]],
        )
    ]


def _check_role(ctx: Context, command: Command) -> None:
    person = ctx.person
    if person is None:
        raise Refused("refused-staff-only")
    if command is Command.CLAIM and not person.has(Role.VOLUNTEER):
        raise Refused("refused-not-volunteer")
    for_staff = (*SHOWN[Audience.WORKER], *SHOWN[Audience.DESK])
    if opening.bodies_of(ctx, person.id):
        for_staff = SHOWN[Audience.DESK]
    if command in for_staff and not person.has(*STAFF):
        raise Refused("refused-staff-only")


def _label(
    ctx: Context, message: Said, command: Command, candidate: Candidate
) -> str:
    number, words, _ = candidate
    label = f"{commands.typed(command, ctx.language)} {number}"
    if message.chat.kind is ChatKind.GROUP or not words:
        return label
    return f"{label} · {wording.excerpt(words, 20)}"


def _example(ctx: Context, command: Command, numbers: Sequence[Number]) -> str:
    first = numbers[0] if numbers else _FIRST
    parts = [commands.typed(command, ctx.language), str(first)]
    if command in _PAIRED:
        second = numbers[1] if len(numbers) > 1 else _SECOND
        parts.append(str(second if second != first else _FIRST))
    elif command in _NAMED:
        parts += [one.name for one in _others(ctx)[:1]]
    elif command in _TAILED:
        parts.append(ctx.say(f"example-{command}"))
    return " ".join(parts)


def _others(ctx: Context) -> list[people.Person]:
    return [one for one in handing.staff(ctx) if one.id != ctx.actor]


def _candidates(ctx: Context, command: Command) -> list[Candidate]:
    """Return what the command may be about: first what is due first."""
    if command in _OF_WISHES:
        return _wishes(ctx, command)
    group = ctx.chat is not None and ctx.chat.kind is ChatKind.GROUP
    return [
        Candidate(
            ticket.number,
            tickets.first_words(ctx.db, ticket.id),
            subjects.ticket(ticket.id),
        )
        for ticket in _tickets(ctx, command)
        if not (group and ticket.private)
    ]


def _tickets(ctx: Context, command: Command) -> list[Ticket]:
    if command is Command.UNFOLLOW:
        joined = followers.followed_by(ctx.db, ctx.id, ctx.actor)
        return [tickets.get(ctx.db, id_) for id_ in joined[-_LOOKED_AT:]]
    action = _DOES.get(command)
    if action is None and command not in _SHOWS:
        return []
    person = ctx.person
    work = triage.work_of(ctx, person, _LOOKED_AT) if person else []
    pool = {one.id: one for one in work}
    for one in tickets.opened_by(ctx.db, ctx.id, ctx.actor, _LOOKED_AT):
        pool.setdefault(one.id, one)
    return [
        one
        for one in pool.values()
        if (
            one.status in OPEN
            if action is None
            else rules.can(one.status, action)
            and access.may(report.ties_to(ctx, one), action)
        )
    ]


def _wishes(ctx: Context, command: Command) -> list[Candidate]:
    person = ctx.person
    if person is None:
        return []
    if command is Command.CLAIM:
        if not person.has(Role.VOLUNTEER):
            return []
        lines = wishes.listed(
            ctx.db, ctx.id, grid=ctx.grid, limit=_OFFERED + 1
        )
        return [_wish(line) for line in lines]
    if command in {Command.DROP, Command.DONE}:
        held = wishes.held_by(ctx.db, ctx.id, person.id)
        return [_wish(wish) for wish in held]
    if not person.has(*STAFF):
        return []
    grids = None
    if not person.has(*access.LEADERS):
        grids = people.grids_of(ctx.db, ctx.id, person.id)
    waiting = wishes.waiting(ctx.db, ctx.id, grids)
    return [_wish(wish) for wish in waiting]


def _wish(found: Wish | Line) -> Candidate:
    return Candidate(found.number, found.public_text, subjects.wish(found.id))
