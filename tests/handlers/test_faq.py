"""Questions get the official answer, or a person who finds it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text

from config.pack.values import Entry, Pack
from config.terms import CommunityId, EntryId, Source, Status
from handlers.letters import LABEL
from storage import faq, schema, tickets
from storage.apply import apply
from storage.database import Connection
from tests.town import CHANNEL, COMMUNITY
from tests.world import World

TOWN = CommunityId("town")


def _entry(
    name: str, *questions: str, answer: str, until: date | None = None
) -> Entry:
    return Entry(
        id=EntryId(name),
        topic="办事",
        questions=questions,
        answer=answer,
        source="市医保局《通告》",
        issued=date(2026, 9, 10),
        valid_until=until,
    )


FAQ = (
    _entry(
        "insurance",
        "城乡居民医保怎么交、交多少钱？",
        "居民医保缴费到哪天截止",
        answer="集中缴费到12月25日，每人410元，带身份证到社区2号窗。",
        until=date(2026, 12, 25),
    ),
    _entry(
        "elsewhere",
        "异地就医备案怎么办理？",
        "外地老人看病要不要备案",
        answer="在小程序上办理备案，当天生效。",
    ),
    _entry(
        "plate",
        "电动自行车怎么上牌？",
        "电瓶车牌照去哪里办",
        answer="带购车发票和身份证到街道车管窗口。",
    ),
    _entry(
        "plate-lost",
        "电动自行车车牌丢了怎么补办？",
        answer="带身份证到街道车管窗口补办。",
    ),
    _entry(
        "heating",
        "暖气费补贴怎么申请？",
        answer="到社区填表申请。",
        until=date(2026, 3, 31),
    ),
)
PACK = Pack((replace(COMMUNITY, faq=FAQ),))


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with World.opened(database_url, tmp_path, pack=PACK) as world:
        yield world


async def test_an_answer_names_its_source_and_date(town: World) -> None:
    await town.says("wang", "问 城乡居民医保怎么交", group="g1")

    answer = town.last("g1")
    assert "每人410元" in answer
    assert "来源：市医保局《通告》" in answer
    assert "2026年9月10日发布" in answer
    assert "2026年12月25日前有效" in answer
    assert town.labels("g1") == ["👍 有用", "👎 没帮上"]


@pytest.mark.parametrize(
    ("words", "group", "mention"),
    [
        ("/ask 异地就医备案怎么办理", "g1", False),
        ("请问异地就医备案怎么办理？", "g1", True),
        ("请问异地就医备案怎么办理？", "", False),
        ("请问异地就医备案怎么办理？", "g1", False),
    ],
)
async def test_a_question_is_heard_however_it_is_asked(
    town: World, words: str, group: str, *, mention: bool
) -> None:
    await town.says("wang", words, group=group, mention=mention)

    assert "当天生效" in town.last(group or "wang")


async def test_rules_that_have_lapsed_are_named_to_whoever_surely_asks(
    town: World,
) -> None:
    await town.says("wang", "暖气费补贴怎么申请", group="g1")

    assert town.last("g1") == (
        "“暖气费补贴怎么申请？”的规定已于2026年3月31日到期，"
        "新的规定我还没有收到。\n要帮您转给网格员吗？"
    )
    assert town.labels("g1") == ["转给网格员", "不用了"]
    assert "到社区填表" not in "".join(town.read("g1"))


async def test_a_question_by_its_form_alone_gets_choices_or_the_help(
    town: World,
) -> None:
    await town.says("wang", "电动自行车是怎样的")
    assert town.last("wang") == "您想问的是哪一个？"

    await town.says("wang", "猫有几条命")
    assert town.last("wang").startswith("我可以帮您")


async def test_a_question_of_any_form_is_answered_where_the_entry_is_sure(
    town: World,
) -> None:
    await town.says("wang", "电动自行车车牌丢了怎么办", group="g1")

    assert "车管窗口补办" in town.last("g1")


@pytest.mark.parametrize(
    "words",
    [
        "谁知道哪家理发店便宜？",
        "今天几点吃饭？",
        "医保真好",
        "你吃了没",
        "补贴哪天发啊",
        "城乡居民医保每人交410元，我交了",
    ],
)
async def test_what_no_entry_surely_answers_stays_talk(
    town: World, words: str
) -> None:
    await town.says("wang", words, group="g1")

    assert town.read("g1") == []
    assert await town.core.database.read(_rows) == (0, 0)


def _rows(db: Connection) -> tuple[int, int]:
    count = text("SELECT count(*) FROM seen")
    kept = text("SELECT count(*) FROM unanswered")
    return db.execute(count).scalar_one(), db.execute(kept).scalar_one()


async def test_an_unsure_question_gets_choices(town: World) -> None:
    await town.says("wang", "问 电动自行车", group="g1")

    assert town.last("g1") == "您想问的是哪一个？"
    labels = town.labels("g1")
    assert set(labels[:-1]) <= {
        "电动自行车怎么上牌？",
        "电动自行车车牌丢了怎么补办？",
    }
    assert labels[-1] == "都不是"

    await town.presses("wang", "怎么上牌", group="g1")
    assert "购车发票" in town.last("g1")


async def test_a_label_too_long_for_a_button_shows_that_it_was_cut(
    sqlite_url: str, tmp_path: Path
) -> None:
    long = (
        "How do I renew my residence permit here?",
        "How do I renew my residence insurance?",
    )
    entries = tuple(
        _entry(f"e{n}", one, answer="Ask.") for n, one in enumerate(long)
    )
    pack = Pack((replace(COMMUNITY, faq=entries),))
    async with World.opened(sqlite_url, tmp_path, pack=pack) as town:
        await town.says("wang", "/ask renew my residence")

        labels = town.labels("wang")[:-1]
        assert "How do I renew my residence…" in labels
        assert all(len(label) <= LABEL for label in labels)


async def test_a_stranger_cannot_choose_for_the_one_who_asked(
    town: World,
) -> None:
    await town.says("wang", "问 电动自行车", group="g1")

    notice = await town.presses("passer-by", "怎么上牌", group="g1")

    assert notice == "这个按钮不是给您的。"
    assert town.last("g1") == "您想问的是哪一个？"


async def test_an_expired_answer_is_never_given(town: World) -> None:
    await town.says("wang", "问 暖气费补贴怎么申请")

    said = town.last("wang")
    assert "填表" not in said
    assert "已于2026年3月31日到期" in said
    assert town.labels("wang") == ["转给网格员", "不用了"]


async def test_what_no_entry_answers_becomes_an_inquiry(town: World) -> None:
    await town.says("wang", "问 广场上的鸽子归谁喂", group="g1")
    assert "我答不上来" in town.last("g1")

    await town.presses("wang", "转给网格员", group="g1")

    assert "已转给网格员，工单 1" in town.last("g1")
    assert "前答复您" in town.last("g1")
    assert "广场上的鸽子归谁喂" in town.last("lin")
    ticket = await town.core.database.read(
        lambda db: tickets.get(
            db, db.execute(select(schema.ticket.c.id)).scalar_one()
        )
    )
    assert ticket.source is Source.INQUIRY
    assert ticket.category == "inquiry"
    assert ticket.status is Status.REPORTED


async def test_a_choice_of_none_offers_a_person_too(town: World) -> None:
    await town.says("wang", "问 电动自行车", group="g1")

    await town.presses("wang", "都不是", group="g1")
    await town.presses("wang", "不用了", group="g1")

    assert "我答不上来" in town.last("g1")
    assert [one.text for one in await _unanswered(town)] == ["电动自行车"]


async def _unanswered(town: World) -> list[faq.Unanswered]:
    found = await town.core.database.read(lambda db: faq.unanswered(db, TOWN))
    return list(found)


async def test_an_unanswered_question_is_kept_once_masked_and_nameless(
    town: World,
) -> None:
    await town.says("wang", "问 我是wang，鸽子归谁喂？电话13800001111")
    await town.says("wang", "问 请问我是wang 鸽子归谁喂呀 电话13800002222")

    (kept,) = await _unanswered(town)

    assert kept.text == "我是***，鸽子归谁喂？电话***"
    assert kept.asked == 2
    columns = set(schema.unanswered.c.keys())
    assert not columns & {"person_id", "author_id", "chat"}


async def test_a_vote_counts_once_a_person(town: World) -> None:
    await town.says("wang", "问 城乡居民医保怎么交", group="g1")

    await town.presses("wang", "有用", group="g1")
    await town.presses("wang", "有用", group="g1")
    await town.presses("li", "没帮上", group="g1")
    thanks = await town.presses("li", "有用", group="g1")

    tally = await town.core.database.read(
        lambda db: faq.tally(db, TOWN, EntryId("insurance"))
    )
    assert tally == faq.Tally(up=2, down=0)
    assert thanks == "谢谢，很高兴帮上忙！"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("问", "请在“问”后面写上问题，比如“问 医保怎么交”。"),
        ("/ask", "请在“问”后面写上问题，比如“问 医保怎么交”。"),
        ("问 " + "怎" * 5000, "内容太长了，请缩短到 500 字以内。"),
    ],
)
async def test_a_question_that_cannot_be_read_gets_one_sentence(
    town: World, words: str, said: str
) -> None:
    await town.says("wang", words, group="g1")

    assert town.read("g1") == [said]


async def test_danger_in_a_question_is_a_report(town: World) -> None:
    await town.says("wang", "问 3号楼楼道煤气味很重怎么办", group="g1")

    assert "危险！" in town.last("g1")
    assert any("煤气味很重" in one for one in town.heard("ma"))


async def test_an_entry_of_the_desk_is_found_at_once(town: World) -> None:
    write = town.core.database.write
    pigeons = _entry("pigeons", "鸽子归谁喂？", answer="由志愿者每天喂。")
    await town.says("wang", "问 鸽子归谁喂")
    (kept,) = await _unanswered(town)

    await write(lambda db: faq.put(db, TOWN, pigeons, town.clock.now))
    assert await write(lambda db: faq.mark_answered(db, TOWN, kept.id))
    await town.says("wang", "问 鸽子归谁喂")

    assert "由志愿者每天喂" in town.last("wang")
    assert await _unanswered(town) == []

    assert await write(
        lambda db: faq.retire(db, TOWN, EntryId("pigeons"), town.clock.now)
    )
    await town.says("wang", "问 鸽子归谁喂")
    assert "我答不上来" in town.last("wang")
    assert [one.asked for one in await _unanswered(town)] == [2]


async def test_an_entry_of_the_desk_is_soon_given_unasked_too(
    town: World,
) -> None:
    pigeons = _entry("pigeons", "小区里的鸽子归谁喂？", answer="志愿者喂。")
    question = "请问小区里的鸽子归谁喂？"
    await town.says("wang", question, group="g1")
    assert town.read("g1") == []

    write = town.core.database.write
    await write(lambda db: faq.put(db, TOWN, pigeons, town.clock.now))
    await town.core.intake.look_again()
    await town.says("wang", question, group="g1")

    assert "志愿者喂。" in town.last("g1")


async def test_an_entry_that_the_desk_took_over_keeps_no_old_phrase(
    town: World,
) -> None:
    new = _entry("plate", "摩托车怎么上牌？", answer="去车管所。")

    def take_over(db: Connection) -> list[Entry]:
        faq.put(db, TOWN, new, town.clock.now)
        return list(faq.entries(db, TOWN))

    entries = await town.core.database.write(take_over)

    found = {entry.id: entry.questions for entry in entries}
    assert found[EntryId("plate")] == ("摩托车怎么上牌？",)
    assert found[EntryId("insurance")] == FAQ[0].questions


async def test_a_dropped_question_stays_away_and_is_emptied(
    town: World,
) -> None:
    write = town.core.database.write
    await town.says("wang", "问 鸽子归谁喂")
    (kept,) = await _unanswered(town)

    assert await write(lambda db: faq.drop_unanswered(db, TOWN, kept.id))
    await town.says("li", "问 鸽子归谁喂")

    assert await _unanswered(town) == []
    assert not await write(lambda db: faq.drop_unanswered(db, TOWN, kept.id))


async def test_another_community_sees_no_question_of_ours(
    town: World,
) -> None:
    other = CommunityId("elsewhere")
    await town.says("wang", "问 鸽子归谁喂")
    (kept,) = await _unanswered(town)

    write = town.core.database.write
    assert await write(lambda db: faq.unanswered(db, other)) == []
    assert not await write(lambda db: faq.mark_answered(db, other, kept.id))


async def test_an_answer_in_markdown_reads_like_a_message(
    town: World,
) -> None:
    answer = (
        "**免费**。带上：\n- 身份证\n- 照片，见[公告](https://a.example/x)"
    )
    pigeons = _entry("pigeons", "小区里的鸽子归谁喂？", answer=answer)
    await town.core.database.write(
        lambda db: faq.put(db, TOWN, pigeons, town.clock.now)
    )

    await town.says("wang", "问 小区里的鸽子归谁喂")

    assert (
        "免费。带上：\n· 身份证\n· 照片，见公告 https://a.example/x\n"
        in town.last("wang")
    )


async def test_an_entry_changed_in_the_pack_is_answered_anew_while_running(
    town: World,
) -> None:
    await town.says("wang", "问 异地就医备案怎么办理？")
    assert "当天生效" in town.last("wang")
    changed = _entry("elsewhere", "异地就医备案怎么办理？", answer="网上办。")

    def apply_without(*entries: Entry) -> Callable[[Connection], object]:
        pack = Pack((replace(COMMUNITY, faq=entries),))
        return lambda db: apply(db, pack, town.clock.now)

    await town.core.database.write(apply_without(FAQ[0], changed))
    await town.says("wang", "问 异地就医备案怎么办理？")
    assert "网上办。" in town.last("wang")

    await town.core.database.write(apply_without(FAQ[0]))
    await town.says("wang", "问 异地就医备案怎么办理？")
    assert "我答不上来" in town.last("wang")


async def test_an_entry_of_another_community_answers_nobody_here(
    database_url: str, tmp_path: Path
) -> None:
    pigeons = _entry("pigeons", "小区里的鸽子归谁喂？", answer="志愿者喂。")
    far = replace(
        COMMUNITY,
        id=CommunityId("far"),
        grids=(
            replace(
                COMMUNITY.grids[0], worker=None, groups=(f"{CHANNEL}:far",)
            ),
        ),
        people=(),
        bodies=(),
        categories=tuple(
            replace(each, body=None) for each in COMMUNITY.categories
        ),
        faq=(pigeons,),
    )
    pack = Pack((replace(COMMUNITY, faq=FAQ), far))
    async with World.opened(database_url, tmp_path, pack=pack) as town:
        await town.says("wang", "问 小区里的鸽子归谁喂", group="g1")
        assert "志愿者喂" not in town.last("g1")

        await town.says("yuan", "问 小区里的鸽子归谁喂", group="far")
        assert "志愿者喂。" in town.last("far")


async def test_what_an_answer_did_not_answer_is_the_desks_to_answer(
    town: World,
) -> None:
    await town.says("wang", "问 电动自行车怎么上牌", group="g1")
    for _ in range(2):
        await town.presses("li", "没帮上", group="g1")

    (kept,) = await town.core.database.read(
        lambda db: faq.unanswered(db, TOWN)
    )
    assert (kept.text, kept.asked) == ("电动自行车怎么上牌", 1)


@pytest.mark.parametrize("words", ["😀😀", "\u200b\u200b", "?!。", "医" * 499])
async def test_what_is_no_question_is_passed_on_at_the_most(
    town: World, words: str
) -> None:
    await town.says("wang", f"问 {words}", group="g1")

    assert "来源" not in town.last("g1")
