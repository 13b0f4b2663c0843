"""The far side of a platform and of time: each once, and strict."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.channels.channel import Can, Finding, Later, Limits, Never, Receive
from storage.messages import (
    AnswerPress,
    Edit,
    Outgoing,
    Photo,
    Say,
)


@dataclass(eq=False)
class FakeClock:
    """Time that goes on only when told."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def passes(self, span: timedelta) -> None:
        assert span >= timedelta(0)
        self.now += span


@dataclass(frozen=True)
class Heard:
    """What the platform shows in a chat."""

    id: str
    key: str
    outgoing: Say


@dataclass(eq=False)
class FakeChannel:
    """A platform that keeps the truth of what was said, and may fail."""

    name: str = "town"
    can: Can = field(
        default_factory=lambda: Can(
            buttons=True, edits=True, replies=True, private=True
        )
    )
    limits: Limits = field(
        default_factory=lambda: Limits(text=4000, photo_bytes=10_000_000)
    )
    pictures: dict[str, bytes] = field(default_factory=dict)
    said: list[Heard] = field(default_factory=list)
    answers: list[AnswerPress] = field(default_factory=list)
    others: list[Outgoing] = field(default_factory=list)
    failures: deque[Exception] = field(default_factory=deque)
    """Raised by the next sends, one each, before anything is shown."""
    refusals: defaultdict[str, deque[Exception]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    """The same by chat."""
    outage: bool = False
    tried: list[tuple[str, str]] = field(default_factory=list)
    """Chat and key of each send."""
    receive: Receive | None = None

    async def check(self) -> list[Finding]:
        return [Finding(ok=True, words="a town")]

    async def run(self, receive: Receive) -> None:
        self.receive = receive

    async def send(self, outgoing: Outgoing, key: str) -> str:
        address = outgoing.chat.address
        self.tried.append((address, key))
        if self.outage:
            raise Later(0, "no connection")
        for failures in (self.failures, self.refusals[address]):
            if failures:
                raise failures.popleft()
        match outgoing:
            case Say():
                return self._say(outgoing, key)
            case AnswerPress():
                self.answers.append(outgoing)
            case Edit():
                assert any(one.id == outgoing.message for one in self.said)
                self.others.append(outgoing)
            case _:
                self.others.append(outgoing)
        return ""

    async def fetch(self, photo: Photo) -> bytes:
        if self.outage:
            raise Later(0, "no connection")
        if photo.ref not in self.pictures:
            raise Never("no such picture")
        return self.pictures[photo.ref]

    def _say(self, say: Say, key: str) -> str:
        assert len(say.text) <= self.limits.text
        assert say.text.strip()
        for choice in say.choices:
            assert choice.label
            assert bool(choice.token) != bool(choice.url)
            assert len(choice.token.encode()) <= 64
        tokens = [choice.token for choice in say.choices if choice.token]
        assert len(tokens) == len(set(tokens))
        heard = Heard(f"b{len(self.said) + 1}", key, say)
        self.said.append(heard)
        return heard.id
