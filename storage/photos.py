"""Photos of tickets and wishes: wanted, kept, failed, gone."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from config.terms import (
    CommunityId,
    Number,
    PersonId,
    PhotoId,
    TicketId,
    WishId,
)
from storage import schema
from storage.database import touch
from storage.messages import Photo
from storage.unwritten import among, remembered


class KeptPhoto(Struct, frozen=True, kw_only=True):
    """A photo row."""

    id: PhotoId
    community_id: CommunityId
    ticket_id: TicketId | None
    wish_id: WishId | None
    purpose: str
    """``report``, ``addition``, ``resolution``; ``wish``, ``proof``."""
    author_id: PersonId | None
    channel: str
    chat: str
    message: str
    ref: str
    same: str
    state: str
    hash: str
    look: str
    """How it looks, in 64 bits (``bot/reencode.py``); "" if nobody knows."""
    attempts: int
    reason: str
    shown: bool
    """Already brought to whom it concerns."""
    created_at: datetime

    @property
    def wanted(self) -> Photo:
        """What the channel's ``fetch`` needs."""
        return Photo(ref=self.ref, unique=self.same)


_COLUMNS = [schema.photo.c[name] for name in KeptPhoto.__struct_fields__]
_OF_TICKET = among(
    select(*_COLUMNS)
    .where(
        schema.photo.c.ticket_id == bindparam("ticket"),
        schema.photo.c.state.in_(("wanted", "kept", "failed")),
    )
    .order_by(schema.photo.c.id),
    schema.photo,
)


def want(
    db: Connection,
    community: CommunityId,
    photos: Sequence[Photo],
    *,
    channel: str,
    chat: str,
    message: str,
    author: PersonId | None,
    now: datetime,
    ticket: TicketId | None = None,
    wish: WishId | None = None,
    purpose: str = "report",
) -> None:
    """Note photos to be fetched right after the commit."""
    if not photos:
        return
    db.execute(
        insert(schema.photo),
        [
            {
                "community_id": community,
                "ticket_id": ticket,
                "wish_id": wish,
                "purpose": purpose,
                "author_id": author,
                "channel": channel,
                "chat": chat,
                "message": message,
                "ref": one.ref,
                "same": one.unique,
                "created_at": now,
                "due_at": now,
            }
            for one in photos
        ],
    )
    touch(db, "photo")


def wanted(db: Connection, now: datetime, limit: int) -> Sequence[KeptPhoto]:
    """Return photos to fetch now."""
    p = schema.photo
    rows = db.execute(
        select(*_COLUMNS)
        .where(p.c.state == "wanted", p.c.due_at <= now)
        .order_by(p.c.due_at)
        .limit(limit)
    ).mappings()
    return [KeptPhoto(**row) for row in rows]


def next_due(db: Connection) -> datetime | None:
    """Return when the next wanted photo is to be fetched, or None."""
    p = schema.photo
    return db.execute(
        select(p.c.due_at)
        .where(p.c.state == "wanted")
        .order_by(p.c.due_at)
        .limit(1)
    ).scalar()


def get(db: Connection, photo: PhotoId) -> KeptPhoto | None:
    """Return a photo row, or None."""
    row = (
        db.execute(select(*_COLUMNS).where(schema.photo.c.id == photo))
        .mappings()
        .first()
    )
    return None if row is None else KeptPhoto(**row)


def of_ticket(db: Connection, ticket: TicketId) -> Sequence[KeptPhoto]:
    """Return a ticket's photos, in order, those withdrawn left out."""
    return remembered(db, ("photos", ticket), partial(_of, db, ticket))


def _of(db: Connection, ticket: TicketId) -> Sequence[KeptPhoto]:
    rows = db.execute(_OF_TICKET, {"ticket": ticket}).mappings()
    return [KeptPhoto(**row) for row in rows]


def of_wish(db: Connection, wish: WishId) -> Sequence[KeptPhoto]:
    """Return a wish's photos, in order, those withdrawn left out."""
    p = schema.photo
    rows = db.execute(
        select(*_COLUMNS)
        .where(
            p.c.wish_id == wish,
            p.c.state.in_(("wanted", "kept", "failed")),
        )
        .order_by(p.c.id)
    ).mappings()
    return [KeptPhoto(**row) for row in rows]


def of_message(
    db: Connection, chat: str, message: str, ticket: TicketId
) -> Sequence[KeptPhoto]:
    """Return the photos that one message brought to a ticket."""
    return [
        photo
        for photo in of_ticket(db, ticket)
        if photo.chat == chat and photo.message == message
    ]


def keep(
    db: Connection,
    photo: KeptPhoto,
    hash_: str,
    width: int,
    height: int,
    size: int,
    look: str = "",
) -> bool:
    """Note that the re-encoded picture lies in the media store."""
    return _move(
        db,
        photo,
        state="kept",
        hash=hash_,
        look=look,
        width=width,
        height=height,
        bytes=size,
    )


def put_back(
    db: Connection, photo: KeptPhoto, due_at: datetime, reason: str
) -> bool:
    """Try to fetch it again later."""
    touch(db, "photo")
    return _move(
        db,
        photo,
        due_at=due_at,
        reason=reason,
        attempts=photo.attempts + 1,
    )


def fail(db: Connection, photo: KeptPhoto, reason: str) -> bool:
    """Give a photo up; the ticket stands without it and says so."""
    return _move(
        db,
        photo,
        state="failed",
        reason=reason,
        attempts=photo.attempts + 1,
    )


def mark_shown(db: Connection, rows: Sequence[PhotoId]) -> None:
    """Note that photos were brought to whom they concern."""
    p = schema.photo
    db.execute(update(p).where(p.c.id.in_(rows)).values(shown=True))


def withdraw(db: Connection, photo: KeptPhoto) -> None:
    """Take a photo off its ticket: its author did."""
    p = schema.photo
    db.execute(update(p).where(p.c.id == photo.id).values(state="withdrawn"))
    touch(db, "photo")


def _move(db: Connection, photo: KeptPhoto, **values: object) -> bool:
    p = schema.photo
    done = db.execute(
        update(p)
        .where(p.c.id == photo.id, p.c.state == "wanted")
        .values(**values)
    )
    return done.rowcount == 1


def counted_by(
    db: Connection, community: CommunityId, person: PersonId
) -> Sequence[tuple[Number, int]]:
    """Return how many photos somebody sent, by ticket or wish."""
    p, t, w = schema.photo, schema.ticket, schema.wish
    number = func.coalesce(t.c.number, w.c.number)
    rows = db.execute(
        select(number, func.count())
        .select_from(p)
        .outerjoin(t, t.c.id == p.c.ticket_id)
        .outerjoin(w, w.c.id == p.c.wish_id)
        .where(
            p.c.community_id == community,
            p.c.author_id == person,
            p.c.state.in_(("wanted", "kept")),
        )
        .group_by(number)
        .order_by(number)
    )
    return [(Number(row[0]), row[1]) for row in rows]


def erase(db: Connection, *which: ColumnElement[bool]) -> int:
    """Forget photos: their rows say nothing, the sweeper takes the picture."""
    p, hung = schema.photo, schema.webchat_photo
    live = and_(*which, p.c.state != "erased")
    hashes = set(db.scalars(select(p.c.hash).where(live, p.c.hash != "")))
    done = db.execute(
        update(p)
        .where(live)
        .values(
            state="erased",
            author_id=None,
            look="",
            chat="",
            message="",
            ref="",
            same="",
            reason="",
        )
    )
    if hashes:
        # our letters showed them in the web chat, too
        kept = select(p.c.hash).where(
            p.c.hash.in_(hashes), p.c.state != "erased"
        )
        gone = hashes - set(db.scalars(kept))
        db.execute(delete(hung).where(hung.c.ref.in_(gone)))
    return done.rowcount


def bury(
    db: Connection,
    community: CommunityId,
    hashes: Sequence[str],
    now: datetime,
) -> None:
    """Let the sweeper look after pictures that no row holds any more."""
    if hashes:
        db.execute(
            insert(schema.photo),
            [
                {
                    "community_id": community,
                    "state": "erased",
                    "hash": each,
                    "created_at": now,
                }
                for each in hashes
            ],
        )


class Erased(Struct, frozen=True):
    """A picture that an erased row still names."""

    hash: str
    shown: bool
    """Something else shows the same picture, so it must stay."""


def erased(db: Connection, limit: int) -> Sequence[Erased]:
    """Return pictures of erased rows, for the sweeper."""
    p = schema.photo
    rows = db.scalars(
        select(p.c.hash)
        .where(p.c.state == "erased", p.c.hash != "")
        .order_by(p.c.id)
        .limit(limit)
    )
    found = list(dict.fromkeys(rows))
    if not found:
        return []
    held, hung = schema.webchat_upload.c.ref, schema.webchat_photo.c.ref
    shown = {
        *db.scalars(
            select(p.c.hash).where(
                p.c.hash.in_(found), p.c.hash != "", p.c.state != "erased"
            )
        ),
        *db.scalars(select(held).where(held.in_(found))),
        *db.scalars(select(hung).where(hung.in_(found))),
    }
    return [Erased(each, each in shown) for each in found]


def deleted(db: Connection, hash_: str) -> None:
    """Let erased rows name a picture no longer: it is gone, or another's."""
    p = schema.photo
    gone = (p.c.state == "erased") & (p.c.hash == hash_)
    nobodys = p.c.ticket_id.is_(None) & p.c.wish_id.is_(None)
    db.execute(delete(p).where(gone, nobodys))
    db.execute(update(p).where(gone).values(hash=""))
