from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.pack.loading import load
from config.settings import DEMO_PACK
from config.terms import EntryId
from handlers.understanding.retrieval import Retrieval
from tests.handlers.understanding.town import entry

TODAY = date(2026, 11, 22)
ENTRIES = (
    entry(
        "elder",
        "老年卡怎么办，多大岁数能办？",
        "老人免费坐公交的卡去哪办",
        "老年卡可以让子女代办吗",
        answer="满65周岁带身份证和一寸照片到社区大厅办理。",
    ),
    entry(
        "lost",
        "老年卡丢了怎么补？",
        "老年公交卡失效怎么激活",
        answer="到公交卡服务点补办，工本费20元。",
    ),
    entry(
        "insurance",
        "2027年度居民医保怎么交、交多少钱？",
        "医保缴费截止到哪天",
        answer="集中缴费期至2026年12月25日，每人410元。",
    ),
    entry(
        "permit",
        "居住证到期了怎么续签？",
        "居住证每年签注在手机上能办吗",
        answer="到期前30天内在小程序上签注。",
    ),
    entry(
        "disabled",
        "残疾证二级每月补贴多少？",
        "重度残疾人护理补贴",
        answer="二级每月两百元。",
    ),
    entry(
        "training",
        "免费技能培训有哪些，怎么报名？",
        "月嫂培训班",
        answer="10月班在社区报名。",
        valid_until=date(2026, 10, 31),
    ),
)


def test_the_matching_entry_answers() -> None:
    found = Retrieval(ENTRIES).find(
        "请问老年卡怎么办呀，子女能代办不", today=TODAY
    )

    assert found.sure
    assert [match.entry.id for match in found.best] == ["elder"]


def test_when_unsure_there_are_a_few_to_choose_from() -> None:
    found = Retrieval(ENTRIES).find("老年卡", today=TODAY)

    assert not found.sure
    assert {match.entry.id for match in found.best} == {"elder", "lost"}


def test_a_question_about_something_else_finds_nothing() -> None:
    found = Retrieval(ENTRIES).find("西门那家理发店几点关门", today=TODAY)

    assert found.best == ()
    assert not found.sure


def test_an_expired_entry_is_never_given_but_named() -> None:
    found = Retrieval(ENTRIES).find("月嫂培训班怎么报名", today=TODAY)

    assert not found.sure
    assert "training" not in {match.entry.id for match in found.best}
    assert found.expired
    assert found.expired.entry.id == "training"


def test_an_entry_is_good_on_its_last_day() -> None:
    found = Retrieval(ENTRIES).find(
        "月嫂培训班怎么报名",
        today=date(2026, 10, 31),
    )

    assert found.sure
    assert found.expired is None


def test_another_year_or_grade_is_not_answered_as_this_one() -> None:
    retrieval = Retrieval(ENTRIES)

    for asked in (
        "2025年度居民医保怎么交、交多少钱",
        "残疾证四级每月补贴多少",
    ):
        assert not retrieval.find(asked, today=TODAY).sure
    for asked in (
        "2027年度居民医保怎么交、交多少钱",
        "残疾证二级每月补贴多少",
    ):
        assert retrieval.find(asked, today=TODAY).sure


def test_what_is_asked_in_an_entrys_own_words_is_known_at_a_glance() -> None:
    demo = load(DEMO_PACK).communities[0]
    retrieval = Retrieval(demo.faq)

    for each in demo.faq:
        for question in each.questions:
            found = retrieval.find(question, today=TODAY)
            assert retrieval.knows(question, today=TODAY) == (
                found.sure or found.lapsed
            ), question
    assert not retrieval.knows("在哪呢 吃饭没啊", today=TODAY)


def test_the_rules_that_lapsed_are_surely_or_hardly_what_was_meant() -> None:
    retrieval = Retrieval(ENTRIES)

    assert retrieval.find("免费技能培训怎么报名", today=TODAY).lapsed
    assert not retrieval.find("月嫂", today=TODAY).lapsed
    assert retrieval.knows("免费技能培训怎么报名", today=TODAY)


def test_a_choice_that_is_far_behind_is_not_offered() -> None:
    demo = load(DEMO_PACK).communities[0]

    retrieval = Retrieval(demo.faq)

    offered = {
        asked: {m.entry.id for m in retrieval.find(asked, today=TODAY).best}
        for asked in ("老年卡", "老年卡怎么办")
    }

    assert offered == {
        "老年卡": {"senior-card", "senior-card-lost"},
        "老年卡怎么办": {"senior-card"},
    }


@pytest.mark.parametrize(
    ("asked", "entry"),
    [
        ("how do I throw away an old sofa?", "bulky-waste-en"),
        ("How do I get rid of an old sofa?", "bulky-waste-en"),
        ("i lost my social security card, what now", "social-card-lost-en"),
        ("where can I renew my residence permit", "residence-permit-renew-en"),
        ("Who is my grid worker?", "my-grid-worker-en"),
        (
            "is there an allowance for people over eighty",
            "old-age-allowance-en",
        ),
        ("旧沙发怎么扔", "bulky-waste"),
        ("居住证到期了怎么续签", "residence-permit-renew"),
    ],
)
def test_a_question_finds_the_entry_of_its_own_language(
    asked: str, entry: str
) -> None:
    demo = load(DEMO_PACK).communities[0]

    found = Retrieval(demo.faq).find(asked, today=TODAY)

    assert found.best[0].entry.id == entry
    assert {one.entry.id.endswith("-en") for one in found.best} == {
        entry.endswith("-en")
    }


def test_english_words_are_found_by_their_stems_and_not_by_filler() -> None:
    retrieval = Retrieval(
        [
            entry("dogs", "How do I register a dog?", answer="At the police."),
            entry("bikes", "How do I register a bike?", answer="At a dealer."),
        ]
    )

    assert retrieval.find("registering dogs", today=TODAY).best[
        0
    ].entry.id == ("dogs")
    assert retrieval.find("how do I get to the", today=TODAY).best == ()


def test_an_entry_can_be_added_replaced_and_removed() -> None:
    retrieval = Retrieval(ENTRIES)
    dogs = entry("dogs", "狗证怎么办？", answer="到社区登记。")

    retrieval.put(dogs)
    assert retrieval.find("狗证怎么办", today=TODAY).best[0].entry is dogs

    changed = entry("dogs", "养犬登记怎么办？", answer="到派出所登记。")
    retrieval.put(changed)
    assert (
        retrieval.find("养犬登记怎么办", today=TODAY).best[0].entry is changed
    )

    retrieval.remove(EntryId("dogs"))
    assert retrieval.find("养犬登记", today=TODAY).best == ()


def test_an_empty_faq_knows_nothing() -> None:
    assert Retrieval().find("老年卡怎么办", today=TODAY).best == ()


def test_a_thousand_entries_answer_within_a_millisecond() -> None:
    things = "甲乙丙丁戊己庚辛壬癸"
    retrieval = Retrieval(
        entry(
            f"e{n}",
            *(
                f"{things[n % 10]}{things[n // 10 % 10]}{things[n // 100]}证"
                f"{verb}要带什么材料到哪里办理"
                for verb in ("申请", "续签", "补办", "注销", "转移")
            ),
            answer="带身份证、户口本到社区大厅窗口办理，三个工作日办结。" * 3,
        )
        for n in range(1000)
    )
    asked = ["请问乙丙丁证补办要带什么材料", "戊己庚证去哪里办", "几点开门"]

    start = process_time()
    for _ in range(20):
        for question in asked:
            retrieval.find(question, today=TODAY)
    mean = (process_time() - start) / 60

    assert mean < 0.005  # 1 ms on a quiet machine


@given(st.text(max_size=5000))
def test_anything_can_be_asked(text: str) -> None:
    found = Retrieval(ENTRIES).find(text, today=TODAY)

    assert len(found.best) <= 3
    assert not found.sure or len(found.best) == 1


def test_what_an_answer_mentions_in_passing_answers_no_short_question() -> (
    None
):
    demo = load(DEMO_PACK).communities[0]

    found = Retrieval(demo.faq).find("幼儿园怎么报名", today=TODAY)

    assert not found.sure, "the rules for dogs keep them out of kindergartens"
