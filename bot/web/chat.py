"""The chat page and what it talks to."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import msgspec
import structlog
from aiohttp import WSMsgType, web
from markupsafe import Markup

from bot.channels import webchat
from bot.channels.webchat import Declines
from bot.channels.webchat_hub import Listener
from bot.channels.webchat_seats import addresses
from bot.channels.webchat_wire import Declined, FromPage
from bot.web.deps import SITE, Demo, Site
from bot.web.paint import paint
from bot.web.who import (
    is_ours,
    language_of,
    must_see,
    session_of,
    viewer_of,
)
from bot.web.words import IN_SCRIPTS
from config.pack.places import buildings
from config.pack.values import Community, Member
from config.terms import DESKS, STAFF, ChatKind, Language, Role
from handlers.rules.commands import WORDS
from storage import views
from storage.engines import DatabaseError
from storage.seats import CHANNEL, Viewer
from storage.seats import viewer as viewer_at

FRAME_BYTES = 64 * 1024
FRAMES_AT_ONCE = 30
"""Frames a page may send within ``PACE_S`` before it is slowed down."""
PACE_S = 10.0
UPLOADS_AT_ONCE = 4
UPLOADS_EACH = webchat.PHOTOS
UPLOAD_S = 120.0
"""How long a photo may take to arrive."""
LINES_EACH = 40
"""Pages that one person may have open; in the demo many are one person."""
VOUCH_S = 20.0
"""How soon a page that only listens learns that its session has ended."""
LOGGED_OUT = 4401
SLOW = 4408
STEPS = {
    "1h": timedelta(hours=1),
    "8h": timedelta(hours=8),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
}
_FRONT = ("resident", Role.VOLUNTEER, Role.WORKER, Role.DESK)
_ORDER = (*Role, "resident")

_decoder = msgspec.json.Decoder(FromPage)
_cleaning = web.AppKey("cleaning", asyncio.Semaphore)
_uploading = web.AppKey("uploading", Counter[str])
log = structlog.get_logger()


class Persona(NamedTuple):
    """Somebody of the demo pack that one may be."""

    address: str
    name: str
    role: str


def routes() -> list[web.RouteDef]:
    """Return the chat's routes."""
    return [
        web.get("/", front),
        web.get("/chat/ws", line),
        web.post("/chat/photos", upload),
        web.get("/media/{ref:[0-9a-f]{64}}", media),
        web.get("/board", board),
        web.post("/demo/clock", forward),
    ]


def set_up(app: web.Application) -> None:
    """Bound what uploads may cost at once."""
    app[_cleaning] = asyncio.Semaphore(UPLOADS_AT_ONCE)
    app[_uploading] = Counter()


# The page -------------------------------------------------------------------


def personas(community: Community, demo: Demo | None) -> list[Persona]:
    """Return who of the pack one may be, in the demo's own order."""
    order = demo.people if demo is not None else ()
    people = (
        [community.person(person) for person in order]
        if order
        else community.people
    )
    return [
        Persona(address, member.name, _role(member))
        for member in people
        for address in addresses(member)
    ]


def _role(member: Member) -> str:
    return next((role for role in _ORDER if role in member.roles), "resident")


async def front(request: web.Request) -> web.Response:
    """Show the chat, or how to get into it."""
    site = request.app[SITE]
    viewer = await viewer_of(request)
    if viewer is None and site.demo is not None:
        viewer = await _first_persona(request)
    if viewer is None:
        return paint(request, "front.html")
    language = language_of(request, viewer)
    if language != (viewer.language or site.home.language):
        await site.chat.speak(viewer, language)
    return _chat_page(request, site, viewer)


async def _first_persona(request: web.Request) -> Viewer | None:
    site = request.app[SITE]
    everybody = personas(site.home, site.demo)
    residents = [one for one in everybody if one.role == "resident"]
    for one in residents or everybody:
        found = await site.db.read(partial(viewer_at, address=one.address))
        if found is not None:
            return found
    return None


def _chat_page(
    request: web.Request, site: Site, viewer: Viewer
) -> web.Response:
    community = site.community(viewer.community)
    everybody = personas(community, site.demo)
    shown = [
        next((one for one in everybody if one.role == role), None)
        for role in _FRONT
    ]
    in_front = [one for one in shown if one is not None]
    me = next(
        (one for one in everybody if one.address == viewer.address), None
    )
    if me is not None and me not in in_front:
        in_front.append(me)
    rest = [one for one in everybody if one not in in_front]
    others = [
        (role, [one for one in rest if one.role == role])
        for role in ("resident", *Role)
        if any(one.role == role for one in rest)
    ]
    return paint(
        request,
        "chat.html",
        viewer,
        me=viewer,
        me_role=me.role if me else "resident",
        staff=bool(viewer.roles & DESKS),
        front=in_front,
        others=others,
        setup=_setup(request, site, viewer),
    )


def _setup(request: web.Request, site: Site, viewer: Viewer) -> Markup:
    """Return what the scripts must know, as JSON that cannot end its tag."""
    language = language_of(request, viewer)
    community = site.community(viewer.community)
    texts = site.texts[community.id]
    name = community.called(Language(language))
    gaps = {name: f"{{{name}}}" for name in ("n", "name", "now", "words")}
    known = {
        "me": viewer.address,
        "demo": site.demo is not None,
        "language": language,
        "zone": community.time_zone.key,
        "title": f"{texts.say(language, 'web-name')} · {name}",
        "titles": _titles(community, Language(language)),
        "limits": {
            "text": webchat.TEXT,
            "photos": webchat.PHOTOS,
            "bytes": webchat.PHOTO_BYTES,
        },
        "commands": _commands(language),
        "abouts": {
            command: texts.say(language, f"about-{command}")
            for command in WORDS
        },
        "tries": _tries(request, site, viewer) if site.demo else {},
        "words": {
            name: texts.say(language, name, **gaps) for name in IN_SCRIPTS
        },
    }
    encoded = msgspec.json.encode(known).decode()
    return Markup(encoded.replace("<", "\\u003c"))  # noqa: S704 - JSON of ours


def _titles(community: Community, language: Language) -> dict[str, str]:
    """Return what each group is called by somebody of that language."""
    return {
        group.removeprefix(f"{CHANNEL}:"): grid.called(language)
        for grid in community.grids
        for group in grid.groups
        if group.startswith(f"{CHANNEL}:")
    }


def _tries(
    request: web.Request, site: Site, viewer: Viewer
) -> dict[ChatKind, list[str]]:
    """Return what a visitor of the demo may try to say, by kind of chat."""
    community = site.community(viewer.community)
    language = language_of(request, viewer)
    say = partial(site.texts[community.id].say, language)
    if viewer.roles & STAFF:
        own = [say("web-try-todo"), say("web-try-wishes")]
        return {ChatKind.GROUP: [], ChatKind.PRIVATE: own}
    grids = [one for one in community.grids if one.buildings]
    home = next(
        (one.building for one in community.people if one.id == viewer.person),
        "",
    )
    building = home or buildings(grids[0].buildings[0])[0]
    return {
        ChatKind.GROUP: [
            say("web-try-report", building=building),
            say("web-try-ask"),
            say("web-try-wish"),
        ],
        ChatKind.PRIVATE: [
            say("web-try-my"),
            say("web-try-worker"),
            say("web-try-wishes"),
        ],
    }


def _commands(language: str) -> dict[str, str]:
    """Return the words that people type instead of the slash commands."""
    if language != Language.ZH:
        return {}
    return {command: words[0] for command, words in WORDS.items()}


# The line -------------------------------------------------------------------


class _Pace:
    """So many frames at once, then so many a second."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._left = float(most)
        self._rate = most / seconds
        self._at = asyncio.get_running_loop().time()

    def allows(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._left = min(
            self._most, self._left + (now - self._at) * self._rate
        )
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


async def line(request: web.Request) -> web.WebSocketResponse:
    """Serve one open page until it is gone."""
    if not is_ours(request) or "Origin" not in request.headers:
        raise web.HTTPForbidden
    viewer = await viewer_of(request)
    socket = web.WebSocketResponse(
        heartbeat=25.0, max_msg_size=FRAME_BYTES, compress=False
    )
    await socket.prepare(request)
    if viewer is None:
        await socket.close(code=LOGGED_OUT)
        return socket
    chat = request.app[SITE].chat
    listener = Listener(viewer.address, session_of(request))
    chat.hub.enter(listener, LINES_EACH)
    try:
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(_write(socket, listener))
            cutting = tasks.create_task(_cut(socket, listener))
            vouching = tasks.create_task(_vouch_on(request, listener))
            await _read(request, socket, listener)
            writing.cancel()
            vouching.cancel()
            if not listener.lost.is_set():
                # else it is just saying why, and must end the sentence
                cutting.cancel()
    finally:
        chat.hub.leave(listener)
    return socket


async def _read(
    request: web.Request,
    socket: web.WebSocketResponse,
    listener: Listener,
) -> None:
    chat = request.app[SITE].chat
    pace = _Pace(FRAMES_AT_ONCE, PACE_S)
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            return
        if not pace.allows():
            await asyncio.sleep(PACE_S / FRAMES_AT_ONCE)
        try:
            frame = _decoder.decode(message.data)
        except msgspec.DecodeError:
            listener.tell(Declined("", "unreadable"))
            continue
        # who it is is asked each time: a session ends, a role is taken
        viewer = await _vouched(request, listener)
        if viewer is not None:
            await chat.take(viewer, listener, frame)


async def _write(socket: web.WebSocketResponse, listener: Listener) -> None:
    with suppress(ConnectionError):
        while True:
            frame = await listener.frames.get()
            await socket.send_str(frame.decode())


async def _cut(socket: web.WebSocketResponse, listener: Listener) -> None:
    await listener.lost.wait()
    await socket.close(code=LOGGED_OUT if listener.out else SLOW)


async def _vouched(request: web.Request, listener: Listener) -> Viewer | None:
    """Return whose page it is; if it is nobody's now, it must go."""
    viewer = await viewer_of(request)
    if viewer is not None and viewer.address == listener.address:
        return viewer
    listener.log_out()
    return None


async def _vouch_on(request: web.Request, listener: Listener) -> None:
    while True:
        await asyncio.sleep(VOUCH_S)
        try:
            await _vouched(request, listener)
        except DatabaseError as error:
            log.warning("unvouched", error=type(error).__name__)


# Photos ---------------------------------------------------------------------


async def upload(request: web.Request) -> web.Response:
    """Take one photo, before the message that carries it."""
    viewer = await must_see(request)
    chat = request.app[SITE].chat
    if (request.content_length or 0) > webchat.PHOTO_BYTES:
        return web.json_response({"why": "photo-too-large"}, status=413)
    under_way = request.app[_uploading]
    if under_way[viewer.address] >= UPLOADS_EACH:
        return web.json_response({"why": "busy"}, status=429)
    under_way[viewer.address] += 1
    try:
        async with asyncio.timeout(UPLOAD_S):
            content = await _bounded(request, webchat.PHOTO_BYTES)
        if content is None:
            return web.json_response({"why": "photo-too-large"}, status=413)
        async with request.app[_cleaning]:
            kept = await chat.upload(viewer, content)
    except TimeoutError:
        return web.json_response({"why": "upload"}, status=408)
    except Declines as no:
        return web.json_response({"why": no.why}, status=415)
    finally:
        under_way[viewer.address] -= 1
    return web.json_response(
        {"ref": kept.ref, "width": kept.width, "height": kept.height}
    )


async def _bounded(request: web.Request, most: int) -> bytes | None:
    content = bytearray()
    async for part in request.content.iter_chunked(64 * 1024):
        content += part
        if len(content) > most:
            return None
    return bytes(content)


_KINDS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b"RIFF": "image/webp",
}


async def media(request: web.Request) -> web.Response:
    """Show a photo to those who may see it; to others there is none."""
    viewer = await must_see(request)
    chat = request.app[SITE].chat
    content = await chat.picture(viewer, request.match_info["ref"])
    if content is None:
        raise web.HTTPNotFound
    kind = next(
        (kind for head, kind in _KINDS.items() if content.startswith(head)),
        None,
    )
    if kind is None:
        raise web.HTTPNotFound
    return web.Response(
        body=content,
        content_type=kind,
        headers={
            "Cache-Control": "private, max-age=3600",
            "Vary": "Cookie",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


# Beside the chat ------------------------------------------------------------


async def board(request: web.Request) -> web.Response:
    """Show where the community's tickets stand."""
    viewer = await must_see(request)
    site = request.app[SITE]
    community = site.community(viewer.community)
    lanes = await site.db.read(lambda db: views.board(db, community.id))
    language = Language(language_of(request, viewer))
    return paint(
        request,
        "board.html",
        viewer,
        lanes=lanes,
        now=site.now(),
        rough=rough,
        categories={
            one.id: one.names[language] for one in community.categories
        },
        grids={one.id: one.called(language) for one in community.grids},
    )


def rough(span: timedelta) -> timedelta:
    """Return the span in its greatest unit alone: days, hours, minutes."""
    for unit in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)):
        if span >= unit:
            return span // unit * unit
    return timedelta(0)


async def forward(request: web.Request) -> web.Response:
    """Move the demo's clock."""
    site = request.app[SITE]
    if site.demo is None:
        raise web.HTTPNotFound
    step = STEPS.get(str((await request.post()).get("by", "")))
    if step is None:
        raise web.HTTPBadRequest
    now = await site.demo.forward(step)
    log.info("clock_moved", by=str(step))
    return web.json_response({"now": now.isoformat()})
