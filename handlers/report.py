"""A resident reports, adds, edits, takes back, corrects."""

import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from config.terms import (
    STAFF,
    Action,
    ChatKind,
    GridId,
    PersonId,
    Source,
    Urgency,
)
from handlers import letters, opening, twins, wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.opening import Matter
from handlers.rules import access
from handlers.rules import ticket as rules
from handlers.rules.access import Tie
from handlers.rules.refusals import Refused
from handlers.understanding.meaning import Intent, Meaning, Sure
from storage import buttons, inbox, people, posts, tickets
from storage.buttons import Button, Dialogue
from storage.limits import TimeLimit
from storage.messages import Edited, Outgoing, Pressed, Said
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
    grid = ctx.grid or opening.home_grid(ctx, ctx.person)
    against = opening.is_against_worker(ctx, message.text, grid)
    asked = "ask-report-desk" if against else "ask-report"
    text = ctx.say("ask-file" if staff else asked)
    category = ctx.mind.category(message.text)[0]
    if (
        ctx.mind.smells_of_danger(message.text)
        or ctx.mind.urgency(message.text) is Urgency.DANGER
    ):
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
                against or opening.is_private(ctx, message.text, category)
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
    apart = is_apart(message, ticket)
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
    if is_apart(message, ticket):
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
    return not is_apart(message, ticket) or bool(ties_to(ctx, ticket))


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
    asked, same = twins.question(ctx, ticket)
    text = f"{text}\n{asked}" if asked else text
    picks = [*same, *_correction_picks(ctx, ticket)]
    if is_apart(message, ticket):
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


def is_apart(message: Said | Pressed, ticket: Ticket) -> bool:
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
    return tell_handlers(ctx, ticket, sentence, words=text[:LONGEST_MESSAGE])


def tell_handlers(
    ctx: Context,
    ticket: Ticket,
    sentence: str,
    *,
    but: Collection[PersonId] = (),
    **values: Any,  # noqa: ANN401
) -> list[Outgoing]:
    """Tell all who got the card; not whoever does it."""
    said: list[Outgoing] = []
    for person in opening.handlers(ctx, ticket):
        if person.id == ctx.actor or person.id in but:
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
