"""What is promised about the labelled group chat; the bench has figures."""

from collections import Counter

import pytest

from config.terms import Urgency
from handlers.understanding.meaning import Intent, Sure
from handlers.understanding.model import shipped
from handlers.understanding.retrieval import Retrieval
from handlers.understanding.understanding import Understanding
from tests.bench._groupchat import TODAY, community, entries, messages

TALK = {"chatter", "quarrel", "ad", "offer"}


@pytest.fixture(scope="module")
def ear() -> Understanding:
    return Understanding(community(), shipped())


def test_reports_are_heard_and_talk_is_left_alone(ear: Understanding) -> None:
    acts: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for message in messages():
        meaning = ear.judge(message.text, photos=message.photos)
        said[message.label] += 1
        if meaning.intent is Intent.REPORT and meaning.sure is Sure.ACT:
            acts[message.label] += 1

    assert acts["report"] / said["report"] > 0.65
    assert sum(acts[label] for label in TALK) <= 2
    assert acts["followup"] + acts["question"] + acts["wish"] <= 5


def test_danger_is_told_from_the_rest(ear: Understanding) -> None:
    reports = [m for m in messages() if m.label == "report"]
    rung = {m.id for m in reports if ear.urgency(m.text) is Urgency.DANGER}
    danger = {m.id for m in reports if m.urgency is Urgency.DANGER}

    assert len(rung & danger) / len(danger) > 0.9
    assert len(rung - danger) / len(reports) < 0.04


def test_a_report_goes_to_the_grid_that_it_is_about(
    ear: Understanding,
) -> None:
    wrong = [
        message.id
        for message in messages()
        if message.label == "report"
        and (place := ear.place(message.text, grid=message.chat_grid))
        and place.grid not in {message.grid, None}
    ]

    assert wrong == []


def test_what_is_answered_unasked_is_right(ear: Understanding) -> None:
    retrieval = Retrieval(entries())
    answered = [
        (message.answer, found.best[0].entry.id)
        for message in messages()
        if ear.judge(message.text).intent is Intent.QUESTION
        and (found := retrieval.find(message.text, today=TODAY)).sure
    ]

    assert len(answered) >= 10
    assert [pair for pair in answered if pair[0] != pair[1]] == []
