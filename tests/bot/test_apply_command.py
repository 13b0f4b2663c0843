import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from config.settings import DEMO_PACK
from tests.config.pack.folders import OWN, Folder


class Office:
    """An operator at a terminal, with a pack and a database."""

    def __init__(self, folder: Path) -> None:
        self.pack = Folder(folder / "pack")

    def types(self, *words: str) -> Result:
        return CliRunner().invoke(app, words)


@pytest.fixture(name="office")
def _office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINLI_PACK", str(tmp_path / "pack"))
    monkeypatch.setenv(
        "LINLI_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/linli.db"
    )
    return Office(tmp_path)


def test_applying_tells_what_it_did_and_the_second_time_nothing(
    office: Office,
) -> None:
    first = office.types("apply")
    second = office.types("apply")

    assert first.exit_code == 0
    assert first.stdout.splitlines() == [
        "account: 2 new",
        "chat: 2 new",
        "community: 1 new",
        "grid: 1 new",
        "person: 1 new",
        "role: 1 new",
    ]
    assert second.stdout == "Nothing has changed.\n"


def test_a_changed_pack_changes_what_it_says(office: Office) -> None:
    office.types("apply")
    office.pack.change("0000-1001", "0000-1002")
    office.pack.change(", telegram:1001", "")

    done = office.types("apply")

    assert done.stdout.splitlines() == [
        "account: 1 gone",
        "person: 1 changed",
    ]


def test_a_wrong_pack_is_not_applied(office: Office) -> None:
    office.types("apply")
    office.pack.change("worker: lin", "worker: lim")

    done = office.types("apply")

    assert done.exit_code == 2
    assert done.stderr == (
        f'{OWN}:12: grids[0].worker: nobody has the id "lim";'
        ' did you mean "lin"?\n'
    )


def test_a_long_pack_loads_and_applies(office: Office, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "pack")
    shutil.copytree(DEMO_PACK, tmp_path / "pack")

    done = office.types("apply")

    assert done.exit_code == 0
    assert "grid: 8 new" in done.stdout


def test_a_backup_needs_a_folder_that_is_there(
    office: Office, tmp_path: Path
) -> None:
    office.types("apply")

    done = office.types("backup", str(tmp_path / "nowhere" / "b.tar.gz"))

    assert done.exit_code == 2
    assert "must be a file in a folder that exists" in done.stderr
    assert "Traceback" not in done.output
