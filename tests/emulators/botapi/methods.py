"""The Bot API's methods, as strict as the real ones."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from tests.emulators.botapi.queue import Queue
from tests.emulators.botapi.rules import (
    DOWNLOAD_BYTES,
    PHOTO_BYTES,
    Pace,
    Params,
    Refused,
    bad,
    check_caption,
    check_commands,
    check_markup,
    check_no_parse_mode,
    check_text,
)
from tests.emulators.botapi.state import (
    IN,
    Delivered,
    Json,
    Room,
    State,
    measure,
    needed,
    stub,
)

Method = Callable[[Params], Any]

PRESS_S = 15 * 60
SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)
REACTIONS = frozenset("👍👎❤🔥🥰👏😁🤔🤯😱🎉🙏👌💯⚡🏆👀✍🫡🤝")


class Methods:
    """One bot's view of the state."""

    def __init__(self, state: State, queue: Queue, pace: Pace) -> None:
        self._state = state
        self._queue = queue
        self._pace = pace
        self.by_name: dict[str, Method] = {
            "getme": self.get_me,
            "logout": self.yes,
            "close": self.yes,
            "setwebhook": self.set_webhook,
            "deletewebhook": self.delete_webhook,
            "getwebhookinfo": self.get_webhook_info,
            "sendmessage": self.send_message,
            "sendphoto": self.send_photo,
            "sendmediagroup": self.send_media_group,
            "sendvoice": partial(self.send_again, "voice"),
            "sendvideo": partial(self.send_again, "video"),
            "sendvideonote": partial(self.send_again, "video_note"),
            "sendanimation": partial(self.send_again, "animation"),
            "sendchataction": self.send_chat_action,
            "editmessagetext": self.edit_message_text,
            "editmessagecaption": self.edit_message_caption,
            "editmessagereplymarkup": self.edit_message_reply_markup,
            "deletemessage": self.delete_message,
            "answercallbackquery": self.answer_callback_query,
            "setmycommands": self.set_my_commands,
            "getmycommands": self.get_my_commands,
            "deletemycommands": self.delete_my_commands,
            "getchat": self.get_chat,
            "getchatmember": self.get_chat_member,
            "getchatmembercount": self.get_chat_member_count,
            "getchatadministrators": self.get_chat_administrators,
            "leavechat": self.leave_chat,
            "getfile": self.get_file,
            "setmessagereaction": self.set_message_reaction,
        }

    def yes(self, params: Params) -> bool:
        return True

    def get_me(self, params: Params) -> Json:
        return self._state.bot

    # -- webhook -----------------------------------------------------------

    def set_webhook(self, params: Params) -> bool:
        url = params.text("url")
        if not url:
            return self.delete_webhook(params)
        parts = urlsplit(url)
        local = parts.hostname in {"127.0.0.1", "localhost"}
        if parts.scheme != "https" and not local:
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        secret = params.text("secret_token")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad("secret token contains unallowed characters")
        options: Json = {}
        if params.has("max_connections"):
            options["max_connections"] = params.number("max_connections")
        if (kinds := params.json("allowed_updates")) is not None:
            self._queue.allow(kinds)
        if params.flag("drop_pending_updates"):
            self._queue.drop_webhook(forget=True)
        self._queue.set_webhook(url, secret, options)
        return True

    def delete_webhook(self, params: Params) -> bool:
        self._queue.drop_webhook(forget=params.flag("drop_pending_updates"))
        return True

    def get_webhook_info(self, params: Params) -> Json:
        return self._queue.webhook_info()

    # -- sending -----------------------------------------------------------

    def send_message(self, params: Params) -> Json:
        room = self._writable(params)
        check_no_parse_mode(params)
        text = check_text(params.text("text"))
        extras = self._extras(room, params)
        self._pace.check(room)
        return self._deliver(room, "sendMessage", text=text, **extras)

    def send_photo(self, params: Params) -> Json:
        room = self._writable(params)
        check_no_parse_mode(params)
        caption = check_caption(params.text("caption"))
        sizes = self._upload(params, params.given.get("photo"), "photo")
        extras = self._extras(room, params)
        if caption:
            extras["caption"] = caption
        self._pace.check(room)
        return self._deliver(room, "sendPhoto", photo=sizes, **extras)

    def send_media_group(self, params: Params) -> list[Json]:
        room = self._writable(params)
        media = params.json("media")
        if not isinstance(media, list) or not 2 <= len(media) <= 10:
            raise bad("can't send album: 2-10 items are needed")
        if params.has("reply_markup"):
            raise bad("albums take no reply_markup")
        bodies = []
        for item in media:
            if item.get("type") != "photo":
                raise bad("this emulator takes photos in albums only")
            if item.get("parse_mode"):
                raise bad("this emulator formats nothing")
            body: Json = {
                "photo": self._upload(params, item.get("media"), "media")
            }
            if caption := check_caption(item.get("caption") or ""):
                body["caption"] = caption
            bodies.append(body)
        extras = self._extras(room, params)
        self._pace.check(room, len(bodies))
        album = f"1{self._state.number():016d}"
        return [
            self._deliver(
                room, "sendMediaGroup", media_group_id=album, **body, **extras
            )
            for body in bodies
        ]

    def send_again(self, kind: str, params: Params) -> Json:
        """Send a file that is on the server, as the kind that it is."""
        room = self._writable(params)
        check_no_parse_mode(params)
        caption = check_caption(params.text("caption"))
        file = self._state.files.get(str(params.given.get(kind)))
        if file is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if not file.path.startswith(f"{kind}s/"):
            raise bad(f"can't use file of another type as {kind}")
        extras = self._extras(room, params)
        if caption:
            extras["caption"] = caption
        self._pace.check(room)
        body = {kind: {**stub(file), **needed(kind)}}
        return self._deliver(room, f"send{kind}", **body, **extras)

    def send_chat_action(self, params: Params) -> bool:
        self._writable(params)
        return True

    def edit_message_text(self, params: Params) -> Json:
        message = self._own_message(params)
        check_no_parse_mode(params)
        text = check_text(params.text("text"))
        if "text" not in message:
            raise bad("there is no text in the message to edit")
        return self._edit(params, message, text=text)

    def edit_message_caption(self, params: Params) -> Json:
        message = self._own_message(params)
        check_no_parse_mode(params)
        if "photo" not in message:
            raise bad("there is no caption in the message to edit")
        caption = check_caption(params.text("caption"))
        return self._edit(params, message, caption=caption)

    def edit_message_reply_markup(self, params: Params) -> Json:
        return self._edit(params, self._own_message(params))

    def delete_message(self, params: Params) -> bool:
        room = self._writable(params)
        if room.messages.pop(params.number("message_id"), None) is None:
            raise bad("message to delete not found")
        return True

    def answer_callback_query(self, params: Params) -> bool:
        press = params.text("callback_query_id")
        made = self._state.presses.pop(press, None)
        if made is None or self._state.clock() - made > PRESS_S:
            raise bad(
                "query is too old and response timeout expired "
                "or query ID is invalid"
            )
        if len(params.text("text")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self._state.answers[press] = {
            "text": params.text("text"),
            "alert": params.flag("show_alert"),
        }
        self._state.stir()
        return True

    def set_message_reaction(self, params: Params) -> bool:
        room = self._writable(params)
        message = params.number("message_id")
        if message not in room.messages:
            raise bad("message to react not found")
        reaction = params.json("reaction") or []
        for one in reaction:
            if one.get("emoji", "").strip("\ufe0f") not in REACTIONS:
                raise bad("REACTION_INVALID")
        self._state.reactions[room.id, message] = reaction
        self._state.stir()
        return True

    # -- commands ----------------------------------------------------------

    def set_my_commands(self, params: Params) -> bool:
        commands = check_commands(params.json("commands"))
        self._state.commands[self._scope(params)] = commands
        return True

    def get_my_commands(self, params: Params) -> list[Json]:
        return self._state.commands.get(self._scope(params), [])

    def delete_my_commands(self, params: Params) -> bool:
        self._state.commands.pop(self._scope(params), None)
        return True

    def _scope(self, params: Params) -> tuple[str, str]:
        scope = params.json("scope") or {"type": "default"}
        kind = scope.get("type")
        if kind not in SCOPES:
            raise bad("can't parse BotCommandScope: unsupported type")
        if kind.startswith("chat"):
            room = self._room(scope.get("chat_id"))
            kind = f"{kind}:{room.id}"
        language = params.text("language_code")
        if language and not re.fullmatch(r"[a-z]{2}", language):
            raise bad("invalid language code specified")
        return kind, language

    # -- chats -------------------------------------------------------------

    def get_chat(self, params: Params) -> Json:
        room = self._readable(params)
        return {
            **self._state.chat(room),
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": {
                "unlimited_gifts": False,
                "limited_gifts": False,
                "unique_gifts": False,
                "premium_subscription": False,
                "gifts_from_channels": False,
            },
            "permissions": _permissions(),
        }

    def get_chat_member(self, params: Params) -> Json:
        room = self._readable(params)
        user = params.number("user_id")
        if user not in room.members and user not in self._state.people:
            raise bad("user not found")
        return self.member(user, room.members.get(user, "left"))

    def get_chat_member_count(self, params: Params) -> int:
        room = self._readable(params)
        return sum(status in IN for status in room.members.values())

    def get_chat_administrators(self, params: Params) -> list[Json]:
        room = self._readable(params)
        if room.private:
            raise bad("there are no administrators in the private chat")
        return [
            self.member(user, status)
            for user, status in room.members.items()
            if status in {"creator", "administrator"}
        ]

    def leave_chat(self, params: Params) -> bool:
        room = self._readable(params)
        if room.private:
            raise bad("chat member status can't be changed in private chats")
        before = room.members[self._state.bot["id"]]
        room.members[self._state.bot["id"]] = "left"
        self.membership(room, self._state.bot, before, "left")
        return True

    def member(self, user: int, status: str) -> Json:
        """Return a ChatMember with every field its status demands."""
        bot = self._state.bot
        person = bot if user == bot["id"] else self._state.people[user]
        member: Json = {"user": _plain(person), "status": status}
        match status:
            case "creator":
                member |= {"is_anonymous": False}
            case "administrator":
                member |= _rights()
            case "restricted":
                member |= {
                    "is_member": True,
                    "until_date": 0,
                    **_permissions(),
                }
            case "kicked":
                member |= {"until_date": 0}
            case _:
                pass
        return member

    def membership(
        self, room: Room, actor: Json, before: str, after: str
    ) -> None:
        """Tell the bot that its own membership changed."""
        bot = self._state.bot["id"]
        self._queue.put(
            "my_chat_member",
            room.id,
            {
                "chat": self._state.chat(room),
                "from": _plain(actor),
                "date": self._state.now(),
                "old_chat_member": self.member(bot, before),
                "new_chat_member": self.member(bot, after),
            },
        )

    # -- files -------------------------------------------------------------

    def get_file(self, params: Params) -> Json:
        file = self._state.files.get(params.text("file_id"))
        if file is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(file.content) > DOWNLOAD_BYTES:
            raise bad("file is too big")
        return {
            "file_id": file.id,
            "file_unique_id": file.unique,
            "file_size": len(file.content),
            "file_path": file.path,
        }

    # -- what the methods share --------------------------------------------

    def _room(self, given: object) -> Room:
        try:
            room = self._state.rooms.get(int(str(given)))
        except (TypeError, ValueError):
            room = None
        if given in {None, ""}:
            raise bad("chat_id is empty")
        if room is None:
            raise bad("chat not found")
        if room.moved_to:
            raise bad(
                "group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=room.moved_to,
            )
        return room

    def _readable(self, params: Params) -> Room:
        room = self._room(params.given.get("chat_id"))
        if room.private:
            return room
        status = room.members.get(self._state.bot["id"], "")
        kind = f"{room.type} chat"
        if status == "kicked":
            raise Refused(403, f"Forbidden: bot was kicked from the {kind}")
        if status not in IN:
            raise Refused(403, f"Forbidden: bot is not a member of the {kind}")
        return room

    def _writable(self, params: Params) -> Room:
        room = self._readable(params)
        if room.deactivated:
            raise Refused(403, "Forbidden: user is deactivated")
        if room.private and room.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if room.private and not room.opened:
            raise Refused(
                403,
                "Forbidden: bot can't initiate conversation with a user",
            )
        if room.muted:
            raise bad("not enough rights to send text messages to the chat")
        return room

    def _extras(self, room: Room, params: Params) -> Json:
        """Check the buttons, the reply and the topic of a message."""
        extras: Json = {}
        if markup := check_markup(params.json("reply_markup")):
            extras["reply_markup"] = markup
        quoted = self._quoted(room, params)
        topic = params.number("message_thread_id")
        if quoted is not None:
            extras["reply_to_message"] = self._state.quoted(quoted)
            if quoted.get("is_topic_message"):
                # a reply stands where the message stands that it answers
                topic = topic or quoted["message_thread_id"]
        if topic:
            if topic not in room.topics:
                raise bad("message thread not found")
            if topic in room.closed_topics:
                raise bad("TOPIC_CLOSED")
            extras |= {"message_thread_id": topic, "is_topic_message": True}
        return extras

    def _quoted(self, room: Room, params: Params) -> Json | None:
        reply = params.json("reply_parameters") or {}
        if params.has("reply_to_message_id"):
            reply = {
                "message_id": params.number("reply_to_message_id"),
                "allow_sending_without_reply": params.flag(
                    "allow_sending_without_reply"
                ),
            }
        if not reply:
            return None
        quoted = room.messages.get(int(reply["message_id"]))
        if quoted is None and not reply.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        return quoted

    def _deliver(self, room: Room, method: str, **body: object) -> Json:
        author: Json | None = _plain(self._state.bot)
        if room.type == "channel":
            author, body["sender_chat"] = None, self._state.chat(room)
        message = self._state.keep(room, author, **body)
        self._state.delivered.append(Delivered(room.id, method, message))
        self._state.stir()
        return message

    def _own_message(self, params: Params) -> Json:
        room = self._writable(params)
        message = room.messages.get(params.number("message_id"))
        if message is None:
            raise bad("message to edit not found")
        author = message.get("from", {}).get("id")
        if author != self._state.bot["id"] and room.type != "channel":
            raise bad("message can't be edited")
        return message

    def _edit(self, params: Params, message: Json, **changes: object) -> Json:
        markup = check_markup(params.json("reply_markup"))
        before = dict(message)
        message.update(changes)
        message.pop("reply_markup", None)
        if markup and markup["inline_keyboard"]:
            message["reply_markup"] = markup
        if message == before:
            raise bad(
                "message is not modified: specified new message content and "
                "reply markup are exactly the same as a current content and "
                "reply markup of the message"
            )
        message["edit_date"] = self._state.now()
        self._state.stir()
        return message

    def _upload(self, params: Params, given: object, field: str) -> list[Json]:
        content: bytes | None = None
        if isinstance(given, str) and given.startswith("attach://"):
            content = params.files.get(given.removeprefix("attach://"))
        elif given is None:
            content = params.files.get(field)
        elif known := self._state.files.get(str(given)):
            content = known.content
        if not content:
            raise bad("there is no photo in the request")
        if len(content) > PHOTO_BYTES:
            raise Refused(413, "Request Entity Too Large")
        size = measure(content)
        if size is None:
            raise bad("IMAGE_PROCESS_FAILED")
        width, height = size
        if width + height > 10_000 or not 1 / 20 <= width / height <= 20:
            raise bad("PHOTO_INVALID_DIMENSIONS")
        return self._state.sizes(content)


def _plain(user: Json) -> Json:
    """Return a user as messages carry one."""
    names = (
        "id",
        "is_bot",
        "first_name",
        "last_name",
        "username",
        "language_code",
    )
    return {name: user[name] for name in names if name in user}


def _rights() -> Json:
    no = (
        "can_be_edited",
        "is_anonymous",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
        "can_send_welcome_messages",
    )
    yes = ("can_manage_chat", "can_invite_users")
    return {**dict.fromkeys(no, False), **dict.fromkeys(yes, True)}


def _permissions() -> Json:
    yes = (
        "can_send_messages",
        "can_send_audios",
        "can_send_documents",
        "can_send_photos",
        "can_send_videos",
        "can_send_video_notes",
        "can_send_voice_notes",
        "can_send_polls",
        "can_send_other_messages",
        "can_add_web_page_previews",
        "can_change_info",
        "can_invite_users",
        "can_pin_messages",
        "can_manage_topics",
        "can_edit_tag",
        "can_react_to_messages",
    )
    return dict.fromkeys(yes, True)
