"""The desk's console: what waits for a person's decision."""

from aiohttp import web

from bot.web.deps import SITE, Site
from bot.web.paint import paint
from bot.web.who import bare, language_of, number_of, viewer_of
from config.terms import (
    DESKS,
    EntryId,
    GridId,
    Language,
    PersonId,
    Role,
    Status,
)
from handlers.console import (
    LINK_LIVES,
    LONGEST_ANSWER,
    LONGEST_SOURCE,
    Answer,
    Whom,
)
from storage import views
from storage.seats import Viewer

ACTIONS = frozenset(
    {
        "retry-letter",
        "drop-letter",
        "retry-update",
        "drop-update",
        "answer-question",
        "drop-question",
    }
)
_ABOUT_UPDATES = frozenset({"retry-update", "drop-update"})


def routes() -> list[web.RouteDef]:
    """Return the console's routes."""
    return [
        web.get("/console", console),
        web.post("/console", act),
        web.post("/console/answer", answer),
        web.post("/console/login", invite),
    ]


async def must_be_desk(request: web.Request) -> Viewer:
    """Return the desk member who asks; others may not look."""
    viewer = await viewer_of(request)
    if viewer is None or not viewer.roles & DESKS:
        raise web.HTTPForbidden
    return viewer


def sees_updates(site: Site, viewer: Viewer) -> bool:
    """Tell whether raw updates may be shown: they name no community."""
    return len(site.pack.communities) == 1 or Role.ADMIN in viewer.roles


async def console(request: web.Request) -> web.Response:
    """Show what waits, and where the tickets stand."""
    viewer = await must_be_desk(request)
    site = request.app[SITE]
    here = viewer.community
    community = site.community(here)
    grid = bare(request.query.get("grid", ""))
    status = request.query.get("status", "")
    language = Language(language_of(request, viewer))
    slips = await site.db.read(
        lambda db: views.slips_of(
            db,
            here,
            GridId(grid) if grid else None,
            Status(status) if status in set(Status) else None,
        )
    )
    tallies = await site.db.read(lambda db: views.tallies(db, here))
    updates = sees_updates(site, viewer)
    response = paint(
        request,
        "console.html",
        viewer,
        letters=await site.db.read(lambda db: views.parked(db, here)),
        updates=await site.db.read(views.poison) if updates else [],
        questions=await site.db.read(lambda db: views.questions(db, here)),
        entries=await site.db.read(lambda db: views.titles(db, here)),
        longest=(LONGEST_ANSWER, LONGEST_SOURCE),
        slips=slips,
        tallies={(one.grid_id, one.status): one.number for one in tallies},
        statuses=list(Status),
        grids={one.id: one.called(language) for one in community.grids},
        categories={
            one.id: one.names[language] for one in community.categories
        },
        chosen={"grid": grid, "status": status},
        members=[one for one in community.people if not one.roles & DESKS],
        now=site.now(),
        overtaken="overtaken" in request.query,
    )
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


async def act(request: web.Request) -> web.Response:
    """Let the handlers do what the desk decided, and show the rest."""
    viewer = await must_be_desk(request)
    site = request.app[SITE]
    form = await request.post()
    action = str(form.get("action"))
    subject = number_of(str(form.get("subject")))
    if action not in ACTIONS or subject is None:
        raise web.HTTPBadRequest
    if action in _ABOUT_UPDATES and not sees_updates(site, viewer):
        raise web.HTTPForbidden
    done = await site.act(viewer, action, subject)
    raise web.HTTPSeeOther("/console" if done else "/console?overtaken")


async def answer(request: web.Request) -> web.Response:
    """Make a question an entry, or another wording of one."""
    viewer = await must_be_desk(request)
    site = request.app[SITE]
    form = await request.post()
    question = number_of(str(form.get("question")))
    if question is None:
        raise web.HTTPBadRequest
    entry = bare(str(form.get("entry", "")))
    done = await site.reply(
        viewer,
        Answer(
            question,
            EntryId(entry) if entry else None,
            bare(str(form.get("answer", ""))),
            bare(str(form.get("source", ""))),
        ),
    )
    raise web.HTTPSeeOther("/console" if done else "/console?overtaken")


async def invite(request: web.Request) -> web.Response:
    """Show a login link once, to be handed to the person it is for."""
    viewer = await must_be_desk(request)
    site = request.app[SITE]
    form = await request.post()
    person = bare(str(form.get("person", "")))
    whom = Whom(
        PersonId(person) if person else None,
        bare(str(form.get("name", ""))),
        bare(str(form.get("building", ""))),
    )
    code = await site.invite(viewer, whom)
    if code is None:
        raise web.HTTPSeeOther("/console?overtaken")
    base = site.public_url or str(request.url.origin())
    return paint(
        request,
        "invited.html",
        viewer,
        link=f"{base}/login/{code}",
        span=LINK_LIVES,
    )
