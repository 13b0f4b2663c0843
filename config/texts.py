"""Every sentence that people read, found by language and id.

``say`` never fails at run time: what is missing falls back to zh-CN and
is logged. It warns as well (``Untold``, silent by default), and warnings
are errors under pytest, so no test passes over a missing sentence.
"""

import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from fluent.runtime import FluentBundle
from fluent.runtime.builtins import BUILTINS
from fluent.syntax import ast

from config import catalogue
from config.catalogue import LOCALES, Flaw, Source
from config.nearest import nearest
from config.showing import FUNCTIONS, Showing
from config.terms import Language

log = structlog.get_logger()

HOME = ZoneInfo("Asia/Shanghai")
_GAP = "…"
_LONG = 2_000
"""Fluent refuses values above 2,500 characters; a report may be longer."""

Ready = str | tuple[str, ...] | ast.Pattern
"""Words as they are; words and names of values in turn; or Fluent's own
affair."""


class Untold(ResourceWarning):
    """A sentence, or a value that it needs, is missing."""


class BadCatalogue(Exception):
    """The program's own sentences don't parse."""


class Texts:
    """The sentences as one community says them."""

    def __init__(self, tongues: Mapping[str, "Tongue"]) -> None:
        self._tongues = tongues
        self._home = tongues[Language.ZH]

    @classmethod
    def load(cls, folder: Path = LOCALES) -> "Texts":
        """Return the product's own sentences; ``BadCatalogue`` if broken."""
        return cls(_tongues(folder, HOME))

    def worded(
        self, wording: Mapping[Language, str], zone: ZoneInfo = HOME
    ) -> "Texts":
        """Return the sentences with a community's overrides and clock."""
        return Texts(
            {
                language: tongue.reworded(
                    wording.get(tongue.language, ""), zone
                )
                for language, tongue in self._tongues.items()
            }
        )

    def has(self, message: str) -> bool:
        """Say whether there is such a sentence."""
        return self._home.find(message) is not None

    def flaws(self, language: Language, wording: str) -> list[Flaw]:
        """Return what is wrong with a community's overrides."""
        source = catalogue.parse(wording)
        return source.flaws + self._tongues[language].strangers(source)

    def say(self, language: str, message: str, /, **values: object) -> str:
        """Return the sentence with its values filled in.

        ``message`` is an id or ``id.attribute``. Moments are shown on the
        community's clock, spans as days, hours and minutes, lists joined.
        """
        tongue = self._tongues.get(language, self._home)
        ready = tongue.find(message)
        if type(ready) is str:
            return ready
        if ready is None:
            _miss(message, f"sentence in {language}")
            tongue = self._home
            ready = tongue.find(message)
        if ready is None:
            return message
        return tongue.fill(message, ready, values)


class Tongue:
    """One language's sentences, made ready when they are first said."""

    def __init__(
        self,
        language: Language,
        entries: tuple[catalogue.Entry, ...],
        zone: ZoneInfo,
    ) -> None:
        self.language = language
        self._entries = entries
        self._bundle = FluentBundle(
            [language], functions=FUNCTIONS, use_isolating=False
        )
        self._bundle.add_resource(
            ast.Resource(list(entries)), allow_overrides=True
        )
        self._patterns = {
            name: pattern
            for entry in entries
            for name, pattern in catalogue.patterns(entry)
        }
        self._names = frozenset(map(catalogue.entry_name, entries))
        self._ready: dict[str, Ready] = {}
        self._zone = zone
        self._showing = Showing(language, self._own, zone)

    def reworded(self, text: str, zone: ZoneInfo) -> "Tongue":
        """Return the language with some sentences said otherwise."""
        if not text and zone == self._zone:
            return self
        entries = catalogue.parse(text).entries
        return Tongue(self.language, (*self._entries, *entries), zone)

    def find(self, message: str) -> Ready | None:
        """Return the sentence made ready, or ``None``."""
        ready = self._ready.get(message)
        if ready is None and message in self._patterns:
            ready = _made_ready(self._patterns[message])
            self._ready[message] = ready
        return ready

    def fill(
        self, message: str, ready: Ready, values: Mapping[str, object]
    ) -> str:
        """Return the words of a sentence; a missing value leaves a gap."""
        if isinstance(ready, str):
            return ready
        if isinstance(ready, ast.Pattern):
            return self._formatted(message, values)
        shown = list(ready)
        for place in range(1, len(shown), 2):
            value = values.get(shown[place])
            if value is None:
                _miss(message, f"value {shown[place]}")
                value = _GAP
            shown[place] = self._showing.shown(value)
        return "".join(shown)

    def strangers(self, source: Source) -> list[Flaw]:
        """Return what an override says that the original doesn't know."""
        return [
            Flaw(source.lines[name.partition(".")[0]], name, words)
            for entry in source.entries
            for name, pattern in catalogue.patterns(entry)
            for words in self._strange(name, pattern, source)
        ]

    def _strange(
        self, name: str, pattern: ast.Pattern, source: Source
    ) -> Iterator[str]:
        original = self._patterns.get(name)
        if original is None:
            if not name.startswith("-"):
                hint = nearest(name, self._patterns)
                yield f"there is no such sentence{hint}"
            return
        known = catalogue.variables(original)
        for variable in sorted(catalogue.variables(pattern) - known):
            hint = nearest(variable, known)
            yield f"the sentence gets no value ${variable}{hint}"
        there = {*self._names, *source.lines, *FUNCTIONS, *BUILTINS}
        for word in sorted(catalogue.references(pattern) - there):
            hint = nearest(word, there)
            yield f"{word} is nowhere{hint}"

    def _formatted(self, message: str, values: Mapping[str, object]) -> str:
        name, _, attribute = message.partition(".")
        compiled = self._bundle.get_message(name)
        pattern = compiled.attributes.get(attribute, compiled.value)
        given = self._showing.fluent(values)
        longs = _set_aside(given)
        if pattern is None:
            return message
        words, errors = self._bundle.format_pattern(pattern, given)
        for error in errors:
            _miss(message, str(error))
        for mark, text in longs.items():
            words = str(words).replace(mark, text)
        return str(words)

    def _own(self, message: str, number: int) -> str:
        ready = self.find(message)
        return self.fill(message, ready, {"n": number}) if ready else ""


def _made_ready(pattern: ast.Pattern) -> Ready:
    parts = [""]
    for element in pattern.elements:
        match element:
            case ast.TextElement():
                parts[-1] += element.value
            case ast.Placeable(expression=ast.StringLiteral() as literal):
                parts[-1] += literal.parse()["value"]
            case ast.Placeable(expression=ast.VariableReference(id=name)):
                parts += [name.name, ""]
            case _:
                return pattern
    return parts[0] if len(parts) == 1 else tuple(parts)


def _set_aside(values: dict[str, object]) -> dict[str, str]:
    """Put a mark in the place of each very long value."""
    longs = {}
    for place, (name, value) in enumerate(values.items()):
        if isinstance(value, str) and len(value) > _LONG:
            mark = f"\ue000{place}\ue001"
            longs[mark], values[name] = value, mark
    return longs


@cache
def _tongues(folder: Path, zone: ZoneInfo) -> dict[str, Tongue]:
    return {
        language: Tongue(language, _entries(folder / language), zone)
        for language in Language
    }


def _entries(folder: Path) -> tuple[catalogue.Entry, ...]:
    entries: list[catalogue.Entry] = []
    for path in sorted(folder.glob("*.ftl")):
        source = catalogue.parse(path.read_text("utf-8"))
        if source.flaws:
            flaw = source.flaws[0]
            raise BadCatalogue(f"{path}:{flaw.line}: {flaw.words}")
        entries += source.entries
    return tuple(entries)


def _miss(message: str, what: str) -> None:
    log.error("text_missing", message=message, what=what)
    warnings.warn(f"{message}: no {what}", Untold, stacklevel=3)
