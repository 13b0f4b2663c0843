"""Recorded updates in, the core's words out; and nothing breaks the parser."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.api import Me
from bot.channels.telegram.updates import number, parse
from storage.messages import Edited, Incoming, Said, Unreadable

FOLDER = Path(__file__).parent / "recordings/telegram"
RECORDINGS = sorted(FOLDER.glob("*.json"))
ME = Me(110201543, "linli_bot")
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MUTATIONS = 20_000


def _load(path: Path) -> Any:  # noqa: ANN401  # it is JSON
    return json.loads(path.read_text("utf-8"))


def _read(update: object) -> Incoming | None:
    return parse(json.dumps(update).encode(), ME, NOW)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recorded_update_says_exactly_this(path: Path) -> None:
    recorded = _load(path)

    read = _read(recorded["update"])

    expected = recorded["incoming"]
    if expected is None:
        assert read is None
    elif expected["type"] == "unreadable":
        assert isinstance(read, Unreadable)
        assert read.id == expected["id"]
        assert json.loads(read.raw) == recorded["update"]
    else:
        assert read == msgspec.convert(expected, Incoming, strict=False)


def test_there_are_recordings() -> None:
    assert len(RECORDINGS) > 50


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[Any]:  # noqa: ANN401
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*path, index))


def _change(update: Any, dice: random.Random) -> None:  # noqa: ANN401
    path = dice.choice([place for place in _places(update) if place])
    holder = update
    for key in path[:-1]:
        holder = holder[key]
    kind = dice.randrange(4)
    if kind == 0:
        del holder[path[-1]]
    elif kind == 1 and isinstance(holder, dict):
        holder[f"new_{dice.randrange(9)}"] = {"deep": [holder[path[-1]]]}
    else:
        holder[path[-1]] = dice.choice(STRANGE)


STRANGE: list[Any] = [
    None,
    True,
    0,
    -1,
    7.5,
    2**31,
    2**63,
    10**30,
    -(2**70),
    1e308,
    "",
    "文",
    "\x00",
    "a" * 5000,
    "/x@y",
    [],
    [7],
    [[]],
    {},
    {"id": 1},
    {"type": "mention", "offset": 2**40, "length": 1},
]


def test_one_changed_field_never_raises() -> None:
    dice = random.Random(20260302)  # noqa: S311  # a seed, no secret
    updates = [path.read_text("utf-8") for path in RECORDINGS]
    kinds: dict[str, int] = {}
    for _ in range(MUTATIONS):
        update = json.loads(dice.choice(updates))["update"]
        _change(update, dice)
        read = _read(update)
        kinds[type(read).__name__] = kinds.get(type(read).__name__, 0) + 1
        if read is not None:
            _holds(read)
    assert kinds["Unreadable"] > MUTATIONS // 20
    assert kinds["Said"] > MUTATIONS // 5


def _holds(read: Incoming) -> None:
    """What is read can be kept, and nothing in it breaks a database."""
    kept = msgspec.json.encode(read)
    assert msgspec.json.decode(kept, type=Incoming) == read
    if isinstance(read, Said | Edited):
        assert "\0" not in read.text
        assert "\0" not in read.sender.name


@given(st.binary(max_size=200))
def test_any_bytes_are_at_worst_unreadable(raw: bytes) -> None:
    read = parse(raw, ME, NOW)

    assert read is None or isinstance(read, Unreadable)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"update_id":5,"message":',
        b'{"update_id":5,"message":{"text":"\xff"}}',
        b'{"update_id":5,"message":{"text":"\\ud800"}}',
        b'{"update_id":5,"message":' + b"[" * 100_000,
    ],
)
def test_broken_json_keeps_its_number(raw: bytes) -> None:
    read = parse(raw, ME, NOW)

    assert isinstance(read, Unreadable)
    assert read.id == "5"
    assert read.raw == raw
    assert number(raw) == 5


def test_the_reason_quotes_nobody() -> None:
    read = _read(
        {
            "update_id": 5,
            "message": {
                "message_id": 1,
                "date": "明天",
                "chat": {"id": 1, "type": "private"},
                "text": "我的电话 00001001",
            },
        }
    )

    assert isinstance(read, Unreadable)
    assert "00001001" not in read.reason
    assert "date" in read.reason


def test_two_edits_in_one_second_are_two_versions() -> None:
    recorded = _load(FOLDER / "edited_text.json")
    first, second = dict(recorded["update"]), dict(recorded["update"])
    second["update_id"] += 1

    read = [_read(first), _read(second), _read(second)]

    keys = [message.key for message in read if message is not None]
    assert keys[0] != keys[1]
    assert keys[1] == keys[2]


def test_an_upgrade_has_one_key_from_either_side() -> None:
    sides = [
        _read(_load(path)["update"])
        for path in RECORDINGS
        if path.stem.startswith("upgraded")
    ]

    assert len({side.key for side in sides if side is not None}) == 1
