"""FAQ entries: Markdown with a front matter of YAML."""

import re
from pathlib import Path

from config.pack import parsing
from config.pack.files import compose, read_text
from config.pack.reading import Block, Origin
from config.pack.values import Entry
from config.terms import EntryId

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)


def entry(path: Path, origin: Origin) -> Entry | None:
    """Read one entry; None after noting what is wrong with it."""
    text = read_text(path, origin)
    if text is None:
        return None
    fences = list(_FENCE.finditer(text))[:2]
    if len(fences) < 2 or fences[0].start() != 0:  # noqa: PLR2004
        origin.breaks(1, 'must begin with a front matter between two "---"')
        return None
    value = compose(text[fences[0].end() + 1 : fences[1].start()], origin)
    if value is None:
        if not origin.broken:
            origin.breaks(1, "the front matter is empty")
        return None
    block = value.block()
    answer = text[fences[1].end() :].strip()
    if not answer:
        line = text.count("\n", 0, fences[1].start()) + 1
        origin.breaks(line, "the answer below the front matter is empty")
    return None if block is None else _entry(block, answer, path.stem)


def _entry(block: Block, answer: str, stem: str) -> Entry | None:
    name = block.name("entry")
    topic = block.maybe("topic", parsing.text, stem)
    questions = block.many("questions", parsing.text)
    if not questions:
        block.lacks("questions")
    source = block.need("source", parsing.text)
    issued = block.need("issued", parsing.day)
    until = block.value("valid_until")
    valid_until = until.scalar(parsing.day) if until else None
    block.close()
    if until and issued and valid_until and valid_until < issued:
        until.wrong(f"must not lie before the day of issue, {issued}")
    if name is None or issued is None or not answer:
        return None
    return Entry(
        id=EntryId(name),
        topic=topic,
        questions=questions,
        answer=answer,
        source=source or "",
        issued=issued,
        valid_until=valid_until,
    )
