"""A roundup tracker's REST interface: calls in, plain values out.

Four things can go wrong, and the caller acts on each differently:
``Later`` (nothing was done), ``Lost`` (it may have been done), ``Stale``
(somebody changed the item meanwhile) and ``Wrong`` (refused for good).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
    TCPConnector,
    encode_basic_auth,
)
from yarl import URL

from bot.channels.channel import Later

ANSWER_BYTES = 8 * 1024 * 1024
"""A longer answer is no answer of a tracker."""
BUSY_S = 30.0
"""How long a tracker that is away is left alone."""
LOCKED_S = 600.0
"""The same for one that doesn't let us in: a person must mend that."""

_ANSWERS = frozenset({200, 201})
_CRASHED = "Please check the server log"
"""Roundup answers its own crashes (a locked database) with a plain 400."""
_LOCKED = frozenset({401, 403})

Item = Mapping[str, Any]
"""One item as the tracker's JSON has it."""


class Locked(Later):
    """The tracker doesn't let us in, or not to this."""

    def __init__(self, status: int) -> None:
        super().__init__(LOCKED_S, f"the tracker doesn't let us in ({status})")


class Lost(Exception):
    """No usable answer: the request may or may not have been done."""


class Stale(Exception):
    """The item isn't any more what the ETag says."""


class Wrong(Exception):
    """The tracker understood and refuses."""


class Rest:
    """Speaks to one tracker as one user."""

    def __init__(
        self, url: str, user: str, password: str, answer_s: float
    ) -> None:
        base = url.rstrip("/") + "/"
        self._http: ClientSession | None = None
        self._data = base + "rest/data/"
        self._within = ClientTimeout(total=answer_s)
        self._headers = {
            "Accept": "application/json",
            "Authorization": encode_basic_auth(user, password, "utf-8"),
            # without these three it takes us for a forged web form
            "X-Requested-With": "rest",
            "Origin": str(URL(base).origin()),
            "Referer": base,
        }
        self.clock: datetime | None = None
        """What the tracker's own clock said in its latest answer."""

    async def get(self, path: str, **query: str) -> Item:
        """Return an item; nothing is changed, so no answer is ``Later``."""
        try:
            return await self._call("GET", path, params=query)
        except Lost as lost:
            raise Later(BUSY_S, str(lost)) from lost

    async def search(self, path: str, **query: str) -> list[Item]:
        """Return the items that match, ids only unless fields are named."""
        # "@" is no letter of a keyword
        fields = {"@fields": query.pop("fields", "id"), "@verbose": "0"}
        found = (await self.get(path, **query, **fields)).get("collection")
        if not isinstance(found, list):
            raise Later(BUSY_S, "the search's answer has no collection")
        return found

    async def post(self, path: str, body: Mapping[str, Any]) -> str:
        """Make an item and return its id."""
        return _id(await self._call("POST", path, json=body))

    async def upload(self, path: str, name: str, kind: str, it: bytes) -> str:
        """Make a file and return its id."""
        form = FormData({"name": name, "type": kind})
        form.add_field("content", it, filename=name, content_type=kind)
        # whole, since its server reads no chunked requests
        writer = form()
        whole = await writer.as_bytes()
        return _id(
            await self._call(
                "POST", path, data=whole, headers=dict(writer.headers)
            )
        )

    async def once(self, path: str, lifetime_s: int) -> str:
        """Return a token that makes one item of this class, once."""
        body = {"lifetime": str(lifetime_s)}
        try:
            answer = await self._call("POST", f"{path}/@poe", json=body)
        except Lost as lost:
            raise Later(BUSY_S, str(lost)) from lost
        # its address is the tracker's idea of its own, maybe not ours
        token = str(answer.get("link", "")).rpartition("/")[2]
        if not token:
            raise Later(BUSY_S, "the tracker gave no link to post once")
        return token

    async def patch(
        self, path: str, etag: str, body: Mapping[str, Any]
    ) -> None:
        """Change an item that still is what ``etag`` says."""
        await self._call("PATCH", path, json=body, headers={"If-Match": etag})

    async def _call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        **content: Any,  # noqa: ANN401
    ) -> Item:
        try:
            async with self._session().request(
                method,
                self._data + path,
                headers={**self._headers, **(headers or {})},
                timeout=self._within,
                allow_redirects=False,
                **content,
            ) as response:
                body = await _read(response)
                self._note_clock(response)
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise Later(BUSY_S, f"not reached: {_kind(error)}") from error
        except (ClientError, TimeoutError, OSError) as error:
            raise Lost(f"no answer: {_kind(error)}") from error
        return _understand(response, body)

    def _session(self) -> ClientSession:
        if self._http is None:
            # a kept connection that the tracker closes meanwhile would
            # leave the next request in doubt
            wires = TCPConnector(force_close=True)
            self._http = ClientSession(connector=wires)
        return self._http

    async def close(self) -> None:
        """Close every connection."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _note_clock(self, response: ClientResponse) -> None:
        try:
            said = parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            return
        self.clock = said.astimezone(UTC)


async def _read(response: ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(64 * 1024):
        size += len(part)
        if size > ANSWER_BYTES:
            raise Lost("the answer is too long")
        parts.append(part)
    return b"".join(parts)


def _understand(response: ClientResponse, body: bytes) -> Item:
    status = response.status
    if status in _LOCKED:
        raise Locked(status)
    if status == 429:  # noqa: PLR2004
        raise Later(_pause(response), "the tracker asks for a pause")
    answer = _json(body)
    if answer is None:
        raise Lost(f"an answer that is no tracker's ({status})")
    if status in _ANSWERS and isinstance(answer.get("data"), dict):
        return answer["data"]  # type: ignore[no-any-return]
    refusal = answer.get("error")
    if status >= 500 or not isinstance(refusal, dict):  # noqa: PLR2004
        raise Lost(f"an answer that says nothing ({status})")
    if status == 412:  # noqa: PLR2004
        raise Stale
    reason = str(refusal.get("msg", ""))
    if _CRASHED in reason:
        raise Lost("the tracker stumbled over the request")
    raise Wrong(reason[:300] or f"refused ({status})")


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _pause(response: ClientResponse) -> float:
    try:
        return max(1.0, float(response.headers.get("Retry-After", "")))
    except ValueError:
        return BUSY_S


def _id(made: Item) -> str:
    name = made.get("id")
    if not name:
        raise Lost("made, but without an id")
    return str(name)


def _kind(error: BaseException) -> str:
    """Name an error; its own words may carry an address or a login."""
    return type(error).__name__
