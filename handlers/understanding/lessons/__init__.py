"""What the model learns from: group talk and questions that we wrote.

``talk_*.txt`` hold labelled group talk, one writer a file; ``chat_*.txt``
lines that report nothing, ``asked_*.txt`` questions; ``faq_*.jsonl``
questions about policies. The README beside them says how they are written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

_LABELS = {
    "R": "report",
    "F": "followup",
    "Q": "question",
    "W": "wish",
    "O": "offer",
    "A": "ad",
    "X": "quarrel",
    "C": "chatter",
}
_CATEGORIES = frozenset(
    [
        "sanitation",
        "facilities",
        "roads",
        "environment",
        "fire_safety",
        "housing",
        "utilities",
        "order",
        "neighbours",
        "other",
    ]
)
_URGENCIES = frozenset({"routine", "urgent", "danger"})
_PLACED = frozenset({"report", "followup", "wish"})
_REFERENCES = {">": "reply_to", "=": "duplicate_of", "@": "about"}
_PLACE = re.compile("⟦(.*?)⟧")
_PHOTOS = re.compile(r"p(\d+)")
_FIELDS = (3, 4)


class BadLesson(Exception):
    """A line of lessons that can't be read; says where, and why."""


@dataclass(kw_only=True)
class Lesson:
    """A message as somebody might have posted it, and what it means."""

    file: str
    line: int
    group: str
    thread: str
    """Talk about one subject; unique over all files."""
    sender: str
    text: str
    label: str
    """One of the eight of the labelled group chat."""
    category: str | None = None
    urgency: str | None = None
    place: str | None = None
    """Verbatim from the text; parts joined by `` / ``."""
    spans: list[tuple[int, int]] = field(default_factory=list)
    """Where the parts of the place stand in the text."""
    photos: int = 0
    photo_shows: str | None = None
    kind: str | None = None
    """Of a question: policy or local."""
    hard: bool = False
    also: list[str] = field(default_factory=list)
    """Categories of further matters in the same message."""
    reply_to: int | None = None
    """Line of the message that is quoted, in the same file."""
    duplicate_of: int | None = None
    about: int | None = None


def talk(name: str) -> list[Lesson]:
    """Return the lessons of a file, in the order of posting.

    Raises ``BadLesson`` for the first line that breaks the format.
    """
    return list(read(name, _folder().joinpath(name).read_text("utf-8")))


def talks() -> list[str]:
    """Return the names of the files of labelled talk, a writer each."""
    return sorted(
        file.name
        for file in _folder().iterdir()
        if file.name.startswith("talk_")
    )


def chat() -> list[str]:
    """Return lines that report nothing."""
    return _lines("chat_")


def asked() -> list[str]:
    """Return questions to an office, by themselves."""
    return _lines("asked_")


def _lines(prefix: str) -> list[str]:
    return [
        line.replace("\\n", "\n")
        for file in sorted(_folder().iterdir(), key=lambda file: file.name)
        if file.name.startswith(prefix)
        for line in file.read_text("utf-8").splitlines()
        if line.strip()
    ]


def read(name: str, text: str) -> Iterator[Lesson]:
    """Yield the lessons of a text in the format of ``talk_*.txt``."""
    group = ""
    threads = 0
    named: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("=="):
            group = line[2:].strip()
        elif line.startswith("--"):
            threads += 1
            named = {}
        elif line.strip():
            try:
                lesson = _lesson(line, named, number)
            except ValueError as wrong:
                raise BadLesson(f"{name}:{number}: {wrong}") from wrong
            lesson.file, lesson.line = name, number
            lesson.group, lesson.thread = group, f"{name}:{threads}"
            yield lesson


def _lesson(line: str, named: dict[str, int], number: int) -> Lesson:
    parts = line.strip().split(" | ")
    if parts[-1].endswith(" |"):
        parts = [*parts[:-1], parts[-1][:-2], ""]
    if len(parts) not in _FIELDS:
        raise ValueError(f"{len(parts)} fields; attrs | nickname | text")
    letter, *attributes = parts[0].split()
    if letter not in _LABELS:
        raise ValueError(f"no label {letter!r}; one of {', '.join(_LABELS)}")
    marked = parts[2].strip().replace("\\n", "\n")
    lesson = Lesson(
        file="",
        line=0,
        group="",
        thread="",
        sender=parts[1].strip(),
        text=marked.replace("⟦", "").replace("⟧", ""),
        label=_LABELS[letter],
        place=" / ".join(_PLACE.findall(marked)) or None,
        spans=[
            (match.start(1) - 2 * n - 1, match.end(1) - 2 * n - 1)
            for n, match in enumerate(_PLACE.finditer(marked))
        ],
        photo_shows=(parts[3].strip() or None) if parts[3:] else None,
    )
    for attribute in attributes:
        _apply(lesson, attribute, named, number)
    _check(lesson, marked)
    return lesson


def _apply(
    lesson: Lesson, attribute: str, named: dict[str, int], number: int
) -> None:
    sign, name = attribute[0], attribute[1:]
    if attribute in _CATEGORIES:
        lesson.category = attribute
    elif attribute in _URGENCIES:
        lesson.urgency = attribute
    elif attribute in {"policy", "local"}:
        lesson.kind = attribute
    elif attribute == "hard":
        lesson.hard = True
    elif photos := _PHOTOS.fullmatch(attribute):
        lesson.photos = int(photos[1])
    elif attribute.startswith("also:"):
        lesson.also.append(attribute.removeprefix("also:"))
    elif sign == "#":
        if name in named:
            raise ValueError(f"{attribute} is there twice")
        named[name] = number
    elif sign in _REFERENCES:
        if name not in named:
            raise ValueError(f"{attribute} names no message before it")
        setattr(lesson, _REFERENCES[sign], named[name])
    elif attribute != "-":
        raise ValueError(f"{attribute!r} is nothing that we know")


def _check(lesson: Lesson, marked: str) -> None:
    pairs = len(_PLACE.findall(marked))
    for holds, wrong in (
        (
            lesson.label != "report" or (lesson.category and lesson.urgency),
            "a report has a category and an urgency",
        ),
        (
            lesson.label != "followup" or lesson.about is not None,
            "a followup says by @ what it belongs to",
        ),
        (
            lesson.label != "question" or lesson.kind,
            "a question is policy or local",
        ),
        (lesson.text or lesson.photos, "neither words nor photos"),
        (
            marked.count("⟦") == pairs and marked.count("⟧") == pairs,
            "⟦ and ⟧ come in pairs",
        ),
        (
            not lesson.place or lesson.label in _PLACED,
            "only a report, followup or wish has a place",
        ),
    ):
        if not holds:
            raise ValueError(wrong)


def _folder() -> Traversable:
    return files("handlers.understanding.lessons")
