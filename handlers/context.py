"""What each handler gets: this transaction, the pack, now, the reader."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from config.pack.values import Community, Pack
from config.showing import Near
from config.terms import (
    Action,
    ChatKind,
    CommunityId,
    GridId,
    Language,
    PersonId,
    TicketId,
    WishId,
)
from config.texts import Texts
from handlers.rules import calendar
from handlers.understanding.meaning import Meaning
from handlers.understanding.open_matters import OpenMatters
from handlers.understanding.shelf import Shelf
from handlers.understanding.talk import NOTHING, Around, Window
from handlers.understanding.understanding import Understanding
from storage import people, tickets
from storage.database import Connection
from storage.messages import Chat, Said
from storage.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What stays while the program runs; built once, by ``bot/app.py``."""

    pack: Pack
    texts: Mapping[CommunityId, Texts]
    minds: Mapping[CommunityId, Understanding]
    token: Callable[[], str]
    """A new random key, 96 bits or more, of A-Z a-z 0-9 - _."""
    shelf: Shelf = field(default_factory=Shelf)
    """The FAQ, searchable: a cache of the database's rows."""
    matters: OpenMatters = field(default_factory=OpenMatters)
    """The open tickets, comparable: a cache, too."""
    talk: Window = field(default_factory=Window)
    """What was said lately in each group: in memory alone."""
    write_first: frozenset[str] = frozenset()
    """Channels on which we may write to a person first."""
    public_url: str = ""
    opening_link: Callable[[str, str], str] = lambda _channel, _payload: ""
    """Where a person opens the private chat, "" if the channel has none."""
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One message's (or one due row's) surroundings."""

    fixed: Fixed
    db: Connection
    community: Community
    now: datetime
    person: Person | None = None
    """Who acts; None when time does."""
    chat: Chat | None = None
    grid: GridId | None = None
    """The grid of the group it happened in."""
    _known: dict[str, Person | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        fixed: Fixed,
        db: Connection,
        community: CommunityId,
        now: datetime,
        *,
        person: Person | None = None,
        chat: Chat | None = None,
        grid: GridId | None = None,
    ) -> "Context":
        """Return what surrounds whatever happens in a community now."""
        return cls(
            fixed=fixed,
            db=db,
            community=fixed.pack.community(community),
            now=now,
            person=person,
            chat=chat,
            grid=grid,
        )

    @property
    def id(self) -> CommunityId:
        """The community's id, the first argument of most questions."""
        return self.community.id

    @property
    def actor(self) -> PersonId:
        """Who acts; ``KeyError`` if nobody does."""
        if self.person is None:
            raise KeyError("nobody acts")
        return self.person.id

    @property
    def language(self) -> Language:
        """The actor's language, or the community's."""
        return self.language_of(self.person)

    def meaning(self, message: Said, *, addressed: bool = False) -> Meaning:
        """Return what a message means in the talk around it."""
        return self.mind.judge(
            message.text,
            photos=len(message.photos),
            addressed=addressed,
            around=around(self.fixed, message),
        )

    @property
    def mind(self) -> Understanding:
        """The community's understanding."""
        return self.fixed.minds[self.community.id]

    def language_of(self, person: Person | None) -> Language:
        """Return the language somebody reads."""
        if person is not None and person.language is not None:
            return person.language
        return self.community.language

    def say(
        self,
        sentence: str,
        language: Language | None = None,
        /,
        **values: object,
    ) -> str:
        """Return a sentence in the actor's language, or another's.

        Moments near now are today's, tomorrow's, yesterday's; not where
        midnight lies between, until the sentence is read in the morning.
        """
        for name, value in values.items():
            if isinstance(value, datetime) and self._is_read_today():
                values[name] = Near(value, self.now)
        return self.fixed.texts[self.community.id].say(
            language or self.language, sentence, **values
        )

    def _is_read_today(self) -> bool:
        zone, rules = self.community.time_zone, self.community.rules
        morning = calendar.morning(
            self.now, zone, rules.quiet_from, rules.quiet_until
        )
        read = (morning or self.now).astimezone(zone)
        return read.date() == self.now.astimezone(zone).date()

    def find(self, person: PersonId | None) -> Person | None:
        """Return a person of this community, asked for once a message."""
        if not person:
            return None
        if self.person is not None and self.person.id == person:
            return self.person
        if person not in self._known:
            self._known[person] = people.find(self.db, self.id, person)
        return self._known[person]

    def worker_of(self, grid: GridId | None) -> Person | None:
        """Return the worker of a grid, whom ``find`` then knows."""
        worker = people.worker_of(self.db, self.id, grid)
        if worker is not None:
            self._known[worker.id] = worker
        return worker

    def is_named(self, person: PersonId) -> bool:
        """Whether the pack names a person: then it decides about them."""
        try:
            self.community.person(person)
        except KeyError:
            return False
        return True

    def log(
        self,
        action: Action | str,
        *,
        ticket: TicketId | None = None,
        wish: WishId | None = None,
        **fields: Any,  # noqa: ANN401
    ) -> None:
        """Append an event: now, by the actor; by the system if nobody acts."""
        tickets.log(
            self.db,
            self.id,
            self.person.id if self.person else tickets.SYSTEM,
            action,
            self.now,
            ticket=ticket,
            wish=wish,
            **fields,
        )

    def keep(
        self,
        kind: str,
        text: str,
        *,
        ticket: TicketId | None = None,
        wish: WishId | None = None,
    ) -> int:
        """Keep the actor's words; return their row's id for the event."""
        return tickets.say(
            self.db,
            self.id,
            kind,
            self.person.id if self.person else None,
            text,
            self.now,
            ticket=ticket,
            wish=wish,
        )

    def as_person(self, person: Person | None) -> "Context":
        """Return the same surroundings for another actor."""
        return replace(self, person=person)


def around(fixed: Fixed, message: Said) -> Around:
    """Return the talk before a message of a group; none in private."""
    if message.chat.kind is not ChatKind.GROUP:
        return NOTHING
    return fixed.talk.around(
        message.chat.key,
        message.id,
        sender=message.sender.key,
        name=message.sender.name,
        at=message.at,
        quote=message.quote.message if message.quote else None,
    )
