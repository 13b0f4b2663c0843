"""What the desk may decide at the console, and nobody else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from config.terms import CommunityId, EntryId, PersonId, Role
from handlers import console
from storage import faq, schema
from storage.database import Database

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
YUELAI, OTHER = CommunityId("yuelai"), CommunityId("other")


def _people(db: Connection) -> None:
    for community, person, role in (
        (YUELAI, "desk", Role.DESK),
        (YUELAI, "lin", Role.WORKER),
        (YUELAI, "wang", None),
        (OTHER, "desk", Role.DESK),
    ):
        db.execute(
            insert(schema.person).values(community_id=community, id=person)
        )
        if role is not None:
            db.execute(
                insert(schema.role).values(
                    community_id=community, person_id=person, role=role
                )
            )


def _question(db: Connection) -> int:
    question: int | None = db.scalar(
        insert(schema.unanswered)
        .values(
            community_id=YUELAI,
            text="充电棚什么时候建？",
            same="x",
            first_at=NOW,
            last_at=NOW,
        )
        .returning(schema.unanswered.c.id)
    )
    assert question is not None
    return question


@pytest.mark.parametrize(
    ("community", "person", "may"),
    [
        (YUELAI, "desk", True),
        (YUELAI, "lin", False),
        (YUELAI, "wang", False),
        (YUELAI, "nobody", False),
        (OTHER, "desk", False),
    ],
)
async def test_a_question_is_settled_by_its_own_desk_alone(
    database: Database, community: CommunityId, person: str, *, may: bool
) -> None:
    def decide(db: Connection) -> tuple[bool, str | None]:
        _people(db)
        question = _question(db)
        done = console.decide(
            db, community, PersonId(person), "answer-question", question, NOW
        )
        return done, db.scalar(select(schema.unanswered.c.state))

    done, state = await database.write(decide)

    assert done is may
    assert state == ("answered" if may else "open")


@pytest.mark.parametrize(
    ("community", "person", "told", "may"),
    [
        (YUELAI, "desk", {"answer": "年底前。", "source": "通知"}, True),
        (YUELAI, "desk", {"answer": "年底前。", "source": " "}, False),
        (YUELAI, "desk", {"answer": "", "source": "通知"}, False),
        (YUELAI, "desk", {"entry": EntryId("none")}, False),
        (YUELAI, "lin", {"answer": "年底前。", "source": "通知"}, False),
        (YUELAI, "wang", {"answer": "年底前。", "source": "通知"}, False),
        (OTHER, "desk", {"answer": "年底前。", "source": "通知"}, False),
    ],
)
async def test_a_question_is_answered_by_its_own_desk_in_words_alone(
    database: Database,
    community: CommunityId,
    person: str,
    told: dict[str, Any],
    *,
    may: bool,
) -> None:
    def answer(db: Connection) -> tuple[list[bool], list[str]]:
        _people(db)
        db.execute(insert(schema.community).values(id=YUELAI, name="悦来"))
        question = _question(db)
        done = [
            console.answer(
                db,
                community,
                PersonId(person),
                console.Answer(question, told.get("entry"), **_words(told)),
                NOW,
                NOW.date(),
            )
            for _ in range(2)
        ]
        return done, [one.answer for one in faq.entries(db, YUELAI)]

    assert await database.write(answer) == (
        [may, False],
        ["年底前。"] if may else [],
    )


def _words(told: dict[str, Any]) -> dict[str, str]:
    return {key: told[key] for key in ("answer", "source") if key in told}


async def test_a_wording_of_the_desk_leaves_an_entry_to_the_pack(
    database: Database,
) -> None:
    def ask(db: Connection) -> list[tuple[str, ...]]:
        _people(db)
        db.execute(insert(schema.community).values(id=YUELAI, name="悦来"))
        db.execute(
            insert(schema.faq_entry).values(
                community_id=YUELAI,
                id="post",
                topic="",
                answer="明年。",
                source="通知",
                issued=NOW.date(),
            )
        )
        db.execute(
            insert(schema.faq_phrase).values(
                community_id=YUELAI, entry_id="post", place=0, text="建吗？"
            )
        )
        told = console.Answer(_question(db), EntryId("post"))
        desk = PersonId("desk")
        assert console.answer(db, YUELAI, desk, told, NOW, NOW.date())
        made_by = db.scalar(select(schema.faq_entry.c.made_by))
        assert made_by == "pack"
        return [one.questions for one in faq.entries(db, YUELAI)]

    assert await database.write(ask) == [("建吗？", "充电棚什么时候建？")]


async def test_another_communitys_letter_is_not_theirs_to_drop(
    database: Database,
) -> None:
    def decide(db: Connection) -> list[bool]:
        _people(db)
        letter: int | None = db.scalar(
            insert(schema.outbox)
            .values(
                community_id=YUELAI,
                chat="webchat:g1",
                kind="say",
                body=b"{}",
                state="parked",
                created_at=NOW,
            )
            .returning(schema.outbox.c.id)
        )
        assert letter is not None
        desk = PersonId("desk")
        return [
            console.decide(db, community, desk, "drop-letter", letter, NOW)
            for community in (OTHER, YUELAI)
        ]

    assert await database.write(decide) == [False, True]


async def test_what_was_settled_is_not_settled_twice(
    database: Database,
) -> None:
    def decide(db: Connection) -> list[bool]:
        _people(db)
        question = _question(db)
        return [
            console.decide(db, YUELAI, PersonId("desk"), deed, question, NOW)
            for deed in ("drop-question", "drop-question", "no-such-deed")
        ]

    assert await database.write(decide) == [True, False, False]
