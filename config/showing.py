"""How a language writes numbers, moments, spans and lists of things."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import DateTimePattern, parse_pattern
from fluent.runtime.types import FluentInt, FluentType, NumberFormatOptions
from typing_extensions import override

STYLES = ("moment", "day", "date", "clock")

_NEAR_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_UNITS = (
    ("value-days", timedelta(days=1)),
    ("value-hours", timedelta(hours=1)),
    ("value-minutes", timedelta(minutes=1)),
)

Words = Callable[[str, int], str]
"""The language's own sentence of that id, for that number."""


@dataclass(frozen=True, slots=True)
class Near:
    """A moment for somebody who reads of it at ``now``: it may be today."""

    at: datetime
    now: datetime


class Showing:
    """One language's way to write values, in one zone."""

    def __init__(self, language: str, words: Words, zone: ZoneInfo) -> None:
        self._locale = Locale.parse(language, sep="-")
        self._words = words
        self._zone = zone
        self._styles: dict[str, DateTimePattern] = {}

    def shown(self, value: object) -> str:
        """Return the value as it reads in the middle of a sentence."""
        match value:
            case Enum():
                words = str(value.value)
            case date():
                words = self.dated(value)
            case Near():
                words = self.near(value)
            case timedelta():
                words = self.spanned(value)
            case list() | tuple():
                comma = self._words("value-comma", 0)
                words = comma.join(map(self.shown, value))
            case float():
                words = f"{value:.2f}".rstrip("0").rstrip(".")
            case _:
                words = str(value)
        return words

    def dated(self, value: date, style: str = "") -> str:
        """Return a day, or a moment on the community's clock."""
        if isinstance(value, datetime):
            value = value.astimezone(self._zone)
            style = style or "moment"
        style = style or "date"
        if style not in self._styles:
            pattern = self._words(f"value-{style}", 0)
            self._styles[style] = parse_pattern(pattern)
        return self._styles[style].apply(value, self._locale)

    def near(self, value: Near) -> str:
        """Return a moment as people say it: today, tomorrow, yesterday.

        The day of the week stands with it, for whoever reads it later.
        """
        there, here = (
            one.astimezone(self._zone).date() for one in (value.at, value.now)
        )
        style = _NEAR_DAYS.get((there - here).days, "moment")
        return self.dated(value.at, style)

    def spanned(self, value: timedelta) -> str:
        """Return a span in its two greatest units."""
        rest, counts = abs(value), []
        for name, unit in _UNITS:
            count, rest = divmod(rest, unit)
            counts.append((name, count))
        while counts and not counts[0][1]:
            counts.pop(0)
        parts = [self._words(*pair) for pair in counts[:2] if pair[1]]
        gap = "" if self._locale.language == "zh" else " "
        return gap.join(parts) or self._words("value-under-a-minute", 0)

    def fluent(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return the values as Fluent takes them for its own patterns."""
        return {name: self._native(value) for name, value in values.items()}

    def _native(self, value: object) -> object:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int):
            return Count(value)
        if isinstance(value, float):
            return value
        if isinstance(value, Near):
            return Dated(value.at, self, near=value)
        if isinstance(value, date):
            return Dated(value, self)
        return self.shown(value)


class Count(FluentInt):
    """A number that takes part in plurals and is written plainly."""

    default_number_format_options = NumberFormatOptions(useGrouping=False)


@dataclass(frozen=True, slots=True)
class Dated(FluentType):
    """A day or a moment, before a pattern decides on its style."""

    value: date
    showing: Showing
    style: str = ""
    near: Near | None = None

    @override
    def format(self, locale: Locale) -> str:
        if self.near is not None and not self.style:
            return self.showing.near(self.near)
        return self.showing.dated(self.value, self.style)


def _styled(style: str) -> Callable[[Dated], Dated]:
    return lambda dated: replace(dated, style=style)


FUNCTIONS: dict[str, Callable[[Any], FluentType]] = {
    style.upper(): _styled(style) for style in STYLES
}
"""What a sentence may call: ``DAY($at)``, ``CLOCK($at)``, ``DATE($at)``."""
