"""Print by how many MB a process grows that learns to understand.

``python -m tests.bench._memory MODULE CLASS``: a process of its own, in
which the pack and the messages are loaded before the class that is weighed.
"""

import gc
import sys
from importlib import import_module

from tests.bench import _groupchat, _measure


def main(module: str, name: str) -> None:
    """Hear the labelled chat, ask its FAQ, and print the growth."""
    community, said = _groupchat.community(), _groupchat.messages()
    entries = _groupchat.entries()
    gc.collect()
    before = _measure.rss_mb()
    reader = getattr(import_module(module), name)(community)
    if hasattr(reader, "hear"):
        reader.hear(said)
    book, matters = reader.book(entries), reader.matters()
    for n, message in enumerate(said):
        if message.label == "question":
            book.ask(message.text)
        matters.put(message, _groupchat.at(n))
    gc.collect()
    sys.stdout.write(f"{_measure.rss_mb() - before:.1f}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
