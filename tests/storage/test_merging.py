"""Two persons become one and two again, and nothing is lost on the way."""

from typing import Any

from sqlalchemy import select

from config.terms import (
    CommunityId,
    EntryId,
    GridId,
    Number,
    PersonId,
    Role,
    TicketId,
)
from storage import (
    faq,
    followers,
    merging,
    people,
    photos,
    posts,
    schema,
    suggestions,
    tickets,
    wishes,
)
from storage.apply import apply
from storage.database import Connection, Database
from storage.merging import Moved
from storage.messages import Photo, Sender
from storage.people import Person
from storage.suggestions import Suggestion
from tests.town import CHANNEL, COMMUNITY, MONDAY, PACK

TOWN = COMMUNITY.id
WHOLE = [
    schema.person,
    schema.role,
    schema.account,
    schema.ticket,
    schema.words,
    schema.event,
    schema.post,
    schema.photo,
    schema.wish,
    schema.claim,
    schema.faq_vote,
    schema.follower,
    schema.suggestion,
]


def settled(db: Connection, name: str, number: int) -> Person:
    """Let somebody leave one of everything."""
    met = people.meet(db, TOWN, Sender(CHANNEL, name, name), MONDAY)
    people.change(db, TOWN, met.id, phone=f"0000-{number}")
    people.give_role(db, TOWN, met.id, Role.VOLUNTEER)
    ticket = tickets.put(
        db, community_id=TOWN, number=Number(number), code=name,
        reporter_id=met.id, opened_at=MONDAY,
    )  # fmt: skip
    words = tickets.say(
        db, TOWN, "report", met.id, name, MONDAY, ticket=ticket.id
    )
    tickets.log(db, TOWN, met.id, "report", MONDAY, ticket=ticket.id)
    posts.put(db, "town:g1", name, community=TOWN, ticket=ticket.id,
              words=words, author=met.id)  # fmt: skip
    photos.want(db, TOWN, [Photo(ref=name)], channel="town", chat="town:g1",
                message=name, author=met.id, now=MONDAY,
                ticket=ticket.id)  # fmt: skip
    followers.follow(db, TOWN, ticket.id, met.id, "town:g1", name, MONDAY)
    followers.follow(db, TOWN, TicketId(99), met.id, "", "", MONDAY)
    suggested = Suggestion(ticket.id, TicketId(99), 0.9, asked=True, answer="")
    suggestions.put(db, TOWN, suggested, MONDAY)
    suggestions.answer(db, suggested, "other", met.id, MONDAY)
    wishes.put(db, community_id=TOWN, number=Number(number + 10),
               wisher_id=met.id, opened_at=MONDAY)  # fmt: skip
    faq.vote(db, TOWN, EntryId(f"entry-{number}"), met.id, MONDAY, up=True)
    return people.get(db, TOWN, met.id)


def whole(db: Connection) -> dict[str, list[Any]]:
    return {
        table.name: list(
            db.execute(select(table).order_by(*table.primary_key)).all()
        )
        for table in WHOLE
    }


def test_what_is_moved_is_named_in_the_schema() -> None:
    """A new column that names a person must be thought of here."""
    named = {
        (table.name, column.name)
        for table in schema.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(("_id", "_by"))
        and column.name.split("_")[0]
        in {"person", "reporter", "assignee", "author", "wisher", "filed"}
    }
    moved = {
        (column.table.name, column.name)
        for column in merging._OWNED  # noqa: SLF001
    }

    # roles and votes are merged row by row; the dead keep their stones
    assert named - moved == {
        ("role", "person_id"),
        ("faq_vote", "person_id"),
        ("erasure", "person_id"),
    }


async def test_merged_and_parted_everything_is_as_it_was(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        apply(db, PACK, MONDAY)
        one, two = settled(db, "wang", 1), settled(db, "wang-qq", 2)
        before = whole(db)

        moved = merging.merge(db, TOWN, one, two)

        kept = people.find(db, TOWN, two.id)
        assert kept is not None
        assert kept.id == one.id
        found = [each.number for each in tickets.opened_by(db, TOWN, one.id)]
        assert found == [2, 1]
        assert people.accounts_of(db, TOWN, two.id) == []
        assert merging.unmerge(db, TOWN, moved)
        assert whole(db) == before
        assert not merging.unmerge(db, TOWN, moved)

    await database.write(work)


async def test_what_came_after_the_merge_stays_with_the_one_kept(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        apply(db, PACK, MONDAY)
        one, two = settled(db, "wang", 1), settled(db, "wang-qq", 2)
        moved = merging.merge(db, TOWN, one, two)
        people.change(db, TOWN, one.id, phone="new")
        tickets.put(
            db, community_id=TOWN, number=Number(3), code="new",
            reporter_id=one.id, opened_at=MONDAY,
        )  # fmt: skip

        merging.unmerge(db, TOWN, moved)

        now = people.get(db, TOWN, one.id)
        assert now.phone == "new"
        numbers = [one.number for one in tickets.opened_by(db, TOWN, one.id)]
        assert numbers == [3, 1]

    await database.write(work)


async def test_a_chain_of_merges_leads_to_its_end(database: Database) -> None:
    def work(db: Connection) -> None:
        apply(db, PACK, MONDAY)
        three = [settled(db, f"wang-{n}", n) for n in (1, 2, 3)]

        merging.merge(db, TOWN, three[1], three[0])
        merging.merge(db, TOWN, three[2], people.get(db, TOWN, three[1].id))

        for one in three:
            found = people.find(db, TOWN, one.id)
            assert found is not None
            assert found.id == three[2].id

    await database.write(work)


async def test_a_role_that_both_had_stays_when_they_part(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        apply(db, PACK, MONDAY)
        two = settled(db, "wang", 1)
        chen = people.get(db, TOWN, PersonId("chen"))

        moved = merging.merge(db, TOWN, chen, two)
        merging.unmerge(db, TOWN, moved)

        assert people.get(db, TOWN, chen.id).has(Role.VOLUNTEER)
        assert people.get(db, TOWN, two.id).has(Role.VOLUNTEER)

    await database.write(work)


async def test_another_communitys_rows_stay_where_they_are(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        apply(db, PACK, MONDAY)
        one, two = settled(db, "wang", 1), settled(db, "wang-qq", 2)
        before = whole(db)

        moved = Moved(
            gone=two.id, kept=one.id, rows={}, roles=[(Role.DESK, GridId(""))],
            added=[], votes=[], filled=[],
        )  # fmt: skip

        assert not merging.unmerge(db, CommunityId("elsewhere"), moved)
        assert whole(db) == before

    await database.write(work)
