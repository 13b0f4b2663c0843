"""What all benches share: flush time, CPU, percentiles, the last line.

A disk here may flush in 26 µs or in 4 ms, and nobody chooses: so a bench
runs ``at_flush`` of its own choice and prints the flush it has met.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.emulators import slowsync

FLUSH_MS = 4.0
"""The slow speed of the disks that we have met."""
PAGE = bytes(4096)


def options(about: str) -> argparse.Namespace:
    """Read the command line that every bench understands."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument(
        "--json", action="store_true", help="print the JSON line alone"
    )
    parser.add_argument(
        "--flush-ms",
        type=float,
        default=FLUSH_MS,
        help="lengthen each flush to this (0: as the disk is)",
    )
    parser.add_argument(
        "--database",
        action="append",
        choices=("sqlite", "postgresql"),
        help="measure this one alone",
    )
    return parser.parse_args()


def at_flush(module: str, ms: float) -> None:
    """Go on only in a process whose flushes take ``ms``: start it again.

    Where the shim can't be built, says so and goes on with the disk as it
    is; the printed flush time tells the truth either way.
    """
    if ms <= 0 or slowsync.active_ms() > 0:
        return
    try:
        slowsync.start_again(module, ms, *sys.argv[1:])
    except slowsync.Missing as why:
        sys.stderr.write(f"{why}: measured with the disk as it is\n")


def flush_ms(folder: Path | None = None, times: int = 25) -> float:
    """Return the median of 4 KB appended and flushed, in ms."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        return statistics.median(_flush(file.fileno()) for _ in range(times))


def _flush(file: int) -> float:
    os.write(file, PAGE)
    started = time.perf_counter()
    os.fdatasync(file)
    return (time.perf_counter() - started) * 1000


@dataclass
class Span:
    """What a stretch of work has cost; zero until it is over."""

    wall_s: float = 0.0
    cpu_s: float = 0.0

    def per(self, count: int) -> float:
        """Return the CPU of one of ``count`` pieces, in µs."""
        return round(self.cpu_s / count * 1e6, 1)

    def rate(self, count: int) -> float:
        """Return how many of ``count`` pieces were done a second."""
        return round(count / self.wall_s, 1)


@contextmanager
def spent(pid: int | None = None) -> Iterator[Span]:
    """Measure wall and CPU time (user and system) of a block.

    ``pid`` names another process; None measures this one.
    """
    span = Span()
    started, used = time.perf_counter(), _cpu_s(pid)
    try:
        yield span
    finally:
        span.wall_s = time.perf_counter() - started
        span.cpu_s = _cpu_s(pid) - used


def _cpu_s(pid: int | None) -> float:
    if pid is None:
        mine = resource.getrusage(resource.RUSAGE_SELF)
        return mine.ru_utime + mine.ru_stime
    theirs = psutil.Process(pid).cpu_times()
    return float(theirs.user + theirs.system)


def rss_mb(pid: int | None = None) -> float:
    """Return the resident memory of a process."""
    return round(float(psutil.Process(pid).memory_info().rss) / 2**20, 1)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` (0..1) of all don't exceed.

    The nearest rank, so it is a value that was really met.
    """
    if not values:
        raise ValueError("a percentile of nothing")
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[int(rank) - 1]


def interleaved(rounds: int, *names: str) -> Iterator[tuple[int, str]]:
    """Yield A B C, A B C, …: what drifts, drifts for all alike."""
    for number in range(rounds):
        for name in names:
            yield number, name


def show(
    result: Mapping[str, Any], lines: Sequence[str] = (), *, only: bool
) -> None:
    """Print the lines for people, and the result as the last line."""
    if not only:
        for line in lines:
            sys.stdout.write(f"{line}\n")
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
