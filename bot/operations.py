"""What an operator asks for beside serving: check, apply, export, erase."""

import asyncio
import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from obstore.exceptions import BaseError as StoreError

from bot.app import Edges, Plan, fixed_of
from bot.channels.channel import Finding
from bot.media import NoStore, open_store
from config.pack.advice import advice
from config.settings import folder_of
from config.terms import CommunityId, PersonId, PhotoId
from handlers import bridge, console, letters, own
from handlers.context import Context
from handlers.rules.calendar import is_published
from storage import buttons, erasure, exports, migrate, people
from storage.apply import Applied, apply
from storage.database import Connection, Database, Taken
from storage.engines import DatabaseError, place_of
from storage.refusals import explained

Told = Callable[[int, int], None]
_AHEAD = timedelta(days=60)
PATIENCE_S = 3.0
"""Who sits at a terminal needn't wait for a database as a start does."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")
"""What a spreadsheet would take for a formula (ASVS 1.2.10)."""


class NobodyThere(Exception):
    """No community has such a person."""


async def check(plan: Plan, edges: Edges, pack: Path) -> list[Finding]:
    """Say what works and what to mend: database, photos, each platform.

    ``pack`` is the folder that the plan's pack was read from.
    """
    findings = [
        _pack(plan, pack),
        *_advice(plan),
        *_calendar(plan),
        await _database(plan),
        await _store(plan),
    ]
    for channel in edges.outside(_no_photo):
        findings += await channel.check()
    await edges.close()
    return findings


async def bring(plan: Plan, told: Told) -> Applied:
    """Bring the pack into the database, as every start does."""
    now = plan.now()
    async with migrate.opened(plan.database_url, PATIENCE_S) as database:
        return await database.write(lambda db: apply(db, plan.pack, now, told))


async def known(plan: Plan, person: str) -> list[tuple[CommunityId, str]]:
    """Return which communities know somebody, and by which name.

    ``person`` is an id or an account such as ``telegram:1001``. Raises
    ``NobodyThere``, and ``Taken`` while the program runs on SQLite.
    """

    def work(db: Connection) -> list[tuple[CommunityId, str]]:
        found = []
        for community in plan.pack.communities:
            id_ = _id(db, community.id, person)
            name = people.name_of(db, community.id, id_)
            if name is not None:
                found.append((community.id, name or id_))
        return found

    async with migrate.opened(plan.database_url, PATIENCE_S) as database:
        found = await database.read(work)
    if not found:
        raise NobodyThere(person)
    return found


async def erase(plan: Plan, person: str) -> list[CommunityId]:
    """Forget a person in every community that knows them.

    ``person`` is an id or an account such as ``telegram:1001``. Whoever
    was at work for them is told at the next start, and work-order systems
    are asked to forget them. Raises ``NobodyThere``, and ``Taken`` while
    the program runs on SQLite.
    """
    now = plan.now()
    fixed = fixed_of(plan)

    def work(db: Connection) -> list[CommunityId]:
        return [
            community.id
            for community in plan.pack.communities
            if _erase(Context.of(fixed, db, community.id, now), person)
        ]

    async with migrate.opened(plan.database_url, PATIENCE_S) as database:
        erased = await database.write(work)
        await database.checkpoint()
    if not erased:
        raise NobodyThere(person)
    return erased


def _known(
    db: Connection, community: CommunityId, person: str
) -> people.Person | None:
    channel, _, address = person.partition(":")
    if address:
        return people.find_by_account(db, community, channel, address)
    return people.find(db, community, person)


def _id(db: Connection, community: CommunityId, person: str) -> PersonId:
    found = _known(db, community, person)
    # whom the pack has turned off is not found, and may be erased as well
    return found.id if found else PersonId(person)


def _erase(ctx: Context, person: str) -> bool:
    id_ = _id(ctx.db, ctx.id, person)
    asked = bridge.ask_to_forget(ctx, id_)
    try:
        erased = erasure.erase(ctx.db, ctx.id, id_, ctx.now)
    except KeyError:
        return False
    letters.post(ctx, [*asked, *own.tell_erased(ctx, erased)])
    return True


async def login(plan: Plan, person: str, base: str) -> str:
    """Return a login link for somebody: how the first desk gets in.

    Raises ``NobodyThere``, and ``Taken`` while the program runs on SQLite.
    """
    now, secret = plan.now(), plan.token()

    def work(db: Connection) -> bool:
        for community in plan.pack.communities:
            found = _known(db, community.id, person)
            if found is not None:
                until = now + console.LINK_LIVES
                buttons.put_code(
                    db,
                    secret,
                    community.id,
                    "login",
                    found.id,
                    found.id,
                    now,
                    until,
                )
                return True
        return False

    async with migrate.opened(plan.database_url, PATIENCE_S) as database:
        await database.write(lambda db: apply(db, plan.pack, now))
        if not await database.write(work):
            raise NobodyThere(person)
    return f"{base}/login/{secret}"


async def export(plan: Plan, to: Path) -> int:
    """Write every ticket as a CSV that no spreadsheet runs; return rows."""
    database = Database(plan.database_url)
    async with database.readable():
        try:
            rows = await database.read(exports.tickets)
        except (DatabaseError, OSError) as wrong:
            raise migrate.Unusable(explained(wrong)) from None
    with to.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(exports.COLUMNS)
        writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return len(rows)


async def _no_photo(photo: PhotoId) -> bytes:
    raise FileNotFoundError(photo)


def _harmless(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat()
    words = "" if cell is None else str(cell)
    return f"'{words}" if words.startswith(FORMULA) else words


def _pack(plan: Plan, folder: Path) -> Finding:
    grids = sum(len(one.grids) for one in plan.pack.communities)
    return Finding(
        ok=True,
        words=f"pack: {folder.absolute()}: {len(plan.pack.communities)}"
        f" communities, {grids} grids",
    )


def _advice(plan: Plan) -> list[Finding]:
    return [
        Finding(ok=True, words=f"pack: {words}", note=True)
        for words in advice(plan.pack, plan.now().date())
    ]


def _calendar(plan: Plan) -> list[Finding]:
    """Say so while limits may reach into a year nobody has published."""
    year = (plan.now() + _AHEAD).year
    if is_published(year):
        return []
    return [
        Finding(
            ok=True,
            note=True,
            words=f"calendar: {year} is not known here yet; until then its"
            " working days are the plain week without 1 January, 1-2 May"
            " and 1-3 October. Others stand in the pack's holidays.yaml",
        )
    ]


async def _database(plan: Plan) -> Finding:
    place = f"database: {place_of(plan.database_url)}"
    try:
        async with migrate.opened(plan.database_url, PATIENCE_S):
            pass
    except Taken:
        return Finding(ok=True, words=f"{place}: in use by a running Linli")
    except (migrate.Foreign, migrate.Unusable) as no:
        return Finding(ok=False, words=f"{place}: {no}")
    return Finding(ok=True, words=f"{place}: reachable and up to date")


async def _store(plan: Plan) -> Finding:
    place = plan.media_url
    if place.startswith("file://"):
        place = str(folder_of(place))
    try:
        store = open_store(plan.media_url)
        # not its async calls: one of their threads may still hand an answer
        # over when the program ends, and abort it
        await asyncio.to_thread(store.put, "check", b"check")
        await asyncio.to_thread(store.delete, "check")
    except NoStore as no:
        return Finding(ok=False, words=f"photos: {no}")
    except (StoreError, OSError, ValueError) as wrong:
        said = f"photos: {place}: {type(wrong).__name__}"
        return Finding(ok=False, words=said)
    return Finding(ok=True, words=f"photos: {place}: can be kept")
