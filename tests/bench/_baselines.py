"""What a day's work reaches by labels: the bar for understanding.

TF-IDF of one to three characters with logistic regression, learned from the
lessons of the project and from nothing else.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from config.pack.values import Community
from handlers.understanding import lessons
from handlers.understanding.lessons import Lesson
from handlers.understanding.meaning import Sure
from tests.bench._groupchat import Message
from tests.bench._likeness import Cosine
from tests.bench._readers import Heard
from tests.bench._scores import least

ACT_PRECISION = 0.97
ASK_PRECISION = 0.80
"""What the thresholds reach on each writer's lessons, the others learned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Models, and from which chance on something is done."""

    intent: Pipeline
    category: Pipeline
    danger: Pipeline
    act: float
    ask: float


class Ngrams(Cosine):
    """Character TF-IDF, with logistic regression where there are labels."""

    def __init__(
        self, community: Community, models: Learned | None = None
    ) -> None:
        super().__init__(community)
        self._learned = models or learned()

    def hear(self, messages: Sequence[Message]) -> list[Heard]:
        """Judge each by itself."""
        if not messages:
            return []
        texts = [m.text for m in messages]
        model = self._learned.intent
        labels = [str(label) for label in model.classes_]
        dangers = self._learned.danger.predict(texts)
        heard = []
        for chances, danger in zip(
            model.predict_proba(texts), dangers, strict=True
        ):
            chance = float(chances[labels.index("report")])
            done = Sure.NO
            if chance >= self._learned.ask:
                done = Sure.ASK
            if chance >= self._learned.act:
                done = Sure.ACT
            heard.append(
                Heard(
                    label=labels[int(chances.argmax())],
                    score=chance,
                    done=done,
                    alarm=bool(danger),
                )
            )
        return heard

    def category(self, text: str) -> str:
        """Return the likeliest."""
        return str(self._learned.category.predict([text])[0])

    def is_danger(self, text: str) -> bool:
        """Tell danger from the rest of the reports."""
        return bool(self._learned.danger.predict([text])[0])

    def place(self, message: Message) -> str | None:
        """Find none: n-grams know no places."""
        return None


def learn(texts: Sequence[str], labels: Sequence[str]) -> Callable[[str], str]:
    """Learn categories by examples."""
    model = classifier().fit(texts, labels)
    return lambda text: str(model.predict([text])[0])


def model_mb() -> float:
    """Return the size of what n-grams learned from the lessons."""
    return len(pickle.dumps(learned())) / 2**20


@cache
def learned() -> Learned:
    """Learn from all lessons, once."""
    return learn_from({name: lessons.talk(name) for name in lessons.talks()})


def learn_from(by_writer: Mapping[str, Sequence[Lesson]]) -> Learned:
    """Learn from lessons; thresholds with each writer left out once."""
    every = [one for talk in by_writer.values() for one in talk]
    reports = [one for one in every if one.label == "report"]
    left_out: list[tuple[float, bool]] = []
    for name, talk in by_writer.items():
        others = [
            one
            for other, said in by_writer.items()
            for one in said
            if other != name
        ]
        model = _intent(others)
        at = [*model.classes_].index("report")
        chances = model.predict_proba([one.text for one in talk])[:, at]
        left_out += [
            (float(chance), one.label == "report")
            for chance, one in zip(chances, talk, strict=True)
        ]
    texts = [one.text for one in reports]
    return Learned(
        intent=_intent(every),
        category=classifier().fit(texts, [one.category for one in reports]),
        danger=classifier().fit(
            texts, [one.urgency == "danger" for one in reports]
        ),
        act=least(left_out, ACT_PRECISION),
        ask=least(left_out, ASK_PRECISION),
    )


def classifier() -> Pipeline:
    """Return TF-IDF of characters before a logistic regression.

    One label against the rest, by a solver that keeps to one thread.
    """
    return make_pipeline(
        TfidfVectorizer(
            analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2
        ),
        OneVsRestClassifier(LogisticRegression(C=10, solver="liblinear")),
    )


def _intent(said: Sequence[Lesson]) -> Pipeline:
    return classifier().fit(
        [one.text for one in said], [one.label for one in said]
    )
