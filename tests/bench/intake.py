"""How many reports a second are safely kept, and what each costs.

``python -m tests.bench.intake --json``. The real program, ``python -m bot
run``, in a process of its own, behind Telegram's webhook; a report counts
when its POST was answered with 200, that is when ticket, events, limits
and letters were committed. Delivery runs against a far side that takes
every letter, at the pace that Telegram allows. 64 connections, reports by
thousands of people in hundreds of groups, every limit of the pack in
force, half of them in plain words.

``single``: the same program with a batch of one. ``raw``: one row of
eight columns a commit, by the plain driver alone. ``talk``: 0.5 % of the
messages are reports; ``understanding_us`` is what telling talk apart
costs, measured apart and taken out of ``cpu_us_per_talk``. ``lost``: the
program is killed in the middle, and whatever it had answered is looked
for. The rounds are interleaved; figures are medians of them.
"""

import asyncio
import os
import sqlite3
import statistics
from collections import defaultdict
from collections.abc import (
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # ships no types
from sqlalchemy import select

from config.pack.loading import load
from config.pack.values import Community
from handlers import hearing
from storage import schema
from storage.database import Connection, Database
from storage.messages import Said
from tests import postgres
from tests.bench._measure import (
    at_flush,
    flush_ms,
    interleaved,
    options,
    percentile,
    show,
    spent,
)
from tests.bench._program import Program, free_port, on_telegram, started
from tests.bench._telegram import (
    City,
    FarSide,
    Lines,
    Talk,
    Update,
    build,
    fixed_for,
    texts,
)
from tests.emulators import slowsync

ROUNDS = 3
CONNECTIONS = 64
REPORTS = 1000
"""In a burst."""
SINGLES = 250
TALK = 5_000
REPORT_EACH = 200
"""One in so many of the talk is a report."""
STEADY_PER_S = 100
STEADY_S = 5
RAW = 200
KILL_AFTER_S = 1.5
RAW_TABLE = (
    (
        "CREATE TABLE raw (community TEXT, number BIGINT, status TEXT,"
        " words TEXT, grid TEXT, worker TEXT, category TEXT, place TEXT)"
    ),
    "CREATE INDEX ix_raw ON raw (community, number)",
)
RAW_ROW = (
    "INSERT INTO raw (community, number, status, words, grid, worker,"
    " category, place) VALUES ({}, '')"
)


Look = Callable[[], Awaitable[float]]
"""Commits rows by the plain driver; returns how many a second."""


def main() -> None:
    """Print the figures of each database."""
    given = options(__doc__ or "")
    at_flush("tests.bench.intake", given.flush_ms)
    figures: dict[str, Any] = {
        "bench": "intake",
        "connections": CONNECTIONS,
        "rounds": ROUNDS,
        "load": round(os.getloadavg()[0], 1),
    }
    slow = slowsync.environment(given.flush_ms) if given.flush_ms else {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        figures["flush_ms"] = round(flush_ms(folder), 2)
        city = build(folder)
        asked = given.database or ("sqlite", "postgresql")
        if "sqlite" in asked:
            figures["sqlite"] = asyncio.run(_on_sqlite(folder, city, slow))
        if "postgresql" in asked:
            figures["postgresql"] = _on_postgres(folder, city, slow)
    lines = [
        _line(name, one)
        for name, one in figures.items()
        if isinstance(one, dict) and "reports_per_s" in one
    ]
    show(figures, lines, only=given.json)


async def _on_sqlite(
    folder: Path, city: City, slow: Mapping[str, str]
) -> dict[str, Any]:
    at = folder / "sqlite"
    at.mkdir()
    urls = [f"sqlite+aiosqlite:///{at}/{n}.db" for n in ("many", "one")]
    raw = sqlite3.connect(at / "raw.db", isolation_level=None)
    for word in "journal_mode=WAL", "synchronous=FULL":
        raw.execute(f"PRAGMA {word}")
    for statement in RAW_TABLE:
        raw.execute(statement)

    async def commits() -> float:
        with spent() as span:
            for number in range(RAW):
                raw.execute(
                    RAW_ROW.format("?, ?, ?, ?, ?, ?, ?"), _row(number)
                )
        return span.rate(RAW)

    try:
        return await Bench(at, city, slow, urls, commits).run()
    finally:
        raw.close()


def _on_postgres(
    folder: Path, city: City, slow: Mapping[str, str]
) -> dict[str, Any]:
    at = folder / "postgresql"
    at.mkdir()
    try:
        with postgres.cluster(quick=False, environment=slow) as cluster:
            urls = [cluster.url(cluster.create()) for _ in range(2)]
            return asyncio.run(_with_asyncpg(at, city, slow, urls, cluster))
    except postgres.Missing as why:
        return {"missing": str(why)}


async def _with_asyncpg(
    at: Path,
    city: City,
    slow: Mapping[str, str],
    urls: Sequence[str],
    cluster: postgres.Cluster,
) -> dict[str, Any]:
    raw = await asyncpg.connect(
        host=str(cluster.folder),
        user=postgres.USER,
        database=cluster.create(),
    )
    for statement in RAW_TABLE:
        await raw.execute(statement)
    insert = RAW_ROW.format("$1, $2, $3, $4, $5, $6, $7")

    async def commits() -> float:
        with spent() as span:
            for number in range(RAW):
                await raw.execute(insert, *_row(number))
        return span.rate(RAW)

    try:
        return await Bench(at, city, slow, urls, commits).run()
    finally:
        await raw.close()


def _row(number: int) -> tuple[Any, ...]:
    words = "3单元门口的井盖坏了，谁来管管？"
    return f"c{number % 20}", number, "reported", words, "g1", "lin", "roads"


@dataclass(eq=False)
class Bench:
    """The rounds on one database."""

    folder: Path
    city: City
    slow: Mapping[str, str]
    urls: Sequence[str]
    """Of the program as it is, and of the one without batches."""
    commits: Look
    _rates: dict[str, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _took: dict[str, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )

    async def run(self) -> dict[str, Any]:
        """Return the figures."""
        home = load(self.city.pack).communities[0]
        reports, chatter = texts(home)
        self.talk = Talk(
            self.city,
            [one.text for one in reports],
            [one.text for one in chatter],
        )
        self._rates["understanding"] = [
            _understanding_us(home, chatter) for _ in range(ROUNDS)
        ]
        lost = 0
        async with FarSide().running() as far, AsyncExitStack() as stack:
            self.far = far
            many = await stack.enter_async_context(self._program("bot", "run"))
            one = await stack.enter_async_context(
                self._program("tests.bench._server", "1")
            )
            lines = await stack.enter_async_context(self._lines(many))
            single = await stack.enter_async_context(self._lines(one))
            for each in lines, single:
                await each.saturate(self.talk.greetings(), reports=False)
                await each.saturate(self._reports(REPORTS // 4))
            for _, what in interleaved(
                ROUNDS, "reports", "single", "raw", "talk", "steady"
            ):
                if what == "raw":
                    self._rates[what].append(await self.commits())
                else:
                    await self._round(what, many, lines, one, single)
            lost += await self._killed(many, lines)
        lost += await _unrecorded(self.urls[1], single.answered)
        return self._figures(lost)

    async def _round(
        self,
        what: str,
        many: Program,
        lines: Lines,
        one: Program,
        single: Lines,
    ) -> None:
        rates = self._rates
        letters = self.far.letters
        match what:
            case "reports":
                with spent(many.pid) as span:
                    took = await lines.saturate(self._reports(REPORTS))
                self._took[what] += took
                rates[what].append(span.rate(REPORTS))
                rates["report_us"].append(span.per(REPORTS))
                sent = self.far.letters - letters
                rates["letters"].append(sent / span.wall_s)
            case "single":
                with spent(one.pid) as span:
                    await single.saturate(self._reports(SINGLES))
                rates[what].append(span.rate(SINGLES))
                rates["single_us"].append(span.per(SINGLES))
            case "talk":
                with spent(many.pid) as span:
                    await lines.saturate(self._mixed(TALK), reports=False)
                rates[what].append(span.rate(TALK))
                rates["talk_us"].append(span.per(TALK))
            case _:
                with spent(many.pid) as span:
                    self._took[what] += await lines.steadily(
                        self._reports(STEADY_PER_S * STEADY_S), STEADY_PER_S
                    )
                rates["steady_us"].append(span.per(STEADY_PER_S * STEADY_S))

    async def _killed(self, many: Program, lines: Lines) -> int:
        """Kill it under load; count what it had answered and lost."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(lines.saturate(self._reports(10**6)))
            await asyncio.sleep(KILL_AFTER_S)
            await many.kill()
        return await _unrecorded(self.urls[0], lines.answered)

    def _reports(self, count: int) -> Iterator[Update]:
        return (self.talk.report() for _ in range(count))

    def _mixed(self, count: int) -> Iterator[Update]:
        for place in range(count):
            is_report = place % REPORT_EACH == REPORT_EACH - 1
            yield self.talk.report() if is_report else self.talk.chat()

    def _program(self, *command: str) -> AbstractAsyncContextManager[Program]:
        url = self.urls[command[0] != "bot"]
        at = self.folder / command[0]
        at.mkdir()
        settings = on_telegram(
            url, at, self.city.pack, self.far.url, free_port()
        )
        return started(
            *command, folder=at, environment={**settings, **self.slow}
        )

    @staticmethod
    def _lines(program: Program) -> AbstractAsyncContextManager[Lines]:
        return Lines.opened(program.url, CONNECTIONS)

    def _figures(self, lost: int) -> dict[str, Any]:
        middle = {
            name: statistics.median(values)
            for name, values in self._rates.items()
        }
        # the few reports in the talk are no talk
        share = 1 / REPORT_EACH
        talk_us = (middle["talk_us"] - share * middle["report_us"]) / (
            1 - share
        )
        reports, steady = self._took["reports"], self._took["steady"]
        return {
            "reports_per_s": round(middle["reports"]),
            "single_reports_per_s": round(middle["single"]),
            "raw_commits_per_s": round(middle["raw"]),
            "talk_per_s": round(middle["talk"]),
            "cpu_us_per_report": round(middle["report_us"]),
            "cpu_us_per_report_at_100": round(middle["steady_us"]),
            "cpu_us_per_single_report": round(middle["single_us"]),
            "cpu_us_per_talk": round(talk_us - middle["understanding"], 1),
            "understanding_us": round(middle["understanding"], 1),
            "p50_ms": round(percentile(steady, 0.5), 1),
            "p99_ms": round(percentile(steady, 0.99), 1),
            "p50_ms_saturated": round(percentile(reports, 0.5), 1),
            "p99_ms_saturated": round(percentile(reports, 0.99), 1),
            "letters_per_s": round(middle["letters"]),
            "lost": lost,
        }


def _understanding_us(home: Community, chatter: Sequence[Said]) -> float:
    """Return the CPU that telling one ordinary message apart takes."""
    fixed = fixed_for(home)
    for said in chatter:
        hearing.matters(fixed, home.id, said)
    with spent() as span:
        for said in chatter:
            hearing.matters(fixed, home.id, said)
    return span.per(len(chatter))


async def _unrecorded(url: str, answered: Sequence[tuple[str, str]]) -> int:
    """Count the reports that were answered and are not there."""

    def look(db: Connection) -> set[tuple[str, str]]:
        p = schema.post
        rows = db.execute(
            select(p.c.chat, p.c.message).where(p.c.kind == "report")
        )
        return {(row.chat, row.message) for row in rows}

    async with Database(url).readable() as database:
        return len(set(answered) - await database.read(look))


def _line(name: str, one: Mapping[str, Any]) -> str:
    return (
        f"{name}: {one['reports_per_s']} reports/s"
        f" ({one['single_reports_per_s']} without batches), lost {one['lost']}"
    )


if __name__ == "__main__":
    main()
