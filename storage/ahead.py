"""What the messages of one transaction ask about, read at once.

Whoever speaks in which group, who works there, whether the message is new,
which button is pressed: it hangs on nothing but the message.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from config.terms import ChatKind, CommunityId, GridId, PersonId
from storage import buttons, chats, inbox, people, tickets
from storage.messages import (
    Chat,
    Incoming,
    OrderChanged,
    Pressed,
    Said,
    Sender,
    Unreadable,
)


class Heard(NamedTuple):
    """A message, and when it was heard."""

    message: Incoming
    now: datetime


class _There(NamedTuple):
    """A message of a group that is bound."""

    heard: Heard
    community: CommunityId
    grid: GridId | None


def look(db: Connection, heard: Sequence[Heard]) -> None:
    """Take the messages' keys; read what each of them will ask for."""
    fresh = [one for one in heard if not isinstance(one.message, Unreadable)]
    if fresh:
        inbox.take(db, fresh)
    pressed = {
        one.message.token for one in fresh if isinstance(one.message, Pressed)
    }
    if pressed:
        buttons.look_up(db, pressed)
    there = _in_groups(db, fresh)
    grids = {
        (one.community, one.grid)
        for one in there
        if one.grid is not None and isinstance(one.heard.message, Said)
    }
    if grids:
        people.look_up_workers(db, grids)
    _look_up_speakers(db, there)


def _in_groups(db: Connection, heard: Sequence[Heard]) -> list[_There]:
    """Read the groups of messages, and return those that are bound."""
    groups: dict[str, set[str]] = defaultdict(set)
    said: list[tuple[Heard, Chat]] = []
    for one in heard:
        if isinstance(one.message, (Unreadable, OrderChanged)):
            continue
        chat = one.message.chat
        if chat.kind is ChatKind.GROUP:
            said.append((one, chat))
            groups[chat.channel].add(chat.address)
    for channel, addresses in groups.items():
        chats.look_up(db, channel, addresses)
    there: list[_There] = []
    for one, chat in said:
        group = chats.find(db, chat.channel, chat.address)
        if group is not None and group.community_id is not None:
            there.append(_There(one, group.community_id, group.grid_id))
    return there


def _look_up_speakers(db: Connection, there: Sequence[_There]) -> None:
    """Read who speaks; whoever says something for the first time is met."""
    speakers: dict[str, set[tuple[CommunityId, str]]] = defaultdict(set)
    new: dict[tuple[CommunityId, str, str], tuple[Sender, datetime]] = {}
    for (message, now), community, _ in there:
        if isinstance(message, (Unreadable, OrderChanged)):
            continue
        sender = message.sender
        speakers[sender.channel].add((community, sender.address))
        if isinstance(message, Said) and not sender.anonymous:
            who = community, sender.channel, sender.address
            new.setdefault(who, (sender, now))
    met: set[tuple[CommunityId, PersonId]] = set()
    for channel, accounts in speakers.items():
        found = people.look_up_accounts(db, channel, accounts)
        met |= {(one.community_id, one.id) for one in found}
    tickets.look_up_open(db, met)
    people.meet_all(
        db,
        [
            (community, *said)
            for (community, channel, address), said in new.items()
            if not people.is_known(db, community, channel, address)
        ],
    )
