"""What came in: once-only keys, parts that wait, messages set aside."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Insert, delete, select, update

from storage import prepared, schema
from storage.database import touch
from storage.messages import Incoming
from storage.people import put_new
from storage.unwritten import taken

_encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[Incoming] = msgspec.json.Decoder(Incoming)


class Kept(Struct, frozen=True, kw_only=True):
    """An inbox row: a part of an album, or a message that fails."""

    id: int
    channel: str
    account: str
    key: str
    state: str
    attempts: int
    body: bytes
    reason: str
    created_at: datetime

    @property
    def message(self) -> Incoming:
        """The message; ``msgspec.DecodeError`` if it cannot be read."""
        return _decoder.decode(self.body)


_COLUMNS = [schema.inbox.c[name] for name in Kept.__struct_fields__]


def first(db: Connection, message: Incoming, now: datetime) -> bool:
    """Take the message's key; False if it was taken before.

    It is kept as a digest, since it names the chat: a private one is a
    person's own number.
    """
    key = _key(message)
    if key in taken(db):
        taken(db).remove(key)
        return True
    row = _seen(message, now)
    done = db.execute(prepared.insert_if_new(db, schema.seen), row)
    return done.rowcount == 1


def take(
    db: Connection, messages: Sequence[tuple[Incoming, datetime]]
) -> None:
    """Take many keys at once, ahead of ``first``; with when each came."""
    rows = db.execute(
        _take_all(prepared.insert_if_new(db, schema.seen)),
        [_seen(message, now) for message, now in messages],
    )
    taken(db).update(tuple(row) for row in rows)


def _seen(message: Incoming, now: datetime) -> dict[str, Any]:
    channel, account, key = _key(message)
    return {"channel": channel, "account": account, "key": key, "at": now}


def _key(message: Incoming) -> tuple[str, str, str]:
    return message.channel, message.account, _digest(message)


@cache
def _take_all(one: Insert) -> Any:  # noqa: ANN401
    s = schema.seen.c
    return one.returning(s.channel, s.account, s.key)


def unheard(
    db: Connection, messages: Sequence[Incoming]
) -> Sequence[Incoming]:
    """Return the messages whose key was not taken yet, in order."""
    s = schema.seen.c
    taken = {
        tuple(row)
        for row in db.execute(
            select(s.channel, s.account, s.key).where(
                s.channel.in_({one.channel for one in messages}),
                s.account.in_({one.account for one in messages}),
                s.key.in_({_digest(one) for one in messages}),
            )
        )
    }
    return [
        one
        for one in messages
        if (one.channel, one.account, _digest(one)) not in taken
    ]


def keep_part(
    db: Connection,
    message: Incoming,
    album: str,
    due_at: datetime,
    now: datetime,
) -> None:
    """Let an album's part wait for the words, until ``due_at``."""
    values = {"state": "album", "album": album, "due_at": due_at}
    db.execute(
        put_new(db, schema.inbox)
        .values(
            channel=message.channel,
            account=message.account,
            key=message.key,
            body=_encode(message),
            created_at=now,
            **values,
        )
        # its row may be there already, counting the tries
        .on_conflict_do_update(
            index_elements=["channel", "account", "key"], set_=values
        )
    )


def take_parts(db: Connection, album: str) -> Sequence[Incoming]:
    """Return and remove the waiting parts of an album, in order."""
    i = schema.inbox
    rows = (
        db.execute(
            select(*_COLUMNS)
            .where(i.c.album == album, i.c.state == "album")
            .order_by(i.c.id)
        )
        .mappings()
        .all()
    )
    if rows:
        db.execute(delete(i).where(i.c.album == album, i.c.state == "album"))
    return [Kept(**row).message for row in rows]


def anything_stale(db: Connection, now: datetime) -> bool:
    """Whether a part has waited in vain; reads one row of an index."""
    i = schema.inbox
    found = db.execute(
        select(i.c.id).where(i.c.state == "album", i.c.due_at <= now).limit(1)
    ).first()
    return found is not None


def take_stale(db: Connection, now: datetime) -> Sequence[Incoming]:
    """Return and remove parts whose words never came, in order."""
    i = schema.inbox
    rows = db.execute(
        delete(i)
        .where(i.c.state == "album", i.c.due_at <= now)
        .returning(*_COLUMNS)
    ).mappings()
    kept = sorted((Kept(**row) for row in rows), key=lambda one: one.id)
    return [one.message for one in kept]


def count_attempt(
    db: Connection, message: Incoming, reason: str, now: datetime
) -> int:
    """Count one more try of a message before or after it fails.

    Return the tries so far, this one included.
    """
    db.execute(
        put_new(db, schema.inbox)
        .values(
            channel=message.channel,
            account=message.account,
            key=message.key,
            state="failing",
            body=_encode(message),
            reason=reason,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    i = schema.inbox
    row = db.execute(
        update(i)
        .where(
            i.c.channel == message.channel,
            i.c.account == message.account,
            i.c.key == message.key,
        )
        .values(attempts=i.c.attempts + 1, reason=reason)
        .returning(i.c.attempts)
    )
    return int(row.scalar_one())


def uncount(db: Connection, message: Incoming) -> None:
    """Take a counted try back: it never began."""
    i = schema.inbox
    db.execute(
        update(i)
        .where(
            i.c.channel == message.channel,
            i.c.account == message.account,
            i.c.key == message.key,
            i.c.attempts > 0,
        )
        .values(attempts=i.c.attempts - 1)
    )


def tries(db: Connection, message: Incoming) -> int:
    """Return how often a message was tried."""
    i = schema.inbox
    found = db.execute(
        select(i.c.attempts).where(
            i.c.channel == message.channel,
            i.c.account == message.account,
            i.c.key == message.key,
        )
    ).scalar()
    return found or 0


def note(db: Connection, message: Incoming, reason: str) -> None:
    """Note why a message failed."""
    i = schema.inbox
    db.execute(
        update(i)
        .where(
            i.c.channel == message.channel,
            i.c.account == message.account,
            i.c.key == message.key,
        )
        .values(reason=reason)
    )


def forget(db: Connection, message: Incoming) -> None:
    """Remove a message that has been handled after all."""
    i = schema.inbox
    db.execute(
        delete(i).where(
            i.c.channel == message.channel,
            i.c.account == message.account,
            i.c.key == message.key,
            i.c.state == "failing",
        )
    )


def set_aside(db: Connection, message: Incoming, reason: str) -> None:
    """Give up on a message; it stays to be looked at."""
    i = schema.inbox
    db.execute(
        update(i)
        .where(
            i.c.channel == message.channel,
            i.c.account == message.account,
            i.c.key == message.key,
        )
        .values(state="poison", reason=reason)
    )
    touch(db, "poison")


def keep_unreadable(
    db: Connection,
    channel: str,
    account: str,
    key: str,
    body: bytes,
    reason: str,
    now: datetime,
) -> None:
    """Set aside bytes that no parser understands.

    A row that counts tries of the same update becomes this one.
    """
    values = {"state": "poison", "body": body, "reason": reason}
    db.execute(
        put_new(db, schema.inbox)
        .values(
            channel=channel,
            account=account,
            key=key,
            attempts=1,
            created_at=now,
            **values,
        )
        .on_conflict_do_update(
            index_elements=["channel", "account", "key"], set_=values
        )
    )
    touch(db, "poison")


def failing(db: Connection, limit: int) -> Sequence[Kept]:
    """Return messages to try again, oldest first."""
    return _in_state(db, "failing", limit)


def poison(db: Connection, limit: int = 100) -> Sequence[Kept]:
    """Return messages set aside, oldest first."""
    return _in_state(db, "poison", limit)


def all_kept(db: Connection) -> Sequence[Kept]:
    """Return every row: there are few, and none stays long."""
    rows = db.execute(select(*_COLUMNS)).mappings()
    return [Kept(**row) for row in rows]


def remove(db: Connection, id_: int) -> None:
    """Remove a row, whatever it waits for."""
    i = schema.inbox
    db.execute(delete(i).where(i.c.id == id_))


def get(db: Connection, id_: int) -> Kept | None:
    """Return one inbox row, or None."""
    row = (
        db.execute(select(*_COLUMNS).where(schema.inbox.c.id == id_))
        .mappings()
        .first()
    )
    return None if row is None else Kept(**row)


def discard(db: Connection, id_: int) -> bool:
    """Throw away what was set aside; False if it is gone already."""
    i = schema.inbox
    gone = db.execute(delete(i).where(i.c.id == id_, i.c.state == "poison"))
    return gone.rowcount == 1


def set_aside_again(db: Connection, id_: int) -> None:
    """Put a row back among those set aside: trying it is of no use."""
    i = schema.inbox
    db.execute(update(i).where(i.c.id == id_).values(state="poison"))
    touch(db, "poison")


def retry(db: Connection, id_: int) -> bool:
    """Let a message that was set aside be tried again from the start."""
    i = schema.inbox
    done = db.execute(
        update(i)
        .where(i.c.id == id_, i.c.state == "poison")
        .values(state="failing", attempts=0)
    )
    touch(db, "inbox")
    return done.rowcount == 1


def _digest(message: Incoming) -> str:
    return hashlib.blake2b(message.key.encode(), digest_size=16).hexdigest()


def _in_state(db: Connection, state: str, limit: int) -> Sequence[Kept]:
    i = schema.inbox
    rows = db.execute(
        select(*_COLUMNS)
        .where(i.c.state == state)
        .order_by(i.c.id)
        .limit(limit)
    ).mappings()
    return [Kept(**row) for row in rows]
