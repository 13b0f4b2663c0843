"""What one update costs to read: our structs against the library's own.

``python -m tests.bench.telegram_decode --json``. A ``getUpdates`` answer
of 100 updates is read both ways in turn: to ``Incoming`` by the channel,
to ``telegram.Update`` by python-telegram-bot.
"""

import json
import statistics
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import telegram

from bot.channels.telegram.api import Me
from bot.channels.telegram.calls import result
from bot.channels.telegram.updates import parse
from tests.bench._measure import interleaved, options, show, spent

FOLDER = Path(__file__).parent.parent / "bot/channels/recordings/telegram"
ROUNDS = 15
BATCH = 100
BATCHES = 10
ME = Me(110201543, "linli_bot")
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KINDS = {
    "talk": ("text_in_group",),
    "photo": ("photo_with_caption",),
    "press": ("press",),
    "mixed": (
        "text_in_group",
        "text_in_group",
        "text_in_group",
        "reply_to_oneself",
        "photo_with_caption",
        "mention_first",
        "press",
        "edited_text",
    ),
}


def main() -> None:
    """Print the figures."""
    given = options(__doc__ or "")
    figures: dict[str, Any] = {"bench": "telegram_decode"}
    for kind, names in KINDS.items():
        figures[kind] = _compare(_answer(names))
    lines = [
        f"{kind}: {figures[kind]['ours_us']} µs an update,"
        f" the library {figures[kind]['library_us']} µs"
        for kind in KINDS
    ]
    show(figures, lines, only=given.json)


def _compare(answer: bytes) -> dict[str, float]:
    readers = {"ours": _ours, "library": _library}
    spans: dict[str, list[float]] = {name: [] for name in readers}
    for _, name in interleaved(ROUNDS, *readers):
        with spent() as span:
            for _ in range(BATCHES):
                assert readers[name](answer) == BATCH
        spans[name].append(span.cpu_s / (BATCH * BATCHES) * 1e6)
    ours, library = (statistics.median(spans[name]) for name in readers)
    return {
        "ours_us": round(ours, 2),
        "library_us": round(library, 2),
        "times": round(library / ours, 1),
    }


def _answer(names: tuple[str, ...]) -> bytes:
    """Return an answer to ``getUpdates``, made of recordings."""
    updates = [
        json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["update"]
        for name in names
    ]
    batch = [updates[n % len(updates)] for n in range(BATCH)]
    return json.dumps({"ok": True, "result": batch}).encode()


def _ours(answer: bytes) -> int:
    updates = result(answer, list[msgspec.Raw])
    return sum(parse(bytes(update), ME, NOW) is not None for update in updates)


def _library(answer: bytes) -> int:
    updates = json.loads(answer)["result"]
    return len(telegram.Update.de_list(updates, None))


if __name__ == "__main__":
    main()
