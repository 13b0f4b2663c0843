from pathlib import Path

import pytest

from tests.bench import _groupchat, _real
from tests.bench._folder import Folder
from tests.bench._likeness import Bm25
from tests.bench.test_folder import put

WORDS = [
    "路灯不亮",
    "电梯停运",
    "垃圾成堆",
    "学校收费",
    "医保报销",
    "公交改线",
    "工地噪声",
    "河水发臭",
]


@pytest.fixture
def finder() -> Bm25:
    return Bm25(_groupchat.community())


def said(word: str) -> str:
    return f"{word}请尽快处理关于{word}的投诉已经三天{word}没有人来管"


def test_no_title_is_tried_whose_message_was_learned(tmp_path: Path) -> None:
    put(
        tmp_path,
        "category_seg.jsonl",
        *({"id": w, "text": " ".join(said(w)), "label": w} for w in WORDS),
    )
    put(
        tmp_path,
        "category_raw.jsonl",
        *({"id": w, "title": w, "text": said(w), "label": w} for w in WORDS),
    )
    folder = Folder(tmp_path)

    halves = _real.titles(folder, None)
    whole = _real.titles(folder, Folder(tmp_path))

    learned, tried = (
        {label for _, label in part} for part in (halves.learn, halves.test)
    )
    assert learned | tried == {*WORDS}
    assert learned & tried == set()
    assert len(learned) == len(tried) == len(WORDS) / 2
    assert halves == _real.titles(folder, None)
    assert len(whole.learn) == len(whole.test) == len(WORDS)
    assert " " not in whole.learn[0][0]


def test_what_is_alike_at_any_remove_is_one_group() -> None:
    texts = [
        said("路灯不亮"),
        "天下大雨",
        said("路灯不亮") + "谢谢",
        "天下大雨了",
    ]

    assert _real.groups_of(texts) == [0, 1, 0, 1]


def test_titles_are_named_by_what_was_learned() -> None:
    given = _real.Titles(
        [("灯", "a"), ("水", "b")], [("灯", "a"), ("水", "a")]
    )

    figures = _real.category(
        lambda texts, labels: (
            dict(zip(texts, labels, strict=True)).__getitem__
        ),
        given,
    )

    assert figures["category_macro_f1"].value == pytest.approx((2 / 3) / 2)
    assert _real.category(None, given)["category_macro_f1"].value is None
    assert _real.category(None, _real.Titles([], [])) == {}


def test_paraphrases_are_sought_among_all_standard_questions(
    tmp_path: Path, finder: Bm25
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    put(
        here,
        "faq_municipal_app.jsonl",
        {"faq_id": "a", "text": "怎么预约口罩", "role": "standard"},
        {"faq_id": "b", "text": "健康码怎么领", "role": "standard"},
        {"faq_id": "a", "text": "在哪预约口罩", "role": "paraphrase"},
        {"faq_id": "b", "text": "口罩怎么领", "role": "paraphrase"},
    )
    put(
        there,
        "faq_municipal_app.jsonl",
        {"faq_id": "c", "text": "在哪预约口罩呢", "role": "standard"},
        {"faq_id": "c", "text": "口罩", "role": "paraphrase"},
    )

    alone = _real.municipal(finder, Folder(here), None)
    both = _real.municipal(finder, Folder(here), Folder(there))

    assert alone["municipal_recall_at_1"].value == 1 / 2
    assert alone["municipal_recall_at_5"].value == 1
    assert alone["municipal_base"].value == 2
    assert both["municipal_recall_at_1"].value == 0
    assert both["municipal_recall_at_1"].n == 2
    assert both["municipal_base"].value == 3


def test_each_title_has_its_own_reply(tmp_path: Path, finder: Bm25) -> None:
    put(
        tmp_path,
        "faq_gov_reply.jsonl",
        {"id": "1", "query": "路灯何时修", "answer": "路灯已修复"},
        {"id": "2", "query": "路灯", "answer": "公交线路正在规划"},
        {"id": "3", "query": "医保", "answer": "不予受理"},
    )

    figures = _real.replies(finder, Folder(tmp_path))

    assert figures["reply_recall_at_1"].value == pytest.approx(1 / 3)
    assert figures["reply_recall_at_1"].n == 3


def test_twins_are_sought_among_earlier_titles_alone(
    tmp_path: Path, finder: Bm25
) -> None:
    rows = [
        ("2019-01-05 10:00", "路灯不亮了", "g1"),
        ("2019-01-01 10:00", "路灯不亮", "g1"),
        ("2019-01-02 10:00", "电梯停运", ""),
        ("2019-01-03 10:00", "工地太吵", "g2"),
        *(("2019-01-04 10:00", f"半夜打桩{n}", "") for n in range(3)),
        ("2019-01-06 10:00", "半夜打桩的工", "g2"),
    ]
    put(
        tmp_path,
        "complaints_timeline.jsonl",
        *(
            {"id": title, "date": date, "title": title, "dup_group": group}
            for date, title, group in rows
        ),
    )

    figures = _real.duplicates(finder, Folder(tmp_path))

    assert figures["duplicates_recall_at_3"].value == 1 / 2
    assert figures["duplicates_recall_at_3"].n == 2


def test_sets_that_are_not_there_leave_no_figures(
    tmp_path: Path, finder: Bm25
) -> None:
    folder = Folder(tmp_path)

    assert _real.titles(folder, None).test == []
    assert _real.municipal(finder, folder, None) == {}
    assert _real.replies(finder, folder) == {}
    assert _real.duplicates(finder, folder) == {}
    assert len(folder.missing) == 5
