import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bench import understanding

DATA = Path(__file__).parent.parent / "data"
NAMES = [
    "report.average_precision",
    "report.recall_at_precision_95",
    "report.act_precision",
    "report.act_recall",
    "report.wrong_acts_per_2000",
    "report.asks_per_500",
    "intent.macro_f1",
    "followup.link_accuracy",
    "category.accuracy",
    "category.macro_f1",
    "danger.recall",
    "danger.precision",
    "place.accuracy",
    "duplicates.precision",
    "duplicates.recall",
    "faq.recall_at_1",
    "faq.recall_at_3",
    "faq.answered_at_precision_95",
    "faq.refused",
    "ms.talk_p50",
    "ms.p50",
    "ms.p99",
    "memory_mb",
    "model_mb",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The committed data, cut short, with chit-chat and queries beside it."""
    lines = (DATA / "groupchat_dev.jsonl").read_text("utf-8").splitlines()
    (tmp_path / "groupchat_dev.jsonl").write_text("\n".join(lines[:40]))
    shutil.copy(DATA / "policy_faq.jsonl", tmp_path)
    for name, row in (
        ("intent", {"text": "明天去爬山吗", "label": "chat"}),
        ("chat_with_cue_words", {"text": "没电了晚点聊", "label": "chat"}),
        ("faq_queries_two", {"id": "1", "query": "医保", "faq_id": "faq-001"}),
        ("faq_queries_one", {"id": "2", "query": "放假吗", "faq_id": None}),
    ):
        lines = [json.dumps(row, ensure_ascii=False)] * 70
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    return tmp_path


def figures(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> dict[str, Any]:
    understanding.main([*arguments, "--json"])
    (line,) = capsys.readouterr().out.splitlines()
    result: dict[str, Any] = json.loads(line)
    return result


def test_every_figure_is_there_by_its_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = figures(capsys, "--data", str(folder))

    for name in NAMES:
        at: Any = result
        for part in name.split("."):
            assert part in at, name
            at = at[part]
        assert at is None or isinstance(at, float | int), name
    assert result["missing"] == {}
    assert set(result["by_file"]) == {
        "faq_queries_one",
        "faq_queries_two",
        "groupchat_dev",
    }
    assert set(result["report"]["intervals"]) >= {"average_precision"}


def test_every_figure_is_defined_in_one_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    defined = set(re.findall(r"``(\w+\.\w+)``", understanding.__doc__ or ""))

    result = figures(capsys, "--data", str(folder))

    shown = {
        f"{section}.{name}"
        for section, values in result.items()
        if isinstance(values, dict) and "n" in values
        for name in values["n"]
    }
    assert {
        name
        for name in shown - defined
        if not name.endswith(("_chat", "_cue_words"))
    } == set()


def test_what_is_not_there_is_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = figures(capsys, "--data", str(tmp_path))

    assert "policy_faq.jsonl" in result["missing"]
    assert "groupchat_*.jsonl" in result["missing"]
    assert not {"report", "intent", "faq"} & result.keys()
    assert result["ms"]["p50"] is None


def test_for_people_there_are_lines_before(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    understanding.main(["--data", str(folder)])

    *lines, last = capsys.readouterr().out.splitlines()
    assert "report" in lines
    assert json.loads(last)["report"]
    with pytest.raises(SystemExit):
        understanding.main(["--data", str(folder / "nowhere")])
