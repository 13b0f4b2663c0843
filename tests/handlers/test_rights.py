"""Nobody sees or does what isn't theirs: every word, press and dialogue.

Three matters of Wang's, an open report, a quarrel and a wish that nobody
has looked at, and everybody whom they don't concern.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, create_engine, func, select

from config.pack.values import Pack
from config.terms import ChatKind, Command, CommunityId, GridId
from config.texts import Texts
from handlers import hearing
from handlers.context import Fixed
from handlers.rules import commands
from handlers.understanding.model import shipped
from handlers.understanding.understanding import Understanding
from storage import chats, outbox, schema
from storage.apply import apply
from storage.messages import (
    AnswerPress,
    Chat,
    Edited,
    Incoming,
    Outgoing,
    Pressed,
    Quote,
    Said,
    Say,
    Sender,
    Withdrawn,
)
from tests.town import CHANNEL, COMMUNITY, MONDAY, PACK

HILL = CommunityId("hill")
ELSEWHERE = replace(
    COMMUNITY,
    id=HILL,
    grids=tuple(
        replace(grid, groups=(f"{CHANNEL}:hill-{grid.id}",))
        for grid in COMMUNITY.grids
    ),
    people=tuple(
        replace(each, accounts=(f"{CHANNEL}:hill-{each.id}",))
        for each in COMMUNITY.people
    ),
)
BOTH = Pack((*PACK.communities, ELSEWHERE))
TEXTS = Texts.load()
TOKENS = count()
_IN_LETTERS = str.maketrans("0123456789", "abcdefghij")
FIXED = Fixed(
    pack=BOTH,
    texts={
        one.id: TEXTS.worded({}, one.time_zone) for one in BOTH.communities
    },
    minds={one.id: Understanding(one, shipped()) for one in BOTH.communities},
    token=lambda: f"token-{next(TOKENS):020}".translate(_IN_LETTERS),
    write_first=frozenset({CHANNEL}),
    public_url="https://linli.example",
)
REPORT, QUARREL, WISH = "1", "2", "3"
SECRETS = ("13800138000", "402", "栀子", "茉莉", "海棠", "王秀兰")
"""Wang's phone, door and name, and a word out of each matter.

Tokens are drawn in letters, so that a link never holds the door by chance.
"""
OUTSIDERS = (
    "li",  # a neighbour
    "zhao",  # the worker of another grid
    "chen",  # a volunteer
    "prop",  # a body's person, of whom none of it is
    "nobody",  # never heard of
    "hill-lin",  # the worker, the desk of another community
    "hill-ma",
    "hill-nobody",
)
PLACES = ("", "g1", "hill-g1")
MATTERS = (
    schema.ticket,
    schema.words,
    schema.event,
    schema.time_limit,
    schema.post,
    schema.wish,
    schema.claim,
    schema.role,
    schema.chat,
)
NEW = frozenset({Command.REPORT, Command.WISH, Command.ASK, Command.FILE})
"""What makes a matter of the speaker's own."""


SAID = 9
"""Messages of the morning, and a little more."""


@dataclass
class Square:
    """Where everybody talks, without a network and without delivery."""

    db: Connection
    ids: "count[int]" = field(default_factory=lambda: count(1))

    def hears(self, message: Incoming) -> list[Outgoing]:
        last = self.db.scalar(select(func.max(schema.outbox.c.id))) or 0
        hearing.hear(FIXED, self.db, message, MONDAY + timedelta(hours=1))
        rows = self.db.execute(
            select(schema.outbox.c.body).where(schema.outbox.c.id > last)
        )
        return [outbox._decoder.decode(row.body) for row in rows]  # noqa: SLF001

    def says(
        self,
        who: str,
        text: str,
        group: str = "",
        *,
        quote: str = "",
        anonymous: bool = False,
    ) -> list[Outgoing]:
        return self.hears(
            Said(
                **self._from(who, group, anonymous=anonymous),
                text=text,
                quote=Quote(quote, by_me=True) if quote else None,
            )
        )

    def presses(self, who: str, token: str, group: str) -> list[Outgoing]:
        return self.hears(Pressed(**self._from(who, group), token=token))

    def matters(self) -> dict[str, list[Any]]:
        """Return every row that tells of a matter of Wang's, or of a right."""
        return {table.name: self._rows(table) for table in MATTERS}

    def _rows(self, table: Table) -> list[Any]:
        keys = list(table.primary_key)
        return list(self.db.execute(select(table).order_by(*keys)).all())

    def _from(
        self, who: str, group: str, *, anonymous: bool = False
    ) -> dict[str, Any]:
        kind = ChatKind.GROUP if group else ChatKind.PRIVATE
        name = "王秀兰" if who == "wang" else who
        return {
            "channel": CHANNEL,
            "account": "linli",
            "chat": Chat(CHANNEL, group or who, kind),
            "sender": Sender(
                CHANNEL, who, name=name, admin=anonymous, anonymous=anonymous
            ),
            "id": f"m{next(self.ids)}",
            "at": MONDAY + timedelta(hours=1),
        }


@pytest.fixture(scope="module")
def town(
    _laid_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Square]:
    path = tmp_path_factory.mktemp("rights") / "linli.db"
    shutil.copy(_laid_sqlite, path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as db:
        apply(db, BOTH, MONDAY)
        square = Square(db)
        square.says("hill-nobody", "/help", "hill-g1")
        square.says(
            "wang",
            "报事 3号楼402门口井盖坏了，栀子花也压断了，电话13800138000",
            "g1",
        )
        square.says("wang", "报事 楼上402天天半夜噪音，吵得茉莉都谢了", "g1")
        square.says("wang", "许愿 想要一盆海棠，放3号楼402门口", "g1")
        _consents(square)
        square.says("lin", "办结 1")  # and the words are awaited
        yield square
        db.rollback()
    engine.dispose()


def _consents(square: Square) -> None:
    (token,) = square.db.scalars(
        select(schema.button.c.token).where(
            schema.button.c.action == "wish-consent",
            schema.button.c.args.like("%1%"),
        )
    )
    square.presses("wang", token, "")
    square.says("wang", "王秀兰 13800138000 3号楼402")


@pytest.fixture
def square(town: Square) -> Iterator[Square]:
    with town.db.begin_nested() as undo:
        yield town
        undo.rollback()


def _told(said: list[Outgoing], who: str, group: str) -> list[str]:
    """Return what somebody and those around them read of it."""
    return [
        one.text
        for one in said
        if isinstance(one, (Say, AnswerPress))
        and one.chat.address in {who, group, "g1", "g2", "hill-g1"}
    ]


def _check(
    square: Square, before: dict[str, Any], texts: list[str], what: object
) -> None:
    assert square.matters() == before, what
    for text in texts:
        for secret in SECRETS:
            assert secret not in text, (what, text)


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize("command", [one for one in Command if one not in NEW])
def test_no_word_shows_or_does_what_is_not_theirs(
    square: Square, command: Command, who: str
) -> None:
    square.says(who, "/help")
    before = square.matters()
    word = commands.word(command)

    for place in PLACES:
        for number in (REPORT, QUARREL, WISH):
            for behind in ("", f" {REPORT} 一句话"):
                with square.db.begin_nested() as undo:
                    typed = f"{word} {number}{behind}"
                    told = _told(square.says(who, typed, place), who, place)
                    _check(square, before, told, (typed, place))
                    undo.rollback()


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_press_does_what_is_not_theirs(square: Square, who: str) -> None:
    square.says(who, "/help")
    before = square.matters()
    issued = square.db.execute(
        select(schema.button.c.token, schema.button.c.action).where(
            schema.button.c.action != "wish-page"
        )
    ).all()

    assert len({action for _, action in issued}) > 8
    for token, action in issued:
        for place in PLACES:
            with square.db.begin_nested() as undo:
                told = _told(square.presses(who, token, place), who, place)
                _check(square, before, told, (action, place))
                undo.rollback()


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_reply_speaks_for_somebody_else(square: Square, who: str) -> None:
    """Who is in the group may add to what was reported there; no more."""
    square.says(who, "/help")
    before = square.matters()
    quoted = square.db.execute(
        select(schema.post.c.chat, schema.post.c.message)
    ).all()

    assert quoted
    for chat, message in quoted:
        group = chat.partition(":")[2]
        for place in {group, "g2", "hill-g1", ""} - {"wang"}:
            for text in ("撤回", "受理", "办结 好了", "1", "查单", "通过"):
                with square.db.begin_nested() as undo:
                    told = _told(
                        square.says(who, text, place, quote=message),
                        who,
                        place,
                    )
                    if text != "1":
                        _check(square, before, told, (text, place))
                    else:
                        _check(square, square.matters(), told, (text, place))
                    undo.rollback()


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_ends_the_dialogue_of_somebody_else(
    square: Square, who: str
) -> None:
    square.says(who, "/help")
    before = square.matters()

    for place in PLACES:
        with square.db.begin_nested() as undo:
            told = _told(square.says(who, "已经修好了", place), who, place)
            _check(square, before, told, place)
            undo.rollback()


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_edits_or_recalls_what_somebody_else_said(
    square: Square, who: str
) -> None:
    square.says(who, "/help")
    before = square.matters()

    for number in range(1, SAID):
        for kind in (Edited, Withdrawn):
            for place in PLACES:
                start = {
                    **square._from(who, place),  # noqa: SLF001
                    "id": f"m{number}",
                }
                message = (
                    Edited(**start, version="9", text="报事 都是假的")
                    if kind is Edited
                    else Withdrawn(**start)
                )
                with square.db.begin_nested() as undo:
                    told = _told(square.hears(message), who, place)
                    _check(square, before, told, (number, place))
                    undo.rollback()


@pytest.mark.parametrize("command", list(Command))
def test_who_hides_behind_a_group_does_nothing(
    square: Square, command: Command
) -> None:
    before = square.matters()

    for number in ("", REPORT, QUARREL, WISH):
        with square.db.begin_nested() as undo:
            typed = f"/{command} {number} 一句话"
            told = _told(
                square.says("g1", typed, "g1", anonymous=True), "g1", "g1"
            )
            _check(square, before, told, typed)
            undo.rollback()


@pytest.mark.parametrize("command", list(Command))
def test_the_group_reads_nothing_private_when_they_act_there(
    square: Square, command: Command
) -> None:
    """Whoever it concerns may well type it where everybody reads."""
    word = commands.word(command)
    sorts = (" 邻里纠纷", " roads") if command is Command.CATEGORY else ()
    published = {Command.APPROVE}
    for who in ("wang", "lin", "ma"):
        for number in (REPORT, QUARREL, WISH):
            for behind in ("", " 好了", *sorts):
                typed = f"{word} {number}{behind}"
                with square.db.begin_nested() as undo:
                    told = [
                        one.text
                        for one in square.says(who, typed, "g1")
                        if isinstance(one, Say)
                        and one.chat.kind is ChatKind.GROUP
                    ]
                    undo.rollback()
                secrets = {*SECRETS, "邻里纠纷"}
                if command in published:
                    secrets -= {"海棠"}
                for text in told:
                    assert not [s for s in secrets if s in text], (who, typed)


@pytest.mark.parametrize("words", ["13800138000", "8号楼402"])
@pytest.mark.parametrize(
    "typed", ["/assign 1 {}", "/category 1 {}", "/code {}", "/unbind {}",
              "/building {}", "/{}", "/reprot {}", "/wishes {}", "/claim {}",
              "/transfer 1 {}", "/lang {}", "/bind {}", "/merge {}"]
)  # fmt: skip
def test_no_refusal_repeats_a_phone_or_a_door_in_the_group(
    square: Square, typed: str, words: str
) -> None:
    for who in ("ma", "lin", "wang"):
        said = square.says(who, typed.format(words), "g1")
        for one in said:
            if isinstance(one, Say) and one.chat.kind is ChatKind.GROUP:
                assert "13800138000" not in one.text
                assert "402" not in one.text


def test_a_group_that_changed_hands_keeps_nothing_of_the_old(
    square: Square,
) -> None:
    """What the last community's people reported there is not the next's."""
    group = Chat(CHANNEL, "wandering", ChatKind.GROUP)
    chats.bind(square.db, group, COMMUNITY.id, GridId("g1"), MONDAY)
    square.says("wang", "报事 3号楼井盖坏了，栀子花压断了", "wandering")
    square.says("wang", "许愿 想要一盆海棠", "wandering")
    said = square.db.scalars(
        select(schema.post.c.message).where(schema.post.c.chat == group.key)
    ).all()
    assert len(said) == 2
    chats.bind(square.db, group, HILL, GridId("g1"), MONDAY)
    square.says("hill-nobody", "/help", "wandering")
    square.says("wang", "/help", "wandering")
    before = square.matters()

    for who in ("hill-lin", "hill-nobody", "wang"):
        for message in said:
            for text in ("还是没修好", "查单", "办结 好了", "撤回", "通过"):
                with square.db.begin_nested() as undo:
                    told = square.says(who, text, "wandering", quote=message)
                    texts = [one.text for one in told if isinstance(one, Say)]
                    _check(square, before, texts, (who, message, text))
                    undo.rollback()


def test_who_it_concerns_sees_it(square: Square) -> None:
    """The same questions, so that silence above proves something."""
    for who, number, word in (
        ("wang", REPORT, "栀子"),
        ("wang", QUARREL, "茉莉"),
        ("wang", WISH, "海棠"),
        ("lin", REPORT, "13800138000"),
        ("lin", QUARREL, "茉莉"),
        ("ma", WISH, "海棠"),
    ):
        told = _told(square.says(who, f"/ticket {number}"), who, "")
        assert any(word in text for text in told), (who, number)
