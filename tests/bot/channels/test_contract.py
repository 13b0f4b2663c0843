"""What the core relies on, from every channel there is.

Each channel stands before its own far side: the Bot API emulator, the web
chat's own tables, a tracker that is away, and the fake that stories use.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest

from bot.channels.channel import (
    Channel,
    Later,
    Never,
    Receive,
    Unknown,
)
from bot.channels.roundup import Roundup
from config.pack.values import System
from config.terms import ChatKind, LetterId, PhotoId
from config.texts import Texts
from storage.messages import (
    AnswerPress,
    Chat,
    Choice,
    Edit,
    Incoming,
    Leave,
    MenuItem,
    Order,
    Outgoing,
    Photo,
    Say,
    SetMenu,
)
from tests.bot.channels.telegrams import channel as telegram_channel
from tests.bot.channels.telegrams import kept_photo
from tests.bot.web.town import town
from tests.emulators.botapi import BotApi
from tests.fakes import FakeChannel

STOP_S = 2.0


@dataclass(frozen=True)
class Stage:
    """A channel, and a chat of its platform that takes words."""

    channel: Channel
    chat: Chat


@asynccontextmanager
async def _telegram(url: str) -> AsyncIterator[Stage]:
    del url
    async with BotApi().running() as api:
        api.pace.on = False
        made = telegram_channel(api)
        lin = api.user("林", opened=True)
        yield Stage(made, Chat("telegram", str(lin.id), ChatKind.PRIVATE))
        await made.close()


@asynccontextmanager
async def _webchat(url: str) -> AsyncIterator[Stage]:
    async with town(url) as built:
        yield Stage(built.chat, Chat("webchat", "g1", ChatKind.GROUP))


@asynccontextmanager
async def _roundup(url: str) -> AsyncIterator[Stage]:
    del url
    tracker = System(id="t", kind="roundup", url="http://127.0.0.1:9/demo")
    words = partial(Texts.load().say, "en")
    made = Roundup(tracker, "linli:secret", kept_photo, words)
    chat = Chat(tracker.channel, "town/1", ChatKind.ORDERS)
    yield Stage(made, chat)
    await made.close()


@asynccontextmanager
async def _fake(url: str) -> AsyncIterator[Stage]:
    del url
    yield Stage(FakeChannel(), Chat("town", "g1", ChatKind.GROUP))


Open = Callable[[str], AbstractAsyncContextManager[Stage]]
EVERY: dict[str, Open] = {
    "telegram": _telegram,
    "webchat": _webchat,
    "roundup": _roundup,
    "fake": _fake,
}


@pytest.fixture
async def stage(
    request: pytest.FixtureRequest, sqlite_url: str
) -> AsyncIterator[Stage]:
    async with EVERY[request.param](sqlite_url) as opened:
        yield opened


each = pytest.mark.parametrize("stage", EVERY, indirect=True)
talking = pytest.mark.parametrize(
    "stage", ["telegram", "webchat", "fake"], indirect=True
)
keyed = pytest.mark.parametrize("stage", ["webchat"], indirect=True)
real = pytest.mark.parametrize(
    "stage", ["telegram", "webchat", "roundup"], indirect=True
)
"""The fake holds the core to account instead: it asserts."""


async def _tried(sending: Awaitable[object]) -> object:
    """Return what came of it; anything but the three noes is a bug."""
    try:
        return await sending
    except (Later, Never, Unknown) as no:
        return no


@each
async def test_it_says_what_it_can_do(stage: Stage) -> None:
    channel = stage.channel

    assert channel.name
    assert ":" not in channel.name
    assert channel.limits.text >= 200
    assert channel.limits.photo_bytes > 0


@talking
async def test_each_letter_gets_an_id_of_its_own(stage: Stage) -> None:
    said = [
        await stage.channel.send(
            Say(
                chat=stage.chat,
                text=f"第{n}条",
                choices=(Choice("好", f"token{n}"),),
            ),
            f"letter-{n}",
        )
        for n in range(3)
    ]

    assert all(said)
    assert len(set(said)) == 3


@keyed
async def test_the_same_letter_twice_is_one_where_it_takes_our_key(
    stage: Stage,
) -> None:
    assert stage.channel.can.once
    say = Say(chat=stage.chat, text="一次")

    first = await stage.channel.send(say, "letter-1")
    again = await stage.channel.send(say, "letter-1")

    assert first == again


def _odd(chat: Chat) -> list[Outgoing]:
    nowhere = Chat(chat.channel, "no-such-chat", chat.kind)
    topic = Chat(chat.channel, chat.address, chat.kind, "no topic")
    return [
        Say(chat=chat, text=""),
        Say(chat=chat, text="长" * 20_000),
        Say(chat=chat, text="\x07\u202e坏字符\ufffe"),
        Say(chat=chat, text="答", reply_to="no-such-message"),
        Say(chat=chat, text="图", photos=(PhotoId(404), PhotoId(1))),
        Say(chat=chat, text="选", choices=(Choice("x" * 200, "t" * 64),)),
        Say(chat=nowhere, text="在吗"),
        Say(chat=topic, text="在吗"),
        Edit(chat=chat, letter=LetterId(1), text="改", message=""),
        Edit(chat=chat, letter=LetterId(1), text="改", message="999999"),
        Edit(chat=chat, letter=LetterId(1), text="改", message="none"),
        AnswerPress(chat=chat, press="no-such-press", text="好" * 500),
        SetMenu(chat=chat, language="zh-CN", items=()),
        SetMenu(chat=nowhere, language="??", items=(MenuItem("X Y", ""),)),
        Leave(chat=nowhere),
        Order(chat=chat, reference="r", title="t", words="w", status="s"),
    ]


@real
async def test_it_fails_in_three_ways_and_no_other(stage: Stage) -> None:
    for number, outgoing in enumerate(_odd(stage.chat)):
        came = await _tried(stage.channel.send(outgoing, f"letter-{number}"))
        if isinstance(came, Later):
            assert came.seconds >= 0, outgoing


@each
async def test_a_photo_comes_or_is_refused(stage: Stage) -> None:
    for ref in ("", "no-such-photo", "../../etc/passwd", "x" * 5000):
        came = await _tried(stage.channel.fetch(Photo(ref)))
        assert isinstance(came, (Later, Never)), ref


@each
async def test_a_check_never_raises(stage: Stage) -> None:
    findings = await stage.channel.check()

    assert findings
    assert all(one.words for one in findings)


async def _run(channel: Channel, receive: Receive) -> None:
    await channel.run(receive)


@each
async def test_it_runs_until_it_is_cancelled_and_starts_again(
    stage: Stage,
) -> None:
    async def receive(messages: Sequence[Incoming]) -> None:
        assert messages

    for _ in range(2):
        async with asyncio.timeout(STOP_S), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(_run(stage.channel, receive))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            running.cancel()
