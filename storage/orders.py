"""Work orders: which ticket lies in which system, and how it stands."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, insert, select, update

from config.terms import CommunityId, TicketId
from storage import schema


class WorkOrder(Struct, frozen=True, kw_only=True):
    """A ticket's order in one system."""

    community_id: CommunityId
    ticket_id: TicketId
    system: str
    reference: str
    remote: str
    """The system's own id, "" until it has told it."""
    status: str
    """Where it stands there, as far as we know, in our words."""
    said: str
    """The remote id of the words that we have heard last."""
    changed_at: datetime | None
    """When the system says it changed last; None: never."""


_COLUMNS = [schema.work_order.c[name] for name in WorkOrder.__struct_fields__]


def put(
    db: Connection,
    community: CommunityId,
    ticket: TicketId,
    system: str,
    reference: str,
    status: str,
) -> WorkOrder:
    """Note that a ticket goes to a system."""
    row = db.execute(
        insert(schema.work_order)
        .values(
            community_id=community,
            ticket_id=ticket,
            system=system,
            reference=reference,
            status=status,
        )
        .returning(*_COLUMNS)
    )
    return WorkOrder(**row.mappings().one())


def of_ticket(
    db: Connection, community: CommunityId, ticket: TicketId
) -> Sequence[WorkOrder]:
    """Return a ticket's orders: at most one a system."""
    o = schema.work_order
    rows = db.execute(
        select(*_COLUMNS)
        .where(o.c.community_id == community, o.c.ticket_id == ticket)
        .order_by(o.c.system)
    ).mappings()
    return [WorkOrder(**row) for row in rows]


def find(db: Connection, system: str, reference: str) -> WorkOrder | None:
    """Return the order that a system means by our reference, or None."""
    o = schema.work_order
    row = (
        db.execute(
            select(*_COLUMNS).where(
                o.c.system == system, o.c.reference == reference
            )
        )
        .mappings()
        .first()
    )
    return None if row is None else WorkOrder(**row)


def change(db: Connection, order: WorkOrder, **values: object) -> None:
    """Note how an order stands; values are the columns."""
    o = schema.work_order
    db.execute(
        update(o)
        .where(
            o.c.community_id == order.community_id,
            o.c.ticket_id == order.ticket_id,
            o.c.system == order.system,
        )
        .values(**values)
    )
