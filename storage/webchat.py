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
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    exists,
    func,
    insert,
    select,
    union_all,
    update,
)

from config.terms import ChatKind, CommunityId, PersonId, PhotoId, Role
from storage.messages import Choice, MenuItem, Point
from storage.people import put_new
from storage.schema import (
    MadeBy,
    account,
    person,
    photo,
    role,
    webchat_chat,
    webchat_member,
    webchat_message,
    webchat_photo,
    webchat_upload,
)

CHANNEL = "webchat"
MOST_UNREAD = 100
"""Nobody needs to know more exactly."""


class Forbidden(Exception):
    """Not a member of that chat, or not the author of that message."""


class Closed(Exception):
    """The message was withdrawn; nothing more happens to it."""


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


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of a message; ``ref`` is its content hash."""

    ref: str
    width: int = 0
    height: int = 0


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


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a message was put; ``new`` is false for a repeat."""

    id: int
    changed: int
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded photo, bare of metadata, and where it was taken."""

    ref: str
    bytes: int
    width: int
    height: int
    point: Point | None = None


# Chats and members --------------------------------------------------------


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


def last_moment(db: Connection) -> datetime | None:
    """Return when something was last said anywhere."""
    row = webchat_message.c
    return db.scalar(select(row.at).order_by(row.at.desc()).limit(1))


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
    pictures = _own_uploads(db, sender.address, photos)
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
) -> Stored | None:
    """Keep what the bot says, once for each letter; None: no such chat."""
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
    _hang(db, community, new, _kept(db, photos))
    return Stored(new, changed, new=True)


def rewrite(
    db: Connection,
    chat: str,
    message: int,
    text: str,
    choices: tuple[Choice, ...],
) -> bool:
    """Change what the bot said; tell whether there was such a message."""
    if not _is_there(db, chat, message, sender=""):
        return False
    changed, _ = _next(db, chat)
    row = webchat_message.c
    done = db.execute(
        update(webchat_message)
        .where(row.chat == chat, row.id == message, row.sender == "")
        .values(
            text=text,
            choices=msgspec.json.encode(choices).decode(),
            changed=changed,
            version=row.version + 1,
            handed=row.version + 1,
        )
    )
    return done.rowcount == 1


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
    row = db.execute(
        update(webchat_chat)
        .where(webchat_chat.c.address == chat)
        .values(seq=webchat_chat.c.seq + 1)
        .returning(webchat_chat.c.seq, webchat_chat.c.community_id)
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


def _own_uploads(
    db: Connection, address: str, refs: Sequence[str]
) -> list[Picture]:
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


def _kept(db: Connection, photos: Sequence[PhotoId]) -> list[Picture]:
    if not photos:
        return []
    rows = db.execute(
        select(photo.c.hash, photo.c.width, photo.c.height)
        .where(photo.c.id.in_(photos), photo.c.state == "kept")
        .order_by(photo.c.id)
    )
    return [Picture(row.hash, row.width, row.height) for row in rows]


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


# Photos -------------------------------------------------------------------


def keep_upload(
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


def taken_at(db: Connection, message: Message) -> Point | None:
    """Return where the first of a message's photos that knows was taken."""
    if not message.photos:
        return None
    upload = webchat_upload.c
    row = db.execute(
        select(upload.lat, upload.lon)
        .where(
            upload.address == message.sender,
            upload.ref.in_([picture.ref for picture in message.photos]),
            upload.lat.is_not(None),
        )
        .limit(1)
    ).first()
    return None if row is None else Point(row.lat, row.lon)


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
    db.execute(
        delete(webchat_photo).where(webchat_photo.c.message_id.in_(old))
    )
    db.execute(delete(webchat_message).where(row.id.in_(old)))
    upload = webchat_upload.c
    return _drop_uploads(
        db, upload.community_id == community, upload.at < moment
    )


def _drop_uploads(db: Connection, *which: ColumnElement[bool]) -> list[str]:
    """Delete uploads that hang nowhere; return those that nobody keeps."""
    upload = webchat_upload.c
    hung = exists().where(webchat_photo.c.ref == upload.ref)
    gone = db.scalars(
        delete(webchat_upload).where(*which, ~hung).returning(upload.ref)
    ).all()
    still = select(upload.ref).where(upload.ref.in_(gone))
    kept = select(photo.c.hash).where(photo.c.hash.in_(gone))
    return sorted(set(gone) - set(db.scalars(union_all(still, kept))))


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
    private = select(row.id).where(row.chat == address)
    db.execute(
        delete(webchat_photo).where(webchat_photo.c.message_id.in_(private))
    )
    db.execute(delete(webchat_message).where(row.chat == address))
    db.execute(
        delete(webchat_member).where(webchat_member.c.address == address)
    )
    return _drop_uploads(db, webchat_upload.c.address == address)


class Newcomer(NamedTuple):
    """A person who has no account here yet."""

    name: str
    building: str


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
