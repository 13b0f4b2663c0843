"""Somebody asks to be forgotten, and nothing of them is left."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import LargeBinary, select

from config.terms import ChatKind, PersonId, Status, TicketId
from handlers import letters
from handlers.context import Context
from storage import erasure, people, schema, tickets
from storage.database import Connection, Database
from storage.messages import Chat, Left, Say, Sender
from storage.people import Person
from tests.pictures import picture
from tests.stories.test_enrolment import linked, person
from tests.town import CHANNEL, COMMUNITY, MONDAY
from tests.world import World

TOWN = COMMUNITY.id
MINUTE = timedelta(minutes=1)
WANG, QQ = "wang-7731", "wang-7732-qq"
"""Accounts, and names too: a trace of either is found."""
MARKS = (WANG, QQ, "十三陵", "1380000", "会理发", "12号楼")


async def live(town: World) -> None:
    """Let Wang do everything that leaves something behind."""
    town.channel.pictures["lamp"] = picture()
    await town.says(
        WANG,
        "报事 3号楼路灯坏了，十三陵电话1380000",
        photos=["lamp"],
        group="g1",
    )
    await town.says(WANG, "报事 十三陵的噪音 1380000")
    await town.says("zhou", "报事 5号楼路面塌了", group="g1")
    await town.says(WANG, "还有十三陵那边", group="g1", reply_to="m3")
    await town.says(WANG, "我的楼栋 12号楼")
    await linked(town, WANG, QQ)
    await town.presses(QQ, "是我")
    await town.says(QQ, "/volunteer 会理发")
    await town.presses(QQ, "同意")
    await town.says(WANG, "许愿 想要一把十三陵的折叠凳", group="g1")
    town.clock.passes(MINUTE)
    await town.says(WANG, "十三陵阿姨，1380000")
    await town.says(WANG, "", group="g1", photos=["x"], album="十三陵")
    await town.says("lin", "询问 1 是十三陵吗")
    await town.says("lin", "/login")


def on_disk(folder: Path) -> list[bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path.read_bytes() for path in files]


async def all_bytes(town: World, folder: Path) -> bytes:
    """Return all that lies on disk, and all that any table says."""
    database = town.core.database
    assert await database.checkpoint()
    found = on_disk(folder) if database.is_sqlite else []
    return b"".join([*found, await database.read(dump)])


def dump(db: Connection) -> bytes:
    said: list[bytes] = []
    for table in schema.metadata.sorted_tables:
        for row in db.execute(select(table)):
            for column, value in zip(table.columns, row, strict=True):
                raw = isinstance(column.type, LargeBinary)
                text = value if raw else str(value).encode()
                said.append(f"{table.name}.{column.name}: ".encode())
                said.append(bytes(text))
    return b"\n".join(said)


def traces(found: bytes) -> dict[str, bytes]:
    """Return the marks that are there, and what stands around them."""
    spelled = [(mark, mark.encode()) for mark in MARKS]
    spelled += [(mark, json.dumps(mark)[1:-1].encode()) for mark in MARKS]
    return {
        mark: found[max(found.index(raw) - 200, 0) : found.index(raw) + 40]
        for mark, raw in spelled
        if raw in found
    }


async def erased(town: World, who: Person) -> erasure.Erased:
    now = town.clock.now
    return await town.core.database.write(
        lambda db: erasure.erase(db, TOWN, who.id, now)
    )


async def test_nothing_is_left_of_who_is_forgotten(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await live(town)
        assert set(MARKS) <= set(traces(await all_bytes(town, tmp_path)))

        await erased(town, await person(town, WANG))

        assert traces(await all_bytes(town, tmp_path)) == {}


async def test_what_names_no_matter_tells_of_all_whose_words_were_read(
    database_url: str, tmp_path: Path
) -> None:
    def lists(db: Connection, *, text: str, read: list[TicketId]) -> None:
        ctx = Context(
            fixed=town.core.fixed,
            db=db,
            community=COMMUNITY,
            now=town.clock.now,
        )
        for ticket in read:
            tickets.words(db, ticket)
        chat = Chat(CHANNEL, "lin", ChatKind.PRIVATE)
        letters.post(ctx, [Say(chat=chat, text=text)])

    async with World.opened(database_url, tmp_path) as town:
        await town.says(WANG, "报事 3号楼路灯坏了", group="g1")
        await town.says("zhou", "报事 5号楼路面塌了", group="g1")
        database = town.core.database
        for text, read in (
            ("一张新写的清单：路灯", [TicketId(1), TicketId(2)]),
            ("别的清单：路面", [TicketId(2)]),
        ):
            await database.write(partial(lists, text=text, read=read))
        await town.settles()

        await erased(town, await person(town, WANG))

        kept = (await database.read(dump)).decode()
        assert "一张新写的清单" not in kept
        assert "别的清单" in kept


async def test_forgetting_oneself_is_asked_confirmed_and_told(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await live(town)
        town.clock.passes(MINUTE)

        await town.says(WANG, "忘记我")
        assert "确定要删除您的全部资料吗" in town.last(WANG)
        await town.presses(WANG, "不删了")
        assert (await person(town, WANG)).building == "12号楼"

        await town.says(WANG, "忘记我")
        await town.presses(WANG, "确定")
        assert "不再认识您" in town.last(WANG)
        assert "工单 1 已被报事人撤回" in "\n".join(town.heard("lin"))
        await town.says(WANG, "我的工单")
        assert "您还没有报过事" in town.last(WANG)


async def test_the_log_stays_whole_and_names_nobody(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await live(town)
        database = town.core.database
        before = await database.read(
            lambda db: db.execute(select(schema.event)).all()
        )

        await erased(town, await person(town, WANG))

        after = await database.read(
            lambda db: db.execute(select(schema.event)).all()
        )
        assert after[: len(before)] == before
        assert {row.action for row in after[len(before) :]} == {"withdraw"}
        await town.says("lin", "工单 1")
        assert "报事" in town.last("lin")


async def test_what_others_follow_goes_on_without_the_name(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says(WANG, "报事 3号楼路灯坏了", group="g1")
        await town.says("zhou", "报事 3号楼路灯不亮", group="g1")
        await town.says("lin", "合并 2 1")
        await town.says(WANG, "3号楼一股煤气味！", group="g1")

        done = await erased(town, await person(town, WANG))

        assert [one.number for one in done.kept] == [3, 1]
        assert done.withdrawn == []
        lamp, _, gas = await town.core.database.read(
            lambda db: [tickets.get(db, TicketId(one)) for one in (1, 2, 3)]
        )
        assert lamp.status == gas.status == Status.REPORTED
        assert lamp.reporter_id is gas.reporter_id is None
        assert lamp.place == ""
        assert gas.place == "3号楼"


async def test_a_worker_goes_on_with_a_danger_that_has_no_name(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says(WANG, "3号楼一股煤气味！", group="g1")
        await town.says(WANG, "忘记我")
        await town.presses(WANG, "确定")

        asked, card = town.heard("lin")[-2:]
        assert "工单 1 的报事人要求删除个人资料" in asked
        assert "3号楼" in card
        assert "报事人" not in card
        await town.presses("lin", "受理")
        await town.says("lin", "工单 1")
        assert "居民：报事" in town.last("lin")


async def test_a_volunteer_hears_that_a_wish_is_gone(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says(WANG, "许愿 想要一把折叠凳", group="g1")
        await town.says("lin", "通过 1")
        await town.says("chen", "认领 1")
        await town.says(WANG, "忘记我")
        await town.presses(WANG, "确定")

        assert "心愿 1 的许愿人撤回了心愿" in town.last("chen")


async def test_whoever_says_nothing_more_is_not_met_again(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        said = await town.says(WANG, "报事 3号楼路灯坏了", group="g1")
        await town.says(WANG, "忘记我")
        press = town._press(WANG, "确定", "")  # noqa: SLF001
        await town.presses(WANG, "确定")

        await town.hears(replace(press, id="again"))
        await town.edits(WANG, said, "别的", group="g1")
        await town.recalls(WANG, said, group="g1")
        chat = Chat(CHANNEL, WANG, ChatKind.PRIVATE)
        await town.hears(
            Left(channel=CHANNEL, account="linli", chat=chat, id="left",
                 sender=Sender(CHANNEL, WANG, WANG), at=town.clock.now)
        )  # fmt: skip

        answer = [one for one in town.channel.answers if one.press == "again"]
        assert len(answer) == 1
        found = await town.core.database.read(
            lambda db: people.find_by_account(db, TOWN, CHANNEL, WANG)
        )
        assert found is None


async def test_whom_the_pack_names_asks_the_administrator(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("lin", "忘记我")

        assert "请联系社区管理员" in town.last("lin")
        assert (await person(town, "lin")).name == "林工"


async def test_a_stranger_cannot_press_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says(WANG, "报事 3号楼路灯坏了", group="g1")
        await town.says(WANG, "/forget", group="g1")
        assert "请私聊我" in town.last("g1")
        await town.says(WANG, "/forget")
        press = town._press(WANG, "确定", "")  # noqa: SLF001
        sender = Sender(CHANNEL, "stranger")
        chat = Chat(CHANNEL, "stranger", ChatKind.PRIVATE)
        await town.hears(replace(press, sender=sender, chat=chat))

        notice = town.channel.answers[-1].text
        assert notice == "这个按钮不是给您的。"
        assert (await person(town, WANG)).name == WANG


async def test_who_is_forgotten_stays_so_after_an_older_backup(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await live(town)
        wang = await person(town, WANG)
        stones = [
            erasure.Tombstone(TOWN, wang.id, town.clock.now),
            erasure.Tombstone(TOWN, wang.id, town.clock.now),
        ]

        async def again(database: Database) -> int:
            found = await database.write(
                lambda db: erasure.reapply(db, stones)
            )
            return len(found)

        assert await again(town.core.database) == 1
        assert traces(await all_bytes(town, tmp_path)) == {}
        assert await again(town.core.database) == 0


async def test_nobody_can_be_forgotten_whom_nobody_knows(
    database: Database,
) -> None:
    with pytest.raises(KeyError):
        await database.write(
            lambda db: erasure.erase(db, TOWN, PersonId("nobody"), MONDAY)
        )


async def test_an_export_is_all_that_is_kept_in_parts(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await live(town)
        town.clock.passes(MINUTE)
        for n in range(8):
            await town.says(WANG, f"报事 3号楼路灯坏了 {n} " + "很暗" * 400)
        town.clock.passes(MINUTE)
        before = len(town.read(WANG))

        await town.says(WANG, "导出")

        parts = town.read(WANG)[before:]
        assert len(parts) > 1
        assert max(map(len, parts)) <= 3500
        said = "\n".join(parts)
        for mark in (WANG, QQ, "12号楼", "会理发", "十三陵电话"):
            assert mark in said
        assert "发过的照片：1 张" in said
        assert "zhou" not in said
        assert "5号楼路面塌了" not in said
