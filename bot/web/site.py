"""The pages, put together."""

from collections.abc import Iterable

from aiohttp import web

from bot.web import chat, console, pages, paint
from bot.web.deps import SITE, Site
from bot.web.health import HEALTH, health_routes
from bot.web.who import only_ours

BODY_BYTES = 1024 * 1024
"""A form or a hook; photos are read in parts and bounded on their own."""


def make_site(
    site: Site, more: Iterable[web.RouteDef] = ()
) -> web.Application:
    """Return the web application; ``more`` are other channels' routes."""
    app = web.Application(
        middlewares=[paint.plain_errors, only_ours],
        client_max_size=BODY_BYTES,
    )
    app[SITE] = site
    app[HEALTH] = site.health
    paint.set_up(app)
    chat.set_up(app)
    app.on_response_prepare.append(paint.add_headers)
    app.add_routes(
        [
            *chat.routes(),
            *pages.routes(),
            *console.routes(),
            *health_routes(),
            *more,
            web.static("/static", paint.FOLDER / "static"),
        ]
    )
    return app
