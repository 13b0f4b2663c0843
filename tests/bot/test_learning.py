"""Learning anew: a worse model is told from a better one."""

from bot.learning import SLACK, fallen

BEFORE = {"report.average_precision": 0.95, "intent.macro_f1": 0.8}


def test_a_figure_that_falls_by_more_than_chance_is_named() -> None:
    after = {**BEFORE, "intent.macro_f1": 0.8 - 2 * SLACK}

    assert fallen(BEFORE, after) == ["intent.macro_f1"]


def test_a_little_less_or_more_is_no_fall() -> None:
    after = {
        "report.average_precision": 0.95 - SLACK / 2,
        "intent.macro_f1": 0.9,
    }

    assert fallen(BEFORE, after) == []


def test_what_was_never_measured_cannot_fall() -> None:
    assert fallen({}, BEFORE) == []
    assert fallen({**BEFORE, "gone": 1.0}, BEFORE) == []
