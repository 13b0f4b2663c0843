"""The resident's side: own tickets, is it fixed, how was it."""

from datetime import timedelta

from config.terms import (
    Action,
    Status,
    TicketId,
)
from handlers import (
    corrections,
    joining,
    letters,
    opening,
    report,
    triage,
    wording,
)
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import access
from handlers.rules import ticket as rules
from handlers.rules.refusals import Refused
from handlers.understanding.meaning import Intent
from storage import buttons, limits, subjects, tickets
from storage.buttons import Button, Dialogue
from storage.limits import Due
from storage.messages import Outgoing, Pressed, Said
from storage.tickets import Ticket

REASON_WAITS = timedelta(hours=12)
STARS = 5


def my(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """List the tickets that the speaker reported."""
    del rest
    found = tickets.opened_by(ctx.db, ctx.id, ctx.actor)
    if not found:
        return letters.in_private(ctx, message, ctx.say("my-none"))
    lines = [ctx.say("my-head")]
    for ticket in found:
        text = tickets.first_words(ctx.db, ticket.id)
        lines.append(wording.line(ctx, ticket, text, ctx.language))
    return letters.in_private(
        ctx,
        message,
        "\n".join(lines),
        about=[subjects.ticket(one.id) for one in found],
    )


def track(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Tell where a ticket stands to whom it concerns, and who knows of it.

    Its words only to the former.
    """
    ticket, _ = triage.named_ticket(ctx, message, rest)
    if report.ties_to(ctx, ticket) & access.SEE:
        return triage.show(ctx, message, str(ticket.number))
    if not joining.knows_of(ctx, message, ticket):
        raise Refused("refused-not-yours", number=ticket.number)
    to = ctx.language
    lines = [
        ctx.say(
            "card-head",
            to,
            number=ticket.number,
            status=wording.status_word(ctx, ticket, to),
        ),
        wording.facts(ctx, ticket, to),
    ]
    promise = wording.until(ctx, limits.running(ctx.db, ticket.id), to)
    if promise:
        lines.append(promise)
    return [letters.reply(message, "\n".join(lines), ticket=ticket.id)]


def withdraw(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Take one's own report back."""
    ticket, _ = triage.named_ticket(ctx, message, rest)
    if corrections.is_under_way(ctx, ticket):
        return [corrections.ask_withdraw(ctx, message, ticket)]
    said = corrections.withdraw(ctx, ticket)
    return [
        letters.reply(
            message,
            ctx.say("withdrawn", number=ticket.number),
            ticket=ticket.id,
        ),
        *said,
    ]


def category(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Put one's ticket into another category: ``改分类 12 道路``."""
    ticket, words = triage.named_ticket(ctx, message, rest)
    if not access.may(report.ties_to(ctx, ticket), Action.RECLASSIFY):
        raise Refused("refused-not-yours", number=ticket.number)
    rules.next_status(ticket.status, Action.RECLASSIFY)
    wanted = [
        each.id
        for each in ctx.community.categories
        if words.strip() in {each.id, *each.names.values()}
    ]
    if wanted:
        return corrections.reclassified(ctx, message, ticket, wanted[0])
    if words.strip():
        raise Refused("refused-category", words=words.strip()[:20])
    return corrections.choose_category(ctx, message, ticket)


def press_fixed(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Close what is fixed, and ask how it was."""
    ticket = _own(ctx, button)
    status = rules.next_status(ticket.status, Action.CONFIRM)
    tickets.move(ctx.db, ticket, status, closed_at=ctx.now)
    limits.drop_dues(ctx.db, "close", ticket.id)
    _log(ctx, ticket, Action.CONFIRM, status)
    picks = [
        Pick("★" * stars, "rate", ticket.id, {"stars": stars})
        for stars in range(STARS, 0, -1)
    ]
    return [
        letters.notice(press, ctx.say("noted")),
        letters.reply(
            press,
            ctx.say("closed-thanks", number=ticket.number),
            choices=letters.choices(ctx, picks, allowed=ctx.actor),
            ticket=ticket.id,
        ),
    ]


def press_not_fixed(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Ask why it is not fixed, before it is reopened."""
    ticket = _own(ctx, button)
    rules.next_status(ticket.status, Action.REOPEN)
    return [letters.notice(press, ""), _ask_reason(ctx, press, ticket)]


def reopen(ctx: Context, message: Said, dialogue: Dialogue) -> list[Outgoing]:
    """Reopen with the reason that was asked for."""
    ticket = tickets.get(ctx.db, TicketId(dialogue.args["ticket"]))
    return _reopen(ctx, message, ticket, message.text)


def reopen_by_command(
    ctx: Context, message: Said, rest: str
) -> list[Outgoing]:
    """Reopen with the reason behind the number: ``重开 12 又漏了``."""
    ticket, words = triage.named_ticket(ctx, message, rest)
    _check_reopen(ctx, ticket)
    if not words.strip():
        return [_ask_reason(ctx, message, ticket)]
    return _reopen(ctx, message, ticket, words)


def _check_reopen(ctx: Context, ticket: Ticket) -> Status:
    if not access.may(report.ties_to(ctx, ticket), Action.REOPEN):
        raise Refused("refused-not-yours", number=ticket.number)
    return rules.next_status(ticket.status, Action.REOPEN)


def _ask_reason(
    ctx: Context, message: Said | Pressed, ticket: Ticket
) -> Outgoing:
    buttons.expect(
        ctx.db,
        message.chat.key,
        message.sender.key,
        ctx.id,
        "reopen",
        {"ticket": ticket.id},
        ctx.now + REASON_WAITS,
    )
    return letters.reply(
        message,
        ctx.say("ask-not-fixed", number=ticket.number),
        ticket=ticket.id,
    )


def _reopen(
    ctx: Context, message: Said, ticket: Ticket, reason: str
) -> list[Outgoing]:
    """Let the worker start anew, and the reporter know if it was another."""
    status = _check_reopen(ctx, ticket)
    after = tickets.move(
        ctx.db,
        ticket,
        status,
        reopened=ticket.reopened + 1,
        accepted_at=None,
        resolved_at=None,
        closed_at=None,
    )
    words = ctx.keep(
        "reason",
        reason[: opening.LONGEST],
        ticket=ticket.id,
    )
    opening.attach(ctx, ticket, message, words, "addition")
    limits.drop_dues(ctx.db, "close", ticket.id)
    _log(ctx, ticket, Action.REOPEN, status, words)
    running = opening.start_limits(ctx, after, ctx.now)
    return [
        letters.reply(
            message,
            ctx.say("reopened", number=ticket.number),
            ticket=ticket.id,
            again=True,
        ),
        *opening.assignment(ctx, after, running),
        *(
            triage.tell_reporter(ctx, after, "told-reopened")
            if ticket.reporter_id != ctx.actor
            else triage.tell_followers(ctx, after, "told-reopened")
        ),
    ]


def answer(ctx: Context, message: Said, dialogue: Dialogue) -> list[Outgoing]:
    """Bring the worker what the resident says to their question.

    Thanks alone answer nothing: we go on waiting.
    """
    ticket = tickets.get(ctx.db, TicketId(dialogue.args["ticket"]))
    if ctx.mind.judge(message.text).intent is Intent.THANKS:
        buttons.expect_still(ctx.db, dialogue)
        return [letters.reply(message, ctx.say("you-are-welcome"))]
    return [
        *report.add(ctx, message, message.text, ticket, Action.ANSWER),
        *triage.tell_followers(ctx, ticket, "told-question-answered"),
    ]


def press_rate(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Keep the stars; a word may follow."""
    ticket = _own(ctx, button)
    rules.next_status(ticket.status, Action.RATE)
    stars = int(button.args["stars"])
    tickets.move(ctx.db, ticket, ticket.status, rating=stars)
    ctx.log(
        Action.RATE,
        ticket=ticket.id,
        new=str(stars),
    )
    buttons.expect(
        ctx.db,
        press.chat.key,
        press.sender.key,
        ctx.id,
        "rated",
        {"ticket": ticket.id},
        ctx.now + timedelta(minutes=10),
    )
    return [
        letters.notice(press, ctx.say("noted")),
        letters.reply(
            press,
            ctx.say("rated", number=ticket.number),
            ticket=ticket.id,
        ),
    ]


def rated(ctx: Context, message: Said, dialogue: Dialogue) -> list[Outgoing]:
    """Keep the word that came after the stars."""
    ctx.keep(
        "rating",
        message.text[: opening.LONGEST],
        ticket=TicketId(dialogue.args["ticket"]),
    )
    return [letters.reply(message, ctx.say("rated-word"))]


def close_by_itself(ctx: Context, due: Due) -> list[Outgoing]:
    """Close a resolved ticket after the silence that the pack allows."""
    found = tickets.get(ctx.db, TicketId(due.subject_id))
    if found.status is not Status.RESOLVED:
        return []
    status = rules.next_status(found.status, Action.CLOSE)
    tickets.move(ctx.db, found, status, closed_at=ctx.now)
    ctx.log(
        Action.CLOSE,
        ticket=found.id,
        old=found.status,
        new=status,
    )
    days = ctx.community.rules.close_after.days
    return triage.tell_reporter(ctx, found, "told-closed", days=days)


def _own(ctx: Context, button: Button) -> Ticket:
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    if ticket.reporter_id != ctx.actor:
        raise Refused("refused-not-yours", number=ticket.number)
    return ticket


def _log(
    ctx: Context,
    ticket: Ticket,
    action: Action,
    new: Status,
    words: int | None = None,
) -> None:
    ctx.log(
        action,
        ticket=ticket.id,
        old=ticket.status,
        new=new,
        words_id=words,
    )
