"""Bring a pack's community, grids and people into the database."""

from datetime import datetime

from sqlalchemy import Connection, Table

from config.pack.values import Community, Grid, Member, Pack
from config.terms import ChatKind
from storage import schema
from storage.people import put_new
from storage.schema import MadeBy


def apply(db: Connection, pack: Pack, now: datetime) -> None:
    """Put what the pack names; what is there already stays."""
    for community in pack.communities:
        _put(
            db,
            schema.community,
            id=community.id,
            name=community.name,
            street=community.street,
            time_zone=str(community.time_zone),
            language=community.language,
        )
        for grid in community.grids:
            _grid(db, community, grid)
        for member in community.people:
            _member(db, community, member, now)


def _grid(db: Connection, community: Community, grid: Grid) -> None:
    _put(
        db,
        schema.grid,
        community_id=community.id,
        id=grid.id,
        name=grid.name,
        households=grid.households,
        worker_id=grid.worker,
    )
    for group in grid.groups:
        channel, _, address = group.partition(":")
        _put(
            db,
            schema.chat,
            channel=channel,
            address=address,
            community_id=community.id,
            grid_id=grid.id,
            kind=ChatKind.GROUP,
            made_by=MadeBy.PACK,
        )


def _member(
    db: Connection, community: Community, member: Member, now: datetime
) -> None:
    _put(
        db,
        schema.person,
        community_id=community.id,
        id=member.id,
        name=member.name,
        phone=member.phone,
        building=member.building,
        language=member.language or "",
        made_by=MadeBy.PACK,
        created_at=now,
    )
    for role in member.roles:
        for grid in member.grids or ("",):
            _put(
                db,
                schema.role,
                community_id=community.id,
                person_id=member.id,
                role=role,
                grid_id=grid,
                made_by=MadeBy.PACK,
            )
    for account in member.accounts:
        channel, _, address = account.partition(":")
        _put(
            db,
            schema.account,
            channel=channel,
            address=address,
            community_id=community.id,
            person_id=member.id,
            made_by=MadeBy.PACK,
        )


def _put(db: Connection, table: Table, **values: object) -> None:
    db.execute(put_new(db, table).values(**values).on_conflict_do_nothing())
