"""Backup and restore of the embedded default: one file holds all.

A tar with the database (copied by SQLite itself while the program may go
on) and every kept photo. Restoring puts it where the settings say and
erases again whoever was erased since: a backup must not bring them back. It
also counts on from where the other was: nothing is numbered twice.
"""

import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from config.settings import folder_of
from storage import counters, erasure, migrate
from storage.counters import Counters
from storage.engines import make_url

DATABASE = "linli.sqlite"
MEDIA = "media"


class _Here(NamedTuple):
    """What outlives the database that a backup takes the place of."""

    erased: Sequence[erasure.Tombstone]
    counters: Counters


_NOTHING = _Here([], Counters({}, {}, {}))

Told = Callable[[int, int], None]


class CannotBackUp(Exception):
    """What stands in the way, and what to do instead."""


def back_up(
    database_url: str, media_url: str, to: Path, told: Told = lambda *_: None
) -> int:
    """Write a backup to ``to``; return the photos in it.

    The program may be running. ``to`` appears only when it is whole.
    """
    source, media = _places(database_url, media_url)
    if not source.exists():
        raise CannotBackUp(f"{source}: there is no database yet")
    if to.is_dir() or not to.absolute().parent.is_dir():
        raise CannotBackUp(f"{to}: must be a file in a folder that exists")
    photos = sorted(path for path in media.rglob("*") if path.is_file())
    part = to.with_name(f"{to.name}.part")
    try:
        _write(source, media, photos, part, told)
        part.rename(to)
    except sqlite3.Error as wrong:
        raise CannotBackUp(f"{to}: {wrong}") from None
    except OSError as wrong:
        raise CannotBackUp(f"{to}: {wrong.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    told(len(photos), len(photos))
    return len(photos)


def _write(
    source: Path, media: Path, photos: list[Path], part: Path, told: Told
) -> None:
    with tempfile.TemporaryDirectory(dir=part.absolute().parent) as folder:
        copy = Path(folder) / DATABASE
        with closing(sqlite3.connect(source)) as db:
            db.execute("VACUUM INTO ?", (str(copy),))
        with tarfile.open(part, "w:gz") as tar:
            tar.add(copy, DATABASE)
            for done, photo in enumerate(photos):
                told(done, len(photos))
                # a photo may be deleted while we go through the list
                if photo.exists():
                    tar.add(photo, f"{MEDIA}/{photo.relative_to(media)}")


async def restore(database_url: str, media_url: str, source: Path) -> int:
    """Put a backup in place; return how many people were erased again.

    Raises ``CannotBackUp`` for a file that is none, and ``Taken`` while
    the program runs. The database that was there is kept beside it.
    """
    target, media = _places(database_url, media_url)
    with tempfile.TemporaryDirectory(dir=_made(target.parent)) as folder:
        _unpack(source, Path(folder))
        copy = Path(folder) / DATABASE
        _check(source, copy)
        here = _NOTHING
        if target.exists():
            here = await _look(target, database_url)
        _set_aside(target)
        copy.rename(target)
        kept = Path(folder) / MEDIA
        for photo in kept.rglob("*"):
            if photo.is_file():
                place = media / photo.relative_to(kept)
                place.parent.mkdir(parents=True, exist_ok=True)
                photo.replace(place)
    async with migrate.opened(database_url) as database:
        await database.write(lambda db: counters.go_on(db, here.counters))
        again = await database.write(
            lambda db: erasure.reapply(db, here.erased)
        )
        return len(again)


def _places(database_url: str, media_url: str) -> tuple[Path, Path]:
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise CannotBackUp(
            "this is for the embedded database; use pg_dump and pg_restore"
            " for PostgreSQL"
        )
    if not media_url.startswith("file://"):
        raise CannotBackUp(
            "this is for photos in a folder; copy the bucket with its own"
            " tools"
        )
    return Path(url.database), folder_of(media_url)


def _unpack(source: Path, folder: Path) -> None:
    if not source.is_file():
        raise CannotBackUp(f"{source}: there is no such file")
    try:
        with tarfile.open(source, "r:gz") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, zlib.error, OSError, EOFError) as wrong:
        raise CannotBackUp(f"{source}: is no whole backup: {wrong}") from None


def _check(source: Path, copy: Path) -> None:
    if not copy.exists():
        raise CannotBackUp(f"{source}: there is no {DATABASE} in it")
    try:
        with closing(sqlite3.connect(copy)) as db:
            (found,) = db.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as wrong:
        found = str(wrong)
    if found != "ok":
        raise CannotBackUp(f"{source}: its database is damaged: {found}")


async def _look(target: Path, database_url: str) -> _Here:
    """Return what must live on; takes the file, so nobody else has it."""
    try:
        async with migrate.opened(database_url) as database:
            return await database.read(
                lambda db: _Here(erasure.tombstones(db), counters.read(db))
            )
    except migrate.Unusable as no:
        what, _, _ = str(no).partition(";")
        raise CannotBackUp(
            f"{target}: {what}. Nobody can read from it who was erased since"
            " the backup: move the file away, restore again, then erase"
            " them again"
        ) from None


def _set_aside(target: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        old = Path(f"{target}{ending}")
        if old.exists():
            old.rename(f"{target}.before-restore{ending}")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
