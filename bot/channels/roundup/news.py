"""What people change in a tracker: looked for, told once, newest state.

It goes by state, not by event: an issue is news if it stands elsewhere, or
a person has said something else last, than the core was told. So a look
may be missed or made twice, and what we ourselves change is no news.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.channels.channel import Receive
from bot.channels.roundup.rest import Item
from bot.channels.roundup.tracker import (
    State,
    Tracker,
    author_of,
    id_of,
    ids_of,
    moment,
    remember,
)
from config.terms import ChatKind
from storage.messages import Chat, OrderChanged, Sender

LOOK_BACK = timedelta(days=30)
"""How far the first look goes; the core knows what it has seen."""
OVERLAP = timedelta(minutes=10)
"""Each look covers the end of the one before, against skew and races."""
WORDS = 2000
PORTION = 100
"""Changes handed over together: what is handed over is told, though a
later request of the same look may fail."""


class News:
    """Looks for changes and hands them over."""

    def __init__(self, tracker: Tracker, channel: str) -> None:
        self._tracker = tracker
        self._channel = channel
        self._looked: dict[str, Item] = {}
        self._since: datetime | None = None

    async def look(self, receive: Receive) -> None:
        """Hand over what has changed; if that fails, it is found again."""
        tracker = self._tracker
        await tracker.meet()
        until = tracker.clock()
        since = self._since or until - LOOK_BACK
        issues = await tracker.rest.search(
            "issue",
            # digits alone are UTC; with dashes they'd be the user's zone
            activity=f"from {since:%Y%m%d%H%M%S}",
            creator=tracker.me,
            fields="title,status,activity,actor,messages",
        )
        changed = [it for it in issues if self._looked.get(id_of(it)) != it]
        changed.sort(key=lambda it: str(it.get("activity")))
        notes = await tracker.notes_since(since) if changed else {}
        for start in range(0, len(changed), PORTION):
            portion = changed[start : start + PORTION]
            await self._tell(portion, notes, receive)
        self._looked = {id_of(issue): issue for issue in issues}
        self._since = until - OVERLAP

    async def _tell(
        self,
        changed: list[Item],
        notes: Mapping[str, Item],
        receive: Receive,
    ) -> None:
        tracker = self._tracker
        news: dict[str, State] = {}
        letters: list[OrderChanged] = []
        for issue in changed:
            state, words = await self._state(issue, notes)
            if tracker.states.get(id_of(issue)) == state:
                continue
            news[id_of(issue)] = state
            reference = await tracker.reference(issue, notes)
            if reference:
                change = await self._change(issue, reference, state, words)
                letters.append(change)
        if letters:
            await receive(letters)
        for name, state in news.items():
            remember(tracker.states, name, state)

    async def _state(
        self, issue: Item, notes: Mapping[str, Item]
    ) -> tuple[State, str]:
        """Return where the issue stands, and the latest words of a person."""
        tracker = self._tracker
        status = str(issue.get("status") or "")
        known = tracker.states.get(id_of(issue))
        for message in sorted(
            ids_of(issue, "messages"), key=int, reverse=True
        ):
            if known and message == known.message:
                return State(status, message), ""
            note = notes.get(message)
            if note is not None and author_of(note) == tracker.me:
                continue
            said = await tracker.message(message)
            if author_of(said) != tracker.me:
                words = str(said.get("content") or "").strip()
                return State(status, message), words[:WORDS]
        return State(status, ""), ""

    async def _change(
        self, issue: Item, reference: str, state: State, words: str
    ) -> OrderChanged:
        activity = str(issue.get("activity", ""))
        version = f"{activity}/{state.status}/{state.message}"
        return OrderChanged(
            channel=self._channel,
            account=self._tracker.user,
            chat=Chat(self._channel, reference, ChatKind.ORDERS),
            sender=Sender(self._channel, str(issue.get("actor") or "")),
            id=version,
            at=moment(activity),
            order=id_of(issue),
            status=await self._tracker.word(state.status),
            version=version,
            words=words,
            message=state.message,
        )
