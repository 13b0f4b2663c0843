"""What a folder of data holds, read as far as it is there.

Files are named and shaped as ``understanding`` says. A file that is not
there is noted as missing and leaves its figures out; nothing else stops.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from config.pack.values import Entry
from config.terms import EntryId
from tests.bench import _groupchat
from tests.bench._groupchat import Message

QUERY = ("query", "text", "question", "q")
"""Spellings of a question's column; the first that is there counts."""
ANSWER = (
    "faq_id",
    "faq",
    "answer",
    "answer_id",
    "entry",
    "entry_id",
    "policy",
    "policy_id",
    "expected",
    "gold",
    "target",
    "label",
)
"""Spellings of the column that names the entry which answers; nothing
(null, "", "none", "-", false, an empty list) where no entry does."""
NONE = ("", "none", "null", "-", "unanswerable", "out_of_scope")
_LISTED = re.compile(r"([\w-]*\d+) ?(?:→|->) ?(faq-\d+)")
"""In the chat's description: gd-0018 → faq-050."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A labelled group chat, in the order of posting."""

    name: str
    messages: list[Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, and the entries that answer it; none if none does."""

    text: str
    answers: frozenset[EntryId]


@dataclass
class Folder:
    """A folder of data; ``missing`` grows as what isn't there is asked for."""

    path: Path
    missing: dict[str, str] = field(default_factory=dict)
    """What isn't there -> the figures that were left out for it."""

    def rows(self, name: str, figures: str) -> list[dict[str, Any]]:
        """Return the rows of all files of that name; none if missing."""
        found = sorted(self.path.glob(name))
        if not found:
            self.missing[name] = figures
        return [row for file in found for row in _rows(file)]

    @cached_property
    def chats(self) -> list[Chat]:
        """The labelled group chats."""
        name = "groupchat_*.jsonl"
        found = [
            Chat(name=file.stem, messages=_groupchat.messages(file))
            for file in sorted(self.path.glob(name))
        ]
        if not found:
            self.missing[name] = (
                "report, intent, followup, category, danger, place, duplicates"
            )
        return found

    @cached_property
    def entries(self) -> list[Entry]:
        """The FAQ."""
        file = self.path / "policy_faq.jsonl"
        if not file.exists():
            self.missing[file.name] = "faq"
            return []
        return _groupchat.entries(file)

    def queries(self) -> dict[str, list[Query]]:
        """Return the questions about the FAQ, by the file that asks them.

        Those of a group chat count where its rows or its description name
        the answers; the other questions of that chat have none here.
        """
        known = {entry.id for entry in self.entries}
        if not known:
            return {}
        asked: dict[str, list[Query]] = {}
        for file in sorted(self.path.glob("faq_queries_*.jsonl")):
            read = [query_of(row, known) for row in _rows(file)]
            asked[file.stem] = [query for query in read if query]
            if None in read:
                unknown = f"faq, of {read.count(None)} that name no entry"
                self.missing[file.name] = unknown
        if not asked:
            self.missing["faq_queries_*.jsonl"] = "faq, of these queries"
        for chat in self.chats:
            answers = self._answers_in(chat)
            if any(answers.values()):
                asked[chat.name] = [
                    Query(text=m.text, answers=answers.get(m.id, frozenset()))
                    for m in chat.messages
                    if m.label == "question"
                ]
        return asked

    def chatter(self) -> dict[str, list[str]]:
        """Return real chit-chat by where it is from, nothing twice."""
        rate = "report.wrong_acts_per_2000, report.asks_per_500"
        seen: set[str] = set()
        found: dict[str, list[str]] = {}
        for kind, name in (
            ("cue_words", "chat_with_cue_words*.jsonl"),
            ("chat", "intent*.jsonl"),
        ):
            texts = [
                row["text"]
                for row in self.rows(name, rate)
                if row.get("label", "chat") == "chat"
            ]
            found[kind] = [t for t in dict.fromkeys(texts) if t not in seen]
            seen.update(texts)
        return {kind: texts for kind, texts in found.items() if texts}

    def _answers_in(self, chat: Chat) -> dict[str, frozenset[EntryId]]:
        listed = dict(self._listed)
        return {
            m.id: frozenset(
                EntryId(answer)
                for answer in (m.faq_id, m.answer, listed.get(m.id))
                if answer
            )
            for m in chat.messages
        }

    @cached_property
    def _listed(self) -> dict[str, str]:
        words = [f.read_text("utf-8") for f in sorted(self.path.glob("*.md"))]
        return dict(_LISTED.findall("\n".join(words)))


def query_of(row: Mapping[str, Any], known: set[EntryId]) -> Query | None:
    """Return a question of a file whose columns have one of our spellings.

    ``None`` where it names an answer that is no entry; raises ``ValueError``
    where no column is spelled in a way that we know.
    """
    text = next((row[name] for name in QUERY if name in row), None)
    columns = [row[name] for name in ANSWER if name in row]
    if text is None or not columns:
        raise ValueError(f"no question or no answer among {sorted(row)}")
    for given in columns:
        named = given if isinstance(given, list) else [given]
        answers = frozenset(answer for answer in named if answer in known)
        if answers or all(str(n or "").lower() in NONE for n in named):
            return Query(text=text, answers=answers)
    return None


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text("utf-8-sig").splitlines():
        if line.strip():
            yield json.loads(line)
