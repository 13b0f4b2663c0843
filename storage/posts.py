"""Which message of which chat is about which ticket or wish."""

from msgspec import Struct
from sqlalchemy import Connection, select

from config.terms import CommunityId, PersonId, TicketId, WishId
from storage import prepared, schema
from storage.unwritten import later


class Post(Struct, frozen=True, kw_only=True):
    """A message that belongs to a ticket or a wish."""

    chat: str
    message: str
    community_id: CommunityId
    ticket_id: TicketId | None = None
    wish_id: WishId | None = None
    words_id: int | None = None
    author_id: PersonId | None = None
    kind: str = ""
    """``report``, ``addition``, ``bot``, ``asked``."""
    album: str = ""


_COLUMNS = [schema.post.c[name] for name in Post.__struct_fields__]


def put(
    db: Connection,
    chat: str,
    message: str,
    *,
    community: CommunityId | None,
    ticket: TicketId | None = None,
    wish: WishId | None = None,
    words: int | None = None,
    author: PersonId | None = None,
    kind: str = "report",
    album: str = "",
) -> None:
    """Remember what a message is about; the first answer stays."""
    later(
        db,
        prepared.insert_if_new(db, schema.post),
        {
            "chat": chat,
            "message": message,
            "community_id": community,
            "ticket_id": ticket,
            "wish_id": wish,
            "words_id": words,
            "author_id": author,
            "kind": kind,
            "album": album,
        },
    )


def find(
    db: Connection, community: CommunityId, chat: str, message: str
) -> Post | None:
    """Return what a message is about to this community, or None.

    A group may have been another's before: its matters stay with that one.
    """
    p = schema.post
    row = (
        db.execute(
            select(*_COLUMNS).where(
                p.c.chat == chat,
                p.c.message == message,
                p.c.community_id == community,
            )
        )
        .mappings()
        .first()
    )
    return None if row is None else Post(**row)


def find_album(
    db: Connection, community: CommunityId, chat: str, album: str
) -> Post | None:
    """Return what another part of the same album is about, or None."""
    p = schema.post
    row = (
        db.execute(
            select(*_COLUMNS)
            .where(
                p.c.chat == chat,
                p.c.album == album,
                p.c.community_id == community,
            )
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else Post(**row)
