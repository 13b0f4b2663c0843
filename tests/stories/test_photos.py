"""Photos reach everybody whose card speaks of them."""

from pathlib import Path

from tests.pictures import picture
from tests.world import World


def _shown(town: World, who: str) -> list[int]:
    """Return how many photos each letter to somebody showed."""
    return [
        len(one.outgoing.photos)
        for one in town.channel.said
        if one.outgoing.chat.address == who and one.outgoing.photos
    ]


async def test_the_bodys_people_see_the_photo_that_their_card_promises(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.pictures["lamp"] = picture()

        await town.says(
            "wang", "3号楼门口路灯坏了", group="g1", photos=["lamp"]
        )

        assert "照片 1 张" in town.heard("prop")[0]
        assert town.last("prop") == "工单 1 的照片"
        assert _shown(town, "prop") == _shown(town, "lin") == [1]


async def test_whoever_takes_a_ticket_over_gets_its_photos(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.pictures["hole"] = picture()
        await town.says(
            "wang", "3号楼门口井盖破了", group="g1", photos=["hole"]
        )

        await town.says("lin", "转派 1 赵工")

        assert _shown(town, "zhao") == [1]
        assert "取到后" not in "".join(town.heard("zhao"))


async def test_a_ticket_is_shown_with_its_photos(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.pictures["hole"] = picture()
        await town.says(
            "wang", "3号楼门口井盖破了", group="g1", photos=["hole"]
        )

        await town.says("lin", "工单 1")

        assert _shown(town, "lin") == [1, 1]
        assert "取到后" not in town.heard("lin")[-2]


async def test_the_photo_of_the_repair_is_shown_once(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.pictures["new"] = picture()
        await town.says("wang", "3号楼门口井盖破了", group="g1")

        await town.presses("lin", "办结")
        await town.says("lin", "换好了", photos=["new"])

        assert _shown(town, "wang") == [1]


async def test_those_a_ticket_is_raised_to_see_its_photos(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.pictures["hole"] = picture()
        await town.says(
            "wang", "3号楼门口井盖破了", group="g1", photos=["hole"]
        )

        await town.says("lin", "上报 1 要动用维修资金")

        assert _shown(town, "ma") == [1]


async def test_many_photos_of_the_damage_leave_room_for_the_repair(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        names = [f"p{n}" for n in range(10)]
        for n, name in enumerate([*names, "new"]):
            town.channel.pictures[name] = picture(n)
        await town.says("wang", "报事 3号楼井盖破了", group="g1", photos=names)

        await town.presses("lin", "办结")
        await town.says("lin", "换好了", photos=["new"])

        assert _shown(town, "wang") == [1]
