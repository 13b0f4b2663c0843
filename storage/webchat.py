"""What the web chat remembers: it is a platform with a history of its own.

Each chat counts its changes in ``seq``; a message carries the number of its
last change in ``changed``. So "everything after 17" is one indexed
question, whether a message is new, edited or withdrawn, and a client that
was away asks it and misses nothing. ``handed`` is the last version that the
core took over: what is behind ``version`` is still owed to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from config.terms import ChatKind, CommunityId, PhotoId
from storage import bell, prepared, uploads
from storage.messages import Choice
from storage.people import put_new
from storage.schema import (
    webchat_about,
    webchat_chat,
    webchat_member,
    webchat_message,
    webchat_photo,
    webchat_upload,
)
from storage.seats import Forbidden, Viewer, is_member, mark_read
from storage.uploads import Picture

CHANGED = "linli_webchat"
"""Rings with a change's number and its chat, as ``17 g1``."""


class Closed(Exception):
    """The message was withdrawn; nothing more happens to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it reads now; the bot's have no sender."""

    chat: str
    id: int
    changed: int
    sender: str
    name: str
    text: str
    photos: tuple[Picture, ...]
    quote: int | None
    choices: tuple[Choice, ...]
    at: datetime
    version: int
    handed: int
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a message was put; ``new`` is false for a repeat."""

    id: int
    changed: int
    new: bool


def last_moment(db: Connection) -> datetime | None:
    """Return when something was last said anywhere."""
    row = webchat_message.c
    return db.scalar(select(row.at).order_by(row.at.desc()).limit(1))


# Messages -----------------------------------------------------------------


def post(
    db: Connection,
    *,
    chat: str,
    sender: Viewer,
    client: str,
    text: str,
    photos: Sequence[str],
    quote: int | None,
    now: datetime,
) -> Stored:
    """Keep what a member posts; ``client`` makes repeats harmless."""
    if not is_member(db, chat, sender.address):
        raise Forbidden
    changed, community = _next(db, chat)
    message = webchat_message.c
    old = db.execute(
        select(message.id, message.changed).where(
            message.chat == chat,
            message.sender == sender.address,
            message.client == client,
        )
    ).first()
    if old is not None:
        return Stored(old.id, old.changed, new=False)
    new = db.scalar(
        insert(webchat_message)
        .values(
            community_id=community,
            chat=chat,
            changed=changed,
            sender=sender.address,
            name=sender.name,
            client=client,
            text=text,
            photos=len(photos),
            quote=_known(db, chat, quote),
            at=now,
        )
        .returning(message.id)
    )
    assert new is not None  # noqa: S101 - an insert returns its key
    pictures = uploads.own(db, sender.address, photos)
    _hang(db, community, new, pictures)
    mark_read(db, chat, sender.address, new)
    return Stored(new, changed, new=True)


def say(
    db: Connection,
    *,
    chat: str,
    letter: str,
    text: str,
    choices: tuple[Choice, ...],
    photos: Sequence[PhotoId],
    reply_to: str,
    now: datetime,
    about: Sequence[str] = (),
) -> Stored | None:
    """Keep what the bot says, once for each letter; None: no such chat.

    ``about`` is what it tells of (``subjects``), to be forgotten with it.
    """
    message = webchat_message.c
    if not db.scalar(select(exists().where(webchat_chat.c.address == chat))):
        return None
    changed, community = _next(db, chat)
    new = db.scalar(
        put_new(db, webchat_message)
        .values(
            community_id=community,
            chat=chat,
            changed=changed,
            letter=letter,
            text=text,
            photos=len(photos),
            quote=_known(db, chat, int(reply_to) if reply_to else None),
            choices=msgspec.json.encode(choices).decode(),
            at=now,
            handed=0,
        )
        .on_conflict_do_nothing(index_elements=["letter"])
        .returning(message.id)
    )
    if new is None:
        old = db.execute(
            select(message.id, message.changed).where(message.letter == letter)
        ).one()
        return Stored(old.id, old.changed, new=False)
    _hang(db, community, new, uploads.kept(db, photos))
    tie(db, CommunityId(community), new, about)
    return Stored(new, changed, new=True)


def tie(
    db: Connection, community: CommunityId, message: int, about: Sequence[str]
) -> None:
    """Note what a message tells of, to be forgotten with it."""
    if about:
        db.execute(
            prepared.insert_if_new(db, webchat_about),
            [
                {
                    "subject": each,
                    "message_id": message,
                    "community_id": community,
                }
                for each in about
            ],
        )


def rewrite(
    db: Connection,
    chat: str,
    message: int,
    text: str,
    choices: tuple[Choice, ...],
) -> bool:
    """Change what the bot said; tell whether there was such a message.

    What was forgotten stays so.
    """
    if not _is_there(db, chat, message, sender=""):
        return False
    changed, _ = _next(db, chat)
    row = webchat_message.c
    db.execute(
        update(webchat_message)
        .where(row.id == message, row.withdrawn.is_(False))
        .values(
            text=text,
            choices=msgspec.json.encode(choices).decode(),
            changed=changed,
            version=row.version + 1,
            handed=row.version + 1,
        )
    )
    return True


def edit(
    db: Connection, chat: str, message: int, sender: str, text: str
) -> int:
    """Change one's own message and return the new version."""
    return _amend(db, chat, message, sender, {"text": text})


def withdraw(db: Connection, chat: str, message: int, sender: str) -> int:
    """Take one's own message back: its words and photos are gone."""
    version = _amend(
        db,
        chat,
        message,
        sender,
        {"text": "", "photos": 0, "withdrawn": True},
    )
    db.execute(
        delete(webchat_photo).where(webchat_photo.c.message_id == message)
    )
    return version


def _amend(
    db: Connection,
    chat: str,
    message: int,
    sender: str,
    values: dict[str, object],
) -> int:
    if not _is_there(db, chat, message, sender=sender):
        raise Forbidden
    changed, _ = _next(db, chat)
    row = webchat_message.c
    version: int | None = db.scalar(
        update(webchat_message)
        .where(row.id == message, row.withdrawn.is_(False))
        .values(changed=changed, version=row.version + 1, **values)
        .returning(row.version)
    )
    if version is None:
        raise Closed
    return version


def _is_there(db: Connection, chat: str, message: int, *, sender: str) -> bool:
    row = webchat_message.c
    return bool(
        db.scalar(
            select(
                exists().where(
                    row.id == message,
                    row.chat == chat,
                    row.sender == sender,
                )
            )
        )
    )


def _next(db: Connection, chat: str) -> tuple[int, str]:
    """Count one change; the row's lock keeps the chat's changes in order."""
    seq, address = webchat_chat.c.seq, webchat_chat.c.address
    told: list[ColumnElement[Any]] = [seq, webchat_chat.c.community_id]
    if bell.is_heard(db):
        words = seq.cast(String) + " " + address
        told.append(bell.ringing(CHANGED, words))
    row = db.execute(
        update(webchat_chat)
        .where(address == chat)
        .values(seq=seq + 1)
        .returning(*told)
    ).first()
    if row is None:
        raise Forbidden
    return row.seq, row.community_id


def _known(db: Connection, chat: str, message: int | None) -> int | None:
    if message is None:
        return None
    row = webchat_message.c
    return db.scalar(select(row.id).where(row.id == message, row.chat == chat))


def _hang(
    db: Connection,
    community: str,
    message: int,
    pictures: Iterable[Picture],
) -> None:
    rows = [
        {
            "message_id": message,
            "place": place,
            "community_id": community,
            "ref": picture.ref,
            "width": picture.width,
            "height": picture.height,
        }
        for place, picture in enumerate(pictures)
    ]
    if rows:
        db.execute(insert(webchat_photo), rows)


# Reading ------------------------------------------------------------------


def since(
    db: Connection, chat: str, changed: int, limit: int
) -> list[Message]:
    """Return what changed in the chat after ``changed``, in that order."""
    row = webchat_message.c
    return _messages(
        db,
        select(webchat_message)
        .where(row.chat == chat, row.changed > changed)
        .order_by(row.changed)
        .limit(limit),
    )


def before(
    db: Connection, chat: str, message: int | None, limit: int
) -> list[Message]:
    """Return the page that ends before ``message``, oldest first."""
    row = webchat_message.c
    page = select(webchat_message).where(row.chat == chat)
    if message is not None:
        page = page.where(row.id < message)
    return _messages(db, page.order_by(row.id.desc()).limit(limit))[::-1]


def owed(db: Connection, limit: int) -> list[Message]:
    """Return what the core has not taken over yet, oldest first."""
    row = webchat_message.c
    return _messages(
        db,
        select(webchat_message)
        .where(row.handed < row.version)
        .order_by(row.id)
        .limit(limit),
    )


def mark_handed(db: Connection, messages: Sequence[Message]) -> None:
    """Remember which version of each message the core took over."""
    row = webchat_message.c
    for message in messages:
        db.execute(
            update(webchat_message)
            .where(row.id == message.id, row.handed < message.version)
            .values(handed=message.version)
        )


def find(db: Connection, message: int) -> Message | None:
    """Return the message, if it is kept."""
    found = _messages(
        db, select(webchat_message).where(webchat_message.c.id == message)
    )
    return found[0] if found else None


def rung(words: str) -> tuple[str, int]:
    """Return the chat and the number that ``CHANGED`` rang with."""
    number, _, chat = words.partition(" ")
    return chat, int(number)


def seq(db: Connection, chat: str) -> int:
    """Return the number of the chat's last change."""
    return (
        db.scalar(
            select(webchat_chat.c.seq).where(webchat_chat.c.address == chat)
        )
        or 0
    )


def seqs(db: Connection, chats: Sequence[str]) -> dict[str, int]:
    """Return the number of the last change of each chat."""
    rows = db.execute(
        select(webchat_chat.c.address, webchat_chat.c.seq).where(
            webchat_chat.c.address.in_(chats)
        )
    )
    return {row.address: row.seq for row in rows}


def _messages(db: Connection, question: Select[Any]) -> list[Message]:
    rows = db.execute(question).all()
    pictured = [row.id for row in rows if row.photos]
    pictures: dict[int, list[Picture]] = {}
    if pictured:
        row = webchat_photo.c
        for found in db.execute(
            select(webchat_photo)
            .where(row.message_id.in_(pictured))
            .order_by(row.message_id, row.place)
        ):
            pictures.setdefault(found.message_id, []).append(
                Picture(found.ref, found.width, found.height)
            )
    return [
        Message(
            chat=row.chat,
            id=row.id,
            changed=row.changed,
            sender=row.sender,
            name=row.name,
            text=row.text,
            photos=tuple(pictures.get(row.id, ())),
            quote=row.quote,
            choices=msgspec.json.decode(row.choices, type=tuple[Choice, ...]),
            at=row.at,
            version=row.version,
            handed=row.handed,
            withdrawn=row.withdrawn,
        )
        for row in rows
    ]


# Forgetting ---------------------------------------------------------------


def forget_before(
    db: Connection, community: CommunityId, moment: datetime
) -> list[str]:
    """Delete the history older than ``moment``.

    Returns the photos that nothing shows any more, to be deleted too.
    """
    row = webchat_message.c
    old = select(row.id).where(
        row.community_id == community,
        row.at < moment,
        row.handed >= row.version,
    )
    _drop(db, old)
    upload = webchat_upload.c
    return uploads.drop(
        db, upload.community_id == community, upload.at < moment
    )


def _drop(db: Connection, which: Select[Any]) -> None:
    """Delete messages with all that hangs on them."""
    for table in (webchat_photo, webchat_about):
        db.execute(delete(table).where(table.c.message_id.in_(which)))
    db.execute(delete(webchat_message).where(webchat_message.c.id.in_(which)))


def forget_about(
    db: Connection,
    community: CommunityId,
    subjects: Sequence[str],
    *,
    private: bool = False,
) -> None:
    """Empty what tells of these, whoever said it, or that in private alone."""
    row, tied = webchat_message.c, webchat_about.c
    which = row.id.in_(
        select(tied.message_id).where(
            tied.subject.in_(subjects), tied.community_id == community
        )
    )
    _empty(db, community, which & _in_private() if private else which)


def forget_words(
    db: Connection, community: CommunityId, words: Sequence[str]
) -> None:
    """Empty what the bot said, or was told in private, with these words.

    What people said in a group is theirs.
    """
    row = webchat_message.c
    said = [
        column.contains(each, autoescape=True)
        for each in words
        for column in (row.text, row.choices)
    ]
    if said:
        ours = or_(row.sender == "", _in_private())
        _empty(db, community, or_(*said) & ours)


def _in_private() -> ColumnElement[bool]:
    place = webchat_chat.c
    return webchat_message.c.chat.in_(
        select(place.address).where(place.kind == ChatKind.PRIVATE)
    )


def _empty(
    db: Connection, community: CommunityId, which: ColumnElement[bool]
) -> None:
    """Let messages read as if they had been taken back."""
    row = webchat_message.c
    found = db.execute(
        select(row.id, row.chat)
        .where(row.community_id == community, which, row.withdrawn.is_(False))
        .order_by(row.id)
    ).all()
    for message in found:
        changed, _ = _next(db, message.chat)
        db.execute(
            update(webchat_message)
            .where(row.id == message.id)
            .values(
                text="",
                choices="[]",
                photos=0,
                withdrawn=True,
                changed=changed,
                version=row.version + 1,
                # the core need not hear of what it has decided
                handed=row.version + 1,
            )
        )
        hung = webchat_photo.c.message_id == message.id
        db.execute(delete(webchat_photo).where(hung))


def forget_person(db: Connection, address: str) -> list[str]:
    """Empty everything that one person posted, everywhere.

    Returns the photos that nothing shows any more, to be deleted too.
    """
    row = webchat_message.c
    own = db.execute(
        select(row.chat, row.id).where(
            row.sender == address, row.withdrawn.is_(False)
        )
    ).all()
    for message in own:
        withdraw(db, message.chat, message.id, address)
    db.execute(
        update(webchat_message)
        .where(row.sender == address)
        .values(name="", handed=row.version)
    )
    _drop(db, select(row.id).where(row.chat == address))
    db.execute(
        delete(webchat_member).where(webchat_member.c.address == address)
    )
    return uploads.drop(db, webchat_upload.c.address == address)
