"""A wish, from its word to the list: who may, who hears, what is public."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from config.terms import CommunityId, Number, PersonId, WishAction
from handlers import wishing
from storage import people, wishes
from storage.messages import Attachment
from storage.wishes import Wish
from tests.world import World

TOWN = CommunityId("town")
SEAT = "许愿 3号楼楼道里想要个折叠凳"


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.opened(database_url, tmp_path) as world:
        yield world


async def find(town: World, number: int = 1) -> Wish | None:
    return await town.core.database.read(
        lambda db: wishes.find(db, TOWN, Number(number))
    )


async def actions(town: World) -> list[str]:
    found = await find(town)
    assert found is not None
    events = await town.core.database.read(
        lambda db: wishes.history(db, found.id)
    )
    return [event.action for event in events]


# What cannot be -----------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "words", "said"),
    [
        ("wang", "许愿", "请在“许愿”后面写一句：想要什么、想请人帮什么。"),
        ("wang", "/wish", "请在“许愿”后面写一句：想要什么、想请人帮什么。"),
        ("wang", "许愿 " + "凳" * 5000, "内容太长了，请缩短到 500 字以内。"),
        ("wang", "许愿 12", "请在“许愿”后面写一句：想要什么、想请人帮什么。"),
        ("chen", "认领", "请带上编号，比如“认领 12”。"),
        ("chen", "认领 99", "没有编号为 99 的心愿。发“心愿”看看有哪些。"),
        ("wang", "退领 99", "没有编号为 99 的心愿。发“心愿”看看有哪些。"),
        ("wang", "完成 99", "没有编号为 99 的心愿。发“心愿”看看有哪些。"),
        ("wang", "通过 99", "没有编号为 99 的心愿。发“心愿”看看有哪些。"),
        ("wang", "心愿 99", "没有编号为 99 的心愿。发“心愿”看看有哪些。"),
        ("wang", "/wishes waiting", "这个功能只给网格员和社区工作人员使用。"),
        (
            "wang",
            "心愿",
            "现在没有等人帮忙的心愿。发“许愿”加一句话，就能许一个。",
        ),
    ],
)
async def test_what_cannot_be_gets_one_sentence(
    town: World, who: str, words: str, said: str
) -> None:
    await town.says(who, words, group="g1")

    assert town.read("g1") == [said]
    assert await find(town) is None


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("voice", "语音我听不懂，请打几个字说说您的心愿。"),
        ("file", "文件我看不了，请发照片或打几个字。"),
        ("video", "文件我看不了，请发照片或打几个字。"),
    ],
)
async def test_what_cannot_be_read_gets_one_sentence(
    town: World, kind: str, said: str
) -> None:
    message = town.said("wang", "许愿 想要个凳子", group="g1")

    await town.hears(replace(message, attachments=(Attachment(kind=kind),)))

    assert town.read("g1") == [said]
    assert await find(town) is None


async def test_the_number_of_a_ticket_is_no_wish(town: World) -> None:
    await town.says("wang", "报事 3号楼门口路灯坏了", group="g1")

    await town.says("chen", "认领 1", group="g1")

    said = "1 号是工单，不是心愿。发“心愿”看看有哪些心愿。"
    assert town.last("g1") == said


async def test_wishes_and_tickets_count_in_one_sequence(town: World) -> None:
    await town.says("wang", SEAT, group="g1")
    await town.says("wang", "报事 3号楼门口路灯坏了", group="g1")
    await town.says("li", SEAT, group="g1")

    assert await find(town, 1)
    assert await find(town, 2) is None
    assert await find(town, 3)


async def test_a_resident_wishes_only_so_many(town: World) -> None:
    for _ in range(6):
        await town.says("wang", SEAT, group="g1")

    said = "您有 5 个心愿还没圆梦，等有结果了再许吧。"
    assert town.last("g1") == said
    assert await find(town, 6) is None


async def test_another_grids_worker_may_not_decide(town: World) -> None:
    await town.says("wang", SEAT, group="g1")

    for words in ("通过 1", "婉拒 1 不行", "撤回 1"):
        await town.says("zhao", words)

    refused = "心愿 1 不归您管，不能这样操作。"
    assert town.heard("zhao") == [refused] * 3
    assert await actions(town) == [WishAction.WISH]


async def test_a_stranger_sees_nothing_of_a_wish_not_approved(
    town: World,
) -> None:
    await town.says("wang", SEAT, group="g1")

    for words in ("心愿 1", "查单 1", "/ticket 1"):
        await town.says("li", words)
    await town.says("li", "心愿")

    hidden = "没有编号为 1 的心愿。发“心愿”看看有哪些。"
    assert town.heard("li")[:3] == [hidden] * 3
    assert "折叠凳" not in "".join(town.heard("li"))


async def test_a_stranger_cannot_press_what_the_worker_was_sent(
    town: World,
) -> None:
    await town.says("wang", SEAT, group="g1")

    notice = await town.steals("li", "通过", sent_to="lin")

    assert notice == "这个按钮不是给您的。"
    assert await actions(town) == [WishAction.WISH]


async def test_a_wish_is_decided_once(town: World) -> None:
    await town.says("wang", SEAT, group="g1")
    await town.says("lin", "通过 1")

    await town.says("ma", "通过 1")

    assert town.last("ma") == "这个心愿还没有人认领。"
    assert len([one for one in town.read("g1") if "新心愿 1" in one]) == 1


# What happens -------------------------------------------------------------


async def test_a_wish_in_private_asks_for_the_grid_once(town: World) -> None:
    await town.says("wang", "许愿 想有人陪我说说话")
    assert town.last("wang") == "请问您在哪个网格？点一下就行。"

    await town.presses("wang", "第二网格")

    assert "收到您的心愿，编号 1" in town.last("wang")
    assert "想有人陪我说说话" in town.last("zhao")
    found = await find(town)
    assert found is not None
    assert found.grid_id == "g2"
    assert found.kind == "company"


async def test_a_wish_in_plain_words_is_asked_about_in_private(
    town: World,
) -> None:
    await town.says("wang", "3号楼的，谁家有不用的轮椅借我用一个星期")
    assert "请邻居们帮忙吗" in town.last("wang")
    assert await find(town) is None

    await town.presses("wang", "帮我许愿")

    found = await find(town)
    assert found is not None
    assert "轮椅" in found.public_text


async def test_a_wish_in_plain_words_of_a_group_stays_talk(
    town: World,
) -> None:
    await town.says("wang", "谁家有不用的轮椅借我用一个星期", group="g1")

    assert town.read("g1") == []


async def test_the_desk_sets_what_is_public(town: World) -> None:
    await town.says("wang", "许愿 我是wang，402室，要个凳子", group="g1")
    found = await find(town)
    assert found is not None
    assert found.public_text == "要个凳子"

    await town.says("ma", "通过 1 3号楼有位老人想要个凳子，电话13800001111")

    said = "新心愿 1（第一网格）：3号楼有位老人想要个凳子（"
    assert said in town.last("g1")
    assert "已放上心愿单" in town.last("wang")


async def test_the_group_reads_no_phone_or_door_in_what_the_bot_says(
    town: World,
) -> None:
    await town.says(
        "wang", "许愿 3号楼402要个凳子，电话13800138000", group="g1"
    )
    await town.says(
        "ma", "通过 1 3号楼402想要个凳子，电话13800138000", group="g1"
    )
    for who, words in (
        ("chen", "心愿"),
        ("chen", "心愿 1"),
        ("chen", "查单 1"),
        ("chen", "认领 1"),
        ("sun", "认领 1"),
        ("chen", "完成 1 送到402了，13800138000"),
    ):
        await town.says(who, words, group="g1")

    for one in town.channel.said:
        if one.outgoing.chat.address != "g1":
            continue
        shown = one.outgoing
        quoted = town.words.get(shown.reply_to, "")
        for text in (shown.text, quoted, *(c.label for c in shown.choices)):
            assert "402" not in text
            assert "13800138000" not in text
    for answer in town.channel.answers:
        assert "402" not in answer.text


async def test_a_decline_needs_words_for_the_wisher(town: World) -> None:
    await town.says("wang", SEAT, group="g1")

    await town.presses("lin", "婉拒")
    assert "为什么不能放上心愿单" in town.last("lin")
    await town.says("lin", "社区已经在装长椅了")

    assert town.last("wang").endswith("社区已经在装长椅了")
    assert await actions(town) == [WishAction.WISH, WishAction.DECLINE]


async def test_a_worker_wishes_for_somebody(town: World) -> None:
    await town.says("lin", "许愿 3号楼王阿姨想请人换灯泡")
    assert "替谁许愿" in town.last("lin")

    await town.says("lin", "3号楼402王阿姨，电话0000-7788123")
    texts = "\n".join(town.heard("lin"))
    assert "本人同意把联系方式告诉来帮忙的志愿者吗" in texts
    assert "心愿单上这样写：3号楼想请人换灯泡" in texts

    await town.presses("lin", "可以")
    await town.presses("lin", "通过")
    await town.presses("chen", "我来认领", group="g1")

    assert "3号楼402王阿姨，电话0000-7788123" in town.last("chen")
    assert "王阿姨" not in "\n".join(town.read("g1"))
    assert "志愿者陈师傅认领了您的心愿 1" in town.last("lin")


async def test_a_worker_may_wish_for_themselves(town: World) -> None:
    await town.says("lin", "许愿 想要个旧书架")

    await town.says("lin", "本人")

    found = await find(town)
    assert found is not None
    assert found.wisher_id == "lin"
    assert found.filed_by is None


async def test_a_report_is_not_taken_for_the_contact_we_asked_for(
    town: World,
) -> None:
    await town.says("wang", SEAT, group="g1")
    await town.presses("wang", "可以")
    assert "怎么称呼您" in town.last("wang")

    await town.says("wang", "3号楼门口井盖破了，快来换一下")
    assert "收到，工单 2" in town.last("wang")
    found = await find(town)
    assert found is not None
    assert found.contact == ""

    await town.presses("wang", "可以")
    await town.says("wang", "王大爷，电话0000-7788123")
    found = await find(town)
    assert found is not None
    assert found.contact == "王大爷，电话0000-7788123"


async def test_consent_can_be_taken_back(town: World) -> None:
    await town.says("wang", SEAT, group="g1")
    await town.presses("wang", "可以")
    await town.says("wang", "王大爷，电话0000-7788123")

    await town.presses("wang", "不要，请网格员转达")

    found = await find(town)
    assert found is not None
    assert not found.consent
    await town.says("lin", "通过 1")
    await town.says("chen", "认领 1")
    assert "0000-7788123" not in town.last("chen")


async def test_a_wish_nobody_looked_at_is_brought_again(town: World) -> None:
    await town.says("wang", SEAT, group="g1")

    await town.passes(timedelta(days=2, hours=1))

    assert "这个心愿还没人看过" in town.last("lin")
    assert "这个心愿还没人看过" in town.last("ma")


async def test_the_list_is_paged_and_narrowed(town: World) -> None:
    for number, words in enumerate(
        ["想要凳子", "想要轮椅", "换个灯泡", "陪我说话", "取个药", "要本书"],
        start=1,
    ):
        who = f"w{number}"
        await town.says(
            who, f"许愿 {words}", group="g1" if number < 6 else "g2"
        )
        await town.says("ma", f"通过 {number}")

    await town.says("li", "心愿")
    assert town.last("li").count("【") == 5
    assert town.labels("li")[-1] == "下一页"
    await town.presses("li", "下一页")
    assert "【6】要本书 · 第二网格" in town.last("li")

    for words, shown in (
        ("微心愿 第二网格", "【6】要本书 · 第二网格"),
        ("微心愿 9号楼", "【6】要本书 · 第二网格"),
        ("微心愿 维修", "【3】换个灯泡 · 第一网格"),
        ("/wishes repair", "【3】换个灯泡 · 第一网格"),
        ("微心愿 轮椅", "【2】想要轮椅 · 第一网格"),
    ):
        await town.says("li", words)
        assert town.last("li").count("【") == 1, words
        assert shown in town.last("li")
    await town.says("li", "微心愿 游泳池")
    assert town.last("li") == "没有找到这样的心愿。发“心愿”看全部。"

    for words in ("心愿 第一网格 维修", "/wishes repair g1"):
        await town.says("zhou", words)
        assert town.last("zhou").count("【") == 1, words
        assert "【3】换个灯泡 · 第一网格" in town.last("zhou")
    await town.says("zhou", "心愿 第二网格 维修")
    assert "没有找到这样的心愿" in town.last("zhou")


async def test_one_sees_ones_own_and_the_worker_what_waits(
    town: World,
) -> None:
    await town.says("wang", SEAT, group="g1")

    await town.says("wang", "心愿 我的")
    assert "【1】3号楼楼道里想要个折叠凳 · 等网格员看" in town.last("wang")
    await town.says("lin", "/wishes waiting")
    assert "· 等网格员看" in town.last("lin")
    await town.says("zhao", "/wishes waiting")
    assert town.last("zhao") == "没有等着审核的心愿。"
    await town.says("lin", "查单 1")
    assert "许愿人：wang" in town.last("lin")
    assert "许愿" in town.last("lin")


async def test_an_edited_message_changes_the_wish_until_it_is_read(
    town: World,
) -> None:
    said = await town.says("wang", SEAT, group="g1")

    await town.edits("wang", said, "许愿 想要个轮椅", group="g1")
    assert "心愿单上这样写：想要个轮椅" in town.last("lin")

    await town.says("lin", "通过 1")
    await town.edits("wang", said, "许愿 想要辆汽车", group="g1")
    found = await find(town)
    assert found is not None
    assert found.public_text == "想要个轮椅"


async def test_a_recalled_message_takes_its_wish_along(town: World) -> None:
    said = await town.says("wang", SEAT, group="g1")

    await town.recalls("wang", said, group="g1")

    assert await actions(town) == [WishAction.WISH, WishAction.WITHDRAW]


async def test_english_readers_are_answered_in_english(town: World) -> None:
    await town.says("wang", SEAT, group="g1")
    await town.core.database.write(
        lambda db: people.change(db, TOWN, PersonId("chen"), language="en")
    )

    await town.says("chen", "/claim 1")

    said = "The grid worker has not looked at this wish yet, please wait."
    assert town.last("chen").startswith(said)


# What all may read --------------------------------------------------------

_PHONE = st.from_regex(r"1[3-9]\d{9}|0\d{2,3}-\d{7,8}", fullmatch=True)
_DOOR = st.from_regex(r"[1-9]\d{0,1}0[1-9]", fullmatch=True)
_NAME = st.text(
    "王李张刘陈杨赵黄周吴芳娜敏静强磊军洋勇艳", min_size=2, max_size=3
)
_TALK = st.text("想要个凳子轮椅帮忙换灯泡陪我说话谢您，。 ", max_size=12)


@given(_TALK, _NAME, _TALK, _PHONE, _TALK, _DOOR, _TALK)
def test_nothing_public_shows_person_phone_or_door(
    one: str, name: str, two: str, phone: str, three: str, door: str, four: str
) -> None:
    wish = f"{one}我是{name}{two}，电话{phone}。{three}，8号楼{door}室{four}"

    shown = wishing.public(wish, wishing.name_words(f"8号楼{name} {phone}"))

    assert name not in shown
    assert phone not in shown
    assert f"{door}室" not in shown
    assert "8号楼" in shown
    assert "\n" not in shown
