"""Two tickets become one matter, and can be two again; people join one."""

import re

from config.terms import (
    OPEN,
    STAFF,
    Action,
    ChatKind,
    Source,
    Status,
    TicketId,
)
from handlers import letters, opening, report, triage, twins
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import access, commands
from handlers.rules import ticket as rules
from handlers.rules.refusals import Refused
from handlers.understanding.text import fold
from storage import followers, limits, suggestions, tickets
from storage.buttons import Button
from storage.messages import Outgoing, Pressed, Said
from storage.tickets import Event, Ticket

_JOINS = re.compile(
    r"\s*(?:(?:[我俺咱额][们]?|阿拉)(?:家|这[边里儿]?|屋里?|单元|楼|层)*[里的]?也"
    r"|也是[啊呀的]*$|\+\s?1|加1|同上|附议|同求|me,? too|same (?:here|for us)"
    r"|(?:we|i|ours) (?:have it )?too)"
)
_PURE = 8
"""Characters; what is longer says more than that."""
_MARKS = re.compile(r"[\W_]+")
_FOLLOWED = frozenset({*OPEN, Status.RESOLVED})


# Merge and undo ------------------------------------------------------------


def merge(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Let one ticket go up in another: ``合并 12 9``."""
    number, words = commands.needed_number(rest)
    into, _ = commands.needed_number(words)
    ticket, target = triage.by_number(ctx, number), triage.by_number(ctx, into)
    return _merged_by_staff(ctx, message, ticket, target)


def press_merge(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Merge what the letter said looks like another (worker)."""
    ticket, target = _pair(ctx, button)
    return [
        letters.notice(press, ctx.say("noted")),
        *_merged_by_staff(ctx, press, ticket, target),
    ]


def press_keep(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Note that it is another matter (worker)."""
    ticket, target = _pair(ctx, button)
    if not access.may(report.ties_to(ctx, ticket), Action.MERGE):
        raise Refused("refused-not-allowed", number=ticket.number)
    _answer(ctx, ticket, target, "other")
    return [letters.notice(press, ctx.say("noted-other"))]


def press_same(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Let one's own ticket go up in the one it looks like."""
    ticket, target = _pair(ctx, button)
    _check_own(ctx, ticket)
    _check_open(ctx, ticket, target)
    if not twins.may_be_asked(ticket, target):
        raise Refused("refused-twin-graver", number=ticket.number)
    said = _merge(ctx, ticket, target)
    return [
        letters.notice(press, ctx.say("noted")),
        letters.reply(
            press,
            ctx.say("joined", number=ticket.number, into=target.number),
            choices=letters.choices(
                ctx,
                [Pick(ctx.say("do-unmerge"), "unmerge", ticket.id)],
                allowed=ctx.actor,
            ),
            ticket=target.id,
            again=True,
        ),
        *said,
    ]


def press_other(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Note that one's own ticket is another matter."""
    ticket, target = _pair(ctx, button)
    _check_own(ctx, ticket)
    _answer(ctx, ticket, target, "other")
    return [letters.notice(press, ctx.say("noted-other"))]


def suggest_late(ctx: Context, ticket: Ticket) -> list[Outgoing]:
    """Ask about a ticket whose photos show what another's do."""
    if twins.look_again(ctx, ticket) is None:
        return []
    said: list[Outgoing] = []
    for person in opening.handlers(ctx, ticket):
        to = ctx.language_of(person)
        text, picks = twins.for_worker(ctx, ticket, person, to)
        said += letters.tell(
            ctx,
            person,
            f"{ctx.say('told-photo-twin', to, number=ticket.number)}\n{text}",
            picks=picks,
            ticket=ticket.id,
        )
    text, picks = twins.question(ctx, ticket)
    if text:
        said += triage.ask_reporter(ctx, ticket, text, picks)
    return said


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


def _merged_by_staff(
    ctx: Context, message: Said | Pressed, ticket: Ticket, target: Ticket
) -> list[Outgoing]:
    if ticket.id == target.id:
        raise Refused("refused-merge-self")
    if not access.may(report.ties_to(ctx, ticket), Action.MERGE) or not (
        access.may(report.ties_to(ctx, target), Action.MERGE)
    ):
        raise Refused("refused-not-allowed", number=ticket.number)
    if target.status not in OPEN:
        raise Refused("refused-add-ended", number=target.number)
    said = _merge(ctx, ticket, target)
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


def _merge(ctx: Context, ticket: Ticket, target: Ticket) -> list[Outgoing]:
    """Merge; tell its reporter and followers, and the handlers of both."""
    status = rules.next_status(ticket.status, Action.MERGE)
    running = [limit.kind for limit in limits.running(ctx.db, ticket.id)]
    after = tickets.move(ctx.db, ticket, status, merged_into=target.id)
    limits.end(ctx.db, ticket.id, ctx.now, met=False)
    ctx.log(
        Action.MERGE,
        ticket=ticket.id,
        old=ticket.status,
        new=status,
        into=target.id,
        owed=running,
    )
    _answer(ctx, ticket, target, "same")
    twins.forget(ctx, ticket)
    if ticket.reporter_id == ctx.actor:
        said = triage.tell_followers(
            ctx, after, "told-merged", into=target.number
        )
    else:
        said = triage.tell_reporter(
            ctx, after, "told-merged", into=target.number, mention=target
        )
    theirs = {person.id for person in opening.handlers(ctx, target)}
    said += report.tell_handlers(
        ctx,
        after,
        "told-merged-away",
        but=theirs,
        into=target.number,
    )
    said += report.tell_handlers(
        ctx,
        target,
        "told-another",
        other=ticket.number,
        words=tickets.first_words(ctx.db, ticket.id),
    )
    return said


def _unmerge(
    ctx: Context, message: Said | Pressed, ticket: Ticket
) -> list[Outgoing]:
    """Let a ticket stand alone again, with what was owed when it did.

    The clock has stood still in between.
    """
    if not access.may(report.ties_to(ctx, ticket), Action.UNMERGE):
        raise Refused("refused-not-allowed", number=ticket.number)
    status = rules.next_status(ticket.status, Action.UNMERGE)
    merged = _last_merge(ctx, ticket)
    after = tickets.move(ctx.db, ticket, status, merged_into=None)
    if merged is None:
        running = opening.start_limits(ctx, after, ctx.now)
    else:
        started = ticket.opened_at + (ctx.now - merged.at)
        running = opening.start_limits(ctx, after, started, _owed(merged))
    ctx.log(
        Action.UNMERGE,
        ticket=ticket.id,
        old=ticket.status,
        new=status,
    )
    if ticket.merged_into is not None:
        known = suggestions.find(ctx.db, ticket.id, ticket.merged_into)
        if known is not None:
            suggestions.answer(ctx.db, known, "other", ctx.actor, ctx.now)
    tell = (
        triage.tell_followers
        if ticket.reporter_id == ctx.actor
        else triage.tell_reporter
    )
    return [
        letters.reply(
            message,
            ctx.say("unmerged", number=ticket.number),
            ticket=ticket.id,
        ),
        *tell(ctx, after, "told-unmerged"),
        *opening.assignment(ctx, after, running),
    ]


def _last_merge(ctx: Context, ticket: Ticket) -> Event | None:
    merges = [
        event
        for event in tickets.history(ctx.db, ticket.id)
        if event.action == Action.MERGE
    ]
    return merges[-1] if merges else None


def _owed(merged: Event) -> list[str] | None:
    """Return the limits that ran when it was merged; None: nobody knows."""
    owed = merged.fields.get("owed")
    return [str(kind) for kind in owed] if isinstance(owed, list) else None


def _pair(ctx: Context, button: Button) -> tuple[Ticket, Ticket]:
    """Return the ticket of a button, and where the other has gone to."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    target = tickets.get(ctx.db, TicketId(int(button.args["into"])))
    seen = {ticket.id}
    while target.merged_into is not None and target.id not in seen:
        seen.add(target.id)
        target = tickets.get(ctx.db, target.merged_into)
    if target.id == ticket.id:
        raise Refused("refused-merge-self")
    return ticket, target


def _check_own(ctx: Context, ticket: Ticket) -> None:
    if ticket.reporter_id != ctx.actor or ticket.community_id != ctx.id:
        raise Refused("refused-not-yours", number=ticket.number)


def _check_open(ctx: Context, ticket: Ticket, target: Ticket) -> None:
    rules.next_status(ticket.status, Action.MERGE)
    if ticket.private or not twins.is_comparable(ctx, target):
        raise Refused("refused-twin-gone")
    if target.status not in OPEN:
        raise Refused("refused-add-ended", number=target.number)


def _answer(ctx: Context, ticket: Ticket, target: Ticket, said: str) -> None:
    known = suggestions.find(ctx.db, ticket.id, target.id)
    if known is not None:
        suggestions.answer(ctx.db, known, said, ctx.actor, ctx.now)


# Followers -----------------------------------------------------------------


def is_me_too(text: str) -> bool:
    """Whether words say "ours too" about what they reply to."""
    return _JOINS.match(fold(text[:40])) is not None


def me_too(ctx: Context, message: Said, ticket: Ticket) -> list[Outgoing]:
    """Let whoever says "ours too" under a ticket follow it.

    What they say beside that is added to it. In a group the first hears
    so, and for all: twenty neighbours need no twenty answers.
    """
    group = message.chat.kind is ChatKind.GROUP
    first = followers.count(ctx.db, ticket.id) == 0
    _follow(ctx, message, ticket)
    if len(_MARKS.sub("", message.text)) > _PURE or message.photos:
        return report.add(ctx, message, message.text, ticket)
    return [_followed(ctx, message, ticket)] if first or not group else []


def may_join(ctx: Context, ticket: Ticket) -> bool:
    """Whether somebody may follow: a public ticket, and not their own."""
    return (
        ctx.person is not None
        and not ticket.private
        and ticket.community_id == ctx.id
        and ticket.status in _FOLLOWED
        and ticket.reporter_id != ctx.actor
        and not ctx.person.has(*STAFF)
    )


def follow(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Follow a ticket that one knows of: ``关注 12``."""
    ticket, _ = triage.named_ticket(ctx, message, rest)
    if ticket.reporter_id == ctx.actor:
        raise Refused("refused-follow-own", number=ticket.number)
    if not knows_of(ctx, message, ticket):
        raise Refused("refused-not-yours", number=ticket.number)
    if ticket.status not in _FOLLOWED:
        raise Refused("refused-follow-ended", number=ticket.number)
    _follow(ctx, message, ticket)
    return [_followed(ctx, message, ticket)]


def unfollow(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Hear of a ticket no more: ``取消关注 12``."""
    ticket, _ = triage.named_ticket(ctx, message, rest)
    return [
        letters.reply(message, _left(ctx, ticket), ticket=ticket.id),
    ]


def press_unfollow(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Hear of a ticket no more."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    return [letters.notice(press, _left(ctx, ticket))]


def knows_of(ctx: Context, message: Said, ticket: Ticket) -> bool:
    """Whether it is asked where it was said, by a follower or by staff."""
    if ticket.private or ctx.person is None or ticket.community_id != ctx.id:
        return False
    if ctx.person.has(*STAFF):
        return True
    if message.chat.kind is ChatKind.GROUP:
        said_here = message.chat.key == ticket.origin_chat
        said_to_us = ticket.source is Source.GROUP
        if said_here or (said_to_us and ticket.grid_id == ctx.grid):
            return True
    return followers.is_following(ctx.db, ticket, ctx.actor)


def _follow(ctx: Context, message: Said, ticket: Ticket) -> None:
    followers.follow(
        ctx.db,
        ctx.id,
        ticket.id,
        ctx.actor,
        message.chat.key,
        message.id,
        ctx.now,
    )


def _followed(ctx: Context, message: Said, ticket: Ticket) -> Outgoing:
    return letters.reply(
        message,
        ctx.say("followed", number=ticket.number),
        choices=letters.choices(
            ctx,
            [Pick(ctx.say("do-unfollow"), "unfollow", ticket.id)],
            allowed=ctx.actor,
        ),
        ticket=ticket.id,
    )


def _left(ctx: Context, ticket: Ticket) -> str:
    if not followers.is_following(ctx.db, ticket, ctx.actor):
        raise Refused("refused-not-following", number=ticket.number)
    followers.leave(ctx.db, ctx.id, ticket.id, ctx.actor, ctx.now)
    return ctx.say("unfollowed", number=ticket.number)
