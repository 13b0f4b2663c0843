"""What the program says stands in the catalogue, with its values."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from config import catalogue
from config.catalogue import LOCALES
from config.terms import Language

ROOT = Path(__file__).parent.parent
SPEAKERS = ("say", "_say", "Refused")
MESSAGES = {
    name: catalogue.variables(pattern)
    for path in (LOCALES / Language.ZH).glob("*.ftl")
    for entry in catalogue.parse(path.read_text("utf-8")).entries
    for name, pattern in catalogue.patterns(entry)
}


class Said(NamedTuple):
    """A place in the program that names a sentence."""

    where: str
    message: str
    values: frozenset[str]
    open: bool
    """More values come along, nobody knows which."""


def said() -> Iterator[Said]:
    for layer in ("bot", "handlers"):
        for path in sorted((ROOT / layer).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and speaks(node.func):
                    yield from _said(path.relative_to(ROOT), node)


def speaks(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        # tickets.say and webchat.say keep words, they don't look them up;
        # a channel's own self._say puts its name before the sentence's
        return function.attr == "say" and not (
            isinstance(function.value, ast.Name)
            and function.value.id in {"tickets", "webchat"}
        )
    return isinstance(function, ast.Name) and function.id in SPEAKERS


def _said(path: Path, call: ast.Call) -> Iterator[Said]:
    named = [
        given.value
        for given in call.args
        if isinstance(given, ast.Constant) and isinstance(given.value, str)
    ]
    if len(named) != 1:
        return
    values = {keyword.arg for keyword in call.keywords}
    yield Said(
        f"{path}:{call.lineno}",
        named[0],
        frozenset(value for value in values if value),
        None in values,
    )


def test_every_sentence_that_is_named_exists() -> None:
    assert [one for one in said() if one.message not in MESSAGES] == []


def test_every_sentence_gets_its_values() -> None:
    missing = [
        (one.where, one.message, sorted(MESSAGES[one.message] - one.values))
        for one in said()
        if not one.open and MESSAGES.get(one.message, frozenset()) - one.values
    ]

    assert missing == []
