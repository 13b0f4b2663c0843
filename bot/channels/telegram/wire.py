"""The wire to a Bot API server, and the only place that knows the token.

python-telegram-bot makes the calls and ``Wire`` carries them, on aiohttp:
one HTTP library in the house, and failures that say whether anything was
sent. The library is given a token of its own invention, so that none of
its lines, errors and ``repr`` can tell ours.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
from msgspec import Struct
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData
from typing_extensions import override

CONNECT_S = 10.0
ANSWER_BYTES = 32 * 1024 * 1024
_CHUNK = 64 * 1024


class NotSent(TelegramError):
    """The server was not reached: nothing happened there."""


class NoAnswer(TelegramError):
    """The call was sent and its answer lost: it may have happened."""


class TooLarge(TelegramError):
    """The body is longer than it may be."""


class Refusal(TelegramError):
    """The server answered, and said no."""

    def __init__(self, status: int, answer: "_Answer") -> None:
        super().__init__(f"{status}: {answer.description}")
        self.status = status
        self.description = answer.description
        self.retry_after = answer.parameters.retry_after
        self.migrate_to = answer.parameters.migrate_to_chat_id


class _Parameters(Struct, frozen=True):
    retry_after: float = 0
    migrate_to_chat_id: int = 0


class _Answer(Struct, frozen=True):
    description: str = ""
    parameters: _Parameters = _Parameters()


class Wire(BaseRequest):
    """One pool of connections to the Bot API server."""

    def __init__(self, api_url: str, token: str, call_s: float) -> None:
        self._api = api_url.rstrip("/")
        self._token = token
        self._call_s = call_s
        self._session: aiohttp.ClientSession | None = None

    @override
    def __repr__(self) -> str:
        return f"<Wire to {self._api}>"

    @property
    @override
    def read_timeout(self) -> float:
        return self._call_s

    @override
    async def initialize(self) -> None:
        """Connect lazily: a session belongs to the loop that uses it."""

    @override
    async def shutdown(self) -> None:
        """Close every connection; the next call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @override
    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """Carry one call of the library; its URL names only the method."""
        body: dict[str, Any] = {}
        if request_data is not None and request_data.contains_files:
            body["data"] = _form(request_data)
        elif request_data is not None:
            body["json"] = request_data.parameters
        return HTTPStatus.OK, await self._post(
            url.rpartition("/")[2], self._call_s, body
        )

    async def call(
        self, method: str, timeout_s: float = 0.0, **parameters: object
    ) -> bytes:
        """Call a method and return the raw answer."""
        wait = timeout_s or self._call_s
        return await self._post(method, wait, {"json": parameters})

    async def download(self, path: str, most: int, timeout_s: float) -> bytes:
        """Return a file's bytes; ``TooLarge`` if there are more."""
        url = f"{self._api}/file/bot{self._token}/{quote(path)}"
        return await self._request("GET", url, timeout_s, most, {})

    @staticmethod
    @override
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the answer; the library's own way logs what it can't read."""
        try:
            return msgspec.json.decode(payload, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeError):
            raise NoAnswer("the answer is no JSON object") from None

    async def _post(
        self, method: str, timeout_s: float, body: Mapping[str, Any]
    ) -> bytes:
        url = f"{self._api}/bot{self._token}/{method}"
        return await self._request("POST", url, timeout_s, ANSWER_BYTES, body)

    async def _request(
        self,
        verb: str,
        url: str,
        timeout_s: float,
        most: int,
        body: Mapping[str, Any],
    ) -> bytes:
        # Errors of aiohttp may hold the URL, so none of them goes on.
        timeout = aiohttp.ClientTimeout(total=timeout_s, connect=CONNECT_S)
        failed: TelegramError
        try:
            async with self._open().request(
                verb, url, timeout=timeout, allow_redirects=False, **body
            ) as response:
                payload = await _body(response, most)
                if response.status == HTTPStatus.OK:
                    return payload
                failed = self._refusal(response.status, payload)
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.InvalidURL,
        ) as wrong:
            failed = NotSent(f"not reached: {type(wrong).__name__}")
        except (aiohttp.ClientError, TimeoutError, OSError) as wrong:
            failed = NoAnswer(f"no answer: {type(wrong).__name__}")
        raise failed

    def _refusal(self, status: int, payload: bytes) -> Refusal:
        try:
            answer = msgspec.json.decode(payload, type=_Answer)
        except (msgspec.MsgspecError, UnicodeError):
            answer = _Answer()
        words = answer.description.replace(self._token, "…")[:300]
        return Refusal(status, _Answer(words, answer.parameters))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


async def _body(response: aiohttp.ClientResponse, most: int) -> bytes:
    if (response.content_length or 0) > most:
        raise TooLarge(f"more than {most} bytes")
    payload = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        payload += chunk
        if len(payload) > most:
            raise TooLarge(f"more than {most} bytes")
    return bytes(payload)


def _form(data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=mime)
    return form
