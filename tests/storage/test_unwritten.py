"""What works hand over is written together, and nobody can tell."""

from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from config.terms import PersonId
from storage import people, posts, prepared, schema, tickets
from storage.database import Connection, Database, savepoint
from storage.people import Person
from storage.unwritten import later
from tests.databases import statements
from tests.town import MONDAY, PACK

TOWN = PACK.communities[0].id
WANG = PersonId("wang")

CHAT = "town:g1"


def _later(db: Connection, message: str) -> None:
    posts.put(db, CHAT, message, community=TOWN)


def _at_once(db: Connection, name: str) -> None:
    db.execute(insert(schema.community).values(id=name))


def _posts(db: Connection) -> list[str]:
    p = schema.post.c
    return list(db.scalars(select(p.message).order_by(p.message)))


def _communities(db: Connection) -> list[str]:
    c = schema.community.c
    return list(db.scalars(select(c.id).order_by(c.id)))


async def test_what_many_works_hand_over_is_one_statement(
    database: Database,
) -> None:
    await database.write(partial(_later, message="0"))

    with statements() as sent:
        works = [
            database.submit(partial(_later, message=f"{one}"))
            for one in range(1, 9)
        ]
        for work in works:
            await work

    assert sum("INSERT INTO post" in one for one in sent) == 1
    assert await database.read(_posts) == [f"{one}" for one in range(9)]


async def test_a_question_meets_what_was_handed_over_before(
    database: Database,
) -> None:
    def work(db: Connection) -> list[str]:
        _later(db, "a")
        return _posts(db)

    assert await database.write(work) == ["a"]


async def test_a_failing_work_takes_its_rows_along_and_no_others(
    database: Database,
) -> None:
    def breaks(db: Connection) -> None:
        _later(db, "broken")
        raise ZeroDivisionError

    works = [
        database.submit(partial(_later, message="a")),
        database.submit(breaks),
        database.submit(partial(_later, message="b")),
    ]

    await works[0]
    with pytest.raises(ZeroDivisionError):
        await works[1]
    await works[2]
    assert await database.read(_posts) == ["a", "b"]


async def test_a_row_that_breaks_a_promise_fails_its_own_work(
    database: Database,
) -> None:
    def put(db: Connection, name: str) -> None:
        later(db, prepared.insert_into(schema.community), {"id": name})

    works = [
        database.submit(partial(put, name=name))
        for name in ("a", "twin", "twin", "b")
    ]

    for place in (0, 1, 3):
        await works[place]
    with pytest.raises(IntegrityError):
        await works[2]
    assert await database.read(_communities) == ["a", "b", "twin"]


async def test_a_refusal_drops_what_was_handed_over_in_its_block_alone(
    database: Database,
) -> None:
    def refused(db: Connection, name: str) -> None:
        _later(db, f"{name} before")
        with suppress(ValueError), savepoint(db, "block"):
            _later(db, f"{name} within")
            raise ValueError("no")
        _later(db, f"{name} after")

    with statements() as sent:
        works = [database.submit(partial(refused, name=name)) for name in "ab"]
        for work in works:
            await work

    assert await database.read(_posts) == [
        "a after",
        "a before",
        "b after",
        "b before",
    ]
    assert not any("SAVEPOINT" in one for one in sent)


def _changes_and_raises(db: Connection) -> None:
    _later(db, "one")
    _at_once(db, "one")
    _later(db, "two")
    raise ZeroDivisionError


async def test_a_block_that_has_changed_something_is_undone_there(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        _later(db, "before")
        with suppress(ZeroDivisionError), savepoint(db, "block"):
            _changes_and_raises(db)
        _later(db, "after")

    neighbour = database.submit(partial(_later, message="neighbour"))
    await database.write(work)
    await neighbour

    assert await database.read(_posts) == ["after", "before", "neighbour"]
    assert await database.read(_communities) == []


async def test_a_block_within_a_block_is_undone_alone(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        _later(db, "before")
        with savepoint(db, "around"):
            _later(db, "outer")
            with suppress(ZeroDivisionError), savepoint(db, "within"):
                _changes_and_raises(db)
            _later(db, "outer again")

    await database.write(work)

    assert await database.read(_posts) == ["before", "outer", "outer again"]
    assert await database.read(_communities) == []


async def test_a_block_is_undone_with_those_within_it(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        _later(db, "before")
        with suppress(ZeroDivisionError), savepoint(db, "around"):
            _later(db, "outer")
            with savepoint(db, "within"):
                _changes_and_raises(db)

    await database.write(work)

    assert await database.read(_posts) == ["before"]
    assert await database.read(_communities) == []


async def test_an_error_swallowed_by_a_work_spoils_nobodys_rows(
    database: Database,
) -> None:
    def swallows(db: Connection) -> None:
        with suppress(IntegrityError), savepoint(db, "block"):
            _at_once(db, "twin")
            _at_once(db, "twin")

    works = [
        database.submit(partial(_later, message="a")),
        database.submit(swallows),
        database.submit(partial(_later, message="b")),
    ]

    for work in works:
        await work
    assert await database.read(_posts) == ["a", "b"]


async def test_ids_are_drawn_once_by_whoever_asks(database: Database) -> None:
    def put(db: Connection) -> tuple[int, int]:
        words = [
            tickets.say(db, TOWN, "report", None, "灯坏了", MONDAY)
            for _ in range(2)
        ]
        return words[0], words[1]

    drawn: list[int] = []
    for _ in range(3):
        works = [database.submit(put) for _ in range(5)]
        for work in works:
            drawn += await work

    assert len(set(drawn)) == len(drawn)
    assert drawn == sorted(drawn)


async def test_numbers_are_drawn_by_two_statements(
    database: Database,
) -> None:
    await database.write(partial(_at_once, name=TOWN))
    drawn: list[int] = []

    for _ in range(2):
        with statements() as sent:
            works = [database.submit(_draw) for _ in range(5)]
            drawn += [await work for work in works]
        assert sum("UPDATE community" in one for one in sent) == 2

    assert drawn == list(range(1, 11))


def _draw(db: Connection) -> int:
    return tickets.next_number(db, TOWN)


@pytest.mark.parametrize("changes", [False, True])
async def test_no_number_is_drawn_twice_after_a_refusal(
    database: Database, *, changes: bool
) -> None:
    await database.write(partial(_at_once, name=TOWN))

    def work(db: Connection) -> list[int]:
        kept = [_draw(db)]
        with suppress(ValueError), savepoint(db, "block"):
            _draw(db)
            if changes:
                _at_once(db, "undone")
            _draw(db)
            raise ValueError("no")
        kept.append(_draw(db))
        return kept

    works = [database.submit(work) for _ in range(3)]
    drawn = [number for one in works for number in await one]
    drawn.append(await database.write(_draw))

    assert len(set(drawn)) == len(drawn)
    assert drawn == sorted(drawn)


async def test_no_number_is_drawn_twice_after_a_bug(
    database: Database,
) -> None:
    await database.write(partial(_at_once, name=TOWN))

    def breaks(db: Connection) -> int:
        raise ZeroDivisionError(_draw(db))

    works = [
        database.submit(work) for work in (_draw, breaks, _draw, breaks, _draw)
    ]
    drawn = [await works[place] for place in (0, 2, 4)]
    for place in (1, 3):
        with pytest.raises(ZeroDivisionError):
            await works[place]
    drawn.append(await database.write(_draw))

    assert len(set(drawn)) == len(drawn)
    assert drawn == sorted(drawn)


async def test_what_was_known_is_read_anew_after_a_change(
    database: Database,
) -> None:
    def work(db: Connection) -> tuple[Person, Person]:
        new = people.add(db, TOWN, "王芳", "", MONDAY)
        before = people.get(db, TOWN, new)
        people.change(db, TOWN, new, name="王小芳")
        return before, people.get(db, TOWN, new)

    before, after = await database.write(work)

    assert (before.name, after.name) == ("王芳", "王小芳")


def _report(db: Connection, number: int) -> None:
    tickets.put(
        db,
        community_id=TOWN,
        number=number,
        code=f"code-{number}",
        reporter_id=WANG,
        opened_at=MONDAY,
    )


async def test_open_tickets_counted_ahead_are_counted_on(
    database: Database,
) -> None:
    def work(db: Connection) -> list[int]:
        tickets.look_up_open(db, {(TOWN, WANG), (TOWN, PersonId("li"))})
        counts = [tickets.open_count(db, TOWN, WANG)]
        _report(db, 2)
        counts.append(tickets.open_count(db, TOWN, WANG))
        with suppress(ValueError), savepoint(db, "block"):
            _report(db, 3)
            raise ValueError("no")
        counts.append(tickets.open_count(db, TOWN, WANG))
        return counts

    await database.write(partial(_report, number=1))

    assert await database.write(work) == [1, 2, 2]
    assert (
        await database.read(lambda db: tickets.open_count(db, TOWN, WANG)) == 2
    )
