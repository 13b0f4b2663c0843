"""The labelled group chat, and the community that it was written in."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from config.pack.loading import load
from config.pack.values import Community, Entry, Grid
from config.terms import CategoryId, EntryId, GridId, Urgency

_DATA = Path(__file__).parent.parent / "data"
_DEMO = Path(__file__).parents[2] / "config" / "packs" / "demo"
TODAY = date(2026, 11, 22)
_START = datetime(2026, 9, 7, 8, tzinfo=UTC)
_PACE = timedelta(minutes=6)
"""Chats tell no times: their messages come at an even pace."""
_GRIDS = (
    ("榆荫里东片群", "榆荫里东片", ("1-15号楼",), ("榆荫里",)),
    ("榆荫里西片群", "榆荫里西片", ("16-28号楼",), ()),
    ("桐栖坊群", "桐栖坊", ("1-9号楼",), ("桐栖幼儿园", "桐栖")),
    ("望汐苑业主群", "望汐苑", ("1-12栋",), ()),
    ("砚北新村群", "砚北新村", ("1-18幢",), ("砚北", "河埠头")),
    ("棉纺宿舍群", "棉纺宿舍", (), ("筒子楼",)),
    ("枕桥弄群", "枕桥弄", ("12弄", "枕桥弄1-40号"), ()),
    ("汐角公寓租客群", "汐角公寓", (), ()),
)
ELSEWHERE = {
    "gd-0178": "砚北新村群",
    "gd-0192": "望汐苑业主群",
    "gd-0363": "桐栖坊群",
}
"""Reports about another grid than the group's own."""
_ANSWERS = (
    "0018>050 0020>050 0049>044 0057>036 0079>046 0122>008 0144>023 "
    "0174>034 0190>011 0206>001 0218>018 0244>015 0264>002 0286>009 "
    "0290>005 0292>048 0311>040 0321>017 0334>030 0336>043 0350>016 "
    "0367>052 0375>014 0386>013 0395>029 0413>058 0416>055 0417>059 "
    "0426>026 0428>054 0437>056 0444>028 0491>022"
)
ANSWERS = dict(pair.split(">") for pair in _ANSWERS.split())
"""Question -> the entry that answers it, without their prefixes."""


class Message(msgspec.Struct, frozen=True):
    """A labelled message."""

    id: str
    text: str
    label: str
    group: str = ""
    thread: str = ""
    """Talk about one subject; for scoring, nobody who listens sees it."""
    sender: str = ""
    photos: int = 0
    reply_to: str | None = None
    category: CategoryId | None = None
    place: str | None = None
    urgency: Urgency | None = None
    duplicate_of: str | None = None
    """The first report of the same matter."""
    about: str | tuple[str, ...] | None = None
    """What a followup belongs to, where the file says it."""
    faq_id: str | None = None
    """The entry that answers a question, where the file says it."""

    @property
    def chat_grid(self) -> GridId:
        """The grid of the group that it was said in."""
        return GridId(self.group)

    @property
    def grid(self) -> GridId:
        """The grid that the message is about, as far as anybody knows."""
        return GridId(ELSEWHERE.get(self.id, self.group))

    @property
    def answer(self) -> EntryId | None:
        """The entry that answers it."""
        number = ANSWERS.get(self.id.removeprefix("gd-"))
        return EntryId(f"faq-{number}") if number else None


class _Faq(msgspec.Struct, frozen=True):
    id: str
    question: str
    topic: str = ""
    variants: tuple[str, ...] = ()
    answer: str = ""
    source: str = ""
    valid_until: date | None = None


def messages(file: Path = _DATA / "groupchat_dev.jsonl") -> list[Message]:
    """Return the messages of a chat in the order of posting."""
    return [msgspec.convert(row, Message) for row in rows(file)]


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file without what they leave empty.

    A number that names a row is a name, and a list of photos their number.
    """
    for line in file.read_text("utf-8-sig").splitlines():
        if line.strip():
            row = json.loads(line)
            given = {k: v for k, v in row.items() if v not in (None, "")}
            if "id" in row:
                given["id"] = str(row["id"])
            if "text" in row:
                given["text"] = row["text"] or ""
            if isinstance(row.get("photos"), list):
                given["photos"] = len(row["photos"])
            yield given


def at(place: int) -> datetime:
    """Return when the message at that place of a chat is taken to come."""
    return _START + place * _PACE


def entries(file: Path = _DATA / "policy_faq.jsonl") -> list[Entry]:
    """Return the FAQ of the community."""
    return [
        Entry(
            id=EntryId(faq.id),
            topic=faq.topic,
            questions=(faq.question, *faq.variants),
            answer=faq.answer,
            source=faq.source,
            issued=TODAY,
            valid_until=faq.valid_until,
        )
        for faq in (msgspec.convert(row, _Faq) for row in rows(file))
    ]


def community(groups: Iterable[str] = ()) -> Community:
    """Return the chat's grids with the demo pack's words.

    Of ``groups`` that are not of the known chat nothing is known but the
    name: each is a grid without buildings.
    """
    (demo,) = load(_DEMO).communities
    known = [group for group, *_ in _GRIDS]
    unknown = [
        (group, group.removesuffix("群"), (), ())
        for group in dict.fromkeys(groups)
        if group not in known
    ]
    return replace(
        demo,
        grids=tuple(
            Grid(
                id=GridId(group),
                name=name,
                buildings=buildings,
                landmarks=landmarks,
            )
            for group, name, buildings, landmarks in (unknown or _GRIDS)
        ),
    )
