"""Each community's FAQ, ready to be searched until it changes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from config.pack.values import Community, Entry
from config.terms import CommunityId
from handlers.understanding.retrieval import Retrieval


@dataclass(eq=False)
class Shelf:
    """What was read from the database last, and when it had changed."""

    lacks_meaning: Callable[[Retrieval], None] = lambda _retrieval: None
    """Told of an FAQ that was searched by words alone."""
    _kept: dict[CommunityId, tuple[datetime | None, Retrieval]] = field(
        default_factory=dict
    )

    def at_hand(self, community: Community) -> Retrieval:
        """Return the index as it was seen last; the pack's own before that.

        It may be a moment old: good enough to tell a question from talk.
        """
        if community.id not in self._kept:
            self._kept[community.id] = (
                None,
                Retrieval(community.faq, self.lacks_meaning),
            )
        return self._kept[community.id][1]

    def communities(self) -> list[CommunityId]:
        """Return the communities whose FAQ has been searched."""
        return list(self._kept)

    def current(
        self,
        community: Community,
        changed_at: datetime | None,
        load: Callable[[], Iterable[Entry]],
    ) -> Retrieval:
        """Return the index as of ``changed_at``, loading it if it is not."""
        known = self._kept.get(community.id)
        if known is None:
            known = (changed_at, Retrieval(load(), self.lacks_meaning))
        elif known[0] != changed_at:
            known[1].become(load())
            known = (changed_at, known[1])
        self._kept[community.id] = known
        return known[1]
