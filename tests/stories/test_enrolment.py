"""A resident becomes a volunteer, tells a building, links, logs in."""

from datetime import timedelta
from pathlib import Path

from config.terms import Role
from storage import people, sessions
from storage.people import Person
from tests.town import CHANNEL, COMMUNITY
from tests.world import World

PAGES = "https://linli.example"
MINUTE = timedelta(minutes=1)


async def person(town: World, address: str) -> Person:
    found = await town.core.database.read(
        lambda db: people.find_by_account(db, COMMUNITY.id, CHANNEL, address)
    )
    assert found is not None
    return found


async def test_a_resident_becomes_a_volunteer_and_stops(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "志愿者")
        await town.presses("wang", "小修小补")
        assert not (await person(town, "wang")).has(Role.VOLUNTEER)

        await town.presses("wang", "同意")
        wang = await person(town, "wang")
        assert wang.has(Role.VOLUNTEER)
        assert wang.skills == "小修小补"
        assert "欢迎您成为志愿者" in town.last("wang")

        await town.says("wang", "志愿者")
        assert "您已经是志愿者了" in town.last("wang")
        await town.says("wang", "不当志愿者")
        assert not (await person(town, "wang")).has(Role.VOLUNTEER)


async def test_what_one_can_do_may_be_said_in_words(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "我要当志愿者")
        await town.says("wang", "会理发，也会修自行车")
        await town.presses("wang", "再想想")
        assert not (await person(town, "wang")).has(Role.VOLUNTEER)

        await town.says("wang", "志愿者")
        await town.says("wang", "会理发")
        await town.presses("wang", "同意")
        assert (await person(town, "wang")).skills == "会理发"


async def test_whom_the_pack_calls_a_volunteer_asks_the_desk(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("chen", "不当志愿者")
        assert "是社区登记的" in town.last("chen")
        await town.says("wang", "不当志愿者")
        assert "您现在不是志愿者" in town.last("wang")


async def test_a_building_finds_the_grid_of_private_reports(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "我的楼栋 12号楼402室")
        assert (await person(town, "wang")).building == "12号楼"
        assert "第二网格" in town.last("wang")

        await town.says("wang", "报事 楼道里的垃圾没人收")
        assert "第二网格" in town.last("wang")

        await town.says("wang", "我的楼栋 99号楼")
        assert "没认出" in town.last("wang")
        await town.says("wang", "/building clear")
        assert (await person(town, "wang")).building == ""


async def test_a_building_told_in_the_group_is_answered_in_private(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "我的楼栋 3号楼", group="g1")

        assert "3号楼" not in "".join(town.read("g1"))
        assert "3号楼" in town.last("wang")


async def linked(town: World, one: str, other: str) -> None:
    await town.says(one, "关联")
    code = town.last(one).split("关联 ")[1][:8]
    await town.says(other, f"关联 {code}")
    town.clock.passes(MINUTE)


async def test_two_accounts_become_one_person_and_two_again(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        await town.says("wang-qq", "报事 5号楼路面塌了", group="g1")
        await town.says("wang-qq", "我的楼栋 5号楼")
        before = await person(town, "wang-qq")

        await linked(town, "wang", "wang-qq")
        assert (await person(town, "wang-qq")).id == before.id
        await town.presses("wang-qq", "是我")

        kept = await person(town, "wang")
        assert await person(town, "wang-qq") == kept
        assert kept.building == "5号楼"
        await town.says("wang", "我的工单")
        assert "路灯" in town.last("wang")
        assert "路面" in town.last("wang")

        await town.presses("wang-qq", "撤销")
        assert await person(town, "wang-qq") == before
        assert (await person(town, "wang")).building == ""
        await town.says("wang", "我的工单")
        assert "路面" not in town.last("wang")


async def test_whom_the_pack_names_is_the_one_kept(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await linked(town, "stranger", "lin")
        await town.presses("lin", "是我")

        assert (await person(town, "stranger")).id == "lin"
        await town.says("stranger", "待办")
        assert "没有待办" in town.last("stranger")


async def test_a_code_for_linking_works_once_and_not_on_oneself(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await linked(town, "wang", "wang")
        assert "同一个账号" in town.last("wang")

        await town.says("wang", "关联")
        code = town.last("wang").split("关联 ")[1][:8]
        await town.says("qq", f"关联 {code}")
        await town.presses("qq", "不是")
        await town.says("stranger", f"关联 {code}")
        assert "这个码不对" in town.last("stranger")


async def test_two_whom_the_pack_names_are_not_merged(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await linked(town, "lin", "ma")
        assert "不能合并" in town.last("ma")


async def test_wrong_codes_for_linking_end_in_silence(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        for n in range(8):
            await town.says("wang", f"关联 ABCD234{n}")
            town.clock.passes(MINUTE)

        assert len(town.read("wang")) == 5


async def test_a_login_link_opens_the_pages_once(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path, public_url=PAGES) as town:
        await town.says("wang", "登录")
        secret = town.last("wang").split(f"{PAGES}/login/")[1].split()[0]
        now = town.clock.now

        logins = [
            await town.core.database.write(
                lambda db, cookie=cookie: sessions.redeem(  # type: ignore[misc]
                    db, secret, cookie, now, now + MINUTE
                )
            )
            for cookie in ("one", "two")
        ]

        assert logins[0] is not None
        assert logins[0].person == (await person(town, "wang")).id
        assert logins[1] is None


async def test_a_login_is_given_in_private_only_and_not_in_the_demo(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(
        sqlite_url, tmp_path, public_url=PAGES, demo=True
    ) as town:
        await town.says("lin", "/login", group="g1")
        assert PAGES not in town.last("g1")
        await town.says("wang", "/login")
        assert "选一个身份" in town.last("wang")
        await town.says("lin", "/login")
        assert f"{PAGES}/login/" in town.last("lin")


async def test_the_demo_says_that_nobody_logs_in_there(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path, demo=True) as town:
        await town.says("lin", "/login")

        assert "选一个身份" in town.last("lin")
