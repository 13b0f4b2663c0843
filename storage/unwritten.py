"""Rows that the works of a transaction write together.

A statement costs far more than a row does. So what nobody reads back at
once is handed over by ``later``, and is written when the transaction ends
or just before a statement that might meet it: by default any, but for
those that are marked (``among``) with all the tables they touch.

The same holds for savepoints: one is laid only when the first statement
in it is about to change something. Until then what the block has handed
over is simply dropped.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Connection,
    Dialect,
    Engine,
    Integer,
    Select,
    Table,
    bindparam,
    event,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.engine import ExceptionContext

S = TypeVar("S")
T = TypeVar("T")
Row = Mapping[str, Any]

_KEY = "unwritten"
_TABLES = "linli_tables"
_STAYS = "linli_stays"


@dataclass(eq=False, slots=True)
class _Block:
    """A stretch that may have to be undone alone."""

    name: str
    rows: int
    """How many rows waited, and how many notes there were, before it."""
    notes: int
    laid: bool = False
    """Whether the database knows of it."""


@dataclass(eq=False, slots=True)
class Unwritten:
    """What a transaction's works have handed over so far."""

    db: Connection
    works: int = 1
    careful: bool = False
    """Lay every savepoint, and write all rows before one is left."""
    at_once: bool = False
    touched: set[str] = field(default_factory=set)
    changed: bool = False
    """Whether the work under way has changed the database itself."""
    rows: list[tuple[Any, Sequence[Row]]] = field(default_factory=list)
    """Statements with what they are to write, in the order of its coming."""
    tables: set[str] = field(default_factory=set)
    """Where these rows go, and maybe some that were dropped went."""
    notes: list[Any] = field(default_factory=list)
    spoilt: bool = False
    """Whether a statement failed that no savepoint could undo: PostgreSQL
    would answer the commit by a silent rollback."""
    known: dict[object, Any] = field(default_factory=dict)
    """What was read, until something unknown changes."""
    taken: set[object] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    """Of what the work under way has read the words (``subjects``)."""
    _blocks: list[_Block] = field(default_factory=list)
    _ids: dict[str, Iterator[int]] = field(default_factory=dict)
    _busy: bool = False

    def start_work(self) -> None:
        """Begin a work; what was noted in the one before was its own."""
        self.notes.clear()
        self.touched.clear()
        self.told.clear()
        self.changed = False

    def write(self, tables: frozenset[str] | None = None) -> None:
        """Write the rows of some tables, of all for None."""
        if tables is not None and (
            self.tables.isdisjoint(tables)
            or not any(_is_in(one, tables) for one in self.rows)
        ):
            return
        self.lay()
        # laying has written what came before the blocks
        picked, self.rows = self.rows, []
        if tables is not None:
            self.rows = [one for one in picked if not _is_in(one, tables)]
            picked = [one for one in picked if _is_in(one, tables)]
        self.tables = {statement.table.name for statement, _ in self.rows}
        self.changed = True
        self._write(picked)

    def lay(self) -> None:
        """Lay the savepoints of the blocks we are in, in order."""
        for place, one in enumerate(self._blocks):
            if one.laid:
                continue
            before, self.rows = self.rows[: one.rows], self.rows[one.rows :]
            for inner in self._blocks[place + 1 :]:
                inner.rows -= one.rows
            one.rows = 0
            self._write(before)
            self.db.exec_driver_sql(f"SAVEPOINT {one.name}")
            one.laid = True

    def enter(self, name: str) -> _Block:
        """Begin a block."""
        one = _Block(name, len(self.rows), len(self.notes))
        self._blocks.append(one)
        if self.careful:
            self.lay()
        return one

    def leave(self, one: _Block) -> None:
        """End a block that went well."""
        if self.careful:
            self.write()
        if one.laid:
            self.db.exec_driver_sql(f"RELEASE SAVEPOINT {one.name}")
        self._blocks.remove(one)

    def undo(self, one: _Block) -> None:
        """End a block as if it had never begun."""
        del self._blocks[self._blocks.index(one) :]
        if one.laid or len(self.rows) > one.rows:
            self.known.clear()
        del self.rows[one.rows :]
        del self.notes[one.notes :]
        if one.laid:
            self.spoilt = False
            self.db.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {one.name}")
            self.db.exec_driver_sql(f"RELEASE SAVEPOINT {one.name}")

    def give_up(self, one: _Block) -> None:
        """End a block whose transaction is lost."""
        del self._blocks[self._blocks.index(one) :]

    def draw(self, table: Table) -> int:
        """Return an id for a new row of a table."""
        try:
            return next(self._ids[table.name])
        except (KeyError, StopIteration):
            self._ids[table.name] = _fresh(self.db, table, self.works)
        return next(self._ids[table.name])

    def before(self, statement: Any) -> None:  # noqa: ANN401
        """Write what a statement might meet."""
        if self._busy:
            return
        marks = statement.get_execution_options()
        tables: frozenset[str] | None = marks.get(_TABLES)
        if not statement.is_select and not marks.get(_STAYS):
            self.changed = True
            if self._blocks:
                self.lay()
            if tables is None:
                self.known.clear()
        if self.rows:
            self.write(tables)

    def _write(self, picked: Sequence[tuple[Any, Sequence[Row]]]) -> None:
        alike: dict[Any, list[Row]] = defaultdict(list)
        for statement, rows in picked:
            alike[statement, tuple(rows[0])] += rows
        self._busy = True
        try:
            for (statement, _), them in alike.items():
                _insert(self.db, statement, them)
        finally:
            self._busy = False


def _insert(db: Connection, statement: Any, rows: Sequence[Row]) -> None:  # noqa: ANN401
    """Write rows of one shape, past what SQLAlchemy does for each of them.

    It would look at every row as if it were the first: half of the price
    of a row.
    """
    if len(rows) == 1:
        db.execute(statement, rows)
        return
    sql, ready = _compiled(statement, db.dialect, tuple(rows[0]))
    db.exec_driver_sql(
        sql,
        [
            tuple(
                row[name] if made is None else made(row[name])
                for name, made in ready
            )
            for row in rows
        ],
    )


@lru_cache(maxsize=256)
def _compiled(
    statement: Any,  # noqa: ANN401
    dialect: Dialect,
    names: tuple[str, ...],
) -> tuple[str, list[tuple[str, Callable[[Any], Any] | None]]]:
    """Return the driver's statement, and how each value is made ready."""
    compiled = statement.compile(dialect=dialect, column_keys=names)
    kept = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in compiled.binds.items()
    }
    return str(compiled), [(name, kept[name]) for name in compiled.positiontup]


def _is_in(one: tuple[Any, Sequence[Row]], tables: frozenset[str]) -> bool:
    return one[0].table.name in tables


def watch(engine: Engine) -> None:
    """Let every statement of an engine find what it might meet."""
    event.listen(engine, "before_execute", _before)
    event.listen(engine, "handle_error", _failed)


def _before(db: Connection, statement: Any, *_: object) -> None:  # noqa: ANN401
    unwritten = db.info.get(_KEY)
    if unwritten is not None:
        unwritten.before(statement)


def _failed(context: ExceptionContext) -> None:
    db = context.connection
    if db is not None and not db.invalidated and _KEY in db.info:
        of(db).spoilt = True


def begin(db: Connection, works: int, *, careful: bool) -> Unwritten:
    """Begin a transaction of so many works."""
    unwritten = Unwritten(db, works, careful)
    db.info.clear()
    db.info[_KEY] = unwritten
    return unwritten


def of(db: Connection) -> Unwritten:
    """Return what waits to be written in the transaction under way.

    On a connection that isn't the writer's nothing ever waits.
    """
    found: Unwritten | None = db.info.get(_KEY)
    return found or Unwritten(db, careful=True, at_once=True)


def among(statement: S, *tables: Table, stays: bool = False) -> S:
    """Return a statement marked with all the tables that it touches.

    Rows of others may wait on. What ``stays`` is not undone by a refusal
    (numbers that were drawn), so no savepoint is laid for it.
    """
    marked: S = statement.execution_options(  # type: ignore[attr-defined]
        **{_TABLES: frozenset(one.name for one in tables), _STAYS: stays}
    )
    return marked


def later(db: Connection, statement: Any, *rows: Row) -> None:  # noqa: ANN401
    """Hand rows to a statement that is run once for all of them.

    The statement must be one that is kept; the rows of a call have the
    same columns, and must not depend on which is written first.
    """
    if rows:
        here = of(db)
        here.rows.append((statement, rows))
        here.tables.add(statement.table.name)
        if here.at_once:
            here.write()


def waiting(db: Connection, table: Table) -> list[Row]:
    """Return the rows of a table that wait to be written."""
    return [
        row
        for statement, rows in of(db).rows
        if statement.table is table
        for row in rows
    ]


def draw(db: Connection, table: Table) -> int:
    """Return an id for a new row, which nobody else gets."""
    return of(db).draw(table)


_GIVEN = among(text("SELECT seq FROM sqlite_sequence WHERE name = :table"))


def _fresh(db: Connection, table: Table, count: int) -> Iterator[int]:
    if db.dialect.name == "sqlite":
        # one writer: whatever is above the highest ever given is free
        given = db.scalar(_GIVEN, {"table": table.name}) or 0
        return itertools.count(given + 1)
    return iter(db.scalars(_next(table), {"count": count}).all())


@cache
def _next(table: Table) -> Select[Any]:
    drawn = literal_column(f"nextval('{table.name}_id_seq')", BigInteger)
    rows = func.generate_series(1, bindparam("count", type_=Integer))
    return among(select(drawn).select_from(rows))


def note(db: Connection, what: object) -> None:
    """Note something of the work under way; undone with its block."""
    of(db).notes.append(what)


def noted(db: Connection) -> list[Any]:
    """Return what was noted since it was last asked."""
    notes = of(db).notes
    asked = list(notes)
    notes.clear()
    return asked


def remembered(db: Connection, key: object, look: Callable[[], T]) -> T:
    """Return what was found before in this transaction, or look.

    All of it is forgotten when a statement that isn't marked changes
    anything.
    """
    found = known(db)
    if key not in found:
        found[key] = look()
    what: T = found[key]
    return what


def known(db: Connection) -> dict[object, Any]:
    """Return what ``remembered`` has found; a reader remembers nothing."""
    return of(db).known


def forget_known(db: Connection, *kinds: str) -> None:
    """Forget what ``remembered`` has found of some kinds.

    For a statement that is marked and changes what those are about.
    """
    before = known(db)
    for key in [key for key in before if _kind(key) in kinds]:
        del before[key]


def _kind(key: object) -> object:
    return key[0] if isinstance(key, tuple) else key


def told(db: Connection) -> set[str]:
    """Return of what the work under way has read the words."""
    return of(db).told


def taken(db: Connection) -> set[object]:
    """Return the once-only keys that were taken ahead of their messages."""
    return of(db).taken
