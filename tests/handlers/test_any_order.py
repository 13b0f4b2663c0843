"""Whatever people type and press about wishes and questions, in any order:
nothing breaks, a wish has one holder, and the group reads nobody's name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from sqlalchemy import create_engine, func, select
from typing_extensions import override

from config.pack.values import Entry, Pack
from config.terms import ChatKind, EntryId, WishStatus
from config.texts import Texts
from handlers import hearing
from handlers.context import Fixed
from handlers.understanding.model import shipped
from handlers.understanding.understanding import Understanding
from storage import apply, limits, schema
from storage.database import Connection
from storage.messages import (
    Chat,
    Incoming,
    Outgoing,
    Photo,
    Pressed,
    Quote,
    Said,
    Say,
    Sender,
)
from tests.town import CHANNEL, COMMUNITY, MONDAY

FAQ = (
    Entry(
        id=EntryId("plate"),
        topic="",
        questions=("电动自行车怎么上牌？", "电瓶车牌照去哪里办"),
        answer="带发票到街道窗口。",
        source="车管所",
        issued=date(2026, 1, 1),
    ),
    Entry(
        id=EntryId("lost"),
        topic="",
        questions=("电动自行车车牌丢了怎么补办？",),
        answer="带身份证到街道窗口。",
        source="车管所",
        issued=date(2026, 1, 1),
        valid_until=date(2026, 11, 25),
    ),
)
TOWN = replace(COMMUNITY, faq=FAQ)
PHONE = "0000-7788123"
PEOPLE = ("wang", "li", "chen", "sun", "lin", "zhao", "ma")
WORDS = (
    "许愿 3号楼402想要个凳子，电话0000-7788123",
    "许愿",
    "王大爷，电话0000-7788123",
    "本人",
    "心愿",
    "心愿 我的",
    "/wishes waiting",
    "微心愿 第一网格",
    "好了",
    "问 电动自行车",
    "问 电动自行车怎么上牌",
    "请问鸽子归谁喂？",
    "谁家有不用的轮椅借我用一下",
    "谢谢",
)
WITH_NUMBER = (
    "认领",
    "退领",
    "完成",
    "完成 {} 换好了",
    "通过",
    "通过 {} 想要个凳子，电话0000-7788123",
    "婉拒",
    "婉拒 {} 不行",
    "撤回",
    "查单",
    "心愿",
)

pytestmark = pytest.mark.timeout(120)

_outgoing: msgspec.json.Decoder[Outgoing] = msgspec.json.Decoder(Outgoing)


@contextmanager
def _town() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    schema.metadata.create_all(engine)
    with engine.connect() as db:
        apply.apply(db, Pack((TOWN,)), MONDAY)
        yield db
    engine.dispose()


class AnyOrder(RuleBasedStateMachine):
    """People of the town, who type and press what they like."""

    @initialize()
    def begin(self) -> None:
        self.town = _town()
        self.db = self.town.__enter__()
        self.ids = count(1)
        self.now: datetime = MONDAY
        self.fixed = Fixed(
            pack=Pack((TOWN,)),
            texts={TOWN.id: Texts.load()},
            minds={TOWN.id: Understanding(TOWN, shipped())},
            token=lambda: f"t{next(self.ids)}",
            write_first=frozenset({CHANNEL}),
        )
        for who in ("wang", "li", "wang", "li"):
            self.says(who, WORDS[0], group=True, photo=False)
        self.says_with_number("lin", "通过", 1, group=False)
        self.says_with_number("lin", "通过", 2, group=False)
        self.says_with_number("chen", "认领", 1, group=True)

    @rule(
        who=st.sampled_from(PEOPLE),
        words=st.sampled_from(WORDS),
        group=st.booleans(),
        photo=st.booleans(),
    )
    def says(self, who: str, words: str, *, group: bool, photo: bool) -> None:
        self.hear(self.said(who, words, group=group, photo=photo))

    @rule(
        who=st.sampled_from(PEOPLE),
        words=st.sampled_from(WITH_NUMBER),
        number=st.integers(1, 4),
        group=st.booleans(),
    )
    def says_with_number(
        self, who: str, words: str, number: int, *, group: bool
    ) -> None:
        text = words if "{}" in words else f"{words} {{}}"
        self.hear(self.said(who, text.format(number), group=group))

    @rule(
        who=st.sampled_from(("", *PEOPLE)),
        place=st.integers(0, 12),
        group=st.booleans(),
    )
    def presses(self, who: str, place: int, *, group: bool) -> None:
        """Press a new button, as who was meant or as anybody."""
        b = schema.button.c
        row = self.db.execute(
            select(b.token, b.allowed, b.chat)
            .where(b.used_at.is_(None))
            .order_by(b.created_at.desc(), b.token.desc())
            .offset(place)
            .limit(1)
        ).first()
        if row is None:
            return
        if not who:
            who = self.address(row.allowed) or "chen"
            group = row.chat == f"{CHANNEL}:g1"
        common = self.said(who, "", group=group)
        self.hear(
            Pressed(
                channel=CHANNEL,
                account="linli",
                chat=common.chat,
                sender=common.sender,
                id=common.id,
                at=self.now,
                token=row.token,
            )
        )

    def address(self, person: str) -> str | None:
        a = schema.account.c
        return self.db.execute(
            select(a.address).where(a.person_id == person)
        ).scalar()

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        for due in limits.take_due(self.db, self.now, 100):
            hearing.reach(self.fixed, self.db, due, self.now)

    @invariant()
    def a_wish_has_one_holder_exactly_while_it_is_claimed(self) -> None:
        w, c = schema.wish.c, schema.claim.c
        live = (
            select(func.count())
            .where(c.wish_id == w.id, c.state.in_(("held", "done")))
            .scalar_subquery()
        )
        for status, claims in self.db.execute(select(w.status, live)):
            claimed = status in {WishStatus.CLAIMED, WishStatus.DONE}
            assert claims == int(claimed), status

    @invariant()
    def the_group_reads_nobodys_phone_or_door(self) -> None:
        o = schema.outbox.c
        sent = select(o.body).where(o.state != "dropped")
        for body in self.db.execute(sent).scalars():
            letter = _outgoing.decode(body)
            if letter.chat.kind is ChatKind.GROUP and isinstance(letter, Say):
                assert PHONE not in letter.text
                assert "402" not in letter.text
                assert "王大爷" not in letter.text

    @invariant()
    def nobody_has_more_in_hand_than_allowed(self) -> None:
        c = schema.claim.c
        held = self.db.execute(
            select(func.count()).where(c.state == "held").group_by(c.person_id)
        ).scalars()
        # one that was done and is not confirmed comes back on top
        assert all(each <= TOWN.rules.open_claims + 1 for each in held)

    def said(
        self, who: str, text: str, *, group: bool, photo: bool = False
    ) -> Said:
        chat = (
            Chat(CHANNEL, "g1", ChatKind.GROUP)
            if group
            else Chat(CHANNEL, who, ChatKind.PRIVATE)
        )
        id_ = f"m{next(self.ids)}"
        return Said(
            channel=CHANNEL,
            account="linli",
            chat=chat,
            sender=Sender(CHANNEL, who, name=who),
            id=id_,
            at=self.now,
            text=text,
            photos=(Photo(ref=id_),) if photo else (),
            quote=Quote(message="m1", by_me=True) if photo else None,
        )

    def hear(self, message: Incoming) -> None:
        hearing.hear(self.fixed, self.db, message, self.now)

    @override
    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.town.__exit__(None, None, None)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=12,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
