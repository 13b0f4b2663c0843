"""How well messages are understood, and at what cost.

``python -m tests.bench.understanding [--data DIR] [--json]`` runs on any
folder with files named and shaped like those of the data set, or on
``tests/data``. Any of them may be missing: ``missing`` names what isn't
there and which figures it leaves out.

What is read:

- ``groupchat_*.jsonl``: labelled group chats, any number. ``about`` of a
  followup may name the message that it belongs to. Of a chat that is not of
  the known community the names of its groups are all that is known.
- ``policy_faq.jsonl``, and ``faq_queries_*.jsonl`` about it; ``_folder``
  says how columns may be spelled. Questions of a group chat count as well
  where ``faq_id`` or a description beside it (``gd-0018 → faq-050``) names
  the entries: its other questions are then unanswerable.
- ``intent.jsonl`` (label ``chat``), ``chat_with_cue_words.jsonl``: chit-chat
  of real people.

Figures. Messages of a chat are heard in order of posting, by a reader that
has heard nothing before, and never twice. Files of one kind count together;
``by_file`` tells them apart. ``None`` is nothing to measure.

- ``report.average_precision``: messages ranked by how likely they report,
  those labelled report wanted; a step for each score, the sum of recall
  gained times precision there. ``report.recall_at_precision_95``: the
  greatest recall of any threshold with at least 95 % precision.
- ``report.act_precision``: of the messages acted on unasked, those labelled
  report. ``report.act_recall``: of those labelled report, acted on.
  ``report.act_or_ask_recall``: acted on or asked about.
- ``report.wrong_acts_per_2000``, ``report.asks_per_500``: of the chit-chat of
  all files, nothing twice, heard as the talk of one group; ``…_chat`` and
  ``…_cue_words`` of either file alone.
- ``intent.macro_f1``: mean F1 of the eight labels of the chat.
  ``intent.accuracy``: of all messages, those with their label.
- ``followup.link_accuracy``: of the followups that belong to something, those
  taken to it. They belong to what ``about`` names, else to the last report
  before them in their thread; any telling of the same matter is right.
- ``category.accuracy``, ``category.macro_f1``: of all labelled reports,
  whether heard as such or not, by their text.
- ``danger.recall``: of the reports that are danger by their label, those told
  as danger by their text. ``danger.precision``: of what is told as danger,
  what is; all reports, and whatever else would be acted on as danger.
- ``place.accuracy``: of the reports, followups and wishes that say where,
  those of which the same words are found, blanks left out.
  ``place.half_overlap``: half of the characters are enough.
  ``place.made_up``: of those that don't say where, a place found.
- ``duplicates.recall``: of the reports of a matter told before in this chat,
  those for which a telling of it is suggested, out of all reports before.
  ``duplicates.precision``: of all suggestions, the right ones.
- ``faq.recall_at_1``, ``faq.recall_at_3``: of the answerable questions, those
  with a right entry first, or among three; an entry past its date counts.
  ``faq.answered_at_precision_95``: the greatest share of the answerable that
  any threshold answers rightly by the first entry, at least 95 % of all that
  it answers, unanswerable ones included, being right.
  ``faq.refused``: of the unanswerable, those for which no entry is shown,
  neither as answer nor to choose from; ``faq.not_answered``: none as answer.
  ``faq.answered``: of the answerable, those rightly answered at the product's
  own threshold; ``faq.right_when_answered``: of all answered, the right ones.
- ``ms.p50``, ``ms.p99``: CPU time of one thread for each message of the group
  chats, alone; ``ms.talk_p50``: of a message of chit-chat in batches of 64.
  The best of three rounds each, by a reader that is new in each.
- ``memory_mb``: by how much a process grows that has loaded the pack and then
  understands ``tests/data``. ``model_mb``: what is loaded for it from files.

``n`` counts the cases of each figure and ``intervals`` are at 95 %: Wilson's
for shares, and for the others, below 1,000 cases, the bootstrap's (400 draws,
seed 0). Both take messages for independent; talk isn't, so the true
interval is somewhat wider.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench import _cost, _figures, _groupchat, _readers, _scores
from tests.bench._figures import Make, Sections
from tests.bench._folder import Folder, Query
from tests.bench._readers import Answered

_DATA = Path(__file__).parent.parent / "data"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures; with ``--json`` one object alone."""
    parser = argparse.ArgumentParser(description="How well we understand.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path, default=_DATA)
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        parser.error(f"{options.data} is no folder")
    result = measured(Folder(options.data))
    if not options.json:
        sys.stdout.write("\n".join(_lines(result)) + "\n")
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")


def measured(folder: Folder) -> dict[str, Any]:
    """Return every figure that the folder has the data for."""
    make = _readers.Linli
    talk = _figures.talk(
        text for texts in folder.chatter().values() for text in texts
    )
    return {
        **_told(sections(make, folder)),
        "ms": _scores.told(_cost.times(make, folder.chats, talk)),
        "memory_mb": _cost.memory_mb(),
        "model_mb": round(_readers.model_mb(), 3),
        "by_file": by_file(make, folder),
        "missing": folder.missing,
    }


def sections(make: Make, folder: Folder) -> Sections:
    """Return the figures of all files together."""
    found: Sections = {}
    if folder.chats:
        found = _figures.of_chats(make, folder.chats)
    if chatter := folder.chatter():
        report = found.setdefault("report", {})
        report.update(_figures.of_chatter(make, chatter))
    asked = [
        answered
        for queries in folder.queries().values()
        for answered in _answers(make, folder, queries)
    ]
    if asked:
        found["faq"] = _figures.faq(asked)
    return found


def by_file(make: Make, folder: Folder) -> dict[str, Any]:
    """Return the figures of each file where one kind has several."""
    found: dict[str, Any] = {}
    if len(folder.chats) > 1:
        for chat in folder.chats:
            found[chat.name] = _told(_figures.of_chats(make, [chat]))
    asked = folder.queries()
    if len(asked) > 1:
        for name, queries in asked.items():
            answers = _figures.faq(_answers(make, folder, queries))
            found.setdefault(name, {})["faq"] = _scores.told(answers)
    return found


def _answers(
    make: Make, folder: Folder, queries: Sequence[Query]
) -> list[tuple[Query, Answered]]:
    reader = make(_groupchat.community())
    return _figures.answers(reader, folder.entries, queries)


def _told(sections: Sections) -> dict[str, Any]:
    return {name: _scores.told(figures) for name, figures in sections.items()}


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    for name, value in result.items():
        if not isinstance(value, dict):
            yield f"{name}: {value}"
            continue
        yield name
        n, intervals = value.get("n", {}), value.get("intervals", {})
        for key, figure in value.items():
            if key not in {"n", "intervals"}:
                doubt = intervals.get(key, "")
                yield f"  {key}: {figure} {doubt} of {n.get(key, '')}"


if __name__ == "__main__":
    main()
