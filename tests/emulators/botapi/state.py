"""What the emulated Telegram knows: people, rooms, messages, files."""

import asyncio
import hashlib
import io
import mimetypes
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from PIL import Image

Json = dict[str, Any]

ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL_BOT = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
SERVICE = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
IN = frozenset({"creator", "administrator", "member", "restricted"})


@dataclass
class File:
    """Bytes that a file_id stands for."""

    id: str
    unique: str
    path: str
    content: bytes
    mime: str = ""


@dataclass
class Room:
    """A chat, of any kind; a private one has its person's id."""

    id: int
    type: str
    title: str = ""
    forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    topics: set[int] = field(default_factory=set)
    closed_topics: set[int] = field(default_factory=set)
    moved_to: int = 0
    opened: bool = True
    """A private chat: the person has written first."""
    blocked: bool = False
    deactivated: bool = False
    muted: bool = False
    """The bot may not write here, though it is a member."""

    @property
    def private(self) -> bool:
        return self.type == "private"


@dataclass
class Delivered:
    """A message of the bot that reached its chat."""

    chat: int
    method: str
    message: Json
    answered: bool = True
    """The bot was told; False where the answer was lost on purpose."""

    @property
    def text(self) -> str:
        return str(self.message.get("text", self.message.get("caption", "")))


@dataclass
class Call:
    """A request of the bot, as it was answered."""

    method: str
    params: Json
    status: int
    at: float
    """Monotonic seconds."""
    description: str = ""


class State:
    """Everything, and a signal whenever something changes."""

    def __init__(self, bot: Json, clock: Callable[[], float]) -> None:
        self.bot = bot
        self.clock = clock
        self.people: dict[int, Json] = {}
        self.rooms: dict[int, Room] = {}
        self.files: dict[str, File] = {}
        self.calls: list[Call] = []
        self.delivered: list[Delivered] = []
        self.said: list[Json] = []
        """Messages of people, as the bot may see them."""
        self.answers: dict[str, Json] = {}
        """Press id -> how the bot answered it."""
        self.presses: dict[str, float] = {}
        """Press id -> when it was made."""
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.reactions: dict[tuple[int, int], list[Json]] = {}
        self._changed = asyncio.Event()
        self._small_ids = count(101)
        self._big_ids: dict[int, count[int]] = {}
        self._numbers = count(1)

    def stir(self) -> None:
        """Wake whoever waits for something to change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self, seconds: float) -> None:
        """Return at the next change, or after the time."""
        changed = self._changed
        try:
            async with asyncio.timeout(seconds):
                await changed.wait()
        except TimeoutError:
            pass

    def now(self) -> int:
        return int(self.clock())

    def number(self) -> int:
        return next(self._numbers)

    def next_message(self, room: Room) -> int:
        """Supergroups count for themselves, all small chats together."""
        if room.type in {"supergroup", "channel"}:
            return next(self._big_ids.setdefault(room.id, count(1)))
        return next(self._small_ids)

    def chat(self, room: Room) -> Json:
        """Return the chat as messages carry it."""
        if room.private:
            person = self.people[room.id]
            names = ("first_name", "last_name", "username")
            kept = {key: person[key] for key in names if key in person}
            return {"id": room.id, "type": "private", **kept}
        chat: Json = {"id": room.id, "type": room.type, "title": room.title}
        if room.forum:
            chat["is_forum"] = True
        if room.type == "group":
            chat["all_members_are_administrators"] = False
        return chat

    def keep(self, room: Room, author: Json | None, **body: object) -> Json:
        """Put a new message into a room."""
        message: Json = {
            "message_id": self.next_message(room),
            "date": self.now(),
            "chat": self.chat(room),
            **body,
        }
        if author is not None:
            message["from"] = author
        room.messages[message["message_id"]] = message
        return message

    def quoted(self, message: Json) -> Json:
        """Return a message as a reply carries it: without its own reply."""
        return {k: v for k, v in message.items() if k != "reply_to_message"}

    def file(self, content: bytes, folder: str, ending: str) -> File:
        """Keep bytes and return the file that stands for them."""
        number = self.number()
        digest = hashlib.sha256(content).hexdigest()
        made = File(
            id=f"AgACAgUAAx0{folder[:1]}{number:06d}{digest[:40]}",
            unique=f"AQAD{digest[:12]}",
            path=f"{folder}/file_{number}.{ending}",
            content=content,
        )
        self.files[made.id] = made
        return made

    def sizes(self, content: bytes) -> list[Json]:
        """Return a picture's sizes, smallest first."""
        width, height = measure(content) or (1280, 960)
        small = self.file(content[:1200], "thumbnails", "jpg")
        full = self.file(content, "photos", "jpg")
        return [
            _size(small, max(1, width // 8), max(1, height // 8)),
            _size(full, width, height),
        ]


def _size(file: File, width: int, height: int) -> Json:
    return {**stub(file), "width": width, "height": height}


def stub(file: File) -> Json:
    """Return what every file has in a message."""
    return {
        "file_id": file.id,
        "file_unique_id": file.unique,
        "file_size": len(file.content),
    }


def needed(kind: str, name: str = "") -> Json:
    """Return the fields that such a file must have."""
    if kind == "document":
        shown = name or "file.bin"
        return {"file_name": shown, "mime_type": _mime_of(shown)}
    return _NEEDED[kind]


_NEEDED: dict[str, Json] = {
    "voice": {"duration": 4, "mime_type": "audio/ogg"},
    "audio": {"duration": 4},
    "video": {"duration": 4, "width": 640, "height": 480},
    "video_note": {"duration": 4, "length": 240},
    "animation": {"duration": 4, "width": 320, "height": 240},
    "sticker": {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": "😀",
    },
}


def _mime_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def measure(content: bytes) -> tuple[int, int] | None:
    """Return a picture's width and height, or None if it is none."""
    try:
        with Image.open(
            io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "GIF")
        ) as image:
            return image.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def monotonic() -> float:
    return time.monotonic()
