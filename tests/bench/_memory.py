"""Print by how many MB a process grows that learns to understand.

``python -m tests.bench._memory``: a process of its own, in which the pack
and the messages are loaded before, and nothing of understanding is.
"""

import gc
import sys

from tests.bench import _groupchat, _measure


def main() -> None:
    """Hear the labelled chat, ask its FAQ, and print the growth."""
    community, said = _groupchat.community(), _groupchat.messages()
    entries = _groupchat.entries()
    gc.collect()
    before = _measure.rss_mb()
    from tests.bench._readers import Linli  # noqa: PLC0415 - it is weighed

    reader = Linli(community)
    reader.hear(said)
    book = reader.book(entries)
    for message in said:
        book.ask(message.text)
    gc.collect()
    sys.stdout.write(f"{_measure.rss_mb() - before:.1f}\n")


if __name__ == "__main__":
    main()
