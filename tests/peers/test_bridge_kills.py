"""kill -9 of the whole program while orders are on their way."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.emulators.proxy import FAULTS, Fault, Proxy, Request
from tests.peers import bridging
from tests.peers.tracker import Tracker

pytestmark = [
    pytest.mark.peers,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
]
TICKETS = 25
SEED = 20261122
SHARE = 0.06
HERE = Path(__file__).parent.parent.parent


@dataclass
class Line:
    """The way to the tracker: slow, and now and then broken."""

    lot: Random
    changing: int = 0

    async def plan(self, request: Request) -> Fault:
        """Count what changes something, and break some of it."""
        if request.method != "GET":
            self.changing += 1
        if self.lot.random() < SHARE:
            return self.lot.choice(FAULTS)
        return Fault.NONE


async def test_kills_on_the_bridge_lose_and_double_nothing(
    tracker: Tracker,
    database_url: str,
    tmp_path: Path,
    kills: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = Line(Random(SEED))  # noqa: S311
    proxy = Proxy(tracker.port, line.plan, latency_s=0.02, straggle_s=1.5)
    before = len(_ours(tracker))
    killed = 0

    async with proxy.serving(tracker.door):
        while killed < kills:
            program = await _start(database_url, tmp_path, tracker.url)
            changed = line.changing + line.lot.randint(1, 12)
            busy = await _wait_until(
                lambda: line.changing >= changed,  # noqa: B023
                every_s=0.01,
                in_time_s=30,
            )
            program.kill()
            await program.wait()
            if not busy:
                break
            killed += 1
        program = await _start(database_url, tmp_path, tracker.url)
        await _wait_until(
            lambda: len(_ours(tracker)) - before >= TICKETS,
            every_s=0.5,
            in_time_s=120,
        )
        # what straggles has the time to make a second one
        await asyncio.sleep(proxy.straggle_s * 2)
        program.kill()
        await program.wait()

    titles = Counter(_ours(tracker)[before:])
    with capsys.disabled():
        print(  # noqa: T201
            f"\nbridge: {killed} kills with orders on their way,"
            f" {proxy.seen.total() - proxy.seen[Fault.NONE]} faults,"
            f" {TICKETS} tickets, seed {SEED}:"
            f" missing {TICKETS - len(titles)},"
            f" duplicates {titles.total() - len(titles)}"
        )
    assert len(titles) == TICKETS
    assert titles.total() == TICKETS


def _ours(tracker: Tracker) -> list[str]:
    """Return the references of the town's issues, in order of making."""
    issues = sorted(tracker.issues(), key=lambda it: int(it["id"]))
    return [
        it["title"].partition("]")[0]
        for it in issues
        if it["title"].startswith(f"[{bridging.NAME}-")
    ]


async def _start(url: str, folder: Path, tracker: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.peers.bridging",
        url,
        str(folder),
        tracker,
        str(TICKETS),
        cwd=HERE,
        stdout=DEVNULL,
        stderr=DEVNULL,
    )


async def _wait_until(
    happened: Callable[[], bool], *, every_s: float, in_time_s: float
) -> bool:
    loop = asyncio.get_running_loop()
    until = loop.time() + in_time_s
    while not happened():
        if loop.time() > until:
            return False
        await asyncio.sleep(every_s)
    return True
