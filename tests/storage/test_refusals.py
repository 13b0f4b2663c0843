"""A database that can't be used says why, in one line and no secret."""

from pathlib import Path

import pytest

from storage import migrate
from tests.postgres import Cluster


async def _refusal(url: str) -> str:
    with pytest.raises(migrate.Unusable) as no:
        async with migrate.opened(url, patience_s=0):
            pass
    return str(no.value)


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("milk, eggs, and a database one day\n" * 100)

    words = await _refusal(f"sqlite+aiosqlite:///{file}")

    assert words == "the file is no SQLite database"


async def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    words = await _refusal(f"sqlite+aiosqlite:///{tmp_path}")

    assert words == "the file can't be opened; may Linli write there?"


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")

    words = await _refusal(f"sqlite+aiosqlite:///{tmp_path}/var/linli.db")

    assert words == "a file stands where a folder should be"


async def test_a_server_that_is_not_there() -> None:
    words = await _refusal("postgresql+asyncpg://linli:s3cret@127.0.0.1:1/x")

    assert words.startswith("nobody answers there")
    assert "s3cret" not in words


async def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    words = await _refusal(f"postgresql+asyncpg:///linli?host={tmp_path}")

    assert words.startswith("there is no such folder or socket")


async def test_a_database_that_nobody_created(cluster: Cluster) -> None:
    words = await _refusal(cluster.url("nobody_made_it"))

    assert words.startswith("PostgreSQL has no database of that name")


async def test_a_login_that_the_server_does_not_know(cluster: Cluster) -> None:
    url = cluster.url("postgres").replace("linli@", "stranger:s3cret@")

    words = await _refusal(url)

    assert words.startswith("PostgreSQL doesn't let this user in")
    assert "s3cret" not in words


async def test_a_login_that_may_make_no_tables(cluster: Cluster) -> None:
    name = cluster.create()
    cluster.run_sql("CREATE ROLE guest LOGIN")
    try:
        words = await _refusal(cluster.url(name).replace("linli@", "guest@"))
    finally:
        cluster.run_sql("DROP ROLE guest")
        cluster.drop(name)

    assert words.startswith("PostgreSQL doesn't let this user make tables")
