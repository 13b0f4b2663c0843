"""What the messages of one transaction ask about, read at once.

Whoever speaks in which group, whether the message is new, which button is
pressed: every message asks that, and it hangs on nothing but the message.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from config.terms import ChatKind, CommunityId, PersonId
from storage import buttons, chats, inbox, people, tickets
from storage.messages import (
    Edited,
    Incoming,
    Joined,
    Left,
    Moved,
    OrderChanged,
    Pressed,
    Said,
    Unreadable,
    Withdrawn,
)

Spoken = Said | Edited | Withdrawn | Pressed | Joined | Left | Moved


class Heard(NamedTuple):
    """A message, and when it was heard."""

    message: Incoming
    now: datetime


def look(db: Connection, heard: Sequence[Heard]) -> None:
    """Take the messages' keys; read their groups, buttons and speakers."""
    groups: dict[str, set[str]] = defaultdict(set)
    said: list[Spoken] = []
    fresh: list[Heard] = []
    for one in heard:
        message = one.message
        if isinstance(message, Unreadable):
            continue
        fresh.append(one)
        if isinstance(message, OrderChanged):
            continue
        if message.chat.kind is ChatKind.GROUP:
            said.append(message)
            groups[message.chat.channel].add(message.chat.address)
    if fresh:
        inbox.take(db, fresh)
    for channel, addresses in groups.items():
        chats.look_up(db, channel, addresses)
    pressed = {
        one.message.token for one in fresh if isinstance(one.message, Pressed)
    }
    if pressed:
        buttons.look_up(db, pressed)
    speakers: dict[str, set[tuple[CommunityId, str]]] = defaultdict(set)
    for message in said:
        group = chats.find(db, message.chat.channel, message.chat.address)
        if group is not None and group.community_id is not None:
            sender = message.sender
            speakers[sender.channel].add((group.community_id, sender.address))
    met: set[tuple[CommunityId, PersonId]] = set()
    for channel, accounts in speakers.items():
        met |= {
            (one.community_id, one.id)
            for one in people.look_up_accounts(db, channel, accounts)
        }
    tickets.look_up_open(db, met)
