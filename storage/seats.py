"""Who sits in which web chat: its chats, members and what each has read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    exists,
    func,
    select,
    update,
)

from config.terms import ChatKind, CommunityId, PersonId, Role
from storage.messages import MenuItem
from storage.people import put_new
from storage.schema import (
    MadeBy,
    account,
    person,
    role,
    webchat_chat,
    webchat_member,
    webchat_message,
)

CHANNEL = "webchat"
MOST_UNREAD = 100
"""Nobody needs to know more exactly."""


class Forbidden(Exception):
    """Not a member of that chat, or not the author of that message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A chat and who sits in it, as the pack has it."""

    community: CommunityId
    address: str
    kind: ChatKind
    title: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The person behind an address."""

    address: str
    community: CommunityId
    person: PersonId
    name: str
    language: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A chat as its member sees it in the list."""

    address: str
    kind: ChatKind
    title: str
    seq: int
    unread: int
    last: str
    last_by: str
    last_at: datetime | None
    menu: tuple[MenuItem, ...]


class Newcomer(NamedTuple):
    """A person who has no account here yet."""

    name: str
    building: str


def seat(db: Connection, seats: Sequence[Seat]) -> None:
    """Make the pack's chats and memberships hold; leave people's own."""
    for chat in seats:
        row = {
            "community_id": chat.community,
            "kind": chat.kind,
            "title": chat.title,
        }
        db.execute(
            put_new(db, webchat_chat)
            .values(address=chat.address, **row)
            .on_conflict_do_update(index_elements=["address"], set_=row)
        )
        gone = delete(webchat_member).where(
            webchat_member.c.chat == chat.address,
            webchat_member.c.made_by == MadeBy.PACK,
            webchat_member.c.address.not_in(chat.members),
        )
        db.execute(gone)
        for address in sorted(chat.members):
            _sit(db, chat, address, MadeBy.PACK)


def _sit(db: Connection, chat: Seat, address: str, made_by: MadeBy) -> None:
    db.execute(
        put_new(db, webchat_member)
        .values(
            chat=chat.address,
            address=address,
            community_id=chat.community,
            made_by=made_by,
        )
        .on_conflict_do_nothing()
    )


def join(db: Connection, chats: Sequence[Seat], address: str) -> None:
    """Let somebody who isn't in the pack into chats, their own included."""
    for chat in chats:
        db.execute(
            put_new(db, webchat_chat)
            .values(
                address=chat.address,
                community_id=chat.community,
                kind=chat.kind,
                title=chat.title,
            )
            .on_conflict_do_nothing()
        )
        _sit(db, chat, address, MadeBy.CHAT)


def newcomer(
    db: Connection, community: CommunityId, person_id: PersonId
) -> Newcomer | None:
    """Return the name and building of a person, or nothing."""
    row = db.execute(
        select(person.c.name, person.c.building).where(
            person.c.community_id == community,
            person.c.id == person_id,
            person.c.active,
        )
    ).first()
    return None if row is None else Newcomer(row.name, row.building)


def settle(
    db: Connection,
    community: CommunityId,
    person_id: PersonId,
    address: str,
    chats: Sequence[Seat],
) -> None:
    """Give a person an account here and let them into their chats."""
    db.execute(
        put_new(db, account)
        .values(
            channel=CHANNEL,
            address=address,
            community_id=community,
            person_id=person_id,
            reachable=True,
        )
        .on_conflict_do_nothing()
    )
    join(db, chats, address)


def viewer(db: Connection, address: str) -> Viewer | None:
    """Return who speaks from this address, or nobody."""
    return _viewer(db, account.c.address == address)


def viewer_person(
    db: Connection, community: CommunityId, person_id: PersonId
) -> Viewer | None:
    """Return a person as they sit in the web chat, or nobody."""
    return _viewer(
        db,
        account.c.community_id == community,
        account.c.person_id == person_id,
    )


def _viewer(db: Connection, *which: ColumnElement[bool]) -> Viewer | None:
    row = db.execute(
        select(
            account.c.address,
            person.c.community_id,
            person.c.id,
            person.c.name,
            person.c.language,
        )
        .join(
            account,
            (account.c.community_id == person.c.community_id)
            & (account.c.person_id == person.c.id),
        )
        .where(
            account.c.channel == CHANNEL,
            account.c.active,
            person.c.active,
            person.c.erased_at.is_(None),
            *which,
        )
        .order_by(account.c.address)
        .limit(1)
    ).first()
    if row is None:
        return None
    roles = db.scalars(
        select(role.c.role).where(
            role.c.community_id == row.community_id,
            role.c.person_id == row.id,
        )
    )
    return Viewer(
        address=row.address,
        community=CommunityId(row.community_id),
        person=PersonId(row.id),
        name=row.name,
        language=row.language,
        roles=frozenset(Role(word) for word in roles),
    )


def places(db: Connection, address: str) -> list[Place]:
    """List the chats of a member, with what is unread in each."""
    seats = db.execute(
        select(webchat_chat, webchat_member.c.read_id)
        .join(webchat_member, webchat_member.c.chat == webchat_chat.c.address)
        .where(webchat_member.c.address == address)
        .order_by(webchat_chat.c.kind, webchat_chat.c.address)
    ).all()
    return [_place(db, row, address) for row in seats]


def _place(db: Connection, row: Any, address: str) -> Place:  # noqa: ANN401
    message = webchat_message.c
    unread = db.scalar(
        select(func.count()).select_from(
            select(message.id)
            .where(
                message.chat == row.address,
                message.id > row.read_id,
                message.sender != address,
                message.withdrawn.is_(False),
            )
            .limit(MOST_UNREAD)
            .subquery()
        )
    )
    last = db.execute(
        select(message.text, message.name, message.at)
        .where(message.chat == row.address, message.withdrawn.is_(False))
        .order_by(message.id.desc())
        .limit(1)
    ).first()
    return Place(
        address=row.address,
        kind=ChatKind(row.kind),
        title=row.title,
        seq=row.seq,
        unread=unread or 0,
        last=last.text if last else "",
        last_by=last.name if last else "",
        last_at=last.at if last else None,
        menu=msgspec.json.decode(row.menu, type=tuple[MenuItem, ...]),
    )


def is_member(db: Connection, chat: str, address: str) -> bool:
    """Tell whether the address may read and write in the chat."""
    return bool(
        db.scalar(
            select(
                exists().where(
                    webchat_member.c.chat == chat,
                    webchat_member.c.address == address,
                )
            )
        )
    )


def mark_read(db: Connection, chat: str, address: str, message: int) -> None:
    """Remember up to where a member has read; never backwards."""
    db.execute(
        update(webchat_member)
        .where(
            webchat_member.c.chat == chat,
            webchat_member.c.address == address,
            webchat_member.c.read_id < message,
        )
        .values(read_id=message)
    )


def mark_all_read(db: Connection) -> None:
    """Let everybody have read everything that was said so far."""
    last = select(func.max(webchat_message.c.id)).scalar_subquery()
    db.execute(update(webchat_member).values(read_id=func.coalesce(last, 0)))


def set_menu(db: Connection, chat: str, items: tuple[MenuItem, ...]) -> None:
    """Keep the commands that a chat offers."""
    db.execute(
        update(webchat_chat)
        .where(webchat_chat.c.address == chat)
        .values(menu=msgspec.json.encode(items).decode())
    )


def set_default_menu(
    db: Connection,
    community: CommunityId,
    kind: ChatKind,
    items: tuple[MenuItem, ...],
) -> None:
    """Let the community's chats of a kind offer this, but for their own."""
    c = webchat_chat.c
    db.execute(
        update(webchat_chat)
        .where(c.community_id == community, c.kind == kind, c.menu == "[]")
        .values(menu=msgspec.json.encode(items).decode())
    )
