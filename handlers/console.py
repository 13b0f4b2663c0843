"""What the desk decides at the console, checked like everything else."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from config.pack.values import Entry
from config.terms import (
    DESKS,
    CommunityId,
    EntryId,
    LetterId,
    PersonId,
    Role,
)
from storage import buttons, faq, inbox, outbox, people
from storage.database import Connection
from storage.people import Person

LINK_LIVES = timedelta(days=1)
LONGEST = 40
"""Characters of a name or a building."""
LONGEST_ANSWER = 2000
LONGEST_SOURCE = 200


class Answer(NamedTuple):
    """What a desk answers a question that no entry did."""

    question: int
    entry: EntryId | None
    """The entry that answers it, in other words; None: a new one."""
    answer: str = ""
    source: str = ""


class Whom(NamedTuple):
    """Who shall log in: somebody known, or a new resident."""

    person: PersonId | None
    name: str = ""
    building: str = ""


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
    if _desk(db, community, person) is None:
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


def answer(
    db: Connection,
    community: CommunityId,
    desk: PersonId,
    told: Answer,
    now: datetime,
    today: date,
) -> bool:
    """Let an unanswered question find an answer, at once and for everybody.

    False if the desk may not, if nothing is said, or somebody was faster.
    """
    if _desk(db, community, desk) is None:
        return False
    question = faq.find_unanswered(db, community, told.question)
    if not question:
        return False
    if told.entry is not None:
        if faq.find(db, community, told.entry) is None:
            return False
        faq.add_phrase(db, community, told.entry, question, now)
    else:
        words, source = told.answer.strip(), told.source.strip()
        if not (words and source):
            return False
        entry = Entry(
            id=EntryId(f"desk-{told.question}"),
            topic="",
            questions=(question,),
            answer=words[:LONGEST_ANSWER],
            source=source[:LONGEST_SOURCE],
            issued=today,
        )
        faq.put(db, community, entry, now)
    return faq.mark_answered(db, community, told.question)


def invite(
    db: Connection,
    community: CommunityId,
    desk: PersonId,
    whom: Whom,
    secret: str,
    now: datetime,
) -> bool:
    """Keep a login code that a desk hands to somebody; False: it may not.

    A link opens another's chats to whoever holds it, so a desk gives none
    for another desk; that takes an administrator.
    """
    who = _desk(db, community, desk)
    if who is None:
        return False
    person = whom.person
    if person is None:
        name = whom.name.strip()
        if not name:
            return False
        building = whom.building.strip()
        person = people.add(
            db, community, name[:LONGEST], building[:LONGEST], now
        )
    elif not _may_hand_out(who, people.find(db, community, person)):
        return False
    buttons.put_code(
        db, secret, community, "login", person, person, now, now + LINK_LIVES
    )
    return True


def _may_hand_out(desk: Person, person: Person | None) -> bool:
    if person is None:
        return False
    return desk.has(Role.ADMIN) or not person.has(*DESKS)


def _desk(
    db: Connection, community: CommunityId, person: PersonId
) -> Person | None:
    found = people.find(db, community, person)
    return found if found is not None and found.has(*DESKS) else None


def _is_ours(db: Connection, community: CommunityId, letter: LetterId) -> bool:
    found = outbox.get(db, letter)
    return found is not None and found.community_id in {None, community}
