"""Calls to the Bot API, and what its noes mean to the core."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import TypeVar

import msgspec
import structlog
from msgspec import Struct
from telegram.error import TelegramError

from bot.channels.channel import Gone, Later, MovedTo, Never, Unknown
from bot.channels.telegram.wire import (
    NoAnswer,
    NotSent,
    Refusal,
    TooLarge,
    Wire,
)

log = structlog.get_logger()

AGAIN_S = 5.0
ALARM_S = 300.0
"""A refused token doesn't mend itself in seconds."""
_CLOSED = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "user is deactivated",
)

T = TypeVar("T")


async def told(call: Awaitable[T]) -> T:
    """Return the call's result; raise ``Later``, ``Never`` or ``Unknown``."""
    try:
        return await call
    except Refusal as no:
        raise meaning(no) from None
    except NotSent as wrong:
        raise Later(AGAIN_S, wrong.message) from None
    except TooLarge as wrong:
        raise Never(wrong.message) from None
    except NoAnswer as wrong:
        raise Unknown(wrong.message) from None
    except (TelegramError, TypeError, KeyError, ValueError) as wrong:
        # The library stumbled over the answer: the call itself was made.
        name = type(wrong).__name__
        raise Unknown(f"unreadable answer: {name}") from None


def meaning(no: Refusal) -> Later | Never | Unknown:
    """Return the exception of the contract that says the same."""
    words = str(no)
    match no.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
            log.error("token_refused", status=no.status)
            failure: Later | Never | Unknown = Later(ALARM_S, words)
        case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.CONFLICT:
            failure = Later(no.retry_after or AGAIN_S, words)
        case status if status < HTTPStatus.BAD_REQUEST:
            log.error("redirected", status=no.status)
            failure = Later(ALARM_S, words)  # a wrong address, to be mended
        case HTTPStatus.GATEWAY_TIMEOUT:
            failure = Unknown(words)  # only the proxy gave up waiting
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            failure = Later(AGAIN_S, words)
        case HTTPStatus.FORBIDDEN:
            failure = Gone(words)
        case _ if no.migrate_to:
            failure = MovedTo(str(no.migrate_to))
        case _ if any(word in no.description.lower() for word in _CLOSED):
            failure = Gone(words)
        case _:
            failure = Never(words)
    return failure


class _Ok(Struct, frozen=True):
    ok: bool
    result: msgspec.Raw


async def ask(
    wire: Wire,
    method: str,
    answer: type[T],
    timeout_s: float = 0.0,
    **parameters: object,
) -> T:
    """Call a method of the raw API and return its result, checked."""
    return result(await wire.call(method, timeout_s, **parameters), answer)


def result(raw: bytes, answer: type[T]) -> T:
    """Return what a good answer holds; ``NoAnswer`` if it can't be read."""
    try:
        good = msgspec.json.decode(raw, type=_Ok)
        return msgspec.json.decode(good.result, type=answer)
    except (msgspec.MsgspecError, UnicodeError) as wrong:
        # Its words quote the answer's path, never its content.
        raise NoAnswer(f"unreadable answer: {wrong}") from None
