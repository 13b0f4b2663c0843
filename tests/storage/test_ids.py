"""What an id or a number has stood for, nothing else ever will."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from alembic import command
from alembic.config import Config
from msgspec.structs import replace
from sqlalchemy import (
    Connection,
    Table,
    create_engine,
    delete,
    insert,
    select,
    text,
)

from config.terms import ChatKind, LetterId
from storage import inbox, migrate, outbox, schema, unwritten
from storage.database import Database
from storage.messages import Chat, Say
from tests.town import COMMUNITY, MONDAY

TOWN = COMMUNITY.id
COUNTED = [
    table
    for table in schema.metadata.sorted_tables
    if "id" in table.c and table.c.id.autoincrement is True
]


def test_many_tables_count_their_ids() -> None:
    assert {schema.ticket, schema.outbox, schema.words} <= set(COUNTED)


def _row(table: Table, id_: int) -> dict[str, object]:
    """Return values for all that a row of a table must have."""
    moment = MONDAY + timedelta(hours=id_)
    kinds = {int: id_, str: f"{id_}", bytes: b"{}"}
    values: dict[str, object] = {
        column.name: kinds.get(column.type.python_type, moment)
        for column in table.columns
        if column.name.endswith("_at")
        or (not column.nullable and column.server_default is None)
    }
    if table is schema.inbox:
        values["state"] = "poison"
    return values


def _empty(db: Connection, table: Table) -> None:
    db.execute(delete(table))


async def test_no_id_is_drawn_again_when_its_row_is_gone(
    database_url: str,
) -> None:
    def put(db: Connection) -> list[int]:
        drawn = [unwritten.draw(db, table) for table in COUNTED]
        for table, id_ in zip(COUNTED, drawn, strict=True):
            db.execute(insert(table).values(_row(table, id_) | {"id": id_}))
        return drawn

    async with Database(database_url).opened() as database:
        before = await database.write(put)
        for table in COUNTED:
            await database.write(partial(_empty, table=table))

    async with Database(database_url).opened() as database:
        after = await database.write(put)
        assert all(new > old for new, old in zip(after, before, strict=True))


async def test_the_database_itself_gives_no_id_again(
    database: Database,
) -> None:
    def put(db: Connection, table: Table) -> int:
        values = {**_row(table, 7)}
        del values["id"]
        made = db.execute(insert(table).values(values).returning(table.c.id))
        return int(made.scalar_one())

    for table in COUNTED:
        first = await database.write(partial(put, table=table))
        await database.write(partial(_empty, table=table))

        assert await database.write(partial(put, table=table)) > first


async def test_an_old_page_of_the_console_decides_about_no_other_update(
    database: Database,
) -> None:
    """A desk may press a button of a page that it opened yesterday."""

    def keep(db: Connection, key: str) -> int:
        inbox.keep_unreadable(db, "town", "linli", key, b"{", "", MONDAY)
        return inbox.poison(db)[-1].id

    old = await database.write(lambda db: keep(db, "old"))
    await database.write(lambda db: inbox.discard(db, old))
    await database.write(lambda db: keep(db, "new"))

    assert not await database.write(lambda db: inbox.discard(db, old))


def test_a_letter_of_the_same_id_has_another_key() -> None:
    """An older backup that was put back gives ids once more."""
    letter = outbox.Letter(
        id=LetterId(1),
        community_id=TOWN,
        chat="town:g1",
        state="waiting",
        attempts=0,
        fence=0,
        again=False,
        body=b"",
        created_at=MONDAY,
    )
    later = MONDAY + timedelta(days=1)

    keys = {letter.key, replace(letter, created_at=later).key}

    assert len(keys) == 2


def _laid_first(db: Connection) -> None:
    """Lay the tables as the first migration did."""
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    config.attributes["connection"] = db
    command.upgrade(config, "0001_978b9b")


def test_a_database_that_gave_ids_twice_does_so_no_more(
    empty_sqlite_url: str,
) -> None:
    o, m = schema.outbox, schema.webchat_message
    engine = create_engine(empty_sqlite_url.replace("+aiosqlite", ""))
    said = Say(chat=Chat("town", "g1", ChatKind.GROUP), text="一")
    with engine.begin() as db:
        _laid_first(db)
        outbox.put(db, [(said, None)] * 2, TOWN, MONDAY)
        before = db.execute(select(o)).all()
        # letters that were swept away, shown to somebody who has read them
        db.execute(
            insert(m).values(
                id=3, community_id=TOWN, chat="wang", changed=1,
                letter="letter-40", at=MONDAY,
            )
        )  # fmt: skip
        db.execute(
            insert(schema.webchat_member).values(
                community_id=TOWN, chat="wang", address="wang", read_id=90
            )
        )

        migrate.upgrade(db)

        assert db.execute(select(o)).all() == before
        outbox.put(db, [(said, None)], TOWN, MONDAY)
        assert _ids(db, o) == [1, 2, 41]
        db.execute(delete(m))
        db.execute(
            insert(m).values(
                community_id=TOWN, chat="wang", changed=2, at=MONDAY
            )
        )
        assert _ids(db, m) == [91]
        assert db.scalar(text("PRAGMA integrity_check")) == "ok"
    engine.dispose()


def _ids(db: Connection, table: Table) -> Sequence[int]:
    return db.scalars(select(table.c.id).order_by(table.c.id)).all()
