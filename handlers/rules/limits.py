"""Which limits a ticket gets, when they are due, who is told when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.pack.values import Limit, Rules, Rung, Span, Unit
from config.terms import CategoryId, Level, LimitKind, Severity, Urgency
from handlers.rules import calendar


def _of_danger(kind: LimitKind, amount: int, unit: Unit) -> Limit:
    return Limit(
        category=None,
        severity=None,
        kind=kind,
        within=Span(amount, unit),
        remind_before=(),
        urgency=Urgency.DANGER,
    )


DANGER = (
    _of_danger(LimitKind.ANSWER, 15, Unit.MINUTES),
    _of_danger(LimitKind.RESOLVE, 4, Unit.HOURS),
)
"""What danger gets from a pack that says nothing of it. Four hours are what
work-order services give their most urgent class; the quarter of an hour is
ours: three alarms."""
DANGER_LADDER = (
    Rung(timedelta(0), Level.COMMUNITY, Urgency.DANGER),
    Rung(timedelta(minutes=15), Level.STREET, Urgency.DANGER),
)
"""Who takes over a danger that missed its limit, unless the pack says."""
MOST_ALARMS = 48
_LONG = {
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A rung of the ladder and when it is reached."""

    rung: str
    """``before 24h``, ``at``, ``after community``, ``alarm 2``."""
    at: datetime


def due_at(
    start: datetime, span: Span, zone: ZoneInfo, own: Mapping[date, bool]
) -> datetime:
    """Return when ``span`` has passed since ``start``."""
    if span.unit in {Unit.MINUTES, Unit.HOURS}:
        passed = start.astimezone(UTC) + span.amount * _LONG[span.unit]
        return passed.astimezone(start.tzinfo)
    if span.unit is Unit.DAYS:
        local = start.astimezone(zone) + timedelta(days=span.amount)
        return local.astimezone(start.tzinfo)
    if span.unit is Unit.WORKING_DAYS:
        return calendar.after_working_days(start, span.amount, zone, own)
    return calendar.after_working_hours(start, span.amount, zone, own)


def limits_for(
    limits: Sequence[Limit],
    category: CategoryId,
    severity: Severity,
    urgency: Urgency,
) -> list[Limit]:
    """Return one limit a kind: the most particular line that fits.

    Danger has ``DANGER``'s, unless the pack has lines for danger, or an
    ordinary one that is no longer.
    """
    best: dict[str, Limit] = {}
    for limit in limits:
        if limit.category not in {None, category}:
            continue
        if limit.severity not in {None, severity}:
            continue
        if limit.urgency not in {None, urgency}:
            continue
        known = best.get(limit.kind)
        if known is None or _particular(limit) > _particular(known):
            best[limit.kind] = limit
    if urgency is Urgency.DANGER:
        for ours in DANGER:
            known = best.get(ours.kind)
            if known is None or _is_too_long(known, ours):
                best[ours.kind] = ours
    return list(best.values())


def ladder_for(ladder: Sequence[Rung], urgency: Urgency) -> Sequence[Rung]:
    """Return the ladder of an urgency: its own, or everybody's."""
    own = [rung for rung in ladder if rung.urgency is urgency]
    if urgency is Urgency.DANGER:
        return own or DANGER_LADDER
    return own or [rung for rung in ladder if rung.urgency is None]


def moments(
    limit: Limit,
    start: datetime,
    due: datetime,
    ladder: Sequence[Rung],
    alarms: Sequence[timedelta] = (),
) -> list[Moment]:
    """Return when somebody is reminded of a limit, soonest first.

    A reminder that would come before the limit even starts is left out.
    The ladder belongs to answers and resolutions, alarms to answers alone;
    a feedback limit only reminds the one who owes it.
    """
    found = [
        Moment(f"before {_hours(lead)}h", due - lead)
        for lead in limit.remind_before
        if due - lead > start
    ]
    if limit.kind == LimitKind.ANSWER:
        found += [
            Moment(f"alarm {number}", start + after)
            for number, after in enumerate(alarms, 1)
        ]
    found.append(Moment("at", due))
    if limit.kind in {LimitKind.ANSWER, LimitKind.RESOLVE}:
        found += [
            Moment(f"after {rung.level}", due + rung.after) for rung in ladder
        ]
    return sorted(found, key=lambda moment: moment.at)


def alarms(rules: Rules, urgency: Urgency) -> Sequence[timedelta]:
    """Return how long after a report its people are alarmed again."""
    if urgency is not Urgency.DANGER or rules.alarm_every <= timedelta(0):
        return ()
    times = min(rules.alarm_times, MOST_ALARMS)
    return [rules.alarm_every * number for number in range(1, times + 1)]


def _particular(limit: Limit) -> int:
    return (
        4 * (limit.urgency is not None)
        + 2 * (limit.category is not None)
        + (limit.severity is not None)
    )


def _is_too_long(known: Limit, ours: Limit) -> bool:
    """Whether an ordinary limit lets danger wait longer than ours does."""
    if known.urgency is not None:
        return False
    unit = _LONG.get(known.within.unit)
    if unit is None:  # the office has hours, danger has none
        return True
    return (
        known.within.amount * unit
        > ours.within.amount * _LONG[ours.within.unit]
    )


def _hours(lead: timedelta) -> str:
    return f"{lead.total_seconds() / 3600:g}"
