"""One way into the database: works that share a transaction.

A *work* is a plain function of a connection. ``write`` queues it; the one
writer takes whatever waits, opens one transaction, runs each work, commits
once and then resolves them all. With a 4 ms flush the commit is the cost,
so sharing it is what makes a storm bearable.

A work that raises is undone alone: if it has changed anything, the whole
transaction is rolled back and run again with a savepoint around each. So
a work may run more than once (after a lost connection or a deadlock,
too); it must depend on its arguments and the database alone.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections import deque
from collections.abc import (
    AsyncIterator,
    Callable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError

from storage import bell, engines, unwritten

__all__ = [
    "BATCH",
    "PATIENCE_S",
    "Ahead",
    "Closed",
    "Connection",
    "Database",
    "Taken",
    "Work",
    "is_away",
    "savepoint",
    "touch",
]

T = TypeVar("T")
Work = Callable[[Connection], T]
Look = Callable[[Connection, Sequence[Any]], None]


class Ahead(NamedTuple):
    """What a work is about, and who looks that up for many at once."""

    look: Look
    about: Any


BATCH = 64
"""Works that share one transaction at the most."""
PATIENCE_S = 30.0
"""How long a lost database is awaited before the works are given back."""

_TRANSIENT = frozenset(
    {"40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03"}
    | {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
)
"""PostgreSQL: serialization, deadlock, too many connections, lock, shutdown,
starting up. SQLite: somebody else has it."""
_CONNECTION = "08"
"""How SQLSTATE begins where a connection broke."""
_UNFIT = frozenset(
    {"53000", "53100", "53200", "58000", "58030"}
    | {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM}
    | {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)
"""No disk, no memory, no file: waiting for a moment is of no use."""

log = structlog.get_logger()


class Taken(Exception):
    """Another process has this SQLite file open."""


class Closed(Exception):
    """The database is shutting down; nothing was committed."""


def touch(db: Connection, what: str) -> None:
    """Say that this transaction leaves work for ``what`` (a table)."""
    unwritten.of(db).touched.add(what)


@contextmanager
def savepoint(db: Connection, name: str) -> Iterator[None]:
    """Undo what the block wrote, and only that, if it raises.

    The name stays the same from one to the next, so that the driver keeps
    the statement: with SQLAlchemy's counted names PostgreSQL prepared each
    anew, two more round trips a savepoint. Blocks of one name don't nest.
    """
    here = unwritten.of(db)
    block = here.enter(name)
    try:
        yield
        here.leave(block)
    except BaseException as error:
        if _breaks_transaction(error):
            here.give_up(block)
        else:
            here.undo(block)
        raise


class _Again(Exception):
    """A work failed that had changed something: try with more care."""


@dataclass
class _Job:
    work: Work[Any]
    ahead: Ahead | None
    done: asyncio.Future[Any]


@dataclass
class _Outcome:
    result: Any = None
    error: Exception | None = None


@dataclass(eq=False)
class Database:
    """SQLite for one process, PostgreSQL for many; the same face."""

    url: str
    listeners: list[Callable[[frozenset[str]], None]] = field(
        default_factory=list
    )
    """Called after each commit with what it touched."""
    batch: int = BATCH
    patience_s: float = PATIENCE_S

    def __post_init__(self) -> None:
        self._url = make_url(self.url)
        self._jobs: deque[_Job] = deque()
        self._wake = asyncio.Event()
        self._open = False
        self._lock: int | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def waiting(self) -> int:
        """Works that wait for the writer now."""
        return len(self._jobs)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Database"]:
        """Open, run the writer, and close after the last work.

        Raises ``Taken`` if another process has the SQLite file.
        """
        if self.is_sqlite:
            self._take_file()
        self._writer = engines.writer(self._url)
        self._reader = engines.reader(self._url)
        self._open = True
        failed: Exception | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write_on())
                try:
                    yield self
                except Exception as error:  # noqa: BLE001  raised below, alone
                    failed = error
                finally:
                    self._open = False
                    self._wake.set()
        finally:
            await self._reader.dispose()
            await self._writer.dispose()
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None
        if failed is not None:
            raise failed

    @asynccontextmanager
    async def readable(self) -> AsyncIterator["Database"]:
        """Open for reading alone, beside a program that may be running."""
        self._reader = engines.reader(self._url)
        try:
            yield self
        finally:
            await self._reader.dispose()

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` in the next transaction; return after its commit.

        Raises what the work raised (its changes are undone, its
        neighbours' are not) or the database's error (nothing was kept).
        """
        return await self.submit(work)

    def submit(
        self, work: Work[T], ahead: Ahead | None = None
    ) -> asyncio.Future[T]:
        """Queue ``work`` behind those before it; the future is ``write``'s.

        ``ahead`` says what it is about, to whoever can look things up for
        all works of a transaction at once; these come behind its others,
        whose changes would make us forget it.
        """
        if not self._open:
            raise Closed
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append(_Job(work, ahead, done))
        self._wake.set()
        return done

    async def checkpoint(self) -> bool:
        """Let what was erased leave SQLite's log too; False: try again.

        A reader in the middle of a snapshot is why it may not go.
        PostgreSQL needs no word from us: its vacuum does it.
        """
        return await self._writer.checkpoint()

    async def read(self, work: Work[T]) -> T:
        """Run ``work`` on a snapshot; it must change nothing.

        A line that was cut is tried again at once; whoever reads has
        somebody waiting, so a database that stays away is told soon.
        """
        for pause in (0.05, 0.2, 0.8):
            try:
                return await self._read(work)
            except (DBAPIError, OSError) as error:
                if not _passing(error):
                    raise
            await asyncio.sleep(pause)
        return await self._read(work)

    async def _read(self, work: Work[T]) -> T:
        async with self._reader.connect() as connection:
            return await connection.run_sync(work)

    async def listen(self, bells: Mapping[str, bell.Hear]) -> None:
        """Hear what other processes ring; return when the line is cut.

        On SQLite there are none: it never returns.
        """
        if self.is_sqlite:
            await asyncio.Event().wait()
        engine = engines.ear(self._url)
        try:
            await bell.listen(engine, bells)
        finally:
            await engine.dispose()

    def _take_file(self) -> None:
        path = self._url.database
        if not path or path == ":memory:":
            return
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            self._lock = None
            raise Taken(
                f"{path} is in use by another process: stop Linli first."
                " SQLite serves exactly one; use PostgreSQL for more."
            ) from None

    async def _write_on(self) -> None:
        while self._open or self._jobs:
            if not self._jobs:
                self._wake.clear()
                await self._wake.wait()
                continue
            size = min(self.batch, len(self._jobs))
            jobs = [self._jobs.popleft() for _ in range(size)]
            try:
                await self._commit(jobs)
            except BaseException as end:
                for job in jobs:
                    if not job.done.done():
                        job.done.set_exception(Closed())
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                # whatever a work raised: without a writer nothing goes on
                log.error(  # noqa: TRY400  a trace may quote a message
                    "batch_failed", error=type(end).__name__
                )

    async def _commit(self, jobs: list[_Job]) -> None:
        patience = self.patience_s
        pause = 0.05
        run = _run_all
        while True:
            touched: set[str] = set()
            try:
                outcomes = await self._writer.transact(
                    partial(run, jobs=jobs, touched=touched)
                )
            except _Again:
                run = _run_each
                continue
            except (DBAPIError, OSError) as error:
                if run is _run_all and not _passing(error):
                    run = _run_each
                    continue
                if not _passing(error) or patience <= 0:
                    for job in jobs:
                        _give(job, _Outcome(error=error))
                    return
                log.warning("database_away", error=type(error).__name__)
                await asyncio.sleep(pause)
                patience -= pause
                pause = min(pause * 2, 1.0)
                continue
            break
        for job, outcome in zip(jobs, outcomes, strict=True):
            _give(job, outcome)
        if touched:
            said = frozenset(touched)
            for listener in self.listeners:
                listener(said)


def _give(job: _Job, outcome: _Outcome) -> None:
    if job.done.done():
        return
    if outcome.error is not None:
        job.done.set_exception(outcome.error)
    else:
        job.done.set_result(outcome.result)


def _run_all(
    db: Connection, jobs: list[_Job], touched: set[str]
) -> list[_Outcome]:
    """Run works as if none could fail: no savepoints, few statements.

    Raises ``_Again``, or the database's error, if one has failed after
    all and can't be undone alone.
    """
    here = unwritten.begin(db, len(jobs), careful=False)
    looked = False
    outcomes: dict[int, _Outcome] = {}
    ordered = sorted(enumerate(jobs), key=lambda one: bool(one[1].ahead))
    for place, job in ordered:
        here.start_work()
        if job.ahead and not looked and len(jobs) > 1:
            looked = _look_ahead(db, jobs)
        before = len(here.rows)
        try:
            outcome = _Outcome(result=job.work(db))
        except Exception as error:
            if _breaks_transaction(error):
                raise
            if looked or here.changed or here.spoilt:
                raise _Again from error
            if len(here.rows) > before:
                del here.rows[before:]
                here.known.clear()
            outcome = _Outcome(error=error)
        else:
            touched |= here.touched
        if here.spoilt:
            raise _Again
        outcomes[place] = outcome
    here.write()
    return [outcomes[place] for place in range(len(jobs))]


def _run_each(
    db: Connection, jobs: list[_Job], touched: set[str]
) -> list[_Outcome]:
    """Run each work inside a savepoint of its own."""
    here = unwritten.begin(db, len(jobs), careful=True)
    outcomes: list[_Outcome] = []
    for job in jobs:
        here.start_work()
        try:
            with savepoint(db, "work"):
                outcome = _Outcome(result=job.work(db))
        except Exception as error:
            if _breaks_transaction(error):
                raise
            outcome = _Outcome(error=error)
        else:
            touched |= here.touched
        outcomes.append(outcome)
    return outcomes


def is_away(error: BaseException) -> bool:
    """Whether the database is at fault, not what was asked of it.

    The same may well succeed once it is back, or has room again.
    """
    if isinstance(error, DBAPIError):
        return _breaks_transaction(error)
    return isinstance(error, (Closed, OSError))


def _look_ahead(db: Connection, jobs: list[_Job]) -> bool:
    """Have looked up what works are about; False if none says."""
    asked: dict[Look, list[Any]] = {}
    for job in jobs:
        if job.ahead is not None:
            asked.setdefault(job.ahead.look, []).append(job.ahead.about)
    for look, about in asked.items():
        look(db, about)
    return bool(asked)


def _breaks_transaction(error: BaseException) -> bool:
    """Tell a failing work from a failing database."""
    if isinstance(error, OSError):
        return isinstance(error, ConnectionError)
    if not isinstance(error, DBAPIError):
        return False
    return _code(error) in _UNFIT or _passing(error)


def _passing(error: BaseException) -> bool:
    """Tell whether the same transaction may succeed a moment later."""
    if isinstance(error, DBAPIError):
        cause = getattr(error.orig, "__cause__", None)
        code = _code(error)
        return (
            error.connection_invalidated
            or code in _TRANSIENT
            or str(code).startswith(_CONNECTION)
            # cut in the middle of an exchange, before the driver knows it
            or type(cause).__name__ == "InternalClientError"
        )
    return isinstance(error, OSError)


def _code(error: DBAPIError) -> str | int:
    """Return what the database calls it: SQLSTATE, or SQLite's number."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return state or ""
