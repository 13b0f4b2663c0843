"""Words of a pack's files -> values; ``ValueError`` says what is right."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from enum import Enum
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from config.nearest import nearest
from config.pack.values import Span, Unit
from config.terms import CHANNELS, Language

_EnumT = TypeVar("_EnumT", bound=Enum)

_MOST = 10_000
"""No span is longer, in any unit: a slip of the finger is."""
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def text(word: str) -> str:
    """Take any words, without the blanks around them."""
    if not word.strip():
        raise ValueError("is empty")
    return word.strip()


def name(word: str) -> str:
    """Take a short name, one of a list: a wide comma parts nothing."""
    wide = re.search("[，、；“”]", word)
    if wide:
        raise ValueError(
            f'"{word}" holds a "{wide[0]}": write the plain sign, with a blank'
            " behind a comma"
        )
    return text(word)


def ident(word: str) -> str:
    """Take an id: it goes into links, buttons and file names."""
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,63}", word, re.ASCII):
        raise ValueError(
            f'"{word}" is no id: letters, digits, "-" and "_", at most 64'
        )
    return word


def whole(word: str) -> int:
    """Take a number that counts something."""
    if not re.fullmatch(r"[0-9]{1,9}", word):
        raise ValueError(
            f'"{word}" is no whole number: write digits alone, such as 260'
        )
    return int(word)


def yes_no(word: str) -> bool:
    """Take a yes or a no."""
    if word.lower() in {"true", "yes", "on", "是"}:
        return True
    if word.lower() in {"false", "no", "off", "否"}:
        return False
    raise ValueError(f'"{word}" is neither: write true or false')


def span(word: str) -> Span:
    """Take a limit's time, in hours or days, working or not."""
    match = re.fullmatch(r"([0-9]{1,5})(m|h|d|wh|wd)", word)
    if match is None or not 0 < int(match[1]) <= _MOST:
        raise ValueError(
            f'"{word}" is no span: write 15m, 4h, 7d, 4wh (working'
            " hours) or 5wd (working days)"
        )
    return Span(int(match[1]), Unit(match[2]))


def duration(word: str) -> timedelta:
    """Take a plain length of time."""
    match = re.fullmatch(r"([0-9]{1,5})([mhd])", word)
    if match is None or int(match[1]) > _MOST:
        raise ValueError(f'"{word}" is no length of time: write 30m, 2h or 7d')
    return int(match[1]) * _UNITS[match[2]]


def clock(word: str) -> time:
    """Take a time of day."""
    try:
        return time.fromisoformat(word)
    except ValueError:
        raise ValueError(
            f'"{word}" is no time of day: write 07:00 or 22:30'
        ) from None


def day(word: str) -> date:
    """Take a date."""
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise ValueError(
            f'"{word}" is no date: write 2026-03-01, a day that exists'
        ) from None


def zone(word: str) -> ZoneInfo:
    """Take the name of a time zone."""
    if word not in _zones():
        raise ValueError(
            f'"{word}" is no time zone{nearest(word, _zones())}'
            " (all of China's is Asia/Shanghai)"
        )
    return ZoneInfo(word)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def one_of(words: type[_EnumT], what: str) -> Callable[[str], _EnumT]:
    """Take one of the enum's words."""
    known = [str(member.value) for member in words]

    def parse(word: str) -> _EnumT:
        if word not in known:
            raise ValueError(f'"{word}" is no {what}{nearest(word, known)}')
        return words(word)

    return parse


language = one_of(Language, "language that Linli speaks")


def address(word: str) -> str:
    """Take an account or group: channel, colon, the platform's own id."""
    channel, colon, place = name(word).partition(":")
    if not colon or not place.strip():
        raise ValueError(f'"{word}" is no address: write webchat:lin')
    if channel not in CHANNELS:
        hint = nearest(channel, sorted(CHANNELS))
        raise ValueError(f'there is no channel "{channel}"{hint}')
    if channel == "telegram" and not re.fullmatch(r"-?[0-9]{1,19}", place):
        raise ValueError(
            f'"{place}" is no Telegram id: a number, with "-" for a group'
        )
    return word


def web(word: str) -> str:
    """Take the address of a server."""
    if not re.fullmatch(r"https?://[^\s/]+\S*", word):
        raise ValueError(f'"{word}" is no address: write https://host/path')
    return word.rstrip("/")
