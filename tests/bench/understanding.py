"""How well messages are understood, and at what cost.

``python -m tests.bench.understanding [--data DIR] [--train DIR] [--json]``
runs on any folder with files named and shaped like those of the data set, or
on ``tests/data``. Any of them may be missing: ``missing`` names what isn't
there and which figures it leaves out. ``baselines`` has the same figures of
what a day's work reaches, unless ``--no-baselines`` is given. They are those
of the product with its extra ``[semantic]``, if that is installed, and again
in ``without_semantic``; ``--light`` measures without it alone.

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
- ``category_seg.jsonl`` and ``category_raw.jsonl``, ``faq_municipal_app.jsonl``,
  ``faq_gov_reply.jsonl``, ``complaints_timeline.jsonl``: the real sets.

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
  ``duplicates.precision``: of all suggestions, the right ones. Chats tell no
  times: their messages are taken to come six minutes apart.
- ``faq.recall_at_1``, ``faq.recall_at_3``: of the answerable questions, those
  with a right entry first, or among three; an entry past its date counts.
  ``faq.answered_at_precision_95``: the greatest share of the answerable that
  any threshold answers rightly by the first entry, at least 95 % of all that
  it answers, unanswerable ones included, being right.
  ``faq.refused``: of the unanswerable, those for which no entry is shown,
  neither as answer nor to choose from; ``faq.not_answered``: none as answer.
  ``faq.answered``: of the answerable, those rightly answered at the product's
  own threshold; ``faq.right_when_answered``: of all answered, the right ones.
- ``real.category_macro_f1``: labels of raw titles, learned from the segmented
  messages of ``--train``; without it from those of half of the folder, drawn
  by seed 0 over groups of near-duplicates, and tried on the other half.
- ``real.municipal_recall_at_1``, ``real.municipal_recall_at_5``: of the
  paraphrases, those whose FAQ is found first, or among five; searched are the
  standard questions of the folder and, to make it harder, of ``--train``:
  ``real.municipal_base`` counts them.
- ``real.reply_recall_at_1``: of the message titles, those whose own official
  reply is found first among all replies. With the extra that takes minutes,
  and is left out unless ``--long`` is given.
- ``real.duplicates_recall_at_3``: of the titles with an earlier one in their
  group, those for which one of it is among the three of all earlier whose
  words are likest: where and when say nothing here.
- ``ms.p50``, ``ms.p99``: CPU time of one thread for each message of the group
  chats, alone; ``ms.talk_p50``: of a message of chit-chat in batches of 64.
  What is heard as a question is looked for in the FAQ as well, and what is
  heard as a report among those before. The best of three rounds each, by a
  reader that is new in each.
- ``memory_mb``: by how much a process grows that has loaded the pack and then
  understands ``tests/data``. ``model_mb``: what is loaded for it from files.

The baselines: ``char_tfidf`` is TF-IDF of one to three characters, with
logistic regression that learned from the lessons, and cosine for answers and
duplicates; ``bm25`` is BM25 over characters and bigrams, for these alone.
``tests/data`` is among what the product learns from, and not among what the
baselines do: its figures there are no test.

``n`` counts the cases of each figure and ``intervals`` are at 95 %: Wilson's
for shares, and for the others, below 1,000 cases, the bootstrap's (400 draws,
seed 0). Both take messages for independent; talk isn't, so the true
interval is somewhat wider.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from config.pack.values import Community
from tests.bench import (
    _baselines,
    _cost,
    _figures,
    _groupchat,
    _likeness,
    _readers,
    _real,
    _scores,
)
from tests.bench._figures import Figures, Sections
from tests.bench._folder import Folder, Query
from tests.bench._readers import Answered, Ear, Finder, Linli, Reader
from tests.bench._real import Titles

_ORDER = (
    "report",
    "intent",
    "followup",
    "category",
    "danger",
    "place",
    "duplicates",
    "faq",
    "real",
)
_DATA = Path(__file__).parent.parent / "data"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures; with ``--json`` one object alone."""
    parser = argparse.ArgumentParser(description="How well we understand.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path, default=_DATA)
    parser.add_argument("--train", type=Path, help="for the real sets")
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args(arguments)
    for path in (options.data, options.train):
        if path is not None and not path.is_dir():
            parser.error(f"{path} is no folder")
    folder = Folder(options.data)
    train = Folder(options.train) if options.train else None
    titles = _real.titles(folder, train)
    light, whole = _readers.Linli, _readers.Semantic
    result: dict[str, Any] = {"semantic": _readers.has_semantic()}
    if result["semantic"] and not options.light:
        result |= measured(whole, folder, train, titles, long=options.long)
        result["without_semantic"] = measured(light, folder, train, titles)
    else:
        result |= {"semantic": False}
        result |= measured(light, folder, train, titles)
    if not options.no_baselines:
        result["baselines"] = baselines(folder, train, titles)
    lacking = train.missing if train else {}
    result["missing"] = folder.missing | {
        f"{name} of --train": figures for name, figures in lacking.items()
    }
    if not options.json:
        sys.stdout.write("\n".join(_lines(result)) + "\n")
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")


def measured(
    make: type[Linli],
    folder: Folder,
    train: Folder | None,
    titles: Titles,
    *,
    long: bool = True,
) -> dict[str, Any]:
    """Return every figure of the product that there is the data for."""
    found = joined(
        heard(make, folder),
        searched(make, folder, train, long=long),
        {"real": _real.category(_readers.learner(), titles)},
    )
    return {
        **_told(found),
        "ms": _scores.told(_cost.times(make, folder)),
        "memory_mb": _cost.memory_mb(make),
        "model_mb": round(_readers.model_mb(), 3),
        "by_file": by_file(make, folder),
    }


def baselines(
    folder: Folder, train: Folder | None, titles: Titles
) -> dict[str, Any]:
    """Return the same of what a day's work reaches."""
    ngrams, bm25 = _baselines.Ngrams, _likeness.Bm25
    found = joined(
        heard(ngrams, folder),
        searched(ngrams, folder, train),
        {"real": _real.category(_baselines.learn, titles)},
    )
    return {
        "char_tfidf": {
            **_told(found),
            "ms": _scores.told(_cost.times(ngrams, folder)),
            "memory_mb": _cost.memory_mb(ngrams),
            "model_mb": round(_baselines.model_mb(), 3),
        },
        "bm25": {
            **_told(searched(bm25, folder, train)),
            "memory_mb": _cost.memory_mb(bm25),
            "model_mb": 0.0,
        },
    }


def heard(make: Callable[[Community], Ear], folder: Folder) -> Sections:
    """Return what is made of messages, all chats together."""
    found: Sections = {}
    if folder.chats:
        found = _figures.of_chats(make, folder.chats)
    if chatter := folder.chatter():
        report = found.setdefault("report", {})
        report.update(_figures.of_chatter(make, chatter))
    return found


def searched(
    make: Callable[[Community], Finder],
    folder: Folder,
    train: Folder | None,
    *,
    long: bool = True,
) -> Sections:
    """Return what is found: answers, and what was told before.

    Reading all replies is ``long`` where it is done by meaning.
    """
    finder = make(_groupchat.community())
    found: Sections = {
        "real": {
            **_real.municipal(finder, folder, train),
            **(_real.replies(finder, folder) if long else {}),
            **_real.duplicates(finder, folder),
        }
    }
    if folder.chats:
        found["duplicates"] = _figures.of_matters(make, folder.chats)
    asked = [
        answered
        for queries in folder.queries().values()
        for answered in _answers(finder, folder, queries)
    ]
    if asked:
        found["faq"] = _figures.faq(asked)
    return found


def by_file(
    make: Callable[[Community], Reader], folder: Folder
) -> dict[str, Any]:
    """Return the figures of each file where one kind has several."""
    found: dict[str, Any] = {}
    if len(folder.chats) > 1:
        for chat in folder.chats:
            found[chat.name] = _told(
                _figures.of_chats(make, [chat])
                | {"duplicates": _figures.of_matters(make, [chat])}
            )
    asked = folder.queries()
    if len(asked) > 1:
        finder = make(_groupchat.community())
        for name, queries in asked.items():
            answers = _figures.faq(_answers(finder, folder, queries))
            found.setdefault(name, {})["faq"] = _scores.told(answers)
    return found


def joined(*parts: Sections) -> Sections:
    """Return the figures of all parts, sections of one name as one."""
    found: dict[str, Figures] = {}
    for part in parts:
        for name, figures in part.items():
            found.setdefault(name, {}).update(figures)
    return found


def _answers(
    finder: Finder, folder: Folder, queries: Sequence[Query]
) -> list[tuple[Query, Answered]]:
    return _figures.answers(finder, folder.entries, queries)


def _told(sections: Sections) -> dict[str, Any]:
    order = [name for name in _ORDER if sections.get(name)]
    return {name: _scores.told(sections[name]) for name in order}


def _lines(result: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in result.items():
        if not isinstance(value, dict):
            n = result.get("n", {}).get(name)
            doubt = result.get("intervals", {}).get(name, "")
            of = "" if n is None else f" {doubt} of {n}"
            yield f"{indent}{name}: {value}{of}"
        elif name not in {"n", "intervals"}:
            yield f"{indent}{name}"
            yield from _lines(value, f"{indent}  ")


if __name__ == "__main__":
    main()
