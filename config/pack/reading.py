"""YAML as values that know their line and say what is wrong.

Scalars stay as they are written until somebody asks for a number or a
date, so ``phone: 0000-1001``, ``id: 007`` and ``name: no`` mean what the
author sees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from config.pack import parsing, slips
from config.pack.mistakes import Notes
from config.terms import Language

_T = TypeVar("_T")
_NOTHING = frozenset({"~", "null", "Null", "NULL"})


Trail = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands."""

    file: str
    line: int
    path: Trail

    @property
    def key(self) -> str:
        """The path as people write it: ``grids[0].worker``."""
        words = ""
        for part in self.path:
            words += f"[{part}]" if isinstance(part, int) else f".{part}"
        return words.removeprefix(".")


@dataclass(frozen=True, slots=True)
class Mention:
    """A word that names something, or refers to it by name."""

    kind: str
    word: str
    spot: Spot


@dataclass(slots=True)
class Origin:
    """A file being read: what it names, refers to and gets wrong."""

    file: str
    notes: Notes
    offset: int = 0
    """Lines before the YAML begins."""
    named: list[Mention] = field(default_factory=list)
    referred: list[Mention] = field(default_factory=list)
    broken: bool = False
    """Nothing can be read from it."""

    def breaks(self, line: int, words: str) -> None:
        """Note why nothing can be read from the file."""
        self.broken = True
        self.notes.add(self.file, line, "", words)


class Value:
    """Something in a file, not yet understood."""

    __slots__ = ("node", "origin", "path")

    def __init__(self, node: Node, origin: Origin, path: Trail = ()) -> None:
        self.node = node
        self.origin = origin
        self.path = path

    @property
    def spot(self) -> Spot:
        """Where it stands."""
        line = self.node.start_mark.line + 1 + self.origin.offset
        return Spot(self.origin.file, line, self.path)

    @property
    def empty(self) -> bool:
        """Whether nothing stands behind the key."""
        node = self.node
        if not isinstance(node, ScalarNode):
            return False
        quoted = node.style in {"'", '"'}
        return not node.value or (node.value in _NOTHING and not quoted)

    @property
    def is_mapping(self) -> bool:
        """Whether keys and values stand here."""
        return isinstance(self.node, MappingNode)

    def wrong(self, words: str) -> None:
        """Note a mistake here."""
        spot = self.spot
        self.origin.notes.add(spot.file, spot.line, spot.key, words)

    def scalar(self, parse: Callable[[str], _T]) -> _T | None:
        """Return what a single word means; None after noting a mistake."""
        if not isinstance(self.node, ScalarNode):
            self.wrong("must be a single value, not a list or a mapping")
            return None
        try:
            return parse(self.node.value)
        except ValueError as wrong:
            self.wrong(str(wrong))
            return None

    def items(self) -> list["Value"]:
        """Return the values of a list; one word is a list of one."""
        node = self.node
        if self.empty:
            return []
        if isinstance(node, ScalarNode):
            return [self]
        if not isinstance(node, SequenceNode):
            self.wrong('must be a list: lines that begin with "-"')
            return []
        return [
            Value(item, self.origin, (*self.path, place))
            for place, item in enumerate(node.value)
        ]

    def block(self) -> "Block | None":
        """Return the keys and values that stand here."""
        if not isinstance(self.node, MappingNode):
            self.wrong('must be a mapping: lines of "key: value"')
            return None
        return Block(self)

    def blocks(self) -> list["Block"]:
        """Return a list of mappings, without what is none."""
        if not isinstance(self.node, SequenceNode) and not self.empty:
            self.wrong('must be a list: lines that begin with "-"')
            return []
        found = [item.block() for item in self.items()]
        return [block for block in found if block is not None]

    def many(self, parse: Callable[[str], _T]) -> tuple[_T, ...]:
        """Return what each of a list means, without what is wrong."""
        found = [item.scalar(parse) for item in self.items()]
        return tuple(thing for thing in found if thing is not None)


class Block:
    """Keys and values; those nobody asks for are mistakes."""

    __slots__ = ("_asked", "_values", "here")

    def __init__(self, here: Value) -> None:
        self.here = here
        self._asked: set[str] = set()
        self._values: dict[str, Value] = {}
        for key, node in here.node.value:
            shown = _beside(key, node)
            value = Value(shown, here.origin, (*here.path, _word(key)))
            if value.path[-1] in self._values:
                value.wrong("stands here twice")
            self._values.setdefault(str(value.path[-1]), value)

    @property
    def words(self) -> tuple[str, ...]:
        """The keys that are given."""
        return tuple(self._values)

    def value(self, key: str) -> Value | None:
        """Return what stands behind the key, if anything does."""
        self._asked.add(key)
        value = self._values.get(key)
        return None if value is None or value.empty else value

    def need(self, key: str, parse: Callable[[str], _T]) -> _T | None:
        """Return what the key means; without it the block is wrong."""
        value = self.value(key)
        if value is None:
            self.lacks(key)
            return None
        return value.scalar(parse)

    def maybe(self, key: str, parse: Callable[[str], _T], default: _T) -> _T:
        """Return what the key means, or the default."""
        value = self.value(key)
        found = None if value is None else value.scalar(parse)
        return default if found is None else found

    def many(self, key: str, parse: Callable[[str], _T]) -> tuple[_T, ...]:
        """Return what each of the key's list means."""
        value = self.value(key)
        return () if value is None else value.many(parse)

    def blocks(self, key: str) -> list["Block"]:
        """Return the key's list of mappings."""
        value = self.value(key)
        return [] if value is None else value.blocks()

    def name(self, kind: str, key: str = "id") -> str | None:
        """Return the id that others may refer to."""
        found = self.need(key, parsing.ident)
        if found is not None:
            self.note(kind, found, key)
        return found

    def note(self, kind: str, word: str, key: str) -> None:
        """Remember that the word names something, here."""
        value = self._values.get(key, self.here)
        named = self.here.origin.named
        named.append(Mention(kind, word, value.spot))

    def refer(self, kind: str, key: str) -> str | None:
        """Return the id of something that must exist, if one is given."""
        value = self.value(key)
        return None if value is None else _reference(kind, value)

    def refers(self, kind: str, key: str) -> tuple[str, ...]:
        """Return the ids of things that must exist."""
        value = self.value(key)
        items = [] if value is None else value.items()
        found = [_reference(kind, item) for item in items]
        return tuple(word for word in found if word is not None)

    def names(self, key: str) -> Mapping[Language, str] | None:
        """Return a name in each language: ``names`` by language, or one."""
        value = self.value(f"{key}s") or self.value(key)
        if value is None:
            self.lacks(f"{key}s")
            return None
        return by_language(value)

    def lacks(self, key: str, words: str = "must be given") -> None:
        """Note that a key is missing or empty."""
        value = self._values.get(key)
        spot = value.spot if value else self.here.spot
        path = Spot(spot.file, spot.line, (*self.here.path, key)).key
        self.here.origin.notes.add(spot.file, spot.line, path, words)

    def close(self) -> None:
        """Note the keys that mean nothing."""
        for key in self._values.keys() - self._asked:
            if "：" in key:
                self._values[key].wrong(slips.WIDE_COLON)
                continue
            hint = self.here.origin.notes.hint(key, sorted(self._asked))
            self._values[key].wrong(f"there is no such key{hint}")


def by_language(value: Value) -> Mapping[Language, str] | None:
    """Return words for every language; the first given stands in."""
    if isinstance(value.node, ScalarNode):
        word = value.scalar(parsing.text)
        return None if word is None else _everywhere({}, word)
    block = value.block()
    if block is None:
        return None
    given = {
        language: word
        for language in Language
        if (word := block.maybe(language, parsing.text, ""))
    }
    block.close()
    if not given:
        value.wrong(f"must say it in {Language.ZH}")
        return None
    return _everywhere(given, next(iter(given.values())))


def words(value: Value | None) -> tuple[str, ...]:
    """Return a list of words, or the lists of all languages in one."""
    if value is None:
        return ()
    if not isinstance(value.node, MappingNode):
        return value.many(parsing.name)
    block = Block(value)
    found = [
        word
        for language in Language
        for word in block.many(language, parsing.name)
    ]
    block.close()
    return tuple(dict.fromkeys(found))


def _beside(key: Node, node: Node) -> Node:
    """Return what stands behind a key; nothing stands where the key does.

    The parser puts it where it looked last, be it below the last line.
    """
    if isinstance(node, ScalarNode) and not node.value and not node.style:
        return ScalarNode(node.tag, "", key.start_mark, key.end_mark)
    return node


def _word(key: Node) -> str:
    return str(key.value) if isinstance(key, ScalarNode) else "?"


def _reference(kind: str, value: Value) -> str | None:
    word = value.scalar(parsing.text)
    if word is not None:
        mention = Mention(kind, word, value.spot)
        value.origin.referred.append(mention)
    return word


def _everywhere(
    given: Mapping[Language, str], otherwise: str
) -> Mapping[Language, str]:
    return MappingProxyType(
        {language: given.get(language, otherwise) for language in Language}
    )
