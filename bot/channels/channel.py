"""The channel contract: what a platform must offer, and how it may fail."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from storage.messages import Incoming, Outgoing, Photo

Receive = Callable[[Sequence[Incoming]], Awaitable[None]]
"""Takes what arrived together, in order; returns after the commit. Raises
when nothing was committed: the channel must then not acknowledge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Can:
    """What the platform offers; the core degrades what is missing."""

    buttons: bool = False
    edits: bool = False
    replies: bool = False
    threads: bool = False
    albums: bool = False
    private: bool = False
    """May write to a person first."""
    history: bool = False
    menus: bool = False
    """Shows a menu of commands, by chat and by kind of chat."""
    once: bool = False
    """Sends take an idempotency key, so an unknown outcome may be resent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the platform accepts, and how fast."""

    text: int
    """Characters of one message; longer words are sent in parts."""
    photo_bytes: int
    per_chat_s: float = 0.0
    """Least seconds between two messages into one chat."""
    per_group_minute: int = 0
    """Messages a minute into one group; 0: no limit."""
    per_second: float = 0.0
    """Messages a second in all; 0: no limit."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``linli check``."""

    ok: bool
    words: str
    note: bool = False
    """Nothing is wrong, but it is worth knowing."""


class Later(Exception):
    """Not now: try again after ``seconds``. Nothing was delivered."""

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason or f"again in {seconds:g} s")
        self.seconds = seconds


class Never(Exception):
    """The platform refuses for good. Nothing was delivered."""


class Gone(Never):
    """The chat is closed to us: kicked, blocked, never opened, deleted."""


class MovedTo(Never):
    """The chat has another address now; nothing was delivered here."""

    def __init__(self, address: str) -> None:
        super().__init__(f"moved to {address}")
        self.address = address


class Unknown(Exception):
    """It may or may not have been delivered."""


class Channel(Protocol):
    """A platform, as small as it can be."""

    @property
    def name(self) -> str:
        """The word before the colon in the pack's addresses."""

    @property
    def can(self) -> Can:
        """What the platform offers."""

    @property
    def limits(self) -> Limits:
        """What the platform accepts."""

    async def check(self) -> list[Finding]:
        """Say what works and what to mend; never raise for a bad answer."""

    async def run(self, receive: Receive) -> None:
        """Pull or serve until cancelled."""

    async def send(self, outgoing: Outgoing, key: str) -> str:
        """Deliver and return the platform's message id ("" if none).

        ``key`` is the letter's idempotency key, the same at each attempt.
        Raises ``Later``, ``Never`` or ``Unknown`` and nothing else.
        """

    async def fetch(self, photo: Photo) -> bytes:
        """Return the picture's bytes, bounded in size, time and address.

        Raises ``Later`` or ``Never``.
        """
