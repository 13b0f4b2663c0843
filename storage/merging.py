"""Two accounts turn out to be one person; and, in time, not after all.

What belonged to the one who goes moves to the one who is kept, in one
transaction, and is noted, so that exactly that can be moved back. The
event log is not touched: whoever asks for the old id finds the one kept.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Column, Connection, delete, select, tuple_, update

from config.terms import CommunityId, GridId, PersonId, Role, TicketId
from storage import schema
from storage.people import Person, give_role, put_new
from storage.schema import MadeBy

_OWNED: tuple[Column[Any], ...] = (
    schema.account.c.person_id,
    schema.ticket.c.reporter_id,
    schema.ticket.c.assignee_id,
    schema.words.c.author_id,
    schema.post.c.author_id,
    schema.photo.c.author_id,
    schema.wish.c.wisher_id,
    schema.wish.c.filed_by,
    schema.claim.c.person_id,
    schema.session.c.person_id,
    schema.button.c.allowed,
    schema.follower.c.person_id,
    schema.suggestion.c.answered_by,
)
_FILLED = ("phone", "building", "language", "skills")
_CHUNK = 200


class Moved(Struct, frozen=True, kw_only=True):
    """What a merge moved, to be moved back."""

    gone: PersonId
    kept: PersonId
    rows: dict[str, list[list[Any]]]
    """``table.column`` -> primary keys."""
    roles: list[tuple[Role, GridId]]
    added: list[tuple[Role, GridId]]
    """Roles that the one kept has only through this merge."""
    votes: list[str]
    filled: list[str]
    both: list[TicketId] = []
    """Tickets that both followed."""


def merge(
    db: Connection, community: CommunityId, kept: Person, gone: Person
) -> Moved:
    """Let everything of ``gone`` be ``kept``'s."""
    both = _follow_once(db, community, kept.id, gone.id)
    moved = Moved(
        gone=gone.id,
        kept=kept.id,
        rows={
            f"{column.table.name}.{column.name}": _move(
                db, column, community, gone.id, kept.id
            )
            for column in _OWNED
        },
        roles=[*gone.roles],
        added=[role for role in gone.roles if role not in kept.roles],
        votes=_move_votes(db, community, gone.id, kept.id),
        filled=[
            name
            for name in _FILLED
            if getattr(gone, name) and not getattr(kept, name)
        ],
        both=both,
    )
    r, p = schema.role, schema.person
    db.execute(
        delete(r).where(
            r.c.community_id == community, r.c.person_id == gone.id
        )
    )
    for role, grid in moved.added:
        give_role(db, community, kept.id, role, grid)
    if moved.filled:
        db.execute(
            update(p)
            .where(p.c.community_id == community, p.c.id == kept.id)
            .values({name: getattr(gone, name) for name in moved.filled})
        )
    db.execute(
        update(p)
        .where(p.c.community_id == community, p.c.merged_into == gone.id)
        .values(merged_into=kept.id)
    )
    db.execute(
        update(p)
        .where(p.c.community_id == community, p.c.id == gone.id)
        .values(active=False, merged_into=kept.id)
    )
    return moved


def unmerge(db: Connection, community: CommunityId, moved: Moved) -> bool:
    """Move back what was moved; False if they are not merged (any more).

    What came since stays with the one who was kept.
    """
    r, p = schema.role, schema.person
    back = db.execute(
        update(p)
        .where(
            p.c.community_id == community,
            p.c.id == moved.gone,
            p.c.merged_into == moved.kept,
            p.c.erased_at.is_(None),
        )
        .values(active=True, merged_into=None)
    )
    if back.rowcount != 1:
        return False
    for column in _OWNED:
        name = f"{column.table.name}.{column.name}"
        _move_back(db, column, moved, moved.rows.get(name, []))
    _follow_again(db, community, moved)
    v = schema.faq_vote
    db.execute(
        update(v)
        .where(
            v.c.community_id == community,
            v.c.person_id == moved.kept,
            v.c.entry_id.in_(moved.votes),
        )
        .values(person_id=moved.gone)
    )
    for role, grid in moved.added:
        db.execute(
            delete(r).where(
                r.c.community_id == community,
                r.c.person_id == moved.kept,
                r.c.role == role,
                r.c.grid_id == grid,
                r.c.made_by == MadeBy.CHAT,
            )
        )
    for role, grid in moved.roles:
        give_role(db, community, moved.gone, role, grid)
    _empty(db, community, moved)
    return True


def _empty(db: Connection, community: CommunityId, moved: Moved) -> None:
    """Take back what was filled in, where it still reads the same."""
    p = schema.person
    for name in moved.filled:
        column = p.c[name]
        was = (
            select(column)
            .where(p.c.community_id == community, p.c.id == moved.gone)
            .scalar_subquery()
        )
        db.execute(
            update(p)
            .where(
                p.c.community_id == community,
                p.c.id == moved.kept,
                column == was,
            )
            .values({name: ""})
        )


def _move(
    db: Connection,
    column: Column[Any],
    community: CommunityId,
    old: PersonId,
    new: PersonId,
) -> list[list[Any]]:
    table = column.table
    rows = db.execute(
        update(table)
        .where(table.c.community_id == community, column == old)
        .values({column.name: new})
        .returning(*table.primary_key)
    )
    return [list(row) for row in rows]


def _move_back(
    db: Connection, column: Column[Any], moved: Moved, keys: list[list[Any]]
) -> None:
    table = column.table
    for chunk in _chunks(keys):
        db.execute(
            update(table)
            .where(
                tuple_(*table.primary_key).in_([tuple(key) for key in chunk]),
                column == moved.kept,
            )
            .values({column.name: moved.gone})
        )


def _follow_once(
    db: Connection, community: CommunityId, kept: PersonId, gone: PersonId
) -> list[TicketId]:
    """Let go of what the one who goes follows with the one who is kept."""
    f = schema.follower
    theirs = select(f.c.ticket_id).where(
        f.c.community_id == community, f.c.person_id == kept
    )
    rows = db.scalars(
        delete(f)
        .where(
            f.c.community_id == community,
            f.c.person_id == gone,
            f.c.ticket_id.in_(theirs),
        )
        .returning(f.c.ticket_id)
    )
    return [TicketId(id_) for id_ in rows]


def _follow_again(
    db: Connection, community: CommunityId, moved: Moved
) -> None:
    """Let both follow again what both did."""
    f = schema.follower
    rows = db.execute(
        select(f).where(
            f.c.community_id == community,
            f.c.person_id == moved.kept,
            f.c.ticket_id.in_(moved.both),
        )
    ).all()
    for row in rows:
        db.execute(
            put_new(db, f)
            .values(**{**row._mapping, "person_id": moved.gone})  # noqa: SLF001
            .on_conflict_do_nothing()
        )


def _move_votes(
    db: Connection, community: CommunityId, old: PersonId, new: PersonId
) -> list[str]:
    """Move votes on entries that the other has not voted on."""
    v = schema.faq_vote
    mine = (v.c.community_id == community) & (v.c.person_id == old)
    moved: list[str] = []
    for vote in db.execute(select(v).where(mine)).all():
        done = db.execute(
            put_new(db, v)
            .values(**{**vote._mapping, "person_id": new})  # noqa: SLF001
            .on_conflict_do_nothing()
        )
        if done.rowcount == 1:
            moved.append(vote.entry_id)
    db.execute(delete(v).where(mine))
    return moved


def _chunks(keys: Sequence[list[Any]]) -> Iterable[Sequence[list[Any]]]:
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]
