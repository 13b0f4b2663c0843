"""The channel on a strict Bot API: the way out."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.channel import Gone, Later, MovedTo, Never, Unknown
from bot.channels.telegram import Telegram
from config.terms import ChatKind, LetterId, PhotoId
from storage.messages import (
    AnswerPress,
    Attachment,
    Chat,
    Choice,
    Edit,
    Leave,
    MenuItem,
    Order,
    Outgoing,
    Photo,
    Say,
    SetMenu,
)
from tests.bot.channels.telegrams import channel, place
from tests.emulators.botapi import BotApi, Fault, Group, How, Person
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
def lin(api: BotApi) -> Person:
    return api.user("林", opened=True)


@pytest.fixture
def group(api: BotApi, lin: Person) -> Group:
    return api.group("第一网格", lin)


async def test_words_buttons_and_a_reply_arrive(
    telegram: Telegram, lin: Person, group: Group
) -> None:
    report = lin.says(group, "井盖坏了")
    said = await telegram.send(
        Say(
            chat=place(group.id),
            text="收到，编号 12。",
            reply_to=str(report["message_id"]),
            choices=(
                Choice("改分类", "k1"),
                Choice("不是报事", "k2"),
                Choice("工单页", url="https://example.org/t/x"),
            ),
        ),
        "1",
    )

    message = group.heard[0]
    assert said == str(message["message_id"])
    assert message["text"] == "收到，编号 12。"
    assert message["reply_to_message"]["text"] == "井盖坏了"
    rows = message["reply_markup"]["inline_keyboard"]
    assert [button["text"] for row in rows for button in row] == [
        "改分类",
        "不是报事",
        "工单页",
    ]
    assert lin.presses(message, "不是报事").answer is None


async def test_short_buttons_share_a_row_and_long_ones_do_not(
    telegram: Telegram, lin: Person
) -> None:
    stars = tuple(Choice(f"{n}分", f"s{n}") for n in range(1, 6))
    long = (
        Choice("这是一个很长很长的选项", "a"),
        Choice("还有一个也很长的选项", "b"),
    )
    await telegram.send(
        Say(chat=place(lin.id), text="评分", choices=stars + long), "1"
    )

    rows = lin.private.heard[0]["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [5, 1, 1]


async def test_a_link_that_telegram_refuses_stands_in_the_words(
    telegram: Telegram, lin: Person
) -> None:
    url = "http://localhost:8080/t/x"
    await telegram.send(
        Say(
            chat=place(lin.id),
            text="收到",
            choices=(Choice("工单页", url=url),),
        ),
        "1",
    )

    assert lin.private.words == [f"收到\n工单页: {url}"]


async def test_a_reply_to_a_message_that_is_gone_is_said_all_the_same(
    telegram: Telegram, lin: Person, group: Group
) -> None:
    report = lin.says(group, "井盖坏了")
    lin.deletes(report)

    await telegram.send(
        Say(
            chat=place(group.id),
            text="收到",
            reply_to=str(report["message_id"]),
        ),
        "1",
    )

    assert group.words == ["收到"]


async def test_an_answer_goes_into_the_topic_it_was_asked_in(
    telegram: Telegram, group: Group
) -> None:
    thread = group.opens_topic("报事")

    await telegram.send(Say(chat=place(group.id, thread), text="在"), "1")
    group.room.closed_topics.add(thread)
    await telegram.send(Say(chat=place(group.id, thread), text="关了"), "2")
    group.drops_topic(thread)
    await telegram.send(Say(chat=place(group.id, thread), text="没了"), "3")

    threads = [m.get("message_thread_id") for m in group.heard]
    assert threads == [thread, None, None]


async def test_a_reply_finds_its_way_out_of_a_closed_topic(
    telegram: Telegram, group: Group, lin: Person
) -> None:
    """Even without a topic a reply would stand where its message does."""
    thread = group.opens_topic("报事")
    report = lin.says(group, "井盖破了", thread=thread)
    group.room.closed_topics.add(thread)
    chat, reply_to = place(group.id, thread), str(report["message_id"])

    await telegram.send(Say(chat=chat, text="在", reply_to=reply_to), "1")

    assert group.words == ["在"]
    assert "message_thread_id" not in group.heard[0]


async def test_news_of_a_matter_find_their_way_out_of_a_closed_topic(
    telegram: Telegram, group: Group, lin: Person
) -> None:
    """Later news name the report alone; its topic may be shut by then."""
    thread = group.opens_topic("报事")
    report = lin.says(group, "井盖破了", thread=thread)
    group.room.closed_topics.add(thread)
    chat, reply_to = place(group.id), str(report["message_id"])

    await telegram.send(Say(chat=chat, text="办结", reply_to=reply_to), "1")

    assert group.words == ["办结"]
    assert "message_thread_id" not in group.heard[0]


async def test_long_words_go_in_parts_and_lose_nothing(
    telegram: Telegram, lin: Person
) -> None:
    text = "".join(f"第{n}条：楼道里有杂物😀，请清理。\n" for n in range(600))

    said = await telegram.send(
        Say(chat=place(lin.id), text=text, choices=(Choice("好", "k"),)), "1"
    )

    heard = lin.private.heard
    assert len(heard) > 2
    assert "\n".join(m["text"] for m in heard) == text.strip()
    assert ["reply_markup" in m for m in heard] == [False] * (
        len(heard) - 1
    ) + [True]
    assert said == str(heard[-1]["message_id"])


async def test_a_letter_held_up_half_way_repeats_no_part(
    api: BotApi, telegram: Telegram, lin: Person
) -> None:
    text = "长" * 9000
    say = Say(chat=place(lin.id), text=text)
    api.faults.add(Fault(How.REFUSE, "sendMessage", chat=404))
    await telegram.send(Say(chat=place(lin.id), text="先"), "0")
    before = len(lin.private.heard)

    holds = _after(api, calls=1)
    with pytest.raises(Later):
        await telegram.send(say, "1")
    holds.clear()
    await telegram.send(say, "1")

    parts = lin.private.words[before:]
    assert "".join(parts) == text
    assert len(parts) == 3


def _after(api: BotApi, calls: int) -> list[int]:
    """Let so many sends through, then answer 429 until cleared."""
    left = [calls]
    deliver = api.methods.by_name["sendmessage"]

    def send(params: object) -> object:
        if left and left[0] <= 0:
            api.faults.busy(1)
            raise api.faults.waiting.pop().refusal()
        if left:
            left[0] -= 1
        return deliver(params)  # type: ignore[arg-type]

    api.methods.by_name["sendmessage"] = send
    return left


@pytest.mark.parametrize(
    ("photos", "text", "choices", "methods"),
    [
        (1, "短", 1, ["sendPhoto"]),
        (1, "长" * 1100, 1, ["sendPhoto", "sendMessage"]),
        (3, "短", 0, ["sendMediaGroup"] * 3),
        (3, "短", 1, ["sendMediaGroup"] * 3 + ["sendMessage"]),
        (12, "", 0, ["sendMediaGroup"] * 12),
        (11, "短", 0, ["sendMediaGroup"] * 10 + ["sendPhoto", "sendMessage"]),
    ],
)
async def test_photos_go_with_the_words_as_far_as_they_may(
    api: BotApi,
    telegram: Telegram,
    lin: Person,
    photos: int,
    text: str,
    choices: int,
    methods: list[str],
) -> None:
    said = await telegram.send(
        Say(
            chat=place(lin.id),
            text=text,
            photos=tuple(PhotoId(n) for n in range(photos)),
            choices=(Choice("好", "k"),) * choices,
        ),
        "1",
    )

    delivered = api.state.delivered
    assert [sent.method for sent in delivered] == methods
    assert "".join(sent.text for sent in delivered) == text
    carriers = [d.message for d in delivered if "reply_markup" in d.message]
    assert len(carriers) == choices
    if carriers:
        assert said == str(carriers[0]["message_id"])


async def test_words_do_not_wait_for_a_photo_that_is_gone(
    telegram: Telegram, lin: Person
) -> None:
    await telegram.send(
        Say(chat=place(lin.id), text="收到", photos=(PhotoId(404),)), "1"
    )

    assert lin.private.words == ["收到"]


async def test_words_go_without_a_photo_that_telegram_refuses(
    api: BotApi, telegram: Telegram, lin: Person
) -> None:
    api.faults.refuse(
        "sendPhoto", 400, "Bad Request: PHOTO_INVALID_DIMENSIONS"
    )

    await telegram.send(
        Say(chat=place(lin.id), text="收到", photos=(PhotoId(1),)), "1"
    )

    assert lin.private.words == ["收到"]


@pytest.mark.parametrize("kind", ["voice", "video", "video_note", "animation"])
async def test_a_recording_is_shown_again_as_what_it_is(
    telegram: Telegram, group: Group, lin: Person, kind: str
) -> None:
    file = lin.sends(group, kind)[kind]["file_id"]
    known = kind in {"voice", "video"}
    heard = Attachment(
        kind=kind if known else "video",
        ref=file if known else f"{kind}/{file}",
    )
    say = Say(chat=place(lin.id), text="工单 1 的语音", recordings=(heard,))

    said = await telegram.send(say, "1")

    words, played = lin.private.heard
    assert words["text"] == "工单 1 的语音"
    assert kind in played
    assert said == str(played["message_id"])


async def test_words_go_without_a_recording_that_is_gone(
    telegram: Telegram, lin: Person
) -> None:
    gone = Attachment(kind="voice", ref="gone")

    await telegram.send(
        Say(chat=place(lin.id), text="语音", recordings=(gone,)), "1"
    )

    assert lin.private.words == ["语音"]


async def test_an_edit_changes_words_and_buttons(
    telegram: Telegram, lin: Person
) -> None:
    chat = place(lin.id)
    said = await telegram.send(
        Say(chat=chat, text="待受理", choices=(Choice("受理", "k"),)), "1"
    )

    def edit(text: str, *choices: Choice) -> Edit:
        return Edit(
            chat=chat,
            letter=LetterId(1),
            text=text,
            choices=choices,
            message=said,
        )

    assert await telegram.send(edit("已受理"), "2") == said
    assert lin.private.words == ["已受理"]
    assert "reply_markup" not in lin.private.heard[0]
    assert await telegram.send(edit("已受理"), "3") == said
    await telegram.send(edit("", Choice("办结", "k2")), "4")
    assert lin.private.words == ["已受理"]
    assert "reply_markup" in lin.private.heard[0]


async def test_an_edit_finds_the_words_under_a_photo(
    telegram: Telegram, lin: Person
) -> None:
    chat = place(lin.id)
    said = await telegram.send(
        Say(chat=chat, text="待受理", photos=(PhotoId(1),)), "1"
    )

    await telegram.send(
        Edit(chat=chat, letter=LetterId(1), text="已受理", message=said), "2"
    )

    assert lin.private.words == ["已受理"]


async def test_an_edit_of_nothing_is_refused(
    telegram: Telegram, lin: Person
) -> None:
    edit = Edit(chat=place(lin.id), letter=LetterId(1), text="改")

    with pytest.raises(Never):
        await telegram.send(edit, "1")


async def test_a_press_is_answered_and_a_late_answer_is_no_failure(
    telegram: Telegram, lin: Person
) -> None:
    press = lin.forges(lin.says(None, "一"), "k")
    answer = AnswerPress(
        chat=place(lin.id), press=press.id, text="已认领" * 100, alert=True
    )

    await telegram.send(answer, "1")
    await telegram.send(answer, "2")

    assert press.answer is not None
    assert press.answer["alert"]
    assert press.answer["text"].endswith("…")


async def test_menus_go_to_their_scope_and_language(
    api: BotApi, telegram: Telegram, group: Group
) -> None:
    async def menu(chat: Chat, language: str, about: str) -> None:
        await telegram.send(
            SetMenu(
                chat=chat,
                language=language,
                items=(MenuItem("report", about),),
            ),
            about,
        )

    everywhere = Chat("telegram", "", ChatKind.GROUP)
    privately = Chat("telegram", "", ChatKind.PRIVATE)
    await menu(everywhere, "zh-CN", "报事")
    await menu(everywhere, "en", "Report")
    await menu(privately, "zh-CN", "私聊报事")
    await menu(place(group.id), "en", "Here")

    about = {
        scope: commands[0]["description"]
        for scope, commands in api.state.commands.items()
    }
    assert about == {
        ("all_group_chats", ""): "报事",
        ("all_group_chats", "en"): "Report",
        ("all_private_chats", ""): "私聊报事",
        (f"chat:{group.id}", "en"): "Here",
    }


async def test_leaving_twice_is_leaving(
    api: BotApi, telegram: Telegram, group: Group
) -> None:
    leave = Leave(chat=place(group.id))

    await telegram.send(leave, "1")
    await telegram.send(leave, "2")

    assert group.room.members[api.state.bot["id"]] == "left"


async def test_telegram_takes_no_work_orders(telegram: Telegram) -> None:
    order = Order(
        chat=place(1), reference="r", title="t", words="w", status="s"
    )
    with pytest.raises(Never):
        await telegram.send(order, "1")


# -- every way to fail -----------------------------------------------------


def _say(chat: int) -> Outgoing:
    return Say(chat=place(chat), text="你好")


async def test_a_429_says_when_to_come_again(
    api: BotApi, telegram: Telegram, lin: Person
) -> None:
    api.pace.on = True
    await telegram.send(_say(lin.id), "1")

    with pytest.raises(Later) as later:
        await telegram.send(_say(lin.id), "2")

    assert later.value.seconds == 1
    assert lin.private.words == ["你好"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, Later),
        (502, Later),
        (503, Later),
        (504, Unknown),
        (301, Later),
        (401, Later),
        (404, Later),
        (403, Gone),
        (400, Never),
        (413, Never),
    ],
)
async def test_each_status_has_its_meaning(
    api: BotApi,
    telegram: Telegram,
    lin: Person,
    status: int,
    kind: type[Exception],
) -> None:
    api.faults.refuse("sendMessage", status, "something")

    with pytest.raises(kind) as raised:
        await telegram.send(_say(lin.id), "1")

    assert type(raised.value) is kind
    assert lin.private.words == []


async def test_a_refused_token_waits_longer_than_a_hiccup(
    api: BotApi, lin: Person
) -> None:
    telegram = channel(api, token="42:wrong")  # noqa: S106

    with pytest.raises(Later) as later:
        await telegram.send(_say(lin.id), "1")
    await telegram.close()

    assert later.value.seconds >= 60


@pytest.mark.parametrize("how", [How.LOSE, How.GARBAGE, How.TRUNCATE])
async def test_a_lost_answer_is_unknown_and_was_delivered(
    api: BotApi, telegram: Telegram, lin: Person, how: How
) -> None:
    api.faults.add(Fault(how, "sendMessage"))

    with pytest.raises(Unknown):
        await telegram.send(_say(lin.id), "1")

    assert lin.private.words == ["你好"]


async def test_a_server_that_hangs_is_unknown(
    api: BotApi, lin: Person
) -> None:
    telegram = channel(api, call_s=0.1)
    api.faults.hang("sendMessage")

    with pytest.raises(Unknown):
        await telegram.send(_say(lin.id), "1")
    await telegram.close()


async def test_an_answer_of_another_shape_is_unknown(
    api: BotApi, telegram: Telegram, lin: Person
) -> None:
    api.methods.by_name["sendmessage"] = lambda _: {"odd": True}

    with pytest.raises(Unknown):
        await telegram.send(_say(lin.id), "1")


async def test_a_server_that_is_away_was_never_told(lin: Person) -> None:
    telegram = channel(BotApi(), api_url="http://127.0.0.1:9")

    with pytest.raises(Later):
        await telegram.send(_say(lin.id), "1")
    await telegram.close()


async def test_closed_chats_are_gone(
    api: BotApi, telegram: Telegram, lin: Person, group: Group
) -> None:
    stranger = api.user("生人")
    blocker = api.user("屏蔽", opened=True)
    blocker.blocks_bot()
    lin.kicks_bot(group)

    for chat in (stranger.id, blocker.id, group.id, 404):
        with pytest.raises(Gone):
            await telegram.send(_say(chat), "1")


async def test_an_upgraded_group_tells_its_new_address(
    api: BotApi, telegram: Telegram, lin: Person
) -> None:
    small = api.group("小群", lin, kind="group")
    big = lin.upgrades(small)

    with pytest.raises(MovedTo) as moved:
        await telegram.send(_say(small.id), "1")

    assert moved.value.address == str(big.id)


async def test_a_group_that_silences_the_bot_is_no_closed_one(
    telegram: Telegram, group: Group
) -> None:
    group.room.muted = True

    with pytest.raises(Never) as no:
        await telegram.send(_say(group.id), "1")

    assert not isinstance(no.value, Gone)


# -- photos ----------------------------------------------------------------


def _photo(lin: Person, content: bytes) -> Photo:
    said = lin.says(None, photos=[content])
    return Photo(said["photo"][-1]["file_id"], size=len(content))


async def test_a_photo_is_fetched(telegram: Telegram, lin: Person) -> None:
    photo = _photo(lin, picture(7))

    assert await telegram.fetch(photo) == picture(7)


@pytest.mark.parametrize("how", [How.LOSE, How.TRUNCATE])
async def test_a_photo_cut_short_is_fetched_later(
    api: BotApi, telegram: Telegram, lin: Person, how: How
) -> None:
    photo = _photo(lin, picture(7))
    api.faults.add(Fault(how, "file", times=2))

    with pytest.raises(Later):
        await telegram.fetch(photo)
    api.faults.waiting.clear()
    assert await telegram.fetch(photo) == picture(7)


async def test_an_expired_link_is_asked_for_again(
    api: BotApi, telegram: Telegram, lin: Person
) -> None:
    photo = _photo(lin, picture(7))
    api.faults.refuse("file", 404, "Not Found")

    with pytest.raises(Later) as later:
        await telegram.fetch(photo)
    assert later.value.seconds < 60
    assert await telegram.fetch(photo) == picture(7)


async def test_what_telegram_does_not_give_is_refused(
    api: BotApi,
    telegram: Telegram,
    lin: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photo = _photo(lin, b"x" * 2000)
    monkeypatch.setattr("bot.channels.telegram.FETCH_BYTES", 1000)
    for hopeless in (
        photo,
        Photo(photo.ref),
        Photo("AgAC-unknown"),
    ):
        with pytest.raises(Never):
            await telegram.fetch(hopeless)
    assert len(api.called("getFile")) == 2


# -- checking --------------------------------------------------------------


async def _check(api: BotApi, *groups: int, **given: str) -> list[str]:
    telegram = channel(api, groups=[str(chat) for chat in groups], **given)
    findings = await telegram.check()
    await telegram.close()
    return [f"{'+' if f.ok else '-'} {f.words}" for f in findings]


async def test_a_good_set_up_passes(api: BotApi, group: Group) -> None:
    words = await _check(api, group.id)

    assert [line[0] for line in words] == ["+"] * 4
    assert "@linli_bot" in words[0]


async def test_each_trouble_is_named_with_its_cure(
    lin: Person,
) -> None:
    async with BotApi(hears_all=False).running() as api:
        lin = api.user("林", opened=True)
        deaf = api.group("聋", lin)
        hearing = api.group("听", lin, bot="administrator")
        left = api.group("离", lin)
        lin.kicks_bot(left)
        small = api.group("小", lin, kind="group")
        big = lin.upgrades(small)
        api.queue.set_webhook("http://127.0.0.1:9/old", "", {})
        api.state.bot["can_join_groups"] = False

        words = await _check(api, deaf.id, hearing.id, left.id, small.id, 404)

    text = "\n".join(words)
    assert [line[0] for line in words] == list("+---" + "-+---")
    for cure in (
        "/setjoingroups",
        "/setprivacy",
        "old webhook",
        "privacy mode is on",
        "no way in",
        str(big.id),
    ):
        assert cure in text


async def test_a_group_that_threw_the_bot_out_is_told_to_add_it(
    api: BotApi, group: Group, lin: Person
) -> None:
    """The number in the pack is right; there is nothing to check in it."""
    lin.kicks_bot(group)

    words = await _check(api, group.id)

    assert "Add it" in words[-1]


@pytest.mark.parametrize("method", ["getMe", "getChatMember"])
@pytest.mark.parametrize("status", [429, 502])
async def test_a_platform_that_is_busy_is_asked_again_later(
    api: BotApi, group: Group, method: str, status: int
) -> None:
    """Neither the network nor the group's number is to blame."""
    api.faults.refuse(method, status, "not now")

    words = await _check(api, group.id)

    assert words[-1].startswith("-")
    assert "again in a few minutes" in words[-1]


async def test_a_refused_token_is_named(api: BotApi) -> None:
    words = await _check(api, token="42:wrong")  # noqa: S106

    assert len(words) == 1
    assert "@BotFather" in words[0]
    assert "wrong" not in words[0]


async def test_a_webhook_is_looked_at(api: BotApi) -> None:
    secret = {"secret": "s" * 32}
    plain = await _check(api, webhook="http://example.org", **secret)
    good = await _check(api, webhook="https://example.org", **secret)
    api.queue.set_webhook("https://other.example/x", "", {})
    other = await _check(api, webhook="https://example.org", **secret)

    assert "https://" in plain[2]
    assert good[2].startswith("+")
    assert "elsewhere" in other[2]


async def test_a_platform_that_is_away_is_named() -> None:
    words = await _check(BotApi(), api_url="http://127.0.0.1:9")

    assert len(words) == 1
    assert "cannot be reached" in words[0]
