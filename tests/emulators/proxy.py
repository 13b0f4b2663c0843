"""A bad line on real sockets: an HTTP proxy that breaks what it is told to.

It sits before a real server and asks its ``plan`` about each request. Each
request has a connection of its own, so a fault hits exactly one.
"""

import asyncio
import random
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from socket import SO_LINGER, SOL_SOCKET


class Fault(StrEnum):
    """What happens to one request."""

    NONE = "none"
    REFUSED = "reset before the server saw it"
    UNANSWERED = "reset after the server did it"
    CUT = "half the answer, then reset"
    HALF_JSON = "half the answer, with the right length"
    HTML = "a web page instead of the server"
    HTML_LATE = "a web page after the server did it"
    BROKEN = "500 instead of the server"
    BROKEN_LATE = "500 after the server did it"
    SILENT = "never forwarded, never answered"
    SILENT_LATE = "done, never answered"
    STRAGGLES = "forwarded only after the client has given up"


FAULTS = tuple(fault for fault in Fault if fault is not Fault.NONE)
_PAGE = b"<!DOCTYPE html><title>Sign in</title><p>Welcome to the hotel."
_JSON = b"application/json"
_TROUBLE = b'{"error": {"status": 500, "msg": "out of coffee"}}'


@dataclass(frozen=True)
class Request:
    """What passes by."""

    method: str
    path: str
    raw: bytes


Plan = Callable[[Request], Awaitable[Fault]]


async def no_faults(_: Request) -> Fault:
    """Let everything pass."""
    return Fault.NONE


def weather(seed: int, share: float) -> Plan:
    """Break this share of the requests, each in a way chosen by lot."""
    lot = random.Random(seed)  # noqa: S311

    async def plan(_: Request) -> Fault:
        return lot.choice(FAULTS) if lot.random() < share else Fault.NONE

    return plan


@dataclass
class Proxy:
    """Before ``127.0.0.1:server_port``, on a port of its own."""

    server_port: int
    plan: Plan = no_faults
    latency_s: float = 0.0
    straggle_s: float = 1.0
    """How long a straggler hides; choose it above the client's patience."""
    seen: Counter[Fault] = field(default_factory=Counter)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[int]:
        """Serve on ``port`` (0: any free one) and yield it."""
        server = await asyncio.start_server(
            self._meet, "127.0.0.1", port, limit=2**24
        )
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)

    async def _meet(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        request = await _read(reader)
        fault = await self.plan(request)
        self.seen[fault] += 1
        await asyncio.sleep(self.latency_s)
        if fault is Fault.STRAGGLES:
            await asyncio.sleep(self.straggle_s)
        answer = b"" if fault in _UNSEEN else await self._forward(request)
        if fault in _SPOILT:
            writer.write(_SPOILT[fault](answer))
            await writer.drain()
        if fault in {Fault.REFUSED, Fault.UNANSWERED, Fault.CUT}:
            _reset(writer)
        if fault in {Fault.SILENT, Fault.SILENT_LATE}:
            await reader.read()

    async def _forward(self, request: Request) -> bytes:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.server_port, limit=2**24
        )
        try:
            writer.write(request.raw)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head[:-4].split(b"\r\n")
    method, path, _ = lines[0].decode("ascii").split(" ")
    length = 0
    kept = [lines[0]]
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() != b"connection":
            kept.append(line)
    kept.append(b"Connection: close")
    body = await reader.readexactly(length)
    return Request(method, path, b"\r\n".join(kept) + b"\r\n\r\n" + body)


def _answer(status: bytes, kind: bytes, body: bytes) -> bytes:
    return (
        b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n"
        b"Connection: close\r\n\r\n%b"
    ) % (status, kind, len(body), body)


def _halved(answer: bytes) -> bytes:
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b"\r\n")[0].removeprefix(b"HTTP/1.1 ")
    return _answer(status, _JSON, body[: len(body) // 2])


_UNSEEN = frozenset({Fault.REFUSED, Fault.HTML, Fault.BROKEN, Fault.SILENT})
_SPOILT: Mapping[Fault, Callable[[bytes], bytes]] = {
    Fault.NONE: lambda answer: answer,
    Fault.CUT: lambda answer: answer[: len(answer) // 2],
    Fault.HALF_JSON: _halved,
    Fault.HTML: lambda _: _answer(b"200 OK", b"text/html", _PAGE),
    Fault.HTML_LATE: lambda _: _answer(b"502 Oh", b"text/html", _PAGE),
    Fault.BROKEN: lambda _: _answer(b"500 Oh", _JSON, _TROUBLE),
    Fault.BROKEN_LATE: lambda _: _answer(b"500 Oh", _JSON, _TROUBLE),
}


def _reset(writer: asyncio.StreamWriter) -> None:
    wire = writer.get_extra_info("socket")
    # a zero linger turns the close into a reset
    wire.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
