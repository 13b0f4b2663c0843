"""What the chat page and the server say to each other, frame by frame.

JSON texts over one WebSocket. The page begins with ``hello`` and may then
say the rest at any time; every frame with a ``client`` id is answered by
``taken`` or ``declined`` and may be repeated with the same id until it is.
A message is always sent whole, with the number of its chat's change in
``changed``: the page keeps the highest it has seen of each chat, ignores
what isn't newer, and names them in its next ``hello``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from config.terms import ChatKind
from storage.messages import Choice, MenuItem
from storage.uploads import Picture
from storage.webchat import Message

# What the page says ---------------------------------------------------------


Number = Annotated[int, Meta(ge=0, le=2**53)]
"""What a script counts to exactly, and any database can keep."""
Name = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]
Ref = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Hello(Struct, frozen=True, tag="hello"):
    """Here I am; of these chats I have seen everything up to there."""

    seen: Mapping[Name, Number] = {}
    language: str = ""


class Open(Struct, frozen=True, tag="open"):
    """Show the page of history that ends before a message."""

    chat: Name
    before: Number | None = None


class Post(Struct, frozen=True, tag="post"):
    """Put these words and photos into a chat."""

    chat: Name
    client: Name
    text: str = ""
    photos: tuple[Ref, ...] = ()
    quote: Number | None = None


class Amend(Struct, frozen=True, tag="edit"):
    """My message shall read so."""

    chat: Name
    client: Name
    id: Number
    text: str


class TakeBack(Struct, frozen=True, tag="withdraw"):
    """My message shall be gone."""

    chat: Name
    client: Name
    id: Number


class Press(Struct, frozen=True, tag="press"):
    """I press this button of that message."""

    chat: Name
    client: Name
    id: Number
    token: Name


class Read(Struct, frozen=True, tag="read"):
    """I have read up to this message."""

    chat: Name
    id: Number


FromPage = Hello | Open | Post | Amend | TakeBack | Press | Read

# What the server says -------------------------------------------------------


class Shown(Struct, frozen=True):
    """A message as everybody in the chat may see it."""

    id: int
    changed: int
    sender: str
    """"" for the bot."""
    name: str
    text: str
    photos: tuple[Picture, ...]
    quote: int | None
    choices: tuple[Choice, ...]
    at: datetime
    edited: bool
    withdrawn: bool

    @classmethod
    def of(cls, message: Message) -> "Shown":
        """Return what the chat's members see of a message."""
        return cls(
            id=message.id,
            changed=message.changed,
            sender=message.sender,
            name=message.name,
            text=message.text,
            photos=message.photos,
            quote=message.quote,
            choices=message.choices,
            at=message.at,
            edited=message.version > 0 and not message.withdrawn,
            withdrawn=message.withdrawn,
        )


class Listed(Struct, frozen=True):
    """A chat in the list."""

    address: str
    kind: ChatKind
    title: str
    seq: int
    unread: int
    last: str
    last_by: str
    last_at: datetime | None
    menu: tuple[MenuItem, ...]


class Welcome(Struct, frozen=True, tag="welcome"):
    """Who you are and where you sit."""

    me: str
    name: str
    chats: tuple[Listed, ...]
    now: datetime


class News(Struct, frozen=True, tag="news"):
    """Messages that are new or read differently now, in order."""

    chat: str
    messages: tuple[Shown, ...]


class Page(Struct, frozen=True, tag="page"):
    """A page of history, oldest first."""

    chat: str
    before: int | None
    messages: tuple[Shown, ...]
    more: bool


class Stale(Struct, frozen=True, tag="stale"):
    """Too much has happened since; open the chat anew."""

    chat: str


class Taken(Struct, frozen=True, tag="taken"):
    """It is kept for good."""

    client: str
    id: int = 0


class Declined(Struct, frozen=True, tag="declined"):
    """It changed nothing, and why: a word that the page has a text for."""

    client: str
    why: str


class Notice(Struct, frozen=True, tag="notice"):
    """Words for you alone, after a press."""

    text: str
    alert: bool = False


class Beat(Struct, frozen=True, tag="beat"):
    """The line is alive; this is the community's time."""

    now: datetime


ToPage = Welcome | News | Page | Stale | Taken | Declined | Notice | Beat
