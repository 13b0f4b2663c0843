"""What the desk decides at the console, checked like everything else."""

from datetime import datetime

from config.terms import DESKS, CommunityId, LetterId, PersonId
from storage import inbox, outbox, people
from storage.database import Connection


def decide(
    db: Connection,
    community: CommunityId,
    person: PersonId,
    action: str,
    subject: int,
    now: datetime,
) -> bool:
    """Do what a desk decided; False if it may not, or somebody did it."""
    who = people.find(db, community, person)
    if who is None or not who.has(*DESKS):
        return False
    match action:
        case "retry-letter":
            return outbox.retry(db, LetterId(subject), now)
        case "drop-letter":
            return outbox.drop(db, LetterId(subject))
        case "retry-update":
            return inbox.retry(db, subject)
        case "drop-update":
            return inbox.discard(db, subject)
        case _:
            return False
