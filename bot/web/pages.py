"""The public pages: a ticket's progress, the wish wall, logging in."""

from aiohttp import web

from bot.web.deps import SITE
from bot.web.paint import paint
from bot.web.who import (
    bare,
    is_secure,
    language_of,
    number_of,
    session_cookie,
    session_of,
    viewer_of,
)
from config.terms import CommunityId, GridId, Language
from handlers.rules.privacy import hide, mask
from storage import buttons, sessions, views

PAGE = 24
EXAMPLE = 12
"""A number to show how to claim, when no wish is open."""
_PRIVATE_PAGE = {
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


def routes() -> list[web.RouteDef]:
    """Return the public pages' routes."""
    return [
        web.get("/t/{code:[A-Za-z0-9_-]{6,64}}", ticket),
        web.get("/wishes", wishes),
        web.get("/login/{code:[A-Za-z0-9_-]{6,128}}", login),
        web.post("/login/{code:[A-Za-z0-9_-]{6,128}}", enter),
        web.post("/logout", leave),
    ]


async def ticket(request: web.Request) -> web.Response:
    """Show how far a ticket is, and nothing about whom it concerns."""
    site = request.app[SITE]
    code = request.match_info["code"]
    page = await site.db.read(lambda db: views.ticket(db, code))
    if page is None:
        raise web.HTTPNotFound
    community = site.community(page.community_id)
    language = Language(language_of(request))
    category = next(
        (
            one.names[language]
            for one in community.categories
            if one.id == page.category
        ),
        "",
    )
    grid = next(
        (
            one.called(language)
            for one in community.grids
            if one.id == page.grid_id
        ),
        "",
    )
    response = paint(
        request,
        "ticket.html",
        community=page.community_id,
        ticket=page,
        category=category,
        grid=grid,
        place=hide(page.place, page.names),
        reports=_shown(page, "report"),
        answers=_shown(page, "resolution"),
        now=site.now(),
    )
    response.headers.update(_PRIVATE_PAGE)
    return response


def _shown(page: views.TicketPage, kind: str) -> list[str]:
    return [hide(w.text, page.names) for w in page.words if w.kind == kind]


async def wishes(request: web.Request) -> web.Response:
    """Show the wish wall, a page at a time."""
    site = request.app[SITE]
    viewer = await viewer_of(request)
    wanted = request.query.get("community", "")
    community = (
        site.home if viewer is None else site.community(viewer.community)
    )
    if wanted:
        community = site.community(CommunityId(wanted))
    grid = bare(request.query.get("grid", ""))
    kind = bare(request.query.get("kind", ""))
    cards = await site.db.read(
        lambda db: views.wishes(
            db,
            community.id,
            grid=GridId(grid) if grid else None,
            kind=kind,
            before=number_of(request.query.get("before", "")),
            limit=PAGE + 1,
        )
    )
    kinds = await site.db.read(lambda db: views.wish_kinds(db, community.id))
    return paint(
        request,
        "wishes.html",
        viewer,
        community=community.id,
        cards=cards[:PAGE],
        example=next(
            (one.number for one in cards if one.status == "open"), EXAMPLE
        ),
        more=cards[PAGE - 1].id if len(cards) > PAGE else None,
        mask=mask,
        kinds=kinds,
        kind=kind,
        grid=grid,
        grids={
            one.id: one.called(Language(language_of(request, viewer)))
            for one in community.grids
        },
    )


async def login(request: web.Request) -> web.Response:
    """Ask for a press before the code is used up.

    Chat programs fetch the links people send them to show a preview; if
    looking were logging in, the preview would use the code up.
    """
    site = request.app[SITE]
    code = request.match_info["code"]
    now = site.now()
    works = await site.db.read(
        lambda db: buttons.is_open(db, code, sessions.LOGIN, now)
    )
    response = paint(
        request, "login.html", works=works, status=200 if works else 410
    )
    response.headers.update(_PRIVATE_PAGE)
    return response


async def enter(request: web.Request) -> web.Response:
    """Use the code up and remember the browser."""
    site = request.app[SITE]
    code = request.match_info["code"]
    cookie = site.token()
    now = site.now()
    entered = await site.db.write(
        lambda db: sessions.redeem(
            db, code, cookie, now, now + site.session_kept
        )
    )
    if entered is not None:
        community = site.community(entered.community)
        await site.chat.settle(community, entered.person)
    else:
        return paint(request, "login.html", works=False, status=410)
    response = web.HTTPSeeOther("/")
    response.set_cookie(
        session_cookie(site),
        cookie,
        max_age=int(site.session_kept.total_seconds()),
        path="/",
        secure=is_secure(site),
        httponly=True,
        samesite="Lax",
    )
    raise response


async def leave(request: web.Request) -> web.Response:
    """Log this browser out."""
    site = request.app[SITE]
    name = session_cookie(site)
    cookie = request.cookies.get(name, "")
    await site.db.write(lambda db: sessions.end(db, cookie))
    site.chat.hub.log_out(session_of(request))
    response = web.HTTPSeeOther("/")
    response.del_cookie(name, path="/", secure=is_secure(site))
    # what was written and not sent yet must not wait for the next person
    response.headers["Clear-Site-Data"] = '"storage"'
    raise response
