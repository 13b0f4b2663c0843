"""The emulator on a real socket, and the hand that moves it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from aiohttp import web

from tests.emulators.botapi.faults import Fault, Faults, How
from tests.emulators.botapi.methods import Methods
from tests.emulators.botapi.people import Group, Person
from tests.emulators.botapi.queue import Queue
from tests.emulators.botapi.rules import Pace, Params, Refused
from tests.emulators.botapi.state import Call, Json, Room, State, monotonic

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # noqa: S105
T = TypeVar("T")


class BotApi:
    """A Bot API server with one bot, and the world around it."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        username: str = "linli_bot",
        clock: Callable[[], float] = time.time,
        hears_all: bool = True,
    ) -> None:
        self.token = token
        self.state = State(
            {
                "id": int(token.partition(":")[0]),
                "is_bot": True,
                "first_name": "邻里",
                "username": username,
                "can_join_groups": True,
                "can_read_all_group_messages": hears_all,
                "supports_inline_queries": False,
                "can_connect_to_business": False,
                "has_main_web_app": False,
                "has_topics_enabled": False,
                "allows_users_to_create_topics": False,
                "can_manage_bots": False,
            },
            clock,
        )
        self.queue = Queue(self.state, first=875_000_001)
        self.pace = Pace()
        self.methods = Methods(self.state, self.queue, self.pace)
        self.faults = Faults()
        self.url = ""
        self.slow_s = 0.0
        """How long an answer takes after its message was delivered."""
        self._over = asyncio.Event()
        self.extra_routes: list[web.RouteDef] = []
        self._ids = 0

    # -- the world ---------------------------------------------------------

    def user(
        self,
        name: str,
        *,
        id: int = 0,  # noqa: A002  # as Telegram calls it
        language: str = "zh-hans",
        username: str = "",
        opened: bool = False,
    ) -> Person:
        """Return a person; ``opened``: they have started the bot before."""
        if known := self.state.people.get(id):
            return Person(self, known)
        self._ids += 1
        person: Json = {
            "id": id or 5_000_000_000 + self._ids,
            "is_bot": False,
            "first_name": name,
        }
        if username:
            person["username"] = username
        if language:
            person["language_code"] = language
        self.state.people[person["id"]] = person
        self.state.rooms[person["id"]] = Room(
            person["id"], "private", opened=opened
        )
        return Person(self, person)

    def group(
        self,
        title: str,
        *people: Person,
        id: int = 0,  # noqa: A002
        kind: str = "supergroup",
        bot: str = "member",
        forum: bool = False,
        members: dict[int, str] | None = None,
    ) -> Group:
        """Return a group with its members; ``bot`` is the bot's status."""
        self._ids += 1
        if not id:
            big = kind in {"supergroup", "channel"}
            id = -1_001_000_000_000 - self._ids if big else -4_000 - self._ids  # noqa: A001
        room = Room(id, kind, title, forum)
        room.members |= members or {}
        for person in people:
            room.members.setdefault(person.id, "member")
        if bot:
            room.members[self.state.bot["id"]] = bot
        self.state.rooms[id] = room
        return Group(self, room)

    def channel(self, title: str) -> Group:
        """Return a channel in which the bot is an administrator."""
        return self.group(title, kind="channel", bot="administrator")

    def chat(self, id: int) -> Group:  # noqa: A002
        """Return a chat that exists."""
        return Group(self, self.state.rooms[id])

    async def until(self, holds: Callable[[], T], seconds: float = 5.0) -> T:
        """Return what holds, once it does; ``TimeoutError`` if it doesn't."""
        loop = asyncio.get_running_loop()
        last = loop.time() + seconds
        while not (found := holds()):
            left = last - loop.time()
            if left <= 0:
                raise TimeoutError("it never came true")
            await self.state.change(min(left, 0.25))
        return found

    @property
    def calls(self) -> list[Call]:
        return self.state.calls

    def called(self, method: str) -> list[Call]:
        """Return the calls of one method."""
        return [
            call
            for call in self.calls
            if call.method.lower() == method.lower()
        ]

    # -- the server --------------------------------------------------------

    @asynccontextmanager
    async def running(
        self, host: str = "127.0.0.1", port: int = 0
    ) -> AsyncIterator["BotApi"]:
        """Serve until the block is left."""
        runner = web.AppRunner(
            self.app(),
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=1,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            address = runner.addresses[0]
            self.url = f"http://{address[0]}:{address[1]}"
            # No task group: it would wrap what a test raises.
            loop = asyncio.get_running_loop()
            pusher = loop.create_task(self.queue.push())
            try:
                yield self
            finally:
                pusher.cancel()
                await asyncio.wait([pusher])
        finally:
            self._over.set()
            self.state.stir()
            await runner.cleanup()

    def app(self) -> web.Application:
        """Return the HTTP face: the Bot API, and its files."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        app.router.add_route("*", "/bot{token}/{method}", self._method)
        app.add_routes(self.extra_routes)
        return app

    async def _method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if refused := self._wrong_token(request):
            return _answer(refused)
        try:
            params = await _params(request)
        except ValueError:
            return _answer(
                Refused(400, "Bad Request: can't parse request JSON object")
            )
        fault = self.faults.take(method, params.text("chat_id"))
        if fault and fault.how is How.DROP:
            return _cut(request)
        heard = len(self.state.delivered)
        try:
            if fault and fault.how is How.REFUSE:
                raise fault.refusal()
            raw = await self._run(method.lower(), params)
        except Refused as no:
            self._note(method, params, no.status, no.description)
            return _answer(no)
        self._note(method, params, 200)
        return await self._sent(request, fault, raw, heard)

    async def _sent(
        self, request: web.Request, fault: Fault | None, raw: bytes, heard: int
    ) -> web.StreamResponse:
        """Answer; until then the bot doesn't know what was delivered."""
        fresh = self.state.delivered[heard:]
        for delivered in fresh:
            delivered.answered = False
        if fault is not None:
            return await self._break(request, fault, raw)
        if fresh and self.slow_s:
            await asyncio.sleep(self.slow_s)
        for delivered in fresh:
            delivered.answered = True
        return _json(raw)

    async def _run(self, method: str, params: Params) -> bytes:
        if method == "getupdates":
            allowed = params.json("allowed_updates")
            limit = params.number("limit", 100)
            return await self.queue.get(
                params.number("offset"),
                limit if 1 <= limit <= 100 else 100,
                params.number("timeout"),
                allowed if isinstance(allowed, list) else None,
            )
        action = self.methods.by_name.get(method)
        if action is None:
            raise Refused(404, "Not Found")
        result = action(params)
        return json.dumps(
            {"ok": True, "result": result}, ensure_ascii=False
        ).encode()

    def _wrong_token(self, request: web.Request) -> Refused | None:
        given = request.match_info["token"]
        if given == self.token:
            return None
        number, colon, _ = given.partition(":")
        if colon and number.isdigit():
            return Refused(401, "Unauthorized")
        return Refused(404, "Not Found")

    def _note(
        self, method: str, params: Params, status: int, words: str = ""
    ) -> None:
        self.state.calls.append(
            Call(method, params.given, status, monotonic(), words)
        )
        self.state.stir()

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if refused := self._wrong_token(request):
            return _answer(refused)
        path = request.match_info["path"]
        fault = self.faults.take("file", "")
        for file in self.state.files.values():
            if file.path == path:
                break
        else:
            return _answer(Refused(404, "Not Found"))
        if fault and fault.how is How.REFUSE:
            return _answer(fault.refusal())
        if fault:
            return await self._break(request, fault, file.content)
        return web.Response(
            body=file.content, content_type="application/octet-stream"
        )

    async def _break(
        self, request: web.Request, fault: Fault, raw: bytes
    ) -> web.StreamResponse:
        """Answer as no server should."""
        match fault.how:
            case How.GARBAGE:
                return _json(b"<html>Bad Gateway</html>")
            case How.TRUNCATE:
                answer = web.StreamResponse()
                answer.content_length = len(raw)
                await answer.prepare(request)
                await answer.write(raw[: len(raw) // 2])
                return _cut(request, answer)
            case How.HANG:
                await self._over.wait()
            case How.LOSE | How.DROP | How.REFUSE:
                pass
        return _cut(request)


async def _params(request: web.Request) -> Params:
    given: Json = dict(request.query)
    files: dict[str, bytes] = {}
    kind = request.content_type
    if kind == "application/json":
        body = await request.json()
        if not isinstance(body, dict):
            raise ValueError("not an object")
        given |= body
    elif kind in {
        "multipart/form-data",
        "application/x-www-form-urlencoded",
    }:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                with value.file as upload:
                    files[name] = upload.read()
            else:
                given[name] = value
    return Params(given, files)


def _cut(
    request: web.Request, answer: web.StreamResponse | None = None
) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return answer or web.Response()


def _json(raw: bytes, status: int = 200) -> web.Response:
    return web.Response(
        body=raw, status=status, content_type="application/json"
    )


def _answer(no: Refused) -> web.Response:
    return _json(json.dumps(no.body()).encode(), no.status)
