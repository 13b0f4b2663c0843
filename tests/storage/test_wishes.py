"""A wish has one claimer, in any order and from any process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import create_engine, func, select
from typing_extensions import override

from config.terms import (
    CommunityId,
    GridId,
    Number,
    PersonId,
    WishId,
    WishStatus,
)
from storage import schema, wishes
from storage.database import Connection, Database
from storage.tickets import Overtaken
from storage.wishes import Wish
from tests.town import MONDAY

TOWN = CommunityId("town")
WANG = PersonId("wang")
UNTIL = MONDAY + timedelta(days=7)


def _a_wish(
    db: Connection,
    number: int = 1,
    status: WishStatus = WishStatus.OPEN,
    text: str = "想要个折叠凳",
) -> Wish:
    return wishes.put(
        db,
        community_id=TOWN,
        number=number,
        status=status,
        grid_id=GridId("g1"),
        kind="thing",
        public_text=text,
        wisher_id=WANG,
        contact="王大爷 0000-1234",
        consent=True,
        opened_at=MONDAY,
        approved_at=MONDAY,
    )


def _claim(wish: WishId, person: str, db: Connection) -> bool:
    found = wishes.get(db, wish)
    won = wishes.claim(db, found, PersonId(person), MONDAY, UNTIL)
    return won is not None


async def test_of_many_at_once_one_wins(database: Database) -> None:
    wish = await database.write(_a_wish)

    waiting = [
        database.submit(partial(_claim, wish.id, f"v{n}")) for n in range(100)
    ]
    won = [await one for one in waiting]

    assert sum(won) == 1
    after = await database.read(lambda db: wishes.get(db, wish.id))
    assert after.status is WishStatus.CLAIMED
    assert after.holder_id == f"v{won.index(True)}"


async def test_of_two_processes_one_wins(postgres_url: str) -> None:
    async with (
        Database(postgres_url).opened() as here,
        Database(postgres_url).opened() as there,
    ):
        for number in range(1, 21):
            wish = await here.write(partial(_a_wish, number=number))

            waiting = [
                door.submit(partial(_claim, wish.id, f"{name}{n}"))
                for n in range(5)
                for name, door in (("here", here), ("there", there))
            ]
            won = [await one for one in waiting]

            assert sum(won) == 1


@pytest.mark.parametrize(
    "status",
    [status for status in WishStatus if status is not WishStatus.OPEN],
)
async def test_what_is_not_open_is_not_claimed(
    database: Database, status: WishStatus
) -> None:
    wish = await database.write(partial(_a_wish, status=status))

    with pytest.raises(Overtaken):
        await database.write(partial(_claim, wish.id, "chen"))

    assert await database.read(_claims) == 0


def _claims(db: Connection) -> int:
    return db.execute(
        select(func.count()).select_from(schema.claim)
    ).scalar_one()


async def test_a_move_of_what_has_moved_is_overtaken(
    database: Database,
) -> None:
    wish = await database.write(_a_wish)
    await database.write(partial(_claim, wish.id, "chen"))

    with pytest.raises(Overtaken):
        await database.write(
            lambda db: wishes.move(db, wish, WishStatus.WITHDRAWN)
        )


async def test_the_list_is_paged_and_narrowed(database: Database) -> None:
    def some(db: Connection) -> None:
        for number in range(1, 8):
            _a_wish(db, number, text=f"第{number}个：100%羊毛_线")
        _a_wish(db, 8, WishStatus.PROPOSED)

    await database.write(some)

    def numbers(db: Connection, **asked: object) -> list[Number]:
        found = wishes.listed(db, TOWN, **asked)  # type: ignore[arg-type]
        return [one.number for one in found]

    read = database.read
    assert await read(numbers) == [1, 2, 3, 4, 5]
    assert await read(partial(numbers, after=5)) == [6, 7]
    assert await read(partial(numbers, grid=GridId("g2"))) == []
    assert await read(partial(numbers, kind="errand")) == []
    assert await read(partial(numbers, words="第3个")) == [3]
    assert await read(partial(numbers, words="0%羊毛_线", limit=9)) == [
        *range(1, 8)
    ]
    assert await read(partial(numbers, words="%3%")) == []
    assert await read(partial(numbers, words="羊毛/线")) == []


async def test_who_is_forgotten_leaves_no_contact_and_no_claim(
    database: Database,
) -> None:
    def some(db: Connection) -> None:
        _claim(_a_wish(db, 1).id, "chen", db)
        _a_wish(db, 2)
        wishes.forget(db, TOWN, WANG, MONDAY)

    await database.write(some)

    own = await database.read(lambda db: wishes.of_person(db, TOWN, WANG))
    assert {one.status for one in own} == {WishStatus.WITHDRAWN}
    assert {one.contact for one in own} == {""}
    assert not any(one.consent or one.holder_id for one in own)


async def test_the_claims_of_who_is_forgotten_return(
    database: Database,
) -> None:
    chen = PersonId("chen")

    def some(db: Connection) -> Wish:
        wish = _a_wish(db)
        _claim(wish.id, chen, db)
        wishes.forget(db, TOWN, chen, MONDAY)
        return wishes.get(db, wish.id)

    after = await database.write(some)

    assert after.status is WishStatus.OPEN
    assert after.holder_id is None


PEOPLE = ("chen", "sun", "qian")


@contextmanager
def _tables() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    schema.metadata.create_all(engine)
    with engine.connect() as db:
        yield db
    engine.dispose()


class AnyOrder(RuleBasedStateMachine):
    """Claims, drops and ends of three volunteers, in any order."""

    @initialize()
    def begin(self) -> None:
        self.tables = _tables()
        self.db = self.tables.__enter__()
        self.wish = _a_wish(self.db).id
        self.holder = ""

    def now(self) -> Wish:
        return wishes.get(self.db, self.wish)

    @rule(person=st.sampled_from(PEOPLE))
    def claims(self, person: str) -> None:
        if self.now().status not in {WishStatus.OPEN, WishStatus.CLAIMED}:
            return
        won = _claim(self.wish, person, self.db)
        assert won is (self.holder == "")
        self.holder = self.holder or person

    @precondition(lambda self: self.holder)
    @rule(state=st.sampled_from(["dropped", "returned"]))
    def gives_back(self, state: str) -> None:
        wish = self.now()
        assert wish.claim_id is not None
        wishes.move_claim(self.db, wish.claim_id, "held", state, MONDAY)
        wishes.move(self.db, wish, WishStatus.OPEN)
        self.holder = ""

    @rule(claim=st.integers(1, 9))
    def an_old_claim_ends_late(self, claim: int) -> None:
        wish = self.now()
        if claim == wish.claim_id:
            return
        with pytest.raises(Overtaken):
            wishes.move_claim(self.db, claim, "held", "returned", MONDAY)

    @invariant()
    def one_holder_at_most(self) -> None:
        wish = self.now()
        assert (wish.holder_id or "") == self.holder
        assert (wish.status is WishStatus.CLAIMED) is bool(self.holder)

    @override
    def teardown(self) -> None:
        if hasattr(self, "tables"):
            self.tables.__exit__(None, None, None)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=25, stateful_step_count=15)
