"""Neighbours tell of one matter: nobody is merged unasked, nothing is lost."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from storage import schema
from tests.pictures import scene
from tests.world import World

HOLE = "3号楼前面那条路井盖没了，一个黑窟窿"
AGAIN = "三号楼门口有个窨井没盖，差点踩空"
SAME = "和 1 是同一件"


async def test_the_same_hole_told_in_two_groups_becomes_one_matter(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", f"报事 {HOLE}", group="g1")
        await town.passes(timedelta(minutes=5))

        await town.says("li", f"报事 {AGAIN}", group="g2")

        answer = town.last("g2")
        assert "收到，工单 2。" in answer, "it has a number at once"
        assert "看着和工单 1（道路交通 · 3号楼前面那条路）是同一件事" in answer
        assert town.labels("g2")[:2] == [SAME, "不是同一件"]
        card = town.last("lin")
        assert "像是工单 1（道路交通 · 3号楼前面那条路，待受理）" in card
        assert town.labels("lin")[-2:] == ["并入 1", "不是同一件"]

        await town.presses("li", SAME, group="g2")

        assert "工单 2 并入 1 一起办" in town.last("g2")
        assert "工单 1 又有人报（工单 2 已并入）" in town.last("lin")
        assert AGAIN in town.last("lin")

        await town.says("lin", "受理 1")
        assert "工单 1 已由林工受理" in town.last("li")
        assert "工单 1 已由林工受理" in town.last("wang")
        await town.says("lin", "办结 1 新井盖装好了")
        assert "工单 1 已办结" in town.last("li")
        await town.says("wang", "重开 1 盖子又松了", group="g1")
        assert "已重开" in town.last("li")


async def test_whoever_presses_nothing_keeps_a_ticket_of_their_own(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", f"报事 {HOLE}", group="g1")
        await town.says("li", f"报事 {AGAIN}", group="g1")

        await town.says("lin", "受理 2")

        assert "工单 2 已由林工受理" in town.last("li")


async def test_another_matter_is_said_to_be_one_and_stays(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", f"报事 {HOLE}", group="g1")
        await town.says("li", f"报事 {AGAIN}", group="g1")

        notice = await town.presses("li", "不是同一件", group="g1")

        assert notice == "好的，分开办。"
        await town.presses("li", "不是报事", group="g1")
        assert "工单 2 已撤回" in town.last("g1"), "the other buttons live on"


async def test_two_lifts_are_two_matters(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼电梯坏了，门开一半", group="g1")

        await town.says("li", "报事 5号楼电梯坏了，门开一半", group="g1")

        assert "同一件" not in town.last("g1")
        assert "像是工单" not in "".join(town.heard("lin"))
        await town.says("sun", "报事 3号楼2号电梯坏了，门开一半", group="g1")
        await town.says("chen", "报事 3号楼1号电梯坏了，门开一半", group="g1")
        assert "工单 3" not in town.last("g1").split("\n", 1)[1]


async def test_a_merge_by_its_reporter_is_undone_with_what_was_owed(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", f"报事 {HOLE}", group="g1")
        await town.says("li", f"报事 {AGAIN}", group="g1")
        await town.says("lin", "受理 2")
        await town.presses("li", SAME, group="g1")
        await town.passes(timedelta(hours=3))

        await town.presses("li", "取消合并", group="g1")

        assert "工单 2 已恢复单独办理" in town.last("g1")
        card = town.last("lin")
        assert "工单 2" in card
        assert "像是" not in card, "that was answered"
        assert "请在" not in card.replace("办结", ""), "it was accepted before"
        await town.says("lin", "办结 2 换好了")
        assert "工单 2 已办结" in town.last("li")
        assert "工单 2" not in "".join(town.heard("wang"))


async def test_the_worker_merges_by_the_letters_button_and_undoes_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", f"报事 {HOLE}", group="g1")
        await town.says("li", f"报事 {AGAIN}", group="g1")

        await town.presses("lin", "并入 1")

        assert "工单 2 已并入 1" in "".join(town.heard("lin"))
        assert "和 1 说的是同一件事" in town.last("li")
        assert "又单独办理" not in town.last("li")
        await town.says("li", "取消合并 2")
        assert "工单 2 已恢复单独办理" in town.last("li")


async def test_what_is_graver_is_never_put_into_what_is_less(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼楼道灯座松了，一闪一闪", group="g1")

        await town.says(
            "li", "报事 3号楼楼道灯座松了漏电，一闪一闪", group="g1"
        )

        assert "同一件" not in "".join(town.labels("g1"))
        assert "危险" in town.last("g1")


async def test_a_private_matter_is_never_named_to_anybody(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        words = "3号楼楼上半夜噪音，咚咚响到两点"
        await town.says("wang", f"报事 {words}")

        await town.says("li", f"报事 {words}")
        await town.says("sun", "报事 3号楼楼上咚咚响到两点", group="g1")

        everything = "".join(
            [*town.heard("li"), *town.heard("lin"), *town.read("g1")]
        )
        assert "同一件" not in everything
        assert "像是工单" not in everything


async def test_what_was_told_in_private_is_named_to_the_worker_alone(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", f"报事 {HOLE}")

        await town.says("li", f"报事 {AGAIN}", group="g1")

        assert "同一件" not in town.last("g1")
        assert "像是工单 1" in town.last("lin")


async def test_photo_twins_are_noticed_when_they_have_come(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        town.channel.pictures["one"] = scene(7)
        town.channel.pictures["two"] = scene(7, size=(320, 240), quality=60)
        town.channel.pictures["other"] = scene(8)
        await town.says(
            "wang", "报事 小花园这里谁来看一下", group="g1", photos=["one"]
        )
        await town.passes(timedelta(hours=5))

        await town.says(
            "sun", "报事 东西坏了好几天了", group="g1", photos=["other"]
        )
        assert "很像" not in "".join(town.heard("lin"))
        await town.says(
            "li", "报事 孩子在旁边玩，危险得很", group="g1", photos=["two"]
        )

        told = next(one for one in town.heard("lin") if "很像" in one)
        assert told.startswith("工单 3 的照片和另一件的很像。\n像是工单 1")


async def test_ours_too_under_a_matter_follows_it(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        said = await town.says("wang", "报事 3号楼停水了", group="g1")
        answer = town.last_id("g1")

        await town.says("li", "我家也是", group="g1", reply_to=answer)
        assert town.last("g1") == "好的，工单 1 有进展也告诉您。"
        await town.says("sun", "+1", group="g1", reply_to=said)
        assert len(town.read("g1")) == 2, "no answer to each"

        await town.says("lin", "受理 1")
        assert "工单 1 已由林工受理" in town.last("li")
        assert "工单 1 已由林工受理" in town.last("sun")

        await town.presses("sun", "不用再告诉我")
        await town.says("li", "取消关注 1")
        assert "不再告诉您" in town.last("li")
        await town.says("lin", "办结 1 来水了")
        assert "已办结" not in town.last("li")
        assert "已办结" not in town.last("sun")
        assert "已办结" in town.last("wang")


async def test_ours_too_with_more_to_say_is_added_and_follows(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼停水了", group="g1")

        await town.says(
            "li",
            "我家也没水，老人等着做饭，六楼整层都没有",
            group="g1",
            reply_to=town.last_id("g1"),
        )

        assert "已补充到工单 1" in town.last("g1")
        assert "老人等着做饭" in town.last("lin")
        await town.says("lin", "受理 1")
        assert "工单 1 已由林工受理" in town.last("li")


async def test_ours_too_under_talk_leaves_nothing_behind(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        talk = await town.says("wang", "今天包饺子", group="g1")

        await town.says("stranger", "我家也是", group="g1", reply_to=talk)

        assert town.read("g1") == []
        assert await town.core.database.read(_met) == []


async def test_the_worker_asks_and_followers_hear_that_it_was_answered(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼停水了", group="g1")
        await town.says("li", "关注 1", group="g1")
        await town.says("wang", "我的工单")

        await town.says("lin", "询问 1 几楼？")
        await town.says("wang", "六楼")

        assert town.last("li") == "工单 1 问报事人的事有答复了，继续办理。"


@pytest.mark.parametrize("who", ["sun", "stranger"])
async def test_a_number_lets_nobody_follow_what_they_do_not_know(
    sqlite_url: str, tmp_path: Path, who: str
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼停水了")
        await town.says("wang", "报事 3号楼楼上半夜噪音", group="g1")

        for number in (1, 2):
            await town.says(who, f"关注 {number}")
            await town.says(who, f"关注 {number}", group="g1")
        await town.says("lin", "受理 1")

        assert "有进展也告诉您" not in "".join(
            [*town.heard(who), *town.read("g1")]
        )
        assert "受理" not in town.last(who)


async def test_a_suggestion_is_the_reporters_alone_and_grows_old(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", f"报事 {HOLE}", group="g1")
        await town.says("li", f"报事 {AGAIN}", group="g1")

        stolen = await town.presses("wang", SAME, group="g1")
        assert "不是" in stolen or "不能" in stolen
        theft = await town.steals("sun", "并入 1", sent_to="lin")
        assert "不" in theft
        assert "并入" not in town.last("lin").split("\n", 1)[0]

        await town.says("lin", "办结 1 装好了")
        late = await town.presses("li", SAME, group="g1")
        assert "不能再补充" in late or "已" in late
        town.clock.passes(timedelta(days=31))
        old = await town.presses("li", SAME, group="g1")
        assert "过期" in old or "失效" in old or "用" in old


async def test_pressing_twice_merges_once(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", f"报事 {HOLE}", group="g1")
        await town.says("li", f"报事 {AGAIN}", group="g1")

        await town.press_together("li", "li", label=SAME, group="g1")

        assert "".join(town.heard("lin")).count("工单 2 已并入") == 1


def _met(db: Connection) -> list[str]:
    a = schema.account.c
    return [*db.scalars(select(a.address).where(a.address == "stranger"))]
