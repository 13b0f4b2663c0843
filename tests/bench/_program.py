"""The real program in a process of its own, to be measured."""

import asyncio
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import aiohttp

from tests.bench._telegram import SECRET
from tests.emulators.botapi import TOKEN

ROOT = Path(__file__).parents[2]
START_S = 120.0
LOOK_S = 0.005


@dataclass(eq=False)
class Program:
    """A running program."""

    process: Process
    url: str
    ready_s: float
    """From the start of the process to ``/readyz`` saying 200."""

    @property
    def pid(self) -> int:
        """Its process."""
        return self.process.pid

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def started(
    *command: str,
    folder: Path,
    environment: Mapping[str, str],
) -> AsyncIterator[Program]:
    """Start ``python -m`` the command; it is dead when the block is left."""
    log = folder / "program.log"
    begin = time.perf_counter()
    with log.open("ab") as lines:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *command,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=lines,
            cwd=folder,
            env={"PYTHONPATH": str(ROOT), **environment},
        )
    try:
        url = await _address(process, log)
        await _ready(url)
        yield Program(process, url, time.perf_counter() - begin)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _address(process: Process, log: Path) -> str:
    """Return the address that the program prints."""
    if process.stdout is None:
        raise RuntimeError("it has no output")
    async with asyncio.timeout(START_S):
        line = await process.stdout.readline()
    if not line:
        raise RuntimeError(f"it did not start:\n{_tail(log)}")
    return line.decode().strip().rstrip("/")


def _tail(log: Path) -> str:
    return log.read_text("utf-8")[-2000:]


async def _ready(url: str) -> None:
    async with (
        asyncio.timeout(START_S),
        aiohttp.ClientSession() as session,
    ):
        while True:
            async with session.get(f"{url}/readyz") as answer:
                if answer.status == HTTPStatus.OK:
                    return
            await asyncio.sleep(LOOK_S)


def on_telegram(
    database_url: str, folder: Path, pack: Path, api_url: str, port: int
) -> dict[str, str]:
    """Return the settings of a program that serves Telegram's webhook."""
    return {
        "LINLI_DATABASE_URL": database_url,
        "LINLI_MEDIA_URL": f"file://{folder}/media",
        "LINLI_PACK": str(pack),
        "LINLI_HTTP_PORT": str(port),
        "LINLI_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LINLI_TELEGRAM_TOKEN": TOKEN,
        "LINLI_TELEGRAM_API_URL": api_url,
        "LINLI_TELEGRAM_MODE": "webhook",
        "LINLI_TELEGRAM_SECRET": SECRET,
    }


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
