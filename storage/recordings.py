"""Voice messages and videos of tickets.

They stay on their platform and only their name there is kept, in the table
of the photos: whoever forgets a person's photos forgets these, too.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from msgspec import Struct
from sqlalchemy import Connection, func, insert, select

from config.terms import CommunityId, PersonId, TicketId
from storage import schema
from storage.messages import Attachment
from storage.unwritten import remembered

AFAR = "afar"
KINDS = frozenset({"voice", "video"})


class Recording(Struct, frozen=True, kw_only=True):
    """A recording of a ticket."""

    purpose: str
    """``report``, ``addition``, ``resolution``."""
    channel: str
    chat: str
    message: str
    kind: str
    ref: str

    @property
    def attachment(self) -> Attachment:
        """As its platform shows it again."""
        return Attachment(self.kind, self.ref)


_COLUMNS = [schema.photo.c[name] for name in Recording.__struct_fields__]


def put(
    db: Connection,
    community: CommunityId,
    found: Sequence[Attachment],
    *,
    channel: str,
    chat: str,
    message: str,
    author: PersonId | None,
    now: datetime,
    ticket: TicketId,
    purpose: str,
) -> None:
    """Note the recordings among a message's attachments."""
    rows = [
        {
            "community_id": community,
            "ticket_id": ticket,
            "purpose": purpose,
            "author_id": author,
            "channel": channel,
            "chat": chat,
            "message": message,
            "kind": one.kind,
            "ref": one.ref,
            "state": AFAR,
            "created_at": now,
        }
        for one in found
        if one.kind in KINDS and one.ref
    ]
    if rows:
        db.execute(insert(schema.photo), rows)


def of_ticket(db: Connection, ticket: TicketId) -> Sequence[Recording]:
    """Return a ticket's recordings, in order."""
    return remembered(db, ("recordings", ticket), partial(_of, db, ticket))


def _of(db: Connection, ticket: TicketId) -> Sequence[Recording]:
    p = schema.photo
    rows = db.execute(
        select(*_COLUMNS)
        .where(p.c.ticket_id == ticket, p.c.state == AFAR)
        .order_by(p.c.id)
    ).mappings()
    return [Recording(**row) for row in rows]


def of_message(
    db: Connection, ticket: TicketId, chat: str, message: str
) -> Sequence[Recording]:
    """Return the recordings that one message brought to a ticket."""
    return [
        one
        for one in of_ticket(db, ticket)
        if one.chat == chat and one.message == message
    ]


def count_by(db: Connection, community: CommunityId, person: PersonId) -> int:
    """Return how many recordings of somebody are kept."""
    p = schema.photo
    return db.execute(
        select(func.count()).where(
            p.c.community_id == community,
            p.c.author_id == person,
            p.c.state == AFAR,
        )
    ).scalar_one()
