"""Presses, dialogues and one-time codes: keys that prove nothing alone."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from config.terms import CommunityId, PersonId
from storage import prepared, schema
from storage.people import put_new
from storage.unwritten import among, known, later, remembered


class Button(Struct, frozen=True, kw_only=True):
    """What a token stands for."""

    token: str
    community_id: CommunityId
    action: str
    subject_id: int
    args: Mapping[str, Any]
    allowed: str
    """Who may press: a person id, or "" for anybody the action allows."""
    chat: str
    bunch: str
    """Buttons of one message: pressing one uses them all."""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class Dialogue(Struct, frozen=True, kw_only=True):
    """What we wait to hear from somebody in a chat."""

    chat: str
    sender: str
    community_id: CommunityId
    step: str
    args: Mapping[str, Any]
    expires_at: datetime


class Code(Struct, frozen=True, kw_only=True):
    """What a one-time code stands for."""

    community_id: CommunityId
    purpose: str
    subject: str
    made_for: PersonId | None
    expires_at: datetime


_BUTTON = [schema.button.c[name] for name in Button.__struct_fields__]
_BY_TOKEN = among(
    select(*_BUTTON).where(schema.button.c.token == bindparam("token")),
    schema.button,
)
_BY_TOKENS = among(
    select(*_BUTTON).where(
        schema.button.c.token.in_(bindparam("tokens", expanding=True))
    ),
    schema.button,
)
_DIALOGUE = [schema.dialogue.c[name] for name in Dialogue.__struct_fields__]


def issue(db: Connection, buttons: list[dict[str, Any]]) -> None:
    """Issue button rows; ``args`` are given as values."""
    later(
        db,
        prepared.insert_into(schema.button),
        *(
            {**one, "args": msgspec.json.encode(one["args"]).decode()}
            for one in buttons
        ),
    )


def find(db: Connection, token: str) -> Button | None:
    """Return what a token stands for, used and expired ones too."""
    return remembered(db, ("button", token), partial(_find, db, token))


def _find(db: Connection, token: str) -> Button | None:
    row = db.execute(_BY_TOKEN, {"token": token}).mappings().first()
    return None if row is None else Button(**_args(row))


def look_up(db: Connection, tokens: Collection[str]) -> None:
    """Read many buttons at once, for ``find``."""
    rows = db.execute(_BY_TOKENS, {"tokens": sorted(tokens)}).mappings()
    found = {row["token"]: Button(**_args(row)) for row in rows}
    known(db).update({("button", one): found.get(one) for one in tokens})


def waiting(
    db: Connection,
    community: CommunityId,
    action: str,
    subject: int,
    args: Mapping[str, Any],
) -> Button | None:
    """Return the newest such button that nobody has used yet."""
    b = schema.button.c
    rows = db.execute(
        select(*_BUTTON)
        .where(
            b.community_id == community,
            b.action == action,
            b.subject_id == subject,
            b.used_at.is_(None),
        )
        .order_by(b.created_at.desc())
    ).mappings()
    found = (Button(**_args(row)) for row in rows)
    return next((one for one in found if one.args == args), None)


def use(db: Connection, button: Button, now: datetime) -> bool:
    """Use up a button and its bunch; False if that has happened."""
    b = schema.button
    done = db.execute(
        update(b)
        .where(b.c.token == button.token, b.c.used_at.is_(None))
        .values(used_at=now)
    )
    if done.rowcount != 1:
        return False
    db.execute(
        update(b)
        .where(b.c.bunch == button.bunch, b.c.used_at.is_(None))
        .values(used_at=now)
    )
    return True


def expect(
    db: Connection,
    chat: str,
    sender: str,
    community: CommunityId,
    step: str,
    args: Mapping[str, Any],
    expires_at: datetime,
) -> None:
    """Wait for somebody's next words in a chat; a newer wait wins."""
    values = {
        "community_id": community,
        "step": step,
        "args": msgspec.json.encode(args).decode(),
        "expires_at": expires_at,
    }
    db.execute(
        put_new(db, schema.dialogue)
        .values(chat=chat, sender=sender, **values)
        .on_conflict_do_update(index_elements=["chat", "sender"], set_=values)
    )


def expected(
    db: Connection, chat: str, sender: str, now: datetime
) -> Dialogue | None:
    """Return what we wait for from somebody in a chat, or None."""
    d = schema.dialogue
    row = (
        db.execute(
            select(*_DIALOGUE).where(
                d.c.chat == chat, d.c.sender == sender, d.c.expires_at > now
            )
        )
        .mappings()
        .first()
    )
    return None if row is None else Dialogue(**_args(row))


def expect_still(db: Connection, dialogue: Dialogue) -> None:
    """Go on waiting for what we waited for."""
    expect(
        db,
        dialogue.chat,
        dialogue.sender,
        dialogue.community_id,
        dialogue.step,
        dialogue.args,
        dialogue.expires_at,
    )


def expect_nothing(db: Connection, chat: str, sender: str) -> None:
    """Wait no longer."""
    d = schema.dialogue
    db.execute(delete(d).where(d.c.chat == chat, d.c.sender == sender))


def put_code(
    db: Connection,
    code: str,
    community: CommunityId,
    purpose: str,
    subject: str,
    made_for: PersonId | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keep a one-time code, hashed; ``purpose``: bind, login, link."""
    db.execute(
        insert(schema.code).values(
            hash=_hash(code),
            community_id=community,
            purpose=purpose,
            subject=subject,
            made_for=made_for,
            created_at=now,
            expires_at=expires_at,
        )
    )


def use_code(
    db: Connection, code: str, purpose: str, now: datetime
) -> Code | None:
    """Use up a code; None if there is none, or it is used or expired."""
    c = schema.code
    row = (
        db.execute(
            update(c)
            .where(
                c.c.hash == _hash(code),
                c.c.purpose == purpose,
                c.c.used_at.is_(None),
                c.c.expires_at > now,
            )
            .values(used_at=now)
            .returning(
                c.c.community_id,
                c.c.purpose,
                c.c.subject,
                c.c.made_for,
                c.c.expires_at,
            )
        )
        .mappings()
        .first()
    )
    return None if row is None else Code(**row)


def is_open(db: Connection, code: str, purpose: str, now: datetime) -> bool:
    """Tell whether a code would still work; uses nothing up."""
    c = schema.code
    found = db.execute(
        select(c.c.hash).where(
            c.c.hash == _hash(code),
            c.c.purpose == purpose,
            c.c.used_at.is_(None),
            c.c.expires_at > now,
        )
    ).first()
    return found is not None


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def _args(row: Any) -> dict[str, Any]:  # noqa: ANN401
    return {**row, "args": msgspec.json.decode(row["args"])}
