import math
from datetime import timedelta

import pytest

from handlers.understanding import lessons
from handlers.understanding.meaning import Sure
from tests.bench import _baselines, _groupchat
from tests.bench._groupchat import Message
from tests.bench._likeness import (
    Bm25,
    Bm25Likeness,
    Index,
    characters,
    cosine,
    ngrams,
)


def said(id_: str, text: str) -> Message:
    return Message(id=id_, text=text, label="report")


def test_texts_are_cut_into_characters() -> None:
    assert characters("电 梯A") == ["电", "梯", "a", "电梯", "梯a"]
    assert ngrams("灯坏了") == ["灯", "坏", "了", "灯坏", "坏了", "灯坏了"]


@pytest.mark.parametrize("index", [Bm25Likeness, cosine])
def test_the_same_text_is_nearest_and_a_strange_one_is_not_near(
    index: Index,
) -> None:
    texts = index()
    texts.put("lift", "三号楼的电梯又坏了")
    texts.put("lamp", "楼道的灯不亮")
    texts.put("lamp", "路灯坏了")
    texts.put("road", "人行道塌了一块")

    ((score, key), *_) = texts.near("三号楼的电梯又坏了")
    assert key == "lift"
    assert score == pytest.approx(1)
    assert [key for _, key in texts.near("灯坏了")] == ["lamp", "lift", "road"]
    assert texts.near("hello") == []
    assert index().near("灯坏了") == []


def test_bm25_by_hand() -> None:
    texts = Bm25Likeness()
    texts.put("a", "灯")
    texts.put("b", "水水")

    ((score, key),) = texts.near("灯亮")

    # 灯 is in one of two texts, 亮 and 灯亮 in none; texts of 1 and 3 terms
    known, unknown = math.log(1 + 1.5 / 1.5), math.log(1 + 2.5 / 0.5)
    norm = {1: 1.2 * (0.25 + 0.75 / 2), 3: 1.2 * (0.25 + 0.75 * 3 / 2)}
    own = (known + 2 * unknown) / (1 + norm[3])
    assert key == "a"
    assert score == pytest.approx(known / (1 + norm[1]) / own)


def test_bm25_finds_answers_and_second_tellings() -> None:
    finder = Bm25(_groupchat.community())
    book = finder.book(_groupchat.entries())
    matters = finder.matters()
    now = _groupchat.at(0)
    matters.put(said("1", "三号楼的电梯又坏了，关着人"), now)
    matters.put(said("2", "北门的路灯不亮"), now)

    later = now + timedelta(days=1)
    again = said("3", "三号楼的电梯又坏了，关着人呢")
    found = book.ask("城乡居民医疗保险一个人要交多少")

    assert matters.likely(again, later) == "1"
    assert matters.likely(said("4", "有人偷电瓶"), later) is None
    assert matters.nearest(said("5", "路灯"), later)[:1] == ["2"]
    assert found.ranked[0] == "faq-001"


def test_labels_are_learned_and_thresholds_on_who_was_left_out() -> None:
    some = {name: lessons.talk(name)[:300] for name in lessons.talks()[:2]}
    models = _baselines.learn_from(some)
    reader = _baselines.Ngrams(_groupchat.community(), models)
    learned = [one for talk in some.values() for one in talk]

    heard = reader.hear(
        [Message(id="", text=one.text, label="") for one in learned]
    )

    right = sum(
        h.label == one.label for h, one in zip(heard, learned, strict=True)
    )
    assert right / len(learned) > 0.9
    assert {h.done for h in heard} == {*Sure}
    assert 0 < models.ask < models.act < 1
    assert all((h.score >= models.act) == (h.done is Sure.ACT) for h in heard)
    assert reader.hear([]) == []
    reports = [one for one in learned if one.label == "report"]
    assert (
        sum(
            reader.category(one.text) == one.category
            and reader.is_danger(one.text) == (one.urgency == "danger")
            for one in reports
        )
        / len(reports)
        > 0.9
    )


def test_categories_are_learned_by_example() -> None:
    name = _baselines.learn(
        ["电梯坏了", "电梯停了", "垃圾没收", "垃圾堆着"], ["a", "a", "b", "b"]
    )

    assert name("三号楼电梯") == "a"
    assert name("垃圾") == "b"
