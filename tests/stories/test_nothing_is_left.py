"""One resident's whole life here, read along by many, and its end."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import operations
from bot.backup import back_up, restore
from storage import schema
from storage.database import Connection, Database
from tests.pictures import picture
from tests.stories.test_forget_me import dump, on_disk
from tests.street import Street

NAME, PHONE, DOOR, WORD, SKILL = (
    "王小梅", "13900007731", "402室", "十三陵", "会理发",
)  # fmt: skip
pytestmark = pytest.mark.timeout(120)
MARKS = (NAME, PHONE, DOOR, WORD, SKILL)
DAY = timedelta(days=1)


async def live(street: Street) -> str:
    """Let her do all that others are told of; return her address."""
    wang = await street.moves_in(NAME, "12号楼", PHONE)
    says, presses = street.says, street.presses
    await says("sun", "报事 9号楼垃圾没人清，味道很大", group="g2")

    # a report with words and a photo, asked about, resolved, judged
    await says(
        wang,
        f"报事 12号楼{DOOR}漏水，{WORD}那样，电话{PHONE}",
        group="g2",
        pictures=[picture(7731)],
    )
    await says(wang, f"报事 楼上噪音，吵架，我是{DOOR}的{NAME}")
    await says("zhao", "待办")
    await says("zhao", "工单 2")
    await presses("zhao", "受理")
    await says("zhao", f"询问 2 {NAME}您好，{DOOR}几点有人？")
    await says(wang, f"下午有人，{WORD}")
    await says("ma", "待办")
    await says("ma", "工单 2")
    await says("ma", "转派 2 林工")
    await says("lin", "待办")
    await says("lin", f"办结 2 {NAME}家的水管修好了")
    await presses(wang, "没")
    await says(wang, f"还在漏，{WORD}的水管")
    await says("lin", "受理")
    await says("ma", f"报事 {NAME}家门口的路灯也坏了")
    for thing in ("路灯", "电梯", "门禁", "井盖"):
        await says("sun", f"报事 10号楼{thing}坏了", group="g2")
    await street.passes(9 * DAY)

    # what she adds to the matter of another
    ours = (await street.read("g2", sender="sun"))[0].id
    await says(wang, f"{WORD}门口也是", group="g2", quote=ours)
    await says("zhao", "工单 1")

    # a wish, and who fulfils it
    await says(wang, f"许愿 想要一把{WORD}的折叠凳")
    await presses(wang, "可以")
    await says("zhao", "心愿 待审")
    await says("zhao", "通过 9")
    await says("sun", "心愿")
    await says("chen", "认领 9")
    await says("chen", f"完成 9 送到{DOOR}{NAME}手里了")

    # she helps as well
    await says(wang, f"/volunteer {SKILL}")
    await presses(wang, "同意")
    await says("sun", "许愿 想理个发")
    await says("zhao", "通过 10")
    await says(wang, "认领 10")
    await says("zhao", "心愿 10")

    # and is spoken of
    await says("ma", f"代报 电话 12号楼路灯坏了，{NAME}报的，{PHONE}")
    await says("zhao", "待办")
    return wang


def found(said: bytes) -> dict[str, str]:
    """Return the marks that are there, and what stands before them."""
    return {
        mark: said[max(at - 60, 0) : at + 60].decode(errors="replace")
        for mark in MARKS
        if (at := said.find(mark.encode())) >= 0
    }


async def all_said(street: Street, folder: Path) -> bytes:
    database = street.core.database
    assert await database.checkpoint()
    files = on_disk(folder) if database.is_sqlite else []
    return b"\n".join([await database.read(dump), *files])


def events(db: Connection) -> list[object]:
    return [*db.execute(select(schema.event).order_by(schema.event.c.id))]


def pictures(folder: Path) -> list[Path]:
    return [path for path in (folder / "media").rglob("*") if path.is_file()]


async def test_nothing_is_left_of_her_in_anybodys_chat(
    database_url: str, tmp_path: Path
) -> None:
    async with Street.opened(database_url, tmp_path) as street:
        wang = await live(street)
        plan, clock = street.core.plan, street.clock
        assert set(found(await all_said(street, tmp_path))) == set(MARKS)
        assert pictures(tmp_path)
        before = await street.core.database.read(events)
        readers = {
            chat: len(await street.read(chat, sender=""))
            for chat in ("zhao", "ma", "lin", "chen", "sun", "g2")
        }

    assert await operations.erase(plan, f"webchat:{wang}")

    async with Street.opened(database_url, tmp_path, clock) as street:
        await street.settles()
        await street.core.media.sweep()
        assert found(await all_said(street, tmp_path)) == {}
        assert pictures(tmp_path) == []
        after = await street.core.database.read(events)
        assert after[: len(before)] == before
        # what isn't hers stays, and every message keeps its place
        for chat, said in readers.items():
            there = await street.read(chat, sender="")
            assert len(there) >= said
        sun = [one.text for one in await street.read("g2", sender="sun")]
        assert "报事 9号楼垃圾没人清，味道很大" in sun
        zhao = "\n".join(one.text for one in await street.read("zhao"))
        assert "垃圾" in zhao


async def test_she_asks_for_it_herself(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with Street.opened(sqlite_url, tmp_path) as street:
        wang = await live(street)
        await street.says(wang, "忘记我")
        await street.presses(wang, "确定")
        await street.core.media.sweep()

        assert found(await all_said(street, tmp_path)) == {}
        told = "\n".join(one.text for one in await street.read("lin"))
        assert "工单 2 已被报事人撤回" in told


async def test_an_older_backup_brings_nothing_back(
    sqlite_url: str, tmp_path: Path
) -> None:
    to = tmp_path / "kept" / "backup.tar.gz"
    to.parent.mkdir()
    async with Street.opened(sqlite_url, tmp_path / "data") as street:
        wang = await live(street)
        plan = street.core.plan
        back_up(plan.database_url, plan.media_url, to)
    await operations.erase(plan, f"webchat:{wang}")

    assert await restore(plan.database_url, plan.media_url, to) == 1

    async with Database(plan.database_url).opened() as database:
        assert found(await database.read(dump)) == {}
