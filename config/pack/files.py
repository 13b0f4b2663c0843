"""A pack's files: from bytes to a value, or why they can't be read."""

import re
from pathlib import Path

import yaml
from yaml.reader import ReaderError

from config.pack import slips
from config.pack.reading import Origin, Value

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 100
"""The C parser follows nesting on its stack, and a stack ends."""
_STEPS = re.compile(rf"(?:[-?:]\s+){{{_DEEPEST}}}")
_BRACKETS = re.compile(r"[\[\]{}]")


def read(path: Path, origin: Origin) -> Value | None:
    """Return a YAML file's one value; None if it is empty or broken."""
    text = read_text(path, origin)
    return None if text is None else compose(text, origin)


def read_text(path: Path, origin: Origin) -> str | None:
    """Return a file's text; None after noting why it can't be read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        origin.breaks(1, f"can't be read: {error.strerror}")
        return None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        origin.breaks(line, "is not UTF-8; save the file as UTF-8")
        return None


def compose(text: str, origin: Origin) -> Value | None:
    """Return the one value of YAML text; None if it is empty or broken."""
    if _is_deep(text):
        origin.breaks(1 + origin.offset, "is nested too deeply")
        return None
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as wrong:
        line, words = slips.told(wrong, text)
        origin.breaks(line + 1 + origin.offset, words)
        return None
    except ReaderError as wrong:
        line = text.count("\n", 0, wrong.position)
        words = "holds a character that YAML forbids"
        origin.breaks(line + 1 + origin.offset, words)
        return None
    except (yaml.YAMLError, RecursionError) as wrong:
        origin.breaks(
            1 + origin.offset, f"is not YAML: {type(wrong).__name__}"
        )
        return None
    return None if node is None else Value(node, origin)


def _is_deep(text: str) -> bool:
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > _DEEPEST:
            return True
    return _STEPS.search(text) is not None
