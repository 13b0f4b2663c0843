"""What a group message means, by a model, rules and the pack's words.

``judge`` keeps silent unless a message clearly reports something: wrong,
here and now, for somebody else to mend. What is over, imagined, elsewhere,
sold, announced or said in anger stays out. The model learnt that from the
lessons; where it doesn't know the language, or can't be read, the rules of
``evidence`` decide alone.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from config.pack.values import Community
from config.terms import CategoryId, GridId, Urgency
from handlers.understanding import talk
from handlers.understanding.evidence import ACT, ASK, plain, present
from handlers.understanding.learnt import Judged, Learnt
from handlers.understanding.meaning import Intent, Meaning, Place, Sure
from handlers.understanding.model import Model
from handlers.understanding.reading import (
    READ,
    Reader,
    Reading,
    is_han,
    shown,
)
from handlers.understanding.talk import NOTHING, Around
from handlers.understanding.text import fold

T = TypeVar("T")

_SILENT = Meaning(intent=Intent.TALK, sure=Sure.NO)
_ASKED = Meaning(intent=Intent.QUESTION, sure=Sure.ACT)
_WONDERED = Meaning(intent=Intent.QUESTION, sure=Sure.NO)
"""A question by its form alone: of us, of neighbours, or of nobody."""
_QUARREL = Meaning(intent=Intent.QUARREL, sure=Sure.NO)
_WISH = Meaning(intent=Intent.WISH, sure=Sure.NO)
_THANKS = Meaning(intent=Intent.THANKS, sure=Sure.NO)
_OTHER = CategoryId("other")
_ADDRESSED = 4
"""What a mention adds to the weight of the rules."""
_TOLD = 0.5
"""Chance of a report from which to act on what is said to us."""
_SUSPECTED = 0.12
"""And from which to ask; said to nobody, the thresholds are the model's."""
_TRUST = 0.45
"""Chance of a report from which the word of the rules is taken,"""
_DOUBT = 0.04
"""and from which it is worth a question."""
_INTENTS = {
    "ad": Intent.AD,
    "chatter": Intent.TALK,
    "followup": Intent.FOLLOWUP,
    "offer": Intent.OFFER,
    "quarrel": Intent.QUARREL,
    "question": Intent.QUESTION,
    "report": Intent.REPORT,
    "wish": Intent.WISH,
}


class Understanding:
    """A community's ear: pure, built once, shared by all handlers.

    Without a ``model`` the rules decide alone.
    """

    def __init__(self, community: Community, model: Model | None) -> None:
        self._reader = Reader(community)
        self._cues = self._reader.cues
        self._learnt = Learnt(community, model) if model else None
        self._danger_words = tuple(
            word.lower() for word in community.danger if "…" not in word
        )
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
        around: Around = NOTHING,
    ) -> Meaning:
        """Return what a group message means and what may be done unasked.

        ``around`` is the talk before it, if there is any.
        """
        talked = tuple(heard.id for heard in around.before[-talk.NEAR :])
        return self._once(
            text,
            (photos, addressed, talked, around.sender, around.quotes),
            lambda: self._judge(
                text, photos=photos, addressed=addressed, around=around
            ),
        )

    def overhear(
        self, text: str, *, photos: int = 0
    ) -> tuple[Mapping[str, float], frozenset[str]]:
        """Return what the window remembers of a message.

        What it is by itself, and its pairs of characters.
        """
        folded = shown(text)
        if self._learnt is None or not is_han(folded):
            return talk.UNKNOWN, talk.pairs(folded)
        if not photos and self._is_plain_talk(self._learnt, text, folded):
            chances = self._gate(self._learnt, text, folded)
        else:
            chances = self._alone(self._learnt, self._read(text, photos))
        return chances, talk.pairs(folded)

    def _judge(
        self, text: str, *, photos: int, addressed: bool, around: Around
    ) -> Meaning:
        folded = shown(text)
        learnt = self._learnt
        if learnt is None or not is_han(folded):
            return self._by_rules(
                self._read(text, photos), addressed=addressed
            )
        plain_talk = not (addressed or photos) and self._is_plain_talk(
            learnt, text, folded
        )
        if plain_talk:
            return _SILENT
        seen = self._read(text, photos)
        heard = learnt.in_talk(seen, self._alone(learnt, seen), around)
        sure = self._sure(seen, heard, addressed=addressed)
        if sure is not Sure.NO:
            return self._report(seen, sure, heard.chance)
        by_form = self._talk(seen, addressed=addressed)
        intent = _INTENTS[heard.label]
        if by_form.intent is not Intent.TALK or intent is Intent.REPORT:
            return replace(by_form, chance=heard.chance)
        return Meaning(
            intent=intent,
            sure=Sure.NO,
            chance=heard.chance,
            about=_about(folded, around)
            if intent is Intent.FOLLOWUP
            else None,
        )

    def _is_plain_talk(self, learnt: Learnt, text: str, folded: str) -> bool:
        """Let obvious talk out by its characters alone."""
        return learnt.is_plain_talk(
            self._gate(learnt, text, folded)
        ) and not any(self._reader.dangers.find(folded))

    def _gate(
        self, learnt: Learnt, text: str, folded: str
    ) -> Mapping[str, float]:
        return self._once(text, "gate", lambda: learnt.gate(folded))

    def _alone(self, learnt: Learnt, seen: Reading) -> Mapping[str, float]:
        return self._once(
            seen.text, ("alone", seen.photos), lambda: learnt.alone(seen)
        )

    def _read(self, text: str, photos: int) -> Reading:
        return self._once(
            text,
            ("read", photos),
            lambda: self._reader.read(text, photos=photos),
        )

    def _sure(self, seen: Reading, heard: Judged, *, addressed: bool) -> Sure:
        weight, act, ask = seen.weight, heard.act, heard.ask
        trust, doubt = _TRUST, _DOUBT
        if addressed or seen.danger:
            # who speaks to us reports; and a life is worth a wrong question
            act, ask, trust, doubt = _TOLD, _SUSPECTED, 0.0, 0.0
        if addressed:
            weight += _ADDRESSED
        by_rules = weight >= ACT and heard.chance >= trust
        by_model = heard.label == "report" and heard.chance >= act
        if (by_rules or by_model) and not self._gainsaid(seen):
            return Sure.ACT
        if heard.chance >= ask or (weight >= ASK and heard.chance >= doubt):
            return Sure.ASK
        return Sure.NO

    def _gainsaid(self, seen: Reading) -> bool:
        """Whether its form is that of something else, however it sounds.

        A wrong act costs more than a question.
        """
        cues = self._cues
        return any(
            cue.search(seen.plain)
            for cue in (cues.lost, cues.praise, cues.notice, cues.wish)
        )

    def _by_rules(self, seen: Reading, *, addressed: bool) -> Meaning:
        weight = seen.weight + (_ADDRESSED if addressed else 0)
        if not seen.told or weight < ASK:
            return self._talk(seen, addressed=addressed)
        sure = Sure.ACT if weight >= ACT else Sure.ASK
        return self._report(seen, sure, 0.0)

    def _report(self, seen: Reading, sure: Sure, chance: float) -> Meaning:
        return Meaning(
            intent=Intent.REPORT,
            sure=sure,
            category=self.category(seen.text)[0],
            place=self.place(seen.text),
            urgency=self._urgency(seen),
            chance=chance,
        )

    def _talk(self, seen: Reading, *, addressed: bool) -> Meaning:
        """Return what a message that reports nothing is by its form."""
        cues, folded = self._cues, seen.plain
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
        if addressed and self._reader.longest(folded):
            return Meaning(intent=Intent.REPORT, sure=Sure.ASK)
        wonders = not sells and cues.wonders.search(folded) is not None
        return _WONDERED if wonders else _SILENT

    def category(self, text: str) -> tuple[CategoryId, float]:
        """Return the best category and how far it leads, from 0 to 1."""
        return self._once(text, "category", lambda: self._category(text))

    def _category(self, text: str) -> tuple[CategoryId, float]:
        folded = shown(text)
        scores = self._reader.words(folded)
        if self._learnt is not None and is_han(folded):
            return self._learnt.category(folded, scores)
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
        return self._cues.greets.search(fold(text[:READ])) is not None

    def inquires(self, text: str) -> bool:
        """Whether somebody asks after what they reported."""
        return self._cues.inquires.search(fold(text[:READ])) is not None

    def is_violent(self, text: str) -> bool:
        """Whether people hurt people, here and now."""
        folded = plain(shown(text), self._cues)
        return any(
            self._cues.violence.search(told)
            for _, told in present(folded, self._cues)
        )

    def urgency(self, text: str) -> Urgency:
        """Return how fast somebody must be told, by what the text says."""
        return self._once(
            text, "urgency", lambda: self._urgency(self._read(text, 0))
        )

    def _urgency(self, seen: Reading) -> Urgency:
        if seen.danger or self._sounds_dangerous(seen):
            return Urgency.DANGER
        if self._cues.urgent.search(seen.plain):
            return Urgency.URGENT
        return Urgency.ROUTINE

    def _sounds_dangerous(self, seen: Reading) -> bool:
        """Whether it is danger by its meaning: 臭鸡蛋味 as much as 煤气味."""
        if self._learnt is None or not is_han(seen.folded):
            return False
        chances = self._alone(self._learnt, seen)
        return chances["report"] > max(
            chances["chatter"], chances["question"]
        ) and self._learnt.is_danger(seen)

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
        return self._reader.places.find(text[:READ], home=home, grid=grid)


def _about(folded: str, around: Around) -> str | None:
    """Return the message of the talk that an addition belongs to."""
    raised = [one for one in around.before if one.is_matter]
    if around.quoted is not None and around.quoted.is_matter:
        return around.quoted.id
    if not raised:
        return None
    own = talk.pairs(folded)
    last = len(raised) - 1
    return max(
        enumerate(raised),
        key=lambda pair: len(own & pair[1].pairs) - (last - pair[0]),
    )[1].id
