"""Telegram's updates: JSON in, the core's words out.

Pure. An update that doesn't fit what ``api`` declares becomes
``Unreadable``: one bad update never stands in the way of the next.
"""

import hashlib
import re
from datetime import UTC, datetime

import msgspec

from bot.channels.telegram import api
from config.terms import ChatKind
from storage.messages import (
    Attachment,
    Chat,
    Edited,
    Incoming,
    Joined,
    Left,
    Moved,
    Photo,
    Point,
    Pressed,
    Quote,
    Said,
    Sender,
    Unreadable,
)

NAME = "telegram"
KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
)
"""The updates that are asked for."""

_update = msgspec.json.Decoder(api.Update)
_numbered = msgspec.json.Decoder(api.Numbered)
_NUMBER = re.compile(rb'"update_id"\s*:\s*(\d{1,18})')
_COMMAND = re.compile(r"(/[A-Za-z0-9_]+)@([A-Za-z0-9_]+)")
_AFTER_MENTION = " \t\n,，:：、"


def number(raw: bytes) -> int | None:
    """Return the update's id, even of an update that cannot be parsed."""
    try:
        return _numbered.decode(raw).update_id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        found = _NUMBER.search(raw)
        return int(found[1]) if found else None


def parse(raw: bytes, me: api.Me, now: datetime) -> Incoming | None:
    """Return what the update says, or None if it concerns nobody.

    ``now`` stands in where the platform gives no time (a press). Never
    raises: what cannot be parsed is ``Unreadable``.
    """
    try:
        update = _update.decode(raw)
        return _Reading(me, update.update_id, now).read(update)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as wrong:
        known = number(raw)
        return Unreadable(
            channel=NAME,
            account=str(me.id),
            id=hashlib.sha256(raw).hexdigest()
            if known is None
            else str(known),
            raw=raw,
            reason=f"{type(wrong).__name__}: {wrong}"[:300],
        )


class _Reading:
    """One update being read."""

    def __init__(self, me: api.Me, update: int, now: datetime) -> None:
        self._me = me
        self._update = update
        self._now = now
        self._account = str(me.id)

    def read(self, update: api.Update) -> Incoming | None:
        if said := update.message or update.channel_post:
            return self._message(said)
        if edited := update.edited_message or update.edited_channel_post:
            return self._edited(edited)
        if update.callback_query:
            return self._pressed(update.callback_query)
        if update.my_chat_member:
            return self._membership(update.my_chat_member)
        return None

    def _message(self, message: api.Message) -> Said | Moved | None:
        if message.migrate_to_chat_id or message.migrate_from_chat_id:
            return self._moved(message)
        words = self._words(message)
        sender = _sender(message)
        if words is None or sender is None:
            return None
        text, addressed = words
        photos = _photos(message)
        attachments = _attachments(message)
        point = _point(message)
        if not (text or addressed or photos or attachments or point):
            return None
        return Said(
            channel=NAME,
            account=self._account,
            chat=_chat(message),
            sender=sender,
            id=str(message.message_id),
            at=_time(message.date),
            text=text,
            photos=photos,
            attachments=attachments,
            point=point,
            quote=self._quote(message, sender),
            album=message.media_group_id,
            addressed=addressed,
            forwarded=message.forward_origin is not None
            or message.is_automatic_forward,
        )

    def _edited(self, message: api.Message) -> Edited | None:
        words = self._words(message)
        sender = _sender(message)
        if words is None or sender is None:
            return None
        text, addressed = words
        photos = _photos(message)
        if not (text or photos):
            return None  # a live position on its way, a reaction
        return Edited(
            channel=NAME,
            account=self._account,
            chat=_chat(message),
            sender=sender,
            id=str(message.message_id),
            at=_time(message.edit_date or message.date),
            # Two edits may fall into one second, so the update counts too.
            version=f"{message.edit_date}.{self._update}",
            text=text,
            photos=photos,
            album=message.media_group_id,
            addressed=addressed,
        )

    def _pressed(self, press: api.Press) -> Pressed | None:
        if press.message is None or not press.data:
            return None
        return Pressed(
            channel=NAME,
            account=self._account,
            chat=_chat(press.message),
            sender=_person(press.from_),
            id=press.id,
            at=self._now,
            token=_clean(press.data),
            message=str(press.message.message_id),
        )

    def _membership(self, change: api.Membership) -> Joined | Left | None:
        here = change.new_chat_member.present
        if here == change.old_chat_member.present:
            return None  # promoted, demoted: rights are asked for when needed
        chat = _place(change.chat)
        sender = _person(change.from_)
        event = str(self._update)
        at = _time(change.date)
        if not here:
            return Left(
                channel=NAME,
                account=self._account,
                chat=chat,
                sender=sender,
                id=event,
                at=at,
            )
        return Joined(
            channel=NAME,
            account=self._account,
            chat=chat,
            sender=sender,
            id=event,
            at=at,
            title=_clean(change.chat.title),
        )

    def _moved(self, message: api.Message) -> Moved:
        old = message.migrate_from_chat_id or message.chat.id
        new = message.migrate_to_chat_id or message.chat.id
        return Moved(
            channel=NAME,
            account=self._account,
            chat=Chat(NAME, str(old), ChatKind.GROUP),
            sender=_sender(message) or Sender(NAME, str(old), anonymous=True),
            id=str(message.message_id),
            at=_time(message.date),
            to=str(new),
        )

    def _words(self, message: api.Message) -> tuple[str, bool] | None:
        """Return the words without the bot's name; None: for another bot."""
        text = message.text or message.caption or _shown(message)
        entities = message.entities or message.caption_entities
        addressed = False
        if command := _COMMAND.match(text):
            if command[2].lower() != self._me.username.lower():
                return None
            text = command[1] + text[command.end() :]
            return _clean(text), True
        for entity in reversed(entities):
            if entity.type in {"mention", "text_mention"}:
                rest = self._unmentioned(text, entity)
                addressed |= rest is not None
                text = text if rest is None else rest
        return _clean(text), addressed

    def _unmentioned(self, text: str, entity: api.Entity) -> str | None:
        """Return the text without this mention; None if of another."""
        before, name, after = _cut(text, entity)
        if entity.type == "text_mention":
            mine = entity.user is not None and entity.user.id == self._me.id
        else:
            mine = name.lower() == f"@{self._me.username}".lower()
        if not mine:
            return None
        if not before.strip():
            return after.lstrip(_AFTER_MENTION)
        return f"{before.rstrip()} {after.lstrip()}".strip()

    def _quote(self, message: api.Message, sender: Sender) -> Quote | None:
        reply = message.reply_to_message
        if reply is None or reply.forum_topic_created is not None:
            return None  # every message of a topic "answers" its first one
        author = reply.from_
        same = not (sender.anonymous or reply.sender_chat)
        return Quote(
            message=str(reply.message_id),
            by_me=author is not None and author.id == self._me.id,
            by_same=same
            and author is not None
            and str(author.id) == sender.address,
            text=_clean(reply.text or reply.caption),
        )


def _clean(text: str) -> str:
    """Without NUL, which PostgreSQL refuses in a text."""
    return text.replace("\0", "") if "\0" in text else text


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _place(chat: api.Chat, thread: str = "") -> Chat:
    kind = ChatKind.PRIVATE if chat.type == "private" else ChatKind.GROUP
    return Chat(NAME, str(chat.id), kind, thread)


def _chat(message: api.Message) -> Chat:
    topic = message.is_topic_message and message.message_thread_id
    return _place(
        message.chat, str(message.message_thread_id) if topic else ""
    )


def _person(user: api.User) -> Sender:
    return Sender(
        NAME,
        str(user.id),
        name=_clean(f"{user.first_name} {user.last_name}".strip()),
        language=_clean(user.language_code),
    )


def _sender(message: api.Message) -> Sender | None:
    """Who speaks; None for another bot.

    An anonymous administrator and a channel speak through a bot of
    Telegram's own (``from``); the chat they speak as is all that is known.
    """
    if mask := message.sender_chat:
        return Sender(
            NAME,
            str(mask.id),
            name=_clean(mask.title),
            admin=mask.id == message.chat.id,
            anonymous=True,
        )
    if message.from_ is None:
        chat = message.chat
        return Sender(
            NAME,
            str(chat.id),
            name=_clean(chat.title),
            admin=True,
            anonymous=True,
        )
    if message.from_.is_bot:
        return None
    return _person(message.from_)


def _photos(message: api.Message) -> tuple[Photo, ...]:
    if message.photo:
        best = max(message.photo, key=lambda size: size.width * size.height)
        return (
            Photo(
                best.file_id,
                best.file_unique_id,
                best.file_size,
                best.width,
                best.height,
            ),
        )
    document = message.document
    if document is None or message.animation or not _is_picture(document):
        return ()
    return (
        Photo(document.file_id, document.file_unique_id, document.file_size),
    )


def _is_picture(file: api.File) -> bool:
    return file.mime_type.startswith("image/")


def _attachments(message: api.Message) -> tuple[Attachment, ...]:
    video = message.video or _as("video_note", message.video_note)
    video = video or _as("animation", message.animation)
    document = message.document
    if document and (message.animation or _is_picture(document)):
        document = None
    files = (
        ("voice", message.voice),
        ("video", video),
        ("file", message.audio),
        ("file", document),
    )
    cards = [Attachment("contact")] if _card(message) else []
    return (
        *cards,
        *(
            Attachment(
                kind,
                file.file_id,
                _clean(file.file_name),
                _clean(file.mime_type),
                file.file_size,
            )
            for kind, file in files
            if file
        ),
    )


def _as(kind: str, file: api.File | None) -> api.File | None:
    """Return the file with its kind in the id.

    Telegram shows a file again only as the kind that it is; to the core
    it is a video.
    """
    if file is None:
        return None
    return msgspec.structs.replace(file, file_id=f"{kind}/{file.file_id}")


def _point(message: api.Message) -> Point | None:
    where = message.location
    return Point(where.latitude, where.longitude) if where else None


def _card(message: api.Message) -> api.Contact | None:
    """Return the contact card of a private chat."""
    return message.contact if message.chat.type == "private" else None


def _shown(message: api.Message) -> str:
    """Return what a message shows in words of the app's own.

    A contact card is an answer in private; in a group it is talk.
    """
    if venue := message.venue:
        return f"{venue.title} {venue.address}".strip()
    card = _card(message)
    if card is None:
        return ""
    names = (card.first_name, card.last_name, card.phone_number)
    return " ".join(part for part in names if part)


def _cut(text: str, entity: api.Entity) -> tuple[str, str, str]:
    """Cut at an entity; Telegram counts in UTF-16 code units."""
    units = text.encode("utf-16-le", "surrogatepass")
    start = entity.offset * 2
    end = start + entity.length * 2
    parts = (units[:start], units[start:end], units[end:])
    before, name, after = (
        part.decode("utf-16-le", "ignore") for part in parts
    )
    return before, name, after
