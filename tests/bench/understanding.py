"""How well messages are understood, and at what cost.

``python -m tests.bench.understanding --json [--data DIR]``: the labelled
group chat, and false alarms on chat that other people really wrote, if
``DIR`` holds it. Brackets are 95 % intervals (Wilson).
"""

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

from config.terms import Urgency
from handlers.understanding.meaning import Intent, Meaning, Sure
from handlers.understanding.retrieval import Found, Retrieval
from handlers.understanding.understanding import Understanding
from tests.bench._groupchat import (
    TODAY,
    Message,
    community,
    entries,
    messages,
)

TALK = ("chatter", "quarrel", "ad", "offer")
FOREIGN = {
    "chat": ("intent.jsonl", "chat"),
    "chat_with_cue_words": ("chat_with_cue_words.jsonl", None),
    "reviews": ("hard_negatives.jsonl", None),
}
_ROUNDS = 5
Judged = list[tuple[Message, Meaning]]


def main() -> None:
    """Print the figures; with ``--json`` one object as the last line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    ear = Understanding(community())
    said = messages()
    judged = [(m, ear.judge(m.text, photos=m.photos)) for m in said]
    half = len(judged) // 2
    figures = {
        "reports": reports(judged),
        "first_half": reports(judged[:half]),
        "second_half": reports(judged[half:]),
        "categories": categories(judged, ear),
        "places": places(judged, ear),
        "urgency": urgencies(judged, ear),
        "faq": faq(judged, ear),
        "cost": cost(said, ear),
    }
    if options.data:
        figures["foreign"] = foreign(options.data, ear)
    for part, values in figures.items():
        sys.stdout.write(f"{part}\n")
        for name, value in values.items():
            sys.stdout.write(f"  {name}: {value}\n")
    if options.json:
        sys.stdout.write(json.dumps(figures, ensure_ascii=False) + "\n")


def reports(judged: Judged) -> dict[str, Any]:
    """Count what is done about reports, and done wrongly."""
    done = Counter((m.label, _done(meaning)) for m, meaning in judged)
    labels = Counter(m.label for m, _ in judged)
    talk = sum(labels[label] for label in TALK)
    return {
        "act_recall": share(done["report", Sure.ACT], labels["report"]),
        "act_or_ask_recall": share(
            done["report", Sure.ACT] + done["report", Sure.ASK],
            labels["report"],
        ),
        "wrong_acts_on_talk": share(
            sum(done[label, Sure.ACT] for label in TALK),
            talk,
        ),
        "wrong_asks_on_talk": share(
            sum(done[label, Sure.ASK] for label in TALK),
            talk,
        ),
        **{
            f"wrong_{sure}s_on_{label}s": share(
                done[label, sure],
                labels[label],
            )
            for label in ("followup", "question", "wish")
            for sure in (Sure.ACT, Sure.ASK)
        },
        "act_precision": share(
            done["report", Sure.ACT],
            sum(n for (_, sure), n in done.items() if sure is Sure.ACT),
        ),
    }


def categories(judged: Judged, ear: Understanding) -> dict[str, Any]:
    """Count right categories."""
    acted = [m for m, meaning in judged if _is_acted(m, meaning)]
    every = [m for m, _ in judged if m.label == "report"]
    return {
        name: share(
            sum(ear.category(m.text)[0] == m.category for m in some),
            len(some),
        )
        for name, some in (("acted", acted), ("all_reports", every))
    }


def places(judged: Judged, ear: Understanding) -> dict[str, Any]:
    """Compare words (half of the characters) and grids of reports."""
    told = [m for m, _ in judged if m.label == "report" and m.place]
    found = [(m, ear.place(m.text, grid=m.chat_grid)) for m in told]
    words = sum(
        place is not None and _covers(place.words, m.place or "")
        for m, place in found
    )
    grids = sum(
        place is not None and place.grid == m.grid for m, place in found
    )
    return {
        "words_found": share(words, len(told)),
        "grid_right": share(grids, len(told)),
        "grid_wrong": share(
            sum(
                place is not None and place.grid not in {m.grid, None}
                for m, place in found
            ),
            len(told),
        ),
    }


def urgencies(judged: Judged, ear: Understanding) -> dict[str, Any]:
    """Count danger found, missed and made up."""
    pairs = [
        (m.urgency, ear.urgency(m.text))
        for m, _ in judged
        if m.label == "report"
    ]
    danger = [said for truth, said in pairs if truth is Urgency.DANGER]
    others = [said for truth, said in pairs if truth is not Urgency.DANGER]
    alarms = [
        meaning
        for m, meaning in judged
        if m.label != "report" and _done(meaning) is Sure.ACT
    ]
    return {
        "right": share(sum(a is b for a, b in pairs), len(pairs)),
        "danger_recall": share(danger.count(Urgency.DANGER), len(danger)),
        "danger_or_urgent": share(
            len(danger) - danger.count(Urgency.ROUTINE),
            len(danger),
        ),
        "false_danger": share(others.count(Urgency.DANGER), len(others)),
        "danger_on_no_report": sum(
            meaning.urgency is Urgency.DANGER for meaning in alarms
        ),
    }


def faq(judged: Judged, ear: Understanding) -> dict[str, Any]:
    """Count answers: asked in so many words, and unasked in the group."""
    retrieval = Retrieval(entries())
    found = {m.id: retrieval.find(m.text, today=TODAY) for m, _ in judged}
    policy = [m for m, _ in judged if m.answer]
    local = [m for m, _ in judged if m.label == "question" and not m.answer]
    first = sum(_ranked(found[m.id])[:1] == [m.answer] for m in policy)
    third = sum(m.answer in _ranked(found[m.id])[:3] for m in policy)
    sure = [m for m in policy if found[m.id].sure]
    unasked = [
        m
        for m, meaning in judged
        if meaning.intent is Intent.QUESTION and found[m.id].sure
    ]
    return {
        "recall_at_1": share(first, len(policy)),
        "recall_at_3": share(third, len(policy)),
        "sure": share(len(sure), len(policy)),
        "right_when_sure": share(
            sum(_ranked(found[m.id])[0] == m.answer for m in sure),
            len(sure),
        ),
        "local_questions_answered": share(
            sum(found[m.id].sure for m in local),
            len(local),
        ),
        "unasked_answers": len(unasked),
        "unasked_right": sum(
            _ranked(found[m.id])[0] == m.answer for m in unasked
        ),
        **_left_out(retrieval, ear),
    }


def _left_out(retrieval: Retrieval, ear: Understanding) -> dict[str, Any]:
    """Ask each question of the FAQ without itself, and without its entry."""
    asked = right = third = sure = sure_right = unasked = made_up = 0
    for entry in entries():
        if entry.valid_until and entry.valid_until < TODAY:
            continue
        for question in entry.questions:
            others = tuple(q for q in entry.questions if q != question)
            retrieval.put(replace(entry, questions=others))
            found = retrieval.find(question, today=TODAY)
            ranked = _ranked(found)
            asked += 1
            right += ranked[:1] == [entry.id]
            third += entry.id in ranked
            sure += found.sure
            sure_right += found.sure and ranked[0] == entry.id
            unasked += _is_answered(ear, retrieval, question)
        retrieval.remove(entry.id)
        made_up += sum(
            retrieval.find(question, today=TODAY).sure
            for question in entry.questions
        )
        retrieval.put(entry)
    return {
        "left_out_recall_at_1": share(right, asked),
        "left_out_recall_at_3": share(third, asked),
        "left_out_sure": share(sure, asked),
        "left_out_right_when_sure": share(sure_right, sure),
        "left_out_unasked": share(unasked, asked),
        "sure_without_the_entry": share(made_up, asked),
    }


def cost(said: Sequence[Message], ear: Understanding) -> dict[str, Any]:
    """Time a message, in microseconds; the best of a few rounds."""
    retrieval = Retrieval(entries())
    talk = [m.text for m in said if m.label in TALK]
    reported = [m.text for m in said if m.label == "report"]
    asked = [m.text for m in said if m.label == "question"]
    return {
        "talk_us": _time(ear.judge, talk),
        "overheard_us": _time(
            lambda text: _is_answered(ear, retrieval, text), talk
        ),
        "report_us": _time(ear.judge, reported),
        "faq_us": _time(lambda q: retrieval.find(q, today=TODAY), asked),
    }


def foreign(folder: Path, ear: Understanding) -> dict[str, Any]:
    """Count false alarms on what other people really wrote."""
    figures: dict[str, Any] = {}
    retrieval = Retrieval(entries())
    for name, (file, label) in FOREIGN.items():
        lines = (folder / file).read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        texts = [r["text"] for r in rows if label in {None, r.get("label")}]
        done = Counter(_done(ear.judge(text)) for text in texts)
        for sure in (Sure.ACT, Sure.ASK):
            figures[f"{name}_{sure}s"] = share(done[sure], len(texts))
        answered = sum(_is_answered(ear, retrieval, text) for text in texts)
        figures[f"{name}_answers"] = share(answered, len(texts))
        figures[f"{name}_us"] = _time(ear.judge, texts)
    return figures


def share(part: int, whole: int) -> dict[str, Any]:
    """Return a share with its 95 % interval."""
    if not whole:
        return {"n": 0}
    z, p = 1.96, part / whole
    middle = p + z * z / (2 * whole)
    spread = z * math.sqrt((p * (1 - p) + z * z / (4 * whole)) / whole)
    scale = 1 + z * z / whole
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return {
        "part": part,
        "n": whole,
        "share": round(p, 4),
        "interval": [round(max(0.0, low), 4), round(min(1.0, high), 4)],
    }


def _done(meaning: Meaning) -> Sure:
    return meaning.sure if meaning.intent is Intent.REPORT else Sure.NO


def _is_acted(message: Message, meaning: Meaning) -> bool:
    return message.label == "report" and _done(meaning) is Sure.ACT


def _is_answered(ear: Understanding, retrieval: Retrieval, text: str) -> bool:
    """Whether it gets an answer in the group, though it asked nobody."""
    return ear.judge(text).intent is Intent.QUESTION and retrieval.knows(
        text, today=TODAY
    )


def _covers(found: str, truth: str) -> bool:
    wanted = Counter(truth.replace(" / ", ""))
    return (wanted & Counter(found)).total() * 2 >= wanted.total()


def _ranked(found: Found) -> list[str]:
    expired = [found.expired] if found.expired else []
    return [match.entry.id for match in (*expired, *found.best)]


def _time(act: Callable[[str], object], texts: Iterable[str]) -> float:
    texts = list(texts)
    best = math.inf
    for _ in range(_ROUNDS):
        start = process_time()
        for text in texts:
            act(text)
        best = min(best, process_time() - start)
    return round(best / len(texts) * 1e6, 1)


if __name__ == "__main__":
    main()
