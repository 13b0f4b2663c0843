"""Groups and private chats, and the grid a group is bound to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    func,
    select,
    update,
)

from config.terms import ChatKind, CommunityId, GridId
from storage import outbox, schema
from storage.database import touch
from storage.messages import Chat, Leave
from storage.people import put_new
from storage.unwritten import among, known, remembered


class Known(Struct, frozen=True, kw_only=True):
    """A chat that we have a row for."""

    channel: str
    address: str
    kind: ChatKind
    community_id: CommunityId | None = None
    grid_id: GridId | None = None
    title: str = ""
    state: str = "open"
    moved_to: str = ""
    made_by: schema.MadeBy = schema.MadeBy.CHAT

    @property
    def by_pack(self) -> bool:
        """Whether the pack says where it belongs: nobody else may."""
        bound = self.community_id is not None
        return bound and self.made_by == schema.MadeBy.PACK

    @property
    def chat(self) -> Chat:
        """As an address."""
        return Chat(self.channel, self.address, self.kind)


_COLUMNS = [schema.chat.c[name] for name in Known.__struct_fields__]
_FIND = among(
    select(*_COLUMNS).where(
        schema.chat.c.channel == bindparam("channel"),
        schema.chat.c.address == bindparam("address"),
    ),
    schema.chat,
)
_FIND_ALL = among(
    select(*_COLUMNS).where(
        schema.chat.c.channel == bindparam("channel"),
        schema.chat.c.address.in_(bindparam("addresses", expanding=True)),
    ),
    schema.chat,
)


def find(db: Connection, channel: str, address: str) -> Known | None:
    """Return the chat, following its moves; None if nobody bound it."""
    for _ in range(8):
        found = remembered(
            db, _key(channel, address), partial(_find, db, channel, address)
        )
        if found is None or found.state != "moved":
            return found
        address = found.moved_to
    return None


def _find(db: Connection, channel: str, address: str) -> Known | None:
    wanted = {"channel": channel, "address": address}
    row = db.execute(_FIND, wanted).mappings().first()
    return None if row is None else Known(**row)


def look_up(db: Connection, channel: str, addresses: Collection[str]) -> None:
    """Read many chats at once, for ``find``."""
    wanted = {"channel": channel, "addresses": sorted(addresses)}
    rows = db.execute(_FIND_ALL, wanted).mappings()
    found = {row["address"]: Known(**row) for row in rows}
    known(db).update({_key(channel, one): found.get(one) for one in addresses})


def _key(channel: str, address: str) -> tuple[str, str, str]:
    return "chat", channel, address


def bound(db: Connection) -> Sequence[Known]:
    """Return every group that belongs to a grid, and every old address."""
    c = schema.chat
    rows = db.execute(
        select(*_COLUMNS).where(c.c.kind == ChatKind.GROUP)
    ).mappings()
    return [Known(**row) for row in rows]


def may_have_become(
    db: Connection, channel: str, address: str, limit: int = 20
) -> Sequence[str]:
    """Return addresses of groups, one of which this may have been.

    None if it is known. The longest unheard of come first.
    """
    if find(db, channel, address) is not None:
        return []
    c = schema.chat
    return db.scalars(
        select(c.c.address)
        .where(
            c.c.channel == channel,
            c.c.kind == ChatKind.GROUP,
            c.c.state == "open",
            c.c.community_id.is_not(None),
            func.length(c.c.address) < len(address),
        )
        .order_by(c.c.changed_at)
        .limit(limit)
    ).all()


def groups(
    db: Connection, community: CommunityId, grid: GridId | None
) -> Sequence[Chat]:
    """Return the open groups of a grid; of all grids for None."""
    c = schema.chat
    query = select(*_COLUMNS).where(
        c.c.community_id == community,
        c.c.kind == ChatKind.GROUP,
        c.c.state == "open",
    )
    if grid is not None:
        query = query.where(c.c.grid_id == grid)
    rows = db.execute(query.order_by(c.c.channel, c.c.address)).mappings()
    return [Known(**row).chat for row in rows]


def bound_to(
    db: Connection, community: CommunityId, grid: GridId
) -> Sequence[Known]:
    """Return the groups of a grid, by whomever they were bound."""
    c = schema.chat
    rows = db.execute(
        select(*_COLUMNS)
        .where(
            c.c.community_id == community,
            c.c.grid_id == grid,
            c.c.kind == ChatKind.GROUP,
            c.c.state != "moved",
        )
        .order_by(c.c.channel, c.c.address)
    ).mappings()
    return [Known(**row) for row in rows]


def bind(
    db: Connection,
    chat: Chat,
    community: CommunityId,
    grid: GridId,
    now: datetime,
    *,
    title: str = "",
) -> None:
    """Bind a group to one grid, whatever it was bound to before."""
    values = {
        "community_id": community,
        "grid_id": grid,
        "kind": ChatKind.GROUP,
        "state": "open",
        "moved_to": "",
        "made_by": schema.MadeBy.CHAT,
        "changed_at": now,
        "title": title,
    }
    db.execute(
        put_new(db, schema.chat)
        .values(channel=chat.channel, address=chat.address, **values)
        .on_conflict_do_update(
            index_elements=["channel", "address"], set_=values
        )
    )
    stay(db, chat)
    touch(db, "chat")


def leave_at(
    db: Connection, chat: Chat, now: datetime, when: datetime
) -> None:
    """Leave a group that nobody binds until then; known already: stays."""
    waits = select(schema.outbox.c.id).where(_leaving(chat))
    if db.execute(waits.limit(1)).first() is None:
        outbox.put(db, [(Leave(chat=chat), when)], None, now)


def stay(db: Connection, chat: Chat | None = None) -> None:
    """Don't leave a group after all; None: any group that is bound."""
    o, c = schema.outbox, schema.chat
    which = _leaving(chat)
    if chat is None:
        which &= o.c.chat.in_(
            select(c.c.channel + ":" + c.c.address).where(
                c.c.community_id.is_not(None)
            )
        )
    db.execute(update(o).where(which).values(state="dropped", body=b"{}"))


def _leaving(chat: Chat | None) -> ColumnElement[bool]:
    o = schema.outbox
    waits = (o.c.kind == "leave") & (o.c.state == "waiting")
    return waits if chat is None else waits & (o.c.chat == chat.key)


def unbind(db: Connection, chat: Chat, now: datetime) -> None:
    """Forget which grid a group belongs to."""
    _set(db, chat, community_id=None, grid_id=None, changed_at=now)


def close(db: Connection, chat: Chat, now: datetime) -> None:
    """Note that we were put out of a group; its binding stays."""
    _stand(db, chat, "gone", now)


def reopen(db: Connection, chat: Chat, now: datetime) -> None:
    """Note that we are in the group again."""
    _stand(db, chat, "open", now)


def _stand(db: Connection, chat: Chat, state: str, now: datetime) -> None:
    """Let a group stand so; an address that it left stays a signpost."""
    known = find(db, chat.channel, chat.address)
    if known is not None and known.address == chat.address:
        _set(db, chat, state=state, changed_at=now)


def move(db: Connection, chat: Chat, to: str, now: datetime) -> bool:
    """Carry everything of a group over to its new address.

    The platform says so more than once and from both sides: False if the
    move was known already (or the group was not).
    """
    old = find(db, chat.channel, chat.address)
    if old is None or old.address == to:
        return False
    new = old.chat
    db.execute(
        put_new(db, schema.chat)
        .values(
            channel=chat.channel,
            address=to,
            community_id=old.community_id,
            grid_id=old.grid_id,
            kind=old.kind,
            title=old.title,
            state="open",
            made_by=schema.MadeBy.CHAT,
            changed_at=now,
        )
        .on_conflict_do_update(
            index_elements=["channel", "address"],
            set_={
                "community_id": old.community_id,
                "grid_id": old.grid_id,
                "state": "open",
                "moved_to": "",
                "changed_at": now,
            },
        )
    )
    if old.community_id is not None:
        # the platform may say that we came in before it says from where
        for address in (new.address, to):
            stay(db, Chat(chat.channel, address, ChatKind.GROUP))
    _set(db, new, state="moved", moved_to=to, changed_at=now)
    there = f"{chat.channel}:{to}"
    o, t, w = schema.outbox, schema.ticket, schema.wish
    db.execute(
        update(o)
        .where(o.c.chat == new.key, o.c.state.in_(("waiting", "sending")))
        .values(chat=there)
    )
    for table in (t, w):
        db.execute(
            update(table)
            .where(table.c.origin_chat == new.key)
            .values(origin_chat=there)
        )
    for table in (schema.button, schema.dialogue):
        db.execute(
            update(table).where(table.c.chat == new.key).values(chat=there)
        )
    touch(db, "chat")
    touch(db, "outbox")
    return True


def _set(db: Connection, chat: Chat, **values: object) -> None:
    c = schema.chat
    db.execute(
        update(c)
        .where(c.c.channel == chat.channel, c.c.address == chat.address)
        .values(**values)
    )
    touch(db, "chat")
