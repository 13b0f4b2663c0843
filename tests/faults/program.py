"""The real program in a process of its own, to be killed."""

import asyncio
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.emulators.botapi import TOKEN, BotApi

ROOT = Path(__file__).parents[2]
SECRET = "0123456789abcdef"  # noqa: S105
START_S = 30.0
TAKEN_IN = ("photos_wanted", "updates_failing")
EVERYTHING = (*TAKEN_IN, "letters_waiting")
COMMUNITY = """\
community:
  {{id: town, name: 小镇社区, street: 河边街道, time_zone: Asia/Shanghai,
    language: zh-CN}}
grids:
{grids}
people:
{people}
"""
SHARED = {
    "categories.yaml": """\
categories:
  - {id: roads, names: {zh-CN: 道路交通, en: roads}, words: [井盖, 路面]}
  - {id: other, names: {zh-CN: 其他, en: other}, words: []}
""",
    "limits.yaml": """\
limits:
  - {category: "*", kind: answer, within: 1d}
""",
    "rules.yaml": """\
messages_a_minute: 100000
group_messages_a_minute: 100000
open_tickets: 100000
quiet_from: "00:00"
quiet_until: "00:00"
""",
}


@dataclass(eq=False)
class Program:
    """A running ``python -m bot run``."""

    process: Process
    url: str
    log: Path

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Ask it to stop; return its exit code."""
        self.process.terminate()
        return await self.process.wait()

    async def gauges(self) -> dict[str, float]:
        """Return what ``/metrics`` tells under our own names."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.url}/metrics") as answer,
        ):
            lines = (await answer.text()).splitlines()
        return {
            name: float(value)
            for name, _, value in (line.partition(" ") for line in lines)
            if name.startswith("linli_")
        }

    async def until_idle(
        self, seconds: float = 90.0, waiting: Sequence[str] = EVERYTHING
    ) -> None:
        """Wait until nothing of that kind waits any more."""
        async with asyncio.timeout(seconds):
            calm = 0
            while calm < 12:  # the backlog is counted every five seconds
                told = await self.gauges()
                still = sum(told[f"linli_{name}"] for name in waiting)
                calm = 0 if still else calm + 1
                await asyncio.sleep(1.0)


@asynccontextmanager
async def started(
    api: BotApi,
    database_url: str,
    folder: Path,
    pack: Path,
    *,
    webhook: bool = False,
) -> AsyncIterator[Program]:
    """Start the program on Telegram; it is dead when the block is left."""
    port = _free_port() if webhook else 0
    log = folder / "program.log"
    with log.open("ab") as lines:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=lines,
            cwd=folder,
            env={
                "PYTHONPATH": str(ROOT),
                "LINLI_DATABASE_URL": database_url,
                "LINLI_MEDIA_URL": f"file://{folder}/media",
                "LINLI_PACK": str(pack),
                "LINLI_HTTP_PORT": str(port),
                "LINLI_TELEGRAM_TOKEN": TOKEN,
                "LINLI_TELEGRAM_API_URL": api.url,
                **(_webhook(port) if webhook else {}),
            },
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_S):
            line = await process.stdout.readline()
        if not line:
            raise RuntimeError(f"it did not start:\n{log.read_text('utf-8')}")
        yield Program(process, line.decode().strip().rstrip("/"), log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _webhook(port: int) -> dict[str, str]:
    return {
        "LINLI_TELEGRAM_MODE": "webhook",
        "LINLI_TELEGRAM_SECRET": SECRET,
        "LINLI_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def write_pack(
    folder: Path, groups: Sequence[str], workers: Sequence[str]
) -> Path:
    """Write a small pack: a grid for each group, with a worker in turn."""
    pack = folder / "pack"
    community = pack / "communities" / "town"
    community.mkdir(parents=True)
    grids = "\n".join(
        f"  - {{id: g{n}, name: 第{n}网格, households: 250,"
        f" buildings: [{n}号楼], worker: w{n % len(workers)},"
        f' groups: ["{group}"]}}'
        for n, group in enumerate(groups, 1)
    )
    people = "\n".join(
        f"  - {{id: w{n}, name: 网格员{n}, roles: [worker],"
        f' accounts: ["{worker}"]}}'
        for n, worker in enumerate(workers)
    )
    text = COMMUNITY.format(grids=grids, people=people)
    (community / "community.yaml").write_text(text, "utf-8")
    for name, shared in SHARED.items():
        (pack / name).write_text(shared, "utf-8")
    return pack
