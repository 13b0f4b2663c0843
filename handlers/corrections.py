"""What people correct: a ticket's words, its category, or that it is none."""

from collections.abc import Sequence
from typing import Any

from config.terms import (
    Action,
    CategoryId,
    Status,
    TicketId,
)
from handlers import letters, opening, report, wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import access, commands
from handlers.rules import ticket as rules
from handlers.rules.commands import Typed
from handlers.rules.refusals import Refused
from storage import limits, photos, tickets
from storage.buttons import Button
from storage.messages import Edited, Outgoing, Pressed, Said, Withdrawn
from storage.posts import Post
from storage.tickets import Ticket


def edit(ctx: Context, message: Edited, post: Post) -> list[Outgoing]:
    """Let a ticket read as the edited message does."""
    if post.ticket_id is None or post.kind == "bot":
        return []
    if post.author_id is not None and post.author_id != ctx.actor:
        return []
    ticket = tickets.get(ctx.db, post.ticket_id)
    if ticket.status not in rules.STAYS[Action.AMEND]:
        return []
    other_photos = _amend_photos(ctx, message, ticket)
    text = _wording(message)
    reworded = _amend_words(ctx, text, post)
    if not (other_photos or reworded):
        return []
    ctx.log(
        Action.AMEND,
        ticket=ticket.id,
        words_id=post.words_id,
    )
    if not reworded:
        return report.tell_handlers(ctx, ticket, "told-amended-photos")
    return _tell_reworded(ctx, ticket, text)


def take_back(ctx: Context, message: Withdrawn, post: Post) -> list[Outgoing]:
    """Follow a message that its author recalled."""
    if post.ticket_id is None or post.author_id != ctx.actor:
        return []
    ticket = tickets.get(ctx.db, post.ticket_id)
    for photo in photos.of_message(
        ctx.db, message.chat.key, message.id, ticket.id
    ):
        photos.withdraw(ctx.db, photo)
    if post.words_id is None:
        return []
    if post.kind == "report" and ticket.status is Status.REPORTED:
        text = ctx.say("withdrawn", number=ticket.number)
        return [
            *withdraw(ctx, ticket),
            *letters.tell(ctx, ctx.person, text, ticket=ticket.id),
        ]
    tickets.reword(ctx.db, post.words_id, "")
    ctx.log(
        Action.AMEND,
        ticket=ticket.id,
        words_id=post.words_id,
    )
    return report.tell_handlers(ctx, ticket, "told-recalled")


def withdraw(ctx: Context, ticket: Ticket) -> list[Outgoing]:
    """End a ticket because its reporter takes it back."""
    if not access.may(report.ties_to(ctx, ticket), Action.WITHDRAW):
        raise Refused("refused-not-yours", number=ticket.number)
    status = rules.next_status(ticket.status, Action.WITHDRAW)
    after = tickets.move(ctx.db, ticket, status, closed_at=ctx.now)
    limits.end(ctx.db, ticket.id, ctx.now, met=False)
    ctx.log(
        Action.WITHDRAW,
        ticket=ticket.id,
        old=ticket.status,
        new=after.status,
    )
    return report.tell_handlers(ctx, after, "told-withdrawn")


def press_not_report(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Withdraw what was misunderstood; ask first if it is under way."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    if is_under_way(ctx, ticket):
        return [letters.notice(press, ""), ask_withdraw(ctx, press, ticket)]
    return [
        letters.notice(press, ctx.say("noted")),
        *_withdrawn(ctx, press, ticket),
    ]


def is_under_way(ctx: Context, ticket: Ticket) -> bool:
    """Whether somebody works on it for the speaker, who may take it back."""
    return ticket.status in {
        Status.ACCEPTED,
        Status.PAUSED,
    } and access.may(report.ties_to(ctx, ticket), Action.WITHDRAW)


def ask_withdraw(
    ctx: Context, message: Said | Pressed, ticket: Ticket
) -> Outgoing:
    """Ask whether somebody's work shall really have been for nothing."""
    picks = [
        Pick(ctx.say("do-withdraw"), "withdraw-yes", ticket.id),
        Pick(ctx.say("do-keep"), "withdraw-no", ticket.id),
    ]
    return letters.reply(
        message,
        ctx.say("ask-withdraw", number=ticket.number),
        choices=letters.choices(
            ctx, picks, allowed=ctx.actor, chat=message.chat
        ),
        ticket=ticket.id,
    )


def press_keep(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Let the work on a ticket go on."""
    del button
    return [letters.notice(press, ctx.say("noted-kept"))]


def press_withdraw(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Withdraw what is under way, now that it is sure."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    return [
        letters.notice(press, ctx.say("noted")),
        *_withdrawn(ctx, press, ticket),
    ]


def press_categories(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Show the categories to choose from."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    rules.next_status(ticket.status, Action.RECLASSIFY)
    return [
        letters.notice(press, ""),
        *choose_category(ctx, press, ticket),
    ]


def choose_category(
    ctx: Context, message: Said | Pressed, ticket: Ticket
) -> list[Outgoing]:
    """Ask which category; of a private matter in private.

    The group would see which one is missing.
    """
    text = ctx.say("choose-category", number=ticket.number)
    picks = _category_picks(ctx, ticket)
    return _answer(ctx, message, ticket, text, picks)


def press_category(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Put a ticket into another category."""
    ticket = tickets.get(ctx.db, TicketId(button.subject_id))
    category = CategoryId(str(button.args["category"]))
    if button.args["was"] != ticket.category:
        raise Refused("refused-category-changed", number=ticket.number)
    return [
        letters.notice(press, ctx.say("noted")),
        *letters.settled(ctx, press),
        *reclassified(ctx, press, ticket, category),
    ]


def reclassified(
    ctx: Context,
    message: Said | Pressed,
    ticket: Ticket,
    category: CategoryId,
) -> list[Outgoing]:
    """Change the category and say so; of a private matter in private."""
    text = _reclassify(ctx, ticket, category)
    return _answer(ctx, message, tickets.get(ctx.db, ticket.id), text)


def _answer(
    ctx: Context,
    message: Said | Pressed,
    ticket: Ticket,
    text: str,
    picks: Sequence[Pick] = (),
) -> list[Outgoing]:
    """Answer where it was said; about a private matter in private."""
    if report.is_apart(message, ticket):
        return letters.in_private(
            ctx, message, text, picks=picks, ticket=ticket.id
        )
    return [
        letters.reply(
            message,
            text,
            choices=letters.choices(ctx, picks, allowed=ctx.actor),
            ticket=ticket.id,
        )
    ]


def _withdrawn(ctx: Context, press: Pressed, ticket: Ticket) -> list[Outgoing]:
    return [
        *withdraw(ctx, ticket),
        letters.reply(
            press,
            ctx.say("withdrawn", number=ticket.number),
            ticket=ticket.id,
        ),
    ]


def _category_picks(ctx: Context, ticket: Ticket) -> list[Pick]:
    """Return a button for each category but the ticket's own."""
    to = ctx.language
    return [
        Pick(
            wording.category_name(ctx, category.id, to),
            "category-set",
            ticket.id,
            {"category": category.id, "was": ticket.category},
        )
        for category in ctx.community.categories
        if category.id != ticket.category
    ]


def _reclassify(ctx: Context, ticket: Ticket, category: CategoryId) -> str:
    """Change the category with body, severity and limits; say so.

    The new limits count from when the ticket was opened, as the old did.
    """
    if not access.may(report.ties_to(ctx, ticket), Action.RECLASSIFY):
        raise Refused("refused-not-yours", number=ticket.number)
    rules.next_status(ticket.status, Action.RECLASSIFY)
    try:
        wanted = ctx.community.category(category)
    except KeyError:
        raise Refused("refused-category", words=category) from None
    after = tickets.move(
        ctx.db,
        ticket,
        ticket.status,
        category=wanted.id,
        severity=wanted.severity,
        body_id=wanted.body,
        private=wanted.private or ticket.private,
    )
    kinds = [limit.kind for limit in limits.running(ctx.db, ticket.id)]
    limits.end(ctx.db, ticket.id, ctx.now, met=False)
    running = opening.start_limits(ctx, after, ticket.opened_at, kinds)
    ctx.log(
        Action.RECLASSIFY,
        ticket=ticket.id,
        old=ticket.category,
        new=wanted.id,
    )
    promise = wording.until(ctx, running, ctx.language)
    name = wording.category_name(ctx, wanted.id, ctx.language)
    said = ctx.say("reclassified", number=ticket.number, category=name)
    return f"{said}\n{promise}" if promise else said


def _wording(message: Edited) -> str:
    """Return what a message says now, without a command's word."""
    typed = commands.read(message.text)
    text = typed.words if isinstance(typed, Typed) else message.text
    return text[: report.LONGEST_MESSAGE]


def _amend_words(ctx: Context, text: str, post: Post) -> bool:
    if post.words_id is None or not text.strip():
        return False
    # a platform may call a message edited though nobody changed a word
    if tickets.wording(ctx.db, post.words_id) == text:
        return False
    tickets.reword(ctx.db, post.words_id, text)
    if post.kind == "report" and post.ticket_id is not None:
        ticket = tickets.get(ctx.db, post.ticket_id)
        ticket = _follow_privacy(ctx, ticket, text)
        _follow_place(ctx, ticket, text)
    return True


def _follow_privacy(ctx: Context, ticket: Ticket, text: str) -> Ticket:
    """Let what is between people by now be public no more."""
    category = ctx.mind.category(text)[0]
    if ticket.private or not opening.is_private(ctx, text, category):
        return ticket
    return tickets.move(ctx.db, ticket, ticket.status, private=True)


def _follow_place(ctx: Context, ticket: Ticket, text: str) -> None:
    """Let the ticket's place be where the words say now.

    Its grid as well, with its worker, until somebody has accepted it.
    """
    place = ctx.mind.place(text, grid=ticket.grid_id)
    if place is None or place.words == ticket.place:
        return
    changes: dict[str, Any] = {"place": place.words}
    worker = ctx.worker_of(place.grid)
    waits = ticket.status is Status.REPORTED and ticket.assignee_id is not None
    if waits and worker is not None and place.grid != ticket.grid_id:
        changes |= {"grid_id": place.grid, "assignee_id": worker.id}
    tickets.move(ctx.db, ticket, ticket.status, **changes)
    ctx.log(Action.RELOCATE, ticket=ticket.id)


def _amend_photos(ctx: Context, message: Edited, ticket: Ticket) -> bool:
    had = photos.of_message(ctx.db, message.chat.key, message.id, ticket.id)
    known = {photo.same or photo.ref for photo in had}
    has = {photo.unique or photo.ref for photo in message.photos}
    gone = [photo for photo in had if (photo.same or photo.ref) not in has]
    for photo in gone:
        photos.withdraw(ctx.db, photo)
    new = [
        photo
        for photo in message.photos
        if (photo.unique or photo.ref) not in known
    ]
    photos.want(
        ctx.db,
        ctx.id,
        new,
        channel=message.channel,
        chat=message.chat.key,
        message=message.id,
        author=ctx.actor,
        now=ctx.now,
        ticket=ticket.id,
    )
    return bool(gone or new)


def _tell_reworded(ctx: Context, before: Ticket, text: str) -> list[Outgoing]:
    """Tell the new words; bring a ticket to the worker of its new grid."""
    after = tickets.get(ctx.db, before.id)
    if after.grid_id == before.grid_id:
        return report.tell_handlers(ctx, after, "told-amended", words=text)
    said: list[Outgoing] = []
    old = ctx.find(before.assignee_id)
    if old is not None and old.id != after.assignee_id:
        to = ctx.language_of(old)
        moved = ctx.say(
            "told-moved",
            to,
            number=after.number,
            grid=wording.grid_name(ctx, after.grid_id, to),
        )
        said = letters.tell(ctx, old, moved, ticket=after.id)
    running = list(limits.running(ctx.db, after.id))
    return [*said, *opening.assignment(ctx, after, running)]
