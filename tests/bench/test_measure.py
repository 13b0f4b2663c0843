from pathlib import Path

import pytest

from tests.bench import _measure


def test_a_percentile_is_a_value_that_was_met() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]

    assert _measure.percentile(values, 0.0) == 1.0
    assert _measure.percentile(values, 0.5) == 3.0
    assert _measure.percentile(values, 0.99) == 5.0
    assert _measure.percentile(values, 1.0) == 5.0
    assert _measure.percentile([7.0], 0.5) == 7.0
    with pytest.raises(ValueError, match="nothing"):
        _measure.percentile([], 0.5)


def test_work_costs_time_and_sleep_costs_none() -> None:
    with _measure.spent() as span:
        sum(range(2_000_000))

    assert 0 < span.cpu_s <= span.wall_s * 1.2
    assert span.per(1000) == pytest.approx(span.cpu_s * 1000, abs=0.06)
    assert span.rate(10) == pytest.approx(10 / span.wall_s, abs=0.06)


def test_the_flush_of_this_disk_is_measured(tmp_path: Path) -> None:
    assert 0 < _measure.flush_ms(tmp_path, times=3) < 10_000


def test_rounds_are_interleaved() -> None:
    order = list(_measure.interleaved(2, "a", "b"))

    assert order == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]


def test_the_last_line_is_the_result(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _measure.show({"lost": 0}, ["for people"], only=True)
    _measure.show({"lost": 0}, ["for people"], only=False)

    assert capsys.readouterr().out.splitlines() == [
        '{"lost": 0}',
        "for people",
        '{"lost": 0}',
    ]
