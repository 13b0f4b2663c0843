"""Letters into the web chat, which keeps them longer than the outbox."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.delivery import Delivery
from config.terms import ChatKind
from storage import outbox, retention, turns, webchat
from storage.database import Connection
from storage.messages import Chat, Say
from tests.bot.web.town import MORNING, YUELAI, Town, town

WANG = Chat("webchat", "wang", ChatKind.PRIVATE)
WEEK = timedelta(days=8)


async def sent(here: Town, words: Sequence[str]) -> None:
    """Let letters go out as the program lets them."""
    delivery = Delivery(
        database=here.db,
        channels={"webchat": here.chat},
        now=lambda: here.now,
        mark_again=lambda say: say,
    )
    await delivery.open()
    letters = [(Say(chat=WANG, text=text), None) for text in words]
    await here.db.write(lambda db: outbox.put(db, letters, YUELAI, here.now))

    def is_busy(db: Connection) -> bool:
        return turns.anything_due(db, here.now) or turns.under_way(db)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(delivery.run())
        while await here.db.read(is_busy):
            await delivery.tick()
            await asyncio.sleep(0.002)
        delivery.stop()


async def swept(here: Town, now: datetime) -> None:
    await here.db.write(lambda db: retention.sweep_shared(db, now, 100))


async def test_letters_are_shown_after_older_ones_were_swept_away(
    database_url: str,
) -> None:
    old, new = ("一", "二", "三"), ("四", "五", "六")
    async with town(database_url) as here:
        await sent(here, old)
        await swept(here, MORNING + WEEK)

    async with town(database_url, populate=False) as here:
        await here.passes(WEEK)
        await sent(here, new)

        shown = await here.db.read(
            lambda db: webchat.before(db, "wang", None, 10)
        )
        assert [one.text for one in shown] == [*old, *new]


async def test_a_message_is_numbered_anew_when_the_older_are_forgotten(
    database_url: str,
) -> None:
    async with town(database_url) as here:
        await sent(here, ("一", "二"))
        [*_, last] = await here.db.read(
            lambda db: webchat.before(db, "wang", None, 10)
        )
        await here.db.write(
            lambda db: webchat.forget_before(db, YUELAI, MORNING + WEEK)
        )

    async with town(database_url, populate=False) as here:
        await sent(here, ("三",))

        [new] = await here.db.read(
            lambda db: webchat.before(db, "wang", None, 10)
        )
        assert new.id > last.id
