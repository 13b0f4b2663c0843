"""Orders in a roundup tracker, with the schema it comes with.

One ticket is one issue. Three marks find it again, and none needs a change
of the tracker: the reference in brackets before the issue's title, and the
reference and the letter in the ``messageid`` of each note that we write.
A letter is in exactly if its note hangs on the issue, because note, files
and status change in one request.

Why no ticket can become two issues. The note of a letter is written before
its issue. Then comes a link that makes one issue, once, and only for
``LINK_S``; then one more look for the issue; then the link is used. So an
attempt that hangs somewhere, here or in a process that was killed, can
make an issue only within ``FRESH_S + LINK_S`` of its note. Whoever finds
the note of a strange attempt and no issue waits until ``SETTLED_S`` have
passed since, by the tracker's own clock, and looks again.
"""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from aiohttp import ClientSession

from bot.channels.channel import (
    Can,
    Finding,
    Later,
    Limits,
    Never,
    Receive,
    Unknown,
)
from bot.channels.roundup_rest import Item, Locked, Lost, Rest, Stale, Wrong
from config.pack.values import System
from config.terms import ChatKind, PhotoId
from storage.messages import Chat, Order, OrderChanged, Outgoing, Photo, Sender

LINK_S = 20
"""How long a link may be used, by the tracker's clock."""
FRESH_S = 20.0
"""A note that is older makes no issue any more."""
SETTLED_S = 60.0
"""After this no attempt is under way: links are dead, requests done."""
LOOK_BACK = timedelta(days=30)
"""How far the first look goes; the core knows what it has seen."""
OVERLAP = timedelta(minutes=10)
"""Each look covers the end of the one before, against skew and races."""
EVERY_S = 30.0
TRIES = 5
"""Attempts to change an issue that others change too."""
TITLE = 200
WORDS = 2000
REMEMBERED = 10_000

T = TypeVar("T")
PhotoBytes = Callable[[PhotoId], Awaitable[bytes]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Note:
    """A message of ours in the tracker."""

    id: str
    mark: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    """What this process has done so far to make an issue."""

    mark: str
    began: float
    note: str = ""
    link: str = ""
    before: frozenset[str] = frozenset()
    """Marks of this process's earlier tries, none of which used a link."""


@dataclass(frozen=True, slots=True)
class _State:
    """What is news about an issue: where it stands, who said what last."""

    status: str
    message: str


class Roundup:
    """One tracker as a channel; a ticket is a chat there."""

    def __init__(
        self,
        system: System,
        login: tuple[str, str],
        http: ClientSession,
        photo_bytes: PhotoBytes,
        *,
        answer_within: float = 15.0,
        every: float = EVERY_S,
        settled: float = SETTLED_S,
    ) -> None:
        self._system = system
        self._user = login[0]
        self._rest = Rest(
            http, system.url, *login, answer_within=answer_within
        )
        self._photo_bytes = photo_bytes
        self._every = every
        self._settled = settled
        self._me = ""
        self._names: dict[str, str] = {}
        self._issues: dict[str, str] = {}
        self._tries: dict[str, _Try] = {}
        self._references: dict[str, str] = {}
        self._known: dict[str, _State] = {}
        self._looked: dict[str, Item] = {}
        self._since: datetime | None = None

    @property
    def name(self) -> str:
        """The channel of this work-order system."""
        return self._system.channel

    @property
    def can(self) -> Can:
        """Letters may be sent again: they are looked up first."""
        return Can(history=True, once=True)

    @property
    def limits(self) -> Limits:
        """Far above what people write."""
        return Limits(text=20_000, photo_bytes=10 * 1024 * 1024)

    async def fetch(self, photo: Photo) -> bytes:  # noqa: ARG002
        """Refuse: no photos come from here."""
        raise Never("no photos come from a work-order system")

    # The way out ----------------------------------------------------------

    async def send(self, outgoing: Outgoing, key: str) -> str:
        """Create the ticket's issue or add to it; return the issue's id."""
        if not isinstance(outgoing, Order):
            raise Never("a work-order system takes orders only")
        letter = _letter(outgoing.reference, key)
        try:
            return await self._deliver(outgoing, letter)
        except Lost as lost:
            raise Unknown(str(lost)) from lost
        except Wrong as wrong:
            raise Never(str(wrong)) from wrong

    async def _deliver(self, order: Order, letter: str) -> str:
        await self._know_myself()
        began = _running()
        issue, notes = self._issues.get(order.reference), list[_Note]()
        if issue is None:
            issue, notes = await self._find(order.reference)
        if issue is None:
            step = self._begin(order, letter, notes, began)
            issue = await self._create(order, step)
        else:
            await self._update(issue, order, letter)
        self._tries.pop(order.reference, None)
        _remember(self._issues, order.reference, issue)
        _remember(self._references, issue, order.reference)
        return issue

    async def _find(self, reference: str) -> tuple[str | None, list[_Note]]:
        """Return the issue, even if it was renamed, and all its notes."""
        found = await self._titled(reference)
        notes = await self._notes(f"<{reference}.")
        if notes:
            listed = ",".join(note.id for note in notes)
            hung = await self._rest.search("issue", messages=listed)
            found += [_id(issue) for issue in hung]
        return min(found, key=int, default=None), notes

    async def _titled(self, reference: str) -> list[str]:
        # the search knows no beginnings: "see [a-1]" has "[a-1]" as well
        start = f"[{reference}]"
        issues = await self._rest.search("issue", title=start, fields="title")
        return [
            str(issue["id"])
            for issue in issues
            if str(issue.get("title", "")).startswith(start)
        ]

    async def _notes(self, start: str) -> list[_Note]:
        notes = await self._rest.search(
            "msg", messageid=start, fields="messageid,creation"
        )
        return [
            _Note(str(note["id"]), mark, _moment(note.get("creation")))
            for note in notes
            if (mark := str(note.get("messageid", ""))).startswith(start)
        ]

    def _begin(
        self, order: Order, letter: str, notes: list[_Note], began: float
    ) -> _Try:
        """Go on with a try, or begin one if no other may be under way."""
        mine = self._tries.get(order.reference)
        if mine and (mine.link or began - mine.began < FRESH_S):
            return mine
        before = mine.before | {mine.mark} if mine else frozenset[str]()
        strange = [note.at for note in notes if note.mark not in before]
        if strange:
            age = (self._clock() - max(strange)).total_seconds()
            if age < self._settled:
                raise Later(
                    self._settled - age, "another attempt may be under way"
                )
        mark = f"{letter}{secrets.token_hex(4)}@linli.invalid>"
        return _Try(mark=mark, began=began, before=before)

    async def _create(self, order: Order, step: _Try) -> str:
        files = await self._files(order)
        status = await self._status_id(order.status)
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
            raise Later(1.0, "the order is there, or will be soon") from wrong
        _remember(self._known, issue, _State(status, ""))
        return issue

    async def _prepare(self, order: Order, step: _Try) -> _Try:
        """Return the try with its note written and its link at hand."""
        if step.link:
            return step
        if not step.note:
            step = await self._with_note(order, step)
        link = await self._rest.once("issue", LINK_S)
        if await self._titled(order.reference):
            raise Later(0.0, "the order has come to be meanwhile")
        if _running() - step.began > FRESH_S:
            raise Later(1.0, "preparing the order took too long")
        step = replace(step, link=link)
        self._tries[order.reference] = step
        return step

    async def _with_note(self, order: Order, step: _Try) -> _Try:
        written = self._tries.get(order.reference) == step
        there = await self._notes(step.mark) if written else []
        self._tries[order.reference] = step
        note = there[0].id if there else await self._write(order, step.mark)
        step = replace(step, note=note)
        self._tries[order.reference] = step
        return step

    async def _write(self, order: Order, mark: str) -> str:
        """Leave the letter's words in the tracker; return the note's id."""
        return await self._rest.post(
            "msg",
            {
                "content": order.words or order.title,
                "messageid": mark,
                "author": self._me,
                "date": f"{self._clock():%Y%m%d%H%M%S}",
                "type": "text/plain",
            },
        )

    async def _update(self, issue: str, order: Order, letter: str) -> None:
        """Hang the letter's note, files and status on the issue, once."""
        files = await self._files(order)
        for _ in range(TRIES):
            notes = {note.id for note in await self._notes(letter)}
            now = await self._rest.get(f"issue/{issue}", **_BRIEF)
            there = now.get("attributes", {})
            if notes & _ids(there, "messages"):
                return
            note = min(notes, default="") or await self._write(
                order, f"{letter}0@linli.invalid>"
            )
            status = await self._next_status(order, there)
            change = {
                "messages": [*there.get("messages", []), note],
                "files": sorted({*_ids(there, "files"), *files}, key=int),
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
            if status and issue in self._known:
                message = self._known[issue].message
                self._known[issue] = _State(status, message)
            return
        raise Later(5.0, "others keep changing the issue")

    async def _next_status(self, order: Order, there: Item) -> str:
        """Return the status to set, "" to leave it as it is."""
        wanted = await self._status_id(order.status)
        now = await self._word(str(there.get("status") or ""))
        if not wanted or now == order.status:
            return ""
        # somebody there was quicker: the next look brings the news home
        if order.was and now not in {"", order.was}:
            return ""
        return wanted

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
        except (Never, Wrong) as no:
            # the order matters more than its picture
            log.warning("order_photo_left_out", photo=photo, why=str(no))
            return ""

    # The way in -----------------------------------------------------------

    async def run(self, receive: Receive) -> None:
        """Look for changes until cancelled; trouble is waited out."""
        while True:
            pause = self._every
            try:
                await self._look(receive)
            except Later as later:
                pause = max(self._every, later.seconds)
                log.warning(
                    "orders_not_read", system=self.name, why=str(later)
                )
            except Exception:
                # the same changes are found again by the next look
                log.exception("orders_not_read", system=self.name)
            await asyncio.sleep(pause)

    async def _look(self, receive: Receive) -> None:
        await self._know_myself()
        until = self._clock()
        since = self._since or until - LOOK_BACK
        issues = await self._rest.search(
            "issue",
            # digits alone are UTC; with dashes they'd be the user's zone
            activity=f"from {since:%Y%m%d%H%M%S}",
            creator=self._me,
            fields="title,status,activity,actor,messages",
        )
        changed = [it for it in issues if self._looked.get(_id(it)) != it]
        news: dict[str, _State] = {}
        letters: list[OrderChanged] = []
        for issue in sorted(changed, key=lambda it: str(it.get("activity"))):
            state, words = await self._state(issue)
            if self._known.get(_id(issue)) == state:
                continue
            news[_id(issue)] = state
            reference = await self._reference(issue)
            if reference:
                change = await self._change(issue, reference, state, words)
                letters.append(change)
        if letters:
            await receive(letters)
        for name, state in news.items():
            _remember(self._known, name, state)
        self._looked = {_id(issue): issue for issue in issues}
        self._since = until - OVERLAP

    async def _state(self, issue: Item) -> tuple[_State, str]:
        """Return where the issue stands, and the latest words of a person."""
        status = str(issue.get("status") or "")
        known = self._known.get(_id(issue))
        for message in sorted(_ids(issue, "messages"), key=int, reverse=True):
            if known and message == known.message:
                return _State(status, message), ""
            said = await self._message(message)
            if _author(said) != self._me:
                words = str(said.get("content") or "").strip()
                return _State(status, message), words[:WORDS]
        return _State(status, ""), ""

    async def _message(self, message: str) -> Item:
        # less verbose, the words are but a link
        said = await self._rest.get(f"msg/{message}", **{"@verbose": "3"})
        attributes = said.get("attributes")
        return attributes if isinstance(attributes, dict) else {}

    async def _reference(self, issue: Item) -> str:
        """Return our reference, "" if the issue is none of ours."""
        known = self._references.get(_id(issue))
        if known:
            return known
        # people rename issues, so the first note counts before the title
        first = min(_ids(issue, "messages"), key=int, default="")
        mark = (await self._message(first)).get("messageid") if first else ""
        found = _MARK.match(str(mark)) or _TITLE.match(
            str(issue.get("title") or "")
        )
        if found is None:
            return ""
        _remember(self._references, _id(issue), found["reference"])
        return found["reference"]

    async def _change(
        self, issue: Item, reference: str, state: _State, words: str
    ) -> OrderChanged:
        activity = str(issue.get("activity", ""))
        version = f"{activity}/{state.status}/{state.message}"
        return OrderChanged(
            channel=self.name,
            account=self._user,
            chat=Chat(self.name, reference, ChatKind.ORDERS),
            sender=Sender(self.name, str(issue.get("actor") or "")),
            id=version,
            at=_moment(activity),
            order=_id(issue),
            status=await self._word(state.status),
            version=version,
            words=words,
            message=state.message,
        )

    # Who we are, and what the tracker calls things ------------------------

    async def check(self) -> list[Finding]:
        """Say who we are there, what we may do, and which words match."""
        try:
            await self._know_myself()
            return [
                Finding(
                    ok=True,
                    words=f"{self._system.url}: signed in as {self._user}",
                ),
                *[await self._may_create(it) for it in _CLASSES],
                *await self._check_statuses(),
            ]
        except (Later, Lost, Wrong) as no:
            return [Finding(ok=False, words=f"{self._system.url}: {no}")]

    async def _may_create(self, kind: str) -> Finding:
        try:
            # rights are looked at before the nonsense is: nothing is made
            await self._rest.post(kind, {"no-such-property": "?"})
        except Wrong:
            return Finding(ok=True, words=f"may create: {kind}")
        except Locked:
            words = f"may not create: {kind}. Give {self._user} that right"
            return Finding(ok=False, words=words)
        return Finding(ok=False, words="this is no roundup tracker")

    async def _check_statuses(self) -> list[Finding]:
        names = set((await self._statuses()).values())
        there = ", ".join(sorted(names))
        unknown = [it for it in self._system.statuses if it not in names]
        return [
            Finding(ok=True, words=f"its statuses: {there}"),
            *(
                Finding(
                    ok=False,
                    words=f"the pack's status {it!r} isn't among them",
                )
                for it in unknown
            ),
        ]

    async def _know_myself(self) -> None:
        if self._me:
            return
        me = await self._rest.get(f"user/username={self._user}")
        self._me = str(me["id"])

    def _clock(self) -> datetime:
        """Return the tracker's time; it has answered before anyone asks."""
        if self._rest.clock is None:
            raise Later(self._every, "the tracker doesn't say what time it is")
        return self._rest.clock

    async def _statuses(self) -> dict[str, str]:
        if not self._names:
            found = await self._rest.search("status", fields="name")
            self._names = {str(it["id"]): str(it["name"]) for it in found}
        return self._names

    async def _word(self, status: str) -> str:
        """Return our word for a remote status id, "" if there is none."""
        if status not in self._names:
            self._names = {}
        name = (await self._statuses()).get(status, "")
        return self._system.statuses.get(name, "")

    async def _status_id(self, word: str) -> str:
        """Return the first remote status of our word, "" if there is none."""
        if not word:
            return ""
        ids = {name: it for it, name in (await self._statuses()).items()}
        for name, ours in self._system.statuses.items():
            if ours == word and name in ids:
                return ids[name]
        return ""


_CLASSES = ("issue", "msg", "file")
_BRIEF = {"@verbose": "0"}
_MARK = re.compile(
    r"<(?P<reference>.+)\.[0-9a-f]{16}\.[0-9a-f]+@linli\.invalid>$"
)
_TITLE = re.compile(r"\[(?P<reference>[^\]]+)\]")


def _letter(reference: str, key: str) -> str:
    """Return how the marks of this letter's notes begin."""
    return f"<{reference}.{hashlib.sha256(key.encode()).hexdigest()[:16]}."


def _title(order: Order) -> str:
    title = " ".join(order.title.split())
    return f"[{order.reference}] {title}"[:TITLE]


def _id(item: Item) -> str:
    return str(item["id"])


def _ids(item: Item, field: str) -> set[str]:
    return {str(it) for it in item.get(field) or ()}


def _author(message: Item) -> str:
    author = message.get("author")
    return str(author.get("id") if isinstance(author, dict) else author)


def _moment(text: object) -> datetime:
    """Read ``2026-11-22.02:07:39``; the tracker speaks UTC here."""
    try:
        return datetime.strptime(f"{text}+0000", "%Y-%m-%d.%H:%M:%S%z")
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _running() -> float:
    return asyncio.get_running_loop().time()


def _remember(memory: dict[str, T], key: str, value: T) -> None:
    """Keep the latest; what is forgotten can be looked up again."""
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]
