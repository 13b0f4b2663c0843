"""What is reached on text of real people, by the protocol of its sources.

``understanding`` says what each figure means.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer

from config.pack.values import Entry
from config.terms import EntryId
from tests.bench._folder import Folder
from tests.bench._groupchat import TODAY, Message
from tests.bench._readers import Finder, Learner
from tests.bench._scores import Figure, drawn, macro_f1, share

Figures = dict[str, Figure]
_ALIKE = 0.5
"""Cosine of two texts that are one message, whole or in part."""
_CUT = 120
"""Characters of a message that the segmented set keeps."""
_SEED = 0


@dataclass(frozen=True, slots=True)
class Titles:
    """Messages to learn categories from, and titles to try them on."""

    learn: list[tuple[str, str]]
    """Text without blanks, and its label."""
    test: list[tuple[str, str]]


def titles(folder: Folder, train: Folder | None) -> Titles:
    """Learn from the messages of ``train``, or of a half of the folder.

    The folder is halved by lot over groups of near-duplicates, so that no
    title is tried whose message was learned.
    """
    figure = "real.category_macro_f1"
    raw = folder.rows("category_raw.jsonl", figure)
    said = (train or folder).rows("category_seg.jsonl", figure)
    if not raw or not said:
        return Titles([], [])
    texts = [_close(row["text"]) for row in said]
    learn = list(zip(texts, (row["label"] for row in said), strict=True))
    test = [(row["title"], row["label"]) for row in raw]
    if train is not None:
        return Titles(learn, test)
    whole = [_close(row["title"] + row["text"])[:_CUT] for row in raw]
    groups = groups_of(texts + whole)
    order = sorted(set(groups))
    random.Random(_SEED).shuffle(order)  # noqa: S311 - no secret
    first = {*order[: len(order) // 2]}
    return Titles(
        [
            one
            for one, group in zip(learn, groups, strict=False)
            if group in first
        ],
        [
            one
            for one, group in zip(test, groups[len(texts) :], strict=True)
            if group not in first
        ],
    )


def groups_of(texts: Sequence[str]) -> list[int]:
    """Return for each text the first that it is alike, at any remove."""
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 3))
    found = vectors.fit_transform(texts)
    alike = (found @ found.T).tocoo()
    first = list(range(len(texts)))

    def root(at: int) -> int:
        while first[at] != at:
            at = first[at]
        return at

    near = (alike.data >= _ALIKE) & (alike.row < alike.col)
    for one, other in zip(alike.row[near], alike.col[near], strict=True):
        ends = sorted((root(int(one)), root(int(other))))
        first[ends[1]] = ends[0]
    return [root(at) for at in range(len(texts))]


def category(learn: Learner | None, given: Titles) -> Figures:
    """Compare the labels of titles."""
    if not given.test:
        return {}
    if learn is None:
        return {"category_macro_f1": Figure(value=None, n=0)}
    texts, labels = zip(*given.learn, strict=True)
    named = learn(texts, labels)
    pairs = [(label, named(title)) for title, label in given.test]
    return {"category_macro_f1": drawn(macro_f1, pairs)}


def municipal(finder: Finder, folder: Folder, train: Folder | None) -> Figures:
    """Look for the FAQ of each paraphrase among all standard questions."""
    name, figure = "faq_municipal_app.jsonl", "real.municipal_recall_at_1, _5"
    rows = folder.rows(name, figure)
    others = train.rows(name, figure) if train else []
    standard = {
        row["faq_id"]: row["text"]
        for row in (*others, *rows)
        if row["role"] == "standard"
    }
    asked = [
        (row["text"], row["faq_id"])
        for row in rows
        if row["role"] != "standard" and row["faq_id"] in standard
    ]
    if not asked:
        return {}
    book = finder.book(_entry(key, text) for key, text in standard.items())
    found = [(book.ask(text).ranked, key) for text, key in asked]
    return {
        f"municipal_recall_at_{most}": share(
            sum(key in ranked[:most] for ranked, key in found), len(found)
        )
        for most in (1, 5)
    } | {"municipal_base": Figure(value=len(standard), n=len(standard))}


def replies(finder: Finder, folder: Folder) -> Figures:
    """Look for the official reply to each title among all replies."""
    rows = folder.rows("faq_gov_reply.jsonl", "real.reply_recall_at_1")
    if not rows:
        return {}
    book = finder.book(_entry(row["id"], answer=row["answer"]) for row in rows)
    right = sum(
        book.ask(row["query"]).ranked[:1] == (row["id"],) for row in rows
    )
    return {"reply_recall_at_1": share(right, len(rows))}


def duplicates(finder: Finder, folder: Folder) -> Figures:
    """Look for a twin of each later title among all earlier ones."""
    rows = folder.rows(
        "complaints_timeline.jsonl", "real.duplicates_recall_at_3"
    )
    if not rows:
        return {}
    matters = finder.matters()
    known: dict[str, set[str]] = defaultdict(set)
    found = []
    for message, group, at in _in_order(rows):
        if group and known[group]:
            nearest = matters.nearest(message, at)[:3]
            found.append(not known[group].isdisjoint(nearest))
        if group:
            known[group].add(message.id)
        matters.put(message, at)
    return {"duplicates_recall_at_3": share(sum(found), len(found))}


def _in_order(
    rows: Sequence[dict[str, Any]],
) -> Iterator[tuple[Message, str, datetime]]:
    for row in sorted(rows, key=lambda row: str(row["date"])):
        message = Message(id=row["id"], text=row["title"], label="report")
        at = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
        yield message, row["dup_group"] or "", at


def _entry(key: str, *questions: str, answer: str = "") -> Entry:
    return Entry(
        id=EntryId(key),
        topic="",
        questions=questions,
        answer=answer,
        source="",
        issued=TODAY,
        valid_until=None,
    )


def _close(text: str) -> str:
    return "".join(text.split())
