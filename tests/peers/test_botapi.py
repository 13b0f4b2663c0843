"""Two foreign client libraries hold our Bot API emulator to the truth.

Both check the type and the presence of every field that the real API
promises: what they can't read, they refuse.
"""

import warnings
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot as Aiogram
from aiogram import types
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)

from tests.emulators.botapi import TOKEN, BotApi, Group, Person
from tests.pictures import picture

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import telegram

pytestmark = pytest.mark.peers


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi().running() as running:
        running.pace.on = False
        yield running


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Aiogram]:
    async with _aiogram(api, TOKEN) as made:
        yield made


def _aiogram(api: BotApi, token: str) -> Aiogram:
    server = TelegramAPIServer.from_base(api.url)
    return Aiogram(token, session=AiohttpSession(api=server))


@pytest.fixture
async def ptb(api: BotApi) -> AsyncIterator[telegram.Bot]:
    bot = telegram.Bot(
        TOKEN, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot"
    )
    async with bot:
        yield bot


@pytest.fixture
def lin(api: BotApi) -> Person:
    return api.user("林", opened=True, username="lin_worker")


@pytest.fixture
def group(api: BotApi, lin: Person) -> Group:
    made = api.group("第一网格", lin, forum=True)
    made.room.members[lin.id] = "creator"
    return made


def _everything(api: BotApi, lin: Person, group: Group) -> int:
    """Make one update of each kind; return how many came of it."""
    first = lin.says(group, "@linli_bot 路灯坏了 /report")
    lin.says(group, "配图", photos=[picture(1)], reply_to=first)
    lin.says(group, "三张", photos=[picture(n) for n in range(3)])
    thread = group.opens_topic("报事")
    lin.says(group, "楼道", thread=thread)
    lin.edits(first, "@linli_bot 路灯修好了")
    lin.edits(first)
    for kind in ("voice", "audio", "video", "video_note", "animation"):
        lin.sends(group, kind)
    lin.sends(group, "sticker")
    lin.sends(group, "document", b"%PDF", name="报告.pdf", text="看看")
    lin.points(group, 29.87, 121.55)
    lin.points(group, 29.87, 121.55, "望江公园")
    lin.forwards(group, "转来的")
    group.as_itself("匿名管理员")
    channel = api.channel("社区频道")
    channel.posts("通知")
    group.from_channel(channel, "通知")
    group.as_channel(channel, "我的频道")
    lin.starts("t12")
    lin.blocks_bot()
    lin.unblocks_bot()
    wang = api.user("王", opened=True)
    wang.joins(group)
    wang.leaves(group)
    small = api.group("小群", lin, wang, kind="group", bot="")
    lin.adds_bot(small)
    lin.promotes_bot(small)
    lin.demotes_bot(small)
    lin.upgrades(small, "old new member")
    lin.forges(first, "token")
    lin.kicks_bot(group)
    return len(api.queue.pending)


async def test_aiogram_reads_every_update(
    api: BotApi, bot: Aiogram, lin: Person, group: Group
) -> None:
    made = _everything(api, lin, group)

    updates = await bot.get_updates(timeout=0)

    assert len(updates) == made
    assert {update.event_type for update in updates} == {
        "message",
        "edited_message",
        "channel_post",
        "callback_query",
        "my_chat_member",
    }
    for update in updates:
        assert not isinstance(
            update.callback_query and update.callback_query.message,
            types.InaccessibleMessage,
        )


async def test_python_telegram_bot_reads_every_update(
    api: BotApi, ptb: telegram.Bot, lin: Person, group: Group
) -> None:
    made = _everything(api, lin, group)

    updates = await ptb.get_updates(timeout=0)

    assert len(updates) == made
    photo = next(u.message for u in updates if u.message and u.message.photo)
    file = await photo.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == picture(1)


async def test_aiogram_reads_every_answer(
    bot: Aiogram, lin: Person, group: Group
) -> None:
    me = await bot.get_me()
    assert me.username == "linli_bot"
    assert me.can_read_all_group_messages
    keyboard = types.InlineKeyboardMarkup(
        inline_keyboard=[
            [types.InlineKeyboardButton(text="认领", callback_data="a" * 64)]
        ]
    )
    thread = group.opens_topic("报事")
    said = await bot.send_message(
        group.id, "收到", message_thread_id=thread, reply_markup=keyboard
    )
    assert said.message_thread_id == thread
    answered = await bot.send_message(
        group.id,
        "再说",
        reply_parameters=types.ReplyParameters(message_id=said.message_id),
    )
    assert answered.reply_to_message is not None
    shown = await bot.send_photo(
        group.id, types.BufferedInputFile(picture(5), "a.jpg"), caption="图"
    )
    assert shown.photo is not None
    again = await bot.send_photo(group.id, shown.photo[-1].file_id)
    assert again.photo is not None
    spoken = lin.sends(group, "voice")["voice"]["file_id"]
    played = await bot.send_voice(group.id, spoken)
    assert played.voice is not None
    filmed = lin.sends(group, "video_note")["video_note"]["file_id"]
    rolled = await bot.send_video_note(group.id, filmed)
    assert rolled.video_note is not None
    album = await bot.send_media_group(
        group.id,
        [
            types.InputMediaPhoto(
                media=types.BufferedInputFile(picture(n), "a.jpg")
            )
            for n in range(3)
        ],
    )
    assert len({part.media_group_id for part in album}) == 1
    edited = await bot.edit_message_text(
        "改了", chat_id=group.id, message_id=said.message_id
    )
    assert isinstance(edited, types.Message)
    assert edited.reply_markup is None
    await bot.edit_message_caption(
        chat_id=group.id, message_id=shown.message_id, caption="新"
    )
    await bot.edit_message_reply_markup(
        chat_id=group.id, message_id=said.message_id, reply_markup=keyboard
    )
    press = lin.presses(said.model_dump(mode="json"), "认领")
    assert await bot.answer_callback_query(press.id, "好", show_alert=True)
    assert press.answer == {"text": "好", "alert": True}
    assert await bot.set_message_reaction(
        group.id, said.message_id, [types.ReactionTypeEmoji(emoji="👍")]
    )
    assert await bot.delete_message(group.id, answered.message_id)
    chat = await bot.get_chat(group.id)
    assert chat.is_forum
    assert (await bot.get_chat_member(group.id, lin.id)).status == "creator"
    admins = await bot.get_chat_administrators(group.id)
    assert [admin.user.id for admin in admins] == [lin.id]
    assert await bot.get_chat_member_count(group.id) == 2
    file = await bot.get_file(shown.photo[-1].file_id)
    assert file.file_path
    content = await bot.download_file(file.file_path)
    assert content is not None
    assert content.read() == picture(5)
    assert await bot.leave_chat(group.id)


async def test_aiogram_reads_menus_and_webhooks(bot: Aiogram) -> None:
    menu = [types.BotCommand(command="report", description="报事")]
    scope = types.BotCommandScopeAllGroupChats()

    assert await bot.set_my_commands(menu, scope)
    assert await bot.set_my_commands(menu, scope, language_code="en")
    assert await _words(bot, scope) == ["报事"]
    assert await bot.delete_my_commands(scope)
    assert await _words(bot, scope) == []
    assert await _words(bot, scope, "en") == ["报事"]
    assert await bot.set_webhook("https://example.org/hook", secret_token="s")  # noqa: S106
    info = await bot.get_webhook_info()
    assert info.url == "https://example.org/hook"
    with pytest.raises(TelegramConflictError):
        await bot.get_updates()
    assert await bot.delete_webhook()


async def _words(
    bot: Aiogram,
    scope: types.BotCommandScopeAllGroupChats,
    language: str | None = None,
) -> list[str]:
    menu = await bot.get_my_commands(scope, language_code=language)
    return [line.description for line in menu]


async def test_aiogram_knows_every_refusal(
    api: BotApi, bot: Aiogram, lin: Person, group: Group
) -> None:
    closed = api.user("从没来过")
    blocker = api.user("屏蔽", opened=True)
    blocker.blocks_bot()
    small = api.group("小群", lin, kind="group")
    big = lin.upgrades(small)
    kicked = api.group("踢了", lin)
    lin.kicks_bot(kicked)

    for chat, words in (
        (closed.id, "can't initiate conversation"),
        (blocker.id, "blocked by the user"),
        (kicked.id, "kicked from the supergroup"),
    ):
        with pytest.raises(TelegramForbiddenError, match=words):
            await bot.send_message(chat, "你好")
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(small.id, "你好")
    assert moved.value.migrate_to_chat_id == big.id
    for text, words in (("", "empty"), ("长" * 4097, "too long")):
        with pytest.raises(TelegramBadRequest, match=words):
            await bot.send_message(group.id, text)
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(404, "你好")
    with pytest.raises(TelegramBadRequest, match="thread not found"):
        await bot.send_message(group.id, "你好", message_thread_id=77)
    with pytest.raises(TelegramBadRequest, match="replied not found"):
        await bot.send_message(group.id, "你好", reply_to_message_id=77)
    said = await bot.send_message(group.id, "一样")
    with pytest.raises(TelegramBadRequest, match="not modified"):
        await said.edit_text("一样")
    with pytest.raises(TelegramBadRequest, match="too old"):
        await bot.answer_callback_query("12")
    api.pace.on = True
    await bot.send_message(group.id, "一")
    with pytest.raises(TelegramRetryAfter) as busy:
        await bot.send_message(group.id, "二")
    assert busy.value.retry_after == 1


async def test_a_wrong_token_opens_nothing(api: BotApi) -> None:
    async with _aiogram(api, "42:wrong") as bot:
        with pytest.raises(TelegramUnauthorizedError):
            await bot.get_me()
    async with _aiogram(api, TOKEN) as bot:
        with pytest.raises(TelegramNotFound):
            await bot.get_my_name()


async def test_python_telegram_bot_reads_every_answer(
    api: BotApi, ptb: telegram.Bot, lin: Person, group: Group
) -> None:
    markup = telegram.InlineKeyboardMarkup(
        [[telegram.InlineKeyboardButton("认领", callback_data="x")]]
    )
    said = await ptb.send_message(group.id, "收到", reply_markup=markup)
    await ptb.send_photo(group.id, picture(1), caption="图")
    album = await ptb.send_media_group(
        group.id, [telegram.InputMediaPhoto(picture(n)) for n in range(2)]
    )
    assert len(album) == 2
    assert await said.edit_text("改了")
    press = lin.forges(said.to_dict(), "x")
    assert await ptb.answer_callback_query(press.id)
    assert (await ptb.get_chat(group.id)).title == "第一网格"
    admins = await ptb.get_chat_administrators(group.id)
    assert [admin.user.id for admin in admins] == [lin.id]
    assert await ptb.set_my_commands([("report", "报事")])
    assert (await ptb.get_webhook_info()).pending_update_count == 1
    with pytest.raises(telegram.error.BadRequest, match="not modified"):
        await said.edit_text("改了")
    with pytest.raises(telegram.error.Forbidden):
        await ptb.send_message(api.user("生人").id, "你好")
