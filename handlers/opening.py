"""Opening a ticket, whoever asks for it: report, FAQ, visit, desk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.terms import (
    STAFF,
    Action,
    BodyId,
    CategoryId,
    ChatKind,
    GridId,
    Language,
    Level,
    PersonId,
    PhotoId,
    Source,
    TicketId,
    Urgency,
)
from handlers import letters, twins, wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import limits as rules
from handlers.rules.complaints import is_against
from handlers.rules.refusals import Refused
from handlers.understanding.meaning import Place
from storage import limits, people, photos, posts, recordings, tickets
from storage.limits import TimeLimit
from storage.messages import Edited, Outgoing, Point, Said
from storage.people import Person
from storage.tickets import Ticket, Words

LONGEST = 4000
"""Characters of a report that are kept; Open311 sets the number."""
MOST_PHOTOS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a ticket is to be opened about."""

    text: str
    category: CategoryId
    urgency: Urgency
    source: Source
    grid: GridId | None
    place: Place | None = None
    point: Point | None = None
    reporter: Person | None = None


def open_ticket(
    ctx: Context, matter: Matter, message: Said | Edited | None
) -> tuple[Ticket, list[TimeLimit], list[Outgoing]]:
    """Open a ticket; return it, its limits, and the letters to its people.

    The caller answers the one who asked. Raises ``Refused`` if that person
    has too many open tickets (danger is never refused).
    """
    reporter = matter.reporter or ctx.person
    if reporter is not None:
        _keep_within(ctx, reporter, matter)
    category = ctx.community.category(matter.category)
    worker = ctx.worker_of(matter.grid)
    against = worker is not None and is_against(matter.text, worker.name)
    if against:
        worker = None
    ticket = tickets.put(
        ctx.db,
        community_id=ctx.id,
        number=tickets.next_number(ctx.db, ctx.id),
        code=ctx.fixed.token(),
        grid_id=matter.grid,
        category=category.id,
        severity=category.severity,
        urgency=matter.urgency,
        level=Level.GRID if worker else Level.COMMUNITY,
        source=matter.source,
        place=matter.place.words if matter.place else "",
        lat=matter.point.lat if matter.point else None,
        lon=matter.point.lon if matter.point else None,
        reporter_id=reporter.id if reporter else None,
        assignee_id=worker.id if worker else None,
        body_id=category.body,
        private=is_private(ctx, matter.text, category.id) or against,
        origin_chat=message.chat.key if message else "",
        origin_message=message.id if message else "",
        origin_thread=message.chat.thread if message else "",
        opened_at=ctx.now,
    )
    words = tickets.write(
        ctx.db,
        ctx.id,
        "report",
        reporter.id if reporter else None,
        matter.text[:LONGEST],
        ctx.now,
        ticket=ticket.id,
    )
    ctx.log(
        Action.REPORT,
        ticket=ticket.id,
        new=ticket.status,
        words_id=words.id,
        category=ticket.category,
        severity=ticket.severity,
        urgency=ticket.urgency,
        grid=ticket.grid_id,
        assignee=ticket.assignee_id,
    )
    if message is not None:
        attach(ctx, ticket, message, words.id, "report")
    running = start_limits(ctx, ticket, ctx.now)
    twins.look(ctx, ticket, words.text)
    everyone = handlers(ctx, ticket)
    told = _hand_over(ctx, ticket, running, everyone, [words])
    return ticket, running, told


def is_private(ctx: Context, text: str, category: CategoryId) -> bool:
    """Whether a matter is between people, and not the group's."""
    try:
        private = ctx.community.category(category).private
    except KeyError:
        private = False
    return private or ctx.mind.is_violent(text)


def is_against_worker(ctx: Context, text: str, grid: GridId | None) -> bool:
    """Whether the words complain about the worker of a grid."""
    worker = ctx.worker_of(grid)
    return worker is not None and is_against(text, worker.name)


def locate(ctx: Context, ticket: Ticket, point: Point) -> Ticket:
    """Let a position complete the place of a ticket."""
    after = tickets.move(
        ctx.db, ticket, ticket.status, lat=point.lat, lon=point.lon
    )
    tickets.log(
        ctx.db,
        ctx.id,
        ctx.person.id if ctx.person else tickets.SYSTEM,
        Action.RELOCATE,
        ctx.now,
        ticket=ticket.id,
    )
    return after


def attach(
    ctx: Context,
    ticket: Ticket,
    message: Said | Edited,
    words: int | None,
    kind: str,
) -> None:
    """Tie a message, its photos and its recordings to a ticket."""
    posts.put(
        ctx.db,
        message.chat.key,
        message.id,
        community=ctx.id,
        ticket=ticket.id,
        words=words,
        author=ctx.person.id if ctx.person else None,
        kind=kind,
        album=message.album,
    )
    if isinstance(message, Said) and message.attachments:
        recordings.put(
            ctx.db,
            ctx.id,
            message.attachments,
            channel=message.channel,
            chat=message.chat.key,
            message=message.id,
            author=ctx.person.id if ctx.person else None,
            now=ctx.now,
            ticket=ticket.id,
            purpose=kind,
        )
    if not message.photos:
        return
    had = photos.of_ticket(ctx.db, ticket.id)
    # what was shown of the damage leaves room to show the repair
    room = MOST_PHOTOS - sum(one.purpose == kind for one in had)
    photos.want(
        ctx.db,
        ctx.id,
        message.photos[: max(room, 0)],
        channel=message.channel,
        chat=message.chat.key,
        message=message.id,
        author=ctx.person.id if ctx.person else None,
        now=ctx.now,
        ticket=ticket.id,
        purpose=kind,
    )


def start_limits(
    ctx: Context,
    ticket: Ticket,
    now: datetime,
    kinds: Collection[str] | None = None,
) -> list[TimeLimit]:
    """Let the pack's limits run from ``now``, with their reminders.

    ``kinds`` leaves out limits that were met before; None: all start.
    """
    community, urgency = ctx.community, Urgency(ticket.urgency)
    ladder = rules.ladder_for(community.ladder, urgency)
    alarms = rules.alarms(community.rules, urgency)
    owed = [
        (
            limit,
            rules.due_at(
                now, limit.within, community.time_zone, community.holidays
            ),
        )
        for limit in rules.limits_for(
            community.limits, ticket.category, ticket.severity, urgency
        )
        if kinds is None or limit.kind in kinds
    ]
    running = limits.start(
        ctx.db,
        ctx.id,
        ticket.id,
        now,
        [(limit.kind, str(limit.within), due) for limit, due in owed],
    )
    rows = [
        reminder(ctx, ticket.id, started.id, moment.rung, moment.at)
        for (limit, due), started in zip(owed, running, strict=True)
        for moment in rules.moments(limit, now, due, ladder, alarms)
        if moment.at > ctx.now or moment.rung == "at"
    ]
    limits.put_dues(ctx.db, rows)
    return sorted(running, key=lambda limit: limit.due_at)


def assignment(
    ctx: Context, ticket: Ticket, running: list[TimeLimit]
) -> list[Outgoing]:
    """Return the letters that bring a ticket to those who handle it."""
    return _hand_over(ctx, ticket, running, handlers(ctx, ticket))


def hand_over(
    ctx: Context,
    ticket: Ticket,
    running: list[TimeLimit],
    person: Person,
) -> list[Outgoing]:
    """Return the letter with everything a handler needs, and buttons."""
    return _hand_over(ctx, ticket, running, [person])


def _hand_over(
    ctx: Context,
    ticket: Ticket,
    running: list[TimeLimit],
    everyone: list[Person],
    words: Sequence[Words] = (),
) -> list[Outgoing]:
    words = words or tickets.words(ctx.db, ticket.id)
    people.look_up_chats(ctx.db, ctx.id, [one.id for one in everyone])
    said: list[Outgoing] = []
    for person in everyone:
        to = ctx.language_of(person)
        card = wording.card(
            ctx, ticket, words, running, to, photos=coming(ctx, ticket)
        )
        like, same = twins.for_worker(ctx, ticket, person, to)
        said += letters.tell(
            ctx,
            person,
            f"{card}\n{like}" if like else card,
            picks=[*worker_picks(ctx, ticket, to), *same],
            ticket=ticket.id,
            urgency=Urgency(ticket.urgency),
            group=ticket.grid_id,
        )
        said += show_photos(ctx, ticket, person)
        said += play(ctx, ticket, person)
    return said


def coming(ctx: Context, ticket: Ticket) -> int:
    """Return how many photos are still being fetched."""
    rows = photos.of_ticket(ctx.db, ticket.id)
    return sum(row.state == "wanted" for row in rows)


def show_photos(
    ctx: Context, ticket: Ticket, person: Person | None, *, now: bool = False
) -> list[Outgoing]:
    """Return the letter with the photos that are kept, if there are any."""
    rows = photos.of_ticket(ctx.db, ticket.id)
    kept = [row.id for row in rows if row.state == "kept"]
    return bring_photos(ctx, ticket, person, kept, now=now)


def bring_photos(
    ctx: Context,
    ticket: Ticket,
    person: Person | None,
    rows: Sequence[PhotoId],
    *,
    now: bool = False,
) -> list[Outgoing]:
    """Return the letter that brings photos to somebody."""
    if not rows:
        return []
    return letters.tell(
        ctx,
        person,
        ctx.say("told-photos", ctx.language_of(person), number=ticket.number),
        photos=rows,
        ticket=ticket.id,
        urgency=Urgency(ticket.urgency),
        now=now,
    )


def play(
    ctx: Context,
    ticket: Ticket,
    person: Person | None,
    message: Said | None = None,
    *,
    now: bool = False,
) -> list[Outgoing]:
    """Return the letter with the recordings of a ticket, or of a message.

    They are shown on their own platform alone; elsewhere it says so.
    """
    found = (
        recordings.of_ticket(ctx.db, ticket.id)
        if message is None
        else recordings.of_message(
            ctx.db, ticket.id, message.chat.key, message.id
        )
    )
    chat = None if person is None else letters.chat_of(ctx, person)
    if not found or chat is None:
        return []
    here = [one.attachment for one in found if one.channel == chat.channel]
    sentence = "told-recordings" if here else "told-recordings-elsewhere"
    return letters.tell(
        ctx,
        person,
        ctx.say(sentence, ctx.language_of(person), number=ticket.number),
        recordings=here,
        ticket=ticket.id,
        urgency=Urgency(ticket.urgency),
        now=now,
    )


def pass_on(
    ctx: Context, ticket: Ticket, message: Said, purpose: str
) -> list[Outgoing]:
    """Return the letters with a message's recordings, to whom they are for."""
    return [
        letter
        for person in concerned(ctx, ticket, purpose)
        if person is None or person != ctx.person
        for letter in play(ctx, ticket, person, message)
    ]


def worker_picks(ctx: Context, ticket: Ticket, to: Language) -> list[Pick]:
    """Return the buttons under a ticket's card."""
    return [
        Pick(ctx.say(f"do-{action}", to), f"ticket-{action}", ticket.id)
        for action in (
            Action.ACCEPT,
            Action.RESOLVE,
            Action.ASK,
            Action.TRANSFER,
            Action.RAISE,
            Action.REFUSE,
        )
    ]


def home_grid(ctx: Context, person: Person | None) -> GridId | None:
    """Return the grid of the building a person told us, or None."""
    if person is None or not person.building:
        return None
    place = ctx.mind.place(person.building)
    return place.grid if place else None


def _keep_within(ctx: Context, reporter: Person, matter: Matter) -> None:
    if matter.urgency is Urgency.DANGER or reporter.has(*STAFF):
        return
    most = ctx.community.rules.open_tickets
    if tickets.open_count(ctx.db, ctx.id, reporter.id) >= most:
        raise Refused("refused-too-many-open", most=most)


def handlers(ctx: Context, ticket: Ticket) -> list[Person]:
    """Return worker, the body's people, and in danger the desk."""
    of_body = body_people(ctx, ticket.body_id)
    people.look_up(ctx.db, ctx.id, of_body)
    found: list[Person | None] = [ctx.find(ticket.assignee_id)]
    found += [ctx.find(id_) for id_ in of_body]
    if ticket.assignee_id is None or ticket.urgency is Urgency.DANGER:
        found += letters.desks(ctx)
    known: dict[PersonId, Person] = {}
    for person in found:
        if person is not None:
            known.setdefault(person.id, person)
    return list(known.values())


def concerned(
    ctx: Context, ticket: Ticket, purpose: str
) -> Sequence[Person | None]:
    """Return for whom photos and recordings are.

    Those of the matter: everybody who got its card.
    """
    if purpose == "resolution":
        return [ctx.find(ticket.reporter_id)]
    return handlers(ctx, ticket)


def body_people(ctx: Context, body: BodyId | None) -> tuple[PersonId, ...]:
    """Return who takes the tickets of a responsible body."""
    if body is None:
        return ()
    try:
        return ctx.community.body(body).people
    except KeyError:
        return ()


def bodies_of(ctx: Context, person: PersonId) -> frozenset[BodyId]:
    """Return the responsible bodies whose tickets a person takes."""
    return frozenset(
        body.id for body in ctx.community.bodies if person in body.people
    )


def reminder(
    ctx: Context, ticket: TicketId, limit: int, rung: str, at: datetime
) -> dict[str, Any]:
    """Return the row of a moment at which a limit is spoken of."""
    return {
        "community_id": ctx.id,
        "kind": "remind",
        "subject_id": ticket,
        "limit_id": limit,
        "rung": rung,
        "due_at": at,
    }


_SOURCES = {ChatKind.GROUP: Source.GROUP, ChatKind.PRIVATE: Source.PRIVATE}


def source_of(message: Said | Edited) -> Source:
    """Return how a message came in."""
    return _SOURCES.get(message.chat.kind, Source.PRIVATE)
