"""People, their roles and the accounts they speak from."""

import secrets
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import (
    Connection,
    Insert,
    Row,
    Select,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from config.terms import (
    ChatKind,
    CommunityId,
    GridId,
    Language,
    PersonId,
    Role,
    Urgency,
)
from storage import prepared, schema
from storage.database import touch
from storage.messages import Chat, Sender
from storage.unwritten import among, known, later, remembered

K = TypeVar("K")

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""When letters go that wait for a private chat to be opened."""
ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""When letters may go that wait for nothing, however clocks are moved."""


class Person(Struct, frozen=True, kw_only=True):
    """A person as the community knows them."""

    community_id: CommunityId
    id: PersonId
    name: str = ""
    phone: str = ""
    language: Language | None = None
    building: str = ""
    skills: str = ""
    """What a volunteer says they can do, in their own words."""
    noticed_at: datetime | None = None
    """When the privacy notice reached them; None: not yet."""
    roles: tuple[tuple[Role, GridId], ...] = ()
    """Role and the grid it is for; grid "" is the whole community."""

    def has(self, *wanted: Role) -> bool:
        """Whether the person holds one of the roles, anywhere."""
        return any(role in wanted for role, _ in self.roles)


class Account(Struct, frozen=True, kw_only=True):
    """An identity on a platform."""

    channel: str
    address: str
    community_id: CommunityId
    person_id: PersonId
    reachable: bool
    seen_at: datetime | None


def put_new(db: Connection, table: Any) -> Any:  # noqa: ANN401
    """Return the dialect's insert, which knows ``on_conflict_*``."""
    if db.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def accounts(db: Connection, channel: str, address: str) -> Sequence[Account]:
    """Return the communities that know this account, last used first."""
    t = schema.account
    rows = db.execute(
        select(
            t.c.channel,
            t.c.address,
            t.c.community_id,
            t.c.person_id,
            t.c.reachable,
            t.c.seen_at,
        )
        .where(t.c.channel == channel, t.c.address == address, t.c.active)
        .order_by(t.c.seen_at.desc().nulls_last())
    )
    return [Account(**row) for row in rows.mappings()]


def accounts_of(
    db: Connection, community: CommunityId, person: PersonId
) -> Sequence[Account]:
    """Return the accounts that speak for a person."""
    a = schema.account
    rows = db.execute(
        select(*(a.c[name] for name in Account.__struct_fields__))
        .where(
            a.c.community_id == community,
            a.c.person_id == person,
            a.c.active,
        )
        .order_by(a.c.channel, a.c.address)
    ).mappings()
    return [Account(**row) for row in rows]


def meet(
    db: Connection, community: CommunityId, sender: Sender, now: datetime
) -> Person:
    """Return who speaks from this account; a stranger becomes a resident.

    Two first messages of one person may race: the account row decides
    whose new person stays. The id says nothing about the account, so that
    the event log, which is never rewritten, names nobody.
    """
    found = find_by_account(db, community, sender.channel, sender.address)
    if found is not None:
        return found
    account, person = _newcomer(community, sender, now)
    put = db.execute(prepared.insert_if_new(db, schema.account), account)
    if put.rowcount == 0:
        met = find_by_account(db, community, sender.channel, sender.address)
        if met is None and not _take_over(db, account):
            met = find_by_account(
                db, community, sender.channel, sender.address
            )
            if met is None:
                raise RuntimeError("an account just taken is not there")
        if met is not None:
            return met
    db.execute(_PUT, person)
    return _met(db, person)


def meet_all(
    db: Connection, senders: Sequence[tuple[CommunityId, Sender, datetime]]
) -> None:
    """Make residents of several strangers at once, for ``meet``.

    Whose account is there after all is left to ``meet``.
    """
    if not senders:
        return
    new = [_newcomer(*one) for one in senders]
    put = _put_accounts(prepared.insert_if_new(db, schema.account))
    rows = db.execute(put, [account for account, _ in new])
    taken = {row.person_id for row in rows}
    people = [person for _, person in new if person["id"] in taken]
    if people:
        db.execute(_PUT, people)
    for account, person in new:
        if person["id"] in taken:
            key = account["channel"], account["address"]
            who = _met(db, person)
            known(db)["account", who.community_id, *key] = who


def is_known(
    db: Connection, community: CommunityId, channel: str, address: str
) -> bool:
    """Whether ``look_up_accounts`` has found somebody."""
    return known(db).get(("account", community, channel, address)) is not None


def _newcomer(
    community: CommunityId, sender: Sender, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rows of an account and of the resident who has it."""
    new = PersonId(f"p-{secrets.token_hex(8)}")
    account = {
        "community_id": community,
        "channel": sender.channel,
        "address": sender.address,
        "person_id": new,
        "seen_at": now,
    }
    person = {
        "community_id": community,
        "id": new,
        "name": sender.name,
        "created_at": now,
    }
    return account, person


def _met(db: Connection, person: Mapping[str, Any]) -> Person:
    community, new = person["community_id"], person["id"]
    # nobody need count what somebody so new has reported
    known(db)["open", community, new] = 0
    return Person(community_id=community, id=new, name=person["name"])


@cache
def _put_accounts(one: Insert) -> ReturningInsert[Any]:
    return one.returning(schema.account.c.person_id)


def _take_over(db: Connection, account: Mapping[str, Any]) -> bool:
    """Give an account that is nobody's any more to a new person.

    The pack dropped it, or its person. False: somebody was quicker.
    """
    a = schema.account
    named = [
        a.c[name] == account[name]
        for name in ("channel", "address", "community_id")
    ]
    before = db.execute(select(a.c.person_id, a.c.active).where(*named)).one()
    # a statement that waited judges the row anew, but no other table: so
    # the row must stand as it was seen
    taken = db.execute(
        update(a)
        .where(
            *named,
            a.c.person_id == before.person_id,
            a.c.active.is_(before.active),
        )
        .values(
            person_id=account["person_id"],
            made_by=schema.MadeBy.CHAT,
            active=True,
            seen_at=account["seen_at"],
        )
    )
    return taken.rowcount == 1


def add(
    db: Connection,
    community: CommunityId,
    name: str,
    building: str,
    now: datetime,
) -> PersonId:
    """Note a resident who has no account yet, and return their id."""
    new = PersonId(f"p-{secrets.token_hex(8)}")
    db.execute(
        insert(schema.person).values(
            community_id=community,
            id=new,
            name=name,
            building=building,
            made_by=schema.MadeBy.CONSOLE,
            created_at=now,
        )
    )
    return new


def find_by_account(
    db: Connection, community: CommunityId, channel: str, address: str
) -> Person | None:
    """Return the person of an account, or None."""
    # whoever has spoken once in this transaction may have changed
    key = ("account", community, channel, address)
    if key in known(db):
        found: Person | None = known(db).pop(key)
        return found
    return _one(
        db,
        _BY_ACCOUNT,
        {"community": community, "channel": channel, "address": address},
    )


def look_up_accounts(
    db: Connection, channel: str, wanted: Collection[tuple[CommunityId, str]]
) -> Iterable[Person]:
    """Return the people of many accounts, for ``find_by_account`` too."""
    asked = {
        "channel": channel,
        "addresses": sorted({address for _, address in wanted}),
    }
    rows = db.execute(_BY_ACCOUNTS, asked).all()
    found = _each(rows, lambda row: (row.community_id, row.address))
    known(db).update(
        {
            ("account", community, channel, address): found.get(
                (community, address)
            )
            for community, address in wanted
        }
    )
    return found.values()


def look_up(
    db: Connection, community: CommunityId, people: Iterable[PersonId]
) -> None:
    """Read several people at once, for ``find``."""
    before = known(db)
    missing = [
        one for one in people if ("person", community, one) not in before
    ]
    if len(missing) > 1:
        wanted = {"community": community, "people": missing}
        rows = db.execute(_BY_IDS, wanted).all()
        found = _each(rows, lambda row: row.id)
        before.update(
            {("person", community, id_): one for id_, one in found.items()}
        )


def find(
    db: Connection, community: CommunityId, person: PersonId | str | None
) -> Person | None:
    """Return the person, or whom they were merged into, or None."""
    if not person:
        return None
    return remembered(
        db,
        ("person", community, person),
        partial(_find, db, community, person),
    )


def name_of(
    db: Connection, community: CommunityId, person: PersonId
) -> str | None:
    """Return the name of a person, in use or not; None if there is none."""
    p = schema.person
    return db.scalar(
        select(p.c.name).where(p.c.community_id == community, p.c.id == person)
    )


def _find(
    db: Connection, community: CommunityId, person: PersonId | str
) -> Person | None:
    p = schema.person
    wanted = {"community": community, "person": person}
    found = _one(db, _BY_ID, wanted)
    if found is not None:
        return found
    kept = db.scalar(
        select(p.c.merged_into).where(
            p.c.community_id == community, p.c.id == person
        )
    )
    return find(db, community, kept)


def get(db: Connection, community: CommunityId, person: PersonId) -> Person:
    """Return the person, who must exist (``KeyError`` otherwise)."""
    found = find(db, community, person)
    if found is None:
        raise KeyError(person)
    return found


def holding(
    db: Connection,
    community: CommunityId,
    role: Role,
    grid: GridId | None = None,
) -> Sequence[Person]:
    """Return who holds a role; of ``grid`` or of the whole community."""
    key = ("holding", community, role, grid)
    return remembered(db, key, partial(_holding, db, community, role, grid))


def _holding(
    db: Connection, community: CommunityId, role: Role, grid: GridId | None
) -> Sequence[Person]:
    asked = {
        "community": community,
        "role": role,
        "grids": [""] if grid is None else ["", grid],
    }
    rows = db.execute(_HOLDING, asked).scalars()
    ids = [PersonId(id_) for id_ in rows]
    look_up(db, community, ids)
    people = (find(db, community, id_) for id_ in ids)
    return [person for person in people if person is not None]


def worker_of(
    db: Connection, community: CommunityId, grid: GridId | None
) -> Person | None:
    """Return the worker responsible for a grid, or None."""
    if grid is None:
        return None
    wanted = {"community": community, "grid": grid}
    return remembered(
        db, ("worker", community, grid), partial(_one, db, _WORKER, wanted)
    )


def look_up_workers(
    db: Connection, grids: Collection[tuple[CommunityId, GridId]]
) -> None:
    """Read who works in many grids, and how to reach them, at once."""
    asked = {
        "communities": sorted({community for community, _ in grids}),
        "grids": sorted({grid for _, grid in grids}),
    }
    rows = db.execute(_WORKERS, asked).all()
    found = _each(rows, lambda row: (row.community_id, row.their_grid))
    before = known(db)
    theirs: dict[CommunityId, list[PersonId]] = {}
    for community, grid in grids:
        worker = found.get((community, grid))
        before["worker", community, grid] = worker
        if worker is not None:
            before["person", community, worker.id] = worker
            theirs.setdefault(community, []).append(worker.id)
    for community, people in theirs.items():
        look_up_chats(db, community, people)


def grids_of(
    db: Connection, community: CommunityId, person: PersonId
) -> frozenset[GridId]:
    """Return the grids a person is the worker, or a head, of."""
    g, r = schema.grid, schema.role
    own = db.execute(
        select(g.c.id).where(
            g.c.community_id == community,
            g.c.worker_id == person,
            g.c.active,
        )
    ).scalars()
    held = db.execute(
        select(r.c.grid_id).where(
            r.c.community_id == community,
            r.c.person_id == person,
            r.c.grid_id != "",
        )
    ).scalars()
    return frozenset(GridId(id_) for id_ in (*own, *held))


def private_chat(
    db: Connection,
    community: CommunityId,
    person: PersonId | None,
    first: frozenset[str] = frozenset(),
) -> Chat | None:
    """Return where to write to a person alone, on the platform used last.

    ``first`` names the channels on which we may write first. None: nobody
    can be reached there yet.
    """
    if person is None:
        return None
    accounts = remembered(
        db,
        ("reach", community, person),
        partial(_reach, db, community, person),
    )
    for channel, address, reachable in accounts:
        if reachable or channel in first:
            return Chat(channel, address, ChatKind.PRIVATE)
    return None


def _reach(
    db: Connection, community: CommunityId, person: PersonId
) -> Sequence[tuple[str, str, bool]]:
    rows = db.execute(_REACH, {"community": community, "people": [person]})
    return [(row.channel, row.address, row.reachable) for row in rows]


def look_up_chats(
    db: Connection, community: CommunityId, people: Iterable[PersonId]
) -> None:
    """Read how to reach several people, for ``private_chat``."""
    before = known(db)
    missing = [
        one for one in people if ("reach", community, one) not in before
    ]
    if not missing:
        return
    wanted = {"community": community, "people": missing}
    rows = db.execute(_REACH, wanted).all()
    for id_ in missing:
        before["reach", community, id_] = [
            (row.channel, row.address, row.reachable)
            for row in rows
            if row.person_id == id_
        ]


def unopened_chat(
    db: Connection, community: CommunityId, person: PersonId
) -> Chat | None:
    """Return the private chat that a person has yet to open, or None."""
    wanted = {"community": community, "person": person}
    row = db.execute(_UNOPENED, wanted).first()
    if row is None:
        return None
    return Chat(row.channel, row.address, ChatKind.PRIVATE)


def is_called(db: Connection, chat: Chat, urgency: Urgency) -> bool:
    """Whether letters wait already for this private chat to be opened.

    Of danger only danger has told yet.
    """
    danger = urgency is Urgency.DANGER
    statement = _CALLED_TO_DANGER if danger else _CALLED
    return db.execute(statement, {"chat": chat.key}).first() is not None


def set_reachable(
    db: Connection, channel: str, address: str, *, reachable: bool
) -> None:
    """Note that the private chat was opened or closed to us."""
    a = schema.account
    db.execute(
        update(a)
        .where(a.c.channel == channel, a.c.address == address)
        .values(reachable=reachable)
    )
    if reachable:
        o = schema.outbox
        db.execute(
            update(o)
            .where(
                o.c.chat == f"{channel}:{address}",
                o.c.state == "waiting",
                o.c.not_before >= NEVER,
            )
            .values(not_before=ANY_TIME)
        )
        touch(db, "outbox")


def mark_seen(
    db: Connection, community: CommunityId, sender: Sender, now: datetime
) -> None:
    """Note the platform a person used last."""
    a = schema.account
    db.execute(
        update(a)
        .where(
            a.c.channel == sender.channel,
            a.c.address == sender.address,
            a.c.community_id == community,
        )
        .values(seen_at=now)
    )


def change(
    db: Connection,
    community: CommunityId,
    person: PersonId,
    **values: object,
) -> None:
    """Change columns of a person."""
    p = schema.person
    db.execute(
        update(p)
        .where(p.c.community_id == community, p.c.id == person)
        .values(**values)
    )


def note_notice(
    db: Connection, community: CommunityId, person: PersonId, now: datetime
) -> None:
    """Note that the privacy notice reached a person."""
    later(db, _NOTICED, {"community": community, "person": person, "at": now})


def give_role(
    db: Connection,
    community: CommunityId,
    person: PersonId,
    role: Role,
    grid: GridId | None = None,
) -> None:
    """Let a person hold a role; holding it already changes nothing."""
    db.execute(
        put_new(db, schema.role)
        .values(
            community_id=community,
            person_id=person,
            role=role,
            grid_id=grid or "",
            made_by=schema.MadeBy.CHAT,
        )
        .on_conflict_do_nothing()
    )


def take_role(
    db: Connection, community: CommunityId, person: PersonId, role: Role
) -> bool:
    """Take back a role that was given in the chat; False if it wasn't."""
    r = schema.role
    gone = db.execute(
        delete(r).where(
            r.c.community_id == community,
            r.c.person_id == person,
            r.c.role == role,
            r.c.made_by == schema.MadeBy.CHAT,
        )
    )
    return gone.rowcount > 0


def link(
    db: Connection,
    community: CommunityId,
    sender: Sender,
    person: PersonId,
    now: datetime,
) -> None:
    """Let an account speak for ``person``."""
    db.execute(
        put_new(db, schema.account)
        .values(
            community_id=community,
            channel=sender.channel,
            address=sender.address,
            person_id=person,
            seen_at=now,
            reachable=True,
        )
        .on_conflict_do_update(
            index_elements=["channel", "address", "community_id"],
            set_={"person_id": person, "seen_at": now, "active": True},
        )
    )


def _people() -> Select[Any]:
    p, r = schema.person, schema.role
    return (
        select(
            p.c.community_id,
            p.c.id,
            p.c.name,
            p.c.phone,
            p.c.language,
            p.c.building,
            p.c.skills,
            p.c.noticed_at,
            r.c.role,
            r.c.grid_id,
        )
        .select_from(p)
        .outerjoin(
            r,
            (r.c.community_id == p.c.community_id) & (r.c.person_id == p.c.id),
        )
        .where(p.c.active)
    )


_HOLDING = among(
    select(schema.role.c.person_id)
    .join(
        schema.person,
        (schema.person.c.community_id == schema.role.c.community_id)
        & (schema.person.c.id == schema.role.c.person_id),
    )
    .where(
        schema.role.c.community_id == bindparam("community"),
        schema.role.c.role == bindparam("role"),
        schema.role.c.grid_id.in_(bindparam("grids", expanding=True)),
        schema.person.c.active,
    )
    .distinct()
    .order_by(schema.role.c.person_id),
    schema.role,
)
_PUT = among(insert(schema.person))
_NOTICED = (
    update(schema.person)
    .where(
        schema.person.c.community_id == bindparam("community"),
        schema.person.c.id == bindparam("person"),
    )
    .values(noticed_at=bindparam("at"))
)
_REACH = among(
    select(
        schema.account.c.person_id,
        schema.account.c.channel,
        schema.account.c.address,
        schema.account.c.reachable,
    )
    .where(
        schema.account.c.community_id == bindparam("community"),
        schema.account.c.person_id.in_(bindparam("people", expanding=True)),
        schema.account.c.active,
    )
    .order_by(
        schema.account.c.seen_at.desc().nulls_last(), schema.account.c.channel
    ),
    schema.account,
)
_UNOPENED = among(
    select(schema.account.c.channel, schema.account.c.address)
    .where(
        schema.account.c.community_id == bindparam("community"),
        schema.account.c.person_id == bindparam("person"),
        schema.account.c.active,
    )
    .order_by(
        schema.account.c.seen_at.desc().nulls_last(), schema.account.c.channel
    )
    .limit(1),
    schema.account,
)
_WAITS_FOR_DOOR = (
    select(schema.outbox.c.id)
    .where(
        schema.outbox.c.chat == bindparam("chat"),
        schema.outbox.c.state == "waiting",
        schema.outbox.c.not_before >= NEVER,
    )
    .limit(1)
)
_CALLED = among(_WAITS_FOR_DOOR, schema.outbox)
_CALLED_TO_DANGER = among(
    _WAITS_FOR_DOOR.where(schema.outbox.c.urgency == Urgency.DANGER),
    schema.outbox,
)
# The notice alone may wait, and it is asked for by account
_BY_ID = among(
    _people().where(
        schema.person.c.community_id == bindparam("community"),
        schema.person.c.id == bindparam("person"),
    ),
    schema.role,
)
_BY_IDS = among(
    _people().where(
        schema.person.c.community_id == bindparam("community"),
        schema.person.c.id.in_(bindparam("people", expanding=True)),
    ),
    schema.role,
)
_SPEAKS = (
    schema.account.c.active,
    schema.person.c.id == schema.account.c.person_id,
    schema.person.c.community_id == schema.account.c.community_id,
)
"""Ties an account to the person who speaks from it."""
_BY_ACCOUNTS = among(
    _people()
    .add_columns(schema.account.c.address)
    .where(
        schema.account.c.channel == bindparam("channel"),
        schema.account.c.address.in_(bindparam("addresses", expanding=True)),
        *_SPEAKS,
    ),
    schema.account,
    schema.person,
    schema.role,
)
_BY_ACCOUNT = among(
    _people().where(
        schema.account.c.channel == bindparam("channel"),
        schema.account.c.address == bindparam("address"),
        schema.account.c.community_id == bindparam("community"),
        *_SPEAKS,
    ),
    schema.account,
    schema.person,
    schema.role,
)
_WORKS = (
    schema.grid.c.active,
    schema.person.c.community_id == schema.grid.c.community_id,
    schema.person.c.id == schema.grid.c.worker_id,
)
"""Ties a grid to the person who works there."""
_WORKER = among(
    _people().where(
        schema.grid.c.community_id == bindparam("community"),
        schema.grid.c.id == bindparam("grid"),
        *_WORKS,
    ),
    schema.grid,
    schema.role,
)
_WORKERS = among(
    _people()
    .add_columns(schema.grid.c.id.label("their_grid"))
    .where(
        schema.grid.c.community_id.in_(
            bindparam("communities", expanding=True)
        ),
        schema.grid.c.id.in_(bindparam("grids", expanding=True)),
        *_WORKS,
    ),
    schema.grid,
    schema.role,
)


def _one(
    db: Connection, query: Select[Any], wanted: dict[str, Any]
) -> Person | None:
    rows = db.execute(query, wanted).all()
    return _person(rows) if rows else None


def _each(
    rows: Iterable[Row[Any]], key: Callable[[Row[Any]], K]
) -> dict[K, Person]:
    """Return the people of rows, which are one for each role."""
    theirs: dict[K, list[Row[Any]]] = {}
    for row in rows:
        theirs.setdefault(key(row), []).append(row)
    return {one: _person(rows) for one, rows in theirs.items()}


def _person(rows: Sequence[Row[Any]]) -> Person:
    first = rows[0]
    return Person(
        community_id=first.community_id,
        id=first.id,
        name=first.name,
        phone=first.phone,
        language=Language(first.language) if first.language else None,
        building=first.building,
        skills=first.skills,
        noticed_at=first.noticed_at,
        roles=tuple(
            (Role(row.role), GridId(row.grid_id)) for row in rows if row.role
        ),
    )
