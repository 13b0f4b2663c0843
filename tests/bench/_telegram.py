"""A city on Telegram for benches: its pack, its updates, its far side.

Twenty communities of the demo pack's size, five groups a grid: so many
that nobody speaks faster than the flood limits of the pack allow.
"""

import asyncio
import itertools
import json
import re
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from typing_extensions import override

from config.pack.loading import load
from config.pack.values import Community, Pack
from config.settings import DEMO_PACK
from config.terms import ChatKind, GridId
from config.texts import Texts
from handlers import hearing
from handlers.context import Fixed
from handlers.understanding.meaning import Intent, Meaning, Sure
from handlers.understanding.model import shipped
from handlers.understanding.understanding import Understanding
from storage.messages import Chat, Said, Sender
from tests.bench._groupchat import messages
from tests.emulators.botapi import TOKEN

HOME = 20
"""Communities."""
GROUPS_A_GRID = 5
PEOPLE_A_GROUP = 10
HOSTED = 1_001_000_000_000
PERSON = 5_000_000_000
STAFF = 7_000_000_000
SECRET = "a-bench"  # noqa: S105  nobody's
PATH = "/telegram/webhook"
_WEBCHAT = re.compile(r'"webchat:(\w+)"')


@dataclass(frozen=True)
class City:
    """The pack, and what is said in its groups."""

    pack: Path
    groups: tuple[int, ...]
    staff: tuple[int, ...]
    """Whoever gets a ticket; they have opened the private chat."""


def build(folder: Path, communities: int = HOME) -> City:
    """Write the city's pack: the demo's words, many times its groups."""
    (demo,) = load(DEMO_PACK).communities
    pack = folder / "pack"
    pack.mkdir()
    for source in DEMO_PACK.iterdir():
        if source.is_dir() and source.name != "communities":
            shutil.copytree(source, pack / source.name)
        elif source.suffix == ".yaml" and source.name != "demo.yaml":
            shutil.copy(source, pack)
    groups: list[int] = []
    staff: list[int] = []
    for number in range(communities):
        home = pack / "communities" / f"c{number}"
        home.mkdir(parents=True)
        theirs = _accounts(demo, number)
        staff += theirs.values()
        for source in (DEMO_PACK / "communities" / demo.id).iterdir():
            text = source.read_text("utf-8")
            (home / source.name).write_text(
                _moved(text, demo, number, theirs, groups), "utf-8"
            )
    return City(pack, tuple(groups), tuple(staff))


def _accounts(demo: Community, number: int) -> dict[str, int]:
    first = STAFF + number * 1000
    return {one.id: first + place for place, one in enumerate(demo.people)}


def _moved(
    text: str,
    demo: Community,
    number: int,
    accounts: dict[str, int],
    groups: list[int],
) -> str:
    """Return the file with Telegram's addresses and an id of its own."""
    grids = {grid.id: place for place, grid in enumerate(demo.grids)}

    def address(found: re.Match[str]) -> str:
        name = GridId(found[1])
        if name not in grids:
            return f'"telegram:{accounts[found[1]]}"'
        first = (number * len(grids) + grids[name]) * GROUPS_A_GRID + 1
        theirs = [-HOSTED - first - one for one in range(GROUPS_A_GRID)]
        groups.extend(theirs)
        return ", ".join(f'"telegram:{one}"' for one in theirs)

    text = _WEBCHAT.sub(address, text)
    return text.replace(f"id: {demo.id}\n", f"id: c{number}\n")


@dataclass(eq=False)
class Talk:
    """Yields updates, each a message of its own."""

    city: City
    reports: Sequence[str]
    chatter: Sequence[str]
    _numbers: "itertools.count[int]" = field(
        default_factory=lambda: itertools.count(1)
    )
    _reports: int = 0

    def report(self) -> "Update":
        """Return somebody's report; the next comes from another group.

        Every other one with the command, the rest in plain words.
        """
        turn = self._reports
        self._reports += 1
        text = self.reports[turn % len(self.reports)]
        return self._said(f"报事 {text}" if turn % 2 else text, turn)

    def chat(self) -> "Update":
        """Return ordinary talk."""
        turn = next(self._numbers)
        return self._said(self.chatter[turn % len(self.chatter)], turn)

    def greetings(self) -> Iterator["Update"]:
        """Yield the first private words of everybody who gets tickets."""
        for person in self.city.staff:
            chat = {"id": person, "type": "private", "first_name": "林工"}
            yield self._made(person, chat, "/start")

    def _said(self, text: str, turn: int) -> "Update":
        groups = self.city.groups
        place = turn % len(groups)
        group = groups[place]
        speaker = turn // len(groups) % PEOPLE_A_GROUP
        person = PERSON + place * PEOPLE_A_GROUP + speaker
        chat = {"id": group, "title": "网格群", "type": "supergroup"}
        return self._made(person, chat, text)

    def _made(self, person: int, chat: dict[str, Any], text: str) -> "Update":
        number = next(self._numbers)
        body = json.dumps(
            {
                "update_id": 875_000_000 + number,
                "message": {
                    "message_id": number,
                    "from": {
                        "id": person,
                        "is_bot": False,
                        "first_name": "小芳",
                        "last_name": "王",
                        "username": f"u{person}",
                        "language_code": "zh-hans",
                    },
                    "chat": chat,
                    "date": int(time.time()),
                    "text": text,
                },
            },
            ensure_ascii=False,
        ).encode()
        return Update(f"telegram:{chat['id']}", str(number), body)


@dataclass(frozen=True, slots=True)
class Update:
    """One update as Telegram posts it."""

    chat: str
    message: str
    body: bytes

    @property
    def key(self) -> tuple[str, str]:
        """Which message of which chat it is."""
        return self.chat, self.message


def texts(town: Community) -> tuple[list[Said], list[Said]]:
    """Return the labelled chat's reports, and its ordinary talk.

    Reports that the program acts on without asking; talk that it passes
    by. What it does with the rest, ``understanding`` tells.
    """
    fixed = fixed_for(town)
    mind = fixed.minds[town.id]
    said = [(one.label, _as_said(one.text)) for one in messages()]
    reports = [
        one
        for label, one in said
        if label == "report" and _is_acted_on(mind.judge(one.text))
    ]
    chatter = [
        one
        for label, one in said
        if label == "chatter" and not hearing.matters(fixed, town.id, one)
    ]
    return reports, chatter


def _is_acted_on(meaning: Meaning) -> bool:
    return meaning.intent is Intent.REPORT and meaning.sure is Sure.ACT


def fixed_for(town: Community) -> Fixed:
    """Return what the program builds once, for one community."""
    return Fixed(
        pack=Pack((town,)),
        texts={town.id: Texts.load()},
        minds={town.id: Understanding(town, shipped())},
        token=lambda: "t",
    )


def _as_said(text: str) -> Said:
    chat = Chat("telegram", "-1", ChatKind.GROUP)
    sender = Sender("telegram", "1", "小芳")
    return Said(
        channel="telegram",
        account="linli",
        chat=chat,
        sender=sender,
        id="1",
        at=datetime(2026, 11, 22, 1, tzinfo=UTC),
        text=text,
    )


# The far side ---------------------------------------------------------------


@dataclass(eq=False)
class FarSide:
    """A Bot API server that takes every letter, and only counts."""

    url: str = ""
    letters: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FarSide"]:
        """Serve until the block is left."""
        app = web.Application()
        app.router.add_post(f"/bot{TOKEN}/{{method}}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = "http://{}:{}".format(*runner.addresses[0][:2])
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given = await request.json()
        result: object = True
        if method == "getMe":
            number = int(TOKEN.partition(":")[0])
            result = {
                "id": number,
                "is_bot": True,
                "first_name": "邻里",
                "username": "linli_bot",
            }
        elif method == "getWebhookInfo":
            result = {"url": "", "pending_update_count": 0}
        elif method.startswith("send"):
            self.letters += 1
            group = int(given["chat_id"]) < 0
            result = {
                "message_id": 1_000_000_000 + self.letters,
                "date": int(time.time()),
                "chat": {
                    "id": int(given["chat_id"]),
                    "type": "supergroup" if group else "private",
                },
                "text": given.get("text", ""),
            }
        return web.json_response({"ok": True, "result": result})


# The load ---------------------------------------------------------------------


class Refused(Exception):
    """The program did not take a message; says with which status."""


class _Line(asyncio.Protocol):
    """A kept connection that posts one update at a time."""

    def __init__(self) -> None:
        self._heard = b""
        self._waiter: asyncio.Future[int] | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out: asyncio.WriteTransport = transport  # type: ignore[assignment]

    @override
    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, end, rest = self._heard.partition(b"\r\n\r\n")
        if not end:
            return
        told = re.search(rb"content-length: (\d+)", head.lower())
        if len(rest) < int(told[1] if told else 0):
            return
        self._heard = b""
        self._end(int(head.split(b" ", 2)[1]))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._end(0)

    def _end(self, status: int) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(status)

    async def post(self, request: bytes) -> int:
        """Send, and return the status; 0 if the connection broke."""
        self._waiter = asyncio.get_running_loop().create_future()
        self._out.write(request)
        return await self._waiter

    def close(self) -> None:
        self._out.close()


@dataclass(eq=False)
class Lines:
    """So many connections to one program's webhook."""

    lines: list[_Line]
    head: bytes
    answered: list[tuple[str, str]] = field(default_factory=list)
    """Reports that were answered with 200, which promises their commit."""

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, count: int) -> AsyncIterator["Lines"]:
        """Connect; ``url`` is the program's address."""
        host, _, port = url.partition("//")[2].strip("/").partition(":")
        loop = asyncio.get_running_loop()
        lines = [
            (await loop.create_connection(_Line, host, int(port)))[1]
            for _ in range(count)
        ]
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        try:
            yield cls(lines, head.encode())
        finally:
            for line in lines:
                line.close()

    async def saturate(
        self, updates: Iterator[Update], *, reports: bool = True
    ) -> list[float]:
        """Post all, each line its next as soon as it is answered.

        Return how long each answer took, in ms. Ends early, and quietly,
        where the program dies.
        """
        took: list[float] = []
        async with asyncio.TaskGroup() as tasks:
            for line in self.lines:
                tasks.create_task(self._drain(line, updates, took, reports))
        return took

    async def _drain(
        self,
        line: _Line,
        updates: Iterator[Update],
        took: list[float],
        reports: bool,  # noqa: FBT001
    ) -> None:
        for update in updates:
            started = time.perf_counter()
            if not await self._post(line, update, reports):
                return
            took.append((time.perf_counter() - started) * 1000)

    async def steadily(
        self, updates: Iterator[Update], per_second: float
    ) -> list[float]:
        """Post at a steady pace; return ms from when each was to be sent."""
        took: list[float] = []
        free: asyncio.Queue[_Line] = asyncio.Queue()
        for line in self.lines:
            free.put_nowait(line)

        async def one(update: Update, due: float) -> None:
            line = await free.get()
            await self._post(line, update, report=True)
            took.append((time.perf_counter() - due) * 1000)
            free.put_nowait(line)

        begin = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for place, update in enumerate(updates):
                due = begin + place / per_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                tasks.create_task(one(update, due))
        return took

    async def _post(
        self,
        line: _Line,
        update: Update,
        report: bool,  # noqa: FBT001
    ) -> bool:
        length = str(len(update.body)).encode()
        request = self.head + length + b"\r\n\r\n" + update.body
        status = await line.post(request)
        if status == web.HTTPOk.status_code:
            if report:
                self.answered.append(update.key)
            return True
        if status:
            raise Refused(status)
        return False
