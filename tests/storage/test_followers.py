"""Who follows a ticket, and who does no more."""

from config.terms import Number, PersonId, Status
from storage import followers, tickets
from storage.database import Connection, Database
from storage.tickets import Ticket
from tests.town import COMMUNITY, MONDAY

TOWN = COMMUNITY.id
WANG, LI, SUN, QIAN = map(PersonId, ("wang", "li", "sun", "qian"))


def opened(db: Connection, number: int, by: PersonId) -> Ticket:
    return tickets.put(
        db, community_id=TOWN, number=Number(number), code=str(number),
        reporter_id=by, origin_chat="town:g1", origin_message=f"m{number}",
        opened_at=MONDAY,
    )  # fmt: skip


def merged(db: Connection, ticket: Ticket, into: Ticket) -> None:
    tickets.move(db, ticket, Status.MERGED, merged_into=into.id)


def names(db: Connection, ticket: Ticket) -> set[str]:
    return {one.person_id for one in followers.of(db, ticket)}


async def test_those_of_merged_tickets_follow_however_deep(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        one, two, three = (
            opened(db, n, by) for n, by in ((1, WANG), (2, LI), (3, SUN))
        )
        followers.follow(db, TOWN, three.id, QIAN, "town:g1", "m9", MONDAY)
        merged(db, three, two)
        merged(db, two, one)

        found = {each.person_id: each for each in followers.of(db, one)}

        assert set(found) == {LI, SUN, QIAN}
        assert found[LI].message == "m2", "where they reported"
        assert found[QIAN].message == "m9"

    await database.write(work)


async def test_whoever_leaves_hears_no_more_until_they_come_back(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        one, two = opened(db, 1, WANG), opened(db, 2, LI)
        merged(db, two, one)
        followers.follow(db, TOWN, one.id, SUN, "", "", MONDAY)

        for person in (LI, SUN):
            followers.leave(db, TOWN, one.id, person, MONDAY)
        assert names(db, one) == set()
        assert followers.followed_by(db, TOWN, SUN) == []

        followers.follow(db, TOWN, one.id, SUN, "", "", MONDAY)
        assert names(db, one) == {SUN}
        assert followers.followed_by(db, TOWN, SUN) == [one.id]

    await database.write(work)


async def test_a_matter_that_became_private_tells_nobody_who_joined(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        one, two = opened(db, 1, WANG), opened(db, 2, LI)
        merged(db, two, one)
        followers.follow(db, TOWN, one.id, SUN, "", "", MONDAY)

        private = tickets.move(db, one, one.status, private=True)

        assert names(db, private) == {LI}

    await database.write(work)


async def test_a_reporter_is_no_follower_of_their_own(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        one, two = opened(db, 1, WANG), opened(db, 2, WANG)
        merged(db, two, one)
        followers.follow(db, TOWN, one.id, WANG, "", "", MONDAY)

        assert names(db, one) == set()
        assert not followers.is_following(db, one, WANG)
        assert followers.followed_by(db, TOWN, PersonId("nobody")) == []
        assert followers.of(db, opened(db, 3, LI)) == []

    await database.write(work)
