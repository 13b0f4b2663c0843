"""Putting a page together: its sentences, its frame, its safe headers."""

import re
from functools import partial
from pathlib import Path

import aiohttp_jinja2
import jinja2
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.logs import trail
from bot.web.deps import SITE
from bot.web.who import (
    LANGUAGE_COOKIE,
    PERSONA_COOKIE,
    is_secure,
    language_of,
)
from config.terms import CommunityId, Language
from storage.seats import Viewer

_YEAR_S = 31_536_000
FOLDER = Path(__file__).parent
_HOST = re.compile(r"[A-Za-z0-9.\-]+(?::\d{1,5})?|\[[0-9a-fA-F:.]+\](?::\d+)?")
_TOLD = frozenset({403, 404, 405, 413, 429, 500})
"""Errors with a sentence of their own."""

log = structlog.get_logger()


def set_up(app: web.Application) -> None:
    """Let the site's templates be found; whatever enters them is escaped."""
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def paint(
    request: web.Request,
    template: str,
    viewer: Viewer | None = None,
    *,
    community: CommunityId | None = None,
    status: int = 200,
    **values: object,
) -> web.Response:
    """Return the page in the reader's language."""
    site = request.app[SITE]
    home = site.home.id if viewer is None else viewer.community
    shown = site.community(community or home)
    language = language_of(request, viewer)
    response = aiohttp_jinja2.render_template(
        template,
        request,
        {
            "t": partial(site.texts[shown.id].say, language),
            "language": language,
            "other_language": next(
                other for other in Language if other != language
            ),
            "community": shown.called(Language(language)),
            "demo": site.demo is not None,
            **values,
        },
        status=status,
    )
    response.headers["Vary"] = "Accept-Language, Cookie"
    _remember(request, response)
    return response


def _remember(request: web.Request, response: web.Response) -> None:
    """Keep the language that was chosen, and the demo's persona."""
    wanted = request.query.get("lang", "")
    if wanted in set(Language):
        _set(response, LANGUAGE_COOKIE, wanted, _YEAR_S)
    if request.app[SITE].demo is not None and "me" in request.query:
        _set(response, PERSONA_COOKIE, request.query["me"], None)


def _set(
    response: web.Response, name: str, value: str, age: int | None
) -> None:
    response.set_cookie(
        name, value, max_age=age, samesite="Lax", httponly=True
    )


@web.middleware
async def plain_errors(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Answer errors in plain words; a bug is logged, never shown."""
    try:
        return await handler(request)
    except (web.HTTPClientError, web.HTTPServerError) as error:
        status = error.status
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001  a bug
        # not the path: a login's or a ticket's code stands in it
        log.error("page_failed", page=_page(request), error=trail(error))  # noqa: TRY400
        status = 500
    if "text/html" not in request.headers.get("Accept", ""):
        return web.json_response({"error": status}, status=status)
    told = status if status in _TOLD else "other"
    return paint(request, "error.html", status=status, told=told)


def _page(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "" if resource is None else resource.canonical


async def add_headers(
    request: web.Request, response: web.StreamResponse
) -> None:
    """Let browsers run nothing and load nothing but our own files."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy(request))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    # with "no-referrer" browsers call our own forms' origin "null"
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault(
        "Permissions-Policy", "geolocation=(), microphone=(), camera=(self)"
    )
    if request.path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-cache")
    else:
        headers.setdefault("Cache-Control", "no-store")
    if is_secure(request.app[SITE]):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _policy(request: web.Request) -> str:
    sockets = ""
    if _HOST.fullmatch(request.host):
        # older Safari does not count a WebSocket as 'self'
        sockets = f" ws://{request.host} wss://{request.host}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self';"
        " img-src 'self' blob:; manifest-src 'self';"
        f" connect-src 'self'{sockets}; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
