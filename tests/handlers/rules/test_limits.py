"""When things are due, by hand and by property."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.pack.values import Limit, Rules, Rung, Span, Unit
from config.terms import CategoryId, Level, Severity, Urgency
from handlers.rules import calendar, limits

ZONE = ZoneInfo("Asia/Shanghai")
ROADS, LAMPS = CategoryId("roads"), CategoryId("lamps")


def _local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type,misc]


BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def _span(words: str) -> Span:
    unit = Unit(words.lstrip("0123456789"))
    return Span(int(words.removesuffix(unit)), unit)


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        # the published calendar of 2026: the fourteenth of February works,
        # then nobody does until the twenty-fourth
        ((2026, 2, 13, 10), "1wd", (2026, 2, 14, 10)),
        ((2026, 2, 13, 10), "2wd", (2026, 2, 24, 10)),
        ((2026, 2, 15, 9), "1wd", (2026, 2, 25)),
        ((2026, 2, 13, 18), "8wh", (2026, 2, 24, 9)),
        ((2026, 2, 14, 17), "1wh", (2026, 2, 24, 9)),
        # the national day, and the Saturday worked for it
        ((2026, 9, 30, 12), "1wd", (2026, 10, 8, 12)),
        ((2026, 10, 9, 16), "1wd", (2026, 10, 10, 16)),
        ((2026, 10, 9, 16), "2wd", (2026, 10, 12, 16)),
        ((2026, 10, 11, 10), "1wd", (2026, 10, 13)),
        # the year after is not published: the law frees its first day
        ((2026, 12, 31, 10), "1wd", (2027, 1, 4, 10)),
        ((2026, 12, 31, 17), "1wh", (2027, 1, 4, 9)),
        ((2026, 12, 31, 10), "2d", (2027, 1, 2, 10)),
        ((2024, 2, 28, 10), "1d", (2024, 2, 29, 10)),
        ((2026, 11, 20, 17), "1wh", (2026, 11, 23, 9)),
        ((2026, 11, 23, 11), "2wh", (2026, 11, 23, 14, 30)),
        ((2026, 11, 23, 9), "8wh", (2026, 11, 24, 9, 30)),
        ((2026, 11, 23, 9), "4h", (2026, 11, 23, 13)),
        ((2026, 11, 23, 23, 50), "15m", (2026, 11, 24, 0, 5)),
        ((2026, 11, 23, 9), "7d", (2026, 11, 30, 9)),
    ],
)
def test_what_was_worked_out_by_hand(
    start: tuple[int, ...], span: str, due: tuple[int, ...]
) -> None:
    found = limits.due_at(_local(*start), _span(span), ZONE, {})

    assert found == datetime(*due, tzinfo=ZONE)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("zone", "start", "span", "due"),
    [
        # hours are real ones, days go by the clock on the wall
        (BERLIN, "2026-03-28 12:00", "24h", "2026-03-29T13:00+02:00"),
        (BERLIN, "2026-03-28 12:00", "1d", "2026-03-29T12:00+02:00"),
        (BERLIN, "2026-03-28 02:30", "1d", "2026-03-29T03:30+02:00"),
        (BERLIN, "2026-10-24 12:00", "24h", "2026-10-25T11:00+01:00"),
        (BERLIN, "2026-10-24 12:00", "1d", "2026-10-25T12:00+01:00"),
        (BERLIN, "2026-10-23 16:30", "2wh", "2026-10-26T09:30+01:00"),
        (NEW_YORK, "2026-03-07 12:00", "24h", "2026-03-08T13:00-04:00"),
        (NEW_YORK, "2026-03-07 12:00", "2d", "2026-03-09T12:00-04:00"),
        (NEW_YORK, "2026-03-06 16:00", "4wh", "2026-03-09T11:00-04:00"),
        (NEW_YORK, "2026-10-30 16:00", "1wd", "2026-11-02T16:00-05:00"),
        ("Asia/Kolkata", "2026-11-23 16:45", "2wh", "2026-11-24T09:45+05:30"),
        (
            "Asia/Kathmandu",
            "2026-11-20 09:15",
            "1wd",
            "2026-11-23T09:15+05:45",
        ),
        (
            "Pacific/Chatham",
            "2026-11-23 09:15",
            "1d",
            "2026-11-24T09:15+13:45",
        ),
    ],
)
def test_clocks_that_change_and_half_hours(
    zone: str, start: str, span: str, due: str
) -> None:
    there = ZoneInfo(zone)
    began = datetime.fromisoformat(start).replace(tzinfo=there)

    for told in (began, began.astimezone(UTC)):
        found = limits.due_at(told, _span(span), there, {})
        assert found.astimezone(UTC) == datetime.fromisoformat(due)


def test_a_day_that_the_pack_frees_or_works_counts_so() -> None:
    own = {date(2026, 11, 24): False, date(2026, 11, 28): True}

    assert limits.due_at(
        _local(2026, 11, 23, 10), _span("1wd"), ZONE, own
    ) == _local(2026, 11, 25, 10)
    assert limits.due_at(
        _local(2026, 11, 27, 10), _span("1wd"), ZONE, own
    ) == _local(2026, 11, 28, 10)


@given(
    st.timedeltas(timedelta(0), timedelta(days=330)),
    st.timedeltas(timedelta(0), timedelta(days=20)),
    st.builds(Span, st.integers(1, 60), st.sampled_from(Unit)),
)
def test_a_later_report_is_never_due_earlier(
    after: timedelta, later: timedelta, span: Span
) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC) + after

    assert limits.due_at(first, span, ZONE, {}) <= limits.due_at(
        first + later, span, ZONE, {}
    )


def test_the_most_particular_limit_wins() -> None:
    def limit(
        category: CategoryId | None, severity: Severity | None, hours: int
    ) -> Limit:
        return Limit(
            category=category,
            severity=severity,
            kind="resolve",
            within=Span(hours, Unit.HOURS),
            remind_before=(),
        )

    all_ = [
        limit(None, None, 1),
        limit(None, Severity.MAJOR, 2),
        limit(ROADS, None, 3),
    ]

    def found(category: CategoryId, severity: Severity) -> list[int]:
        return [
            one.within.amount
            for one in limits.limits_for(
                all_, category, severity, Urgency.URGENT
            )
        ]

    assert found(ROADS, Severity.MAJOR) == [3]
    assert found(LAMPS, Severity.MAJOR) == [2]
    assert found(LAMPS, Severity.SIMPLE) == [1]


def _limit(
    kind: str,
    within: str,
    urgency: Urgency | None = None,
    category: CategoryId | None = None,
) -> Limit:
    return Limit(
        category=category,
        severity=None,
        kind=kind,
        within=_span(within),
        remind_before=(),
        urgency=urgency,
    )


DANGER = Urgency.DANGER


@pytest.mark.parametrize(
    ("said", "danger"),
    [
        # a pack that says nothing at all, or nothing of danger
        ((), {"answer": "15m", "resolve": "4h"}),
        (
            (_limit("answer", "24h"), _limit("resolve", "7d")),
            {"answer": "15m", "resolve": "4h"},
        ),
        # the office's hours are none for danger, however few
        (
            (_limit("resolve", "2wh"),),
            {"answer": "15m", "resolve": "4h"},
        ),
        # what is quicker anyhow stays
        (
            (_limit("answer", "10m"), _limit("resolve", "2h", None, LAMPS)),
            {"answer": "10m", "resolve": "2h"},
        ),
        # the pack's own line wins, also over a category's
        (
            (
                _limit("answer", "1h", DANGER),
                _limit("answer", "24h", None, LAMPS),
                _limit("resolve", "2d", DANGER),
                _limit("feedback", "1d"),
            ),
            {"answer": "1h", "resolve": "2d", "feedback": "1d"},
        ),
    ],
)
def test_danger_is_never_left_to_the_ordinary_limits(
    said: tuple[Limit, ...], danger: dict[str, str]
) -> None:
    found = limits.limits_for(said, LAMPS, Severity.SIMPLE, DANGER)

    assert {one.kind: str(one.within) for one in found} == danger


def test_lines_for_danger_are_for_danger_alone() -> None:
    said = (_limit("answer", "1h", DANGER), _limit("answer", "1d"))

    for calm in (Urgency.ROUTINE, Urgency.URGENT):
        found = limits.limits_for(said, LAMPS, Severity.SIMPLE, calm)
        assert [str(one.within) for one in found] == ["1d"]


def test_danger_climbs_a_ladder_of_its_own() -> None:
    slow = Rung(timedelta(days=2), Level.STREET)
    quick = Rung(timedelta(minutes=1), Level.STREET, DANGER)

    assert limits.ladder_for((slow, quick), DANGER) == [quick]
    assert limits.ladder_for((slow, quick), Urgency.URGENT) == [slow]
    assert [rung.level for rung in limits.ladder_for((slow,), DANGER)] == [
        Level.COMMUNITY,
        Level.STREET,
    ]


def test_alarms_are_for_danger_alone_and_have_an_end() -> None:
    start = _local(2026, 11, 23, 3)
    due = start + timedelta(minutes=15)
    rules = Rules(alarm_every=timedelta(minutes=5), alarm_times=4)

    after = limits.alarms(rules, DANGER)
    rungs = limits.moments(_limit("answer", "15m"), start, due, (), after)

    assert [(one.rung, one.at - start) for one in rungs] == [
        ("alarm 1", timedelta(minutes=5)),
        ("alarm 2", timedelta(minutes=10)),
        ("alarm 3", timedelta(minutes=15)),
        ("at", timedelta(minutes=15)),
        ("alarm 4", timedelta(minutes=20)),
    ]
    resolve = limits.moments(_limit("resolve", "4h"), start, due, (), after)
    assert [one.rung for one in resolve] == ["at"]
    assert not limits.alarms(rules, Urgency.URGENT)
    assert not limits.alarms(Rules(alarm_every=timedelta(0)), DANGER)
    assert len(limits.alarms(Rules(alarm_times=10**6), DANGER)) == 48


def test_a_reminder_before_the_start_is_left_out() -> None:
    start = _local(2026, 11, 23, 9)
    limit = Limit(
        category=None,
        severity=None,
        kind="answer",
        within=Span(4, Unit.HOURS),
        remind_before=(timedelta(hours=24), timedelta(hours=2)),
    )
    ladder = (Rung(timedelta(hours=24), Level.COMMUNITY),)

    rungs = limits.moments(limit, start, start + timedelta(hours=4), ladder)

    assert [moment.rung for moment in rungs] == [
        "before 2h",
        "at",
        "after community",
    ]


def test_a_year_without_a_calendar_falls_back_to_the_plain_week() -> None:
    assert not calendar.is_published(2090)
    assert calendar.is_working_day(date(2090, 1, 2), {})
    assert not calendar.is_working_day(date(2090, 1, 1), {})
    assert calendar.is_working_day(date(2090, 1, 1), {date(2090, 1, 1): True})


@pytest.mark.parametrize(
    ("hour", "until"), [(23, (24, 7)), (3, (23, 7)), (7, None), (12, None)]
)
def test_nights_end_in_the_morning(
    hour: int, until: tuple[int, int] | None
) -> None:
    now = _local(2026, 11, 23, hour)

    found = calendar.morning(now, ZONE, time(22), time(7))

    assert found == (_local(2026, 11, *until) if until else None)


CHANGING = (BERLIN, NEW_YORK, "Australia/Lord_Howe", "America/Santiago")
"""Where clocks change at two or three, by half an hour, at midnight."""
MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001
    datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(st.sampled_from(CHANGING), MOMENTS, st.integers(1, 400))
def test_days_keep_the_clock_and_hours_are_real_where_clocks_change(
    name: str, start: datetime, amount: int
) -> None:
    zone = ZoneInfo(name)
    local = start.astimezone(zone)

    hours = limits.due_at(start, Span(amount, Unit.HOURS), zone, {})
    assert hours - start == timedelta(hours=amount)

    days = limits.due_at(start, Span(amount, Unit.DAYS), zone, {})
    there = days.astimezone(zone).replace(tzinfo=None)
    wanted = local.replace(tzinfo=None) + timedelta(days=amount)
    # a time that the clocks leap over is as far behind the leap
    assert there - wanted in {
        timedelta(0),
        timedelta(minutes=30),
        timedelta(hours=1),
    }
    if there != wanted:
        before = (days - timedelta(hours=2)).astimezone(zone)
        assert before.utcoffset() != days.astimezone(zone).utcoffset()


@given(
    st.sampled_from(CHANGING),
    MOMENTS,
    st.timedeltas(timedelta(0), timedelta(days=20)),
    st.builds(Span, st.integers(1, 60), st.sampled_from(Unit)),
)
def test_where_clocks_change_a_later_report_gains_an_hour_at_most(
    name: str, first: datetime, later: timedelta, span: Span
) -> None:
    zone = ZoneInfo(name)

    gained = limits.due_at(first, span, zone, {}) - limits.due_at(
        first + later, span, zone, {}
    )

    assert gained <= timedelta(hours=1)
    if span.unit in {Unit.HOURS, Unit.MINUTES, Unit.WORKING_HOURS}:
        assert gained <= timedelta(0)


@given(
    st.sampled_from(CHANGING),
    MOMENTS,
    st.times(),
    st.times(),
)
def test_a_night_ends_later_than_now_and_by_day(
    name: str, now: datetime, begins: time, ends: time
) -> None:
    found = calendar.morning(now, ZoneInfo(name), begins, ends)

    assert found is None or now < found <= now + timedelta(hours=25)


@pytest.mark.parametrize("minute", range(0, 180, 10))
def test_a_night_that_ends_in_the_hour_that_comes_twice_ends(
    minute: int,
) -> None:
    # half past two comes twice: what was put off till the first of them
    # would be due at once, and put off again, for ever
    now = datetime(2026, 10, 24, 23, 0, tzinfo=UTC) + timedelta(minutes=minute)

    found = calendar.morning(now, ZoneInfo(BERLIN), time(22), time(2, 30))

    assert found is None or found > now
