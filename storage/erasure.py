"""Forgetting a person: everything that says who they are, at once.

What happened stays on record without them: the event log holds ids only,
and an id says nothing (``people.meet``). Pictures leave the media store
through the sweeper, which finds rows that are ``erased``.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from config.terms import (
    OPEN,
    Action,
    CommunityId,
    PersonId,
    Status,
    TicketId,
    Urgency,
)
from storage import (
    followers,
    inbox,
    limits,
    outbox,
    photos,
    schema,
    seats,
    subjects,
    tickets,
    webchat,
    wishes,
)
from storage.database import touch
from storage.people import put_new
from storage.tickets import Ticket
from storage.wishes import Wish

_TELLING = 2
"""Characters from which on a name tells more than it hides."""
_LONG = 12
"""Characters from which on nobody else writes the same by chance."""
_CHUNK = 400
_Id = TypeVar("_Id")


class Erased(Struct, frozen=True, kw_only=True):
    """What an erasure ended, for those who were at work on it."""

    withdrawn: list[Ticket]
    """Open tickets that concerned nobody else."""
    kept: list[Ticket]
    """Open tickets that go on without their reporter."""
    wishes: list[Wish]
    """Open wishes, with whoever held them."""


class Tombstone(Struct, frozen=True):
    """That somebody was forgotten; all that is left of them."""

    community_id: CommunityId
    person_id: PersonId
    at: datetime


class _Person(Struct, frozen=True):
    """Somebody with all that points at them."""

    community: CommunityId
    ids: list[PersonId]
    accounts: list[tuple[str, str]]
    told: list[str]
    """Names and phones, to be found in letters."""
    phones: list[str]

    @property
    def keys(self) -> list[str]:
        """Their accounts, which are their private chats too."""
        return [f"{channel}:{address}" for channel, address in self.accounts]


def erase(
    db: Connection, community: CommunityId, person: PersonId, now: datetime
) -> Erased:
    """Forget a person and whom was merged into them.

    ``KeyError`` if the community knows no such person. Open tickets that
    concern nobody else are withdrawn; one that others joined, or that is
    dangerous, goes on without its reporter.
    """
    who = _look_up(db, community, person)
    own = _own_tickets(db, who)
    held = [
        wish
        for each in who.ids
        for wish in wishes.of_person(db, community, each, limit=10_000)
        if wish.wisher_id == each
    ]
    erased = Erased(
        withdrawn=[one for one in own if _is_theirs(db, who, one)],
        kept=[
            one
            for one in own
            if one.status in OPEN and not _is_theirs(db, who, one)
        ],
        wishes=[one for one in held if one.status not in wishes.ENDED],
    )
    for ticket in erased.withdrawn:
        _withdraw(db, ticket, person, now)
    for each in who.ids:
        wishes.forget(db, community, each, now)
    going_on = {ticket.id for ticket in erased.kept}
    _empty_letters(db, who, own, held)
    _empty_chats(db, who, own, held, going_on)
    _empty_words(db, who, own, held, going_on, now)
    _take_out(db, who)
    _empty_photos(db, who, own, held, going_on)
    _empty_tickets(db, who, own, going_on)
    _empty_follows(db, who)
    _empty_wishes(db, who, held)
    _drop_keys(db, who)
    _drop_web(db, who, now)
    _bury(db, who, now)
    touch(db, "erasure")
    return erased


def tombstones(db: Connection) -> Sequence[Tombstone]:
    """Return who was forgotten, to be carried into a restored backup."""
    return [Tombstone(*row) for row in db.execute(select(schema.erasure))]


def reapply(
    db: Connection, carried: Iterable[Tombstone] = ()
) -> list[Tombstone]:
    """Forget again whom an older backup has brought back."""
    for stone in carried:
        db.execute(
            put_new(db, schema.erasure)
            .values(
                community_id=stone.community_id,
                person_id=stone.person_id,
                at=stone.at,
            )
            .on_conflict_do_nothing()
        )
    p, e = schema.person, schema.erasure
    back = db.execute(
        select(e)
        .join(
            p,
            (p.c.community_id == e.c.community_id) & (p.c.id == e.c.person_id),
        )
        .where(p.c.erased_at.is_(None))
    ).all()
    found = [Tombstone(*row) for row in back]
    for stone in found:
        erase(db, stone.community_id, stone.person_id, stone.at)
    return found


def _look_up(
    db: Connection, community: CommunityId, person: PersonId
) -> _Person:
    p, a = schema.person, schema.account
    rows = db.execute(
        select(p.c.id, p.c.name, p.c.phone).where(
            p.c.community_id == community,
            or_(p.c.id == person, p.c.merged_into == person),
        )
    ).all()
    if person not in {row.id for row in rows}:
        raise KeyError(person)
    ids = [PersonId(row.id) for row in rows]
    accounts = db.execute(
        select(a.c.channel, a.c.address).where(
            a.c.community_id == community, a.c.person_id.in_(ids)
        )
    ).all()
    told = {word for row in rows for word in (row.name, row.phone)}
    return _Person(
        community=community,
        ids=ids,
        accounts=[(row.channel, row.address) for row in accounts],
        told=sorted(word for word in told if len(word) >= _TELLING),
        phones=sorted({row.phone for row in rows if row.phone}),
    )


def _own_tickets(db: Connection, who: _Person) -> list[Ticket]:
    return [
        ticket
        for each in who.ids
        for ticket in tickets.opened_by(db, who.community, each, limit=10_000)
    ]


def _is_theirs(db: Connection, who: _Person, ticket: Ticket) -> bool:
    """Whether an open ticket ends with its reporter."""
    if ticket.status not in OPEN or ticket.urgency == Urgency.DANGER:
        return False
    t, w = schema.ticket, schema.words
    followed = exists().where(
        t.c.merged_into == ticket.id,
        t.c.community_id == who.community,
        t.c.reporter_id.not_in(who.ids),
    )
    f = schema.follower
    joins = exists().where(
        f.c.ticket_id == ticket.id,
        f.c.person_id.not_in(who.ids),
        f.c.left_at.is_(None),
    )
    joined = exists().where(
        w.c.ticket_id == ticket.id,
        w.c.kind == "addition",
        w.c.author_id.not_in(who.ids),
        w.c.erased_at.is_(None),
    )
    return not db.scalar(select(or_(followed, joins, joined)))


def _withdraw(
    db: Connection, ticket: Ticket, person: PersonId, now: datetime
) -> None:
    tickets.move(db, ticket, Status.CLOSED, closed_at=now)
    limits.end(db, ticket.id, now, met=False)
    tickets.log(
        db,
        ticket.community_id,
        person,
        Action.WITHDRAW,
        now,
        ticket=ticket.id,
        old=ticket.status,
        new=Status.CLOSED,
    )


def _empty_letters(
    db: Connection,
    who: _Person,
    own: Sequence[Ticket],
    held: Sequence[Wish],
) -> None:
    """Empty what was said to them, about their matters, or names them.

    What still waits is dropped if it is theirs; a letter that only names
    them is emptied once it is sent.
    """
    o, x = schema.outbox, schema.work_order
    for key in who.keys:
        # an answer to a press has a queue of its own beside the chat's
        presses = o.c.chat.startswith(f"{key}#", autoescape=True)
        db.execute(delete(o).where(or_(o.c.chat == key, presses)))
    for chunk in _chunks([ticket.id for ticket in own]):
        outbox.empty(db, o.c.ticket_id.in_(chunk))
        orders = select("orders-" + x.c.system + ":" + x.c.reference).where(
            x.c.ticket_id.in_(chunk), x.c.community_id == who.community
        )
        outbox.empty(db, o.c.chat.in_(orders))
    for some in _chunks([wish.id for wish in held]):
        outbox.empty(db, o.c.wish_id.in_(some))
    for subject in _subjects(own, held):
        outbox.empty_about(db, who.community, subject)
    theirs = _said_elsewhere(db, who)
    for said in (*who.told, *theirs):
        outbox.empty_sent(db, who.community, said)
    for each in who.ids:
        caused = subjects.person(each)
        outbox.empty_caused(db, who.community, caused, [*theirs, *who.told])
    # a name may be another's, to whom the letter goes
    for said in (*who.phones, *theirs):
        outbox.take_out(db, who.community, said)


def _subjects(own: Iterable[Ticket], held: Iterable[Wish]) -> list[str]:
    return [
        *(subjects.ticket(ticket.id) for ticket in own),
        *(subjects.wish(wish.id) for wish in held),
    ]


def _empty_chats(
    db: Connection,
    who: _Person,
    own: Sequence[Ticket],
    held: Sequence[Wish],
    going_on: Collection[TicketId],
) -> None:
    """Empty what the web chat shows others of them and their matters.

    A group goes on seeing that there is a danger.
    """
    ended = [ticket for ticket in own if ticket.id not in going_on]
    known = [ticket for ticket in own if ticket.id in going_on]
    for some in _chunks(_subjects(ended, held)):
        webchat.forget_about(db, who.community, some)
    mine = [*_subjects(known, ()), *map(subjects.person, who.ids)]
    for some in _chunks(mine):
        webchat.forget_about(db, who.community, some, private=True)
    names = set(who.told) - _names_of_others(db, who)
    long = [text for text in _written(db, who) if len(text) >= _LONG]
    for some in _chunks([*names, *_said_elsewhere(db, who), *long]):
        webchat.forget_words(db, who.community, some)


def _names_of_others(db: Connection, who: _Person) -> set[str]:
    """Return those of their names that are in somebody else's as well."""
    p = schema.person
    return {
        said
        for said in who.told
        if db.scalar(
            select(
                exists().where(
                    p.c.community_id == who.community,
                    p.c.id.not_in(who.ids),
                    or_(
                        p.c.name.contains(said, autoescape=True),
                        p.c.phone == said,
                    ),
                )
            )
        )
    }


def _written(db: Connection, who: _Person) -> list[str]:
    """Return all that they wrote."""
    w = schema.words
    rows = db.scalars(
        select(w.c.text).where(
            w.c.community_id == who.community,
            w.c.author_id.in_(who.ids),
            w.c.text != "",
        )
    )
    return list(rows)


def _said_elsewhere(db: Connection, who: _Person) -> list[str]:
    """Return what they wrote on the tickets of others."""
    w, t = schema.words, schema.ticket
    return [
        text
        for text in db.scalars(
            select(w.c.text)
            .join(t, t.c.id == w.c.ticket_id)
            .where(
                w.c.community_id == who.community,
                w.c.author_id.in_(who.ids),
                w.c.text != "",
                t.c.reporter_id.is_(None) | t.c.reporter_id.not_in(who.ids),
            )
        )
        if len(text) >= _TELLING
    ]


def _empty_words(
    db: Connection,
    who: _Person,
    own: Sequence[Ticket],
    held: Sequence[Wish],
    going_on: Collection[TicketId],
    now: datetime,
) -> None:
    w = schema.words
    ended = [ticket.id for ticket in own if ticket.id not in going_on]
    which = [
        w.c.author_id.in_(who.ids),
        *(w.c.ticket_id.in_(chunk) for chunk in _chunks(ended)),
        *(
            w.c.wish_id.in_(chunk)
            for chunk in _chunks([wish.id for wish in held])
        ),
    ]
    for condition in which:
        db.execute(
            update(w)
            .where(w.c.community_id == who.community, condition)
            .values(text="", erased_at=func.coalesce(w.c.erased_at, now))
        )


def _take_out(db: Connection, who: _Person) -> None:
    """Take name and phone out of what others wrote, who go on with it."""
    s = schema
    kept = [
        s.words.c.text,
        s.ticket.c.place,
        s.wish.c.public_text,
        s.wish.c.contact,
        s.unanswered.c.text,
    ]
    for said in set(who.told) - _names_of_others(db, who):
        for column in kept:
            table = column.table
            db.execute(
                update(table)
                .where(
                    table.c.community_id == who.community,
                    column.contains(said, autoescape=True),
                )
                .values({column: func.replace(column, said, outbox.GONE)})
            )
        for table in (s.button, s.dialogue):
            db.execute(
                delete(table).where(
                    table.c.community_id == who.community,
                    table.c.args.contains(said, autoescape=True),
                )
            )


def _empty_photos(
    db: Connection,
    who: _Person,
    own: Sequence[Ticket],
    held: Sequence[Wish],
    going_on: Collection[TicketId],
) -> None:
    p = schema.photo
    ended = [ticket.id for ticket in own if ticket.id not in going_on]
    photos.erase(
        db, p.c.community_id == who.community, p.c.author_id.in_(who.ids)
    )
    for chunk in _chunks(ended):
        photos.erase(db, p.c.ticket_id.in_(chunk))
    for some in _chunks([wish.id for wish in held]):
        photos.erase(db, p.c.wish_id.in_(some))


def _empty_follows(db: Connection, who: _Person) -> None:
    f, s = schema.follower.c, schema.suggestion
    followers.forget(
        db, f.community_id == who.community, f.person_id.in_(who.ids)
    )
    db.execute(
        update(s)
        .where(s.c.community_id == who.community, s.c.answered_by.in_(who.ids))
        .values(answered_by=None)
    )


def _empty_tickets(
    db: Connection,
    who: _Person,
    own: Sequence[Ticket],
    going_on: Collection[TicketId],
) -> None:
    t, q = schema.ticket, schema.post
    for ticket in own:
        values = dict(tickets.NAMELESS)
        if ticket.id in going_on and ticket.urgency == Urgency.DANGER:
            # where the gas leaks must stay known until it doesn't
            values = {
                name: value
                for name, value in values.items()
                if name not in {"place", "lat", "lon"}
            }
        db.execute(update(t).where(t.c.id == ticket.id).values(values))
    db.execute(
        update(t)
        .where(t.c.community_id == who.community, t.c.assignee_id.in_(who.ids))
        .values(assignee_id=None)
    )
    db.execute(
        delete(q).where(
            q.c.community_id == who.community,
            or_(q.c.author_id.in_(who.ids), q.c.chat.in_(who.keys)),
        )
    )


def _empty_wishes(db: Connection, who: _Person, held: Sequence[Wish]) -> None:
    w = schema.wish
    for wish in held:
        db.execute(update(w).where(w.c.id == wish.id).values(wishes.NAMELESS))
    db.execute(
        update(w)
        .where(w.c.community_id == who.community, w.c.filed_by.in_(who.ids))
        .values(filed_by=None)
    )


def _drop_keys(db: Connection, who: _Person) -> None:
    """Drop what opens something, and messages that still wait."""
    s = schema
    mine: list[tuple[Table, ColumnElement[bool]]] = [
        (s.role, s.role.c.person_id.in_(who.ids)),
        (s.faq_vote, s.faq_vote.c.person_id.in_(who.ids)),
        (s.session, s.session.c.person_id.in_(who.ids)),
        (
            s.code,
            or_(s.code.c.made_for.in_(who.ids), s.code.c.subject.in_(who.ids)),
        ),
        (
            s.button,
            or_(
                s.button.c.allowed.in_(who.ids), s.button.c.chat.in_(who.keys)
            ),
        ),
        (s.account, s.account.c.person_id.in_(who.ids)),
    ]
    for table, which in mine:
        db.execute(
            delete(table).where(table.c.community_id == who.community, which)
        )
    for table in (s.dialogue, s.guess):
        db.execute(
            delete(table).where(
                or_(table.c.sender.in_(who.keys), table.c.chat.in_(who.keys))
            )
        )
    for kept in inbox.all_kept(db):
        if _mentions(kept.body, who):
            inbox.remove(db, kept.id)


def _mentions(body: bytes, who: _Person) -> bool:
    """Whether bytes that nobody may be able to parse hold an account."""
    return any(
        re.search(rb"(?<!\w)" + re.escape(address.encode()) + rb"(?!\w)", body)
        for _, address in who.accounts
    )


def _drop_web(db: Connection, who: _Person, now: datetime) -> None:
    c = schema.webchat_chat
    for channel, address in who.accounts:
        if channel != seats.CHANNEL:
            continue
        gone = webchat.forget_person(db, address)
        photos.bury(db, who.community, gone, now)
        db.execute(
            update(c).where(c.c.address == address).values(title="", menu="[]")
        )


def _bury(db: Connection, who: _Person, now: datetime) -> None:
    p, g, e = schema.person, schema.grid, schema.erasure
    blank: dict[str, Any] = dict.fromkeys(
        ("name", "phone", "building", "language", "skills"), ""
    )
    db.execute(
        update(p)
        .where(p.c.community_id == who.community, p.c.id.in_(who.ids))
        .values(**blank, active=False, noticed_at=None, erased_at=now)
    )
    db.execute(
        update(g)
        .where(and_(g.c.community_id == who.community,
                    g.c.worker_id.in_(who.ids)))
        .values(worker_id=None)
    )  # fmt: skip
    for each in who.ids:
        # a second erasure (after a restore) leaves the first one's date
        db.execute(
            put_new(db, e)
            .values(community_id=who.community, person_id=each, at=now)
            .on_conflict_do_nothing()
        )


def _chunks(ids: Sequence[_Id]) -> Iterator[Sequence[_Id]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
