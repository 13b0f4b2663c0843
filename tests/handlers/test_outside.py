"""What is said where no community has bound us, or several might have."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from msgspec import structs

from config.pack.values import Pack
from config.terms import ChatKind, CommunityId, GridId
from storage import buttons, chats, people
from storage.messages import Chat, Pressed, Said, Sender
from storage.people import Person
from tests.town import CHANNEL, COMMUNITY, MONDAY, PACK
from tests.world import World

HILL = CommunityId("hill")
ELSEWHERE = replace(
    COMMUNITY,
    id=HILL,
    name="山上社区",
    grids=tuple(
        replace(grid, groups=(f"{CHANNEL}:hill-{grid.id}",), worker=None)
        for grid in COMMUNITY.grids
    ),
    people=tuple(
        replace(each, accounts=(f"{CHANNEL}:hill-{each.id}",))
        for each in COMMUNITY.people
    ),
)
BOTH = Pack((*PACK.communities, ELSEWHERE))
IDS = count(1)


async def said(
    town: World, text: str, group: str = "", sender: Sender | None = None
) -> None:
    chat = (
        Chat(CHANNEL, group, ChatKind.GROUP)
        if group
        else Chat(CHANNEL, "nobody", ChatKind.PRIVATE)
    )
    await town.hears(
        Said(
            channel=CHANNEL,
            account="linli",
            chat=chat,
            sender=sender or Sender(CHANNEL, "nobody"),
            id=f"o{next(IDS)}",
            at=town.clock.now,
            text=text,
        )
    )


async def code(town: World, community: CommunityId, grid: str) -> str:
    made = f"ABCDEFG{grid[-1]}"
    until = MONDAY + timedelta(hours=1)
    await town.core.database.write(
        lambda db: buttons.put_code(
            db, made, community, "bind", grid, None, MONDAY, until
        )
    )
    return made


async def who(town: World, community: CommunityId) -> Person | None:
    return await town.core.database.read(
        lambda db: people.find_by_account(db, community, CHANNEL, "nobody")
    )


async def test_who_belongs_nowhere_is_told_how_to_begin(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path, pack=BOTH) as town:
        await said(town, "报事 3号楼路灯坏了")

        assert "我还不知道您是哪个社区的" in town.last("nobody")
        assert await who(town, COMMUNITY.id) is None
        assert await who(town, HILL) is None

        await said(town, "帮助", group="hill-g1")
        await said(town, "报事 3号楼路灯坏了")
        assert "工单 1" in town.last("nobody")
        assert await who(town, HILL) is not None


async def test_a_code_takes_a_group_to_its_own_community(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path, pack=BOTH) as town:
        first = await code(town, COMMUNITY.id, "g1")
        await town.says("admin", f"绑定 {first}", group="new")
        second = await code(town, HILL, "g2")
        await town.says("admin", f"绑定 {second}", group="new")

        known = await town.core.database.read(
            lambda db: chats.find(db, CHANNEL, "new")
        )
        assert known is not None
        assert (known.community_id, known.grid_id) == (HILL, GridId("g2"))
        assert "已改绑到别的社区" in town.last("ma")


async def test_an_anonymous_administrator_is_enough(
    database_url: str, tmp_path: Path
) -> None:
    mask = Sender(CHANNEL, "new", admin=True, anonymous=True)
    async with World.opened(database_url, tmp_path) as town:
        first = await code(town, COMMUNITY.id, "g1")
        await said(town, f"/bind {first}", "new", mask)
        assert "第一网格" in town.last("new")

        second = await code(town, COMMUNITY.id, "g2")
        await said(town, f"/bind {second}", "new", mask)
        assert "第二网格" in town.last("new")

        await said(town, "/todo", "new", mask)
        assert "第二网格" in town.last("new")


async def test_an_anonymous_channel_binds_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    channel = Sender(CHANNEL, "news", anonymous=True)
    async with World.opened(sqlite_url, tmp_path) as town:
        first = await code(town, COMMUNITY.id, "g1")
        await said(town, f"/bind {first}", "new", channel)

        assert "请群管理员" in town.last("new")


async def test_a_button_in_a_released_group_says_that_it_is_old(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.hears(
            Pressed(
                channel=CHANNEL,
                account="linli",
                chat=Chat(CHANNEL, "lost", ChatKind.GROUP),
                sender=Sender(CHANNEL, "nobody"),
                id="p",
                at=town.clock.now,
                token="whatever",  # noqa: S106  no password
            )
        )

        assert [one.press for one in town.channel.answers] == ["p"]
        assert "用过或过期" in town.channel.answers[0].text


@pytest.mark.parametrize("text", ["大家好", "/help", "报事 路灯坏了", "?"])
async def test_a_group_that_nobody_bound_hears_nothing(
    sqlite_url: str, tmp_path: Path, text: str
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await said(town, text, "lost")

        assert town.read("lost") == []


async def test_a_waiting_leave_moves_with_its_group(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.joins("stranger", "lost")
        await town.moves("lost", "super")
        await town.passes(timedelta(hours=25))

        left = [structs.asdict(one)["chat"] for one in town.channel.others]
        assert [chat.address for chat in left] == ["super"]
