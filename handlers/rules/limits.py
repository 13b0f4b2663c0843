"""Which limits a ticket gets, when they are due, who is told when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.pack.values import Limit, Rung, Span, Unit
from config.terms import CategoryId, LimitKind, Severity
from handlers.rules import calendar


@dataclass(frozen=True, slots=True)
class Moment:
    """A rung of the ladder and when it is reached."""

    rung: str
    """``before 24h``, ``at``, ``after community``."""
    at: datetime


def due_at(
    start: datetime, span: Span, zone: ZoneInfo, own: Mapping[date, bool]
) -> datetime:
    """Return when ``span`` has passed since ``start``."""
    if span.unit is Unit.HOURS:
        passed = start.astimezone(UTC) + timedelta(hours=span.amount)
        return passed.astimezone(start.tzinfo)
    if span.unit is Unit.DAYS:
        local = start.astimezone(zone) + timedelta(days=span.amount)
        return local.astimezone(start.tzinfo)
    if span.unit is Unit.WORKING_DAYS:
        return calendar.after_working_days(start, span.amount, zone, own)
    return calendar.after_working_hours(start, span.amount, zone, own)


def limits_for(
    limits: Sequence[Limit], category: CategoryId, severity: Severity
) -> list[Limit]:
    """Return one limit a kind: the most particular line that fits."""
    best: dict[str, Limit] = {}
    for limit in limits:
        if limit.category not in {None, category}:
            continue
        if limit.severity not in {None, severity}:
            continue
        known = best.get(limit.kind)
        if known is None or _particular(limit) > _particular(known):
            best[limit.kind] = limit
    return list(best.values())


def moments(
    limit: Limit, start: datetime, due: datetime, ladder: Sequence[Rung]
) -> list[Moment]:
    """Return when somebody is reminded of a limit, soonest first.

    A reminder that would come before the limit even starts is left out.
    The ladder belongs to answers and resolutions; a feedback limit only
    reminds the one who owes it.
    """
    before = [
        Moment(f"before {_hours(lead)}h", due - lead)
        for lead in limit.remind_before
        if due - lead > start
    ]
    rungs = [Moment("at", due)]
    if limit.kind in {LimitKind.ANSWER, LimitKind.RESOLVE}:
        rungs += [
            Moment(f"after {rung.level}", due + rung.after) for rung in ladder
        ]
    return sorted([*before, *rungs], key=lambda moment: moment.at)


def _particular(limit: Limit) -> int:
    return 2 * (limit.category is not None) + (limit.severity is not None)


def _hours(lead: timedelta) -> str:
    return f"{lead.total_seconds() / 3600:g}"
