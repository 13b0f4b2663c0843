"""What the desk decides at the console, checked like everything else."""

from datetime import datetime

from config.terms import DESKS, CommunityId, LetterId, PersonId
from storage import faq, inbox, outbox, people
from storage.database import Connection

_ABOUT_LETTERS = frozenset({"retry-letter", "drop-letter"})


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
    letter = LetterId(subject)
    if action in _ABOUT_LETTERS and not _is_ours(db, community, letter):
        return False
    deeds = {
        "retry-letter": lambda: outbox.retry(db, letter, now),
        "drop-letter": lambda: outbox.drop(db, letter),
        "retry-update": lambda: inbox.retry(db, subject),
        "drop-update": lambda: inbox.discard(db, subject),
        "answer-question": lambda: faq.mark_answered(db, community, subject),
        "drop-question": lambda: faq.drop_unanswered(db, community, subject),
    }
    deed = deeds.get(action)
    return deed is not None and deed()


def _is_ours(db: Connection, community: CommunityId, letter: LetterId) -> bool:
    found = outbox.get(db, letter)
    return found is not None and found.community_id in {None, community}
