"""Teach the model from the lessons, and say how well it does on others.

Every figure is of lessons by a writer whom the model had not read: each
writer's talk is left out in turn. scikit-learn finds the weights; what runs
needs only ``model.py``. Each writer's talk is read in order, so that what a
message is by itself, as told by a model that hadn't read its writer, can be
the talk around the next.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, SupportsFloat

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    precision_recall_curve,
)

from config.pack.values import Community
from config.terms import CategoryId
from handlers.understanding import lessons, reading, talk
from handlers.understanding.lessons import Lesson
from handlers.understanding.model import (
    FORMAT,
    HeadTable,
    ModelFile,
    pieces_of,
)
from handlers.understanding.reading import Reader, Reading
from handlers.understanding.talk import LABELS, Around, Heard

GATE = "gate"
"""What a message is by its characters alone: cheap, lets plain talk out."""
MESSAGE = "message"
"""What a message is by itself."""
IN_TALK = "in_talk"
"""What it is in the talk around it."""
CATEGORY = "category"
URGENCY = "urgency"

_PIECES = 60_000
_RARE = 2
"""Lessons that a piece must occur in."""
_NUMBERS = 0.3
_AROUND = 0.4
"""How loud numbers are beside characters while the weights are found."""
_CLIP = 99.97
"""Percentile of weights that a byte reaches; the few beyond it are cut."""
_BYTE = 127
_PRECISE = 0.95
_ACT_PRECISION = 0.985
_ASK_PRECISION = 0.95
_DANGER_RECALL = 0.9
_GATE_LOSS = 0.004
"""Share of reports that may be taken for plain talk at the gate."""
_HARM = 0.005
_WORDS = (0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8)
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
Progress = Callable[[str], None]


@dataclass
class Example:
    """A lesson with what was read in it."""

    lesson: Lesson
    writer: str
    seen: Reading
    words: dict[CategoryId, float]
    """What the pack's words say about its category."""


@dataclass
class Taught:
    """A model and how it did on writers whom it hadn't read."""

    file: ModelFile
    figures: dict[str, Any]
    mistakes: dict[str, list[str]] = field(default_factory=dict)


def teach(
    community: Community,
    *,
    more: Iterable[Lesson] = (),
    tell: Progress = lambda _: None,
) -> Taught:
    """Return the model that the lessons make; takes a few minutes.

    ``community`` lends its words for things; ``more`` are lessons of the
    community's own, learnt from beside those that come with the program.
    """
    examples = _examples(Reader(community), [*_lessons(), *more])
    tell("reading")
    return _Teacher(examples, tell).teach()


def _lessons() -> list[Lesson]:
    said = [one for name in lessons.talks() for one in lessons.talk(name)]
    for label, lines in (
        ("chatter", lessons.chat()),
        ("question", lessons.asked()),
    ):
        said += [
            Lesson(
                file="",
                line=number,
                group="",
                thread="",
                sender="",
                text=text,
                label=label,
            )
            for number, text in enumerate(lines)
        ]
    return said


def _examples(reader: Reader, said: Iterable[Lesson]) -> list[Example]:
    found = []
    for lesson in said:
        seen = reader.read(lesson.text, photos=lesson.photos)
        words = reader.words(seen.folded)
        found.append(Example(lesson, lesson.file, seen, words))
    return found


class _Teacher:
    def __init__(self, examples: Sequence[Example], tell: Progress) -> None:
        self.examples = examples
        self.tell = tell
        self.texts = [one.seen.folded for one in examples]
        self.labels = np.array([one.lesson.label for one in examples])
        self.writer = np.array([one.writer for one in examples])
        self.writers = sorted({one.writer for one in examples} - {""})
        self.numbers = np.array([one.seen.numbers for one in examples])
        self.category = np.array(
            [one.lesson.category or "" for one in examples]
        )
        self.urgency = np.array([one.lesson.urgency or "" for one in examples])
        self.is_talk = self.writer != ""
        self.is_report = self.labels == "report"

    def teach(self) -> Taught:
        alone = self._left_out(MESSAGE, self.numbers, self._all())
        around = self._around(alone)
        self.tell("in the talk around")
        in_talk = self._left_out(
            IN_TALK, np.hstack([self.numbers, around]), self.is_talk
        )
        judged = self.is_talk
        score = (_odds(alone) + _odds(in_talk)) / 2
        truth = self.is_report[judged]
        sharpness, shift = _calibrated(score[judged], truth)
        chance = 1 / (1 + np.exp(-(sharpness * score + shift)))
        calibration = {
            IN_TALK: (sharpness, shift),
            MESSAGE: _calibrated(_odds(alone)[judged], truth),
        }
        thresholds = {
            "act": _from(truth, chance[judged], _ACT_PRECISION),
            "ask": _from(truth, chance[judged], _ASK_PRECISION),
        }
        figures: dict[str, Any] = {
            "lessons": len(self.examples),
            "labels": dict(Counter(self.labels.tolist())),
            "report": _report_figures(truth, chance[judged], thresholds),
            "report_by_writer": {
                writer: _report_figures(
                    self.is_report[self.writer == writer],
                    chance[self.writer == writer],
                    thresholds,
                )
                for writer in self.writers
            },
            "intent_macro_f1": self._f1(alone, in_talk),
        }
        self.tell("categories")
        words, figures["category"] = self._categories()
        self.tell("urgency")
        danger, figures["danger"] = self._dangers()
        thresholds["danger"] = danger
        self.tell("the gate")
        thresholds["gate"], figures["gate"] = self._gate()
        self.tell("all together")
        file = self._file(
            around, words, calibration, thresholds, _kept(figures)
        )
        return Taught(file, figures)

    def _all(self) -> np.ndarray:
        return np.ones(len(self.examples), dtype=bool)

    def _left_out(
        self, head: str, numbers: np.ndarray, used: np.ndarray
    ) -> np.ndarray:
        """Return logs of chances by models that hadn't read the writer."""
        truth = self._truth(head)
        classes = sorted(set(truth[used]))
        found = np.zeros((len(self.examples), len(classes)))
        for writer in self.writers:
            self.tell(f"without {writer}")
            held = self.writer == writer
            fitted = _Fitted(
                head, self._some(used & ~held), numbers[used & ~held],
                truth[used & ~held],
            )  # fmt: skip
            found[held] = fitted.logs(self._some(held), numbers[held])
        return found

    def _some(self, which: np.ndarray) -> list[str]:
        return [self.texts[at] for at in np.flatnonzero(which)]

    def _truth(self, head: str) -> np.ndarray:
        if head == CATEGORY:
            return self.category
        return self.urgency if head == URGENCY else self.labels

    def _around(self, logs: np.ndarray) -> np.ndarray:
        """Return the numbers of the talk around each lesson."""
        heard: dict[tuple[str, str], list[Heard]] = defaultdict(list)
        by_line: dict[tuple[str, int], Heard] = {}
        rows = []
        for at, one in enumerate(self.examples):
            lesson = one.lesson
            chances = dict(zip(LABELS, np.exp(logs[at]), strict=True))
            if not one.writer:
                chances = dict.fromkeys(LABELS, 0.0)
                rows.append(talk.numbers("", chances, talk.NOTHING))
                continue
            said = heard[one.writer, lesson.group]
            quoted = lesson.reply_to
            rows.append(
                talk.numbers(
                    one.seen.folded,
                    chances,
                    Around(
                        tuple(said[-talk.NEAR :]),
                        lesson.sender,
                        lesson.sender,
                        by_line.get((one.writer, quoted or 0)),
                        quoted is not None,
                    ),
                )
            )
            said.append(
                Heard(
                    str(lesson.line),
                    lesson.sender,
                    lesson.sender,
                    chances,
                    talk.pairs(one.seen.folded),
                    _LONG_AGO,
                )
            )
            by_line[one.writer, lesson.line] = said[-1]
        return np.array(rows)

    def _f1(self, alone: np.ndarray, in_talk: np.ndarray) -> float:
        judged = self.is_talk
        best = (alone + in_talk)[judged].argmax(1)
        said = np.array(LABELS)[best]
        return _round(f1_score(self.labels[judged], said, average="macro"))

    def _categories(self) -> tuple[float, dict[str, Any]]:
        used = self.category != ""
        logs = self._left_out(CATEGORY, self._none(), used)
        classes = sorted(set(self.category[used]))
        words = np.array(
            [
                [
                    one.words.get(CategoryId(category), 0.0)
                    for category in classes
                ]
                for one in self.examples
            ]
        )
        judged = self.is_talk & self.is_report
        truth = self.category[judged]

        def said(loud: float) -> np.ndarray:
            scores = logs + loud * words
            found: np.ndarray = np.array(classes)[scores[judged].argmax(1)]
            return found

        right = {loud: float((said(loud) == truth).mean()) for loud in _WORDS}
        highest = max(right.values())
        # as loud as does no harm: the pack's words are the community's will
        best = max(one for one in right if right[one] >= highest - _HARM)
        return best, {
            "accuracy": _round(right[best]),
            "by_characters_alone": _round(right[0.0]),
            "macro_f1": _round(f1_score(truth, said(best), average="macro")),
        }

    def _dangers(self) -> tuple[float, dict[str, Any]]:
        used = self.is_report
        logs = self._left_out(URGENCY, self.numbers, used)
        judged = self.is_talk & used
        danger = sorted(set(self.urgency[used])).index("danger")
        truth = self.urgency[judged] == "danger"
        chance = np.exp(logs[judged, danger])
        _, recall, at = precision_recall_curve(truth, chance)
        enough = recall[:-1] >= _DANGER_RECALL
        threshold = float(at[enough].max())
        told = chance >= threshold
        return threshold, {
            "average_precision": _round(
                average_precision_score(truth, chance)
            ),
            "recall": _round((told & truth).sum() / truth.sum()),
            "precision": _round((told & truth).sum() / told.sum()),
        }

    def _gate(self) -> tuple[float, dict[str, float]]:
        logs = self._left_out(GATE, self._none(), self._all())
        chance = np.exp(logs[:, LABELS.index("report")])
        told = self.is_talk & self.is_report
        threshold = float(np.quantile(chance[told], _GATE_LOSS))
        talk = self.is_talk & (self.labels == "chatter")
        return threshold, {
            "reports_lost": _round((chance[told] < threshold).mean()),
            "chatter_let_out": _round((chance[talk] < threshold).mean()),
        }

    def _none(self) -> np.ndarray:
        return np.zeros((len(self.examples), 0))

    def _file(
        self,
        around: np.ndarray,
        words: float,
        calibration: dict[str, tuple[float, float]],
        thresholds: dict[str, float],
        figures: dict[str, float],
    ) -> ModelFile:
        vocabulary = _vectors().fit(self.texts)
        pieces = vocabulary.get_feature_names_out().tolist()
        rarity = vocabulary.idf_
        columns, heads = [], []
        for head, numbers, used in (
            (MESSAGE, self.numbers, self._all()),
            (IN_TALK, np.hstack([self.numbers, around]), self.is_talk),
            (GATE, self._none(), self._all()),
            (CATEGORY, self._none(), self.category != ""),
            (URGENCY, self.numbers, self.is_report),
        ):
            self.tell(head)
            fitted = _Fitted(
                head, self._some(used), numbers[used],
                self._truth(head)[used], vocabulary,
            )  # fmt: skip
            table, scale = _bytes(fitted.weights * rarity)
            columns.append(table)
            heads.append(
                HeadTable(
                    name=head,
                    classes=tuple(fitted.classes),
                    scale=tuple(scale),
                    bias=tuple(_short(fitted.bias)),
                    numbers=tuple(tuple(_short(r)) for r in fitted.numbers),
                )
            )
        step = float((rarity**2).max() / 255)
        columns.append(np.round(rarity**2 / step).astype(np.uint8)[:, None])
        rows = np.hstack(columns).tobytes()
        joined = "\0".join(pieces)
        digest = hashlib.sha256(joined.encode() + rows).hexdigest()[:8]
        return ModelFile(
            format=FORMAT,
            version=f"{len(self.examples)}-{digest}",
            numbers=tuple(reading.names()),
            heads=tuple(heads),
            pieces=joined,
            table=rows,
            rarity=step,
            category_words=words,
            calibration=calibration,
            thresholds=thresholds,
            figures=figures,
        )


class _Fitted:
    """One head's weights, found by logistic regression."""

    def __init__(
        self,
        head: str,
        texts: Sequence[str],
        numbers: np.ndarray,
        truth: np.ndarray,
        vocabulary: TfidfVectorizer | None = None,
    ) -> None:
        self._vectors = vocabulary or _vectors().fit(texts)
        own = len(reading.names())
        self._loud = np.full(numbers.shape[1], _NUMBERS)
        self._loud[own:] = _AROUND
        self._found = LogisticRegression(
            C=5.0 if head == IN_TALK else 10.0,
            class_weight="balanced",
            max_iter=2000,
        ).fit(self._rows(texts, numbers), truth)
        self.classes = self._found.classes_.tolist()
        pieces = len(self._vectors.vocabulary_)
        self.weights = self._found.coef_[:, :pieces]
        self.numbers = self._found.coef_[:, pieces:] * self._loud
        self.bias = self._found.intercept_

    def logs(self, texts: Sequence[str], numbers: np.ndarray) -> np.ndarray:
        found: np.ndarray = self._found.predict_log_proba(
            self._rows(texts, numbers)
        )
        return found

    def _rows(
        self, texts: Sequence[str], numbers: np.ndarray
    ) -> sparse.csr_matrix:
        return sparse.hstack(
            [
                self._vectors.transform(texts),
                sparse.csr_matrix(numbers * self._loud),
            ]
        ).tocsr()


def _vectors() -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer=_sorted_pieces,
        binary=True,
        min_df=_RARE,
        max_features=_PIECES,
    )


def _sorted_pieces(folded: str) -> list[str]:
    return sorted(pieces_of(folded))


def _calibrated(score: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    found = LogisticRegression(C=1e6).fit(score[:, None], truth)
    return float(found.coef_[0][0]), float(found.intercept_[0])


def _odds(logs: np.ndarray) -> np.ndarray:
    """Return the log odds of a report."""
    at = LABELS.index("report")
    chance = np.clip(np.exp(logs[:, at]), 1e-9, 1 - 1e-9)
    odds: np.ndarray = np.log(chance / (1 - chance))
    return odds


def _from(truth: np.ndarray, chance: np.ndarray, precision: float) -> float:
    """Return the lowest chance from which so many of those above are true."""
    right, _, at = precision_recall_curve(truth, chance)
    return float(at[right[:-1] >= precision].min())


def _report_figures(
    truth: np.ndarray, chance: np.ndarray, thresholds: dict[str, float]
) -> dict[str, float]:
    right, recall, _ = precision_recall_curve(truth, chance)
    acts = chance >= thresholds["act"]
    asks = chance >= thresholds["ask"]
    return {
        "average_precision": _round(average_precision_score(truth, chance)),
        "recall_at_precision_95": _round(recall[right >= _PRECISE].max()),
        "act_precision": _round(truth[acts].mean() if acts.any() else 1.0),
        "act_recall": _round((truth & acts).sum() / truth.sum()),
        "act_or_ask_recall": _round((truth & asks).sum() / truth.sum()),
    }


def _bytes(weights: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Return weights as bytes round 128, a row a piece, and their steps."""
    most = np.percentile(np.abs(weights), _CLIP, axis=1)
    scale = np.maximum(most, 1e-6) / _BYTE
    steps = np.clip(np.round(weights / scale[:, None]), -_BYTE, _BYTE)
    return (steps + _BYTE + 1).astype(np.uint8).T, _short(scale)


def _short(values: Iterable[float]) -> list[float]:
    return [float(f"{value:.6g}") for value in values]


def _round(value: SupportsFloat) -> float:
    return round(float(value), 4)


def _kept(figures: dict[str, Any]) -> dict[str, float]:
    """Return the figures by which one model is better than another."""
    return {
        "report.average_precision": figures["report"]["average_precision"],
        "report.recall_at_precision_95": figures["report"][
            "recall_at_precision_95"
        ],
        "intent.macro_f1": figures["intent_macro_f1"],
        "category.accuracy": figures["category"]["accuracy"],
        "danger.average_precision": figures["danger"]["average_precision"],
    }
