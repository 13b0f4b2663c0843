"""What a pack says, checked and frozen.

``load`` makes these from a folder; everything else only reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from typing_extensions import override

from config.terms import (
    BodyId,
    CategoryId,
    CommunityId,
    EntryId,
    GridId,
    Language,
    Level,
    PersonId,
    Role,
    Severity,
    Urgency,
)


class Unit(StrEnum):
    """How a limit counts."""

    MINUTES = "m"
    HOURS = "h"
    DAYS = "d"
    WORKING_HOURS = "wh"
    WORKING_DAYS = "wd"


@dataclass(frozen=True, slots=True)
class Span:
    """``15m``, ``4h``, ``7d``, ``4wh``, ``5wd``."""

    amount: int
    unit: Unit

    @override
    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A slice of a community."""

    id: GridId
    name: str
    """In the community's language."""
    names: Mapping[Language, str] = field(default_factory=dict)
    households: int = 0
    buildings: tuple[str, ...] = ()
    """As written: ``8号楼``, ``1-8号楼``, ``12弄``."""
    landmarks: tuple[str, ...] = ()
    worker: PersonId | None = None
    groups: tuple[str, ...] = ()
    """Chat keys: ``webchat:g1``, ``telegram:-1001001``."""

    def called(self, to: Language) -> str:
        """Return its name as somebody reads it."""
        return self.names.get(to) or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person whom the pack names."""

    id: PersonId
    name: str
    roles: frozenset[Role] = frozenset()
    phone: str = ""
    accounts: tuple[str, ...] = ()
    grids: tuple[GridId, ...] = ()
    """Grids a head leads or a worker helps in, beside ``Grid.worker``."""
    building: str = ""
    language: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A responsible body, such as property or city management."""

    id: BodyId
    names: Mapping[Language, str]
    people: tuple[PersonId, ...] = ()
    system: str = ""
    """Id of a work-order system of ``systems``; "" if people take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What a ticket is about."""

    id: CategoryId
    names: Mapping[Language, str]
    words: tuple[str, ...] = ()
    """Things and troubles that residents name, in any language."""
    body: BodyId | None = None
    severity: Severity = Severity.SIMPLE
    private: bool = False
    """Never shown on public pages nor argued in a group (quarrels)."""
    emergency: Mapping[Language, str] = field(default_factory=dict)
    """Whom to call in danger of this kind; empty: as the rules say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Within what time something is owed."""

    category: CategoryId | None
    """None: any category (``"*"``)."""
    severity: Severity | None
    """None: any severity."""
    kind: str
    """A ``LimitKind`` or the pack's own word."""
    within: Span
    remind_before: tuple[timedelta, ...]
    urgency: Urgency | None = None
    """None: any urgency, but danger has limits of its own."""


@dataclass(frozen=True, slots=True)
class Rung:
    """``after`` a missed limit, ``level`` is told and takes over."""

    after: timedelta
    level: Level
    urgency: Urgency | None = None
    """None: any urgency, but danger has a ladder of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A FAQ entry."""

    id: EntryId
    topic: str
    questions: tuple[str, ...]
    """The first is the title."""
    answer: str
    source: str
    issued: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A work-order system that tickets are bridged to."""

    id: str
    kind: str
    """``roundup``."""
    url: str
    statuses: Mapping[str, str] = field(default_factory=dict)
    """Remote word -> our status word."""

    @property
    def channel(self) -> str:
        """The name of its channel: ``orders-property``."""
        return f"orders-{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The community's own numbers; the defaults are DOMAIN's."""

    quiet_from: time = time(22, 0)
    quiet_until: time = time(7, 0)
    alarm_every: timedelta = timedelta(minutes=5)
    """While nobody accepts a danger, its people hear again so often."""
    alarm_times: int = 6
    """And no more often than this."""
    close_after: timedelta = timedelta(days=7)
    """A resolved ticket closes by itself after this silence."""
    claim_within: timedelta = timedelta(days=7)
    """A claimed wish returns to the list after this."""
    claim_remind_before: timedelta = timedelta(days=1)
    open_claims: int = 3
    open_wishes: int = 5
    """Wishes not yet fulfilled that a resident may have at once."""
    wish_answer_within: timedelta = timedelta(days=2)
    """Worker and desk are reminded of a wish not looked at by then."""
    open_tickets: int = 30
    """Open tickets a resident may have at once."""
    messages_a_minute: int = 10
    group_messages_a_minute: int = 60
    emergency: Mapping[Language, str] = field(
        default_factory=lambda: dict.fromkeys(Language, "119 / 110 / 120")
    )
    """Whom to call in danger, in each language."""
    worker_phone_public: bool = True
    photos_kept: timedelta = timedelta(days=90)
    """After closing."""
    words_kept: timedelta = timedelta(days=365)
    """Ticket texts are made anonymous this long after closing."""
    chat_kept: timedelta = timedelta(days=30)
    """The web chat's own history."""


@dataclass(frozen=True, kw_only=True)  # lookups are cached in its __dict__
class Community:
    """A residents' committee's neighbourhood and all that it decided."""

    id: CommunityId
    name: str
    """In its own language."""
    street: str
    time_zone: ZoneInfo
    language: Language
    grids: tuple[Grid, ...]
    people: tuple[Member, ...]
    categories: tuple[Category, ...]
    bodies: tuple[Body, ...]
    limits: tuple[Limit, ...]
    ladder: tuple[Rung, ...]
    faq: tuple[Entry, ...]
    systems: tuple[System, ...] = ()
    danger: tuple[str, ...] = ()
    """Words of danger: gas, fire, trapped, live wire."""
    holidays: Mapping[date, bool] = field(default_factory=dict)
    """The pack's overrides: day -> is it a working day."""
    wording: Mapping[Language, str] = field(default_factory=dict)
    """Fluent source that overrides sentences."""
    rules: Rules = Rules()
    names: Mapping[Language, str] = field(default_factory=dict)

    def called(self, to: Language) -> str:
        """Return its name as somebody reads it."""
        return self.names.get(to) or self.name

    def grid(self, grid: GridId) -> Grid:
        """Return the grid; ``KeyError`` if there is none."""
        return self._grids[grid]

    def person(self, person: PersonId) -> Member:
        """Return whom the pack names; ``KeyError`` if it doesn't."""
        return self._people[person]

    def category(self, category: CategoryId) -> Category:
        """Return the category; ``KeyError`` if there is none."""
        return self._categories[category]

    def body(self, body: BodyId) -> Body:
        """Return the responsible body; ``KeyError`` if there is none."""
        return self._bodies[body]

    def system(self, system: str) -> System:
        """Return the work-order system; ``KeyError`` if there is none."""
        return self._systems[system]

    def entry(self, entry: EntryId) -> Entry:
        """Return the FAQ entry; ``KeyError`` if there is none."""
        return self._entries[entry]

    @cached_property
    def _grids(self) -> Mapping[GridId, Grid]:
        return {grid.id: grid for grid in self.grids}

    @cached_property
    def _people(self) -> Mapping[PersonId, Member]:
        return {person.id: person for person in self.people}

    @cached_property
    def _categories(self) -> Mapping[CategoryId, Category]:
        return {category.id: category for category in self.categories}

    @cached_property
    def _bodies(self) -> Mapping[BodyId, Body]:
        return {body.id: body for body in self.bodies}

    @cached_property
    def _systems(self) -> Mapping[str, System]:
        return {system.id: system for system in self.systems}

    @cached_property
    def _entries(self) -> Mapping[EntryId, Entry]:
        return {entry.id: entry for entry in self.faq}


@dataclass(frozen=True)
class Pack:
    """A folder's worth of communities."""

    communities: tuple[Community, ...]

    def community(self, community: CommunityId) -> Community:
        """Return the community; ``KeyError`` if there is none."""
        return self._communities[community]

    @cached_property
    def _communities(self) -> Mapping[CommunityId, Community]:
        return {community.id: community for community in self.communities}
