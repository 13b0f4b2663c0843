"""The folding seat: a wish, claimed by two at once, and fulfilled."""

from datetime import timedelta
from pathlib import Path

from storage.messages import Edit
from tests.pictures import picture
from tests.world import World


async def test_the_folding_seat(database_url: str, tmp_path: Path) -> None:
    async with World.opened(database_url, tmp_path) as town:
        town.channel.pictures["seat"] = picture()

        await town.says(
            "wang",
            "许愿 我住3号楼2单元402，每周做透析，楼道里想要个折叠凳歇歇脚，"
            "电话0000-7788123",
            group="g1",
        )
        assert "收到您的心愿，编号 1" in town.last("g1")
        assert "0000-7788123" not in town.last("g1")

        await town.presses("wang", "可以")
        await town.says("wang", "王大爷，电话0000-7788123")
        assert "联系方式只告诉认领心愿 1 的那个人" in town.last("wang")

        card = town.heard("lin")[0]
        assert "402" in card, "the worker reads all of it"
        assert "心愿单上这样写：我住3号楼2单元" in card
        await town.presses("lin", "改一改")
        await town.says("lin", "3号楼一位透析的大爷想要个折叠凳，楼道里歇歇脚")
        await town.presses("lin", "通过")
        announced = town.last("g1")
        assert "新心愿 1（第一网格）：3号楼一位透析的大爷" in announced
        assert "\n" not in announced

        notices = await town.press_together(
            "chen", "sun", label="我来认领", group="g1"
        )
        winner = "chen"
        assert "由您认领了" in notices[0]
        assert "王大爷，电话0000-7788123" in town.last(winner)
        assert not town.heard("sun")
        assert "刚刚被别人认领" in notices[1]
        assert "认领了您的心愿 1" in town.last("wang")
        edit = town.channel.others[-1]
        assert isinstance(edit, Edit)
        assert "已有热心人认领" in edit.text
        assert edit.choices == ()

        await town.passes(timedelta(days=6, hours=1))
        assert "请在" in town.last(winner)
        await town.says(winner, "完成 1 装好了", photos=["seat"])
        assert "已请对方确认" in town.last(winner)
        assert "志愿者说心愿 1 办好了" in "".join(town.heard("wang"))

        await town.presses("wang", "办好了")
        assert town.last("g1").startswith("心愿 1 圆梦了")
        assert "王" not in town.last("g1")
        assert "谢谢您的热心" in town.last(winner)
        public = "\n".join(town.read("g1"))
        assert "0000-7788123" not in public
        assert "王大爷" not in public
