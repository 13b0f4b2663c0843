"""Who is forgotten is gone from the web chat and from all that waits."""

from typing import Any

from sqlalchemy import LargeBinary, select

from config.terms import ChatKind, PersonId, TicketId
from storage import (
    buttons,
    erasure,
    guesses,
    inbox,
    outbox,
    people,
    photos,
    posts,
    schema,
    seats,
    sessions,
    tickets,
    turns,
    uploads,
    webchat,
)
from storage.apply import apply
from storage.database import Connection, Database
from storage.messages import Chat, Photo, Said, Say, Sender
from storage.people import Person
from storage.seats import Seat, Viewer
from storage.uploads import Upload
from tests.town import COMMUNITY, MONDAY, PACK

TOWN = COMMUNITY.id
NAME = "王小梅7731"
SECRET = "十三陵7732"  # noqa: S105  no password
GROUP = Seat(
    community=TOWN, address="g1", kind=ChatKind.GROUP, title="第一网格",
    members=frozenset({NAME, "zhou"}),
)  # fmt: skip
OWN = Seat(
    community=TOWN, address=NAME, kind=ChatKind.PRIVATE, title=NAME,
    members=frozenset({NAME}),
)  # fmt: skip
SENDER = Sender("webchat", NAME, NAME)


def live(db: Connection) -> Person:
    """Leave a trace in every table that takes one."""
    apply(db, PACK, MONDAY)
    met = people.meet(db, TOWN, SENDER, MONDAY)
    seats.seat(db, [GROUP, OWN])
    viewer = Viewer(
        address=NAME, community=TOWN, person=met.id, name=NAME,
        language="", roles=frozenset(),
    )  # fmt: skip
    uploads.keep(
        db, viewer, Upload(ref="picture", bytes=1, width=1, height=1), MONDAY
    )
    for chat in ("g1", NAME):
        webchat.post(
            db, chat=chat, sender=viewer, client=chat, text=SECRET,
            photos=["picture"], quote=None, now=MONDAY,
        )  # fmt: skip
    webchat.say(
        db, chat=NAME, letter="letter-1", text=SECRET, choices=(),
        photos=(), reply_to="", now=MONDAY,
    )  # fmt: skip
    own = Chat("webchat", NAME, ChatKind.PRIVATE)
    said = Said(channel="webchat", account="webchat", chat=own, sender=SENDER,
                id="m1", at=MONDAY, text=SECRET)  # fmt: skip
    inbox.first(db, said, MONDAY)
    inbox.count_attempt(db, said, "failed", MONDAY)
    inbox.keep_unreadable(
        db,
        "webchat",
        "webchat",
        "k",
        f'{{"id":"{NAME}"}}'.encode(),
        "",
        MONDAY,
    )
    for chat_ in (own, Chat("town", "g1", ChatKind.GROUP)):
        letter = Say(chat=chat_, text=f"{NAME}，有消息")
        outbox.put(db, [(letter, None)], TOWN, MONDAY)
    for sent in turns.take(db, MONDAY, MONDAY - MONDAY, {"town": 10}):
        outbox.mark_sent(db, sent, "b1", MONDAY)
    buttons.expect(
        db, own.key, SENDER.key, TOWN, "x", {"said": SECRET}, MONDAY
    )
    buttons.issue(db, [_button(met.id, own.key)])
    buttons.put_code(db, "C", TOWN, "login", met.id, met.id, MONDAY, MONDAY)
    sessions.redeem(db, "C", "cookie", MONDAY, MONDAY)
    guesses.count(db, own, SENDER, MONDAY)
    other = tickets.put(
        db, community_id=TOWN, number=1, code="c", reporter_id=PersonId("lin"),
        opened_at=MONDAY,
    )  # fmt: skip
    _add(db, met.id, other.id)
    return met


def _button(person: PersonId, chat: str) -> dict[str, Any]:
    return {
        "token": "t", "community_id": TOWN, "action": "report-yes",
        "subject_id": 0, "args": {"said": SECRET}, "allowed": person,
        "chat": chat, "bunch": "b", "created_at": MONDAY,
        "expires_at": MONDAY,
    }  # fmt: skip


def _add(db: Connection, person: PersonId, ticket: TicketId) -> None:
    """Add to somebody else's ticket, and let its worker be told."""
    tickets.say(db, TOWN, "addition", person, SECRET, MONDAY, ticket=ticket)
    posts.put(db, "town:g1", "m9", community=TOWN, ticket=ticket,
              author=person)  # fmt: skip
    photos.want(db, TOWN, [Photo(ref=SECRET)], channel="town", chat="town:g1",
                message="m9", author=person, now=MONDAY,
                ticket=ticket)  # fmt: skip
    told = Say(
        chat=Chat("town", "lin", ChatKind.PRIVATE),
        text=f"工单 1 有补充：{SECRET}",
        ticket=ticket,
    )
    outbox.put(db, [(told, None)], TOWN, MONDAY)
    for sent in turns.take(db, MONDAY, MONDAY - MONDAY, {"town": 10}):
        outbox.mark_sent(db, sent, "b2", MONDAY)


def traces(db: Connection, *marks: str) -> list[str]:
    """Return the columns that still hold a mark."""
    found = []
    for table in schema.metadata.sorted_tables:
        for row in db.execute(select(table)):
            for column, value in zip(table.columns, row, strict=True):
                raw = isinstance(column.type, LargeBinary)
                text = bytes(value).decode() if raw else str(value)
                if any(mark in text for mark in marks):
                    found.append(f"{table.name}.{column.name}")
    return sorted(set(found))


async def test_no_column_of_any_table_holds_a_trace(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        met = live(db)
        before = traces(db, NAME, SECRET)
        assert {
            "account.address", "button.args", "dialogue.args",
            "guess.sender", "inbox.body", "outbox.body", "outbox.chat",
            "person.name", "photo.ref", "webchat_chat.title",
            "webchat_message.text", "webchat_member.address", "words.text",
            "webchat_upload.address",
        } <= set(before)  # fmt: skip

        erasure.erase(db, TOWN, met.id, MONDAY)

        # the web chat makes its addresses of the id, which tells nothing
        assert traces(db, NAME, SECRET) == [
            "webchat_chat.address",
            "webchat_message.sender",
        ]
        assert traces(db, met.id) == [
            "erasure.person_id",
            "person.id",
            "words.author_id",
        ]

    await database.write(work)


async def test_who_has_the_same_name_keeps_what_waits_for_them(
    database: Database,
) -> None:
    def work(db: Connection) -> None:
        met = live(db)
        waiting = Say(
            chat=Chat("town", "zhou", ChatKind.PRIVATE), text=f"{NAME}您好"
        )
        outbox.put(db, [(waiting, None)], TOWN, MONDAY)

        erasure.erase(db, TOWN, met.id, MONDAY)

        [letter] = turns.take(db, MONDAY, MONDAY - MONDAY, {"town": 10})
        assert letter.outgoing == waiting

    await database.write(work)
