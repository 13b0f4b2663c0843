from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.pack.loading import load
from config.settings import DEMO_PACK
from config.terms import GridId, Urgency
from handlers.understanding.meaning import Intent, Sure
from handlers.understanding.model import shipped
from handlers.understanding.talk import Heard, Window
from handlers.understanding.understanding import Understanding
from tests.handlers.understanding.town import TOWN

EAR = Understanding(TOWN, shipped())


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("8号楼2单元的楼道灯坏了好几天了", "facilities"),
        ("荷花池边上的井盖没了，谁来管管", "roads"),
        ("5栋电梯又停了，老人下不来楼", "facilities"),
        ("3号樓樓道燈壞咗", "facilities"),
        ("16弄口垃圾桶满出来了，臭死人", "sanitation"),
        ("７号楼门口下水道堵了，污水往外冒", "utilities"),
        ("12弄停水了，一滴都没有", "utilities"),
        ("6号楼消防通道被车堵死了，快来人挪车", "fire_safety"),
    ],
)
def test_plain_words_of_trouble_are_a_report(
    said: str,
    category: str,
) -> None:
    meaning = EAR.judge(said)

    assert (meaning.intent, meaning.sure) == (Intent.REPORT, Sure.ACT)
    assert meaning.category == category


@pytest.mark.parametrize(
    "said",
    [
        "早上好，今天降温大家多穿点",
        "收到",
        "8号楼的路灯修好了，谢谢师傅",
        "师傅已经在路上了，预计十点来电",
        "要是电梯哪天坏了，我们高层怎么下楼",
        "去年8号楼也停水过一次，后来修好了",
        "我们单位电梯也坏了，爬了十二楼",
        "8号楼两室一厅出租，电梯房，2600，看房随时",
        "接龙 理发\n1. 8号楼张阿姨\n2. 5号楼老李",
        "转发：停水通知，8号楼明天检修停水",
        "请问老年卡怎么办，要带什么材料",
        "手机没电了，回头说",
        "谁家有不要的轮椅，想借一个星期",
        "你家狗才吵，先管好你自己",
        "昨晚火锅太好吃了，撑坏了",
        "",
    ],
)
def test_talk_is_met_with_silence(said: str) -> None:
    meaning = EAR.judge(said)

    assert meaning.intent is not Intent.REPORT or meaning.sure is Sure.NO


def test_a_photo_lowers_the_bar() -> None:
    said = "又停水了"

    assert EAR.judge(said).intent is not Intent.REPORT
    assert EAR.judge(said, photos=1).sure is Sure.ACT


def test_a_mention_lowers_the_bar() -> None:
    said = "停水了"

    assert EAR.judge(said).intent is not Intent.REPORT
    assert EAR.judge(said, addressed=True).sure is Sure.ACT


def test_what_may_be_a_report_is_asked_about() -> None:
    meaning = EAR.judge("我家停水了")

    assert (meaning.intent, meaning.sure) == (Intent.REPORT, Sure.ASK)


def test_what_is_mended_and_broken_again_is_a_report() -> None:
    meaning = EAR.judge("8号楼电梯上周修好了，今天又坏了，谁来看看")

    assert meaning.intent is Intent.REPORT
    assert meaning.sure is not Sure.NO


def test_a_question_is_known_as_one() -> None:
    assert EAR.judge("请问居住证去哪里续签？").intent is Intent.QUESTION
    assert EAR.judge("社保卡丢了怎么补办？").intent is Intent.QUESTION
    assert EAR.judge("新生儿怎么上户口？").intent is Intent.QUESTION


@pytest.mark.parametrize(
    "said",
    [
        "生育津贴能领多少",
        "社保卡丢了怎么办",
        "低保收入标准是多少",
        "办敬老卡要不要照片",
        "产假工资是单位发还是社保发",
        "对物业不满意，业主怎么换物业？",
        "How much is the old age allowance",
        "is there a bus to the clinic?",
    ],
)
def test_a_question_is_known_by_its_form_and_may_be_meant_for_others(
    said: str,
) -> None:
    meaning = EAR.judge(said)

    assert meaning.intent is Intent.QUESTION


def test_a_category_is_always_given() -> None:
    known = {category.id for category in TOWN.categories}
    category, lead = EAR.category("今天天气不错")
    assert category in known
    assert lead < EAR.category("路灯不亮")[1]
    assert EAR.category("路灯不亮")[0] == "facilities"


@pytest.mark.parametrize(
    ("said", "urgency"),
    [
        ("5号楼楼道里有煤气味", Urgency.DANGER),
        ("电梯里困了人，快来", Urgency.DANGER),
        ("人行道井盖不见了，露着个大洞", Urgency.DANGER),
        ("整栋楼停水了", Urgency.URGENT),
        ("楼道里堆满纸箱", Urgency.URGENT),
        ("草坪该剪了", Urgency.ROUTINE),
        ("晚上吃火锅去", Urgency.ROUTINE),
        ("要是着火了怎么跑", Urgency.ROUTINE),
        ("去年这里着火过一次", Urgency.ROUTINE),
        ("没有煤气味，放心", Urgency.ROUTINE),
        ("消防演练，着火了别慌", Urgency.ROUTINE),
        ("灶台点不着火", Urgency.ROUTINE),
        ("靠着火车站的那条路有坑", Urgency.ROUTINE),
        ("上次的火灭了，现在又着火了", Urgency.DANGER),
        ("外墙瓷砖快掉了，底下就是滑梯", Urgency.DANGER),
        ("张奶奶家敲门没人应，两天没出门了", Urgency.DANGER),
        ("走廊里一股子臭鸡蛋味，头有点晕", Urgency.DANGER),
    ],
)
def test_urgency_comes_from_the_words(said: str, urgency: Urgency) -> None:
    assert EAR.urgency(said) is urgency


@pytest.mark.parametrize(
    "unit",
    [
        "坏",
        "水漏",
        "8-",
        "8号楼",
        "漏。",
        " 坏",
        "没没",
        "十",
        "a",
        "要是,",
        "电梯里",
    ],
)
def test_the_work_grows_with_the_length_alone(unit: str) -> None:
    def cost(times: int) -> float:
        text = (unit * times)[:times]
        start = process_time()
        EAR.judge(text, addressed=True)
        EAR.urgency(text)
        EAR.place(text, home="8号楼")
        return process_time() - start

    cost(10)  # compiles and fills what is filled once
    assert min(cost(5000) for _ in range(3)) < 0.1


@given(st.text(max_size=5000), st.integers(0, 9), st.booleans())
def test_any_text_can_be_judged(
    text: str,
    photos: int,
    addressed: bool,  # noqa: FBT001 - given by hypothesis
) -> None:
    EAR.judge(text, photos=photos, addressed=addressed)
    EAR.category(text)
    EAR.urgency(text)
    EAR.place(text, home="8号楼", grid=GridId("g1"))


def test_a_text_that_is_minded_is_judged_alike_and_forgotten() -> None:
    text = "8号楼2单元的楼道灯坏了好几天了"
    ear = Understanding(TOWN, shipped())
    before = ear.judge(text), ear.category(text), ear.urgency(text)

    ear.mind(text)
    first = ear.judge(text)

    assert ear.judge(text) is first
    assert (first, ear.category(text), ear.urgency(text)) == before
    assert ear.judge(text, addressed=True, photos=1) == ear.judge(
        text, photos=1, addressed=True
    )
    ear.let(text)
    assert ear.judge(text) is not first


@pytest.mark.parametrize(
    "text",
    [
        "隔壁老公打老婆",
        "孩子被打得直哭",
        "有人打架见血了",
        "我被老公打了怎么办",
        "楼下打起来了",
        "他拿着刀在楼道里",
        "有人喊救命",
        "my neighbour is beating his wife",
    ],
)
def test_people_who_hurt_people_are_danger(text: str) -> None:
    assert EAR.is_violent(text)
    assert EAR.urgency(text) is Urgency.DANGER


@pytest.mark.parametrize(
    "text",
    [
        "给老人打疫苗要带什么",
        "老公给我打电话了",
        "弹簧门打人，把手松了",
        "隔壁打麻将到半夜",
        "孩子打游戏吵死了",
        "两条狗打架",
        "墙被打了个洞",
        "以前隔壁打老婆，现在搬走了",
        "我和老婆打车带孩子去医院",
    ],
)
def test_what_only_sounds_like_it_is_none(text: str) -> None:
    assert not EAR.is_violent(text)


def test_a_neighbour_who_beats_is_asked_about_in_english_too() -> None:
    demo = Understanding(load(DEMO_PACK).communities[0], shipped())

    heard = demo.judge("My neighbour beats his wife every night, please help")

    assert heard.sure is Sure.ASK
    assert heard.category == "violence"
    assert heard.urgency is Urgency.DANGER


def test_without_a_model_the_rules_decide() -> None:
    alone = Understanding(TOWN, None)

    report = alone.judge("8号楼2单元的楼道灯坏了好几天了")

    assert (report.intent, report.sure) == (Intent.REPORT, Sure.ACT)
    assert report.category == "facilities"
    assert alone.judge("收到").intent is Intent.TALK


def test_what_stands_around_tells_an_addition_and_what_it_adds_to() -> None:
    window, now = Window(), datetime(2026, 11, 22, tzinfo=UTC)
    said = [
        ("wang", "8号楼电梯又停了，老人下不来，谁来修一下"),
        ("li", "早上好"),
        ("zhao", "我家这边也是"),
    ]
    heard = []
    for name, text in said:
        around = window.around("g", text, sender=name, name=name, at=now)
        heard.append(EAR.judge(text, around=around))
        chances, pairs = EAR.overhear(text)
        window.hear("g", Heard(text, name, name, chances, pairs, now))

    assert heard[0].intent is Intent.REPORT
    assert heard[2].intent is Intent.FOLLOWUP
    assert heard[2].about == said[0][1]
    assert EAR.judge("我家这边也是").about is None, "nothing was said"
