"""What Prometheus scrapes: counted as it happens, gathered on request."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from typing_extensions import override

from bot.delivery import Delivery
from bot.intake import Intake
from bot.media import Media
from storage.backlog import Backlog
from storage.database import Database


@dataclass(eq=False, kw_only=True)
class Gathered(Collector):
    """The core's counters, under ``linli_``."""

    intake: Intake
    delivery: Delivery
    media: Media
    database: Database
    backlog: Callable[[], Backlog]
    """What waited when it was last counted."""

    @override
    def collect(self) -> Iterator[Metric]:
        """Yield every figure as it stands."""
        for name, about, count in (
            ("heard", "Messages taken in, talk included", self.intake.heard),
            ("acted", "Messages that went to the writer", self.intake.acted),
            ("flooded", "Messages over the limit", self.intake.flooded),
            ("sent", "Letters delivered", self.delivery.sent),
            ("parked", "Letters given up", self.delivery.parked),
            ("repeated", "Letters sent once more", self.delivery.repeated),
            ("photos_kept", "Photos kept", self.media.kept),
            ("photos_failed", "Photos given up", self.media.failed),
        ):
            family = CounterMetricFamily(f"linli_{name}", about)
            family.add_metric([], count)
            yield family
        works = GaugeMetricFamily(
            "linli_works_waiting", "Works that wait for the writer"
        )
        works.add_metric([], self.database.waiting)
        yield works
        yield from self._backlog()

    def _backlog(self) -> Iterator[Metric]:
        backlog = self.backlog()
        for name, about, value in (
            ("letters_waiting", "Letters that may be sent", backlog.letters),
            ("oldest_letter_seconds", "Age of the oldest", backlog.age_s),
            ("letters_parked", "Letters to look at", backlog.parked),
            ("updates_poison", "Updates set aside", backlog.poison),
            ("updates_failing", "Updates to try again", backlog.failing),
            ("photos_wanted", "Photos to fetch", backlog.photos),
        ):
            family = GaugeMetricFamily(f"linli_{name}", about)
            family.add_metric([], value)
            yield family
