"""What an operator reads at a terminal."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import logs
from bot.cli import app
from tests.config.pack.folders import Folder

pytestmark = pytest.mark.timeout(60)


class Office:
    """An operator at a terminal, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "linli.db"

    def types(self, *words: str, answer: str = "") -> Result:
        return CliRunner().invoke(app, words, input=answer)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Hold the database as the program does while it runs."""
        lock = os.open(f"{self.database}.lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


@pytest.fixture(name="office")
def _office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.chdir(tmp_path)
    # the log of this process is not the command's: it ends with the test
    monkeypatch.setattr(logs, "set_up", lambda *_: None)
    return Office(tmp_path)


@pytest.fixture(name="own")
def _own(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office with a pack and a database of its own."""
    Folder(office.folder / "pack")
    url = f"sqlite+aiosqlite:///{office.database}"
    monkeypatch.setenv("LINLI_PACK", str(office.folder / "pack"))
    monkeypatch.setenv("LINLI_DATABASE_URL", url)
    monkeypatch.setenv("LINLI_MEDIA_URL", f"file://{office.folder}/media")
    return office


def test_nobody_is_asked_about_a_database_in_use(own: Office) -> None:
    own.types("apply")

    with own.serving():
        done = own.types("erase", "lin", answer="y\n")

    assert done.exit_code == 2
    assert "Forget" not in done.output
    assert done.stderr.startswith(f"{own.database} is in use by another")
    assert "stop Linli first" in done.stderr


def test_nobody_is_asked_about_whom_nobody_knows(own: Office) -> None:
    own.types("apply")

    done = own.types("erase", "telegram:404", answer="y\n")

    assert done.exit_code == 2
    assert done.output == "telegram:404: no community knows them\n"


def test_who_is_to_be_forgotten_is_named_before(own: Office) -> None:
    own.types("apply")

    no = own.types("erase", "telegram:1001", answer="n\n")
    yes = own.types("erase", "telegram:1001", answer="y\n")

    asked = "Forget telegram:1001 (林工, yuelai) for good? [y/N]:"
    assert no.exit_code == 1
    assert no.output.startswith(asked)
    assert yes.output.startswith(asked)
    assert "telegram:1001: erased in yuelai; their photos" in yes.output


def test_a_check_says_what_it_looked_at(own: Office) -> None:
    said = own.types("check").output

    assert f"✓ pack: {own.folder}/pack: 1 communities" in said
    assert f"✓ database: {own.database}: reachable and up to date" in said
    assert f"✓ photos: {own.folder}/media: can be kept" in said
    assert "demo" not in said


def test_without_settings_the_demo_is_looked_at(office: Office) -> None:
    said = office.types("check").output

    kept = office.folder / "var" / "demo"
    assert "! no outside channel is set: this looks at the demo" in said
    assert f"✓ database: {kept}/linli.sqlite: reachable" in said
    assert f"✓ photos: {kept}/media: can be kept" in said
    assert not (office.folder / "var" / "linli.sqlite").exists()


def test_what_is_kept_lies_together_where_linli_was_started(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "LINLI_DATABASE_URL", "sqlite+aiosqlite:///./var/linli.sqlite"
    )

    said = office.types("check").output

    assert f"✓ database: {office.folder}/var/linli.sqlite: " in said
    assert f"✓ photos: {office.folder}/var/media: " in said
    assert (office.folder / "var" / "media").is_dir()


def test_the_password_of_a_database_is_never_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+asyncpg://linli:geheim@127.0.0.1:9/linli"
    monkeypatch.setenv("LINLI_DATABASE_URL", url)

    done = office.types("check")

    assert done.exit_code == 1
    assert "✗ database: postgresql://linli:***@127.0.0.1:9/linli: " in (
        done.output
    )
    assert "geheim" not in done.output
