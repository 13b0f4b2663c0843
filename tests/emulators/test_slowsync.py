"""The shim lengthens the flushes of everything that runs in a process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulators import slowsync

FLUSHES = """
import os, sys, time
with open(sys.argv[1], "wb") as file:
    for call in (os.fsync, os.fdatasync):
        file.write(b"x"); file.flush()
        started = time.perf_counter()
        call(file.fileno())
        print(time.perf_counter() - started)
"""
COMMITS = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE t (x)")
started = time.perf_counter()
db.execute("INSERT INTO t VALUES (1)")
print(time.perf_counter() - started)
"""
TELLS = """
from tests.emulators import slowsync
print(slowsync.active_ms() / 1000)
"""


def _times(program: str, place: Path, ms: float) -> list[float]:
    try:
        slow = slowsync.environment(ms)
    except slowsync.Missing as why:
        pytest.skip(str(why))
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program, place],
        env={"PATH": os.defpath, **slow},
        capture_output=True,
        check=True,
        text=True,
    )
    return [float(line) for line in done.stdout.split()]


def test_each_flush_takes_at_least_as_long_as_told(tmp_path: Path) -> None:
    assert min(_times(FLUSHES, tmp_path / "file", 40)) >= 0.04


def test_a_commit_of_sqlite_waits_for_the_flush(tmp_path: Path) -> None:
    assert min(_times(COMMITS, tmp_path / "db", 40)) >= 0.04


def test_a_process_can_tell_that_its_flushes_are_slow(tmp_path: Path) -> None:
    assert _times(TELLS, tmp_path, 40) == [0.04]
    assert slowsync.active_ms() == 0
