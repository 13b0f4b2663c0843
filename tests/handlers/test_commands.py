"""Every command, typed by everybody, everywhere, with everything behind it.

Whatever is typed is answered and nothing breaks; and whoever it doesn't
concern changes nothing.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, create_engine, func, select

from config.terms import ChatKind, Command
from config.texts import Texts
from handlers import hearing
from handlers.context import Fixed
from handlers.rules import commands
from handlers.understanding.model import shipped
from handlers.understanding.understanding import Understanding
from storage import outbox, schema
from storage.apply import apply
from storage.messages import Chat, Said, Say, Sender
from tests.town import CHANNEL, COMMUNITY, MONDAY, PACK

TEXTS = Texts.load()
TOKENS = count()
FIXED = Fixed(
    pack=PACK,
    texts={COMMUNITY.id: TEXTS.worded({}, COMMUNITY.time_zone)},
    minds={COMMUNITY.id: Understanding(COMMUNITY, shipped())},
    token=lambda: f"token-{next(TOKENS):020}",
    write_first=frozenset({CHANNEL}),
    public_url="https://linli.example",
)
PLACES = ("g1", "g2", "")
BEHIND = ("", "1", "2", "999", "1 说一句话", "2 1", "随便什么", "字" * 5000)
"""1 is Wang's ticket of the first grid, 2 is Wang's open wish."""
MATTERS = (
    schema.ticket,
    schema.wish,
    schema.claim,
    schema.role,
    schema.chat,
    schema.grid,
    schema.words,
    schema.code,
)
OPEN_TO_ALL = frozenset({Command.REPORT, Command.WISH, Command.LINK,
                         Command.LOGIN, Command.ASK})  # fmt: skip
"""What makes something of a stranger's own."""


@dataclass
class Square:
    """Where everybody talks, without a network and without delivery."""

    db: Connection
    ids: "count[int]"

    def says(
        self, who: str, text: str, group: str = "", *, admin: bool = False
    ) -> list[Say]:
        """Return what was said because of it."""
        last = self.db.scalar(select(func.max(schema.outbox.c.id))) or 0
        kind = ChatKind.GROUP if group else ChatKind.PRIVATE
        now = MONDAY + timedelta(hours=1)
        message = Said(
            channel=CHANNEL,
            account="linli",
            chat=Chat(CHANNEL, group or who, kind),
            sender=Sender(CHANNEL, who, name=who, admin=admin),
            id=f"m{next(self.ids)}",
            at=now,
            text=text,
        )
        hearing.hear(FIXED, self.db, message, now)
        rows = self.db.execute(
            select(schema.outbox.c.body).where(schema.outbox.c.id > last)
        )
        letters = [outbox._decoder.decode(row.body) for row in rows]  # noqa: SLF001
        return [one for one in letters if isinstance(one, Say)]

    def state(self) -> dict[str, list[Any]]:
        return {table.name: self._rows(table) for table in MATTERS}

    def _rows(self, table: Table) -> list[Any]:
        keys = list(table.primary_key)
        return list(self.db.execute(select(table).order_by(*keys)).all())


@pytest.fixture(scope="module")
def morning(
    _laid_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Square]:
    """What has happened before each test."""
    path = tmp_path_factory.mktemp("square") / "linli.db"
    shutil.copy(_laid_sqlite, path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as db:
        apply(db, PACK, MONDAY)
        square = Square(db, count(1))
        square.says("wang", "报事 3号楼路灯坏了", "g1")
        square.says("wang", "许愿 想要一把折叠凳", "g1")
        square.says("lin", "通过 2")
        yield square
        db.rollback()
    engine.dispose()


@pytest.fixture
def square(morning: Square) -> Iterator[Square]:
    with morning.db.begin_nested() as undo:
        yield morning
        undo.rollback()


def heard_by(who: str, group: str, said: list[Say]) -> list[Say]:
    return [
        one for one in said if one.chat.address in {who, group} and one.text
    ]


@pytest.mark.parametrize("command", list(Command))
@pytest.mark.parametrize(
    "who", ["stranger", "wang", "chen", "lin", "zhao", "ma", "wu", "prop"]
)
def test_whatever_is_typed_is_answered(
    square: Square, command: Command, who: str
) -> None:
    for group, behind in product(PLACES, BEHIND):
        with square.db.begin_nested() as undo:
            said = square.says(who, f"/{command} {behind}".strip(), group)
            undo.rollback()

        heard = heard_by(who, group, said)
        assert heard, (group, behind[:10])
        for one in heard:
            assert "{" not in one.text
            assert len(one.text) <= 4096, (group, behind[:10])


@pytest.mark.parametrize(
    "command", [each for each in Command if each not in OPEN_TO_ALL]
)
def test_a_stranger_changes_nothing(square: Square, command: Command) -> None:
    square.says("stranger", "/help")
    before = square.state()

    for group, behind in product(PLACES, BEHIND):
        with square.db.begin_nested() as undo:
            said = square.says(
                "stranger", f"/{command} {behind}".strip(), group
            )
            after = square.state()
            undo.rollback()

        assert after == before, (group, behind[:10])
        for one in said:
            assert one.chat.address in {"stranger", group}
            assert "0000-" not in one.text


@pytest.mark.parametrize("group", PLACES)
@pytest.mark.parametrize(
    "command",
    sorted(
        {
            Command.ACCEPT,
            Command.ASK_RESIDENT,
            Command.RESOLVE,
            Command.REFUSE,
            Command.RAISE,
            Command.TRANSFER,
            Command.ASSIGN,
            Command.MERGE,
            Command.FILE,
            Command.APPROVE,
            Command.DECLINE,
            Command.CODE,
            Command.UNBIND,
        }
    ),
)
def test_a_workers_command_typed_by_a_resident_gets_one_sentence(
    square: Square, command: Command, group: str
) -> None:
    number = "2" if command in {Command.APPROVE, Command.DECLINE} else "1"
    words = "1 1" if command is Command.MERGE else f"{number} 第一网格"

    said = square.says("zhou", f"/{command} {words}", group)

    assert len(said) == 1
    first = said[0].text.split("\n\n隐私说明")[0]
    assert "\n" not in first
    assert len(first) < 60


@pytest.mark.parametrize("command", sorted(commands.PRIVATE_ONLY))
def test_what_is_private_is_not_done_in_a_group(
    square: Square, command: Command
) -> None:
    said = square.says("ma", f"/{command} 第一网格", "g1")

    assert [one.text.split("\n")[0] for one in said] == [
        "这件事请私聊我，发同样的话就行。"
    ]


def test_what_a_group_must_do_is_not_done_in_private(square: Square) -> None:
    said = square.says("ma", "/bind ABCD2345", admin=True)

    assert said[0].text.startswith("这个请在居民群里发")
