from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.flood import MINUTE, Flood, Verdict

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_message_too_many_gets_one_notice_then_silence() -> None:
    flood = Flood(3)

    said = [flood.count("lin", NOON + n * SECOND) for n in range(6)]

    assert said == [
        *[Verdict.PASS] * 3,
        Verdict.NOTICE,
        Verdict.SILENT,
        Verdict.SILENT,
    ]


def test_somebody_who_waited_is_heard_again() -> None:
    flood = Flood(2)
    for n in range(5):
        flood.count("lin", NOON + n * SECOND)

    assert flood.count("lin", NOON + MINUTE) is Verdict.PASS


def test_a_flood_that_goes_on_is_told_once() -> None:
    flood = Flood(5)

    said = [flood.count("lin", NOON + n * SECOND) for n in range(600)]

    assert said.count(Verdict.NOTICE) == 1
    assert said.count(Verdict.PASS) == 5 * 10


def test_a_second_flood_is_told_again() -> None:
    flood = Flood(1)
    flood.count("lin", NOON)
    assert flood.count("lin", NOON + SECOND) is Verdict.NOTICE

    later = NOON + timedelta(hours=1)
    flood.count("lin", later)

    assert flood.count("lin", later + SECOND) is Verdict.NOTICE


def test_one_persons_flood_silences_nobody_else() -> None:
    flood = Flood(1)
    for n in range(9):
        flood.count("lin", NOON + n * SECOND)

    assert flood.count("stranger", NOON + 9 * SECOND) is Verdict.PASS


def test_a_clock_that_goes_back_locks_nobody_out() -> None:
    flood = Flood(1)
    flood.count("lin", NOON)
    flood.count("lin", NOON)

    assert flood.count("lin", NOON - timedelta(days=1)) is Verdict.PASS


def test_those_who_fell_silent_are_forgotten() -> None:
    flood = Flood(10)
    for n in range(5_000):
        flood.count(f"person {n}", NOON)

    for n in range(5_000):
        flood.count("lin", NOON + 2 * MINUTE + n * SECOND)

    assert len(flood) == 1


@given(
    most=st.integers(1, 5),
    steps=st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 40)), max_size=80
    ),
)
def test_no_window_lets_more_than_the_limit_pass(
    most: int, steps: list[tuple[str, int]]
) -> None:
    flood = Flood(most)
    now = NOON
    passed: dict[str, list[datetime]] = {}

    for key, wait in steps:
        now += wait * SECOND
        heard = passed.setdefault(key, [])
        recent = [at for at in heard if at > now - MINUTE]
        verdict = flood.count(key, now)
        # exactly: as long as there is room, nobody is refused
        assert (verdict is Verdict.PASS) is (len(recent) < most)
        if verdict is Verdict.PASS:
            heard.append(now)
