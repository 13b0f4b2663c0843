"""Fluent source in, sentences and their flaws out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fluent.syntax import FluentParser, ast

LOCALES = Path(__file__).parent / "locales"

Entry = ast.Message | ast.Term


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong in Fluent source."""

    line: int
    name: str
    """The sentence, "" where none can be told."""
    words: str


@dataclass(slots=True)
class Source:
    """Parsed Fluent source; ``flaws`` is empty when it is sound."""

    entries: list[Entry] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)


def parse(text: str) -> Source:
    """Return what the Fluent source holds, flaws included."""
    source = Source()
    for entry in FluentParser().parse(text).body:
        if isinstance(entry, ast.Junk):
            source.flaws += [
                Flaw(_line(text, note), "", note.message or "not Fluent")
                for note in entry.annotations
            ]
        elif isinstance(entry, ast.Message | ast.Term):
            _add(source, entry, _line(text, entry))
    return source


def entry_name(entry: Entry) -> str:
    """Return the id as others refer to it: ``received``, ``-brand``."""
    sigil = "-" if isinstance(entry, ast.Term) else ""
    return sigil + entry.id.name


def patterns(entry: Entry) -> Iterator[tuple[str, ast.Pattern]]:
    """Yield the value and each attribute under the name ``say`` takes."""
    name = entry_name(entry)
    if entry.value is not None:
        yield name, entry.value
    for attribute in entry.attributes:
        yield f"{name}.{attribute.id.name}", attribute.value


def variables(pattern: ast.BaseNode) -> frozenset[str]:
    """Return the names of the values that a sentence asks for."""
    return frozenset(
        node.id.name
        for node in walk(pattern)
        if isinstance(node, ast.VariableReference)
    )


def references(pattern: ast.BaseNode) -> frozenset[str]:
    """Return the sentences, terms and functions that a sentence uses."""
    found = set()
    for node in walk(pattern):
        match node:
            case ast.MessageReference() | ast.FunctionReference():
                found.add(node.id.name)
            case ast.TermReference():
                found.add(f"-{node.id.name}")
            case _:
                pass
    return frozenset(found)


def walk(node: object) -> Iterator[object]:
    """Yield the syntax node and everything below it."""
    yield node
    if isinstance(node, ast.BaseNode):
        for inner in vars(node).values():
            yield from walk(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from walk(inner)


def _add(source: Source, entry: Entry, line: int) -> None:
    name = entry_name(entry)
    if name in source.lines:
        words = f"stands on line {source.lines[name]} already"
        source.flaws.append(Flaw(line, name, words))
    source.lines.setdefault(name, line)
    source.entries.append(entry)


def _line(text: str, node: ast.SyntaxNode) -> int:
    start = node.span.start if node.span else 0
    return text.count("\n", 0, start) + 1
