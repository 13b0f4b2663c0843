"""How long a city's pack takes to load and to apply, and in what memory.

    python -m tests.bench.pack [--communities N] [--json]

A generated pack of 2,000 communities, 20,000 grids and 50,000 people.
"""

import argparse
import asyncio
import json
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from config.pack.loading import load
from config.pack.values import Pack
from config.settings import DEMO_PACK
from storage import migrate
from storage.apply import apply
from storage.database import Database
from tests import postgres

GRIDS = 10
PEOPLE = 25
"""Of each community."""
FAQ = 5
"""Shared entries; each community gets its own rows of them."""
SHARED = ("bodies", "categories", "limits", "danger", "rules")
NOW = datetime(2026, 11, 22, tzinfo=UTC)

Figures = dict[str, object]


def main() -> None:
    """Generate, load, apply to each database, and print the figures."""
    wants = argparse.ArgumentParser(description=__doc__)
    wants.add_argument("--communities", type=int, default=2_000)
    wants.add_argument("--json", action="store_true")
    asked = wants.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), asked.communities, quiet=asked.json)
    print(json.dumps(figures))  # noqa: T201


def measure(folder: Path, communities: int, *, quiet: bool) -> Figures:
    """Return the figures of a pack of so many communities."""
    write(folder / "pack", communities)
    before = peak_mb()
    with Progress(console=Console(stderr=True, quiet=quiet)) as progress:
        shown = progress.add_task("load")
        start, cpu = time.perf_counter(), time.process_time()
        pack = load(
            folder / "pack",
            lambda done, of: progress.update(shown, completed=done, total=of),
        )
        load_s = time.perf_counter() - start
        load_cpu_s = time.process_time() - cpu
    figures: Figures = {
        "communities": communities,
        "grids": sum(len(each.grids) for each in pack.communities),
        "people": sum(len(each.people) for each in pack.communities),
        "load_s": round(load_s, 2),
        "load_cpu_s": round(load_cpu_s, 2),
        "idle_mb": round(before),
        "load_peak_mb": round(peak_mb()),
    }
    url = f"sqlite+aiosqlite:///{folder}/linli.db"
    figures["sqlite"] = asyncio.run(applied(url, pack))
    with suppress(postgres.Missing), postgres.cluster() as cluster:
        url = cluster.url(cluster.create())
        figures["postgresql"] = asyncio.run(applied(url, pack))
    return figures


async def applied(url: str, pack: Pack) -> Figures:
    """Apply twice: to an empty database, and where all is there already."""
    async with Database(url).opened() as database:
        await database.write(migrate.upgrade)
        with timed() as first:
            done = await database.write(lambda db: apply(db, pack, NOW))
        with timed() as again:
            nothing = await database.write(lambda db: apply(db, pack, NOW))
    if nothing:
        raise AssertionError(f"the second apply changed {nothing}")
    return {
        "rows": sum(done.new.values()),
        "apply_s": round(first[0], 2),
        "again_s": round(again[0], 2),
        "peak_mb": round(peak_mb()),
    }


def write(folder: Path, communities: int) -> None:
    """Write a pack that shares the demo's categories, limits and so on."""
    folder.mkdir()
    for name in SHARED:
        text = (DEMO_PACK / f"{name}.yaml").read_text("utf-8")
        if name == "bodies":
            text = "\n".join(
                f"{line.partition(', people')[0]}}}"
                if "people: [" in line
                else line
                for line in text.splitlines()
            )
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    (folder / "faq").mkdir()
    for entry in sorted((DEMO_PACK / "faq").iterdir())[:FAQ]:
        shutil.copy(entry, folder / "faq")
    for number in range(communities):
        home = folder / "communities" / f"c{number}"
        home.mkdir(parents=True)
        text = "\n".join(community(number))
        (home / "community.yaml").write_text(text, "utf-8")


def community(number: int) -> Iterator[str]:
    """Yield the lines of one ``community.yaml``."""
    yield "community:"
    yield f"  {{id: c{number}, name: 第{number}社区, street: 望江街道,"
    yield "   time_zone: Asia/Shanghai, language: zh-CN}"
    yield "grids:"
    for grid in range(GRIDS):
        first = grid * 8 + 1
        yield f"  - {{id: g{grid}, name: 第{grid}网格, households: 263,"
        yield f"     buildings: [{first}-{first + 7}号楼, {grid}弄],"
        yield f"     worker: w{grid},"
        yield f'     groups: ["telegram:-100{number:05}{grid:02}"]}}'
    yield "people:"
    for person in range(PEOPLE):
        role = "worker" if person < GRIDS else "volunteer"
        name = f"w{person}" if person < GRIDS else f"v{person}"
        yield f"  - {{id: {name}, name: 林工{person}, roles: [{role}],"
        yield f"     phone: 0000-{number:04}{person:02},"
        yield f'     accounts: ["telegram:{number * 100 + person}"]}}'


@contextmanager
def timed() -> Iterator[list[float]]:
    """Yield a list that holds the seconds when the block is over."""
    seconds: list[float] = []
    start = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - start)


def peak_mb() -> float:
    """Return the most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
