"""What weighs how much is learned, and the same again."""

from pathlib import Path

import pytest

from handlers.understanding import encoder
from handlers.understanding.asking import weigh_terms
from handlers.understanding.faq_training import bases, learn

FIRST = Path(__file__).parents[2] / "data" / "policy_faq.jsonl"


def test_the_lessons_name_entries_that_are_there() -> None:
    for base in bases(FIRST):
        there = {entry.id for entry in base.entries}
        assert {q.answer for q in base.queries} - {None} <= there


@pytest.mark.timeout(120)
def test_what_is_learned_is_the_same_again() -> None:
    meanings = encoder.load()
    if meanings is None:
        pytest.skip("the extra [semantic] is not installed")
    few = [
        base._replace(entries=base.entries[:5], queries=base.queries[::25])
        for base in bases(FIRST)
    ]

    model, figures = learn(few, meanings)

    assert learn(few, meanings) == (model, figures)
    assert set(figures) == {"light", "full"}
    assert "things_excluded" in model


def test_a_term_is_as_rare_as_talk_says() -> None:
    lines = weigh_terms(100, {"今天": 50, "公积": 3, "少见": 1})

    assert "少见" not in lines
    assert lines.index("今天") < lines.index("公积")
