"""Who is logged in to the pages: a one-time code opens a session.

The database keeps only hashes of what a link or a browser holds, so a
copy of it opens nothing.
"""

import hashlib
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select

from config.terms import CommunityId, PersonId
from storage import buttons
from storage.schema import person, session

LOGIN = "login"


class Login(Struct, frozen=True):
    """Whose session it is."""

    community: CommunityId
    person: PersonId


def hashed(secret: str) -> str:
    """Return what the database keeps of a secret of full entropy."""
    return hashlib.sha256(secret.encode()).hexdigest()


def redeem(
    db: Connection,
    secret: str,
    cookie: str,
    now: datetime,
    expires_at: datetime,
) -> Login | None:
    """Turn a code into a session, once; None: used, expired or unknown."""
    used = buttons.use_code(db, secret, LOGIN, now)
    if used is None:
        return None
    person_id = used.made_for or PersonId(used.subject)
    db.execute(
        insert(session).values(
            hash=hashed(cookie),
            community_id=used.community_id,
            person_id=person_id,
            created_at=now,
            seen_at=now,
            expires_at=expires_at,
        )
    )
    return Login(used.community_id, person_id)


def find(db: Connection, cookie: str, now: datetime) -> Login | None:
    """Return whose session the cookie is."""
    row = db.execute(
        select(session.c.community_id, session.c.person_id)
        .join(
            person,
            (person.c.community_id == session.c.community_id)
            & (person.c.id == session.c.person_id),
        )
        .where(
            session.c.hash == hashed(cookie),
            session.c.expires_at > now,
            person.c.active,
        )
    ).first()
    if row is None:
        return None
    return Login(CommunityId(row.community_id), PersonId(row.person_id))


def end(db: Connection, cookie: str) -> None:
    """Log out."""
    db.execute(delete(session).where(session.c.hash == hashed(cookie)))
