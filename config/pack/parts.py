"""The parts of a pack that communities share or have for themselves.

Each is a file (``bodies.yaml``) or a key of ``community.yaml``.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, time, timedelta
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

from config.pack import parsing
from config.pack.reading import Block, Value, by_language, words
from config.pack.values import (
    Body,
    Category,
    Limit,
    Member,
    Rules,
    Rung,
    System,
    Unit,
)
from config.terms import (
    BodyId,
    CategoryId,
    GridId,
    Language,
    Level,
    PersonId,
    Role,
    Severity,
    Status,
    Urgency,
)

_T = TypeVar("_T")

REMIND_BEFORE: tuple[timedelta, ...] = (
    timedelta(hours=24),
    timedelta(hours=2),
)
"""Unless a limit says otherwise."""

_ROLE = parsing.one_of(Role, "role")
_SEVERITY = parsing.one_of(Severity, "severity")
_URGENCY = parsing.one_of(Urgency, "urgency")
_STATUS = parsing.one_of(Status, "status of ours")
_LEVEL = parsing.one_of(Level, "level")
_ANY = "*"
_OFFICE = frozenset({Unit.WORKING_HOURS, Unit.WORKING_DAYS})

DEFAULTS: Mapping[str, Any] = {
    "people": (),
    "bodies": (),
    "categories": (),
    "systems": (),
    "limits": (),
    "ladder": (),
    "danger": (),
    "holidays": MappingProxyType({}),
    "rules": Rules(),
}
"""What a part is when a pack doesn't have it."""


def people(value: Value) -> tuple[Member, ...]:
    """Read the people whom the pack names."""
    return _each(value, _member)


def bodies(value: Value) -> tuple[Body, ...]:
    """Read the responsible bodies."""
    return _each(value, _body)


def categories(value: Value) -> tuple[Category, ...]:
    """Read what tickets are about."""
    return _each(value, _category)


def systems(value: Value) -> tuple[System, ...]:
    """Read the work-order systems."""
    return _each(value, _system)


def limits(value: Value) -> tuple[Limit, ...]:
    """Read within what time something is owed."""
    return _each(value, _limit)


def ladder(value: Value) -> tuple[Rung, ...]:
    """Read who is told how long after a missed limit."""
    rungs: list[Rung] = []
    for block in value.blocks():
        after = block.need("after", parsing.duration)
        level = block.need("level", _LEVEL)
        urgency = _or_any(block, "urgency", _URGENCY)
        block.close()
        if after is None or level is None:
            continue
        below = [one for one in rungs if one.urgency is urgency]
        if below and after <= below[-1].after:
            block.here.wrong("must come later than the rung before it")
        if below and _height(level) <= _height(below[-1].level):
            block.here.wrong("must stand higher than the rung before it")
        rungs.append(Rung(after, level, urgency))
    return tuple(rungs)


def danger(value: Value) -> tuple[str, ...]:
    """Read the words of danger, in any language."""
    return words(value)


def holidays(value: Value) -> Mapping[date, bool]:
    """Read the days that differ from the national calendar."""
    block = value.block()
    if block is None:
        return {}
    off = block.many("off", parsing.day)
    work = block.many("work", parsing.day)
    block.close()
    for day in sorted({*off} & {*work}):
        value.wrong(f"{day} is both off and work")
    found = dict.fromkeys(off, False) | dict.fromkeys(work, True)
    return MappingProxyType(found)


def rules(value: Value) -> Rules:
    """Read the community's own numbers."""
    block = value.block()
    if block is None:
        return Rules()
    kinds = get_type_hints(Rules)
    given: dict[str, Any] = {}
    for field in fields(Rules):
        written = block.value(field.name)
        if written is None:
            continue
        found = _RULE_READERS[kinds[field.name]](written)
        if found is not None:
            given[field.name] = found
    block.close()
    return Rules(**given)


def _single(parse: Callable[[str], Any]) -> Callable[[Value], Any]:
    return lambda value: value.scalar(parse)


_RULE_READERS: Mapping[Any, Callable[[Value], Any]] = {
    time: _single(parsing.clock),
    timedelta: _single(parsing.duration),
    int: _single(parsing.whole),
    str: _single(parsing.text),
    bool: _single(parsing.yes_no),
    Mapping[Language, str]: by_language,
}
"""How each kind of number or words is read, by the type of its field."""

READERS: Mapping[str, Callable[[Value], Any]] = {
    "people": people,
    "bodies": bodies,
    "categories": categories,
    "systems": systems,
    "limits": limits,
    "ladder": ladder,
    "danger": danger,
    "holidays": holidays,
    "rules": rules,
}
"""Part -> how it is read. The ladder may stand in ``limits.yaml``."""


def _each(value: Value, read: Callable[[Block], _T | None]) -> tuple[_T, ...]:
    found = []
    for block in value.blocks():
        thing = read(block)
        block.close()
        if thing is not None:
            found.append(thing)
    return tuple(found)


def _member(block: Block) -> Member | None:
    person = block.name("person")
    if person is not None and person.startswith("p-"):
        block.here.wrong('ids that begin with "p-" are given to residents')
    name = block.need("name", parsing.text)
    accounts = block.many("accounts", parsing.address)
    for account in accounts:
        block.note("account", account, "accounts")
    language = block.value("language")
    member = Member(
        id=PersonId(person or ""),
        name=name or "",
        roles=frozenset(block.many("roles", _ROLE)),
        phone=block.maybe("phone", parsing.text, ""),
        accounts=accounts,
        grids=tuple(GridId(grid) for grid in block.refers("grid", "grids")),
        building=block.maybe("building", parsing.text, ""),
        language=language.scalar(parsing.language) if language else None,
    )
    return member if person else None


def _body(block: Block) -> Body | None:
    body = block.name("body")
    names = block.names("name")
    people_ = block.refers("person", "people")
    system = block.refer("system", "system")
    if body is None or names is None:
        return None
    return Body(
        id=BodyId(body),
        names=names,
        people=tuple(PersonId(person) for person in people_),
        system=system or "",
    )


def _category(block: Block) -> Category | None:
    category = block.name("category")
    names = block.names("name")
    body = block.refer("body", "body")
    severity = block.maybe("severity", _SEVERITY, Severity.SIMPLE)
    private = block.maybe("private", parsing.yes_no, default=False)
    known = words(block.value("words"))
    called = block.value("emergency")
    if category is None or names is None:
        return None
    return Category(
        id=CategoryId(category),
        names=names,
        words=known,
        body=None if body is None else BodyId(body),
        severity=severity,
        private=private,
        emergency=(by_language(called) or {}) if called else {},
    )


def _system(block: Block) -> System | None:
    system = block.name("system")
    kind = block.need("kind", parsing.ident)
    url = block.need("url", parsing.web)
    statuses = block.value("statuses")
    mapped = _statuses(statuses) if statuses else {}
    if system is None or kind is None or url is None:
        return None
    return System(id=system, kind=kind, url=url, statuses=mapped)


def _statuses(value: Value) -> Mapping[str, str]:
    block = value.block()
    if block is None:
        return {}
    found = {key: block.need(key, _STATUS) for key in block.words}
    return MappingProxyType(
        {key: status for key, status in found.items() if status}
    )


def _limit(block: Block) -> Limit | None:
    category = block.maybe("category", parsing.text, _ANY)
    if category != _ANY:
        block.refer("category", "category")
    kind = block.need("kind", parsing.ident)
    within = block.need("within", parsing.span)
    severity = _or_any(block, "severity", _SEVERITY)
    urgency = _or_any(block, "urgency", _URGENCY)
    which = f"{category} {severity or _ANY} {kind}"
    block.note("limit", f"{which} {urgency}" if urgency else which, "kind")
    reminders = block.value("remind_before")
    before = reminders.many(parsing.duration) if reminders else REMIND_BEFORE
    if kind is None or within is None:
        return None
    if urgency is Urgency.DANGER and within.unit in _OFFICE:
        block.here.wrong(
            f"danger doesn't wait for the office: {within} must be minutes,"
            " hours or days, such as 15m or 4h"
        )
    whole = _longest(within.amount, within.unit)
    if reminders is not None and any(ahead >= whole for ahead in before):
        reminders.wrong(f"must be shorter than the limit itself, {within}")
    return Limit(
        category=None if category == _ANY else CategoryId(category),
        severity=severity,
        kind=kind,
        within=within,
        remind_before=tuple(
            sorted((ahead for ahead in before if ahead < whole), reverse=True)
        ),
        urgency=urgency,
    )


def _or_any(block: Block, key: str, parse: Callable[[str], _T]) -> _T | None:
    """Return the word of a key; None if it is not there or any will do."""
    value = block.value(key)
    if value is None or value.node.value == _ANY:
        return None
    return value.scalar(parse)


def _longest(amount: int, unit: Unit) -> timedelta:
    if unit is Unit.MINUTES:
        return timedelta(minutes=amount)
    hours = unit in {Unit.HOURS, Unit.WORKING_HOURS}
    return timedelta(hours=amount) if hours else timedelta(days=amount)


def _height(level: Level) -> int:
    return list(Level).index(level)
