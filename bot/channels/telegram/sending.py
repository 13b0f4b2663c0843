"""The way out: one letter, one or a few calls, one platform id."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import assert_never

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)

from bot.channels.channel import Gone, MovedTo, Never
from bot.channels.telegram import words
from bot.channels.telegram.calls import told
from config.terms import ChatKind, PhotoId
from storage.messages import (
    AnswerPress,
    Attachment,
    Chat,
    Edit,
    Leave,
    Order,
    Outgoing,
    Say,
    SetMenu,
)

log = structlog.get_logger()

NOTICE = 200
ABOUT = 256
_HALF_SENT = 1000
"""Letters of several parts whose progress is remembered."""
_NO_TOPIC = (
    "message thread not found",
    "topic_closed",
    "topic_deleted",
    "topic_id_invalid",
)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Photos = Callable[[PhotoId], Awaitable[bytes]]


class Sender:
    """Turns an ``Outgoing`` into calls of the library's ``Bot``."""

    def __init__(
        self,
        bot: Bot,
        photo_bytes: Photos,
        language: str,
        between_parts: Callable[[], Awaitable[None]],
    ) -> None:
        self._bot = bot
        self._photo_bytes = photo_bytes
        self._language = language
        self._between_parts = between_parts
        self._sent: dict[str, list[str]] = {}

    async def send(self, outgoing: Outgoing, key: str) -> str:
        """Deliver; the contract of ``Channel.send``."""
        try:
            return await self._send(outgoing, key)
        except (ValueError, TypeError) as wrong:
            # The library refuses some values before it calls anything.
            raise Never(f"cannot be sent: {type(wrong).__name__}") from None

    async def _send(self, outgoing: Outgoing, key: str) -> str:
        match outgoing:
            case Say():
                return await self._say(outgoing, key)
            case Edit():
                return await self._edit(outgoing)
            case AnswerPress():
                return await self._answer(outgoing)
            case SetMenu():
                return await self._menu(outgoing)
            case Leave():
                return await self._leave(outgoing)
            case Order():
                raise Never("Telegram takes no work orders")
        assert_never(outgoing)

    async def _say(self, say: Say, key: str) -> str:
        """Send every part once, also when a part has to wait its turn.

        Returns the last part's id: it carries the buttons.
        """
        parts = words.plan(
            say.text, say.choices, await self._pictures(say), say.recordings
        )
        if not parts:
            raise Never("nothing to say")
        self._forget()
        sent = self._sent.setdefault(key, [])
        for index in range(len(sent), len(parts)):
            if index:
                await self._between_parts()
            reply_to = "" if index else say.reply_to
            sent.append(await self._part(say.chat, parts[index], reply_to))
        del self._sent[key]
        found = [message for message in sent if message]
        if not found:
            raise Never("Telegram takes none of the photos")
        return found[-1]

    def _forget(self) -> None:
        while len(self._sent) >= _HALF_SENT:
            del self._sent[next(iter(self._sent))]

    async def _pictures(self, say: Say) -> list[bytes]:
        pictures = []
        for photo in say.photos:
            try:
                pictures.append(await self._photo_bytes(photo))
            except (LookupError, OSError, ValueError) as wrong:
                # The words must not wait for a picture that is gone.
                log.warning(
                    "photo_missing", photo=photo, error=type(wrong).__name__
                )
        return pictures

    async def _part(self, chat: Chat, part: words.Part, reply_to: str) -> str:
        """Send one part; words whose picture is refused go without it.

        So does a letter whose recording is refused.
        """
        try:
            return await self._in_topic(chat, part, reply_to)
        except (Gone, MovedTo):
            raise
        except Never as no:
            if not (part.photos or part.recording):
                raise
            log.warning("file_refused", error=str(no))
        if not part.text:
            return ""
        part = replace(part, photos=(), recording=None)
        return await self._in_topic(chat, part, reply_to)

    async def _in_topic(
        self, chat: Chat, part: words.Part, reply_to: str
    ) -> str:
        """Send into the topic; into the general one if it is shut or gone.

        Without the reply then: it would stand in the topic again.
        """
        try:
            return await told(self._call(chat, part, reply_to, chat.thread))
        except Never as no:
            # a reply stands in the topic of its message without being told
            if not (chat.thread or reply_to) or not _names(no, _NO_TOPIC):
                raise
        return await told(self._call(chat, part, "", ""))

    async def _call(
        self, chat: Chat, part: words.Part, reply_to: str, thread: str
    ) -> str:
        reply = None
        if reply_to.isdecimal():
            reply = ReplyParameters(
                int(reply_to), allow_sending_without_reply=True
            )
        topic = int(thread) if thread.isdecimal() else None
        if part.recording:
            return await self._play(chat, part.recording, reply, topic)
        if len(part.photos) > 1:
            messages = await self._bot.send_media_group(
                chat.address,
                [InputMediaPhoto(photo) for photo in part.photos],
                message_thread_id=topic,
                reply_parameters=reply,
                caption=part.text or None,
            )
            return _id(messages[0])
        if part.photos:
            message = await self._bot.send_photo(
                chat.address,
                part.photos[0],
                caption=part.text or None,
                message_thread_id=topic,
                reply_parameters=reply,
                reply_markup=part.markup,
            )
            return _id(message)
        message = await self._bot.send_message(
            chat.address,
            part.text,
            message_thread_id=topic,
            reply_parameters=reply,
            reply_markup=part.markup,
            link_preview_options=_NO_PREVIEW,
        )
        return _id(message)

    async def _play(
        self,
        chat: Chat,
        recording: Attachment,
        reply: ReplyParameters | None,
        topic: int | None,
    ) -> str:
        """Show a file again that is on the platform, as what it is."""
        kind, _, file = recording.ref.rpartition("/")
        send: Callable[..., Awaitable[Message]]
        match kind or recording.kind:
            case "voice":
                send = self._bot.send_voice
            case "video_note":
                send = self._bot.send_video_note
            case "animation":
                send = self._bot.send_animation
            case _:
                send = self._bot.send_video
        message = await send(
            chat.address,
            file,
            message_thread_id=topic,
            reply_parameters=reply,
        )
        return _id(message)

    async def _edit(self, edit: Edit) -> str:
        if not edit.message.isdecimal():
            raise Never("no message to edit")
        try:
            await self._change(edit)
        except Never as no:
            if not _names(no, ("message is not modified",)):
                raise
        return edit.message

    async def _change(self, edit: Edit) -> None:
        chat, message = edit.chat.address, int(edit.message)
        text, markup = words.keyboard(edit.text, edit.choices)
        if not text:
            await told(
                self._bot.edit_message_reply_markup(
                    chat, message, reply_markup=markup
                )
            )
            return
        try:
            await told(
                self._bot.edit_message_text(
                    words.shorten(text),
                    chat,
                    message,
                    reply_markup=markup,
                    link_preview_options=_NO_PREVIEW,
                )
            )
        except Never as no:
            if not _names(no, ("no text in the message",)):
                raise
            await told(
                self._bot.edit_message_caption(
                    chat,
                    message,
                    caption=words.shorten(text, words.CAPTION),
                    reply_markup=markup,
                )
            )

    async def _answer(self, answer: AnswerPress) -> str:
        text = words.shorten(answer.text, NOTICE) or None
        try:
            await told(
                self._bot.answer_callback_query(
                    answer.press, text, show_alert=answer.alert
                )
            )
        except Never as no:
            # Answered already, or too late: the spinner is gone anyhow.
            if not _names(no, ("query is too old", "query id is invalid")):
                raise
        return ""

    async def _menu(self, menu: SetMenu) -> str:
        """Set one scope's menu; the default language serves all others."""
        code = menu.language.split("-")[0].lower()
        if menu.language == self._language:
            code = ""
        commands = [
            BotCommand(item.command, words.shorten(item.about, ABOUT))
            for item in menu.items
        ]
        await told(
            self._bot.set_my_commands(
                commands[:100], _scope(menu.chat), code or None
            )
        )
        return ""

    async def _leave(self, leave: Leave) -> str:
        try:
            await told(self._bot.leave_chat(leave.chat.address))
        except Gone:
            log.info("left_already", chat=leave.chat.key)
        return ""


def _scope(chat: Chat) -> BotCommandScope:
    """One chat's menu, or that of every chat of its kind."""
    if chat.address:
        return BotCommandScopeChat(chat.address)
    if chat.kind is ChatKind.PRIVATE:
        return BotCommandScopeAllPrivateChats()
    return BotCommandScopeAllGroupChats()


def _id(message: Message) -> str:
    return str(message.message_id)


def _names(no: Never, words: tuple[str, ...]) -> bool:
    return any(word in str(no).lower() for word in words)
