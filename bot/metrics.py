"""What Prometheus scrapes: counted as it happens, gathered on request."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from typing_extensions import override

if TYPE_CHECKING:
    from bot.app import Core


class Gathered(Collector):
    """The core's counters, under ``linli_``."""

    def __init__(self, core: "Core") -> None:
        self._core = core

    @override
    def collect(self) -> Iterator[Metric]:
        """Yield every figure as it stands."""
        core = self._core
        for name, about, count in (
            ("heard", "Messages taken in, talk included", core.intake.heard),
            ("acted", "Messages that went to the writer", core.intake.acted),
            ("flooded", "Messages over the limit", core.intake.flooded),
            ("sent", "Letters delivered", core.delivery.sent),
            ("parked", "Letters given up", core.delivery.parked),
            ("repeated", "Letters sent once more", core.delivery.repeated),
            ("photos_kept", "Photos kept", core.media.kept),
            ("photos_failed", "Photos given up", core.media.failed),
        ):
            family = CounterMetricFamily(f"linli_{name}", about)
            family.add_metric([], count)
            yield family
        works = GaugeMetricFamily(
            "linli_works_waiting", "Works that wait for the writer"
        )
        works.add_metric([], core.database.waiting)
        yield works
        yield from self._backlog()

    def _backlog(self) -> Iterator[Metric]:
        backlog = self._core.backlog.last
        for name, about, value in (
            ("letters_waiting", "Letters that may be sent", backlog.letters),
            ("oldest_letter_seconds", "Age of the oldest", backlog.age_s),
            ("letters_parked", "Letters to look at", backlog.parked),
            ("updates_poison", "Updates set aside", backlog.poison),
            ("photos_wanted", "Photos to fetch", backlog.photos),
        ):
            family = GaugeMetricFamily(f"linli_{name}", about)
            family.add_metric([], value)
            yield family
