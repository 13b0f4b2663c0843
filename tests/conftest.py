"""What all tests share: options, and a fresh database on request."""

import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from storage.database import Database
from tests import databases, postgres


def pytest_addoption(parser: pytest.Parser) -> None:
    ours = parser.getgroup("linli")
    ours.addoption(
        "--kills",
        type=int,
        default=10,
        help="how often a fault test kills the program",
    )
    ours.addoption(
        "--no-skips",
        action="store_true",
        help="fail where something is missing, instead of skipping",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and item.config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def kills(request: pytest.FixtureRequest) -> int:
    """How often to kill: few in `make test`, many in `make faults`."""
    return int(request.config.getoption("--kills"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """One PostgreSQL server for the session; skips where there is none."""
    try:
        with postgres.cluster() as running:
            yield running
    except postgres.Missing as why:
        pytest.skip(f"PostgreSQL: {why}")


@pytest.fixture(scope="session")
def _laid_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("laid") / "linli.db"
    databases.lay_sqlite(path)
    return path


@pytest.fixture(scope="session")
def _laid_postgres(cluster: postgres.Cluster) -> str:
    return databases.lay_postgres(cluster)


@pytest.fixture
def sqlite_path(_laid_sqlite: Path, tmp_path: Path) -> Path:
    """A fresh SQLite file with all tables."""
    return Path(shutil.copy(_laid_sqlite, tmp_path / "linli.db"))


@pytest.fixture
def sqlite_url(sqlite_path: Path) -> str:
    """The address of a fresh SQLite file with all tables."""
    return f"sqlite+aiosqlite:///{sqlite_path}"


@pytest.fixture
def postgres_url(
    cluster: postgres.Cluster, _laid_postgres: str
) -> Iterator[str]:
    """The address of a fresh PostgreSQL database with all tables."""
    name = cluster.create(template=_laid_postgres)
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with all tables: the test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite file that doesn't exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/empty.db"


@pytest.fixture
def empty_postgres_url(cluster: postgres.Cluster) -> Iterator[str]:
    """The address of a PostgreSQL database without any table."""
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """A database without any table, once of each kind."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open ``Database`` with all tables, once of each kind."""
    async with Database(database_url).opened() as opened:
        yield opened
