"""What the pages need from the rest; the composition root fills it in."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from aiohttp import web

from bot.channels.webchat import WebChat
from bot.web.health import Health
from config.pack.values import Community, Pack
from config.terms import CommunityId, PersonId
from config.texts import Texts
from handlers.console import Answer, Whom
from storage.database import Database
from storage.seats import Viewer

Forward = Callable[[timedelta], Awaitable[datetime]]


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's liberties: be anybody, and move the clock."""

    forward: Forward
    """Moves the community's clock, lets what is due happen, returns now."""
    people: tuple[PersonId, ...] = ()
    """Whom one may be, the best first; nobody: everybody of the pack."""


class Act(Protocol):
    """Does what somebody at the console decided, through the handlers."""

    async def __call__(
        self, viewer: Viewer, action: str, subject: int
    ) -> bool:
        """Do it in one transaction; False: not allowed, or overtaken.

        ``action`` is one of ``retry-letter``, ``drop-letter``,
        ``retry-update``, ``drop-update``, ``answer-question``,
        ``drop-question``.
        """


class Reply(Protocol):
    """Lets a question that no entry answered find an answer."""

    async def __call__(self, viewer: Viewer, told: Answer) -> bool:
        """Do it in one transaction; False: not allowed, or overtaken."""


class Invite(Protocol):
    """Makes a login link's code for somebody, as a desk asks."""

    async def __call__(self, viewer: Viewer, whom: Whom) -> str | None:
        """Return the code; None if the desk may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything behind the pages."""

    db: Database
    chat: WebChat
    pack: Pack
    texts: Mapping[CommunityId, Texts]
    now: Callable[[], datetime]
    token: Callable[[], str]
    act: Act
    invite: Invite
    reply: Reply
    health: Health = field(default_factory=Health)
    demo: Demo | None = None
    public_url: str = ""
    """Where people reach us; its scheme decides about secure cookies."""
    session_kept: timedelta = timedelta(days=30)

    @property
    def home(self) -> Community:
        """The community whose front page this is."""
        return self.pack.communities[0]

    def community(self, community: CommunityId) -> Community:
        """Return a community of the pack, the home one if it is gone."""
        for one in self.pack.communities:
            if one.id == community:
                return one
        return self.home


SITE = web.AppKey("site", Site)
