"""FAQ entries, what people think of them, and what no entry answers."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select, update

from config.pack.values import Entry
from config.terms import CommunityId, EntryId, PersonId
from storage import schema
from storage.database import touch
from storage.people import put_new
from storage.schema import MadeBy

_TICK = timedelta(microseconds=1)
_BEYOND_THE_PACK = 9_999
"""The place of the last wording that a pack may bring."""


class Unanswered(Struct, frozen=True, kw_only=True):
    """A question that no entry answers; who asked is not kept."""

    id: int
    text: str
    asked: int
    """How often."""
    first_at: datetime
    last_at: datetime


class Tally(Struct, frozen=True):
    """What people think of an entry, each counted once."""

    up: int
    down: int


def changed_at(db: Connection, community: CommunityId) -> datetime | None:
    """Return when the entries changed last; None: never since they came."""
    c = schema.community
    return db.execute(select(c.c.faq_at).where(c.c.id == community)).scalar()


def changes(db: Connection) -> dict[CommunityId, datetime | None]:
    """Return of every community when its entries changed last."""
    c = schema.community
    rows = db.execute(select(c.c.id, c.c.faq_at))
    return {CommunityId(row.id): row.faq_at for row in rows}


def mark_changed(
    db: Connection, communities: Sequence[str], now: datetime
) -> None:
    """Note that entries changed, so that all who search them look again.

    Each change has a moment of its own, even while the clock stands.
    """
    c = schema.community
    for community in communities:
        last = changed_at(db, CommunityId(community))
        at = now if last is None or now > last else last + _TICK
        db.execute(update(c).where(c.c.id == community).values(faq_at=at))
    touch(db, "faq")


def entries(db: Connection, community: CommunityId) -> Sequence[Entry]:
    """Return the entries in use, those past their date as well."""
    return _entries(db, community, None)


def find(
    db: Connection, community: CommunityId, entry: EntryId
) -> Entry | None:
    """Return an entry in use, or None."""
    found = _entries(db, community, entry)
    return found[0] if found else None


def put(
    db: Connection, community: CommunityId, entry: Entry, now: datetime
) -> None:
    """Write an entry as the desk made it; the pack leaves it alone."""
    values = {
        "topic": entry.topic,
        "answer": entry.answer,
        "source": entry.source,
        "issued": entry.issued,
        "valid_until": entry.valid_until,
        "active": True,
        "made_by": MadeBy.CONSOLE,
    }
    db.execute(
        put_new(db, schema.faq_entry)
        .values(community_id=community, id=entry.id, **values)
        .on_conflict_do_update(
            index_elements=["community_id", "id"], set_=values
        )
    )
    p = schema.faq_phrase
    db.execute(
        delete(p).where(
            p.c.community_id == community, p.c.entry_id == entry.id
        )
    )
    db.execute(
        insert(p),
        [
            {
                "community_id": community,
                "entry_id": entry.id,
                "place": place,
                "text": question,
                "made_by": MadeBy.CONSOLE,
            }
            for place, question in enumerate(entry.questions)
        ],
    )
    mark_changed(db, [community], now)


def add_phrase(
    db: Connection,
    community: CommunityId,
    entry: EntryId,
    question: str,
    now: datetime,
) -> None:
    """Let an entry be found by another wording; the pack's stays the pack's.

    What the pack says of the entry later goes on to hold.
    """
    p = schema.faq_phrase
    last = db.execute(
        select(func.max(p.c.place)).where(
            p.c.community_id == community, p.c.entry_id == entry
        )
    ).scalar()
    db.execute(
        insert(p).values(
            community_id=community,
            entry_id=entry,
            place=max(last or 0, _BEYOND_THE_PACK) + 1,
            text=question,
            made_by=MadeBy.CONSOLE,
        )
    )
    mark_changed(db, [community], now)


def retire(
    db: Connection, community: CommunityId, entry: EntryId, now: datetime
) -> bool:
    """Take an entry out of use for good; False if it was not in use."""
    e = schema.faq_entry
    done = db.execute(
        update(e)
        .where(e.c.community_id == community, e.c.id == entry, e.c.active)
        .values(active=False, made_by=MadeBy.CONSOLE)
    )
    if done.rowcount:
        mark_changed(db, [community], now)
    return done.rowcount == 1


def vote(
    db: Connection,
    community: CommunityId,
    entry: EntryId,
    person: PersonId,
    now: datetime,
    *,
    up: bool,
) -> bool:
    """Keep what a person thinks of an entry; the last vote counts.

    False if that is what they thought before.
    """
    v = schema.faq_vote
    before = db.execute(
        select(v.c.up).where(
            v.c.community_id == community,
            v.c.entry_id == entry,
            v.c.person_id == person,
        )
    ).scalar()
    values = {"up": up, "at": now}
    db.execute(
        put_new(db, schema.faq_vote)
        .values(
            community_id=community, entry_id=entry, person_id=person, **values
        )
        .on_conflict_do_update(
            index_elements=["community_id", "entry_id", "person_id"],
            set_=values,
        )
    )
    return before is None or bool(before) is not up


def tally(db: Connection, community: CommunityId, entry: EntryId) -> Tally:
    """Count who found an entry useful, and who did not."""
    v = schema.faq_vote
    rows = db.execute(
        select(v.c.up, func.count().label("votes"))
        .where(v.c.community_id == community, v.c.entry_id == entry)
        .group_by(v.c.up)
    )
    votes = {bool(row.up): row.votes for row in rows}
    return Tally(votes.get(True, 0), votes.get(False, 0))


def keep_unanswered(
    db: Connection, community: CommunityId, text: str, same: str, now: datetime
) -> None:
    """Keep a question for the desk, or count one that is kept already.

    One that was answered and is asked again is open again; one that the
    desk threw away stays away.
    """
    u = schema.unanswered
    kept = put_new(db, u).values(
        community_id=community, text=text, same=same, first_at=now, last_at=now
    )
    db.execute(
        kept.on_conflict_do_update(
            index_elements=["community_id", "same"],
            set_={"asked": u.c.asked + 1, "last_at": now},
        )
    )
    db.execute(
        update(u)
        .where(
            u.c.community_id == community,
            u.c.same == same,
            u.c.state == "answered",
        )
        .values(state="open", text=text)
    )


def unanswered(
    db: Connection, community: CommunityId, limit: int = 50
) -> Sequence[Unanswered]:
    """Return what the desk should answer, most asked first."""
    u = schema.unanswered
    rows = db.execute(
        select(*(u.c[name] for name in Unanswered.__struct_fields__))
        .where(u.c.community_id == community, u.c.state == "open")
        .order_by(u.c.asked.desc(), u.c.last_at.desc())
        .limit(limit)
    ).mappings()
    return [Unanswered(**row) for row in rows]


def find_unanswered(
    db: Connection, community: CommunityId, id_: int
) -> str | None:
    """Return the words of an open question, or None."""
    u = schema.unanswered.c
    return db.execute(
        select(u.text).where(
            u.id == id_, u.community_id == community, u.state == "open"
        )
    ).scalar()


def mark_answered(db: Connection, community: CommunityId, id_: int) -> bool:
    """Note that an entry answers it now; False if it was not open."""
    return _settle(db, community, id_, "answered")


def drop_unanswered(db: Connection, community: CommunityId, id_: int) -> bool:
    """Throw a question away; False if it was not open."""
    return _settle(db, community, id_, "dropped")


def _settle(
    db: Connection, community: CommunityId, id_: int, state: str
) -> bool:
    u = schema.unanswered
    values: dict[str, object] = {"state": state}
    if state == "dropped":
        values["text"] = ""
    done = db.execute(
        update(u)
        .where(
            u.c.id == id_, u.c.community_id == community, u.c.state == "open"
        )
        .values(**values)
    )
    return done.rowcount == 1


def _entries(
    db: Connection, community: CommunityId, entry: EntryId | None
) -> list[Entry]:
    e, p = schema.faq_entry, schema.faq_phrase
    mine = [e.c.community_id == community, e.c.active]
    if entry is not None:
        mine.append(e.c.id == entry)
    phrases: dict[str, list[str]] = defaultdict(list)
    for row in db.execute(
        select(p.c.entry_id, p.c.text)
        # of an entry that the desk took over, the pack's phrases are old
        .join(
            e,
            (e.c.community_id == p.c.community_id)
            & (e.c.id == p.c.entry_id)
            & ((e.c.made_by == p.c.made_by) | (p.c.made_by == MadeBy.CONSOLE)),
        )
        .where(*mine)
        .order_by(p.c.entry_id, p.c.place)
    ):
        phrases[row.entry_id].append(row.text)
    rows = db.execute(select(e).where(*mine).order_by(e.c.id)).mappings()
    return [
        Entry(
            id=EntryId(row["id"]),
            topic=row["topic"],
            questions=tuple(phrases[row["id"]]),
            answer=row["answer"],
            source=row["source"],
            issued=row["issued"],
            valid_until=row["valid_until"],
        )
        for row in rows
        if phrases[row["id"]]
    ]
