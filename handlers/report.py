"""A resident reports, adds, edits, takes back, corrects."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from config.terms import (
    STAFF,
    Action,
    CategoryId,
    ChatKind,
    GridId,
    Source,
    Status,
    TicketId,
    Urgency,
)
from handlers import letters, opening, wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.opening import Matter
from handlers.rules import access, commands
from handlers.rules import ticket as rules
from handlers.rules.access import Tie
from handlers.rules.commands import Typed
from handlers.rules.refusals import Refused
from handlers.understanding.meaning import Intent, Meaning, Sure
from storage import buttons, inbox, limits, people, photos, posts, tickets
from storage.buttons import Button, Dialogue
from storage.limits import TimeLimit
from storage.messages import Edited, Outgoing, Pressed, Said, Withdrawn
from storage.posts import Post
from storage.tickets import Ticket

ALBUM_WAITS = {
    ChatKind.GROUP: timedelta(minutes=2),
    ChatKind.PRIVATE: timedelta(seconds=10),
}
"""Parts of an album wait this long for the part with the words."""
UNDECIDED = timedelta(minutes=30)
"""An unanswered "is this a report?" is forgotten after this."""
LONGEST_MESSAGE = 4000
_PASTED = re.compile(
    r"\s*(?!地点|位置|地址|问题|时间|情况|标题)"
    r"(?:[^\s:：]{0,11}[^\s:：\d][:：]\s*|\S{1,12}\s+\d{1,2}:\d{2}\s+)\S"
)
"""Words that begin with who said them, as copied from another chat."""
MOST_PHOTOS = 20

_said: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def report(ctx: Context, message: Said, text: str) -> list[Outgoing]:
    """Open a ticket from ``text`` (the command's word cut off)."""
    if not text.strip() and not message.photos:
        raise Refused("refused-empty-report")
    _check_size(message, text)
    return _open(ctx, message, text)


def ask_first(ctx: Context, message: Said) -> list[Outgoing]:
    """Ask once whether it is a report; nobody answering is an answer."""
    staff = _is_told_by_staff(ctx, message)
    text = ctx.say("ask-file" if staff else "ask-report")
    category = ctx.mind.category(message.text)[0]
    if ctx.mind.smells_of_danger(message.text):
        numbers = wording.emergency(ctx, category, ctx.language)
        text = f"{ctx.say('ask-danger', numbers=numbers)}\n{text}"
    return [
        letters.reply(
            message,
            text,
            choices=letters.choices(
                ctx,
                [
                    Pick(
                        ctx.say("ask-file-yes" if staff else "ask-report-yes"),
                        "report-yes",
                        args={"said": _packed(message)},
                    ),
                    Pick(ctx.say("ask-report-no"), "report-no"),
                ],
                allowed=ctx.actor,
                chat=message.chat,
                lives=UNDECIDED,
            ),
            quoting=not (
                opening.is_private(ctx, message.text, category)
                or opening.is_against_worker(ctx, message.text, ctx.grid)
            ),
        )
    ]


def press_yes(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Open what was a report after all."""
    message = _said.decode(button.args["said"])
    return [
        letters.notice(press, ctx.say("noted")),
        *_open(ctx, message, message.text),
    ]


def press_no(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Keep nothing of what was no report."""
    del button
    return [letters.notice(press, ctx.say("noted-not-report"))]


def press_grid(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Open a private report that has its grid now."""
    message = _said.decode(button.args["said"])
    text = str(button.args["text"])
    return [
        letters.notice(press, ctx.say("noted")),
        *_open(ctx, message, text, GridId(button.args["grid"])),
    ]


def ask_words(ctx: Context, parts: Sequence[Said]) -> list[Outgoing]:
    """Keep what came without words, photos or a position; ask for words."""
    first = parts[0]
    _expect_words(ctx, first, [_packed(part) for part in parts])
    if first.photos:
        asked = ctx.say("ask-photo-words")
    elif first.attachments:
        kind = first.attachments[0].kind
        asked = ctx.say("ask-recording-words", kind=kind)
    else:
        asked = ctx.say("ask-point-words")
    return [letters.reply(first, asked)]


def photo_words(
    ctx: Context, message: Said, dialogue: Dialogue
) -> list[Outgoing]:
    """Report what waited with the words that have come; or keep more."""
    parts: list[str] = dialogue.args["parts"]
    if not message.text.strip():
        check_files(message)
        if message.photos or message.point or message.attachments:
            _expect_words(ctx, message, [*parts, _packed(message)])
        return []
    waited = [_said.decode(part) for part in parts]
    shown = [photo for part in waited for photo in part.photos]
    points = [part.point for part in (*waited, message) if part.point]
    played = [one for part in waited for one in part.attachments]
    whole = msgspec.structs.replace(
        message,
        photos=(*shown, *message.photos),
        attachments=(*played, *message.attachments),
        point=points[-1] if points else None,
    )
    names = [part.text.strip() for part in waited if part.text.strip()]
    return _open(ctx, whole, " ".join([*names, message.text.strip()]))


def _expect_words(ctx: Context, message: Said, parts: list[str]) -> None:
    buttons.expect(
        ctx.db,
        message.chat.key,
        message.sender.key,
        ctx.id,
        "photo-words",
        {"parts": parts[:MOST_PHOTOS]},
        ctx.now + UNDECIDED,
    )


def keep_album_part(ctx: Context, message: Said) -> list[Outgoing]:
    """Let a part wait for the words, or join a ticket that has them."""
    known = posts.find_album(ctx.db, ctx.id, message.chat.key, message.album)
    if known is not None and known.ticket_id is not None:
        ticket = tickets.get(ctx.db, known.ticket_id)
        opening.attach(ctx, ticket, message, None, known.kind)
        return opening.pass_on(ctx, ticket, message, known.kind)
    inbox.keep_part(
        ctx.db,
        message,
        album_key(message),
        ctx.now + ALBUM_WAITS[message.chat.kind],
        ctx.now,
    )
    return []


def album_key(message: Said | Edited) -> str:
    """Return what all parts of an album share."""
    return f"{message.chat.key}:{message.album}"


def add(
    ctx: Context,
    message: Said,
    text: str,
    ticket: Ticket,
    action: Action = Action.ADD,
) -> list[Outgoing]:
    """Add a resident's or a worker's words and photos to a ticket.

    ``ANSWER`` when the worker had asked for them.
    """
    ties = ties_to(ctx, ticket)
    apart = _apart(message, ticket)
    in_its_group = not apart and message.chat.key == ticket.origin_chat
    if not access.may(ties, action) and not in_its_group:
        raise Refused("refused-not-yours", number=ticket.number)
    if ticket.status not in rules.STAYS[action]:
        raise Refused("refused-add-ended", number=ticket.number)
    _check_size(message, text)
    words = None
    if text.strip():
        words = ctx.keep(
            "addition",
            text,
            ticket=ticket.id,
        )
    opening.attach(ctx, ticket, message, words, "addition")
    if message.point is not None:
        ticket = opening.locate(ctx, ticket, message.point)
    ctx.log(
        action,
        ticket=ticket.id,
        words_id=words,
        photos=len(message.photos),
    )
    answered = action is Action.ANSWER
    return [
        letters.reply(
            message,
            ctx.say("added-apart")
            if apart
            else _added(ctx, message, ticket, answered=answered),
            ticket=ticket.id,
            again=True,
            quoting=not apart,
        ),
        *_tell_addition(
            ctx,
            ticket,
            "told-answered" if answered else "told-addition",
            _with_point(text, message),
        ),
        *opening.pass_on(ctx, ticket, message, "addition"),
    ]


def _added(
    ctx: Context, message: Said, ticket: Ticket, *, answered: bool
) -> str:
    if message.attachments:
        kind = message.attachments[0].kind
        return ctx.say("added-recording", number=ticket.number, kind=kind)
    sentence = "answered" if answered else "added"
    return ctx.say(sentence, number=ticket.number)


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
        return _tell_handlers(ctx, ticket, "told-amended-photos")
    return _tell_reworded(ctx, ticket, text)


def _tell_reworded(ctx: Context, before: Ticket, text: str) -> list[Outgoing]:
    """Tell the new words; bring a ticket to the worker of its new grid."""
    after = tickets.get(ctx.db, before.id)
    if after.grid_id == before.grid_id:
        return _tell_handlers(ctx, after, "told-amended", words=text)
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
    return _tell_handlers(ctx, ticket, "told-recalled")


def withdraw(ctx: Context, ticket: Ticket) -> list[Outgoing]:
    """End a ticket because its reporter takes it back."""
    if not access.may(ties_to(ctx, ticket), Action.WITHDRAW):
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
    return _tell_handlers(ctx, after, "told-withdrawn")


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
    } and access.may(ties_to(ctx, ticket), Action.WITHDRAW)


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


def _withdrawn(ctx: Context, press: Pressed, ticket: Ticket) -> list[Outgoing]:
    return [
        *withdraw(ctx, ticket),
        letters.reply(
            press,
            ctx.say("withdrawn", number=ticket.number),
            ticket=ticket.id,
        ),
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
    if _apart(message, ticket):
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
    if _apart(message, tickets.get(ctx.db, ticket.id)):
        return letters.in_private(ctx, message, text, ticket=ticket.id)
    return [letters.reply(message, text, ticket=ticket.id)]


def _reclassify(ctx: Context, ticket: Ticket, category: CategoryId) -> str:
    """Change the category with body, severity and limits; say so.

    The new limits count from when the ticket was opened, as the old did.
    """
    if not access.may(ties_to(ctx, ticket), Action.RECLASSIFY):
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


def filed(
    ctx: Context,
    message: Said,
    ticket: Ticket,
    running: list[TimeLimit],
    *,
    own: bool = False,
) -> list[Outgoing]:
    """Return the number, and the answer that can be copied back.

    ``own``: nobody said where, so it lies in the filer's own grid.
    """
    page = _page(ctx, ticket)
    copy = wording.received(
        ctx, ticket, running, ctx.community.language, to_copy=True
    )
    if page:
        home = ctx.community.language
        copy = f"{copy}\n{ctx.say('page-line', home, url=page)}"
    text = ctx.say(
        "filed-own" if ticket.source is Source.PATROL else "filed",
        number=ticket.number,
    )
    if own and ticket.grid_id is not None:
        grid = wording.grid_name(ctx, ticket.grid_id)
        text = f"{ctx.say('filed-in-own-grid', grid=grid)}\n{text}"
    picks = _correction_picks(ctx, ticket)
    if _apart(message, ticket):
        whole = f"{text}\n{copy}"
        return _answer_apart(ctx, message, ticket, whole, picks)
    return [
        letters.reply(
            message,
            text,
            choices=letters.choices(ctx, picks, allowed=ctx.actor),
            ticket=ticket.id,
            again=True,
        ),
        # the answer stands alone, so that it can be copied
        letters.reply(message, copy, ticket=ticket.id, again=True),
    ]


def is_for(ctx: Context, message: Said, ticket: Ticket) -> bool:
    """Whether words under a matter may be meant for it.

    Under what we said of a private one, others in the group just talk.
    """
    return not _apart(message, ticket) or bool(ties_to(ctx, ticket))


def ties_to(ctx: Context, ticket: Ticket) -> frozenset[Tie]:
    """Return how the actor stands to a ticket."""
    person = ctx.person
    if person is None or ticket.community_id != ctx.id:
        return frozenset()
    ties = set()
    if ticket.reporter_id == person.id:
        ties.add(Tie.REPORTER)
    if ticket.assignee_id == person.id:
        ties.add(Tie.ASSIGNEE)
    if person.has(*access.LEADERS):
        ties.add(Tie.DESK)
    if (
        person.has(*STAFF)
        and not access.is_desks_alone(ticket.private, ticket.assignee_id)
        and ticket.grid_id in people.grids_of(ctx.db, ctx.id, person.id)
    ):
        ties.add(Tie.WORKER)
    if ticket.body_id is not None and person.id in opening.body_people(
        ctx, ticket.body_id
    ):
        ties.add(Tie.BODY)
    return frozenset(ties)


def _open(
    ctx: Context, message: Said, text: str, grid: GridId | None = None
) -> list[Outgoing]:
    meaning = _understood(ctx, text)
    place = meaning.place
    grid = grid or (place.grid if place else None) or ctx.grid
    if grid is None:
        grid = opening.home_grid(ctx, ctx.person) or _only_grid(ctx)
    if grid is None and meaning.urgency is not Urgency.DANGER:
        return ask_grid(ctx, message, text)
    ticket, running, told = opening.open_ticket(
        ctx,
        Matter(
            text=text,
            category=meaning.category or ctx.mind.category(text)[0],
            urgency=meaning.urgency,
            source=_source(ctx, message),
            grid=grid,
            place=place,
            point=message.point,
        ),
        message,
    )
    if message.album:
        for part in inbox.take_parts(ctx.db, album_key(message)):
            if isinstance(part, Said):
                opening.attach(ctx, ticket, part, None, "report")
                told += opening.pass_on(ctx, ticket, part, "report")
    if ticket.source in {Source.RELAYED, Source.PATROL}:
        return [*filed(ctx, message, ticket, running), *told]
    text = wording.received(ctx, ticket, running, ctx.language)
    picks = _correction_picks(ctx, ticket)
    if _apart(message, ticket):
        return [*_answer_apart(ctx, message, ticket, text, picks), *told]
    answer = letters.reply(
        message,
        text,
        choices=letters.choices(ctx, picks, allowed=ctx.actor),
        ticket=ticket.id,
        urgency=Urgency(ticket.urgency),
        again=True,
    )
    return [answer, *told]


def _answer_apart(
    ctx: Context, message: Said, ticket: Ticket, text: str, picks: list[Pick]
) -> list[Outgoing]:
    """Say in the group that it goes on in private, and there all of it."""
    return [
        letters.reply(
            message,
            wording.received_apart(ctx, ticket, ctx.language),
            choices=letters.to_private(ctx, message),
            ticket=ticket.id,
            urgency=Urgency(ticket.urgency),
            again=True,
            quoting=False,
        ),
        *letters.tell(
            ctx,
            ctx.person,
            text,
            picks=picks,
            ticket=ticket.id,
            urgency=Urgency(ticket.urgency),
            now=True,
        ),
    ]


def _apart(message: Said | Pressed, ticket: Ticket) -> bool:
    """Whether the matter must not be spread out where it was said."""
    return ticket.private and message.chat.kind is ChatKind.GROUP


def _source(ctx: Context, message: Said) -> Source:
    if _is_told_by_staff(ctx, message):
        pasted = _PASTED.match(message.text) is not None
        relayed = message.forwarded or pasted
        return Source.RELAYED if relayed else Source.PATROL
    return opening.source_of(message)


def _is_told_by_staff(ctx: Context, message: Said) -> bool:
    """Whether staff speak in private: for others, or of what they saw."""
    return (
        message.chat.kind is ChatKind.PRIVATE
        and ctx.person is not None
        and ctx.person.has(*STAFF)
    )


def _understood(ctx: Context, text: str) -> Meaning:
    home = ctx.person.building if ctx.person else ""
    return Meaning(
        intent=Intent.REPORT,
        sure=Sure.ACT,
        category=ctx.mind.category(text)[0],
        place=ctx.mind.place(text, home=home, grid=ctx.grid),
        urgency=ctx.mind.urgency(text),
    )


def _only_grid(ctx: Context) -> GridId | None:
    grids = ctx.community.grids
    return grids[0].id if len(grids) == 1 else None


def ask_grid(
    ctx: Context,
    message: Said,
    text: str,
    action: str = "report-grid",
    **args: str,
) -> list[Outgoing]:
    """Ask for the grid of a matter; the press has all that was said."""
    packed = _packed(message)
    picks = [
        Pick(
            grid.called(ctx.language),
            action,
            args={**args, "said": packed, "text": text, "grid": grid.id},
        )
        for grid in ctx.community.grids[:24]
    ]
    return [
        letters.reply(
            message,
            ctx.say("ask-grid"),
            choices=letters.choices(
                ctx, picks, allowed=ctx.actor, chat=message.chat
            ),
            again=True,
        )
    ]


def _correction_picks(ctx: Context, ticket: Ticket) -> list[Pick]:
    picks = [
        Pick(ctx.say("do-category"), "category-choose", ticket.id),
        Pick(ctx.say("do-not-report"), "ticket-not-report", ticket.id),
    ]
    page = _page(ctx, ticket)
    if page:
        picks.append(Pick(ctx.say("do-page"), url=page))
    return picks


def _page(ctx: Context, ticket: Ticket) -> str:
    """Return where everybody can follow a ticket, "" for nowhere.

    The demo's pages lie beside its chat, wherever that is.
    """
    if ctx.fixed.public_url or ctx.fixed.demo:
        return f"{ctx.fixed.public_url}/t/{ticket.code}"
    return ""


def _with_point(text: str, message: Said) -> str:
    """Return the words and the position that came with them."""
    if message.point is None:
        return text
    point = f"{message.point.lat:.6f}, {message.point.lon:.6f}"
    return f"{text[:LONGEST_MESSAGE]}\n{point}".strip()


def _tell_addition(
    ctx: Context, ticket: Ticket, sentence: str, text: str
) -> list[Outgoing]:
    if not text:
        return []  # photos and recordings come in letters of their own
    return _tell_handlers(ctx, ticket, sentence, words=text[:LONGEST_MESSAGE])


def _tell_handlers(
    ctx: Context,
    ticket: Ticket,
    sentence: str,
    **values: Any,  # noqa: ANN401
) -> list[Outgoing]:
    """Tell all who got the card; not whoever does it."""
    said: list[Outgoing] = []
    for person in opening.handlers(ctx, ticket):
        if person.id == ctx.actor:
            continue
        to = ctx.language_of(person)
        said += letters.tell(
            ctx,
            person,
            ctx.say(sentence, to, number=ticket.number, **values),
            ticket=ticket.id,
            urgency=Urgency(ticket.urgency),
            group=ticket.grid_id,
        )
    return said


def _wording(message: Edited) -> str:
    """Return what a message says now, without a command's word."""
    typed = commands.read(message.text)
    text = typed.words if isinstance(typed, Typed) else message.text
    return text[:LONGEST_MESSAGE]


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


def _check_size(message: Said, text: str) -> None:
    if len(text) > LONGEST_MESSAGE:
        raise Refused("refused-too-long", most=LONGEST_MESSAGE)
    if len(message.photos) > MOST_PHOTOS:
        raise Refused("refused-too-many-photos", most=MOST_PHOTOS)
    check_files(message)


def check_files(message: Said) -> None:
    """Refuse files; voice messages and videos are kept as recordings."""
    if any(one.kind == "file" for one in message.attachments):
        raise Refused("refused-file")


def unpacked(said: str) -> Said:
    """Return a message that a button kept."""
    return _said.decode(said)


def _packed(message: Said) -> str:
    return msgspec.json.encode(message).decode()
