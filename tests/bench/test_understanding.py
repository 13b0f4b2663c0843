import io
import json
import re
import shutil
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from tests.bench import understanding
from tests.bench.test_folder import put

pytestmark = pytest.mark.timeout(180)  # it starts processes of its own
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


ROWS: dict[str, dict[str, Any] | list[dict[str, Any]]] = {
    "intent": {"text": "明天去爬山吗", "label": "chat"},
    "chat_with_cue_words": {"text": "没电了晚点聊", "label": "chat"},
    "faq_queries_two": {"id": "1", "query": "医保", "faq_id": "faq-001"},
    "faq_queries_one": {"id": "2", "query": "放假吗", "faq_id": None},
    "category_seg": [
        {"id": "1", "text": "路灯 不亮 一周", "label": "城乡建设"},
        {"id": "2", "text": "学校 收费 太高", "label": "教育文体"},
    ],
    "category_raw": [
        {"title": "路灯不亮", "text": "已经一周", "label": "城乡建设"},
        {"title": "学校收费", "text": "实在太高", "label": "教育文体"},
    ],
    "faq_municipal_app": [
        {"faq_id": "a", "text": "怎么预约口罩", "role": "standard"},
        {"faq_id": "a", "text": "口罩在哪预约", "role": "paraphrase"},
    ],
    "faq_gov_reply": {"id": "1", "query": "路灯", "answer": "路灯已修好"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed data, cut short, with chit-chat and queries beside it."""
    folder = tmp_path_factory.mktemp("data")
    lines = (DATA / "groupchat_dev.jsonl").read_text("utf-8").splitlines()
    (folder / "groupchat_dev.jsonl").write_text("\n".join(lines[:40]))
    shutil.copy(DATA / "policy_faq.jsonl", folder)
    for name, row in ROWS.items():
        rows = [row] if isinstance(row, dict) else row
        put(folder, f"{name}.jsonl", *(rows * 70))
    return folder


@pytest.fixture(scope="module")
def printed(folder: Path) -> list[str]:
    """The lines for people, and the one for programs."""
    lines = io.StringIO()
    with redirect_stdout(lines):
        understanding.main(
            ["--data", str(folder), "--no-baselines", "--light"]
        )
    return lines.getvalue().splitlines()


@pytest.fixture(scope="module")
def result(printed: list[str]) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(printed[-1])
    return figures


def test_every_figure_is_there_by_its_name(result: dict[str, Any]) -> None:
    for name in NAMES:
        at: Any = result
        for part in name.split("."):
            assert part in at, name
            at = at[part]
        assert at is None or isinstance(at, float | int), name
    assert set(result["by_file"]) == {
        "faq_queries_one",
        "faq_queries_two",
        "groupchat_dev",
    }
    assert set(result["report"]["intervals"]) >= {"average_precision"}
    assert set(result["missing"]) == {"complaints_timeline.jsonl"}
    assert result["real"]["municipal_recall_at_1"] == 1


def test_every_figure_is_defined_in_one_place(result: dict[str, Any]) -> None:
    defined = set(re.findall(r"``(\w+\.\w+)``", understanding.__doc__ or ""))

    shown = {
        f"{section}.{name}"
        for section, values in result.items()
        if isinstance(values, dict) and "n" in values
        for name in values["n"]
    }

    assert shown
    assert {
        name
        for name in shown - defined
        if not name.endswith(("_chat", "_cue_words"))
    } == set()


def test_what_is_not_there_is_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    understanding.main(
        ["--data", str(tmp_path), "--no-baselines", "--light", "--json"]
    )

    (line,) = capsys.readouterr().out.splitlines()
    result = json.loads(line)
    assert "policy_faq.jsonl" in result["missing"]
    assert "groupchat_*.jsonl" in result["missing"]
    assert not {"report", "intent", "faq", "real"} & result.keys()
    assert result["ms"]["p50"] is None


def test_for_people_there_are_lines_before(printed: list[str]) -> None:
    assert "report" in printed
    assert any(
        re.fullmatch(r"  act_recall: [\d.]+ \[.*\] of \d+", line)
        for line in printed
    )
    with pytest.raises(SystemExit):
        understanding.main(["--data", "nowhere"])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_baselines_are_measured_in_the_same_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    understanding.main(["--data", str(folder), "--json"])

    baselines = json.loads(capsys.readouterr().out)["baselines"]
    for name in NAMES:
        at: Any = baselines["char_tfidf"]
        for part in name.split("."):
            assert part in at, name
            at = at[part]
    assert {"faq", "duplicates"} <= baselines["bm25"].keys()
