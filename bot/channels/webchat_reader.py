"""What the core hears of the web chat's messages."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from config.terms import ChatKind
from storage import uploads, webchat
from storage.database import Database
from storage.messages import (
    Chat,
    Edited,
    Incoming,
    Photo,
    Point,
    Quote,
    Said,
    Sender,
    Withdrawn,
)
from storage.seats import CHANNEL
from storage.webchat import Message


class Reader:
    """Turns kept messages into what a channel hands over."""

    def __init__(
        self,
        db: Database,
        now: Callable[[], datetime],
        names: Sequence[str],
    ) -> None:
        self._db = db
        self._now = now
        self._mention = re.compile(
            rf"@(?:{'|'.join(map(re.escape, names))})(?![\w-])[\s,，:：]*",
            re.IGNORECASE,
        )

    async def incoming(self, message: Message) -> list[Incoming]:
        """Return what the core has not heard of a message yet."""
        if message.withdrawn:
            return [self._withdrawn(message)]
        arrived: list[Incoming] = []
        if message.handed < 0:
            quote = await self._quote(message)
            refs = [picture.ref for picture in message.photos]
            point = await self._db.read(
                lambda db: uploads.taken_at(db, message.sender, refs)
            )
            arrived.append(self._said(message, quote, point))
        if message.version > 0:
            arrived.append(self._edited(message))
        return arrived

    def _said(
        self, message: Message, quote: Quote | None, point: Point | None
    ) -> Said:
        text, addressed = self._addressed(message.text)
        return Said(
            channel=CHANNEL,
            account=CHANNEL,
            chat=chat_of(message),
            sender=_sender(message),
            id=str(message.id),
            at=message.at,
            text=text,
            photos=_photos(message),
            quote=quote,
            point=point,
            addressed=addressed,
        )

    def _edited(self, message: Message) -> Edited:
        text, addressed = self._addressed(message.text)
        return Edited(
            channel=CHANNEL,
            account=CHANNEL,
            chat=chat_of(message),
            sender=_sender(message),
            id=str(message.id),
            at=self._now(),
            version=str(message.version),
            text=text,
            photos=_photos(message),
            addressed=addressed,
        )

    def _withdrawn(self, message: Message) -> Withdrawn:
        return Withdrawn(
            channel=CHANNEL,
            account=CHANNEL,
            chat=chat_of(message),
            sender=_sender(message),
            id=str(message.id),
            at=self._now(),
        )

    def _addressed(self, text: str) -> tuple[str, bool]:
        rest, mentions = self._mention.subn("", text)
        return (rest.strip(), True) if mentions else (text, False)

    async def _quote(self, message: Message) -> Quote | None:
        if message.quote is None:
            return None
        quoted = message.quote
        found = await self._db.read(lambda db: webchat.find(db, quoted))
        if found is None:
            return None
        return Quote(
            message=str(found.id),
            by_me=found.sender == "",
            by_same=found.sender == message.sender,
            text=found.text,
        )


def chat_of(message: Message, member: str = "") -> Chat:
    """Return where a message stands; ``member`` looks at the bot's own."""
    private = message.chat == (message.sender or member)
    return Chat(
        CHANNEL,
        message.chat,
        ChatKind.PRIVATE if private else ChatKind.GROUP,
    )


def _sender(message: Message) -> Sender:
    return Sender(CHANNEL, message.sender, message.name)


def _photos(message: Message) -> tuple[Photo, ...]:
    return tuple(
        Photo(
            ref=picture.ref,
            unique=picture.ref,
            width=picture.width,
            height=picture.height,
        )
        for picture in message.photos
    )
