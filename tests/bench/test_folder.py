import json
from pathlib import Path
from typing import Any

import pytest

from config.terms import EntryId
from tests.bench._folder import Folder, query_of

KNOWN = {EntryId("faq-001"), EntryId("faq-002")}


def put(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / name).write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("row", "answers"),
    [
        ({"query": "?", "faq_id": "faq-001"}, ["faq-001"]),
        ({"text": "?", "answer": "faq-002", "near": "faq-001"}, ["faq-002"]),
        ({"text": "?", "answer": None, "near": "faq-001"}, []),
        ({"question": "?", "entry": "none"}, []),
        ({"q": "?", "gold": ["faq-001", "faq-002"]}, ["faq-001", "faq-002"]),
        (
            {"query": "?", "answer": "Til May.", "label": "faq-001"},
            ["faq-001"],
        ),
        ({"query": "?", "faq_id": None, "label": "local"}, []),
    ],
)
def test_columns_of_questions_may_be_spelled_in_several_ways(
    row: dict[str, Any], answers: list[str]
) -> None:
    query = query_of(row, KNOWN)

    assert query
    assert query.text == "?"
    assert query.answers == frozenset(answers)


def test_an_answer_that_is_no_entry_is_not_taken_for_none() -> None:
    assert query_of({"query": "?", "faq_id": "faq-404"}, KNOWN) is None
    with pytest.raises(ValueError, match="no answer among"):
        query_of({"query": "?", "heading": "faq-001"}, KNOWN)


def test_an_empty_folder_names_all_that_it_lacks(tmp_path: Path) -> None:
    folder = Folder(tmp_path)

    assert folder.chats == []
    assert folder.queries() == {}
    assert folder.chatter() == {}
    assert set(folder.missing) == {
        "groupchat_*.jsonl",
        "policy_faq.jsonl",
        "chat_with_cue_words*.jsonl",
        "intent*.jsonl",
    }


def test_a_chat_needs_no_more_than_ids_words_and_labels(
    tmp_path: Path,
) -> None:
    put(
        tmp_path,
        "groupchat_two.jsonl",
        {"id": "b-1", "text": "灯坏了", "label": "report", "new": 1},
        {"id": "b-2", "text": "", "label": "followup", "about": ["b-1"]},
        {
            "id": 3,
            "text": None,
            "label": "report",
            "urgency": "",
            "photos": ["a.jpg", "b.jpg"],
        },
    )

    (chat,) = Folder(tmp_path).chats

    assert chat.name == "groupchat_two"
    assert [m.id for m in chat.messages] == ["b-1", "b-2", "3"]
    assert chat.messages[1].about == ("b-1",)
    assert chat.messages[2].photos == 2
    assert chat.messages[2].text == ""
    assert chat.messages[2].urgency is None


def test_questions_of_a_chat_count_where_their_answers_are_known(
    tmp_path: Path,
) -> None:
    put(
        tmp_path,
        "policy_faq.jsonl",
        *({"id": id_, "question": "?"} for id_ in sorted(KNOWN)),
    )
    for name in ("one", "two"):
        put(
            tmp_path,
            f"groupchat_{name}.jsonl",
            {"id": f"{name}-1", "text": "怎么交", "label": "question"},
            {"id": f"{name}-2", "text": "几点开门", "label": "question"},
            {"id": f"{name}-3", "text": "好", "label": "chatter"},
        )
    (tmp_path / "GROUPCHAT.md").write_text("one-1 → faq-002; x.", "utf-8")

    folder = Folder(tmp_path)

    assert {
        name: [(q.text, set(q.answers)) for q in queries]
        for name, queries in folder.queries().items()
    } == {"groupchat_one": [("怎么交", {"faq-002"}), ("几点开门", set())]}


def test_questions_that_name_no_entry_are_told(tmp_path: Path) -> None:
    put(tmp_path, "policy_faq.jsonl", {"id": "faq-001", "question": "?"})
    put(
        tmp_path,
        "faq_queries_a.jsonl",
        {"id": 1, "query": "a", "faq_id": "faq-001"},
        {"id": 2, "query": "b", "faq_id": "faq-404"},
    )

    folder = Folder(tmp_path)

    assert [q.text for q in folder.queries()["faq_queries_a"]] == ["a"]
    assert "1 that name no entry" in folder.missing["faq_queries_a.jsonl"]


def test_chit_chat_counts_once_and_nothing_else_does(tmp_path: Path) -> None:
    put(
        tmp_path,
        "intent.jsonl",
        {"text": "哈哈", "label": "chat"},
        {"text": "没电梯啊", "label": "chat"},
        {"text": "路灯坏了", "label": "report"},
    )
    put(tmp_path, "chat_with_cue_words.jsonl", {"text": "没电梯啊"})

    assert Folder(tmp_path).chatter() == {
        "cue_words": ["没电梯啊"],
        "chat": ["哈哈"],
    }
