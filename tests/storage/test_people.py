from sqlalchemy import text

from config.terms import PersonId
from storage import merging, people
from storage.apply import apply
from storage.database import Connection, Database
from storage.messages import Sender
from tests.town import CHANNEL, COMMUNITY, MONDAY, PACK

TOWN = COMMUNITY.id
WANG = Sender(CHANNEL, "wang-13800000000", name="王阿姨")


async def test_a_resident_gets_an_id_that_tells_nothing(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        apply(db, PACK, MONDAY)
        met = people.meet(db, TOWN, WANG, MONDAY)

        assert met.name == "王阿姨"
        assert WANG.address not in met.id
        assert people.meet(db, TOWN, WANG, MONDAY).id == met.id

    await database.write(work)


async def test_whoever_asks_for_a_merged_person_finds_the_one_kept(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        apply(db, PACK, MONDAY)
        met = people.meet(db, TOWN, WANG, MONDAY)
        people.change(db, TOWN, met.id, active=False, merged_into="chen")

        found = people.find(db, TOWN, met.id)

        assert found is not None
        assert found.id == "chen"

    await database.write(work)


async def test_two_first_messages_at_once_are_one_person(
    postgres_url: str,
) -> None:
    # two replicas: each its own writer, each in the middle of its work
    async with (
        Database(postgres_url).opened() as one,
        Database(postgres_url).opened() as other,
    ):
        await one.write(lambda db: apply(db, PACK, MONDAY))

        def meet(db: Connection) -> PersonId:
            db.execute(text("SELECT pg_sleep(0.1)"))
            return people.meet(db, TOWN, WANG, MONDAY).id

        met = [await done for done in (one.submit(meet), other.submit(meet))]

        assert met[0] == met[1]


async def test_a_stranger_met_in_two_processes_stays_the_first_ones_person(
    postgres_url: str,
) -> None:
    async with (
        Database(postgres_url).opened() as one,
        Database(postgres_url).opened() as other,
    ):
        await one.write(lambda db: apply(db, PACK, MONDAY))

        def first(db: Connection) -> PersonId:
            met = people.meet(db, TOWN, WANG, MONDAY).id
            db.execute(text("SELECT pg_sleep(0.6)"))
            return met

        def second(db: Connection) -> PersonId:
            # it begins to wait for the account before the first commits
            db.execute(text("SELECT pg_sleep(0.2)"))
            return people.meet(db, TOWN, WANG, MONDAY).id

        begun = one.submit(first), other.submit(second)
        met = [await done for done in begun]

        assert met[0] == met[1]


async def test_who_speaks_by_an_account_of_somebody_dropped_is_met_anew(
    database: Database,
) -> None:
    second = Sender(CHANNEL, "lin-at-home", name="小林")

    def work(db: Connection) -> None:
        apply(db, PACK, MONDAY)
        strange = people.meet(db, TOWN, second, MONDAY)
        lin = people.get(db, TOWN, PersonId("lin"))
        merging.merge(db, TOWN, lin, strange)
        people.change(db, TOWN, PersonId("lin"), active=False)

        met = people.meet(db, TOWN, second, MONDAY)

        assert met.id not in {"lin", strange.id}
        assert people.meet(db, TOWN, second, MONDAY).id == met.id

    await database.write(work)
