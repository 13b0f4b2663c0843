from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from config.pack.values import Community, Entry
from config.terms import CategoryId, EntryId, Urgency
from handlers.understanding.meaning import Sure
from tests.bench import _figures, _groupchat
from tests.bench._cost import BATCH, times
from tests.bench._folder import Chat, Folder, Query
from tests.bench._groupchat import Message
from tests.bench._readers import Answered, Book, Heard, Matters
from tests.bench._scores import Figure
from tests.bench.test_folder import put


@dataclass
class Scripted:
    """A reader that makes of each message what the test says."""

    heard: dict[str, Heard] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    dangers: set[str] = field(default_factory=set)
    places: dict[str, str] = field(default_factory=dict)
    twins: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Answered] = field(default_factory=dict)
    near: dict[str, list[str]] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    sought: list[str] = field(default_factory=list)

    def __call__(self, community: Community) -> "Scripted":
        return self

    def hear(self, messages: Sequence[Message]) -> list[Heard]:
        self.batches.append(len(messages))
        return [self.heard.get(m.id, made("chatter")) for m in messages]

    def category(self, text: str) -> str:
        return self.categories.get(text, "other")

    def is_danger(self, text: str) -> bool:
        return text in self.dangers

    def place(self, message: Message) -> str | None:
        return self.places.get(message.id)

    def matters(self) -> Matters:
        return self

    def put(self, message: Message, at: datetime) -> None:
        self.times.append(at)

    def likely(self, message: Message, at: datetime) -> str | None:
        return self.twins.get(message.id)

    def nearest(self, message: Message, at: datetime) -> list[str]:
        return self.near[message.id]

    def book(self, entries: Iterable[Entry]) -> Book:
        return self

    def find(self, question: str) -> object:
        self.sought.append(question)
        return None

    def ask(self, question: str) -> Answered:
        return self.answers[question]


def made(label: str, score: float = 0.0, **more: object) -> Heard:
    done = {1.0: Sure.ACT, 0.5: Sure.ASK}.get(score, Sure.NO)
    return Heard(label=label, score=score, done=done, **more)  # type: ignore[arg-type]


def said(id_: str, label: str, **more: object) -> Message:
    return Message(id=id_, text=id_, label=label, **more)  # type: ignore[arg-type]


def report(id_: str, **more: object) -> Message:
    usual = {"category": CategoryId("roads"), "urgency": Urgency.ROUTINE}
    return said(id_, "report", **{**usual, **more})


def values(figures: dict[str, Figure]) -> dict[str, float | None]:
    return {name: figure.value for name, figure in figures.items()}


def of(reader: Scripted, *messages: Message) -> dict[str, dict[str, Figure]]:
    return _figures.of_chats(reader, [Chat(name="c", messages=[*messages])])


def test_acts_and_questions_are_counted_against_labels() -> None:
    reader = Scripted(
        {
            "r1": made("report", 1.0),
            "r2": made("report", 0.5),
            "q": made("report", 1.0),
            "c": made("report", 0.5),
        }
    )
    told = [report("r1"), report("r2"), report("r3"), report("r4")]

    figures = of(reader, *told, said("q", "question"), said("c", "chatter"))

    assert values(figures["report"]) == {
        "act_precision": 1 / 2,
        "act_recall": 1 / 4,
        "act_or_ask_recall": 2 / 4,
        # 1 of 2 acted, 2 of 4 with those asked about, 4 of all 6
        "average_precision": pytest.approx(
            1 / 4 * 1 / 2 + 1 / 4 * 2 / 4 + 2 / 4 * 4 / 6
        ),
        "recall_at_precision_95": 0,
    }
    assert figures["intent"]["accuracy"].value == 2 / 6


def test_false_alarms_are_told_of_so_many_messages() -> None:
    reader = Scripted({"0": made("report", 1.0), "1": made("report", 0.5)})

    figures = _figures.of_chatter(
        reader, {"cue_words": ["没电了", "哈"], "chat": ["1", "2", "3"]}
    )

    assert values(figures) == {
        "wrong_acts_per_2000": 2000 * 2 / 5,
        "asks_per_500": 500 * 2 / 5,
        "wrong_acts_per_2000_cue_words": 1000,
        "asks_per_500_cue_words": 250,
        "wrong_acts_per_2000_chat": pytest.approx(2000 / 3),
        "asks_per_500_chat": pytest.approx(500 / 3),
    }
    assert figures["asks_per_500"].n == 5


def test_additions_belong_to_what_is_named_or_to_the_last_report() -> None:
    reader = Scripted(
        {
            "f1": made("followup", about="r2"),  # the same matter's twin
            "f2": made("followup", about="r1"),  # but r3 was the last
            "f3": made("followup", about="w"),
            "f4": made("followup"),
            "f5": made("followup", about="r1"),  # belongs to nothing
        }
    )

    figures = of(
        reader,
        said("f5", "followup", thread="t0"),
        report("r1", thread="t1"),
        report("r2", thread="t2", duplicate_of="r1"),
        said("f1", "followup", thread="t1"),
        report("r3", thread="t1"),
        said("f2", "followup", thread="t1"),
        said("w", "wish", thread="t3"),
        said("f3", "followup", thread="t3", about="w"),
        said("f4", "followup", thread="t1", about=("r1", "r3")),
    )

    assert figures["followup"]["link_accuracy"].value == 2 / 4
    assert figures["followup"]["link_accuracy"].n == 4


def test_categories_are_those_of_all_reports() -> None:
    reader = Scripted(categories={"r1": "roads", "r2": "order"})

    figures = of(
        reader,
        report("r1"),
        report("r2"),
        report("r3", category=CategoryId("other")),
        said("f", "followup", category=CategoryId("roads")),
    )

    assert figures["category"]["accuracy"].value == 2 / 3
    # roads 2/3, order 0, other 1
    assert figures["category"]["macro_f1"].value == pytest.approx(5 / 9)


def test_danger_is_counted_in_reports_and_in_false_alarms() -> None:
    reader = Scripted(
        {
            "c1": made("report", 1.0, alarm=True),
            "c2": made("chatter", alarm=True),
            "f": made("report", 1.0, alarm=True),
        },
        dangers={"r1", "r3", "c2"},
    )

    figures = of(
        reader,
        report("r1", urgency=Urgency.DANGER),
        report("r2", urgency=Urgency.DANGER),
        report("r3"),
        said("c1", "chatter"),
        said("c2", "chatter"),
        said("f", "followup", urgency=Urgency.DANGER),
    )

    # r1 and f of r1, r2 and f; r3 and c1 are wrong
    assert values(figures["danger"]) == {"recall": 2 / 3, "precision": 2 / 4}


def test_places_are_the_same_words_but_for_blanks() -> None:
    reader = Scripted(
        places={"r1": "3 号楼/电梯", "r2": "3号楼", "w": "五楼", "r4": "楼下"}
    )

    figures = of(
        reader,
        report("r1", place="3号楼 / 电梯"),
        report("r2", place="3号楼二单元"),
        report("r3", place="河边"),
        said("w", "wish", place="我家五楼的阳台"),
        report("r4"),
        report("r5"),
        said("c", "chatter"),
    )

    assert values(figures["place"]) == {
        "accuracy": 1 / 4,
        "half_overlap": 2 / 4,
        "made_up": 1 / 2,
    }


def test_a_twin_is_any_telling_of_the_same_matter() -> None:
    reader = Scripted(
        twins={"r2": "r1", "r3": "r2", "r4": "x1", "x1": "r1", "c": "x1"}
    )
    messages = [
        report("r1"),
        report("r2", duplicate_of="r1"),
        report("x1"),
        report("r3", duplicate_of="r1"),
        said("c", "chatter"),
        report("r4", duplicate_of="r1"),
        report("r5", duplicate_of="r1"),
    ]

    figures = _figures.of_matters(reader, [Chat(name="c", messages=messages)])

    assert values(figures) == {"precision": 2 / 4, "recall": 2 / 4}
    assert reader.times[0] == _groupchat.at(0)
    assert reader.times[-1] == _groupchat.at(6) > reader.times[0]


def found(*ranked: str, sure: bool = False, shown: bool = True) -> Answered:
    return Answered(
        ranked=ranked,
        confidence=len(ranked) / 10,
        sure=sure,
        offered=shown,
    )


def test_answers_are_counted_by_rank_and_by_what_is_shown() -> None:
    reader = Scripted(
        answers={
            "a": found("1", "2", "3", "4", "5", sure=True),
            "b": found("2", "3", "1", "4"),
            "c": found("2", "3", "4", "1", shown=False),
            "d": found("1", sure=True),
            "x": found("1", "2"),
            "y": found("1", "2", shown=False),
            "z": found("1", "2", "3", sure=True),
        }
    )
    asked = _figures.answers(
        reader,
        [],
        [
            Query(text=text, answers=frozenset(map(EntryId, answers)))
            for text, answers in zip(
                "abcdxyz", ["1", "1", "1", "2", "", "", ""], strict=True
            )
        ],
    )

    assert values(_figures.faq(asked)) == {
        "recall_at_1": 1 / 4,
        "recall_at_3": 2 / 4,
        "answered_at_precision_95": 1 / 4,
        "refused": 1 / 3,
        "not_answered": 2 / 3,
        "answered": 1 / 4,
        "right_when_answered": 1 / 3,
    }


def test_talk_is_timed_in_batches_and_messages_alone(tmp_path: Path) -> None:
    reader = Scripted({"1": made("question"), "2": made("report", 1.0)})
    put(
        tmp_path,
        "groupchat_a.jsonl",
        *({"id": f"{n}", "text": f"{n}", "label": "ad"} for n in range(5)),
    )
    put(
        tmp_path,
        "intent.jsonl",
        *({"text": f"{n}", "label": "chat"} for n in range(2 * BATCH + 1)),
    )

    figures = times(reader, Folder(tmp_path))

    assert figures["p99"].n == 5
    assert figures["talk_p50"].n == 2 * BATCH
    assert set(reader.batches) == {1, BATCH}
    assert (figures["p99"].value or 0) >= (figures["p50"].value or 0) > 0
    assert {*reader.sought} == {"1"}
    assert _groupchat.at(2) in reader.times
    (tmp_path / "intent.jsonl").unlink()
    assert times(reader, Folder(tmp_path))["talk_p50"].value is None
