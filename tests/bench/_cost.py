"""What understanding costs: time a message, and memory of a process."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from time import process_time

from config.pack.values import Community, Entry
from handlers.understanding.meaning import Sure
from tests.bench import _figures, _groupchat, _measure
from tests.bench._folder import Folder
from tests.bench._groupchat import Message
from tests.bench._readers import Book, Matters, Reader
from tests.bench._scores import Figure

Make = Callable[[Community], Reader]
BATCH = 64
_ROUNDS = 3


def times(make: Make, folder: Folder) -> dict[str, Figure]:
    """Time each message of the chats alone, and talk in batches, in ms.

    All that is done with it: what is heard as a question is looked for in
    the FAQ, a report among those before. CPU time of one thread; of each the
    best of a few rounds with readers that have heard nothing, so that a busy
    machine counts for little.
    """
    said = (text for texts in folder.chatter().values() for text in texts)
    entries = folder.entries
    alone = [
        ms
        for chat in folder.chats
        for ms in _rounds(make, chat.messages, entries, size=1)
    ]
    batches = _rounds(make, _figures.talk(said), entries, size=BATCH)
    batched = [ms / BATCH for ms in batches]
    return {
        "talk_p50": _at(batched, 0.5, len(batched) * BATCH),
        "p50": _at(alone, 0.5, len(alone)),
        "p99": _at(alone, 0.99, len(alone)),
    }


def _at(values: Sequence[float], part: float, n: int) -> Figure:
    if not values:
        return Figure(value=None, n=0)
    return Figure(value=_measure.percentile(values, part), n=n)


def _rounds(
    make: Make,
    messages: Sequence[Message],
    entries: Sequence[Entry],
    *,
    size: int,
) -> list[float]:
    """Return the least ms of each whole batch."""
    starts = range(0, len(messages) - size + 1, size)
    community = _groupchat.community(m.group for m in messages)
    book = make(community).book(entries)
    met = []
    for _ in range(_ROUNDS):
        reader = make(community)
        matters = reader.matters()
        met.append(
            [
                _once(reader, book, matters, messages[at : at + size], at)
                for at in starts
            ]
        )
    return [min(ms) for ms in zip(*met, strict=True)]


def _once(
    reader: Reader,
    book: Book,
    matters: Matters,
    batch: Sequence[Message],
    place: int,
) -> float:
    start = process_time()
    heard = reader.hear(batch)
    for message, made in zip(batch, heard, strict=True):
        if made.label == "question":
            book.find(message.text)
        elif made.done is not Sure.NO:
            matters.likely(message, _groupchat.at(place))
            matters.put(message, _groupchat.at(place))
    return (process_time() - start) * 1000


def memory_mb(weighed: type) -> float:
    """Return what a process grows by that understands the labelled chat."""
    child = subprocess.run(  # noqa: S603
        [
            sys.executable,
            *("-m", "tests.bench._memory"),
            *(weighed.__module__, weighed.__name__),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(child.stdout)
