"""Working days and hours, quiet nights. Time is always a parameter."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

SATURDAY = 5
HOURS = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))
"""A working day of a residents' committee; the finer calendar comes with
the ladder."""
BY_LAW = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Months and days that are free each year, whatever is published."""


def is_working_day(day: date, own: Mapping[date, bool]) -> bool:
    """Whether people work: by the pack, the nation, or the plain week.

    The plain week, without the days that the law frees each year, serves
    a year whose calendar is not published yet.
    """
    return own[day] if day in own else _is_working_day_by_law(day)


@lru_cache(maxsize=1024)
def _is_working_day_by_law(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))  # type: ignore[no-untyped-call]
    except NotImplementedError:
        fixed = (day.month, day.day) in BY_LAW
        return day.weekday() < SATURDAY and not fixed


def is_published(year: int) -> bool:
    """Whether the national calendar of a year is known."""
    try:
        chinese_calendar.is_workday(  # type: ignore[no-untyped-call]
            date(year, 1, 1)
        )
    except NotImplementedError:
        return False
    return True


def after_working_days(
    start: datetime, amount: int, zone: ZoneInfo, own: Mapping[date, bool]
) -> datetime:
    """Return the same clock time ``amount`` working days later.

    What comes on a free day counts from the beginning of the next working
    day, so that coming later never means being due earlier.
    """
    local = start.astimezone(zone)
    day = local.date()
    while not is_working_day(day, own):
        day += timedelta(days=1)
        local = datetime.combine(day, time(), zone)
    while amount > 0:
        day += timedelta(days=1)
        if is_working_day(day, own):
            amount -= 1
    moved = datetime.combine(day, local.time(), zone)
    return moved.astimezone(start.tzinfo)


def after_working_hours(
    start: datetime, amount: int, zone: ZoneInfo, own: Mapping[date, bool]
) -> datetime:
    """Return when ``amount`` working hours have passed."""
    left = timedelta(hours=amount)
    local = start.astimezone(zone)
    day = local.date()
    while True:
        if is_working_day(day, own):
            for opens, closes in HOURS:
                begin = max(local, datetime.combine(day, opens, zone))
                end = datetime.combine(day, closes, zone)
                if begin >= end:
                    continue
                if end - begin >= left:
                    return (begin + left).astimezone(start.tzinfo)
                left -= end - begin
        day += timedelta(days=1)


def working_morning(
    at: datetime, zone: ZoneInfo, own: Mapping[date, bool]
) -> datetime:
    """Return the first moment from ``at`` on at which a day's work begins."""
    local = at.astimezone(zone)
    opens, _ = HOURS[0]
    day = local.date() + timedelta(days=local.time() > opens)
    while not is_working_day(day, own):
        day += timedelta(days=1)
    return datetime.combine(day, opens, zone).astimezone(at.tzinfo)


def morning(
    now: datetime, zone: ZoneInfo, quiet_from: time, quiet_until: time
) -> datetime | None:
    """Return when the night that ``now`` falls in ends; None by day."""
    local = now.astimezone(zone)
    clock = local.time()
    if quiet_from == quiet_until:
        return None
    if quiet_from < quiet_until:
        if not quiet_from <= clock < quiet_until:
            return None
        day = local.date()
    elif clock >= quiet_from:
        day = local.date() + timedelta(days=1)
    elif clock < quiet_until:
        day = local.date()
    else:
        return None
    ends = datetime.combine(day, quiet_until, zone).astimezone(UTC)
    if ends <= now:  # the hour comes twice, and we are in the second one
        again = quiet_until.replace(fold=1)
        ends = datetime.combine(day, again, zone).astimezone(UTC)
    return ends.astimezone(now.tzinfo)
