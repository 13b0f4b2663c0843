"""What stops the start is said in one line, before anything is."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Office:
    """Somebody who starts the program in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def starts(self, **settings: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "bot", "run"],
            cwd=self.folder,
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **settings},
            check=False,
            capture_output=True,
            text=True,
            timeout=25,
        )


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture(name="taken_port")
def _taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_port_in_use(office: Office, taken_port: int) -> None:
    done = office.starts(LINLI_HTTP_PORT=str(taken_port))

    assert done.returncode == 2
    assert done.stderr == (
        f"LINLI_HTTP_PORT: 127.0.0.1:{taken_port}: another program has it;"
        " choose another port\n"
    )
    assert "sent" not in done.stdout


def test_a_folder_for_photos_that_cannot_be_made(office: Office) -> None:
    (office.folder / "media").write_text("a file")

    done = office.starts(LINLI_MEDIA_URL=f"file://{office.folder}/media")

    assert done.returncode == 2
    assert done.stderr == (
        f"LINLI_MEDIA_URL: {office.folder}/media can't be made: File exists\n"
    )


def test_a_file_that_is_no_database(office: Office) -> None:
    (office.folder / "notes.txt").write_text("milk and eggs\n" * 100)

    done = office.starts(
        LINLI_DATABASE_URL=f"sqlite+aiosqlite:///{office.folder}/notes.txt"
    )

    assert done.returncode == 2
    assert done.stderr == (
        "LINLI_DATABASE_URL: the file is no SQLite database\n"
    )


def test_a_crash_tells_where_and_not_what_was_said(
    office: Office, sqlite_path: Path
) -> None:
    with closing(sqlite3.connect(sqlite_path)) as db:
        db.execute("DROP TABLE faq_phrase")

    done = office.starts(
        LINLI_HTTP_PORT="0",
        LINLI_DATABASE_URL=f"sqlite+aiosqlite:///{sqlite_path}",
    )

    assert done.returncode == 1
    assert "crashed" in done.stderr
    assert "OperationalError at " in done.stderr
    assert "Traceback" not in done.stderr
    assert "faq_phrase" not in done.stderr
