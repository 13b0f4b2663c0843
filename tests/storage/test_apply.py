from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest
from sqlalchemy import Connection, func, insert, select, update

from config.pack.loading import load
from config.pack.values import Community, Pack
from config.settings import DEMO_PACK
from config.terms import ChatKind, CommunityId, GridId, PersonId, Role
from storage import chats, people, schema
from storage.apply import Applied, apply
from storage.database import Database
from storage.messages import Chat, Sender

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
YUELAI = CommunityId("yuelai")
G1, G2 = GridId("g1"), GridId("g2")
LIN, WANG = PersonId("lin"), PersonId("wang")


@pytest.fixture(name="pack", scope="module")
def _pack() -> Pack:
    return load(DEMO_PACK)


def changed(pack: Pack, **values: object) -> Pack:
    """The pack with its community changed."""
    (community,) = pack.communities
    return Pack((replace(community, **values),))  # type: ignore[arg-type]


def without(pack: Pack, person: PersonId) -> Pack:
    """The pack as if it had never named the person."""
    (community,) = pack.communities
    return changed(
        pack,
        people=tuple(p for p in community.people if p.id != person),
        grids=tuple(
            replace(g, worker=None if g.worker == person else g.worker)
            for g in community.grids
        ),
    )


async def applied(database: Database, pack: Pack) -> Applied:
    return await database.write(lambda db: apply(db, pack, NOW))


def count(db: Connection, table: str) -> int:
    counted = select(func.count()).select_from(schema.metadata.tables[table])
    return db.execute(counted).scalar_one()


async def test_a_pack_fills_an_empty_database(
    database: Database, pack: Pack
) -> None:
    done = await applied(database, pack)

    (community,) = pack.communities
    assert done.new == {
        "community": 1,
        "grid": 8,
        "person": len(community.people),
        "role": 30,
        "account": len(community.people),
        "chat": 8,
        "faq_entry": len(community.faq),
        "faq_phrase": sum(len(e.questions) for e in community.faq),
    }
    assert not done.changed
    assert not done.gone
    for table, rows in done.new.items():
        assert await database.read(partial(count, table=table)) == rows


async def test_people_hold_what_the_pack_gives_them(
    database: Database, pack: Pack
) -> None:
    await applied(database, pack)

    lin = await database.read(
        lambda db: people.find_by_account(db, YUELAI, "webchat", "lin")
    )
    heads = await database.read(
        lambda db: people.holding(db, YUELAI, Role.HEAD, G2)
    )
    desk = await database.read(
        lambda db: people.holding(db, YUELAI, Role.DESK)
    )
    known = await database.read(lambda db: chats.find(db, "webchat", "g1"))

    assert lin is not None
    assert (lin.id, lin.phone) == ("lin", "0000-1001")
    assert lin.roles == ((Role.WORKER, G1),)
    assert [head.id for head in heads] == ["he"]
    assert [person.id for person in desk] == ["desk", "ding"]
    assert known is not None
    assert (known.grid_id, known.kind) == (G1, ChatKind.GROUP)


async def test_the_same_pack_again_changes_nothing(
    database: Database, pack: Pack
) -> None:
    await applied(database, pack)

    assert not await applied(database, pack)


async def test_what_the_pack_changes_is_changed(
    database: Database, pack: Pack
) -> None:
    await applied(database, pack)
    community = pack.communities[0]
    first, *rest = community.grids
    entry, *answers = community.faq
    entry = replace(
        entry, valid_until=date(2030, 1, 1), questions=entry.questions[:1]
    )

    done = await applied(
        database,
        changed(
            pack,
            name="悦来新社区",
            grids=(replace(first, worker=PersonId("chen")), *rest),
            faq=(entry, *answers),
        ),
    )

    assert done.changed == {"community": 1, "grid": 1, "faq_entry": 1}
    assert done.new == {"role": 2}  # of chen, and a worker without a grid
    assert done.gone["role"] == 1
    worker = await database.read(lambda db: people.worker_of(db, YUELAI, G1))
    assert worker is not None
    assert worker.id == "chen"


async def test_who_is_gone_from_the_pack_is_turned_off_not_deleted(
    database: Database, pack: Pack
) -> None:
    await applied(database, pack)

    done = await applied(database, without(pack, LIN))

    assert done.gone == {"person": 1, "role": 1, "account": 1}
    found = await database.read(
        lambda db: people.find_by_account(db, YUELAI, "webchat", "lin")
    )
    rows = await database.read(lambda db: count(db, "person"))
    assert found is None
    assert rows == len(pack.communities[0].people)
    assert await applied(database, pack)
    back = await database.read(lambda db: people.find(db, YUELAI, LIN))
    assert back is not None
    assert back.has(Role.WORKER)


async def test_who_was_turned_off_and_speaks_is_a_new_resident(
    database: Database, pack: Pack
) -> None:
    await applied(database, pack)
    await applied(database, without(pack, LIN))

    met = await database.write(
        lambda db: people.meet(db, YUELAI, Sender("webchat", "lin"), LATER)
    )

    assert met.id.startswith("p-")
    assert met.roles == ()


async def test_somebody_who_has_spoken_becomes_whom_the_pack_names(
    database: Database, pack: Pack
) -> None:
    await applied(database, without(pack, LIN))
    await database.write(
        lambda db: people.meet(db, YUELAI, Sender("webchat", "lin"), NOW)
    )

    done = await applied(database, pack)

    assert done.changed["account"] == 1
    lin = await database.read(
        lambda db: people.find_by_account(db, YUELAI, "webchat", "lin")
    )
    assert lin is not None
    assert lin.id == "lin"
    assert not await applied(database, pack)


async def test_what_people_made_stays(database: Database, pack: Pack) -> None:
    group = Chat("telegram", "-100", ChatKind.GROUP)
    pinned = Chat("webchat", "g3", ChatKind.GROUP)

    def live(db: Connection) -> None:
        apply(db, pack, NOW)
        people.meet(db, YUELAI, Sender("webchat", "new"), NOW)
        people.give_role(db, YUELAI, WANG, Role.VOLUNTEER)
        people.change(db, YUELAI, WANG, language="en")
        chats.bind(db, group, YUELAI, G1, NOW)
        chats.bind(db, pinned, YUELAI, G2, NOW)
        db.execute(
            insert(schema.faq_entry).values(
                community_id=YUELAI, id="own", made_by="console"
            )
        )

    await database.write(live)

    assert not await applied(database, pack)
    assert not await applied(database, pack)
    wang = await database.read(lambda db: people.get(db, YUELAI, WANG))
    assert wang.roles == ((Role.VOLUNTEER, GridId("")),)
    assert wang.language == "en"
    bound = await database.read(chats.bound)
    grids = {known.chat.key: known.grid_id for known in bound}
    assert grids["telegram:-100"] == G1
    assert grids["webchat:g3"] == G2


async def test_who_asked_to_be_forgotten_stays_forgotten(
    database: Database, pack: Pack
) -> None:
    await applied(database, pack)

    def forget(db: Connection) -> None:
        t = schema.person
        db.execute(
            update(t)
            .where(t.c.id == WANG)
            .values(name="", phone="", active=False, erased_at=NOW)
        )

    await database.write(forget)
    await applied(database, pack)

    def name(db: Connection) -> str:
        t = schema.person
        found = select(t.c.name).where(t.c.id == WANG)
        return str(db.execute(found).scalar_one())

    assert await database.read(name) == ""
    assert not await applied(database, pack)


async def test_a_community_that_is_gone_closes(
    database: Database, pack: Pack
) -> None:
    await applied(database, pack)
    hexi = _renamed(pack.communities[0])

    done = await applied(database, Pack((hexi,)))

    assert done.gone["community"] == 1
    assert done.gone["grid"] == 8
    assert done.gone["person"] == len(hexi.people)
    assert done.changed["chat"] == 8
    known = await database.read(lambda db: chats.find(db, "webchat", "g1"))
    assert known is not None
    assert known.community_id == "hexi"


def _renamed(community: Community) -> Community:
    return replace(community, id=CommunityId("hexi"), name="河西社区")


async def test_a_group_gone_from_the_pack_is_free(
    database: Database, pack: Pack
) -> None:
    await applied(database, pack)
    first, *rest = pack.communities[0].grids
    bare = changed(pack, grids=(replace(first, groups=()), *rest))

    done = await applied(database, bare)

    assert done.gone == {"chat": 1}
    known = await database.read(lambda db: chats.find(db, "webchat", "g1"))
    assert known is not None
    assert known.community_id is None
    assert not await applied(database, bare)
    assert await applied(database, pack)


async def test_applying_tells_how_far_it_is(
    database: Database, pack: Pack
) -> None:
    told: list[tuple[int, int]] = []

    await database.write(
        lambda db: apply(db, pack, NOW, lambda *at: told.append(at))
    )

    assert told == [(0, 1), (1, 1)]


async def test_a_group_that_we_were_about_to_leave_stays_when_bound(
    database: Database, pack: Pack
) -> None:
    group = Chat("webchat", "g1", ChatKind.GROUP)
    other = Chat("webchat", "strange", ChatKind.GROUP)

    def work(db: Connection) -> list[tuple[str, str]]:
        for chat in (group, other):
            chats.leave_at(db, chat, NOW, LATER)
        apply(db, pack, NOW)
        o = schema.outbox
        rows = db.execute(select(o.c.chat, o.c.state).order_by(o.c.id))
        return [(row.chat, row.state) for row in rows]

    assert await database.write(work) == [
        (group.key, "dropped"),
        (other.key, "waiting"),
    ]
