"""Wishes and their claims: questions, and conditional moves with events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    Connection,
    Insert,
    Select,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from config.terms import (
    CommunityId,
    GridId,
    Number,
    PersonId,
    WishAction,
    WishId,
    WishStatus,
)
from storage import prepared, schema, subjects, tickets
from storage.tickets import Event, Overtaken, Words
from storage.unwritten import among, forget_known, remembered, told

ENDED = (WishStatus.FULFILLED, WishStatus.DECLINED, WishStatus.WITHDRAWN)


NAMELESS: Mapping[str, object] = {
    "wisher_id": None,
    "public_text": "",
    "contact": "",
    "consent": False,
    "origin_chat": "",
    "origin_message": "",
}
"""Columns of a wish that could lead to its wisher, emptied."""


class Wish(Struct, frozen=True, kw_only=True):
    """A wish, and who has claimed it."""

    id: WishId
    community_id: CommunityId
    number: Number
    status: WishStatus
    grid_id: GridId | None
    kind: str
    public_text: str
    """All that anybody may read who is not concerned."""
    wisher_id: PersonId | None
    filed_by: PersonId | None
    """The worker who wished for somebody, or None."""
    contact: str
    """As the wisher gave it; for the claimer, and only with consent."""
    consent: bool
    origin_chat: str
    origin_message: str
    opened_at: datetime
    approved_at: datetime | None
    fulfilled_at: datetime | None
    claim_id: int | None = None
    holder_id: PersonId | None = None
    until: datetime | None = None
    """When the claim ends by itself."""


class Claim(Struct, frozen=True, kw_only=True):
    """That a volunteer took a wish on."""

    id: int
    community_id: CommunityId
    wish_id: WishId
    person_id: PersonId
    state: str
    """``held``, ``done``; ``dropped``, ``returned``, ``fulfilled``."""
    claimed_at: datetime
    until: datetime


class Line(Struct, frozen=True, kw_only=True):
    """A wish as the public list shows it: nobody can be read from it."""

    id: WishId
    number: Number
    kind: str
    public_text: str
    grid_id: GridId | None
    grid_name: str
    status: WishStatus
    since: datetime
    """When it was approved."""


_OWN = [
    schema.wish.c[name]
    for name in Wish.__struct_fields__
    if name in schema.wish.c
]
_CLAIM = [schema.claim.c[name] for name in Claim.__struct_fields__]
_LIVE = ("held", "done")


def put(db: Connection, **values: object) -> Wish:
    """Insert a wish; values are the columns."""
    row = db.execute(insert(schema.wish).values(**values).returning(*_OWN))
    return Wish(**row.mappings().one())


def get(db: Connection, wish: WishId) -> Wish:
    """Return the wish, which must exist (``KeyError`` otherwise)."""
    # of those who claim at once, the late ones ask for the same
    found = remembered(
        db, ("wish", wish), partial(_one, db, _BY_ID, {"wish": wish})
    )
    if found is None:
        raise KeyError(wish)
    return found


def find(
    db: Connection, community: CommunityId, number: Number
) -> Wish | None:
    """Return the wish of a number, or None."""
    wanted = {"community": community, "number": number}
    return remembered(
        db,
        ("wish", community, number),
        partial(_one, db, _BY_NUMBER, wanted),
    )


def find_by_claim(db: Connection, claim: int) -> Wish | None:
    """Return the wish of a claim that is still alive, or None."""
    return _one(db, _BY_CLAIM, {"claim": claim})


def move(
    db: Connection, wish: Wish, status: WishStatus, **values: object
) -> Wish:
    """Change what was judged, and only while it still stands there.

    Raises ``Overtaken`` if the wish's status is no longer the one read.
    """
    w = schema.wish
    moved = db.execute(
        update(w)
        .where(w.c.id == wish.id, w.c.status == wish.status)
        .values(status=status, **values)
    )
    if moved.rowcount != 1:
        raise Overtaken(f"wish {wish.number}")
    return get(db, wish.id)


def claim(
    db: Connection,
    wish: Wish,
    person: PersonId,
    now: datetime,
    until: datetime,
) -> Claim | None:
    """Let a person have a wish; None if somebody else has it.

    The partial unique index decides: of any number who claim at once, in
    one process or many, exactly one gets a row. Raises ``Overtaken`` if
    the wish left the list meanwhile.
    """
    wanted = {
        "community_id": wish.community_id,
        "wish_id": wish.id,
        "person_id": person,
        "claimed_at": now,
        "until": until,
    }
    put = _claiming(prepared.insert_if_new(db, schema.claim))
    row = db.execute(put, wanted).mappings().first()
    forget_known(db, "wish", "wishes")
    if row is None:
        return None
    moved = db.execute(_TAKEN, {"wish": wish.id})
    if moved.rowcount != 1:
        raise Overtaken(f"wish {wish.number}")
    return Claim(**row)


def move_claim(
    db: Connection,
    claim: int,
    old: str,
    new: str,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Change a claim's state; ``Overtaken`` if it stands elsewhere."""
    c = schema.claim
    values: dict[str, object] = {"state": new}
    if new not in _LIVE:
        values["ended_at"] = now
    if until is not None:
        values["until"] = until
    moved = db.execute(
        update(c).where(c.c.id == claim, c.c.state == old).values(**values)
    )
    if moved.rowcount != 1:
        raise Overtaken(f"claim {claim}")


def held(db: Connection, community: CommunityId, person: PersonId) -> int:
    """Count what a volunteer has claimed and not done yet.

    The person's row is locked until the transaction ends, so that two
    claims of one volunteer are counted one after the other.
    """
    p, c = schema.person, schema.claim
    db.execute(
        select(p.c.id)
        .where(p.c.community_id == community, p.c.id == person)
        .with_for_update()
    )
    return db.execute(
        select(func.count()).where(
            c.c.community_id == community,
            c.c.person_id == person,
            c.c.state == "held",
        )
    ).scalar_one()


def open_count(
    db: Connection, community: CommunityId, person: PersonId
) -> int:
    """Count a resident's wishes that have not ended."""
    w = schema.wish
    return db.execute(
        select(func.count()).where(
            w.c.community_id == community,
            w.c.wisher_id == person,
            w.c.status.not_in(ENDED),
        )
    ).scalar_one()


def listed(
    db: Connection,
    community: CommunityId,
    *,
    grid: GridId | None = None,
    kind: str = "",
    words: str = "",
    status: WishStatus = WishStatus.OPEN,
    after: int = 0,
    limit: int = 5,
) -> Sequence[Line]:
    """Return public lines in the order of their numbers, from ``after``."""
    wanted = {
        "community": community,
        "status": status,
        "after": after,
        "limit": limit,
        **({"grid": grid} if grid is not None else {}),
        **({"kind": kind} if kind else {}),
        **({"words": _literal(words)} if words else {}),
    }
    query = _list(
        by_grid="grid" in wanted,
        by_kind="kind" in wanted,
        by_words="words" in wanted,
    )
    key = ("wishes", *sorted(wanted.items()))
    return remembered(db, key, partial(_lines, db, query, wanted))


def _lines(
    db: Connection, query: Select[Any], wanted: Mapping[str, object]
) -> Sequence[Line]:
    return [Line(**row) for row in db.execute(query, wanted).mappings()]


def _literal(words: str) -> str:
    """Return words that stand for themselves in a LIKE."""
    for sign in "/%_":
        words = words.replace(sign, f"/{sign}")
    return words


@cache
def _list(*, by_grid: bool, by_kind: bool, by_words: bool) -> Select[Any]:
    w, g = schema.wish, schema.grid
    query = (
        select(
            w.c.id,
            w.c.number,
            w.c.kind,
            w.c.public_text,
            w.c.grid_id,
            func.coalesce(g.c.name, "").label("grid_name"),
            w.c.status,
            func.coalesce(w.c.approved_at, w.c.opened_at).label("since"),
        )
        .outerjoin(
            g,
            (g.c.community_id == w.c.community_id) & (g.c.id == w.c.grid_id),
        )
        .where(
            w.c.community_id == bindparam("community"),
            w.c.status == bindparam("status"),
            w.c.number > bindparam("after"),
        )
    )
    if by_grid:
        query = query.where(w.c.grid_id == bindparam("grid"))
    if by_kind:
        query = query.where(w.c.kind == bindparam("kind"))
    if by_words:
        like = w.c.public_text.contains(bindparam("words"), escape="/")
        query = query.where(like)
    return among(query.order_by(w.c.number).limit(bindparam("limit")), w, g)


def of_person(
    db: Connection, community: CommunityId, person: PersonId, limit: int = 20
) -> Sequence[Wish]:
    """Return what a person wished, or wished for another, newest first."""
    w = schema.wish
    rows = db.execute(
        _wishes()
        .where(
            w.c.community_id == community,
            (w.c.wisher_id == person) | (w.c.filed_by == person),
        )
        .order_by(w.c.id.desc())
        .limit(limit)
    ).mappings()
    return [Wish(**row) for row in rows]


def held_by(
    db: Connection, community: CommunityId, person: PersonId
) -> Sequence[Wish]:
    """Return what a volunteer has claimed, soonest due first."""
    c = schema.claim
    rows = db.execute(
        _wishes()
        .where(c.c.community_id == community, c.c.person_id == person)
        .order_by(c.c.until, c.c.id)
    ).mappings()
    return [Wish(**row) for row in rows]


def waiting(
    db: Connection,
    community: CommunityId,
    grids: frozenset[GridId] | None,
    limit: int = 20,
) -> Sequence[Wish]:
    """Return wishes to look at, of some grids (of all for None)."""
    w = schema.wish
    query = _wishes().where(
        w.c.community_id == community, w.c.status == WishStatus.PROPOSED
    )
    if grids is not None:
        query = query.where(w.c.grid_id.in_(grids))
    rows = db.execute(query.order_by(w.c.id).limit(limit)).mappings()
    return [Wish(**row) for row in rows]


def words(
    db: Connection, wish: WishId, kind: str | None = None
) -> Sequence[Words]:
    """Return what was written on a wish, in order."""
    told(db).add(subjects.wish(wish))
    w = schema.words
    query = select(*(w.c[name] for name in Words.__struct_fields__)).where(
        w.c.wish_id == wish
    )
    if kind is not None:
        query = query.where(w.c.kind == kind)
    rows = db.execute(query.order_by(w.c.id)).mappings()
    return [Words(**row) for row in rows]


def history(db: Connection, wish: WishId) -> Sequence[Event]:
    """Return a wish's events, in order."""
    return tickets.events(db, schema.event.c.wish_id == wish)


def forget(
    db: Connection, community: CommunityId, person: PersonId, now: datetime
) -> None:
    """Take a person out of all wishes: their own end, their claims return.

    Their words are erased with all their words, not here.
    """
    w = schema.wish
    for wish in held_by(db, community, person):
        if wish.claim_id is not None:
            state = "done" if wish.status is WishStatus.DONE else "held"
            move_claim(db, wish.claim_id, state, "dropped", now)
            after = move(db, wish, WishStatus.OPEN)
            _log(db, after, person, WishAction.DROP, wish.status, now)
    for wish in of_person(db, community, person, limit=10_000):
        if wish.wisher_id != person:
            continue
        if wish.status not in ENDED:
            after = move(db, wish, WishStatus.WITHDRAWN)
            _log(db, after, person, WishAction.WITHDRAW, wish.status, now)
            if wish.claim_id is not None:
                state = "done" if wish.status is WishStatus.DONE else "held"
                move_claim(db, wish.claim_id, state, "returned", now)
    db.execute(
        update(w)
        .where(w.c.community_id == community, w.c.wisher_id == person)
        .values(contact="", consent=False)
    )


def _log(
    db: Connection,
    wish: Wish,
    actor: PersonId,
    action: WishAction,
    old: WishStatus,
    now: datetime,
) -> None:
    tickets.log(
        db,
        wish.community_id,
        actor,
        action,
        now,
        wish=wish.id,
        old=old,
        new=wish.status,
    )


def _wishes() -> Select[Any]:
    c = schema.claim
    return among(
        select(
            *_OWN,
            c.c.id.label("claim_id"),
            c.c.person_id.label("holder_id"),
            c.c.until,
        ).outerjoin(
            c, (c.c.wish_id == schema.wish.c.id) & c.c.state.in_(_LIVE)
        ),
        schema.wish,
        c,
    )


_BY_ID = _wishes().where(schema.wish.c.id == bindparam("wish"))
_BY_CLAIM = _wishes().where(schema.claim.c.id == bindparam("claim"))
_BY_NUMBER = _wishes().where(
    schema.wish.c.community_id == bindparam("community"),
    schema.wish.c.number == bindparam("number"),
)


_TAKEN = among(
    update(schema.wish)
    .where(
        schema.wish.c.id == bindparam("wish"),
        schema.wish.c.status == WishStatus.OPEN,
    )
    .values(status=WishStatus.CLAIMED),
    schema.wish,
)


@cache
def _claiming(one: Insert) -> ReturningInsert[Any]:
    return one.returning(*_CLAIM)


def _one(
    db: Connection, query: Select[Any], wanted: Mapping[str, object]
) -> Wish | None:
    row = db.execute(query, wanted).mappings().first()
    return None if row is None else Wish(**row)
