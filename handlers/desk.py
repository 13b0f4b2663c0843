"""What the desk alone does: assign, merge, file for a caller."""

import re

from config.terms import (
    OPEN,
    STAFF,
    Action,
    GridId,
    Source,
    TicketId,
    Urgency,
)
from handlers import handing, letters, opening, report, triage
from handlers.context import Context
from handlers.letters import Pick
from handlers.opening import Matter
from handlers.rules import access, commands
from handlers.rules import ticket as rules
from handlers.rules.refusals import Refused
from storage import limits, people, tickets
from storage.buttons import Button
from storage.messages import Outgoing, Pressed, Said
from storage.tickets import Ticket

_SOURCES = {
    "电话": Source.HOTLINE,
    "来电": Source.HOTLINE,
    "热线": Source.HOTLINE,
    "12345": Source.HOTLINE,
    "hotline": Source.HOTLINE,
    "phone": Source.HOTLINE,
    "窗口": Source.COUNTER,
    "来访": Source.COUNTER,
    "counter": Source.COUNTER,
    "visit": Source.COUNTER,
    "巡查": Source.PATROL,
    "走访": Source.PATROL,
    "patrol": Source.PATROL,
    "微信群": Source.RELAYED,
    "微信": Source.RELAYED,
    "群里": Source.RELAYED,
    "wechat": Source.RELAYED,
}
_PHONE = re.compile(
    r"\s*((?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{3,8})"
    r"(?![\d号栋幢弄单室])[\s:：，,]*"
)
"""A mobile number, or one with its area code."""
_SOURCE = re.compile(r"\s*([^\s:：，,]+)[\s:：，,]+(.+)", re.DOTALL)


def assign(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Give a ticket to a named worker (desk)."""
    ticket, words = triage.named_ticket(ctx, message, rest)
    if not access.may(report.ties_to(ctx, ticket), Action.ASSIGN):
        raise Refused("refused-not-allowed", number=ticket.number)
    rules.next_status(ticket.status, Action.ASSIGN)
    person = handing.named_staff(ctx, words)
    if person is None:
        return [handing.who(ctx, message, ticket, Action.ASSIGN)]
    return handing.handed(ctx, message, ticket, person, Action.ASSIGN)


def merge(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Let one ticket go up in another; its reporter follows along."""
    number, words = commands.needed_number(rest)
    into, _ = commands.needed_number(words)
    ticket, target = triage.by_number(ctx, number), triage.by_number(ctx, into)
    if ticket.id == target.id:
        raise Refused("refused-merge-self")
    if not access.may(report.ties_to(ctx, ticket), Action.MERGE) or not (
        access.may(report.ties_to(ctx, target), Action.MERGE)
    ):
        raise Refused("refused-not-allowed", number=ticket.number)
    if target.status not in OPEN:
        raise Refused("refused-add-ended", number=target.number)
    status = rules.next_status(ticket.status, Action.MERGE)
    tickets.move(ctx.db, ticket, status, merged_into=target.id)
    limits.end(ctx.db, ticket.id, ctx.now, met=False)
    ctx.log(
        Action.MERGE,
        ticket=ticket.id,
        old=ticket.status,
        new=status,
        into=target.id,
    )
    said = triage.tell_reporter(
        ctx, ticket, "told-merged", into=target.number, mention=target
    )
    return [
        letters.reply(
            message,
            ctx.say("merged", number=ticket.number, into=target.number),
            choices=letters.choices(
                ctx,
                [Pick(ctx.say("do-unmerge"), "unmerge", ticket.id)],
                allowed=ctx.actor,
            ),
            ticket=target.id,
        ),
        *said,
    ]


def press_unmerge(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Undo a merge."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    return [letters.notice(press, ""), *_unmerge(ctx, press, ticket)]


def unmerge(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Undo a merge: ``取消合并 12``."""
    ticket, _ = triage.named_ticket(ctx, message, rest)
    return _unmerge(ctx, message, ticket)


def _unmerge(
    ctx: Context, message: Said | Pressed, ticket: Ticket
) -> list[Outgoing]:
    if not access.may(report.ties_to(ctx, ticket), Action.UNMERGE):
        raise Refused("refused-not-allowed", number=ticket.number)
    status = rules.next_status(ticket.status, Action.UNMERGE)
    after = tickets.move(ctx.db, ticket, status, merged_into=None)
    running = opening.start_limits(ctx, after, ctx.now)
    ctx.log(
        Action.UNMERGE,
        ticket=ticket.id,
        old=ticket.status,
        new=status,
    )
    return [
        letters.reply(
            message,
            ctx.say("unmerged", number=ticket.number),
            ticket=ticket.id,
        ),
        *triage.tell_reporter(ctx, after, "told-unmerged"),
        *opening.assignment(ctx, after, running),
    ]


def file(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Open a ticket for a caller: ``代报 电话 8号楼 楼道灯不亮``."""
    person = ctx.person
    if person is None or not person.has(*STAFF):
        raise Refused("refused-staff-only")
    source, text = _source(rest)
    phone, text = _caller(text)
    if not text.strip():
        raise Refused("refused-empty-file")
    if phone and source is Source.RELAYED:
        source = Source.HOTLINE
    place = ctx.mind.place(text, home="", grid=ctx.grid)
    grid = (place.grid if place else None) or ctx.grid
    own = grid is None
    if own:
        grids = people.grids_of(ctx.db, ctx.id, person.id)
        grid = next(iter(grids)) if len(grids) == 1 else None
    if grid is None and ctx.mind.urgency(text) is not Urgency.DANGER:
        return report.ask_grid(
            ctx, message, text, "file-grid", source=source, phone=phone
        )
    return _file(ctx, message, text, source, phone, grid, own=own)


def press_grid(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Open a ticket for a caller that has its grid now."""
    args = button.args
    return [
        letters.notice(press, ctx.say("noted")),
        *_file(
            ctx,
            report.unpacked(args["said"]),
            str(args["text"]),
            Source(args["source"]),
            str(args["phone"]),
            GridId(args["grid"]),
        ),
    ]


def _file(
    ctx: Context,
    message: Said,
    text: str,
    source: Source,
    phone: str,
    grid: GridId | None,
    *,
    own: bool = False,
) -> list[Outgoing]:
    """``own``: nobody said where, so it is the filer's own grid."""
    ticket, running, told = opening.open_ticket(
        ctx,
        Matter(
            text=f"{text}\n{_called_from(ctx, phone)}" if phone else text,
            category=ctx.mind.category(text)[0],
            urgency=ctx.mind.urgency(text),
            source=source,
            grid=grid,
            place=ctx.mind.place(text, home="", grid=grid),
            point=message.point,
        ),
        message,
    )
    return [*report.filed(ctx, message, ticket, running, own=own), *told]


def _source(rest: str) -> tuple[Source, str]:
    found = _SOURCE.fullmatch(rest)
    source = _SOURCES.get(found[1].lower()) if found else None
    if found is None or source is None:
        alone = _SOURCES.get(rest.strip().lower())
        return (Source.RELAYED, rest) if alone is None else (alone, "")
    return source, found[2]


def _caller(text: str) -> tuple[str, str]:
    """Split the phone off that a caller's words begin with."""
    found = _PHONE.match(text)
    return (found[1].strip(), text[found.end() :]) if found else ("", text)


def _called_from(ctx: Context, phone: str) -> str:
    return ctx.say("filed-phone", ctx.community.language, phone=phone)
