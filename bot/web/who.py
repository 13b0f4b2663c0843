"""Whose request it is, in which language, and whether the page sent it."""

import re
from operator import itemgetter
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.web.deps import SITE, Site
from config.terms import Language
from storage import seats, sessions
from storage.seats import Viewer

LANGUAGE_COOKIE = "linli-lang"
PERSONA_COOKIE = "linli-me"
DIGITS = 15
"""Of a row's number; more and a database may refuse it."""
_SPOKEN = {"zh": Language.ZH, "en": Language.EN}
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def session_cookie(site: Site) -> str:
    """Return the session cookie's name: bound to the host where it can be."""
    return "__Host-linli" if is_secure(site) else "linli"


def is_secure(site: Site) -> bool:
    """Tell whether people reach us over TLS."""
    return site.public_url.startswith("https://")


def session_of(request: web.Request) -> str:
    """Return what tells a browser's session from others, "" in the demo."""
    cookie = request.cookies.get(session_cookie(request.app[SITE]), "")
    return sessions.hashed(cookie) if cookie else ""


async def viewer_of(request: web.Request) -> Viewer | None:
    """Return who asks: the demo's chosen persona, or whose session it is."""
    site = request.app[SITE]
    if site.demo is not None:
        address = request.query.get("me") or request.cookies.get(
            PERSONA_COOKIE, ""
        )
        address = bare(address)
        return await site.db.read(lambda db: seats.viewer(db, address))
    cookie = request.cookies.get(session_cookie(site), "")
    if not cookie:
        return None
    now = site.now()
    login = await site.db.read(lambda db: sessions.find(db, cookie, now))
    if login is None:
        return None
    return await site.db.read(
        lambda db: seats.viewer_person(db, login.community, login.person)
    )


def bare(words: str) -> str:
    """Return what a form or an address says, fit for any database."""
    return words.encode("utf-8", "ignore").decode().replace("\0", "")


def number_of(words: str) -> int | None:
    """Return the number that an address or a form names, or None."""
    if not (words.isascii() and words.isdecimal()) or len(words) > DIGITS:
        return None
    return int(words)


async def must_see(request: web.Request) -> Viewer:
    """Return who asks, or answer 401."""
    viewer = await viewer_of(request)
    if viewer is None:
        raise web.HTTPUnauthorized
    return viewer


def chosen_language(request: web.Request) -> str:
    """Return the language that this very request asks for, "" for none."""
    return _known(request.query.get("lang", ""))


def _known(language: str) -> str:
    return language if language in set(Language) else ""


def language_of(request: web.Request, viewer: Viewer | None = None) -> str:
    """Return the language to answer in.

    What is chosen now, or is the viewer's, or what this browser chose, or
    asks for first of those we speak, or the community's.

    In the demo many visitors are one person in turn, so what one of them
    chose is nobody's language but their own browser's.
    """
    site = request.app[SITE]
    kept = _known(request.cookies.get(LANGUAGE_COOKIE, ""))
    own = ""
    if viewer is not None and site.demo is None:
        # whoever has said it in the chat since means it here, too
        own, kept = viewer.language or kept, ""
    elif viewer is not None:
        people = site.community(viewer.community).people
        named = (one.language for one in people if one.id == viewer.person)
        own = next(named, None) or ""
    return (
        chosen_language(request)
        or kept
        or own
        or wanted_language(request.headers.get("Accept-Language", ""))
        or str(site.home.language)
    )


def wanted_language(header: str) -> str:
    """Return which of our languages a browser likes best, "" for none."""
    liked: list[tuple[float, str]] = []
    for part in header[:200].lower().split(","):
        tag, _, rest = part.partition(";")
        weight = _WEIGHT.fullmatch(rest.strip())
        if rest and weight is None:
            continue
        language = _SPOKEN.get(tag.strip().partition("-")[0])
        if language:
            liked.append((float(weight[1]) if weight else 1.0, language))
    best = max(liked, key=itemgetter(0), default=(0.0, ""))
    return best[1] if best[0] > 0 else ""


def is_ours(request: web.Request) -> bool:
    """Tell whether one of our own pages sent this, as browsers vouch.

    ``Origin`` names the page that sends a POST or opens a WebSocket, and
    ``Sec-Fetch-Site`` how it stands to us; no script can forge either. A
    request with neither comes from no browser that could be tricked.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    public = urlsplit(request.app[SITE].public_url).netloc
    own = {request.host} | ({public} - {""})
    return urlsplit(origin).netloc in own


@web.middleware
async def only_ours(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Refuse what another site makes a browser send in a person's name."""
    resource = request.match_info.route.resource
    outside = resource is not None and resource.canonical.startswith(
        OUTSIDE_PREFIXES
    )
    if request.method not in _SAFE and not outside and not is_ours(request):
        raise web.HTTPForbidden
    return await handler(request)


OUTSIDE_PREFIXES = ("/telegram/", "/onebot/", "/open311/", "/hooks/")
"""What other programs call; each proves itself in its own way."""
