"""kill -9 of the real program while Telegram's messages come and go.

The emulator keeps the truth: what people said, what was delivered. A kill
counts only if work was in flight; the database is looked at afterwards by
a checker of its own.
"""

import asyncio
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from storage import schema
from storage.database import Connection, Database
from tests.emulators.botapi import BotApi, Group, Person
from tests.faults.program import started, write_pack
from tests.pictures import picture

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]
GROUPS = 12
PEOPLE = 6
BURST = 24
PHOTO_EACH = 3


@dataclass(eq=False)
class Town:
    """People who report without end, each report told apart by a number."""

    api: BotApi
    dice: random.Random
    groups: list[Group]
    people: list[Person]
    reports: dict[tuple[str, str], str] = field(default_factory=dict)
    """Chat key and message id of each report -> its words."""
    photos: int = 0

    @classmethod
    def built(cls, api: BotApi, seed: int) -> "Town":
        lin = api.user("林工", id=1001, opened=True)
        people = [api.user(f"居民{n}") for n in range(PEOPLE)]
        groups = [api.group(f"{n}群", lin, *people) for n in range(GROUPS)]
        return cls(api, random.Random(seed), groups, people)  # noqa: S311

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


def _look(db: Connection) -> Found:
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
    database_url: str, tmp_path: Path, kills: int
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    async with BotApi().running() as api:
        api.pace.on = False
        town = Town.built(api, seed)
        pack = write_pack(tmp_path, [group.key for group in town.groups])
        done = tries = 0
        while done < kills:
            tries += 1
            assert tries <= 4 * kills + 20, f"{done} of {tries} kills counted"
            for _ in range(BURST):
                town.says_something()
            done += await _kill_once(town, database_url, tmp_path, pack)
        async with started(api, database_url, tmp_path, pack) as program:
            await api.until(lambda: not api.queue.pending, seconds=60)
            await _photos_fetched(program.gauges)
            assert await program.stop() == 0

    async with Database(database_url).opened() as database:
        found = await database.read(_look)
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
    town: Town, database_url: str, folder: Path, pack: Path
) -> bool:
    """Start, let it work for a moment, kill; say if work was in flight."""
    api = town.api
    polls = api.queue.polls
    async with (
        started(api, database_url, folder, pack) as program,
        asyncio.TaskGroup() as tasks,
    ):
        talking = tasks.create_task(town.goes_on())
        await api.until(lambda: api.queue.polls > polls, seconds=30)
        await asyncio.sleep(town.dice.uniform(0.0, 0.4))
        flying = bool(api.queue.pending)
        await program.kill()
        talking.cancel()
    return flying


async def _photos_fetched(gauges: object) -> None:
    async with asyncio.timeout(240):
        calm = 0
        while calm < 3:
            told = await gauges()  # type: ignore[operator]
            calm = calm + 1 if told["linli_photos_wanted"] == 0 else 0
            await asyncio.sleep(2.0)
