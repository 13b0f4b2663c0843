"""What a batch asks about is read, and done, for all of it at once."""

from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from config.terms import ChatKind, CommunityId, GridId, PersonId
from storage import ahead, apply, people, schema
from storage.database import Ahead, Connection, Database
from storage.messages import Chat, Edited, Incoming, Said, Sender
from storage.unwritten import known, remembered
from tests.databases import statements
from tests.town import CHANNEL, COMMUNITY, MONDAY, PACK

TOWN = CommunityId(COMMUNITY.id)
GROUP = Chat(CHANNEL, "g1", ChatKind.GROUP)
_ids = count(1)


@pytest.fixture(autouse=True)
async def _town(database: Database) -> None:
    await database.write(lambda db: apply.apply(db, PACK, MONDAY))


def _from(who: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "channel": CHANNEL,
        "account": "linli",
        "chat": GROUP,
        "sender": Sender(CHANNEL, who, name=who, **more),
        "id": f"m{next(_ids)}",
        "at": MONDAY,
        "text": "灯坏了",
    }


def _look(db: Connection, *messages: Incoming) -> None:
    ahead.look(db, [ahead.Heard(one, MONDAY) for one in messages])


def _strangers(db: Connection) -> list[str]:
    p = schema.person.c
    found = db.scalars(select(p.name).where(p.made_by == schema.MadeBy.CHAT))
    return sorted(found)


async def test_strangers_who_speak_together_are_met_together(
    database: Database,
) -> None:
    said = [Said(**_from(who)) for who in ("a", "b", "a", "lin")]

    def work(db: Connection) -> list[PersonId]:
        _look(db, *said)
        return [people.meet(db, TOWN, one.sender, MONDAY).id for one in said]

    with statements() as sent:
        met = await database.write(work)

    assert met[0] == met[2] != met[1]
    assert met[3] == "lin"
    assert await database.read(_strangers) == ["a", "b"]
    for table in "account", "person":
        put = f"INSERT INTO {table} "
        assert sum(one.startswith(put) for one in sent) == 1


async def test_nobody_is_met_who_says_nothing_to_us(
    database: Database,
) -> None:
    await database.write(
        partial(
            _look_at,
            Edited(**_from("a"), version="1"),
            Said(**_from("b", anonymous=True)),
        )
    )

    assert await database.read(_strangers) == []


def _look_at(edited: Edited, said: Said, db: Connection) -> None:
    _look(db, edited, said)


async def test_whose_account_was_left_is_met_anew(database: Database) -> None:
    first = Said(**_from("a"))
    a = schema.account

    def left(db: Connection) -> PersonId:
        who = people.meet(db, TOWN, first.sender, MONDAY)
        db.execute(a.update().where(a.c.address == "a").values(active=False))
        return who.id

    def again(db: Connection) -> PersonId:
        _look(db, first)
        return people.meet(db, TOWN, first.sender, MONDAY).id

    before = await database.write(left)
    after = await database.write(again)

    assert after != before
    found = await database.read(
        lambda db: people.find_by_account(db, TOWN, CHANNEL, "a")
    )
    assert found is not None
    assert found.id == after


async def test_who_works_in_the_groups_is_read_ahead(
    database: Database,
) -> None:
    said = Said(**_from("wang"))

    def work(db: Connection) -> tuple[str, str]:
        _look(db, said)
        with statements() as sent:
            worker = people.worker_of(db, TOWN, GridId("g1"))
            assert worker is not None
            chat = people.private_chat(
                db, TOWN, worker.id, frozenset({CHANNEL})
            )
            assert chat is not None
        assert sent == []
        return worker.id, chat.address

    assert await database.write(work) == ("lin", "lin")


@dataclass
class _Looked:
    times: int = 0
    found: list[str] = field(default_factory=list)

    def look(self, db: Connection, _about: object) -> None:
        self.times += 1
        known(db)["answer", 1] = "ahead"

    def ask(self, db: Connection) -> None:
        self.found.append(remembered(db, ("answer", 1), lambda: "late"))


async def test_what_others_change_does_not_undo_the_look(
    database: Database,
) -> None:
    looked = _Looked()
    about = Ahead(looked.look, None)

    def change(db: Connection) -> None:
        db.execute(schema.community.insert().values(id="other"))
        looked.found.append("changed")

    works = [
        database.submit(looked.ask, about),
        database.submit(change),
        database.submit(looked.ask, about),
    ]

    for work in works:
        await work
    assert (looked.times, looked.found) == (1, ["changed", "ahead", "ahead"])
