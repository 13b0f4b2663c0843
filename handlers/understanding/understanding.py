"""What a group message means, by rules and the pack's words.

``judge`` keeps silent unless a message clearly reports something: trouble
in words that any town shares (``cues.toml``), about a thing that the pack
names, at a place, now. What is over, imagined, elsewhere, sold, announced
or said in anger stays out.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from config.pack.values import Community
from config.terms import CategoryId, GridId, Urgency
from handlers.understanding.cues import general
from handlers.understanding.evidence import (
    ACT,
    ASK,
    danger,
    plain,
    present,
    stirs,
    troubles,
    weigh,
)
from handlers.understanding.lexicon import Lexicon
from handlers.understanding.meaning import Intent, Meaning, Place, Sure
from handlers.understanding.place import Gazetteer
from handlers.understanding.tagger import BadModel, Tagger, shipped
from handlers.understanding.text import fold

T = TypeVar("T")

_READ = 1000
"""Characters; what a longer text reports, it says by then."""
_SPREAD = 2 / 5
"""More blanks than this part characters, not clauses: 电 梯 坏 了."""
_SILENT = Meaning(intent=Intent.TALK, sure=Sure.NO)
_ASKED = Meaning(intent=Intent.QUESTION, sure=Sure.ACT)
_WONDERED = Meaning(intent=Intent.QUESTION, sure=Sure.NO)
"""A question by its form alone: of us, of neighbours, or of nobody."""
_QUARREL = Meaning(intent=Intent.QUARREL, sure=Sure.NO)
_WISH = Meaning(intent=Intent.WISH, sure=Sure.NO)
_THANKS = Meaning(intent=Intent.THANKS, sure=Sure.NO)
_OTHER = CategoryId("other")


class Understanding:
    """A community's ear: pure, built once, shared by all handlers."""

    def __init__(self, community: Community) -> None:
        self._cues = general()
        self._things = Lexicon(
            (word, category.id)
            for category in community.categories
            for word in (*category.words, *category.names.values())
        )
        self._dangers = Lexicon((word, True) for word in community.danger)
        self._danger_words = tuple(
            word.lower() for word in community.danger if "…" not in word
        )
        self._places = Gazetteer(community, self._cues.places, _tagger())
        ids = [category.id for category in community.categories]
        self._fallback = _OTHER if _OTHER in ids or not ids else ids[-1]
        self._minded: dict[str, dict[Hashable, Any]] = {}

    def mind(self, text: str) -> None:
        """Judge a text once, however often it is asked about, till ``let``."""
        self._minded.setdefault(text, {})

    def let(self, text: str) -> None:
        """Forget a text that was minded."""
        self._minded.pop(text, None)

    def _once(self, text: str, asked: Hashable, judged: Callable[[], T]) -> T:
        known = self._minded.get(text)
        if known is None:
            return judged()
        if asked not in known:
            known[asked] = judged()
        found: T = known[asked]
        return found

    def judge(
        self,
        text: str,
        *,
        photos: int = 0,
        addressed: bool = False,
    ) -> Meaning:
        """Return what a group message means and what may be done unasked."""
        return self._once(
            text,
            (photos, addressed),
            lambda: self._judge(text, photos=photos, addressed=addressed),
        )

    def _judge(self, text: str, *, photos: int, addressed: bool) -> Meaning:
        folded = _read(text)
        if not stirs(folded, self._cues):
            return self._talk(folded, addressed=addressed)
        folded = plain(folded, self._cues)
        told = troubles(folded, self._cues)
        if not told:
            return self._talk(folded, addressed=addressed)
        glimpsed = self._places.glance(text[:_READ])
        weight = weigh(
            folded,
            told,
            self._cues,
            thing=max(self._longest(trouble.text) for trouble in told),
            place=glimpsed,
            photos=photos,
            addressed=addressed,
        )
        if weight < ASK:
            return self._talk(folded, addressed=addressed)
        return Meaning(
            intent=Intent.REPORT,
            sure=Sure.ACT if weight >= ACT else Sure.ASK,
            category=self.category(text)[0],
            place=self.place(text),
            urgency=self.urgency(text),
        )

    def _talk(self, folded: str, *, addressed: bool) -> Meaning:
        """Return what a message is that reports nothing."""
        cues = self._cues
        asks = cues.asks.search(folded) is not None
        if asks and cues.notice.search(folded):
            return _SILENT
        for meaning, pattern in (
            (_QUARREL, cues.quarrel),
            (_WISH, cues.wish),
        ):
            if pattern.search(folded):
                return meaning
        sells = cues.advert.search(folded) is not None
        if asks and not sells:
            return _ASKED
        if cues.thanks.search(folded) or cues.praise.search(folded):
            return _THANKS
        if addressed and self._longest(folded):
            return Meaning(intent=Intent.REPORT, sure=Sure.ASK)
        wonders = not sells and cues.wonders.search(folded) is not None
        return _WONDERED if wonders else _SILENT

    def _longest(self, folded: str) -> int:
        """Return the length of the longest word that the pack names."""
        return max(
            (hit.length for hit in self._things.find(folded)), default=0
        )

    def category(self, text: str) -> tuple[CategoryId, float]:
        """Return the best category and how far it leads, from 0 to 1."""
        return self._once(text, "category", lambda: self._category(text))

    def _category(self, text: str) -> tuple[CategoryId, float]:
        scores: dict[CategoryId, float] = defaultdict(float)
        for hit in self._things.find(_read(text)):
            for category in hit.values:
                scores[category] += hit.length / len(hit.values)
        if not scores:
            return self._fallback, 0.0
        best = max(scores, key=scores.__getitem__)
        return best, scores[best] / sum(scores.values())

    def smells_of_danger(self, text: str) -> bool:
        """Whether a word of danger is there at all, asked or denied too."""
        lowered = text.lower()
        return (
            any(word in lowered for word in self._danger_words)
            or self._cues.cries.search(lowered) is not None
            or self.is_violent(text)
        )

    def greets(self, text: str) -> bool:
        """Whether it is nothing but a greeting, or asks who we are."""
        return self._cues.greets.search(fold(text[:_READ])) is not None

    def inquires(self, text: str) -> bool:
        """Whether somebody asks after what they reported."""
        return self._cues.inquires.search(fold(text[:_READ])) is not None

    def is_violent(self, text: str) -> bool:
        """Whether people hurt people, here and now."""
        folded = plain(_read(text), self._cues)
        return any(
            self._cues.violence.search(told)
            for _, told in present(folded, self._cues)
        )

    def urgency(self, text: str) -> Urgency:
        """Return how fast somebody must be told, by what the text says."""
        return self._once(text, "urgency", lambda: self._urgency(text))

    def _urgency(self, text: str) -> Urgency:
        folded = plain(_read(text), self._cues)
        if danger(folded, self._dangers, self._cues):
            return Urgency.DANGER
        if self._cues.urgent.search(folded):
            return Urgency.URGENT
        return Urgency.ROUTINE

    def place(
        self,
        text: str,
        *,
        home: str = "",
        grid: GridId | None = None,
    ) -> Place | None:
        """Return where the text says it is, ``None`` if it doesn't say.

        ``home`` is the speaker's building and counts when the words lean
        on it ("我家", "3单元"); ``grid`` is that of the chat, and yields to
        the grid that owns what is named.
        """
        return self._places.find(text[:_READ], home=home, grid=grid)


def _tagger() -> Tagger | None:
    """Return what finds the words of a place; without it patterns do."""
    try:
        return shipped()
    except BadModel:
        return None


def _read(text: str) -> str:
    """Fold the part that is read; blanks between all characters go."""
    folded = fold(text[:_READ])
    if folded.count(" ") > _SPREAD * len(folded):
        return folded.replace(" ", "")
    return folded
