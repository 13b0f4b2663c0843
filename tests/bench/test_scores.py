import math
import random

import pytest

from tests.bench import _scores


def test_average_precision_by_hand() -> None:
    # found at ranks 1, 3 and 4: (1/1 + 2/3 + 3/4) / 3
    ranked = [
        (0.9, True),
        (0.8, False),
        (0.7, True),
        (0.6, True),
        (0.1, False),
    ]

    assert _scores.average_precision(ranked) == pytest.approx(29 / 36)


def test_what_scores_alike_has_no_order() -> None:
    one = [(0.5, True), (0.5, False), (0.5, False), (0.5, False)]

    assert _scores.average_precision(one) == 0.25
    assert _scores.average_precision(one[::-1]) == 0.25
    assert _scores.recall_at_precision(one, 0.95) == 0


def test_average_precision_of_nothing_to_find() -> None:
    assert math.isnan(_scores.average_precision([(0.5, False)]))
    assert (
        _scores.drawn(_scores.average_precision, [(0.5, False)]).value is None
    )


def test_recall_is_the_most_that_a_threshold_finds() -> None:
    """A bad start may be made good further down."""
    ranked = [(9.0, False), *((8.0 - n / 10, True) for n in range(19))]
    ranked += [(1.0, False), (0.5, True)]

    assert _scores.recall_at_precision(ranked, 0.95) == 19 / 20
    assert _scores.recall_at_precision(ranked[:10], 0.95) == 0
    assert _scores.recall_at_precision(ranked, 0.95, wanted=38) == 0.5


def test_f1_of_labels_by_hand() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("c", "b"), ("b", "d")]

    # a: 2/3, b: 2/5, c: 0, and d, which nothing was: 0
    assert _scores.macro_f1(pairs) == pytest.approx((2 / 3 + 2 / 5) / 4)


def test_measures_agree_with_those_of_others() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    lots = random.Random(1)  # noqa: S311
    for _ in range(20):
        ranked = [
            (lots.randrange(8) / 8, lots.random() < 0.3) for _ in range(40)
        ]
        scores, good = zip(*ranked, strict=True)
        pairs = [(lots.choice("abc"), lots.choice("abcd")) for _ in range(30)]
        true, said = zip(*pairs, strict=True)

        assert _scores.average_precision(ranked) == pytest.approx(
            metrics.average_precision_score(good, scores)
        )
        assert _scores.macro_f1(pairs) == pytest.approx(
            metrics.f1_score(true, said, average="macro", zero_division=0)
        )


def test_wilson_by_the_book() -> None:
    assert _scores.wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert _scores.wilson(0, 20) == pytest.approx((0, 0.1611), abs=1e-4)
    assert _scores.wilson(20, 20)[1] == pytest.approx(1)


def test_a_share_may_be_told_of_many_cases() -> None:
    rate = _scores.share(3, 1200, per=2000)

    assert rate.value == 5
    assert rate.interval
    assert rate.interval[0] < 5 < rate.interval[1]
    assert _scores.share(0, 0).value is None


def test_doubt_is_drawn_alike_each_time_and_grows_with_few() -> None:
    few = [(n / 10, n % 3 > 0) for n in range(10)]

    once = _scores.drawn(_scores.average_precision, few)
    again = _scores.drawn(_scores.average_precision, few)
    many = _scores.drawn(_scores.average_precision, few * 50)

    assert once == again
    assert once.interval
    assert many.interval
    assert once.interval[0] <= (once.value or 0) <= once.interval[1]
    width = [f.interval[1] - f.interval[0] for f in (once, many) if f.interval]
    assert width[1] < width[0] / 3
    assert _scores.drawn(_scores.average_precision, few * 100).interval is None


def test_figures_are_told_by_name() -> None:
    told = _scores.told({"right": _scores.share(8, 10)})

    assert told["right"] == 0.8
    assert told["n"] == {"right": 10}
    assert told["intervals"] == {"right": [0.4902, 0.9433]}
