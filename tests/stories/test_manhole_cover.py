"""A photo report, from the group to its rated closing."""

from datetime import timedelta
from pathlib import Path

from tests.pictures import picture
from tests.world import World


async def test_the_manhole_cover(database_url: str, tmp_path: Path) -> None:
    async with World.opened(database_url, tmp_path) as town:
        town.channel.pictures["cover"] = picture()

        await town.says(
            "wang",
            "3号楼门口井盖破了，快来换一下",
            group="g1",
            photos=["cover"],
        )

        answer = town.last("g1")
        assert "工单 1" in answer
        assert "道路交通" in answer
        assert "林工" in answer
        card = town.heard("lin")[0]
        assert "3号楼门口井盖破了" in card
        assert town.heard("lin")[-1] == "工单 1 的照片"

        await town.passes(timedelta(hours=23))
        assert "提醒：工单 1 请在" in town.last("lin")

        await town.presses("lin", "受理")
        assert "已由林工受理" in town.last("wang")

        await town.presses("lin", "办结")
        await town.says("lin", "新井盖已换好")
        assert "新井盖已换好" in town.last("wang")

        await town.presses("wang", "解决了")
        await town.presses("wang", "★★★★★")
        await town.says("wang", "真快")
        assert town.last("wang") == "谢谢，记下了。"

        await town.passes(timedelta(days=10))
        assert town.heard("lin")[-1] != "", "and nobody is reminded again"
        assert not [one for one in town.heard("ma") if "超时" in one]


async def test_a_photo_of_the_repair_comes_to_the_resident_once(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.pictures["mended"] = picture(2)
        await town.says("wang", "报事 3号楼井盖破了", group="g1")

        await town.presses("lin", "办结")
        await town.says("lin", "新井盖已换好", photos=["mended"])

        assert town.last("wang") == "工单 1 的照片"
        assert len(town.channel.said[-1].outgoing.photos) == 1
