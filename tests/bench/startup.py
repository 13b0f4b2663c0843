"""How soon the program answers after its start, and in what memory.

``python -m tests.bench.startup --json``. ``ready_s``: from the start of
the process to ``/readyz`` saying 200, for ``run`` (behind Telegram's
webhook) and for ``demo``; ``first`` are starts with no database yet, when
the tables are laid and the demo lives its past. ``import_s``: a process
that imports aiohttp, SQLAlchemy, python-telegram-bot and APScheduler, and
ends. The starts are interleaved; figures are medians. ``rss_mb``: idle,
and after 100,000 messages of which 0.5 % are reports; growth is what the
next 100,000 add.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from config.pack.loading import load
from tests.bench._measure import (
    at_flush,
    flush_ms,
    interleaved,
    options,
    rss_mb,
    show,
)
from tests.bench._program import Program, free_port, on_telegram, started
from tests.bench._telegram import City, FarSide, Lines, Talk, build, texts
from tests.bench._telegram import Update as Posted
from tests.emulators import slowsync

ROUNDS = 5
MESSAGES = 100_000
REPORT_EACH = 200
CONNECTIONS = 64
IMPORTS = (
    "import aiohttp, sqlalchemy.ext.asyncio, telegram,"
    " apscheduler.schedulers.asyncio"
)


def main() -> None:
    """Print the figures."""
    given = options(__doc__ or "")
    at_flush("tests.bench.startup", given.flush_ms)
    slow = slowsync.environment(given.flush_ms) if given.flush_ms else {}
    figures: dict[str, Any] = {
        "bench": "startup",
        "rounds": ROUNDS,
        "load": round(os.getloadavg()[0], 1),
    }
    with TemporaryDirectory() as name:
        folder = Path(name)
        figures["flush_ms"] = round(flush_ms(folder), 2)
        figures |= asyncio.run(_run(folder, build(folder, 1), slow))
    ready, floor = figures["ready_s"], figures["import_s"]
    lines = [f"imports alone: {floor} s"]
    lines += [f"{name}: ready in {one} s" for name, one in ready.items()]
    lines += [f"{name}: {one} MB" for name, one in figures["rss_mb"].items()]
    show(figures, lines, only=given.json)


async def _run(
    folder: Path, city: City, slow: Mapping[str, str]
) -> dict[str, Any]:
    took: dict[str, list[float]] = defaultdict(list)
    memory: dict[str, float] = {}
    async with FarSide().running() as far:
        for turn, what in interleaved(ROUNDS, "imports", "run", "demo"):
            if what == "imports":
                took[what].append(_imports())
                continue
            at = folder / f"{what}{turn}"
            at.mkdir()
            if what == "run":
                url = f"sqlite+aiosqlite:///{at}/linli.db"
                port = free_port()
                given = on_telegram(url, at, city.pack, far.url, port)
                command = ["bot", "run"]
            else:
                given = {"LINLI_HTTP_PORT": "0"}
                command = ["bot", "demo", "--data", str(at)]
            for which in f"{what}_first", what:
                async with started(
                    *command, folder=at, environment={**given, **slow}
                ) as program:
                    took[which].append(program.ready_s)
                    memory[f"{what}_idle"] = rss_mb(program.pid)
                    if turn == ROUNDS - 1 and which == "run":
                        memory |= await _talked_to(program, city)
    middle = {
        name: round(statistics.median(each), 2) for name, each in took.items()
    }
    floor = middle.pop("imports")
    grown = memory["twice"] - memory["after"]
    return {
        "ready_s": middle,
        "import_s": floor,
        "ready_to_import": {
            name: round(each / floor, 1) for name, each in middle.items()
        },
        "rss_mb": memory,
        "growth_mb": round(grown, 1),
        "messages": MESSAGES,
    }


async def _talked_to(program: Program, city: City) -> dict[str, float]:
    """Return the memory after the messages, and after as many again."""
    home = load(city.pack).communities[0]
    reports, chatter = texts(home)
    talk = Talk(
        city, [one.text for one in reports], [one.text for one in chatter]
    )
    found: dict[str, float] = {}
    async with Lines.opened(program.url, CONNECTIONS) as lines:
        for name in "after", "twice":
            await lines.saturate(_mixed(talk), reports=False)
            found[name] = rss_mb(program.pid)
    return found


def _mixed(talk: Talk) -> Iterator[Posted]:
    for place in range(MESSAGES):
        is_report = place % REPORT_EACH == REPORT_EACH - 1
        yield talk.report() if is_report else talk.chat()


def _imports() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)  # noqa: S603
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
