"""Letters: queued, sent, put back, parked, forgotten.

Whose turn it is, and who may send it, is said in ``storage.turns``.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    bindparam,
    func,
    literal,
    select,
    update,
)

from config.terms import ChatKind, CommunityId, LetterId, Urgency, WishId
from storage import posts, prepared, schema
from storage.database import touch
from storage.messages import AnswerPress, Chat, Edit, Outgoing, Say
from storage.people import ANY_TIME
from storage.unwritten import among, later

_encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[Outgoing] = msgspec.json.Decoder(Outgoing)

EMPTY = _encode(Say(chat=Chat("", "", ChatKind.PRIVATE), text=""))
"""The body of a letter that was sent and forgotten."""
GONE = "…"
"""What stands for words that were taken out of a letter."""


class Letter(Struct, frozen=True, kw_only=True):
    """One outbox row."""

    id: LetterId
    community_id: CommunityId | None
    chat: str
    state: str
    attempts: int
    fence: int
    again: bool
    body: bytes
    message: str = ""
    reason: str = ""
    created_at: datetime
    not_before: datetime | None = None

    @property
    def outgoing(self) -> Outgoing:
        """What is to be sent."""
        return _decoder.decode(self.body)

    @property
    def key(self) -> str:
        """The idempotency key, the same at each attempt.

        The moment is in it for those who remember what an older backup,
        put back since, knows nothing of: its ids are given again.
        """
        return f"letter-{self.id}-{self.created_at:%Y%m%dT%H%M%S.%f}"


COLUMNS = [schema.outbox.c[name] for name in Letter.__struct_fields__]


def put(
    db: Connection,
    letters: Sequence[tuple[Outgoing, datetime | None]],
    community: CommunityId | None,
    now: datetime,
) -> None:
    """Queue letters behind their chats' others, each not before its time."""
    if not letters:
        return
    later(
        db,
        prepared.insert_into(schema.outbox),
        *(
            _row(outgoing, not_before, community, now)
            for outgoing, not_before in letters
        ),
    )
    touch(db, "outbox")


def _row(
    outgoing: Outgoing,
    not_before: datetime | None,
    community: CommunityId | None,
    now: datetime,
) -> dict[str, Any]:
    said = outgoing if isinstance(outgoing, Say) else None
    return {
        "community_id": community,
        "channel": outgoing.chat.channel,
        "chat": queue_of(outgoing),
        "kind": type(outgoing).__name__.lower(),
        "body": _encode(outgoing),
        "again": said.again if said else False,
        "urgency": said.urgency if said else Urgency.ROUTINE,
        "ticket_id": said.ticket if said else None,
        "wish_id": said.wish if said else None,
        "created_at": now,
        "not_before": not_before or ANY_TIME,
    }


def queue_of(outgoing: Outgoing) -> str:
    """Return the queue a letter stands in: its chat's.

    The answer to a press has one to itself: the presser waits for it.
    """
    if isinstance(outgoing, AnswerPress):
        return f"{outgoing.chat.key}#{outgoing.press}"
    return outgoing.chat.key


def mark_sent(
    db: Connection, letter: Letter, message: str, now: datetime
) -> bool:
    """Note a delivery; False if another process has the letter by now."""
    if not _move(
        db,
        letter,
        state="sent",
        message=message,
        sent_at=now,
        lease_until=None,
    ):
        return False
    outgoing = letter.outgoing
    if (
        message
        and isinstance(outgoing, Say)
        and (outgoing.ticket or outgoing.wish)
    ):
        posts.put(
            db,
            outgoing.chat.key,
            message,
            community=letter.community_id,
            ticket=outgoing.ticket,
            wish=outgoing.wish,
            kind="bot",
        )
    return True


def put_back(
    db: Connection,
    letter: Letter,
    not_before: datetime,
    reason: str,
    *,
    counted: bool = True,
) -> bool:
    """Try again later; ``counted=False`` gives the attempt back."""
    return _move(
        db,
        letter,
        state="waiting",
        not_before=not_before,
        reason=reason,
        lease_until=None,
        attempts=letter.attempts if counted else letter.attempts - 1,
    )


def give_back(db: Connection, letter: Letter) -> bool:
    """Let a letter wait as it did before it was claimed."""
    return _move(
        db,
        letter,
        state="waiting",
        lease_until=None,
        attempts=letter.attempts - 1,
    )


def park(db: Connection, letter: Letter, reason: str) -> bool:
    """Give up on a letter, keep it to be looked at, free the queue."""
    touch(db, "parked")
    return _move(db, letter, state="parked", reason=reason, lease_until=None)


def repeat(
    db: Connection, letter: Letter, outgoing: Outgoing, now: datetime
) -> bool:
    """Send once more, marked; a second unknown outcome will park it."""
    return _move(
        db,
        letter,
        state="waiting",
        again=False,
        body=_encode(outgoing),
        not_before=now,
        reason="unknown outcome, sent once more",
        lease_until=None,
    )


def get(db: Connection, letter: LetterId) -> Letter | None:
    """Return a letter, or None."""
    row = (
        db.execute(select(*COLUMNS).where(schema.outbox.c.id == letter))
        .mappings()
        .first()
    )
    return None if row is None else Letter(**row)


def find_sent(db: Connection, chat: str, message: str) -> Letter | None:
    """Return the letter that became this message of the chat, or None."""
    o = schema.outbox
    row = (
        db.execute(
            select(*COLUMNS)
            .where(
                o.c.chat == chat, o.c.message == message, o.c.state == "sent"
            )
            .order_by(o.c.id.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else Letter(**row)


def parked(db: Connection, limit: int = 100) -> Sequence[Letter]:
    """Return the letters that were given up, oldest first."""
    o = schema.outbox
    rows = db.execute(
        select(*COLUMNS)
        .where(o.c.state == "parked")
        .order_by(o.c.id)
        .limit(limit)
    ).mappings()
    return [Letter(**row) for row in rows]


def retry(db: Connection, letter: LetterId, now: datetime) -> bool:
    """Let a parked letter be sent after all."""
    o = schema.outbox
    done = db.execute(
        update(o)
        .where(o.c.id == letter, o.c.state == "parked")
        .values(state="waiting", attempts=0, not_before=now)
    )
    touch(db, "outbox")
    return done.rowcount == 1


def drop(db: Connection, letter: LetterId) -> bool:
    """Throw a parked or waiting letter away."""
    o = schema.outbox
    done = db.execute(
        update(o)
        .where(o.c.id == letter, o.c.state.in_(("parked", "waiting")))
        .values(state="dropped", body=b"{}")
    )
    return done.rowcount == 1


def of_wish(db: Connection, wish: WishId, since: datetime) -> Sequence[Letter]:
    """Return what was said, or waits to be said, about a wish."""
    o = schema.outbox
    rows = db.execute(
        select(*COLUMNS)
        .where(
            o.c.wish_id == wish,
            o.c.kind == "say",
            o.c.state.in_(("waiting", "sent")),
            o.c.created_at > since,
        )
        .order_by(o.c.id)
    ).mappings()
    return [Letter(**row) for row in rows]


def message_of(db: Connection, edit: Edit) -> str | None:
    """Return the platform id of the message an edit changes.

    "" if it was sent without one; None if it is not sent yet.
    """
    o = schema.outbox
    row = db.execute(
        select(o.c.message, o.c.state).where(o.c.id == edit.letter)
    ).first()
    if row is None or row.state in {"parked", "dropped"}:
        return ""
    return row.message if row.state == "sent" else None


def readdress(
    db: Connection, letter: Letter, outgoing: Outgoing, now: datetime
) -> bool:
    """Send a letter to where its chat has moved."""
    return _move(
        db,
        letter,
        state="waiting",
        chat=queue_of(outgoing),
        body=_encode(outgoing),
        not_before=now,
        lease_until=None,
    )


def _move(db: Connection, letter: Letter, **values: object) -> bool:
    done = db.execute(
        _moving(tuple(values)),
        {"the_id": letter.id, "the_fence": letter.fence, **values},
    )
    if values.get("state") == "waiting":
        touch(db, "outbox")
    return done.rowcount == 1


@cache
def _moving(names: tuple[str, ...]) -> Update:
    o = schema.outbox
    return among(
        update(o)
        .where(
            o.c.id == bindparam("the_id"),
            o.c.state == "sending",
            o.c.fence == bindparam("the_fence"),
        )
        .values({name: bindparam(name) for name in names}),
        o,
    )


def empty(db: Connection, which: ColumnElement[bool]) -> None:
    """Forget letters; those under way or waiting are not sent (again)."""
    o = schema.outbox
    db.execute(update(o).where(which, o.c.state == "sent").values(body=EMPTY))
    db.execute(
        update(o)
        .where(which, o.c.state != "sent")
        .values(state="dropped", body=b"{}", fence=o.c.fence + 1)
    )


def empty_sent(db: Connection, community: CommunityId, said: str) -> None:
    """Forget the letters of a community that say something, once sent."""
    _empty_sent(db, community, _encode(said)[1:-1])


def empty_about(db: Connection, community: CommunityId, subject: str) -> None:
    """Forget the lists that tell of something; what waits is not sent."""
    o = schema.outbox
    told = _holds(db, _encode(subject))
    empty(db, and_(o.c.community_id == community, told))


def empty_caused(
    db: Connection, community: CommunityId, person: str, words: Sequence[str]
) -> None:
    """Forget what somebody (a subject) has caused to be said, once sent.

    What still waits is for others, and goes out without these words.
    """
    _empty_sent(db, community, _encode(person))
    _reword(db, community, _encode(person), words)


def take_out(db: Connection, community: CommunityId, words: str) -> None:
    """Take words out of what still waits."""
    _reword(db, community, _encode(words)[1:-1], [words])


def _empty_sent(db: Connection, community: CommunityId, needle: bytes) -> None:
    o = schema.outbox
    db.execute(
        update(o)
        .where(
            o.c.community_id == community,
            o.c.state.in_(("sent", "dropped", "parked")),
            o.c.body != EMPTY,
            _holds(db, needle),
        )
        .values(body=EMPTY)
    )


def _reword(
    db: Connection, community: CommunityId, needle: bytes, words: Sequence[str]
) -> None:
    o = schema.outbox
    rows = db.execute(
        select(o.c.id, o.c.body).where(
            o.c.community_id == community,
            o.c.state.in_(("waiting", "sending")),
            o.c.kind == "say",
            _holds(db, needle),
        )
    ).all()
    for row in rows:
        said = _decoder.decode(row.body)
        if isinstance(said, Say):
            bare = replace(
                said,
                text=_without(said.text, words),
                choices=tuple(
                    replace(one, label=_without(one.label, words))
                    for one in said.choices
                ),
            )
            db.execute(
                update(o).where(o.c.id == row.id).values(body=_encode(bare))
            )


def _without(text: str, words: Sequence[str]) -> str:
    for one in words:
        text = text.replace(one, GONE)
    return text


def _holds(db: Connection, needle: bytes) -> ColumnElement[bool]:
    """Whether a letter's body holds bytes."""
    o = schema.outbox
    if db.dialect.name == "postgresql":
        return func.position(literal(needle).op("IN")(o.c.body)) > 0
    return func.instr(o.c.body, needle) > 0
