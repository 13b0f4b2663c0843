"""However a pack is mangled: it loads, or says where to look."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.pack.demo import load_demo
from config.pack.loading import load
from config.pack.mistakes import Mistake, PackMistakes
from config.settings import DEMO_PACK

FILES = sorted(
    path.relative_to(DEMO_PACK).as_posix()
    for path in DEMO_PACK.rglob("*")
    if path.suffix in {".yaml", ".md"} and path.name != "README.md"
)
YAML = [name for name in FILES if name.endswith(".yaml")]
JUNK = [
    "",
    "{",
    "]",
    ": ",
    "- ",
    "'",
    '"',
    "#",
    "\t",
    "&a ",
    "*a",
    "!!x ",
    "\0",
]
JUNK += [
    "null",
    "[]",
    "{}",
    "---",
    "<<: ",
    "? ",
    "|",
    "12:00",
    "4x",
    "编",
    "\u2028",
]

Mangle = Callable[[list[str], int, int, str], list[str]]


def drop(lines: list[str], at: int, to: int, _junk: str) -> list[str]:
    return lines[:at] + lines[min(at, to) + 1 :]


def double(lines: list[str], at: int, _to: int, _junk: str) -> list[str]:
    return [*lines[: at + 1], *lines[at:]]


def move(lines: list[str], at: int, to: int, _junk: str) -> list[str]:
    rest = lines[:at] + lines[at + 1 :]
    return [*rest[:to], lines[at], *rest[to:]]


def cut(lines: list[str], at: int, _to: int, _junk: str) -> list[str]:
    return [*lines[:at], lines[at][: len(lines[at]) // 2]]


def insert(lines: list[str], at: int, to: int, junk: str) -> list[str]:
    line = lines[at]
    place = to % (len(line) + 1)
    return [*lines[:at], line[:place] + junk + line[place:], *lines[at + 1 :]]


def erase(lines: list[str], at: int, to: int, junk: str) -> list[str]:
    line = lines[at]
    place = to % (len(line) + 1)
    end = place + 1 + len(junk)
    return [*lines[:at], line[:place] + line[end:], *lines[at + 1 :]]


def indent(lines: list[str], at: int, _to: int, _junk: str) -> list[str]:
    return [*lines[:at], f" {lines[at]}", *lines[at + 1 :]]


def swap_value(lines: list[str], at: int, _to: int, junk: str) -> list[str]:
    key, colon, _ = lines[at].partition(":")
    return [*lines[:at], f"{key}{colon} {junk}", *lines[at + 1 :]]


MANGLES: list[Mangle] = [
    drop,
    double,
    move,
    cut,
    insert,
    erase,
    indent,
    swap_value,
]


def mistakes_of(folder: Path) -> tuple[Mistake, ...]:
    """What the loader says; anything but mistakes breaks the test."""
    try:
        load_demo(folder, load(folder))
    except PackMistakes as wrong:
        return wrong.mistakes
    return ()


# a few hundred packs are read, beside other tests
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(name="copied")
def _copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO_PACK, tmp_path / "pack"))


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(YAML) | st.sampled_from(FILES),
    mangles=st.lists(
        st.tuples(
            st.sampled_from(MANGLES),
            st.integers(0, 2_000),
            st.integers(0, 2_000),
            st.sampled_from(JUNK),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_a_mangled_pack_loads_or_says_where_to_look(
    copied: Path, name: str, mangles: list[tuple[Mangle, int, int, str]]
) -> None:
    path = copied / name
    lines = whole = path.read_text("utf-8").split("\n")
    for mangle, at, to, junk in mangles:
        if lines:
            here, there = at % len(lines), to % len(lines)
            lines = mangle(lines, here, there, junk)
    path.write_text("\n".join(lines), "utf-8")

    mistakes = mistakes_of(copied)

    for mistake in mistakes:
        told = (copied / mistake.file).read_text("utf-8")
        assert 1 <= mistake.line <= len(told.split("\n"))
        assert mistake.words
    path.write_text("\n".join(whole), "utf-8")


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(FILES),
    at=st.integers(0, 10_000),
    raw=st.binary(min_size=1, max_size=8),
)
def test_a_pack_with_any_bytes_loads_or_says_where_to_look(
    copied: Path, name: str, at: int, raw: bytes
) -> None:
    path = copied / name
    whole = path.read_bytes()
    place = at % (len(whole) + 1)
    path.write_bytes(whole[:place] + raw + whole[place:])

    mistakes = mistakes_of(copied)

    assert all(mistake.line >= 1 for mistake in mistakes)
    assert {mistake.file for mistake in mistakes} <= {*FILES}
    path.write_bytes(whole)
