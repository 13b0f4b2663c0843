"""Who joins a chat hears all that is new, whenever it is said."""

import asyncio
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from typing_extensions import override

from bot.channels.webchat_hub import Hub, Listener
from bot.channels.webchat_wire import News
from config.terms import ChatKind, CommunityId
from storage import seats, webchat
from storage.database import Connection, Database, Work

T = TypeVar("T")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
GROUP = seats.Seat(
    community=CommunityId("yuelai"),
    address="g1",
    kind=ChatKind.GROUP,
    title="第一网格",
    members=frozenset({"wang"}),
)


class SlowDatabase(Database):
    """Hands out its first answer only when it is told to."""

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        self.has_read = asyncio.Event()
        self.may_answer = asyncio.Event()

    @override
    async def read(self, work: Work[T]) -> T:
        answer = await super().read(work)
        self.has_read.set()
        await self.may_answer.wait()
        return answer


def _say(db: Connection) -> None:
    webchat.say(
        db,
        chat="g1",
        letter="l1",
        text="已登记",
        choices=(),
        photos=(),
        reply_to="",
        now=NOW,
    )


async def test_what_is_said_while_a_page_joins_reaches_it(
    sqlite_url: str,
) -> None:
    async with SlowDatabase(sqlite_url).opened() as database:
        assert isinstance(database, SlowDatabase)
        await database.write(lambda db: seats.seat(db, [GROUP]))
        hub = Hub(database)
        page = Listener("wang")

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(hub.join(page, "g1", 0))
            await database.has_read.wait()
            await database.write(_say)
            tasks.create_task(hub.bring("g1"))
            await asyncio.sleep(0)
            database.may_answer.set()

        frame = msgspec.json.decode(page.frames.get_nowait(), type=News)
        assert [message.text for message in frame.messages] == ["已登记"]


async def _look_in(hub: Hub, page: Listener) -> None:
    await hub.join(page, "g1", 0)
    hub.leave(page)


async def test_a_page_that_waits_to_join_is_not_forgotten_with_the_room(
    sqlite_url: str,
) -> None:
    async with SlowDatabase(sqlite_url).opened() as database:
        assert isinstance(database, SlowDatabase)
        await database.write(lambda db: seats.seat(db, [GROUP]))
        hub = Hub(database)
        first, second = Listener("wang"), Listener("wang")

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_look_in(hub, first))
            tasks.create_task(hub.join(second, "g1", 0))
            await database.has_read.wait()
            database.may_answer.set()
        await database.write(_say)
        await hub.bring("g1")

        assert second.frames.qsize() == 1
