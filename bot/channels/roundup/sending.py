"""Orders into a tracker: one ticket is one issue, whatever is lost.

A letter is in exactly if its note hangs on the issue, because note, files
and status change in one request.

Why no ticket can become two issues: the note of a letter is written before
its issue. Then comes a link that makes one issue, once, and only for
``link_s``; then one more look for the issue; then the link is used. So an
attempt that hangs somewhere, here or in a process that was killed, can
reach the tracker only within ``fresh_s + link_s`` of its note. Whoever
finds the note of a strange attempt and no issue waits until ``settled_s``
have passed since, by the tracker's own clock, and looks again. What is
between the two is the time that the tracker may take for one request.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from bot.channels.channel import Later, Never, Unknown
from bot.channels.roundup.rest import Item, Locked, Lost, Stale, Wrong
from bot.channels.roundup.tracker import (
    BRIEF,
    DOMAIN,
    Note,
    State,
    Tracker,
    ids_of,
    letter_mark,
    remember,
)
from config.terms import PhotoId
from storage.messages import Order

TRIES = 5
"""Attempts to change an issue that others change too."""
AT_ONCE = 8
"""Letters brought together: a slow tracker must not hold up the others'
channels."""
TURN_S = 2.0
PATIENCE = 3
"""Failures in a row after which the tracker is left alone for a while."""
TITLE = 200

PhotoBytes = Callable[[PhotoId], Awaitable[bytes]]
"""Returns a kept photo; raises ``FileNotFoundError`` if it is gone."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long what may take; tests are hastier, in the same order."""

    fresh_s: float = 20.0
    """A note that is older makes no issue any more."""
    link_s: int = 20
    """How long a link may be used, by the tracker's clock."""
    settled_s: float = 90.0
    """After this no attempt is under way. A tracker on SQLite may wait
    half a minute for its own database."""
    away_s: float = 20.0
    """How long a tracker that fails is left alone."""

    def __post_init__(self) -> None:
        """Refuse what would make two issues of one ticket."""
        if self.settled_s <= self.fresh_s + self.link_s + 1:
            raise ValueError("settled before the last link has died")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    """What this process has done so far to make an issue."""

    mark: str
    began: float
    note: str = ""
    link: str = ""
    before: frozenset[str] = frozenset()
    """Marks of this process's earlier tries, none of which used a link."""


class Sender:
    """Brings letters to a tracker."""

    def __init__(
        self, tracker: Tracker, photo_bytes: PhotoBytes, patience: Patience
    ) -> None:
        self._tracker = tracker
        self._rest = tracker.rest
        self._photo_bytes = photo_bytes
        self._patience = patience
        self._tries: dict[str, _Try] = {}
        self._under_way = 0
        self._failures = 0
        self._away_until = 0.0

    async def send(self, order: Order, key: str) -> str:
        """Create the ticket's issue or add to it; return the issue's id."""
        self._stand_in_line()
        self._under_way += 1
        try:
            issue = await self._bring(order, letter_mark(order.reference, key))
        except Lost as lost:
            self._note_failure()
            raise Unknown(str(lost)) from lost
        except Wrong as wrong:
            raise Never(str(wrong)) from wrong
        except Locked:
            raise
        except Later as later:
            # what the network caused, not what we decided
            if later.__cause__ is not None:
                self._note_failure()
            raise
        finally:
            self._under_way -= 1
        self._failures = 0
        return issue

    def _stand_in_line(self) -> None:
        if self._under_way >= AT_ONCE:
            raise Later(TURN_S, "others are being brought there")
        away = self._away_until - _running()
        if away > 0:
            raise Later(away, "the tracker is away")

    def _note_failure(self) -> None:
        self._failures += 1
        if self._failures >= PATIENCE:
            self._failures = 0
            self._away_until = _running() + self._patience.away_s

    async def _bring(self, order: Order, letter: str) -> str:
        tracker = self._tracker
        await tracker.meet()
        began = _running()
        issue, notes = tracker.issues.get(order.reference), list[Note]()
        if issue is None:
            issue, notes = await tracker.find(order.reference)
        if issue is None:
            step = self._begin(order, letter, notes, began)
            issue = await self._create(order, step)
        else:
            await self._update(issue, order, letter)
        self._tries.pop(order.reference, None)
        tracker.keep(order.reference, issue)
        return issue

    # The first letter

    def _begin(
        self, order: Order, letter: str, notes: list[Note], began: float
    ) -> _Try:
        """Go on with a try, or begin one if no other may be under way."""
        mine = self._tries.get(order.reference)
        if mine and (mine.link or began - mine.began < self._patience.fresh_s):
            return mine
        before = mine.before | {mine.mark} if mine else frozenset[str]()
        strange = [note.at for note in notes if note.mark not in before]
        if strange:
            age = (self._tracker.clock() - max(strange)).total_seconds()
            if age < self._patience.settled_s:
                raise Later(
                    self._patience.settled_s - age,
                    "another attempt may be under way",
                )
        mark = f"{letter}{secrets.token_hex(4)}{DOMAIN}"
        return _Try(mark=mark, began=began, before=before)

    async def _create(self, order: Order, step: _Try) -> str:
        files = await self._files(order)
        status = await self._tracker.status_of(order.status)
        step = await self._prepare(order, step)
        body = {
            "title": _title(order),
            "messages": [step.note],
            "files": files,
            "status": status,
        }
        try:
            issue = await self._rest.post(f"issue/@poe/{step.link}", body)
        except Wrong as wrong:
            self._tries.pop(order.reference, None)
            if step.link not in str(wrong):
                raise
            # used up: an earlier request has arrived after all
            raise Later(1.0, "the order is there, or will be soon") from None
        remember(self._tracker.states, issue, State(status, ""))
        return issue

    async def _prepare(self, order: Order, step: _Try) -> _Try:
        """Return the try with its note written and its link at hand."""
        if step.link:
            return step
        if not step.note:
            step = await self._with_note(order, step)
        link = await self._rest.once("issue", self._patience.link_s)
        if await self._tracker.titled(order.reference):
            raise Later(0.0, "the order has come to be meanwhile")
        if _running() - step.began > self._patience.fresh_s:
            raise Later(1.0, "preparing the order took too long")
        step = replace(step, link=link)
        self._tries[order.reference] = step
        return step

    async def _with_note(self, order: Order, step: _Try) -> _Try:
        written = self._tries.get(order.reference) == step
        there = await self._tracker.notes(step.mark) if written else []
        self._tries[order.reference] = step
        note = there[0].id if there else await self._write(order, step.mark)
        step = replace(step, note=note)
        self._tries[order.reference] = step
        return step

    # Later letters

    async def _update(self, issue: str, order: Order, letter: str) -> None:
        """Hang the letter's note, files and status on the issue, once."""
        files = await self._files(order)
        for _ in range(TRIES):
            notes = {note.id for note in await self._tracker.notes(letter)}
            now = await self._read(issue, order.reference)
            there = now.get("attributes", {})
            if notes & ids_of(there, "messages"):
                return
            note = min(notes, default="") or await self._write(
                order, f"{letter}0{DOMAIN}"
            )
            status = await self._next_status(order, there)
            change = {
                "messages": [*there.get("messages", []), note],
                "files": sorted({*ids_of(there, "files"), *files}, key=int),
                # always named: a tracker may move an issue that is spoken
                # of and not moved ("resolved" would become "chatting")
                "status": status or str(there.get("status") or ""),
            }
            try:
                await self._rest.patch(
                    f"issue/{issue}", str(now.get("@etag", "")), change
                )
            except Stale:
                continue
            known = self._tracker.states.get(issue)
            if status and known:
                self._tracker.states[issue] = State(status, known.message)
            return
        raise Later(5.0, "others keep changing the issue")

    async def _read(self, issue: str, reference: str) -> Item:
        try:
            return await self._rest.get(f"issue/{issue}", **BRIEF)
        except Wrong as gone:
            # destroyed there: what we remember is of no use
            self._tracker.issues.pop(reference, None)
            raise Later(1.0, str(gone)) from None

    async def _next_status(self, order: Order, there: Item) -> str:
        """Return the status to set, "" to leave it as it is."""
        wanted = await self._tracker.status_of(order.status)
        now = await self._tracker.word(str(there.get("status") or ""))
        if not wanted or now == order.status:
            return ""
        # somebody there was quicker: the next look brings the news home
        if order.was and now not in {"", order.was}:
            return ""
        return wanted

    # Both

    async def _write(self, order: Order, mark: str) -> str:
        """Leave the letter's words in the tracker; return the note's id."""
        return await self._rest.post(
            "msg",
            {
                "content": order.words or order.title,
                "messageid": mark,
                "author": self._tracker.me,
                "date": f"{self._tracker.clock():%Y%m%d%H%M%S}",
                "type": "text/plain",
            },
        )

    async def _files(self, order: Order) -> list[str]:
        """Upload the letter's photos unless they are there; return ids."""
        return [
            file
            for photo in order.photos
            if (file := await self._file(order.reference, photo))
        ]

    async def _file(self, reference: str, photo: PhotoId) -> str:
        name = f"{reference}.photo-{photo}.jpg"
        there = await self._rest.search("file", **{"name:": name})
        if there:
            return str(there[0]["id"])
        try:
            it = await self._photo_bytes(photo)
            return await self._rest.upload("file", name, "image/jpeg", it)
        except (FileNotFoundError, Wrong) as no:
            # the order matters more than its picture
            log.warning(
                "order_photo_left_out", photo=photo, why=type(no).__name__
            )
            return ""


def _title(order: Order) -> str:
    title = " ".join(order.title.split())
    return f"[{order.reference}] {title}"[:TITLE]


def _running() -> float:
    return asyncio.get_running_loop().time()
