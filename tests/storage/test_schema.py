"""What goes into a column comes out as what it is."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select

from config.terms import Level, Severity, Source, Status, Urgency
from storage import schema
from storage.database import Connection, Database

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

EAST = timezone(timedelta(hours=8))


def _a_ticket(db: Connection, opened_at: datetime) -> None:
    db.execute(
        insert(schema.ticket).values(
            community_id="town",
            number=1,
            code="c",
            urgency=Urgency.DANGER,
            opened_at=opened_at,
        )
    )


async def test_an_enum_comes_back_as_its_member(database: Database) -> None:
    t = schema.ticket.c
    await database.write(lambda db: _a_ticket(db, MONDAY))

    row = await database.read(
        lambda db: db.execute(
            select(t.status, t.severity, t.urgency, t.level, t.source)
        ).one()
    )

    assert row.status is Status.REPORTED
    assert row.severity is Severity.SIMPLE
    assert row.urgency is Urgency.DANGER
    assert row.level is Level.GRID
    assert row.source is Source.GROUP


async def test_a_moment_comes_back_aware(database: Database) -> None:
    await database.write(lambda db: _a_ticket(db, MONDAY.astimezone(EAST)))

    row = await database.read(
        lambda db: db.execute(select(schema.ticket.c.opened_at)).scalar_one()
    )

    assert row == MONDAY
    assert row.tzinfo is not None


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = MONDAY.replace(tzinfo=None)

    with pytest.raises(Exception, match="needs a zone"):
        await database.write(lambda db: _a_ticket(db, naive))
