"""Wrong codes: how many somebody typed in a chat within the hour."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from config.terms import CommunityId
from storage import schema
from storage.messages import Chat, Sender
from storage.people import put_new

WITHIN = timedelta(hours=1)
MOST = 5


def too_many(
    db: Connection, chat: Chat, sender: Sender, now: datetime
) -> bool:
    """Whether somebody has guessed wrong as often as they may."""
    g = schema.guess
    wrong = db.scalar(
        select(g.c.wrong).where(
            g.c.chat == chat.key, g.c.sender == sender.key, g.c.until > now
        )
    )
    return (wrong or 0) >= MOST


def count(
    db: Connection,
    chat: Chat,
    sender: Sender,
    now: datetime,
    community: CommunityId | None = None,
) -> None:
    """Count a wrong code; the hour begins with the first."""
    g = schema.guess
    db.execute(
        delete(g).where(
            g.c.chat == chat.key, g.c.sender == sender.key, g.c.until <= now
        )
    )
    db.execute(
        put_new(db, g)
        .values(
            chat=chat.key,
            sender=sender.key,
            community_id=community,
            wrong=1,
            until=now + WITHIN,
        )
        .on_conflict_do_update(
            index_elements=["chat", "sender"], set_={"wrong": g.c.wrong + 1}
        )
    )
