"""Claiming letters: whose turn it is, and at what cost."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import event, update

from config.terms import ChatKind, CommunityId
from storage import outbox, schema, turns
from storage.database import Connection, Database
from storage.messages import Chat, Say
from storage.outbox import Letter
from tests.town import MONDAY

TOWN = CommunityId("town")
LEASE = timedelta(minutes=1)


def _letters(
    db: Connection, chat: str, count: int, channel: str = "a"
) -> None:
    to = Chat(channel, chat, ChatKind.GROUP)
    said = [(Say(chat=to, text=f"{n}"), None) for n in range(count)]
    outbox.put(db, said, TOWN, MONDAY)


async def test_a_chat_with_many_letters_holds_back_nobody(
    database: Database,
) -> None:
    def rush(db: Connection) -> list[str]:
        _letters(db, "long", 50)
        _letters(db, "short", 1)
        _letters(db, "elsewhere", 1, channel="b")
        rooms = {"a": 1, "b": 1}
        taken = turns.take(db, MONDAY, LEASE, rooms)
        taken = [*taken, *turns.take(db, MONDAY, LEASE, rooms)]
        return [letter.chat for letter in taken]

    assert await database.write(rush) == ["a:long", "b:elsewhere", "a:short"]


async def test_whoever_waited_for_the_morning_comes_first_in_it(
    database: Database,
) -> None:
    later = MONDAY + timedelta(hours=8)

    def night(db: Connection) -> list[str]:
        to = Chat("a", "worker", ChatKind.PRIVATE)
        outbox.put(db, [(Say(chat=to, text="held"), later)], TOWN, MONDAY)
        _letters(db, "group", 3)
        before = turns.take(db, MONDAY, LEASE, {"a": 1})
        after = turns.take(db, later, LEASE, {"a": 1})
        return [letter.chat for letter in (*before, *after)]

    assert await database.write(night) == ["a:group", "a:worker"]


async def test_a_long_queue_is_not_read_to_find_whose_turn_it_is(
    sqlite_url: str,
) -> None:
    plans: list[str] = []

    def explain(
        db: Connection, _cursor: object, sql: str, values: object, *_: object
    ) -> None:
        if not sql.startswith("EXPLAIN"):
            asked = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)  # type: ignore[arg-type]
            plans.extend(str(row[3]) for row in asked)

    def claim(db: Connection) -> None:
        _letters(db, "group", 3)
        event.listen(db, "before_cursor_execute", explain)
        assert turns.anything_due(db, MONDAY)
        assert turns.take(db, MONDAY, LEASE, {"a": 1})
        event.remove(db, "before_cursor_execute", explain)

    async with Database(sqlite_url).opened() as database:
        await database.write(claim)

    read = [plan for plan in plans if plan.startswith("SCAN outbox")]
    assert set(read) <= {"SCAN outbox USING INDEX ix_outbox_sending"}


async def test_a_queue_that_filled_up_unseen_is_claimed_at_once(
    postgres_url: str,
) -> None:
    """What was planned for a few letters must do for thousands."""

    def quiet_days(db: Connection) -> None:
        _letters(db, "long ago", 20)
        db.execute(update(schema.outbox).values(state="sent"))
        db.exec_driver_sql("ANALYZE outbox")
        for _ in range(12):  # the plan is settled after some
            _letters(db, "group", 1)
            (letter,) = turns.take(db, MONDAY, LEASE, {"a": 8})
            outbox.park(db, letter, "")

    def storm(db: Connection) -> int:
        db.exec_driver_sql("SET LOCAL statement_timeout = '5s'")
        for chat in range(100):
            _letters(db, f"{chat}", 40)
        return len(turns.take(db, MONDAY, LEASE, {"a": 8}))

    async with Database(postgres_url).opened() as database:
        await database.write(quiet_days)

        assert await database.write(storm) == 1


async def test_a_chat_is_claimed_by_one_process_at_a_time(
    postgres_url: str,
) -> None:
    """Another claims the chat's first letter between our two questions."""

    async def claim_elsewhere() -> Sequence[Letter]:
        async with Database(postgres_url).opened() as other:
            return await other.write(_take)

    elsewhere: list[Letter] = []

    def meet(_db: object, _cursor: object, sql: str, *_: object) -> None:
        if "min(outbox.id)" in sql and not elsewhere:
            with ThreadPoolExecutor(1) as thread:
                claimed = thread.submit(asyncio.run, claim_elsewhere())
                elsewhere.extend(claimed.result())

    def take_meanwhile(db: Connection) -> Sequence[Letter]:
        event.listen(db, "before_cursor_execute", meet)
        return _take(db)

    async with Database(postgres_url).opened() as database:
        await database.write(lambda db: _letters(db, "chat", 2))
        here = await database.write(take_meanwhile)

    assert len(elsewhere) == 1
    assert list(here) == [], "the second waits for the first"


def _take(db: Connection) -> Sequence[Letter]:
    return turns.take(db, MONDAY, LEASE, {"a": 8})
