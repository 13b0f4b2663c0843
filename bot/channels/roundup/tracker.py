"""What can be asked of a tracker: who we are, its words, its issues.

Three marks find a ticket's issue again, and none needs a change of the
tracker: the reference in brackets before the issue's title, and reference
and letter in the ``messageid`` of each note that we write.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bot.channels.channel import Later
from bot.channels.roundup.rest import BUSY_S, Item, Rest
from config.pack.values import System

BRIEF = {"@verbose": "0"}
REMEMBERED = 10_000
DOMAIN = "@linli.invalid>"
_MARK = re.compile(rf"<(?P<reference>.+)\.[0-9a-f]{{16}}\.[0-9a-f]+{DOMAIN}$")
_TITLE = re.compile(r"\[(?P<reference>[^\]]+)\]")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Note:
    """A message of ours in the tracker."""

    id: str
    mark: str
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """What is news about an issue: where it stands, who said what last."""

    status: str
    message: str


class Tracker:
    """One tracker as we see it, and what we remember of it.

    All that is remembered can be looked up again.
    """

    def __init__(self, system: System, rest: Rest, user: str) -> None:
        self.rest = rest
        self.user = user
        self.me = ""
        """Our own id there, once ``meet`` has asked for it."""
        self.states: dict[str, State] = {}
        """Issue -> what the core knows of it."""
        self.issues: dict[str, str] = {}
        self._references: dict[str, str] = {}
        self._ours = system.statuses
        self._names: dict[str, str] = {}

    async def meet(self) -> None:
        """Learn who we are; later calls ask nothing."""
        if not self.me:
            me = await self.rest.get(f"user/username={self.user}")
            self.me = id_of(me)

    def clock(self) -> datetime:
        """Return the tracker's time; it has answered before anyone asks."""
        if self.rest.clock is None:
            raise Later(BUSY_S, "the tracker doesn't say what time it is")
        return self.rest.clock

    # Its words

    async def statuses(self) -> dict[str, str]:
        """Return the names of its statuses by their ids."""
        if not self._names:
            found = await self.rest.search("status", fields="name")
            self._names = {id_of(it): str(it["name"]) for it in found}
        return self._names

    async def word(self, status: str) -> str:
        """Return our word for a status id, "" if the pack has none."""
        if status not in self._names:
            self._names = {}
        name = (await self.statuses()).get(status, "")
        return self._ours.get(name, "")

    async def status_of(self, word: str) -> str:
        """Return the first status that means our word, "" if none does."""
        ids = {name: it for it, name in (await self.statuses()).items()}
        for name, ours in self._ours.items():
            if word and ours == word and name in ids:
                return ids[name]
        return ""

    # Its issues

    async def find(self, reference: str) -> tuple[str | None, list[Note]]:
        """Return the issue, even if it was renamed, and all its notes."""
        found = await self.titled(reference)
        notes = await self.notes(f"<{reference}.")
        if notes:
            listed = ",".join(note.id for note in notes)
            hung = await self.rest.search("issue", messages=listed)
            found += [id_of(issue) for issue in hung]
        return min(found, key=int, default=None), notes

    async def titled(self, reference: str) -> list[str]:
        """Return the issues whose titles begin with the reference."""
        # the search knows no beginnings: "see [a-1]" has "[a-1]" as well
        start = f"[{reference}]"
        issues = await self.rest.search("issue", title=start, fields="title")
        return [
            id_of(issue)
            for issue in issues
            if str(issue.get("title", "")).startswith(start)
        ]

    async def notes(self, start: str) -> list[Note]:
        """Return our notes whose marks begin so."""
        notes = await self.rest.search(
            "msg", messageid=start, fields="messageid,creation"
        )
        return [
            Note(id_of(note), mark, moment(note.get("creation")))
            for note in notes
            if (mark := str(note.get("messageid", ""))).startswith(start)
        ]

    async def notes_since(self, since: datetime) -> dict[str, Item]:
        """Return who wrote which message, and its mark, by one search."""
        said = await self.rest.search(
            "msg",
            date=f"from {since:%Y%m%d%H%M%S}",
            fields="author,messageid",
        )
        return {id_of(note): note for note in said}

    async def message(self, message: str) -> Item:
        """Return a message with its words."""
        # less verbose, the words are but a link
        said = await self.rest.get(f"msg/{message}", **{"@verbose": "3"})
        attributes = said.get("attributes")
        return attributes if isinstance(attributes, dict) else {}

    async def reference(self, issue: Item, notes: Mapping[str, Item]) -> str:
        """Return our reference, "" if the issue is none of ours.

        ``notes`` are messages of which the mark is known.
        """
        known = self._references.get(id_of(issue))
        if known:
            return known
        # people rename issues, so the first note counts before the title
        first = min(ids_of(issue, "messages"), key=int, default="")
        note = notes.get(first)
        if first and note is None:
            note = await self.message(first)
        mark = note.get("messageid") if note else ""
        found = _MARK.match(str(mark)) or _TITLE.match(
            str(issue.get("title") or "")
        )
        if found is None:
            return ""
        remember(self._references, id_of(issue), found["reference"])
        return found["reference"]

    def keep(self, reference: str, issue: str) -> None:
        """Remember a ticket's issue."""
        remember(self.issues, reference, issue)
        remember(self._references, issue, reference)


def letter_mark(reference: str, key: str) -> str:
    """Return how the marks of a letter's notes begin."""
    return f"<{reference}.{hashlib.sha256(key.encode()).hexdigest()[:16]}."


def id_of(item: Item) -> str:
    """Return an item's id."""
    return str(item["id"])


def ids_of(item: Item, field: str) -> set[str]:
    """Return the ids that a field of an item lists."""
    return {str(it) for it in item.get(field) or ()}


def author_of(message: Item) -> str:
    """Return the id of who wrote a message."""
    author = message.get("author")
    return str(author.get("id") if isinstance(author, dict) else author)


def moment(text: object) -> datetime:
    """Read ``2026-11-22.02:07:39``; the tracker speaks UTC here."""
    try:
        return datetime.strptime(f"{text}+0000", "%Y-%m-%d.%H:%M:%S%z")
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def remember(memory: dict[str, T], key: str, value: T) -> None:
    """Keep the latest; what is forgotten can be looked up again."""
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]
