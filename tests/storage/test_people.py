from sqlalchemy import text

from config.terms import PersonId
from storage import people
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
