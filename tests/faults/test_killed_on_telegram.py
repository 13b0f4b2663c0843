"""kill -9 of the real program while Telegram's messages come and go.

The emulator keeps the truth: what people said, what was delivered. A kill
counts only if work was in flight; the database is looked at afterwards by
a checker of its own.
"""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select, text

from storage import schema
from storage.database import Connection, Database
from tests.emulators.botapi import BotApi, Group, Person
from tests.faults.program import TAKEN_IN, Program, started, write_pack
from tests.pictures import picture

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]
GROUPS = 12
CHATS = 60
"""Groups, and as many workers, when letters are what counts."""
PEOPLE = 6
BURST = 12
CLAIMED = 8
"""Letters that may be claimed at a kill: sent in an instant, on their way,
or answered and not yet noted."""
PHOTO_EACH = 3
DRAIN_S = 10.0
"""What the messages of a kill, eight photos among them, may take at last."""


@dataclass(eq=False)
class Town:
    """People who report without end, each report told apart by a number."""

    api: BotApi
    dice: random.Random
    groups: list[Group]
    people: list[Person]
    workers: list[Person]
    reports: dict[tuple[str, str], str] = field(default_factory=dict)
    """Chat key and message id of each report -> its words."""
    photos: int = 0

    @classmethod
    def built(
        cls, api: BotApi, seed: int, groups: int, workers: int
    ) -> "Town":
        staff = [api.user(f"网格员{n}") for n in range(workers)]
        people = [api.user(f"居民{n}") for n in range(PEOPLE)]
        made = [api.group(f"{n}群", *people) for n in range(groups)]
        return cls(api, random.Random(seed), made, people, staff)  # noqa: S311

    def pack(self, folder: Path) -> Path:
        """Write the pack of this town."""
        return write_pack(
            folder,
            [group.key for group in self.groups],
            [f"telegram:{worker.id}" for worker in self.workers],
        )

    def says_something(self) -> None:
        """Let somebody report, or (one in four) only talk."""
        who, group = (
            self.dice.choice(self.people),
            self.dice.choice(self.groups),
        )
        if self.dice.random() < 0.25:
            who.says(group, self.dice.choice(["早上好", "今天不错", "吃了吗"]))
            return
        number = len(self.reports) + 1
        words = f"报事 第{number}号井盖破了"
        shown = [picture(number)] if number % PHOTO_EACH == 0 else []
        message = who.says(group, words, photos=shown)
        self.photos += len(shown)
        self.reports[group.key, str(message["message_id"])] = words

    def reports_in_words(self) -> None:
        """Let somebody report, without a photo."""
        group = self.dice.choice(self.groups)
        words = f"报事 第{len(self.reports) + 1}号井盖破了"
        message = self.dice.choice(self.people).says(group, words)
        self.reports[group.key, str(message["message_id"])] = words

    async def goes_on(self) -> None:
        """Say something every few milliseconds, until cancelled."""
        while True:
            self.says_something()
            await asyncio.sleep(self.dice.uniform(0.002, 0.02))


@dataclass(frozen=True, slots=True)
class Found:
    """What the database holds after it all."""

    tickets: Counter[tuple[str, str]]
    """Reports by message -> tickets made of it."""
    photos: Counter[str]
    """State -> photos."""
    sound: bool
    inbox: int


def look(db: Connection) -> Found:
    p, t = schema.post, schema.ticket
    rows = db.execute(
        select(p.c.chat, p.c.message)
        .select_from(p.join(t, t.c.id == p.c.ticket_id))
        .where(p.c.kind == "report")
    ).all()
    tickets = db.execute(select(func.count()).select_from(t)).scalar_one()
    assert tickets == len(rows), "each ticket has the message it came from"
    states = db.execute(
        select(schema.photo.c.state, func.count()).group_by(
            schema.photo.c.state
        )
    ).all()
    inbox = db.execute(select(func.count()).select_from(schema.inbox))
    sound = True
    if db.dialect.name == "sqlite":
        answer = db.execute(text("PRAGMA integrity_check")).scalar_one()
        broken = db.execute(text("PRAGMA foreign_key_check")).all()
        sound = answer == "ok" and not broken
    return Found(
        Counter((row.chat, row.message) for row in rows),
        Counter({row[0]: row[1] for row in states}),
        sound,
        int(inbox.scalar_one()),
    )


async def test_killed_in_intake_it_loses_and_doubles_nothing(
    sqlite_url: str, tmp_path: Path, kills: int
) -> None:
    await _torment_intake(sqlite_url, tmp_path, kills, webhook=False)


async def test_killed_on_postgres_it_loses_and_doubles_nothing(
    postgres_url: str, tmp_path: Path, kills: int
) -> None:
    await _torment_intake(postgres_url, tmp_path, kills, webhook=False)


async def test_killed_behind_a_webhook_it_loses_and_doubles_nothing(
    sqlite_url: str, tmp_path: Path, kills: int
) -> None:
    await _torment_intake(sqlite_url, tmp_path, kills // 2, webhook=True)


async def _torment_intake(
    database_url: str, tmp_path: Path, kills: int, *, webhook: bool
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    async with BotApi().running() as api:
        api.pace.on = False
        town = Town.built(api, seed, GROUPS, 1)
        pack = town.pack(tmp_path)
        start = partial(
            started, api, database_url, tmp_path, pack, webhook=webhook
        )
        done = tries = 0
        while done < kills:
            tries += 1
            assert tries <= 4 * kills + 20, f"{done} of {tries} kills counted"
            for _ in range(BURST):
                town.says_something()
            done += await _kill_once(town, start)
        async with start() as program:
            await api.until(
                lambda: not api.queue.pending, seconds=60 + kills * DRAIN_S
            )
            await program.until_idle(240 + kills * DRAIN_S, TAKEN_IN)
            assert await program.stop() == 0

    async with Database(database_url).opened() as database:
        found = await database.read(look)
    lost = town.reports.keys() - found.tickets.keys()
    double = [key for key, count in found.tickets.items() if count > 1]
    sys.stdout.write(
        f"seed {seed}: {done} kills of {tries} in flight,"
        f" {len(town.reports)} reports, {town.photos} with photo,"
        f" lost {len(lost)}, double {len(double)}\n"
    )
    assert not lost
    assert not double
    assert found.tickets.keys() == town.reports.keys()
    assert found.photos == Counter(kept=town.photos)
    assert found.sound
    assert found.inbox == 0


async def _kill_once(
    town: Town, start: Callable[[], AbstractAsyncContextManager[Program]]
) -> bool:
    """Start, let it work for a moment, kill; say if work was in flight."""
    api = town.api
    handed = sum(api.queue.handed.values())
    async with start() as program, asyncio.TaskGroup() as tasks:
        talking = tasks.create_task(town.goes_on())
        await api.until(
            lambda: sum(api.queue.handed.values()) > handed, seconds=30
        )
        await asyncio.sleep(town.dice.uniform(0.0, 0.4))
        flying = bool(api.queue.pending)
        await program.kill()
        talking.cancel()
    return flying


async def test_killed_in_delivery_it_loses_nothing_and_marks_what_repeats(
    sqlite_url: str, tmp_path: Path, kills: int
) -> None:
    await _torment_delivery(sqlite_url, tmp_path, kills)


@pytest.mark.slow
async def test_killed_among_many_it_waits_for_the_lease_and_loses_nothing(
    postgres_url: str, tmp_path: Path, kills: int
) -> None:
    await _torment_delivery(postgres_url, tmp_path, kills)


async def _torment_delivery(
    database_url: str, tmp_path: Path, kills: int
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    async with BotApi().running() as api:
        api.pace.on = False
        api.slow_s = 0.05
        town = Town.built(api, seed, CHATS, CHATS)
        pack = town.pack(tmp_path)
        for worker in town.workers:
            worker.says(None, "你好")
        async with started(api, database_url, tmp_path, pack) as program:
            await api.until(
                lambda: len(api.state.delivered) == CHATS, seconds=60
            )
            assert await program.stop() == 0
        done = tries = 0
        while done < max(1, kills // 2):
            tries += 1
            assert tries <= 4 * kills + 20, f"{done} of {tries} kills counted"
            for _ in range(BURST):
                town.reports_in_words()
            done += await _kill_in_delivery(town, database_url, tmp_path, pack)
        api.slow_s = 0.0
        async with started(api, database_url, tmp_path, pack) as program:
            await api.until(lambda: not api.queue.pending, seconds=60)
            await program.until_idle(180)
            assert await program.stop() == 0

    async with Database(database_url).opened() as database:
        letters = await database.read(letters_by_state)
        parked = await database.read(_parked_answers)
    delivered = api.state.delivered
    unanswered = sum(not sent.answered for sent in delivered)
    answers = Counter(
        (sent.chat, sent.message["reply_to_message"]["message_id"])
        for sent in delivered
        if "reply_to_message" in sent.message
    )
    silent = [
        key
        for key in town.reports
        if not answers[int(key[0].partition(":")[2]), int(key[1])]
    ]
    told = Counter((sent.chat, _bare(sent.text)) for sent in delivered)
    marked = sum(MARK in sent.text for sent in delivered)
    repeats = sum(told.values()) - len(told)
    sys.stdout.write(
        f"seed {seed}: {done} kills of {tries} with sends in flight,"
        f" {len(delivered)} delivered, {unanswered} unanswered at a kill,"
        f" {repeats} repeats, {marked} marked, letters {dict(letters)}\n"
    )
    assert letters.keys() <= {"sent", "parked"}
    # Killed twice in a row, an answer is parked: shown, not lost.
    assert set(silent) <= parked, "every report is answered"
    assert max(answers.values()) <= 2
    assert repeats <= marked, "what was said before says so"
    assert marked + letters["parked"] <= tries * CLAIMED
    assert letters["sent"] + letters["parked"] >= len(told)


MARK = "（这条可能重复发送）"


def _bare(text_: str) -> str:
    return text_.removeprefix(MARK).strip()


def letters_by_state(db: Connection) -> Counter[str]:
    """Return how many letters there are in each state."""
    o = schema.outbox
    rows = db.execute(
        select(o.c.state, func.count())
        .where(o.c.kind == "say")
        .group_by(o.c.state)
    ).all()
    return Counter({row[0]: row[1] for row in rows})


def _parked_answers(db: Connection) -> set[tuple[str, str]]:
    """Return chat and message of the reports whose answer was parked."""
    o = schema.outbox
    rows = db.execute(
        select(o.c.chat, o.c.body).where(o.c.state == "parked")
    ).all()
    return {
        (chat, msgspec.json.decode(body).get("reply_to", ""))
        for chat, body in rows
    }


async def _kill_in_delivery(
    town: Town, database_url: str, folder: Path, pack: Path
) -> bool:
    """Start, let some letters go, kill; say if a send was in flight."""
    api = town.api
    delivered = api.state.delivered
    before = len(delivered) + town.dice.randrange(1, 12)
    async with started(api, database_url, folder, pack) as program:
        await api.until(lambda: len(delivered) >= before, seconds=60)
        await asyncio.sleep(town.dice.uniform(0.0, api.slow_s))
        flying = any(not sent.answered for sent in delivered[-32:])
        await program.kill()
    return flying
