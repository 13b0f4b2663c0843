"""What the desk alone does: assign, file for a caller."""

import re

from config.terms import (
    STAFF,
    Action,
    GridId,
    Source,
    Urgency,
)
from handlers import handing, letters, opening, report, triage
from handlers.context import Context
from handlers.opening import Matter
from handlers.rules import access
from handlers.rules import ticket as rules
from handlers.rules.refusals import Refused
from storage import people
from storage.buttons import Button
from storage.messages import Outgoing, Pressed, Said

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
