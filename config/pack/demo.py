"""What a demo begins with, so that the first look isn't empty."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from config.nearest import nearest
from config.pack import parsing
from config.pack.files import read
from config.pack.mistakes import Notes
from config.pack.reading import Block, Origin
from config.pack.values import Community, Pack
from config.terms import (
    Action,
    CategoryId,
    CommunityId,
    GridId,
    Language,
    PersonId,
    Source,
    Urgency,
    WishStatus,
)

_T = TypeVar("_T")

FILE = "demo.yaml"
_ACTION = parsing.one_of(Action, "action")
_URGENCY = parsing.one_of(Urgency, "urgency")
_SOURCE = parsing.one_of(Source, "source")
_WISH = parsing.one_of(WishStatus, "status of a wish")


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Somebody whom a visitor may be."""

    person: PersonId
    about: Mapping[Language, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that was said in a grid's group."""

    ago: timedelta
    grid: GridId
    person: PersonId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that was done to a ticket."""

    ago: timedelta
    person: PersonId
    action: Action
    text: str = ""
    stars: int | None = None
    """With a rating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTicket:
    """A ticket and its story so far."""

    ago: timedelta
    grid: GridId
    person: PersonId
    category: CategoryId
    text: str
    place: str = ""
    urgency: Urgency = Urgency.ROUTINE
    source: Source = Source.GROUP
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWish:
    """A wish and where it stands."""

    ago: timedelta
    grid: GridId
    person: PersonId
    filed_by: PersonId | None = None
    kind: str
    text: str
    public: str = ""
    status: WishStatus = WishStatus.PROPOSED
    claimed_by: PersonId | None = None
    done: str = ""
    """What the volunteer said when it was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Everything a demo begins with."""

    community: CommunityId
    personas: tuple[Persona, ...]
    talk: tuple[Line, ...]
    tickets: tuple[DemoTicket, ...]
    wishes: tuple[DemoWish, ...]


def load_demo(folder: Path, pack: Pack) -> Demo | None:
    """Read the pack's ``demo.yaml``; None if it has none.

    Raises ``PackMistakes`` like the pack itself.
    """
    if not (folder / FILE).is_file():
        return None
    notes = Notes()
    demo = _read(folder / FILE, pack, notes)
    notes.judge()
    return demo


def _read(path: Path, pack: Pack, notes: Notes) -> Demo | None:
    root = read(path, Origin(FILE, notes))
    block = None if root is None else root.block()
    known = {str(each.id): each for each in pack.communities}
    if block is None:
        return None
    community = block.need("community", _among(known, "community"))
    if community is None:
        return None
    reading = _Reading(community, notes)
    demo = Demo(
        community=community.id,
        personas=reading.each(block, "personas", reading.persona),
        talk=reading.each(block, "talk", reading.line),
        tickets=reading.each(block, "tickets", reading.ticket),
        wishes=reading.each(block, "wishes", reading.wish),
    )
    block.close()
    return demo


class _Reading:
    def __init__(self, community: Community, notes: Notes) -> None:
        self.notes = notes
        people = {str(each.id): each.id for each in community.people}
        grids = {str(each.id): each.id for each in community.grids}
        kinds = {str(each.id): each.id for each in community.categories}
        self.person_of = _among(people, "person")
        self.grid_of = _among(grids, "grid")
        self.category_of = _among(kinds, "category")

    def each(
        self, block: Block, key: str, read: Callable[[Block], _T | None]
    ) -> tuple[_T, ...]:
        found = []
        for inner in block.blocks(key):
            noted = len(self.notes.mistakes)
            thing = read(inner)
            inner.close()
            if thing is not None and len(self.notes.mistakes) == noted:
                found.append(thing)
        return tuple(found)

    def persona(self, block: Block) -> Persona | None:
        person = block.need("who", self.person_of)
        about = block.names("about")
        if person is None or about is None:
            return None
        return Persona(person=person, about=about)

    def line(self, block: Block) -> Line | None:
        ago = block.need("ago", parsing.duration)
        grid = block.need("grid", self.grid_of)
        person = block.need("who", self.person_of)
        text = block.need("text", parsing.text)
        if ago is None or grid is None or person is None or text is None:
            return None
        return Line(ago=ago, grid=grid, person=person, text=text)

    def ticket(self, block: Block) -> DemoTicket | None:
        line = self.line(block)
        category = block.need("category", self.category_of)
        steps = self.each(block, "steps", self.step)
        place = block.maybe("place", parsing.text, "")
        urgency = block.maybe("urgency", _URGENCY, Urgency.ROUTINE)
        source = block.maybe("source", _SOURCE, Source.GROUP)
        if line is None or category is None:
            return None
        ages = [line.ago, *(step.ago for step in steps)]
        if ages != sorted(ages, reverse=True):
            block.here.wrong("the steps must follow each other in time")
        return DemoTicket(
            ago=line.ago,
            grid=line.grid,
            person=line.person,
            category=category,
            text=line.text,
            place=place,
            urgency=urgency,
            source=source,
            steps=steps,
        )

    def step(self, block: Block) -> Step | None:
        ago = block.need("ago", parsing.duration)
        person = block.need("who", self.person_of)
        action = block.need("do", _ACTION)
        text = block.maybe("text", parsing.text, "")
        stars = block.value("stars")
        if ago is None or person is None or action is None:
            return None
        return Step(
            ago=ago,
            person=person,
            action=action,
            text=text,
            stars=stars.scalar(parsing.whole) if stars else None,
        )

    def wish(self, block: Block) -> DemoWish | None:
        line = self.line(block)
        kind = block.need("kind", parsing.text)
        filed = block.value("by")
        claimed = block.value("claimed_by")
        public = block.maybe("public", parsing.text, "")
        status = block.maybe("status", _WISH, WishStatus.PROPOSED)
        done = block.maybe("done", parsing.text, "")
        if line is None or kind is None:
            return None
        return DemoWish(
            ago=line.ago,
            grid=line.grid,
            person=line.person,
            filed_by=filed.scalar(self.person_of) if filed else None,
            kind=kind,
            text=line.text,
            public=public,
            status=status,
            claimed_by=claimed.scalar(self.person_of) if claimed else None,
            done=done,
        )


def _among(known: Mapping[str, _T], what: str) -> Callable[[str], _T]:
    def parse(word: str) -> _T:
        if word not in known:
            hint = nearest(word, known)
            raise ValueError(f'the pack knows no {what} "{word}"{hint}')
        return known[word]

    return parse
