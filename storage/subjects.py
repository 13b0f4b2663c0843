"""What a message tells of, so that it can be forgotten with it.

Spelled as it is kept beside each message: ``ticket:12``, ``wish:3``,
``person:wang``.
"""

from config.terms import PersonId, TicketId, WishId
from storage.messages import Say


def ticket(id_: TicketId) -> str:
    """Return a ticket as a subject."""
    return f"ticket:{id_}"


def wish(id_: WishId) -> str:
    """Return a wish as a subject."""
    return f"wish:{id_}"


def person(id_: PersonId) -> str:
    """Return a person as a subject: named in it, or the cause of it."""
    return f"person:{id_}"


def matter(say: Say) -> tuple[str, ...]:
    """Return the one matter that replies to a letter are about."""
    return (
        *(() if say.ticket is None else (ticket(say.ticket),)),
        *(() if say.wish is None else (wish(say.wish),)),
    )


def told(say: Say) -> tuple[str, ...]:
    """Return all that a letter tells of, each once."""
    return tuple(dict.fromkeys((*matter(say), *say.about)))
