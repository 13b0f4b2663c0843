"""Messages set aside stay where somebody sees them."""

from datetime import UTC, datetime

from storage import inbox
from storage.database import Connection, Database
from storage.messages import Unreadable

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BROKEN = Unreadable(
    channel="telegram", account="7", id="5", raw=b"{", reason="cut"
)


def _keep(db: Connection) -> None:
    inbox.keep_unreadable(
        db,
        BROKEN.channel,
        BROKEN.account,
        BROKEN.key,
        BROKEN.raw,
        BROKEN.reason,
        NOW,
    )


async def test_an_unreadable_update_outlives_the_count_of_its_tries(
    database: Database,
) -> None:
    def work(db: Connection) -> list[tuple[bytes, str]]:
        inbox.count_attempt(db, BROKEN, "started", NOW)
        _keep(db)
        inbox.forget(db, BROKEN)
        return [(kept.body, kept.reason) for kept in inbox.poison(db)]

    assert await database.write(work) == [(b"{", "cut")]


async def test_an_unreadable_update_is_kept_once(database: Database) -> None:
    def work(db: Connection) -> int:
        _keep(db)
        _keep(db)
        return len(inbox.poison(db))

    assert await database.write(work) == 1


async def test_what_cannot_be_tried_again_is_shown_again(
    database: Database,
) -> None:
    def work(db: Connection) -> tuple[int, int]:
        _keep(db)
        (kept,) = inbox.poison(db)
        inbox.retry(db, kept.id)
        inbox.set_aside_again(db, kept.id)
        return len(inbox.failing(db, 9)), len(inbox.poison(db))

    assert await database.write(work) == (0, 1)
