"""What understanding costs: time a message, and memory of a process."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from time import process_time

from config.pack.values import Community
from tests.bench import _figures, _groupchat, _measure
from tests.bench._folder import Folder
from tests.bench._groupchat import Message
from tests.bench._readers import Ear
from tests.bench._scores import Figure

Make = Callable[[Community], Ear]
BATCH = 64
_ROUNDS = 3


def times(make: Make, folder: Folder) -> dict[str, Figure]:
    """Time each message of the chats alone, and talk in batches, in ms.

    CPU time of one thread; of each the best of a few rounds with ears that
    have heard nothing, so that a busy machine counts for little.
    """
    said = (text for texts in folder.chatter().values() for text in texts)
    alone = [
        ms
        for chat in folder.chats
        for ms in _rounds(make, chat.messages, size=1)
    ]
    batched = [
        ms / BATCH for ms in _rounds(make, _figures.talk(said), size=BATCH)
    ]
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
    make: Make, messages: Sequence[Message], *, size: int
) -> list[float]:
    """Return the least ms of each whole batch."""
    batches = [
        messages[at : at + size]
        for at in range(0, len(messages) - size + 1, size)
    ]
    community = _groupchat.community(m.group for m in messages)
    met = []
    for _ in range(_ROUNDS):
        reader = make(community)
        met.append([_once(reader.hear, batch) for batch in batches])
    return [min(ms) for ms in zip(*met, strict=True)]


def _once(
    hear: Callable[[Sequence[Message]], object], batch: Sequence[Message]
) -> float:
    start = process_time()
    hear(batch)
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
