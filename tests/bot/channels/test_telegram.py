"""The channel on a strict Bot API: the way in."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.channels.channel import Channel
from bot.channels.telegram import Telegram
from bot.channels.telegram.receiving import Ways
from storage.messages import Joined, Left, Moved, Pressed, Said, Unreadable
from tests.bot.channels.telegrams import Core, channel, running
from tests.emulators.botapi import TOKEN, BotApi, Fault, How
from tests.pictures import picture


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi().running() as made:
        made.pace.on = False
        yield made


@pytest.fixture
async def telegram(api: BotApi) -> AsyncIterator[Telegram]:
    made = channel(api)
    yield made
    await made.close()


@pytest.fixture
def core() -> Core:
    return Core()


def test_it_keeps_the_contract(telegram: Telegram) -> None:
    assert _name(telegram) == "telegram"
    assert not telegram.can.private


def _name(channel: Channel) -> str:
    """mypy sees here that the channel is one."""
    return channel.name


async def test_what_arrived_together_is_handed_over_together(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    lin = api.user("林", opened=True)
    group = api.group("第一网格", lin)
    for number in range(150):
        lin.says(group, f"第{number}句")

    async with running(telegram, core.receive):
        await api.until(lambda: len(core.taken) == 150)

    assert core.texts == [f"第{number}句" for number in range(150)]
    assert core.batches == [100, 50]


async def test_nothing_is_acknowledged_before_the_commit(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    lin = api.user("林", opened=True)
    lin.says(None, "漏水")
    seen: list[int] = []
    away = [True] * 5

    def stumbles(_: object) -> bool:
        seen.append(len(api.queue.acked))
        return bool(away and away.pop())

    core.stumbles = stumbles
    async with running(telegram, core.receive):
        await api.until(lambda: api.queue.acked)

    assert seen == [0] * 6
    assert core.texts == ["漏水"]


async def test_numbers_that_begin_anew_lose_nothing(
    api: BotApi, core: Core
) -> None:
    lin = api.user("林", opened=True)

    async def meanwhile(_: float) -> None:
        api.queue.number_anew(7)
        lin.says(None, "还没修好")

    telegram = channel(api, pause=meanwhile)
    lin.says(None, "路灯坏了")
    async with running(telegram, core.receive):
        await api.until(lambda: api.queue.acked)
        polls = api.queue.polls
        await api.until(lambda: api.queue.polls > polls + 1)
        api.faults.refuse("getUpdates")

        await api.until(lambda: len(api.queue.acked) == 2)
    await telegram.close()

    assert core.texts == ["路灯坏了", "还没修好"]


async def test_a_bad_message_keeps_back_only_itself(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    lin = api.user("林", opened=True)
    for text in ("一", "坏", "三"):
        lin.says(None, text)
    tries: list[int] = []

    def stumbles(arrived: object) -> bool:
        assert isinstance(arrived, list)
        bad = any(m.text == "坏" for m in arrived)
        tries.append(len(arrived))
        return bad and len(tries) < 12

    core.stumbles = stumbles
    async with running(telegram, core.receive):
        await api.until(lambda: api.queue.acked)

    assert core.texts == ["一", "三", "坏"]
    assert tries[:3] == [3, 3, 3]
    assert set(tries[3:]) == {1}


async def test_a_poison_update_is_shown_and_passed(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    lin = api.user("林", opened=True)
    lin.says(None, "前")
    bad = api.queue.inject({"message": {"photo": [7]}})
    lin.says(None, "后")

    async with running(telegram, core.receive):
        await api.until(lambda: len(api.queue.acked) == 3)

    assert core.texts == ["前", "后"]
    unreadable = core.taken[1]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.id == str(bad)
    assert b'"photo": [7]' in unreadable.raw


async def test_answers_that_are_no_json_are_waited_out(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    lin = api.user("林", opened=True)
    api.faults.add(Fault(How.GARBAGE, "getUpdates", times=5))
    lin.says(None, "漏水")

    async with running(telegram, core.receive):
        await api.until(lambda: core.taken)

    assert core.texts == ["漏水"]


async def test_an_update_that_breaks_the_whole_answer_is_passed(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    lin = api.user("林", opened=True)
    lin.says(None, "前")
    bad = api.queue.inject(b'{"update_id":%d,"message":')
    lin.says(None, "后")

    async with running(telegram, core.receive):
        await api.until(lambda: len(api.queue.acked) == 3)

    assert core.texts == ["前", "后"]
    unreadable = core.taken[1]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.id == str(bad)


@pytest.mark.parametrize("how", ["refuse", "lose", "hang", "drop"])
async def test_a_failed_poll_is_tried_again(
    api: BotApi, telegram: Telegram, core: Core, how: str
) -> None:
    lin = api.user("林", opened=True)
    getattr(api.faults, how)("getUpdates", times=2 - (how == "hang"))
    lin.says(None, "漏水")

    async with running(telegram, core.receive):
        await api.until(lambda: api.queue.acked, seconds=10)

    assert core.texts == ["漏水"]


async def test_a_429_on_the_poll_is_obeyed(api: BotApi, core: Core) -> None:
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        await asyncio.sleep(0)

    telegram = channel(api, pause=pause)
    api.faults.busy(17, "getUpdates")
    api.user("林", opened=True).says(None, "漏水")

    async with running(telegram, core.receive):
        await api.until(lambda: core.taken)

    assert waited == [17]


async def test_an_old_webhook_gives_way_and_loses_nothing(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    api.queue.set_webhook("http://127.0.0.1:9/gone", "", {})
    api.user("林", opened=True).says(None, "漏水")

    async with running(telegram, core.receive):
        await api.until(lambda: core.taken)

    assert core.texts == ["漏水"]


async def test_of_two_pollers_the_first_gives_way_and_nothing_is_lost(
    api: BotApi, core: Core
) -> None:
    waits = asyncio.Event()
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        await waits.wait()

    first, second = channel(api, pause=pause), channel(api)
    lin = api.user("林", opened=True)
    async with running(first, core.receive):
        await api.until(lambda: api.queue.polls)
        async with running(second, core.receive):
            await api.until(lambda: waited)
            lin.says(None, "一")
            await api.until(lambda: api.queue.acked)
        lin.says(None, "二")
        waits.set()
        await api.until(lambda: len(api.queue.acked) == 2)

    assert core.texts == ["一", "二"]
    assert waited[0] == 60


async def test_each_answer_of_the_platform_is_a_beat(
    api: BotApi, core: Core
) -> None:
    beats: list[tuple[str, float]] = []
    telegram = channel(api, beat=lambda *beat: beats.append(beat))
    async with running(telegram, core.receive):
        await api.until(lambda: len(beats) > 2)

    assert set(beats) == {("telegram", 3.0)}


async def test_a_silent_server_gets_a_new_session(
    api: BotApi, core: Core
) -> None:
    ways = Ways(poll_s=0.05, slack_s=0.05, backoff_s=0.01)
    telegram = channel(api, ways=ways)
    api.faults.hang("getUpdates", times=4)
    api.user("林", opened=True).says(None, "漏水")

    async with running(telegram, core.receive):
        await api.until(lambda: telegram.progress() > 0.15)
        await api.until(lambda: core.taken)
        await api.until(lambda: telegram.progress() < 0.1)

    assert core.texts == ["漏水"]


async def test_the_platform_being_away_at_start_is_waited_out(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    api.faults.refuse("getMe", 502, "Bad Gateway", times=3)
    api.user("林", opened=True).says(None, "漏水")

    async with running(telegram, core.receive):
        await api.until(lambda: core.taken)

    assert telegram.link("t12") == "https://t.me/linli_bot?start=t12"


async def test_each_kind_of_event_reaches_the_core(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    lin = api.user("林", opened=True)
    small = api.group("小群", lin, kind="group", bot="")
    lin.adds_bot(small)
    lin.promotes_bot(small)
    lin.forges(lin.says(small, "路灯"), "token")
    lin.upgrades(small)
    lin.blocks_bot()
    lin.unblocks_bot()

    async with running(telegram, core.receive):
        await api.until(lambda: not api.queue.pending)

    assert [type(message) for message in core.taken] == [
        Joined,
        Said,
        Pressed,
        Moved,
        Moved,
        Left,
        Joined,
    ]


async def test_only_who_binds_a_group_is_looked_up(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    lin, wang = api.user("林"), api.user("王")
    group = api.group("第一网格", lin, wang)
    group.room.members[lin.id] = "administrator"
    lin.says(group, "路灯坏了")
    lin.says(group, "/bind@linli_bot 7F3K")
    wang.says(group, "绑定 7F3K")
    group.as_itself("绑定 7F3K")

    async with running(telegram, core.receive):
        await api.until(lambda: len(core.taken) == 4)

    said = [m.sender for m in core.taken if isinstance(m, Said)]
    assert [who.admin for who in said] == [False, True, False, True]
    assert [who.anonymous for who in said] == [False, False, False, True]
    assert len(api.called("getchatmember")) == 2


async def test_whose_rights_nobody_can_tell_has_none(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    lin = api.user("林")
    group = api.group("第一网格", lin)
    group.room.members[lin.id] = "administrator"
    api.faults.refuse("getChatMember")
    lin.says(group, "/bind 7F3K")

    async with running(telegram, core.receive):
        await api.until(lambda: core.taken)

    assert isinstance(core.taken[0], Said)
    assert not core.taken[0].sender.admin


async def test_an_album_comes_as_its_parts(
    api: BotApi, telegram: Telegram, core: Core
) -> None:
    lin = api.user("林", opened=True)
    lin.says(None, "杂物", photos=[picture(n) for n in range(3)])

    async with running(telegram, core.receive):
        await api.until(lambda: len(core.taken) == 3)

    parts = [message for message in core.taken if isinstance(message, Said)]
    assert len({part.album for part in parts}) == 1
    assert [len(part.photos) for part in parts] == [1, 1, 1]
    assert [part.text for part in parts] == ["杂物", "", ""]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"token": "no token"}, "digits"),
        ({"webhook": "https://example.org"}, "secret"),
        ({"webhook": "https://example.org", "secret": "ö"}, "secret"),
    ],
)
def test_a_channel_without_its_secrets_does_not_start(
    given: dict[str, str], words: str
) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        channel(BotApi(), **given)

    assert TOKEN not in str(refused.value)
