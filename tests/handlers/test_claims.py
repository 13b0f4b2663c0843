"""A claim, from its word to the thanks: one winner, kindly told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.terms import CommunityId, Number, Role, WishStatus
from storage import people, photos, wishes
from storage.database import Connection
from storage.messages import Edit, Said, Sender
from storage.wishes import Wish
from tests.databases import statements
from tests.pictures import picture
from tests.town import CHANNEL
from tests.world import World

TOWN = CommunityId("town")


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A town with one approved wish, number 1, without consent."""
    async with World.opened(database_url, tmp_path) as world:
        await world.says("wang", "许愿 家里灯泡坏了，402室", group="g1")
        await world.says("lin", "通过 1")
        yield world


async def find(town: World, number: int = 1) -> Wish:
    found = await town.core.database.read(
        lambda db: wishes.find(db, TOWN, Number(number))
    )
    assert found is not None
    return found


async def more_wishes(town: World, count: int) -> None:
    for number in range(2, 2 + count):
        await town.says(f"w{number}", "许愿 想要本书", group="g1")
        await town.says("lin", f"通过 {number}")


async def test_all_of_many_who_press_are_told_and_one_has_it(
    town: World,
) -> None:
    everyone = [f"v{n}" for n in range(90)]

    def volunteer(db: Connection) -> None:
        for who in everyone:
            sender = Sender(CHANNEL, who)
            person = people.meet(db, TOWN, sender, town.clock.now)
            people.give_role(db, TOWN, person.id, Role.VOLUNTEER)

    await town.core.database.write(volunteer)
    town.core.intake.be_quick()

    with statements() as sent:
        notices = await town.press_together(
            *everyone, label="我来认领", group="g1"
        )

    won = [one for one in notices if "由您认领了" in one]
    late = [one for one in notices if "刚刚被别人认领了" in one]
    assert (len(won), len(late)) == (1, 89)
    # what all ask alike is asked once in a while, not for each
    asked = [one for one in sent if one.startswith("SELECT")]
    alike = ("FROM wish", "FROM button", "FROM account", "FROM person")
    for table in alike:
        assert sum(table in one for one in asked) < 30, table


async def test_what_comes_together_still_happens_in_order(
    town: World,
) -> None:
    def in_group(who: str, text: str) -> Said:
        return town.said(who, text, group="g1")

    town.core.intake.be_quick()

    await town.hears(
        in_group("chen", "认领 1"),
        in_group("sun", "认领 1"),
        in_group("chen", "退领 1"),
        in_group("sun", "认领 1"),
    )

    assert (await find(town)).holder_id == "sun"
    said = town.read("g1")[-4:]
    means = ("由您认领了", "刚刚被别人认领了", "已放回心愿单", "由您认领了")
    assert all(mean in one for mean, one in zip(means, said, strict=True))


async def test_who_came_too_late_is_offered_the_next(town: World) -> None:
    await more_wishes(town, 2)
    await town.says("chen", "认领 1")

    await town.says("sun", "认领 1")
    assert "刚刚被别人认领了" in town.last("sun")
    assert town.labels("sun") == ["认领 2", "认领 3"]

    await town.presses("sun", "认领 2")
    assert (await find(town, 2)).holder_id == "sun"

    await town.says("sun", "认领 1", group="g1")
    assert "还有 3 等人帮忙" in town.last("g1")
    assert town.labels("g1") == []


@pytest.mark.parametrize(
    ("before", "who", "words", "said"),
    [
        (
            [],
            "li",
            "认领 1",
            "谢谢您的热心！认领心愿要先当志愿者，发“志愿者”三个字就行。",
        ),
        ([], "chen", "退领 1", "心愿 1 不归您管，不能这样操作。"),
        ([], "chen", "完成 1 好了", "心愿 1 不归您管，不能这样操作。"),
        (
            ["认领 1"],
            "chen",
            "认领 1",
            "心愿 1 就是您认领的，不用再认领。",
        ),
        (["认领 1"], "sun", "退领 1", "心愿 1 不归您管，不能这样操作。"),
        (["认领 1"], "sun", "完成 1 好了", "心愿 1 不归您管，不能这样操作。"),
        (["认领 1"], "lin", "婉拒 1 不行", "这个心愿已经有人在帮了。"),
        (
            ["认领 1", "完成 1 好了"],
            "chen",
            "退领 1",
            "这个心愿已经办好，正等对方确认。",
        ),
        (
            ["认领 1", "完成 1 好了"],
            "wang",
            "撤回 1",
            "这个心愿已经办好，正等对方确认。",
        ),
    ],
)
async def test_what_cannot_be_gets_one_sentence(
    town: World, before: list[str], who: str, words: str, said: str
) -> None:
    for words_before in before:
        await town.says("chen", words_before)
    then = await find(town)

    await town.says(who, words)

    assert town.last(who) == said
    assert await find(town) == then


async def test_nobody_claims_their_own(town: World) -> None:
    await town.says("chen", "许愿 想要本书", group="g1")
    await town.says("lin", "通过 2")

    await town.says("chen", "认领 2")

    assert town.last("chen") == "心愿 2 是您自己许的，留给别人来帮您吧。"


async def test_a_volunteer_has_only_so_many_in_hand(town: World) -> None:
    await more_wishes(town, 3)
    for number in (1, 2, 3):
        await town.says("chen", f"认领 {number}")

    await town.says("chen", "认领 4")
    said = "您手上有 3 个心愿了，办好一个再认领吧。谢谢您！"
    assert town.last("chen") == said

    await town.says("chen", "完成 1 灯泡换好了")
    await town.says("chen", "认领 4")
    assert (await find(town, 4)).holder_id == "chen"


async def test_a_reply_to_the_announcement_claims_without_a_number(
    town: World,
) -> None:
    await town.says("chen", "认领", group="g1", reply_to=town.last_id("g1"))

    assert (await find(town)).holder_id == "chen"
    assert "详情已私聊发您" in town.last("g1")


async def test_without_consent_the_worker_passes_things_on(
    town: World,
) -> None:
    await town.says("chen", "认领 1")

    letter = town.last("chen")
    assert "请找网格员转达：林工 0000-0003" in letter
    assert "402" not in letter
    assert "wang" not in letter


async def test_consent_that_comes_late_reaches_the_holder(
    town: World,
) -> None:
    await town.says("chen", "认领 1")

    await town.presses("wang", "可以")
    await town.says("wang", "王大爷，电话0000-7788123")

    assert "王大爷，电话0000-7788123" in town.last("chen")
    assert not town.heard("sun")


async def test_a_dropped_wish_is_on_the_list_again(town: World) -> None:
    await town.presses("chen", "我来认领", group="g1")
    await town.presses("chen", "退领")

    assert "已放回心愿单" in town.last("wang")
    taken, free = town.channel.others[-2:]
    assert isinstance(taken, Edit)
    assert isinstance(free, Edit)
    assert (taken.choices, len(free.choices)) == ((), 1)
    await town.presses("sun", "我来认领", group="g1")
    assert (await find(town)).holder_id == "sun"
    await town.passes(timedelta(days=6, hours=2))
    assert not [one for one in town.heard("chen") if "提醒" in one]


async def test_what_is_claimed_at_night_is_not_announced_in_the_morning(
    town: World,
) -> None:
    await town.says("wang", "许愿 想要本书", group="g1")
    await town.passes(timedelta(hours=14))  # eleven at night
    await town.says("lin", "通过 2")
    await town.says("chen", "认领 2")

    await town.passes(timedelta(hours=10))

    assert not [one for one in town.read("g1") if "新心愿 2" in one]


async def test_a_worker_may_take_a_claim_away(town: World) -> None:
    await town.says("chen", "认领 1")

    await town.says("lin", "退领 1")

    assert (await find(town)).status is WishStatus.OPEN
    assert "已由工作人员放回心愿单" in town.last("chen")


async def test_a_claim_is_reminded_once_and_then_returned(
    town: World,
) -> None:
    await town.says("chen", "认领 1")

    await town.passes(timedelta(days=6, hours=1))
    reminders = [one for one in town.heard("chen") if "提醒" in one]
    assert len(reminders) == 1

    await town.passes(timedelta(days=1))
    assert "没关系，有空了欢迎再认领" in town.last("chen")
    assert "已放回心愿单" in town.last("wang")
    assert (await find(town)).status is WishStatus.OPEN
    await town.says("chen", "认领 1")
    assert (await find(town)).holder_id == "chen"


async def test_after_a_stop_a_claim_that_ended_is_not_reminded_of_its_end(
    town: World,
) -> None:
    await town.says("chen", "认领 1")
    before = len(town.heard("chen"))

    town.clock.passes(timedelta(days=8))
    await town.core.clock.tick()
    await town.settles()

    assert len(town.heard("chen")) == before + 1
    assert "认领时间到了" in town.last("chen")


async def test_a_claim_that_ends_at_night_holds_until_the_morning(
    town: World,
) -> None:
    await town.passes(timedelta(hours=17))  # two at night
    await town.says("chen", "认领 1")
    await town.passes(timedelta(days=7, hours=3))

    await town.says("chen", "完成 1 灯泡换好了")

    assert (await find(town)).status is WishStatus.DONE
    await town.passes(timedelta(hours=6))
    assert not [one for one in town.heard("chen") if "时间到了" in one]


async def test_words_changed_after_the_approval_change_in_the_group(
    town: World,
) -> None:
    await town.says("lin", "心愿 1")
    await town.presses("lin", "改一改")
    await town.says("lin", "一位老人家里的灯泡坏了")

    [edit] = [one for one in town.channel.others if isinstance(one, Edit)]
    assert "一位老人家里的灯泡坏了" in edit.text
    assert [choice.label for choice in edit.choices] == ["我来认领"]


async def test_words_changed_in_the_night_are_those_of_the_morning(
    town: World,
) -> None:
    await town.says("wang", "许愿 想要本书", group="g1")
    await town.passes(timedelta(hours=14))  # eleven at night
    await town.says("lin", "通过 2")
    await town.says("lin", "心愿 2")
    await town.presses("lin", "改一改")
    await town.says("lin", "一位老人想要本大字书")

    await town.passes(timedelta(hours=10))

    [announced] = [one for one in town.read("g1") if "新心愿 2" in one]
    assert "一位老人想要本大字书" in announced


async def test_a_wisher_who_changes_their_mind_is_heard_by_the_holder(
    town: World,
) -> None:
    await town.says("chen", "认领 1")
    await town.says("wang", "心愿 1")
    await town.presses("wang", "联系方式可以告诉认领人")
    await town.says("wang", "王大爷，电话0000-7788123")
    assert "0000-7788123" in town.last("chen")

    await town.says("wang", "心愿 1")
    await town.presses("wang", "不再告诉")

    assert "请不要再用" in town.last("chen")
    assert "0000-7788123" not in town.last("chen")
    assert not (await find(town)).consent


async def test_a_proof_may_be_an_album_that_comes_in_parts(
    town: World,
) -> None:
    for name in ("a", "b", "c"):
        town.channel.pictures[name] = picture()
    await town.says("chen", "认领 1")

    await town.says("chen", "", photos=["a"], album="x")
    await town.says("chen", "完成 1", photos=["b"], album="x")
    await town.says("chen", "", photos=["c"], album="x")

    wish = await find(town)
    assert wish.status is WishStatus.DONE
    kept = await town.core.database.read(
        lambda db: photos.of_wish(db, wish.id)
    )
    assert [(one.ref, one.purpose) for one in kept] == [
        ("b", "proof"),
        ("a", "proof"),
        ("c", "proof"),
    ]
    assert town.last("wang") == "心愿 1 的照片"


async def test_done_without_words_or_photo_asks_for_them(
    town: World,
) -> None:
    await town.says("chen", "认领 1")

    await town.says("chen", "完成 1")
    assert "请发一句话或一张照片" in town.last("chen")
    await town.says("chen", "换好了，很亮")

    assert "换好了，很亮" in town.last("wang")
    assert town.labels("wang") == ["办好了，谢谢", "还没有"]


async def test_not_done_goes_back_to_the_volunteer(town: World) -> None:
    await town.says("chen", "认领 1")
    await town.says("chen", "完成 1 好了")

    await town.presses("wang", "还没有")

    assert "对方说还没办好" in town.last("chen")
    assert (await find(town)).status is WishStatus.CLAIMED
    await town.presses("chen", "办好了")
    await town.says("chen", "这回真好了")
    await town.presses("wang", "办好了")
    assert (await find(town)).status is WishStatus.FULFILLED


async def test_silence_confirms_and_says_so(town: World) -> None:
    await town.says("chen", "认领 1")
    await town.says("chen", "完成 1 好了")

    await town.passes(timedelta(days=7, hours=14))

    assert (await find(town)).status is WishStatus.FULFILLED
    assert "过了 7 天没有收到您的意见" in town.last("wang")
    assert town.last("g1").startswith("心愿 1 圆梦了")
    assert "chen" not in town.last("g1")
    assert "陈师傅" not in town.last("g1")


async def test_a_wish_taken_back_frees_its_volunteer(town: World) -> None:
    await town.says("chen", "认领 1")

    await town.says("wang", "撤回 1")

    assert "不需要帮忙了" in town.last("chen")
    await town.passes(timedelta(days=8))
    assert not [one for one in town.heard("chen") if "提醒" in one]


async def test_a_stranger_cannot_confirm(town: World) -> None:
    await town.says("chen", "认领 1")
    await town.says("chen", "完成 1 好了")

    notice = await town.steals("li", "办好了", sent_to="wang")

    assert notice == "这个按钮不是给您的。"
    assert (await find(town)).status is WishStatus.DONE
