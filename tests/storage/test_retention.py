"""Nothing is kept longer than the pack says, and nothing goes sooner."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    func,
    select,
)

from config.pack.values import Rules
from config.terms import ChatKind, CommunityId, Number, PersonId, Status
from storage import (
    buttons,
    inbox,
    outbox,
    photos,
    posts,
    retention,
    schema,
    tickets,
    turns,
    wishes,
)
from storage.database import Database
from storage.messages import Chat, Photo, Said, Say, Sender
from storage.photos import Erased
from tests.town import MONDAY

TOWN = CommunityId("town")
WANG = PersonId("p-wang")
DAY = timedelta(days=1)
RULES = Rules(photos_kept=30 * DAY, words_kept=100 * DAY)
CHAT = Chat("town", "g1", ChatKind.GROUP)


def ticket(
    db: Connection, number: int, opened: datetime, closed: datetime | None
) -> tickets.Ticket:
    """Put a ticket with all that hangs on one."""
    made = tickets.put(
        db,
        community_id=TOWN,
        number=Number(number),
        code=f"code-{number}",
        status=Status.CLOSED if closed else Status.REPORTED,
        reporter_id=WANG,
        place="3号楼402",
        lat=31.2,
        lon=121.4,
        origin_chat=CHAT.key,
        origin_message=f"m{number}",
        opened_at=opened,
        closed_at=closed,
    )
    words = tickets.say(
        db, TOWN, "report", WANG, "路灯坏了", opened, ticket=made.id
    )
    posts.put(
        db, CHAT.key, f"m{number}", community=TOWN, ticket=made.id, words=words
    )
    photos.want(
        db,
        TOWN,
        [Photo(ref=f"photo-{number}")],
        channel="town",
        chat=CHAT.key,
        message=f"m{number}",
        author=WANG,
        now=opened,
        ticket=made.id,
    )
    return made


def sweep_all(db: Connection, now: datetime, limit: int = 50) -> int:
    """Sweep until nothing is left; return how many sweeps that took."""
    for times in range(100):
        done = retention.sweep(db, TOWN, RULES, now, limit)
        assert max(done.tickets, done.wishes, done.photos) <= limit
        if not done.total:
            return times
    raise AssertionError("the sweep never ends")


def kept_words(db: Connection) -> set[int]:
    w, t = schema.words, schema.ticket
    return set(
        db.scalars(
            select(t.c.number)
            .join(w, w.c.ticket_id == t.c.id)
            .where(w.c.text != "")
        )
    )


def kept_photos(db: Connection) -> set[int]:
    p, t = schema.photo, schema.ticket
    return set(
        db.scalars(
            select(t.c.number)
            .join(p, p.c.ticket_id == t.c.id)
            .where(p.c.state != "erased", p.c.ref != "")
        )
    )


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    made = create_engine(sqlite_url.replace("+aiosqlite", ""))
    yield made
    made.dispose()


AGES = st.lists(
    st.tuples(st.integers(0, 300), st.none() | st.integers(0, 300)),
    max_size=12,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ages=AGES, limit=st.integers(1, 4))
def test_words_and_photos_go_in_their_time_and_not_before(
    engine: Engine, ages: list[tuple[int, int | None]], limit: int
) -> None:
    with engine.connect() as db:
        words, pictures = set(), set()
        for number, (opened, closed) in enumerate(ages, start=1):
            ended = None if closed is None else min(opened, closed)
            ticket(
                db,
                number,
                MONDAY - opened * DAY,
                None if ended is None else MONDAY - ended * DAY,
            )
            if ended is None or ended <= 100:
                words.add(number)
            if ended is None or ended <= 30:
                pictures.add(number)

        times = sweep_all(db, MONDAY, limit)

        assert kept_words(db) == words
        assert kept_photos(db) == pictures
        assert times <= len(ages)
        assert sweep_all(db, MONDAY, limit) == 0
        db.rollback()


async def test_an_old_ticket_leads_to_nobody(database: Database) -> None:
    def work(db: Connection) -> None:
        old = ticket(db, 1, MONDAY - 200 * DAY, MONDAY - 101 * DAY)
        merged = ticket(db, 2, MONDAY - 200 * DAY, None)
        tickets.move(db, merged, Status.MERGED, merged_into=old.id)
        young = ticket(db, 3, MONDAY - 200 * DAY, MONDAY - 99 * DAY)

        sweep_all(db, MONDAY)

        for one in (old, merged):
            now = tickets.get(db, one.id)
            assert now.reporter_id is None
            assert (now.place, now.lat, now.origin_message) == ("", None, "")
            post = posts.find(db, TOWN, CHAT.key, one.origin_message)
            assert post is None
        assert tickets.get(db, young.id).reporter_id == WANG
        assert tickets.history(db, old.id) == []

    await database.write(work)


async def test_an_old_wish_leads_to_nobody(database: Database) -> None:
    def work(db: Connection) -> None:
        for number, ended in ((1, 101), (2, 99)):
            made = wishes.put(
                db,
                community_id=TOWN,
                number=Number(number),
                status="fulfilled",
                public_text="一把折叠凳",
                wisher_id=WANG,
                contact="0000-1",
                consent=True,
                opened_at=MONDAY - 150 * DAY,
                fulfilled_at=MONDAY - ended * DAY,
            )
            tickets.say(
                db, TOWN, "wish", WANG, "凳", MONDAY - 150 * DAY, wish=made.id
            )

        sweep_all(db, MONDAY)

        old, young = (wishes.find(db, TOWN, Number(n)) for n in (1, 2))
        assert old is not None
        assert young is not None
        assert (old.wisher_id, old.contact, old.public_text) == (None, "", "")
        assert (young.wisher_id, young.contact) == (WANG, "0000-1")

    await database.write(work)


async def test_keys_letters_and_waits_end(database: Database) -> None:
    def said(number: int) -> Said:
        return Said(
            channel="town",
            account="linli",
            chat=CHAT,
            sender=Sender("town", "wang"),
            id=f"m{number}",
            at=MONDAY,
        )

    def work(db: Connection) -> None:
        for number, age in enumerate((1, 41), start=1):
            inbox.first(db, said(number), MONDAY - age * DAY)
        for age in (1, 8):
            at = MONDAY - age * DAY
            outbox.put(db, [(Say(chat=CHAT, text="收到"), None)], TOWN, at)
            for letter in turns.take(db, at, DAY, {}):
                outbox.mark_sent(db, letter, "b1", at)
        buttons.expect(
            db, CHAT.key, "town:wang", TOWN, "ticket", {}, MONDAY - DAY
        )
        for name, age in (("old", 1), ("new", -1)):
            until = MONDAY - age * DAY
            buttons.put_code(db, name, TOWN, "bind", "g1", None, until, until)

        assert retention.sweep_shared(db, MONDAY, 1).rows == 4
        assert retention.sweep_shared(db, MONDAY, 1).rows == 0

        assert not inbox.first(db, said(1), MONDAY)
        assert inbox.first(db, said(2), MONDAY)
        letters = db.scalar(select(func.count()).select_from(schema.outbox))
        assert letters == 1
        assert buttons.use_code(db, "new", "bind", MONDAY) is not None

    await database.write(work)


async def test_a_picture_is_deleted_when_nobody_shows_it_any_more(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        one = ticket(db, 1, MONDAY - 90 * DAY, MONDAY - 80 * DAY)
        same = ticket(db, 2, MONDAY - 90 * DAY, None)
        for row in (*photos.of_ticket(db, one.id),
                    *photos.of_ticket(db, same.id)):  # fmt: skip
            photos.keep(db, row, "hash", 1, 1, 1)

        sweep_all(db, MONDAY)
        assert photos.erased(db, 10) == [Erased("hash", shown=True)]
        photos.deleted(db, "hash")
        assert photos.erased(db, 10) == []

        photos.erase(db, schema.photo.c.ticket_id == same.id)
        assert photos.erased(db, 10) == [Erased("hash", shown=False)]
        photos.deleted(db, "hash")
        assert photos.erased(db, 10) == []

    await database.write(work)


async def test_another_community_is_left_alone(database: Database) -> None:
    def work(db: Connection) -> None:
        ticket(db, 1, MONDAY - 200 * DAY, MONDAY - 150 * DAY)

        done = retention.sweep(db, CommunityId("elsewhere"), RULES, MONDAY, 10)

        assert done.total == 0
        assert kept_words(db) == {1}

    await database.write(work)


def test_what_runs_often_reads_no_whole_table(engine: Engine) -> None:
    said: list[tuple[str, Any]] = []
    with engine.connect() as db:
        photos.bury(db, TOWN, ["hash"], MONDAY)

        def hear(*heard: object) -> None:
            said.append((str(heard[2]), heard[3]))

        event.listen(db, "before_cursor_execute", hear)
        retention.sweep(db, TOWN, RULES, MONDAY, 10)
        photos.erased(db, 10)
        event.remove(db, "before_cursor_execute", hear)
        plans = [
            (words, [row[3] for row in db.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {words}", values
            )])
            for words, values in said
        ]  # fmt: skip

    assert len(plans) > 5
    for words, plan in plans:
        scans = [step for step in plan if step.startswith("SCAN")]
        # its index holds nothing but what is to be looked at
        assert set(scans) <= {"SCAN photo USING INDEX ix_photo_erased"}, words
