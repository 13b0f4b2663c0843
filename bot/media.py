"""Photos: fetched right after the commit, re-encoded in a child, kept.

Kept under the SHA-256 of what is kept, so the same picture lies there
once. The original and its metadata are never stored.
"""

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import structlog
from obstore.exceptions import BaseError as StoreError
from obstore.store import LocalStore, ObjectStore, from_url

from bot.channels.channel import Channel, Later, Never
from bot.channels.webchat import Clean
from bot.logs import trail
from bot.reencode import NOT_A_PICTURE
from config.settings import folder_of
from config.terms import PhotoId
from handlers import pictures
from handlers.context import Fixed
from storage import photos
from storage.database import Connection, Database
from storage.messages import Point
from storage.photos import KeptPhoto

MOST_BYTES = 20 * 1024 * 1024
CHILD_S = 15.0
AT_ONCE = 2
TRIES = 6
"""Of a photo at which we ourselves stumble."""
PATIENCE = timedelta(hours=24)
"""How long a platform or a disk that is away is waited for; Telegram keeps
what it was sent at least as long."""
FETCH_S = 60.0
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
IDLE_S = 30.0
SWEEP = 50
"""Pictures deleted at one beat at the most."""

log = structlog.get_logger()


class NoPicture(Exception):
    """The bytes are no picture that we take."""


class NoStore(Exception):
    """Photos can't be kept where they should be; the message says why."""


class Found(msgspec.Struct, frozen=True):
    """What the child tells beside the JPEG."""

    width: int
    height: int
    point: tuple[float, float] | None = None
    look: str = ""
    """64 bits that pictures of one scene nearly share."""


_found = msgspec.json.Decoder(Found)


async def reencode(picture: bytes) -> tuple[Found, bytes]:
    """Return size, position and a bare JPEG; raise ``NoPicture``."""
    if len(picture) > MOST_BYTES:
        raise NoPicture("too many bytes")
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.reencode",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=Path(__file__).parent.parent,
        env={"PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    try:
        async with asyncio.timeout(CHILD_S):
            out, _ = await child.communicate(picture)
    except TimeoutError:
        child.kill()
        await child.wait()
        raise NoPicture("took too long") from None
    except asyncio.CancelledError:
        child.kill()
        await child.wait()
        raise
    if child.returncode == NOT_A_PICTURE:
        raise NoPicture("not a picture")
    if child.returncode != 0:
        raise NoPicture("too large to open")
    head, _, jpeg = out.partition(b"\n")
    return _found.decode(head), jpeg


def open_store(url: str) -> ObjectStore:
    """Return the store of ``LINLI_MEDIA_URL``, made if it is a folder.

    Raises ``NoStore`` if it can't be had.
    """
    if not url.startswith("file://"):
        try:
            return from_url(url)
        except (StoreError, ValueError) as wrong:
            raise NoStore(f"is no store: {type(wrong).__name__}") from None
    folder = folder_of(url)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise NoStore(f"{folder} can't be made: {wrong.strerror}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise NoStore(f"{folder} can't be written; may Linli write there?")
    return LocalStore(folder)


@dataclass(eq=False)
class Media:
    """Fetches what tickets want, and hands out what is kept."""

    store: ObjectStore
    database: Database
    channels: Mapping[str, Channel]
    fixed: Fixed
    now: Callable[[], datetime]
    kept: int = 0
    failed: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Fetch until the end of the block; what is cut short is redone."""
        self.database.listeners.append(self._on_commit)
        async with asyncio.TaskGroup() as tasks:
            fetching = tasks.create_task(self._fetch_on())
            try:
                yield
            finally:
                fetching.cancel()

    async def get(self, hash_: str) -> bytes | None:
        """Return a kept picture, or None."""
        try:
            found = await self.store.get_async(_path(hash_))
        except FileNotFoundError:
            return None
        return bytes(await found.bytes_async())

    async def read_photo(self, photo: PhotoId) -> bytes:
        """Return a photo row's picture, or raise ``FileNotFoundError``."""
        row = await self.database.read(lambda db: photos.get(db, photo))
        picture = await self.get(row.hash) if row and row.hash else None
        if picture is None:
            raise FileNotFoundError(photo)
        return picture

    async def put(self, picture: bytes) -> str:
        """Keep bytes; return their hash."""
        hash_ = hashlib.sha256(picture).hexdigest()
        await self.store.put_async(_path(hash_), picture)
        return hash_

    async def delete(self, hash_: str) -> None:
        """Remove a picture; one that is gone is fine."""
        try:
            await self.store.delete_async(_path(hash_))
        except FileNotFoundError:
            return

    async def tick(self) -> None:
        """Look what is due by now: the clock may have moved on."""
        self._wake.set()

    async def sweep(self) -> None:
        """Delete pictures that were erased; called by the clock."""
        for each in await self.database.read(
            lambda db: photos.erased(db, SWEEP)
        ):
            if not each.shown:
                await self.delete(each.hash)
            await self.database.write(partial(photos.deleted, hash_=each.hash))

    async def _fetch_on(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._fetch_some()
            except Exception as error:  # noqa: BLE001  no database now
                log.warning("photos_away", error=type(error).__name__)
                await asyncio.sleep(1)

    async def _fetch_some(self) -> None:
        now = self.now()
        rows = await self.database.read(
            lambda db: photos.wanted(db, now, AT_ONCE)
        )
        if not rows:
            await self._rest()
            return
        async with asyncio.TaskGroup() as fetches:
            for row in rows:
                fetches.create_task(self._fetch(row))

    async def _rest(self) -> None:
        due = await self.database.read(photos.next_due)
        pause = IDLE_S
        if due is not None:
            pause = min(pause, max(0.05, (due - self.now()).total_seconds()))
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _fetch(self, row: KeptPhoto) -> None:
        try:
            channel = self.channels[row.channel]
            async with asyncio.timeout(FETCH_S):
                raw = await channel.fetch(row.wanted)
            found, jpeg = await reencode(raw)
            hash_ = await self.put(jpeg)
        except (Later, TimeoutError, OSError, StoreError) as later:
            await self._wait(row, later)
        except (Never, NoPicture, KeyError) as never:
            await self._give_up(row, str(never) or type(never).__name__)
        except Exception as error:  # noqa: BLE001  a bug
            log.error("fetch_failed", photo=row.id, error=trail(error))  # noqa: TRY400
            await self._again(row, error)
        else:
            await self._keep(row, found, hash_, len(jpeg))

    async def _keep(
        self, row: KeptPhoto, found: Found, hash_: str, size: int
    ) -> None:
        fixed, now = self.fixed, self.now()
        point = Point(*found.point) if found.point else None

        def work(db: Connection) -> None:
            if photos.keep(
                db,
                row,
                hash_,
                found.width,
                found.height,
                size,
                found.look,
            ):
                pictures.kept(fixed, db, row, point, now)
            else:
                # erased or withdrawn while it was on its way
                photos.bury(db, row.community_id, [hash_], now)

        await self.database.write(work)
        self.kept += 1

    async def _wait(self, row: KeptPhoto, error: Exception) -> None:
        """Wait for what is away, as long as it may come back."""
        if self.now() - row.created_at > PATIENCE:
            await self._give_up(row, type(error).__name__)
            return
        asked = error.seconds if isinstance(error, Later) else 0.0
        await self._put_back(row, error, timedelta(seconds=asked))

    async def _again(self, row: KeptPhoto, error: Exception) -> None:
        """Try once more what failed for no reason we know of."""
        if row.attempts + 1 >= TRIES:
            await self._give_up(row, type(error).__name__)
            return
        await self._put_back(row, error)

    async def _put_back(
        self,
        row: KeptPhoto,
        error: Exception,
        least: timedelta = timedelta(0),
    ) -> None:
        doublings = min(row.attempts, 12)
        pause = min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
        due = self.now() + max(pause, least)
        reason = type(error).__name__
        await self.database.write(
            lambda db: photos.put_back(db, row, due, reason)
        )

    async def _give_up(self, row: KeptPhoto, reason: str) -> None:
        fixed, now = self.fixed, self.now()

        def work(db: Connection) -> None:
            if photos.fail(db, row, reason):
                pictures.failed(fixed, db, row, now)

        await self.database.write(work)
        self.failed += 1
        log.warning("photo_failed", photo=row.id, reason=reason)

    def _on_commit(self, touched: frozenset[str]) -> None:
        if "photo" in touched:
            self._wake.set()


async def clean(picture: bytes) -> Clean | None:
    """Return an upload as it may be shown, None if it is no picture."""
    try:
        found, jpeg = await reencode(picture)
    except NoPicture:
        return None
    point = Point(*found.point) if found.point else None
    return Clean(jpeg, found.width, found.height, point)


def _path(hash_: str) -> str:
    return f"{hash_[:2]}/{hash_}.jpg"
