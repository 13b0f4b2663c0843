"""People, their roles and the accounts they speak from."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from config.terms import (
    ChatKind,
    CommunityId,
    GridId,
    Language,
    PersonId,
    Role,
)
from storage import prepared, schema
from storage.database import touch
from storage.messages import Chat, Sender

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
    new = PersonId(f"p-{secrets.token_hex(8)}")
    a, p = schema.account, schema.person
    # an account that the pack has dropped is nobody's
    taken = a.c.active & exists().where(
        p.c.community_id == a.c.community_id,
        p.c.id == a.c.person_id,
        p.c.active,
    )
    db.execute(
        prepared.insert_into(schema.person),
        {
            "community_id": community,
            "id": new,
            "name": sender.name,
            "created_at": now,
        },
    )
    db.execute(
        put_new(db, schema.account)
        .values(
            community_id=community,
            channel=sender.channel,
            address=sender.address,
            person_id=new,
            seen_at=now,
        )
        .on_conflict_do_update(
            index_elements=["channel", "address", "community_id"],
            where=~taken,
            set_={
                "person_id": new,
                "made_by": schema.MadeBy.CHAT,
                "active": True,
                "seen_at": now,
            },
        )
    )
    met = find_by_account(db, community, sender.channel, sender.address)
    if met is None:
        raise RuntimeError("an account just written is not there")
    if met.id != new:
        db.execute(
            delete(p).where(p.c.community_id == community, p.c.id == new)
        )
    return met


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
    return _one(
        db,
        _BY_ACCOUNT,
        {"community": community, "channel": channel, "address": address},
    )


def find(
    db: Connection, community: CommunityId, person: PersonId | str | None
) -> Person | None:
    """Return the person, or whom they were merged into, or None."""
    if not person:
        return None
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
    r, p = schema.role, schema.person
    wanted = [GridId("")] if grid is None else [GridId(""), grid]
    rows = db.execute(
        select(r.c.person_id)
        .join(
            p,
            (p.c.community_id == r.c.community_id) & (p.c.id == r.c.person_id),
        )
        .where(
            r.c.community_id == community,
            r.c.role == role,
            r.c.grid_id.in_(wanted),
            p.c.active,
        )
        .distinct()
        .order_by(r.c.person_id)
    ).scalars()
    people = (find(db, community, PersonId(id_)) for id_ in rows.all())
    return [person for person in people if person is not None]


def worker_of(
    db: Connection, community: CommunityId, grid: GridId | None
) -> Person | None:
    """Return the worker responsible for a grid, or None."""
    if grid is None:
        return None
    return _one(db, _WORKER, {"community": community, "grid": grid})


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
    wanted = {"community": community, "person": person}
    rows = db.execute(_REACH, wanted).all()
    for channel, address, reachable in rows:
        if reachable or channel in first:
            return Chat(channel, address, ChatKind.PRIVATE)
    return None


def unopened_chat(
    db: Connection, community: CommunityId, person: PersonId
) -> Chat | None:
    """Return the private chat that a person has yet to open, or None."""
    a = schema.account
    row = db.execute(
        select(a.c.channel, a.c.address)
        .where(
            a.c.community_id == community,
            a.c.person_id == person,
            a.c.active,
        )
        .order_by(a.c.seen_at.desc().nulls_last(), a.c.channel)
        .limit(1)
    ).first()
    if row is None:
        return None
    return Chat(row.channel, row.address, ChatKind.PRIVATE)


def is_called(db: Connection, chat: Chat) -> bool:
    """Whether letters wait already for this private chat to be opened."""
    o = schema.outbox
    found = db.execute(
        select(o.c.id)
        .where(
            o.c.chat == chat.key,
            o.c.state == "waiting",
            o.c.not_before >= NEVER,
        )
        .limit(1)
    ).first()
    return found is not None


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


_REACH = (
    select(
        schema.account.c.channel,
        schema.account.c.address,
        schema.account.c.reachable,
    )
    .where(
        schema.account.c.community_id == bindparam("community"),
        schema.account.c.person_id == bindparam("person"),
        schema.account.c.active,
    )
    .order_by(
        schema.account.c.seen_at.desc().nulls_last(), schema.account.c.channel
    )
)
_BY_ID = _people().where(
    schema.person.c.community_id == bindparam("community"),
    schema.person.c.id == bindparam("person"),
)
_BY_ACCOUNT = _people().where(
    schema.account.c.channel == bindparam("channel"),
    schema.account.c.address == bindparam("address"),
    schema.account.c.community_id == bindparam("community"),
    schema.account.c.active,
    schema.person.c.id == schema.account.c.person_id,
    schema.person.c.community_id == schema.account.c.community_id,
)
_WORKER = _people().where(
    schema.grid.c.community_id == bindparam("community"),
    schema.grid.c.id == bindparam("grid"),
    schema.grid.c.active,
    schema.person.c.community_id == schema.grid.c.community_id,
    schema.person.c.id == schema.grid.c.worker_id,
)


def _one(
    db: Connection, query: Select[Any], wanted: dict[str, Any]
) -> Person | None:
    rows = db.execute(query, wanted).all()
    if not rows:
        return None
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
