"""Is it alive, is it ready, how much has it done: for machines.

``/healthz`` tells *progress*: a loop that beats late is stuck although
the process lives. ``/readyz`` adds that the start is over and that every
door opens to who knocks.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST


def _seconds() -> float:
    return asyncio.get_running_loop().time()


@dataclass(eq=False)
class Health:
    """Loops report here that they go round."""

    ready: bool = False
    registry: CollectorRegistry = REGISTRY
    seconds: Callable[[], float] = _seconds
    doors: dict[str, Callable[[], bool]] = field(default_factory=dict)
    """What others send us comes in here: whether it is taken now."""
    _beats: dict[str, tuple[float, float]] = field(default_factory=dict)

    def beat(self, loop: str, within_s: float) -> None:
        """Say that ``loop`` lives and will say so again within that time."""
        self._beats[loop] = (self.seconds(), within_s)

    def forget(self, loop: str) -> None:
        """Expect no more beats of a loop that ended on purpose."""
        self._beats.pop(loop, None)

    def stuck(self) -> dict[str, float]:
        """Return the loops that are late, and since how many seconds."""
        now = self.seconds()
        return {
            loop: round(now - at, 1)
            for loop, (at, within) in self._beats.items()
            if now - at > within
        }

    def closed(self) -> list[str]:
        """Return the doors that take nothing yet."""
        return [door for door, is_open in self.doors.items() if not is_open()]


HEALTH = web.AppKey("health", Health)


async def healthz(request: web.Request) -> web.Response:
    """Answer 200 while every loop makes progress."""
    stuck = request.app[HEALTH].stuck()
    return web.json_response(
        {"ok": not stuck, "stuck": stuck}, status=503 if stuck else 200
    )


async def readyz(request: web.Request) -> web.Response:
    """Answer 200 once everything is taken, and while all loops go on."""
    health = request.app[HEALTH]
    stuck, closed = health.stuck(), health.closed()
    ok = health.ready and not stuck and not closed
    return web.json_response(
        {
            "ok": ok,
            "started": health.ready,
            "stuck": stuck,
            "closed": closed,
        },
        status=200 if ok else 503,
    )


async def metrics(request: web.Request) -> web.Response:
    """Answer what Prometheus scrapes."""
    return web.Response(
        body=generate_latest(request.app[HEALTH].registry),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )


def health_routes() -> list[web.RouteDef]:
    """Return the routes for machines."""
    return [
        web.get("/healthz", healthz),
        web.get("/readyz", readyz),
        web.get("/metrics", metrics),
    ]
