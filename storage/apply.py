"""Bring a pack into the database: only rows that came from a pack.

What is the same is not written. What the pack no longer names is turned
off and not deleted, since tickets and events refer to it; a role is a
right and goes at once. Rows that people made in the chat or at the console
are theirs, and who asked to be forgotten stays forgotten.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    select,
    true,
    tuple_,
    update,
)

from config.pack.values import Community, Pack
from config.terms import ChatKind
from storage import chats, faq, packed, schema
from storage.database import touch
from storage.packed import Row
from storage.people import put_new
from storage.schema import MadeBy

_T = TypeVar("_T")

BATCH = 100
"""Communities that are compared and written together."""
_CHUNK = 400
"""Keys that one query names."""
_OFF: Row = {"active": False}

Key = tuple[Any, ...]
Told = Callable[[int, int], None]
"""How many communities are done, of how many."""


@dataclass(slots=True)
class Applied:
    """What an apply changed, rows by table; false when nothing did."""

    new: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How the pack's rows of a table are told apart and turned off."""

    table: Table
    within: ColumnElement[bool]
    """Which of the pack's rows are looked at."""
    off: Row | None = None
    """What a row becomes when the pack drops it; None: it is deleted."""
    first: Row = field(default_factory=dict)
    """What is written once, when the row is new."""
    free: frozenset[str] = frozenset()
    """Columns that stay as they are where the pack says nothing."""
    claims: Callable[[Row], bool] = lambda _row: False
    """Whether a row made by somebody else becomes the pack's."""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.primary_key)


def apply(
    db: Connection,
    pack: Pack,
    now: datetime,
    told: Told = lambda _done, _all: None,
) -> Applied:
    """Write what the pack says and the database doesn't yet."""
    applied = Applied()
    known = {str(each.id): each for each in pack.communities}
    c = schema.community
    before = db.execute(select(c.c.id).where(c.c.active)).scalars()
    ids = sorted({*known, *before})
    done = 0
    for batch in _chunks(ids, BATCH):
        told(done, len(ids))
        found = [known[each] for each in batch if each in known]
        _apply_batch(db, batch, found, now, applied)
        done += len(batch)
    # a group may go from one community to another, so all at once
    _sync(db, _groups(now), packed.groups(pack.communities), applied)
    told(done, done)
    if "chat" in {*applied.new, *applied.changed, *applied.gone}:
        chats.stay(db)
        touch(db, "chat")
    return applied


def _apply_batch(
    db: Connection,
    ids: Sequence[str],
    found: Sequence[Community],
    now: datetime,
    applied: Applied,
) -> None:
    for kind, rows in (
        (_communities(ids), packed.communities(found)),
        (_grids(ids), packed.grids(found)),
    ):
        _sync(db, kind, rows, applied)
    forgotten = _forgotten(db, ids)
    for kind, rows in (
        (_people(ids, now), packed.people(found)),
        (_roles(ids), packed.roles(found)),
        (_accounts(ids), packed.accounts(found)),
    ):
        known = (row for row in rows if _person(row) not in forgotten)
        _sync(db, kind, known, applied)
    before = _written(applied)
    _sync(db, _entries(ids), packed.entries(found), applied)
    _sync(db, _phrases(ids), packed.phrases(found), applied)
    if _written(applied) != before:
        faq.mark_changed(db, ids, now)


def _written(applied: Applied) -> int:
    counts = (applied.new, applied.changed, applied.gone)
    return sum(sum(each.values()) for each in counts)


def _communities(ids: Sequence[str]) -> _Kind:
    t = schema.community
    return _Kind(table=t, within=t.c.id.in_(ids), off=_OFF)


def _grids(ids: Sequence[str]) -> _Kind:
    t = schema.grid
    return _Kind(table=t, within=t.c.community_id.in_(ids), off=_OFF)


def _people(ids: Sequence[str], now: datetime) -> _Kind:
    t = schema.person
    return _Kind(
        table=t,
        within=_ours(t, ids) & t.c.erased_at.is_(None),
        off=_OFF,
        first={"made_by": MadeBy.PACK, "created_at": now},
        free=frozenset({"building", "language"}),
    )


def _roles(ids: Sequence[str]) -> _Kind:
    t = schema.role
    return _Kind(table=t, within=_ours(t, ids), first={"made_by": MadeBy.PACK})


def _accounts(ids: Sequence[str]) -> _Kind:
    t = schema.account
    return _Kind(
        table=t,
        within=_ours(t, ids),
        off=_OFF,
        first={"made_by": MadeBy.PACK},
        # somebody known only by having spoken turns out to be this person
        claims=lambda row: str(row["person_id"]).startswith("p-"),
    )


def _groups(now: datetime) -> _Kind:
    t = schema.chat
    return _Kind(
        table=t,
        within=t.c.made_by == MadeBy.PACK,
        off={"community_id": None, "grid_id": None},
        first={
            "made_by": MadeBy.PACK,
            "kind": ChatKind.GROUP,
            "changed_at": now,
        },
        claims=lambda row: row["community_id"] is None,
    )


def _entries(ids: Sequence[str]) -> _Kind:
    t = schema.faq_entry
    return _Kind(
        table=t,
        within=_ours(t, ids),
        off=_OFF,
        first={"made_by": MadeBy.PACK},
    )


def _phrases(ids: Sequence[str]) -> _Kind:
    t = schema.faq_phrase
    return _Kind(table=t, within=_ours(t, ids), first={"made_by": MadeBy.PACK})


def _ours(table: Table, ids: Sequence[str]) -> ColumnElement[bool]:
    return and_(table.c.community_id.in_(ids), table.c.made_by == MadeBy.PACK)


def _forgotten(db: Connection, ids: Sequence[str]) -> frozenset[Key]:
    t = schema.person
    rows = db.execute(
        select(t.c.community_id, t.c.id).where(
            t.c.community_id.in_(ids), t.c.erased_at.is_not(None)
        )
    )
    return frozenset((row.community_id, row.id) for row in rows)


def _person(row: Row) -> Key:
    return row["community_id"], row.get("person_id", row.get("id"))


def _sync(
    db: Connection, kind: _Kind, rows: Iterable[Row], applied: Applied
) -> None:
    """Make the table say what the rows say, and count what that took."""
    keys = kind.keys
    wanted = {tuple(row[key] for key in keys): row for row in rows}
    there = _read(db, kind, wanted, kind.within)
    missing = [key for key in wanted if key not in there]
    new = _insert(db, kind, [{**kind.first, **wanted[key]} for key in missing])
    changed = [
        row
        for key, row in wanted.items()
        if key in there and _differs(kind, there[key], row)
    ]
    foreign = [key for key in missing if key not in new]
    changed += [
        {**wanted[key], "made_by": MadeBy.PACK}
        for key, row in _foreign(db, kind, wanted, foreign).items()
        if kind.claims(row)
    ]
    gone = [
        dict(zip(keys, key, strict=True))
        for key, row in there.items()
        if key not in wanted and not _is_off(kind, row)
    ]
    _update(db, kind, changed)
    _turn_off(db, kind, gone)
    name = kind.table.name
    for counts, rows_ in (
        (applied.new, len(new)),
        (applied.changed, len(changed)),
        (applied.gone, len(gone)),
    ):
        if rows_:
            counts[name] = counts.get(name, 0) + rows_


def _read(
    db: Connection,
    kind: _Kind,
    wanted: dict[Key, Row],
    which: ColumnElement[bool],
) -> dict[Key, Row]:
    sample = next(iter(wanted.values()), {})
    names = dict.fromkeys((*kind.keys, *sample, *(kind.off or ())))
    columns = [kind.table.c[name] for name in names]
    rows = db.execute(select(*columns).where(which)).mappings()
    return {tuple(row[key] for key in kind.keys): dict(row) for row in rows}


def _foreign(
    db: Connection, kind: _Kind, wanted: dict[Key, Row], taken: list[Key]
) -> dict[Key, Row]:
    """Return the rows that are there, but not the pack's."""
    found: dict[Key, Row] = {}
    columns = tuple_(*(kind.table.c[key] for key in kind.keys))
    for chunk in _chunks(taken, _CHUNK):
        found |= _read(db, kind, wanted, columns.in_(chunk))
    return found


def _differs(kind: _Kind, there: Row, wanted: Row) -> bool:
    return any(
        there[name] != value
        for name, value in wanted.items()
        if value or name not in kind.free
    )


def _is_off(kind: _Kind, row: Row) -> bool:
    return kind.off is not None and all(
        row[name] == value for name, value in kind.off.items()
    )


def _insert(db: Connection, kind: _Kind, rows: list[Row]) -> set[Key]:
    """Insert, and return the keys of what wasn't there."""
    if not rows:
        return set()
    insert = put_new(db, kind.table).on_conflict_do_nothing()
    keys = [kind.table.c[key] for key in kind.keys]
    # RETURNING also lets many rows share one statement
    added = db.execute(insert.returning(*keys), rows)
    return {tuple(row) for row in added}


def _update(db: Connection, kind: _Kind, rows: list[Row]) -> None:
    for row in rows:
        values = {
            name: value
            for name, value in row.items()
            if name not in kind.keys and (value or name not in kind.free)
        }
        db.execute(update(kind.table).where(_is(kind, row)).values(values))


def _turn_off(db: Connection, kind: _Kind, rows: list[Row]) -> None:
    if not rows:
        return
    where = _is(kind, {key: bindparam(f"the_{key}") for key in kind.keys})
    the = [{f"the_{key}": value for key, value in row.items()} for row in rows]
    if kind.off is None:
        db.execute(delete(kind.table).where(where), the)
    else:
        db.execute(update(kind.table).where(where).values(kind.off), the)


def _is(kind: _Kind, row: Row) -> ColumnElement[bool]:
    same = (kind.table.c[key] == row[key] for key in kind.keys)
    return and_(true(), *same)


def _chunks(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
