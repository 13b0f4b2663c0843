"""A small town for tests of the pages: real database, real sockets."""

import asyncio
import hashlib
import io
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from PIL import ExifTags, Image
from sqlalchemy import Connection, insert

from bot.channels.webchat import WebChat
from bot.media import clean
from bot.web.deps import Demo, Site
from bot.web.site import make_site
from config.pack.values import Category, Community, Grid, Member, Pack
from config.terms import (
    CategoryId,
    CommunityId,
    GridId,
    Language,
    PersonId,
    Role,
)
from config.texts import Texts
from handlers import console
from storage import schema, webchat
from storage.database import Database
from storage.messages import Incoming
from storage.seats import Viewer

YUELAI = CommunityId("yuelai")
MORNING = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""Half past eight in the community."""


def _member(
    id_: str, name: str, role: Role | None = None, building: str = ""
) -> Member:
    return Member(
        id=PersonId(id_),
        name=name,
        roles=frozenset({role} if role else ()),
        accounts=(f"webchat:{id_}",),
        building=building,
    )


def _grid(id_: str, name: str, buildings: str, worker: str) -> Grid:
    return Grid(
        id=GridId(id_),
        name=name,
        buildings=(buildings,),
        worker=PersonId(worker),
        groups=(f"webchat:{id_}",),
    )


COMMUNITY = Community(
    id=YUELAI,
    name="悦来社区",
    street="望江街道",
    time_zone=ZoneInfo("Asia/Shanghai"),
    language=Language.ZH,
    grids=(
        _grid("g1", "第一网格", "1-8号楼", "lin"),
        _grid("g2", "第二网格", "9-16号楼", "zhou"),
    ),
    people=(
        _member("wang", "王秀兰", None, "8号楼"),
        _member("chen", "陈伯", None, "3号楼"),
        _member("sun", "孙梅", None, "12号楼"),
        _member("he", "何勇", Role.VOLUNTEER, "5号楼"),
        _member("lin", "林工", Role.WORKER),
        _member("zhou", "周工", Role.WORKER),
        _member("desk", "社区服务台", Role.DESK),
    ),
    categories=(
        Category(
            id=CategoryId("lighting"),
            names={Language.ZH: "楼道照明", Language.EN: "Stair lights"},
        ),
        Category(
            id=CategoryId("quarrel"),
            names={Language.ZH: "邻里纠纷", Language.EN: "Quarrels"},
            private=True,
        ),
    ),
    bodies=(),
    limits=(),
    ladder=(),
    faq=(),
)
PACK = Pack(communities=(COMMUNITY,))


@dataclass(eq=False)
class Shelf:
    """Photos in memory, by hash."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def put(self, content: bytes) -> str:
        ref = hashlib.sha256(content).hexdigest()
        self.kept[ref] = content
        return ref

    async def get(self, ref: str) -> bytes | None:
        return self.kept.get(ref)


def photo(size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a small JPEG that says where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "by the gate"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (31.0, 30.0, 0.0)
    gps[ExifTags.GPS.GPSLongitudeRef] = "E"
    gps[ExifTags.GPS.GPSLongitude] = (121.0, 15.0, 0.0)
    Image.new("RGB", size, "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


@dataclass(eq=False)
class Core:
    """The far side of the channel: remembers what it was handed."""

    heard: list[Incoming] = field(default_factory=list)
    failures: int = 0
    """How often to fail before anything is taken."""

    async def receive(self, arrived: Sequence[Incoming]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        self.heard += arrived


@dataclass(eq=False)
class Town:
    """The web chat and its pages over one database."""

    db: Database
    chat: WebChat
    site: Site
    app: web.Application
    core: Core
    shelf: Shelf
    deeds: list[tuple[str, str, int]]
    now: datetime = MORNING

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let the channel hand over what is owed, as the program does."""
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self.chat.run(self.core.receive))
            yield
            task.cancel()

    async def post(self, who: Viewer, chat: str, text: str) -> int:
        """Let somebody say something without a page."""
        stored = await self.db.write(
            lambda db: webchat.post(
                db,
                chat=chat,
                sender=who,
                client=secrets.token_hex(8),
                text=text,
                photos=(),
                quote=None,
                now=self.now,
            )
        )
        await self.chat.hub.bring(chat)
        return stored.id

    async def passes(self, time: timedelta) -> datetime:
        self.now += time
        return self.now


@asynccontextmanager
async def town(
    url: str, *, demo: bool = True, populate: bool = True
) -> AsyncIterator[Town]:
    """Open the town on a fresh database, or on the one it has left."""
    async with Database(url).opened() as db:
        shelf, core = Shelf(), Core()
        built: list[Town] = []
        deeds: list[tuple[str, str, int]] = []

        async def act(viewer: Viewer, action: str, subject: int) -> bool:
            deeds.append((viewer.address, action, subject))
            return True

        def now() -> datetime:
            return built[0].now

        async def forward(by: timedelta) -> datetime:
            return await built[0].passes(by)

        async def invite(viewer: Viewer, whom: console.Whom) -> str | None:
            secret = secrets.token_urlsafe(12)
            done = await db.write(
                lambda db: console.invite(
                    db, viewer.community, viewer.person, whom, secret, now()
                )
            )
            return secret if done else None

        async def reply(viewer: Viewer, told: console.Answer) -> bool:
            return await db.write(
                lambda db: console.answer(
                    db,
                    viewer.community,
                    viewer.person,
                    told,
                    now(),
                    now().date(),
                )
            )

        chat = WebChat(db, shelf, clean, now)
        site = Site(
            db=db,
            chat=chat,
            pack=PACK,
            texts={YUELAI: Texts.load()},
            now=now,
            token=lambda: secrets.token_urlsafe(32),
            act=act,
            invite=invite,
            reply=reply,
            demo=Demo(forward) if demo else None,
        )
        if populate:
            await db.write(_populate)
        await chat.seat(PACK)
        app = make_site(site)
        built.append(Town(db, chat, site, app, core, shelf, deeds))
        yield built[0]


def _populate(db: Connection) -> None:
    db.execute(insert(schema.community).values(id=YUELAI, name=COMMUNITY.name))
    for member in COMMUNITY.people:
        db.execute(
            insert(schema.person).values(
                community_id=YUELAI, id=member.id, name=member.name
            )
        )
        db.execute(
            insert(schema.account).values(
                channel="webchat",
                address=member.id,
                community_id=YUELAI,
                person_id=member.id,
            )
        )
        for role in member.roles:
            db.execute(
                insert(schema.role).values(
                    community_id=YUELAI, person_id=member.id, role=role
                )
            )
