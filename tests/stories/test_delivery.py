"""Letters: in order, at their pace, never lost, never said twice unmarked."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import select
from typing_extensions import override

from bot.channels.channel import (
    Can,
    Gone,
    Later,
    Limits,
    MovedTo,
    Never,
    Unknown,
)
from bot.delivery import Delivery
from config.terms import ChatKind
from storage import chats, outbox, schema, turns
from storage.database import Connection, Database, Work
from storage.messages import Chat, Say
from tests.fakes import FakeChannel, FakeClock
from tests.town import MONDAY
from tests.world import World

T = TypeVar("T")


def _states(db: Connection) -> list[tuple[str, str]]:
    o = schema.outbox
    rows = db.execute(select(o.c.chat, o.c.state).order_by(o.c.id))
    return [(row.chat, row.state) for row in rows]


async def test_later_is_tried_again_and_keeps_the_order(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        town.channel.refusals["g1"].append(Later(30))
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        await town.says("li", "报事 4号楼井盖破了", group="g1")
        assert town.read("g1") == [], "the second waits behind the first"
        assert len(town.heard("lin")) == 2, "other chats don't"

        await town.passes(timedelta(minutes=1))

        assert [one[:7] for one in town.read("g1")] == [
            "收到，工单 1",
            "收到，工单 2",
        ]


async def test_an_unknown_acknowledgement_is_said_once_more_and_marked(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        town.channel.refusals["g1"].append(Unknown("time-out"))

        await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        assert town.read("g1")[0].startswith("（这条可能重复发送）")
        assert len(town.read("g1")) == 1


async def test_a_second_unknown_outcome_parks_the_letter(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.refusals["g1"] += [Unknown("1"), Unknown("2")]

        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        await town.says("li", "报事 4号楼井盖破了", group="g1")

        assert len(town.read("g1")) == 1, "the queue moves on"
        parked = await town.core.database.read(outbox.parked)
        assert [one.reason for one in parked] == ["unknown outcome: 2"]


async def test_a_platform_that_takes_keys_gets_the_same_one_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    channel = FakeChannel(can=Can(buttons=True, private=True, once=True))
    async with World.opened(sqlite_url, tmp_path, channel=channel) as town:
        channel.refusals["g1"].append(Unknown("time-out"))
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        await town.passes(timedelta(minutes=1))

        tried = [key for chat, key in channel.tried if chat == "g1"]
        assert len(tried) == 2
        assert len(set(tried)) == 1
        assert "重复" not in town.last("g1")


@pytest.mark.parametrize("refusal", [Never("no"), Gone("kicked")])
async def test_a_refused_letter_is_parked_with_its_reason(
    sqlite_url: str, tmp_path: Path, refusal: Exception
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.refusals["g1"].append(refusal)

        await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        parked = await town.core.database.read(outbox.parked)
        assert [one.reason for one in parked] == [str(refusal)]


async def test_a_group_that_refused_us_and_speaks_is_open_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.refusals["g1"].append(Gone("kicked"))
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        group = partial(chats.find, channel=town.channel.name, address="g1")
        known = await town.core.database.read(group)
        assert known is not None
        assert known.state == "gone"

        await town.says("li", "报事 4号楼井盖破了", group="g1")

        known = await town.core.database.read(group)
        assert known is not None
        assert known.state == "open"


async def test_a_moved_group_takes_its_letters_along(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        town.channel.refusals["g1"].append(MovedTo("g1-super"))

        await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        assert "工单 1" in town.last("g1-super")
        await town.says("li", "报事 4号楼井盖破了", group="g1-super")
        assert "工单 2" in town.last("g1-super")


async def test_what_a_crash_left_in_the_middle_is_marked_or_parked(
    sqlite_url: str, tmp_path: Path
) -> None:
    channel = FakeChannel()
    async with World.opened(sqlite_url, tmp_path, channel=channel) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")

        def cut_off(db: Connection) -> None:
            db.execute(schema.outbox.update().values(state="sending"))

        await town.core.database.write(cut_off)
    channel.said.clear()

    async with World.opened(sqlite_url, tmp_path, channel=channel) as town:
        await town.settles()

        assert [one[:6] for one in town.read("g1")] == ["（这条可能重"]
        assert ("town:lin", "parked") in await town.core.database.read(_states)


async def test_who_dies_while_taking_over_is_taken_over_too(
    postgres_url: str, tmp_path: Path
) -> None:
    """One process died in the middle of a send, the next right after it."""
    channel = FakeChannel()
    async with World.opened(postgres_url, tmp_path, channel=channel) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        lapsed = MONDAY - timedelta(days=1)

        def cut_off(db: Connection) -> None:
            db.execute(
                schema.outbox.update().values(
                    state="sending", lease_until=lapsed
                )
            )
            turns.lapsed(db, 100, timedelta(0))

        await town.core.database.write(cut_off)
        channel.said.clear()

        await town.settles()

        assert [one[:6] for one in town.read("g1")] == ["（这条可能重"]


async def test_an_outage_of_an_hour_loses_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        town.channel.outage = True
        for n in range(5):
            await town.says(f"u{n}", f"报事 {n + 1}号楼路灯坏了", group="g1")
            await town.passes(timedelta(minutes=12))
        town.channel.outage = False
        await town.passes(timedelta(minutes=10))

        numbers = [one.splitlines()[0] for one in town.read("g1")]
        assert numbers == [f"收到，工单 {n + 1}。" for n in range(5)]


class Slow(Database):
    """A database that claims anew after the first letter is sent."""

    writes = 0

    @override
    async def write(self, work: Work[T]) -> T:
        self.writes += 1
        if self.writes == 3:
            while not await self.read(_first_sent):  # noqa: ASYNC110
                await asyncio.sleep(0)
        return await super().write(work)


async def test_a_letter_whose_group_rests_is_not_in_flight(
    database_url: str,
) -> None:
    """Else a stop would cut it short, and its outcome be unknown."""
    channel = FakeChannel(
        limits=Limits(text=4000, photo_bytes=1, per_group_minute=1)
    )
    database = Slow(database_url)
    async with database.opened(), asyncio.TaskGroup() as tasks:
        delivery = Delivery(
            database=database,
            channels={channel.name: channel},
            now=FakeClock(MONDAY),
            mark_again=lambda say: say,
        )
        await delivery.open()
        to = Chat(channel.name, "-1", ChatKind.GROUP)
        said = [(Say(chat=to, text=text), None) for text in ("1", "2")]
        database.writes = 0
        await database.write(lambda db: outbox.put(db, said, None, MONDAY))
        sending = tasks.create_task(delivery.run())
        async with asyncio.timeout(10):
            # put, claimed, claimed too soon, sent, given back, looked again
            while database.writes < 6:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            delivery.stop()
            await sending

        states = [state for _, state in await database.read(_states)]
        assert states == ["sent", "waiting"]


def _first_sent(db: Connection) -> bool:
    return "sent" in [state for _, state in _states(db)]


class Forgetful(Database):
    """A database whose answer to a commit is lost on demand."""

    def forgets(self) -> None:
        """Lose the answer to the next commit."""
        writer = self._writer
        database = self

        class Once:
            checkpoint = writer.checkpoint
            dispose = writer.dispose

            async def transact(self, work: Callable[[Connection], T]) -> T:
                database._writer = writer
                await writer.transact(work)
                raise ConnectionResetError

        self._writer = Once()


async def test_a_claim_whose_commit_went_unanswered_is_sent_once(
    database_url: str,
) -> None:
    channel = FakeChannel()
    database = Forgetful(database_url)
    async with database.opened(), asyncio.TaskGroup() as tasks:
        delivery = Delivery(
            database=database,
            channels={channel.name: channel},
            now=FakeClock(MONDAY),
            mark_again=lambda say: say,
        )
        await delivery.open()
        to = Chat(channel.name, "lin", ChatKind.PRIVATE)
        said = Say(chat=to, text="派给您")
        await database.write(
            lambda db: outbox.put(db, [(said, None)], None, MONDAY)
        )
        database.forgets()
        sending = tasks.create_task(delivery.run())
        async with asyncio.timeout(10):
            while await database.read(_unsent):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        delivery.stop()
        await sending

    assert [one.outgoing for one in channel.said] == [said]


def _unsent(db: Connection) -> bool:
    return [state for _, state in _states(db)] != ["sent"]
