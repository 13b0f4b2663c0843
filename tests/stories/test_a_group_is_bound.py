"""A group comes to its grid by a code, and leaves it again."""

from datetime import timedelta
from pathlib import Path

import pytest

from storage import chats
from storage.messages import Leave, SetMenu
from tests.town import CHANNEL
from tests.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def code_from(
    town: World, who: str = "ma", grid: str = "第一网格"
) -> str:
    await town.says(who, f"绑定码 {grid}")
    made = town.last(who)
    assert "绑定码：" in made
    return made.split("绑定码：")[1][:8]


def left(town: World) -> list[str]:
    return [
        one.chat.address
        for one in town.channel.others
        if isinstance(one, Leave)
    ]


async def test_the_desk_gives_a_code_and_the_administrator_types_it(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="new")
        assert town.read("new") == []

        code = await code_from(town)
        await town.says("admin", f"绑定 {code.lower()}", group="new")

        assert "本群是第一网格的居民群了" in town.last("new")
        assert "已绑定到第一网格" in town.last("ma")
        menu = town.channel.others[-1]
        assert isinstance(menu, SetMenu)
        assert menu.chat.address == "new"
        await town.says("wang", "报事 3号楼路灯坏了", group="new")
        assert "工单 1" in town.last("new")
        await town.passes(2 * DAY)
        assert left(town) == []


async def test_a_code_works_once_and_for_an_hour(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        code = await code_from(town)
        await town.says("admin", f"/bind {code}", group="one")

        await town.says("admin", f"/bind {code}", group="other")
        assert "这个码不对、用过了或过期了" in town.last("other")

        late = await code_from(town)
        await town.passes(HOUR)
        await town.says("admin", f"/bind {late}", group="other")
        assert "这个码不对、用过了或过期了" in town.last("other")


async def test_somebody_who_is_no_administrator_binds_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        code = await code_from(town)

        await town.says("wang", f"绑定 {code}", group="new")

        assert town.last("new") == "请群管理员来发绑定码。"
        known = await town.core.database.read(
            lambda db: chats.find(db, CHANNEL, "new")
        )
        assert known is None


async def test_wrong_codes_are_answered_five_times_then_not_at_all(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        for n in range(9):
            await town.says("admin", f"绑定 ABCD234{n}", group="new")
            town.clock.passes(timedelta(minutes=1))
        assert len(town.read("new")) == 5

        code = await code_from(town)
        await town.says("admin", f"绑定 {code}", group="new")
        assert len(town.read("new")) == 5

        await town.passes(HOUR)
        code = await code_from(town)
        await town.says("admin", f"绑定 {code}", group="new")
        assert "本群是第一网格的居民群了" in town.last("new")


async def test_a_group_that_nobody_binds_is_left_after_a_day(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.joins("stranger", "lost")
        await town.joins("stranger", "lost")
        await town.passes(timedelta(hours=23))
        assert left(town) == []

        await town.passes(timedelta(hours=2))

        assert town.read("lost") == []
        assert left(town) == ["lost"]


async def test_a_binding_is_undone_by_the_one_who_made_the_code(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        for grid in ("第一网格", "第二网格"):
            code = await code_from(town, grid=grid)
            await town.says("admin", f"绑定 {code}", group="new")
            town.clock.passes(timedelta(minutes=1))
        assert "第二网格" in town.last("new")

        await town.presses("ma", "撤销")

        assert "第一网格" in town.last("new")
        known = await town.core.database.read(
            lambda db: chats.find(db, CHANNEL, "new")
        )
        assert known is not None
        assert known.grid_id == "g1"


async def test_the_desk_releases_a_group_and_takes_it_back(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        code = await code_from(town)
        await town.says("admin", f"绑定 {code}", group="new")

        await town.says("ma", "解绑 第一网格")
        await town.presses("ma", "new")
        assert "已解除绑定" in town.last("new")
        await town.says("wang", "报事 3号楼路灯坏了", group="new")
        assert "已解除绑定" in town.last("new")

        await town.presses("ma", "撤销")
        assert "本群是第一网格的居民群了" in town.last("new")
        await town.passes(2 * DAY)
        assert left(town) == []


async def test_a_group_of_the_pack_is_neither_released_nor_bound_anew(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        code = await code_from(town, grid="g2")

        await town.says("admin", f"绑定 {code}", group="g1")
        assert "由社区的配置文件绑定" in town.last("g1")
        await town.says("ma", "/unbind", group="g1")
        assert "由社区的配置文件绑定" in town.last("g1")

        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        assert "工单 1" in town.last("g1")


@pytest.mark.parametrize("who", ["wang", "chen", "lin"])
async def test_only_the_desk_makes_codes_and_releases(
    sqlite_url: str, tmp_path: Path, who: str
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says(who, "绑定码 第一网格")
        assert "只给社区工作人员" in town.last(who)
        await town.says(who, "/unbind", group="g1")
        assert "只给社区工作人员" in town.last("g1")


async def test_what_waited_behind_the_binding_is_heard_too(
    database_url: str, tmp_path: Path
) -> None:
    """After an outage a platform tells hours of a group at once."""
    async with World.opened(database_url, tmp_path) as town:
        code = await code_from(town)

        await town.hears(
            town.said("wang", "报事 1号楼路灯坏了", group="new"),
            town.said("admin", f"绑定 {code}", group="new"),
            town.said("wang", "报事 3号楼路灯坏了", group="new"),
        )

        assert "本群是第一网格的居民群了" in town.read("new")[0]
        assert "工单 1" in town.last("new")


async def test_what_waited_behind_a_new_address_is_heard_too(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.hears(
            town.moved("g1", to="g1-super"),
            town.said("wang", "报事 3号楼路灯坏了", group="g1-super"),
        )

        assert "工单 1" in town.last("g1-super")


async def test_what_follows_the_binding_at_once_is_heard(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        code = await code_from(town)
        bound = town.said("admin", f"绑定 {code}", group="new")
        report = town.said("wang", "报事 3号楼路灯坏了", group="new")

        await town.core.intake.receive([bound])
        await town.hears(report)

        assert "工单 1" in town.last("new")


async def test_a_group_that_another_process_bound_is_heard(
    postgres_url: str, tmp_path: Path
) -> None:
    async with (
        World.opened(postgres_url, tmp_path) as here,
        World.opened(postgres_url, tmp_path, channel=here.channel) as there,
    ):
        code = await code_from(here)
        await here.says("admin", f"绑定 {code}", group="new")

        await there.says(
            "wang", "报事 3号楼路灯坏了", group="new", message="m99"
        )

        assert "工单 1" in there.last("new")
