"""kill -9 of the real program while neighbours write in the web chat.

Each page behaves as its script does: it repeats what was not taken, names
what it has seen, and believes nothing but what the server took. A kill
counts only if something was in flight.
"""

import asyncio
import random
import sqlite3
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from storage import schema
from storage.database import Connection, Database
from tests.faults.program import ROOT, SHARED, START_S, Program

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]

GRIDS = 4
PEOPLE = 8
WAIT_S = 20.0
IDLE_S = 300.0


def _write_pack(folder: Path) -> Path:
    pack = folder / "pack"
    community = pack / "communities" / "town"
    community.mkdir(parents=True)
    lines = [
        "community: {id: town, name: 小镇社区, street: 河边街道,",
        "  time_zone: Asia/Shanghai, language: zh-CN}",
        "grids:",
        *(
            f"  - {{id: g{n}, name: 第{n}网格, buildings: [{n}号楼],"
            f' worker: lin, groups: ["webchat:g{n}"]}}'
            for n in range(GRIDS)
        ),
        "people:",
        '  - {id: lin, name: 林工, roles: [worker], accounts: ["webchat:lin"]}',
        *(
            f"  - {{id: r{n}, name: 居民{n}, building: {n % GRIDS}号楼,"
            f' accounts: ["webchat:r{n}"]}}'
            for n in range(PEOPLE)
        ),
    ]
    text = "\n".join(lines)
    (community / "community.yaml").write_text(text, "utf-8")
    for name, shared in SHARED.items():
        (pack / name).write_text(shared, "utf-8")
    return pack


@asynccontextmanager
async def _started(
    folder: Path, pack: Path, port: int
) -> AsyncIterator[Program]:
    log = folder / "program.log"
    with log.open("ab") as lines:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "demo"),
            *("--port", str(port), "--data", str(folder / "data")),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=lines,
            cwd=folder,
            env={"PYTHONPATH": str(ROOT), "LINLI_PACK": str(pack)},
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


@dataclass(eq=False)
class Page:
    """An open chat page of one resident."""

    me: str
    group: str
    posted: dict[str, str] = field(default_factory=dict)
    """Client id -> words."""
    taken: dict[str, int] = field(default_factory=dict)
    """Client id -> message id."""
    seen: dict[str, int] = field(default_factory=dict)
    known: dict[int, int] = field(default_factory=dict)
    """Message id of the group -> its change."""

    @property
    def waiting(self) -> list[str]:
        return [client for client in self.posted if client not in self.taken]

    def write(self) -> None:
        number = len(self.posted) + 1
        client = f"{self.me}-{number}"
        self.posted[client] = f"报事 {self.me}第{number}号井盖破了"

    async def lives(self, url: str, writing: asyncio.Event) -> None:
        """Write and listen until the line is cut."""
        headers = {"Origin": url}
        with suppress(aiohttp.ClientError, ConnectionError):
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(
                    f"{url}/chat/ws?me={self.me}", headers=headers
                ) as socket,
                asyncio.TaskGroup() as tasks,
            ):
                hello = {"type": "hello", "seen": self.seen}
                await socket.send_json(hello)
                talking = tasks.create_task(self._talk(socket, writing))
                async for frame in socket:
                    await self._hear(socket, frame.json())
                talking.cancel()

    async def _talk(
        self, socket: aiohttp.ClientWebSocketResponse, writing: asyncio.Event
    ) -> None:
        dice = random.Random(self.me)  # noqa: S311
        while True:
            await writing.wait()
            if len(self.waiting) < 3:
                self.write()
                await self._send(socket, [*self.posted][-1])
            await asyncio.sleep(dice.uniform(0.1, 0.3))

    async def _send(
        self, socket: aiohttp.ClientWebSocketResponse, client: str
    ) -> None:
        with suppress(aiohttp.ClientError, ConnectionError):
            await socket.send_json(
                {
                    "type": "post",
                    "chat": self.group,
                    "client": client,
                    "text": self.posted[client],
                }
            )

    async def _hear(
        self, socket: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]
    ) -> None:
        match frame["type"]:
            case "welcome":
                for chat in frame["chats"]:
                    self.seen.setdefault(chat["address"], chat["seq"])
                for client in self.waiting:
                    await self._send(socket, client)
            case "taken":
                client, message = frame["client"], frame["id"]
                assert self.taken.setdefault(client, message) == message
            case "declined":
                raise AssertionError(frame)
            case "stale":
                raise AssertionError("missed too much to be told")
            case "news":
                last = max(one["changed"] for one in frame["messages"])
                chat = frame["chat"]
                self.seen[chat] = max(self.seen.get(chat, 0), last)
                for one in frame["messages"]:
                    if chat == self.group:
                        self.known[one["id"]] = one["changed"]
            case _:
                return


@dataclass(frozen=True, slots=True)
class Found:
    """What the database holds after it all."""

    posts: Counter[str]
    """Client id -> messages."""
    tickets: Counter[str]
    """Words of a report -> tickets."""
    answers: Counter[int]
    """Message -> answers of the bot that quote it."""
    messages: dict[str, set[int]]
    """Group -> message ids."""


def _look(db: Connection) -> Found:
    m, w = schema.webchat_message.c, schema.words.c
    groups: dict[str, set[int]] = {}
    for row in db.execute(select(m.chat, m.id)):
        groups.setdefault(row.chat, set()).add(row.id)
    return Found(
        Counter(db.scalars(select(m.client).where(m.client.is_not(None)))),
        Counter(db.scalars(select(w.text).where(w.kind == "report"))),
        Counter(
            db.scalars(
                select(m.quote).where(m.sender == "", m.quote.is_not(None))
            )
        ),
        groups,
    )


def _undone(folder: Path) -> int:
    """Count what the program still owes, beside the running program."""
    with closing(sqlite3.connect(folder / "data" / "linli.sqlite")) as db:
        (letters,) = db.execute(
            "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')"
        ).fetchone()
        (owed,) = db.execute(
            "SELECT count(*) FROM webchat_message WHERE handed < version"
        ).fetchone()
    return int(letters) + int(owed)


async def test_killed_while_neighbours_write_it_loses_and_doubles_nothing(
    tmp_path: Path, unused_tcp_port: int, kills: int
) -> None:
    pack = _write_pack(tmp_path)
    dice = random.SystemRandom()
    pages = [Page(f"r{n}", f"g{n % GRIDS}") for n in range(PEOPLE)]
    in_flight = 0
    while in_flight < kills:
        async with _started(tmp_path, pack, unused_tcp_port) as program:
            writing = asyncio.Event()
            writing.set()
            async with asyncio.TaskGroup() as tasks:
                for page in pages:
                    tasks.create_task(page.lives(program.url, writing))
                await asyncio.sleep(dice.uniform(0.3, 0.8))
                in_flight += any(page.waiting for page in pages)
                await program.kill()
    async with _started(tmp_path, pack, unused_tcp_port) as program:
        quiet = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            listening = [
                tasks.create_task(page.lives(program.url, quiet))
                for page in pages
            ]
            async with asyncio.timeout(WAIT_S):
                while any(page.waiting for page in pages):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            async with asyncio.timeout(IDLE_S):
                while _undone(tmp_path):  # noqa: ASYNC110
                    await asyncio.sleep(0.5)
            # what was said last is on its way to the pages
            await asyncio.sleep(1)
            for one in listening:
                one.cancel()
        assert await program.stop() == 0

    url = f"sqlite+aiosqlite:///{tmp_path}/data/linli.sqlite"
    async with Database(url).opened() as database:
        found = await database.read(_look)
    clients = [client for page in pages for client in page.posted]
    assert len(clients) > kills
    assert found.posts == Counter(clients)
    reports = [
        words.removeprefix("报事 ")
        for page in pages
        for words in page.posted.values()
    ]
    assert found.tickets == Counter(reports)
    posted = [id_ for page in pages for id_ in page.taken.values()]
    assert found.answers == Counter(posted)
    for page in pages:
        assert set(page.known) == found.messages[page.group]
