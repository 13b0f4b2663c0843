"""Photos of the web chat: whose upload each is, and who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    exists,
    select,
    union_all,
)

from config.terms import PhotoId
from storage.messages import Point
from storage.people import put_new
from storage.schema import (
    photo,
    webchat_member,
    webchat_message,
    webchat_photo,
    webchat_upload,
)
from storage.seats import Forbidden, Viewer


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of a message; ``ref`` is its content hash."""

    ref: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded photo, bare of metadata, and where it was taken."""

    ref: str
    bytes: int
    width: int
    height: int
    point: Point | None = None


def keep(
    db: Connection, sender: Viewer, upload: Upload, now: datetime
) -> None:
    """Remember whose upload it is; the same photo twice is one row."""
    db.execute(
        put_new(db, webchat_upload)
        .values(
            ref=upload.ref,
            address=sender.address,
            community_id=sender.community,
            bytes=upload.bytes,
            width=upload.width,
            height=upload.height,
            lat=upload.point.lat if upload.point else None,
            lon=upload.point.lon if upload.point else None,
            at=now,
        )
        .on_conflict_do_nothing()
    )


def may_see(db: Connection, ref: str, address: str) -> bool:
    """Tell whether a photo is one's own upload or hangs in one's chats."""
    upload = webchat_upload.c
    own = exists().where(upload.ref == ref, upload.address == address)
    hung = (
        select(webchat_photo.c.ref)
        .join(
            webchat_message,
            webchat_message.c.id == webchat_photo.c.message_id,
        )
        .join(
            webchat_member,
            webchat_member.c.chat == webchat_message.c.chat,
        )
        .where(
            webchat_photo.c.ref == ref,
            webchat_member.c.address == address,
        )
        .exists()
    )
    return bool(db.scalar(select(own | hung)))


def taken_at(
    db: Connection, address: str, refs: Sequence[str]
) -> Point | None:
    """Return where the first of somebody's photos that knows was taken."""
    if not refs:
        return None
    upload = webchat_upload.c
    row = db.execute(
        select(upload.lat, upload.lon)
        .where(
            upload.address == address,
            upload.ref.in_(refs),
            upload.lat.is_not(None),
        )
        .limit(1)
    ).first()
    return None if row is None else Point(row.lat, row.lon)


def own(db: Connection, address: str, refs: Sequence[str]) -> list[Picture]:
    """Return uploads of this address only: a guessed hash opens nothing."""
    if not refs:
        return []
    row = webchat_upload.c
    found = {
        upload.ref: upload
        for upload in db.execute(
            select(row.ref, row.width, row.height).where(
                row.address == address, row.ref.in_(refs)
            )
        )
    }
    if any(ref not in found for ref in refs):
        raise Forbidden
    return [Picture(ref, found[ref].width, found[ref].height) for ref in refs]


def kept(db: Connection, photos: Sequence[PhotoId]) -> list[Picture]:
    """Return pictures of tickets that a letter shows."""
    if not photos:
        return []
    rows = db.execute(
        select(photo.c.hash, photo.c.width, photo.c.height)
        .where(photo.c.id.in_(photos), photo.c.state == "kept")
        .order_by(photo.c.id)
    )
    return [Picture(row.hash, row.width, row.height) for row in rows]


def drop(db: Connection, *which: ColumnElement[bool]) -> list[str]:
    """Delete uploads that hang nowhere; return those that nobody keeps."""
    upload = webchat_upload.c
    hung = exists().where(webchat_photo.c.ref == upload.ref)
    gone = db.scalars(
        delete(webchat_upload).where(*which, ~hung).returning(upload.ref)
    ).all()
    still = select(upload.ref).where(upload.ref.in_(gone))
    kept = select(photo.c.hash).where(photo.c.hash.in_(gone))
    return sorted(set(gone) - set(db.scalars(union_all(still, kept))))
