"""The users' side: what people do in their Telegram apps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.emulators.botapi.rules import units
from tests.emulators.botapi.state import (
    ANONYMOUS,
    CHANNEL_BOT,
    IN,
    SERVICE,
    Json,
    Room,
    State,
    needed,
    stub,
)

if TYPE_CHECKING:
    from tests.emulators.botapi.methods import Methods
    from tests.emulators.botapi.queue import Queue
    from tests.emulators.botapi.server import BotApi

_ENTITY = re.compile(
    r"(?P<bot_command>(?<!\S)/[A-Za-z0-9_]+(?:@[A-Za-z0-9_]+)?)"
    r"|(?P<mention>@[A-Za-z0-9_]{5,32})"
)
MISSED = "this message has no such button"


class Side:
    """What every actor needs."""

    def __init__(self, api: "BotApi") -> None:
        self._api = api
        self._state: State = api.state
        self._queue: Queue = api.queue
        self._methods: Methods = api.methods

    def _emit(self, kind: str, room: Room, message: Json) -> Json:
        if self._sees(room, message):
            self._queue.put(kind, room.id, message)
            if kind in {"message", "channel_post"}:
                self._state.said.append(message)
        return message

    def _sees(self, room: Room, message: Json) -> bool:
        """Say whether Telegram shows the message to the bot."""
        bot = self._state.bot
        if room.private:
            return True
        status = room.members.get(bot["id"], "")
        if status not in IN:
            return False
        if status == "administrator" or bot["can_read_all_group_messages"]:
            return True
        words = message.get("text", message.get("caption"))
        quoted = message.get("reply_to_message", {}).get("from", {})
        return (
            (words is None and "photo" not in message)
            or (words or "").startswith("/")
            or f"@{bot['username']}".lower() in (words or "").lower()
            or quoted.get("id") == bot["id"]
        )

    def _worded(self, text: str, field: str) -> Json:
        if not text:
            return {}
        entities = [
            {
                "type": found.lastgroup,
                "offset": units(text[: found.start()]),
                "length": units(found.group()),
            }
            for found in _ENTITY.finditer(text)
        ]
        key = "entities" if field == "text" else "caption_entities"
        return {field: text, **({key: entities} if entities else {})}


@dataclass
class Press:
    """A press of a button, and what came of it."""

    id: str
    state: State

    @property
    def answer(self) -> Json | None:
        return self.state.answers.get(self.id)


class Person(Side):
    """Somebody with a Telegram app."""

    def __init__(self, api: "BotApi", user: Json) -> None:
        super().__init__(api)
        self.user = user

    @property
    def id(self) -> int:
        return int(self.user["id"])

    @property
    def private(self) -> "Group":
        """The private chat with the bot."""
        return Group(self._api, self._state.rooms[self.id])

    # -- saying ------------------------------------------------------------

    def starts(self, payload: str = "") -> Json:
        """Press START in the private chat, perhaps from a deep link."""
        self._state.rooms[self.id].opened = True
        return self.says(None, f"/start {payload}".strip())

    def says(
        self,
        where: "Group | None",
        text: str = "",
        *,
        photos: Sequence[bytes] = (),
        reply_to: Json | None = None,
        thread: int = 0,
        **extra: object,
    ) -> Json:
        """Write into a group, or to the bot (None); several photos make an
        album, whose first part is returned."""
        if len(photos) > 1:
            return self.shows(
                where, photos, text, reply_to=reply_to, thread=thread
            )[0]
        body = dict(extra)
        if photos:
            body["photo"] = self._state.sizes(photos[0])
        body |= self._worded(text, "caption" if photos else "text")
        return self._post(where, body, reply_to, thread)

    def shows(
        self,
        where: "Group | None",
        photos: Sequence[bytes],
        text: str = "",
        *,
        reply_to: Json | None = None,
        thread: int = 0,
    ) -> list[Json]:
        """Post an album: one message a photo, the caption on the first."""
        album = f"1{self._state.number():016d}"
        parts = []
        for index, photo in enumerate(photos):
            body = {
                "photo": self._state.sizes(photo),
                "media_group_id": album,
                **self._worded("" if index else text, "caption"),
            }
            parts.append(self._post(where, body, reply_to, thread))
        return parts

    def sends(
        self,
        where: "Group | None",
        kind: str,
        content: bytes = b"",
        *,
        name: str = "",
        text: str = "",
        reply_to: Json | None = None,
        thread: int = 0,
        media_group_id: str = "",
        **fields: object,
    ) -> Json:
        """Send a ``document``, ``voice``, ``video``, ``sticker``, …"""
        file = self._state.file(content or b"\0", f"{kind}s", "bin")
        body: Json = {**stub(file), **needed(kind, name), **fields}
        given: Json = {kind: body, **self._worded(text, "caption")}
        if media_group_id:
            given["media_group_id"] = media_group_id
        return self._post(where, given, reply_to, thread)

    def points(
        self,
        where: "Group | None",
        lat: float,
        lon: float,
        title: str = "",
        *,
        reply_to: Json | None = None,
    ) -> Json:
        """Send a position, or a venue with a title."""
        location = {"latitude": lat, "longitude": lon}
        body: Json = {"location": location}
        if title:
            body["venue"] = {
                "location": location,
                "title": title,
                "address": "望江路",
            }
        return self._post(where, body, reply_to, 0)

    def forwards(
        self, where: "Group | None", text: str, **body: object
    ) -> Json:
        """Forward somebody's words."""
        origin = {
            "type": "hidden_user",
            "sender_user_name": "隐藏",
            "date": self._state.now() - 60,
        }
        given: Json = {"forward_origin": origin, **body}
        field = "caption" if "photo" in body else "text"
        return self._post(where, given | self._worded(text, field), None, 0)

    def edits(
        self,
        message: Json,
        text: str | None = None,
        photo: bytes | None = None,
    ) -> Json:
        """Change one's own message; without changes: an invisible edit."""
        room = self._state.rooms[message["chat"]["id"]]
        kept = room.messages[message["message_id"]]
        if text is not None:
            field = "caption" if "photo" in kept else "text"
            for key in ("text", "caption", "entities", "caption_entities"):
                kept.pop(key, None)
            kept |= self._worded(text, field)
        if photo is not None:
            kept["photo"] = self._state.sizes(photo)
        if text is not None or photo is not None:
            kept["edit_date"] = self._state.now()
        else:
            kept.setdefault("edit_date", self._state.now())
        return self._emit("edited_message", room, dict(kept))

    def deletes(self, message: Json) -> None:
        """Take a message back; bots are never told."""
        room = self._state.rooms[message["chat"]["id"]]
        room.messages.pop(message["message_id"], None)

    # -- pressing ----------------------------------------------------------

    def presses(self, message: Json, which: int | str = 0) -> Press:
        """Press a button of a message, by place or by label."""
        room = self._state.rooms[message["chat"]["id"]]
        kept = room.messages[message["message_id"]]
        rows = kept.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        if isinstance(which, str):
            buttons = [b for b in buttons if which in b["text"]]
            which = 0
        if which >= len(buttons) or "callback_data" not in buttons[which]:
            raise LookupError(f"{MISSED}: {rows}")
        return self.forges(kept, buttons[which]["callback_data"])

    def forges(self, message: Json, data: str) -> Press:
        """Press a button that isn't there."""
        room = self._state.rooms[message["chat"]["id"]]
        press = f"43{self._state.number():016d}"
        self._state.presses[press] = self._state.clock()
        kept = room.messages.get(message["message_id"], message)
        self._queue.put(
            "callback_query",
            room.id,
            {
                "id": press,
                "from": self.user,
                "message": dict(kept),
                "chat_instance": "-6290138447",
                "data": data,
            },
        )
        return Press(press, self._state)

    # -- coming and going --------------------------------------------------

    def joins(self, group: "Group", status: str = "member") -> None:
        """Come into a group."""
        group.room.members[self.id] = status
        self._service(group.room, new_chat_members=[self.user])

    def leaves(self, group: "Group") -> None:
        """Go out of a group."""
        group.room.members[self.id] = "left"
        self._service(group.room, left_chat_member=self.user)

    def adds_bot(self, group: "Group", status: str = "member") -> None:
        """Bring the bot into a group."""
        self._bot_becomes(group.room, status)
        bot = _user(self._state.bot)
        self._service(group.room, new_chat_members=[bot])

    def kicks_bot(self, group: "Group") -> None:
        """Throw the bot out for good."""
        self._bot_becomes(group.room, "kicked")

    def promotes_bot(self, group: "Group") -> None:
        """Make the bot an administrator."""
        self._bot_becomes(group.room, "administrator")

    def demotes_bot(self, group: "Group") -> None:
        """Make the bot an ordinary member again."""
        self._bot_becomes(group.room, "member")

    def blocks_bot(self) -> None:
        """Stop the bot from writing in private."""
        self._blocks(blocked=True)

    def unblocks_bot(self) -> None:
        """Let the bot write in private again."""
        self._blocks(blocked=False)

    def upgrades(self, group: "Group", signals: str = "old new") -> "Group":
        """Turn a group into a supergroup; it gets another id.

        ``signals``: which notices come, in which order: ``old``, ``new``
        (the service messages), ``member`` (my_chat_member on both sides).
        """
        old = group.room
        new = self._api.group(
            old.title,
            id=-1_000_000_000_000 - abs(old.id),
            kind="supergroup",
            members=dict(old.members),
            bot=old.members.get(self._state.bot["id"], "member"),
        )
        moved = self._state.keep(
            old, self.user, migrate_to_chat_id=new.room.id
        )
        came = self._state.keep(
            new.room, ANONYMOUS, migrate_from_chat_id=old.id
        )
        came["sender_chat"] = self._state.chat(new.room)
        for signal in signals.split():
            match signal:
                case "old":
                    self._emit("message", old, moved)
                case "new":
                    self._emit("message", new.room, came)
                case _:
                    tell = self._methods.membership
                    tell(new.room, self.user, "left", "member")
                    tell(old, self.user, "member", "left")
        old.moved_to = new.room.id
        return new

    def _bot_becomes(self, room: Room, status: str) -> None:
        bot = self._state.bot["id"]
        before = room.members.get(bot, "left")
        room.members[bot] = status
        self._methods.membership(room, self.user, before, status)

    def _blocks(self, *, blocked: bool) -> None:
        room = self._state.rooms[self.id]
        room.blocked = blocked
        states = ("member", "kicked") if blocked else ("kicked", "member")
        self._methods.membership(room, self.user, *states)

    def _service(self, room: Room, **body: object) -> None:
        self._emit("message", room, self._state.keep(room, self.user, **body))

    def _post(
        self,
        where: "Group | None",
        body: Json,
        reply_to: Json | None,
        thread: int,
    ) -> Json:
        room = self._state.rooms[self.id] if where is None else where.room
        if not room.private and room.members.get(self.id) not in IN:
            raise LookupError(f"{self.id} is no member of {room.title}")
        room.opened = True
        given = dict(body)
        if thread:
            given |= {"message_thread_id": thread, "is_topic_message": True}
            root = room.messages.get(thread)
            if root is not None:
                given["reply_to_message"] = self._state.quoted(root)
        if reply_to is not None:
            given["reply_to_message"] = self._state.quoted(reply_to)
        message = self._state.keep(room, self.user, **given)
        return self._emit("message", room, message)


class Group(Side):
    """A chat, and what is said there."""

    def __init__(self, api: "BotApi", room: Room) -> None:
        super().__init__(api)
        self.room = room

    @property
    def id(self) -> int:
        return self.room.id

    @property
    def key(self) -> str:
        """The chat as a pack writes it."""
        return f"telegram:{self.id}"

    @property
    def heard(self) -> list[Json]:
        """What the bot has said here, as it reads now."""
        bot = self._state.bot["id"]
        return [
            message
            for message in self.room.messages.values()
            if message.get("from", {}).get("id") == bot
        ]

    @property
    def words(self) -> list[str]:
        """The texts of ``heard``."""
        return [str(m.get("text", m.get("caption", ""))) for m in self.heard]

    def as_itself(self, text: str, photos: Sequence[bytes] = ()) -> Json:
        """Post as an anonymous administrator."""
        body = self._body(text, photos)
        body["sender_chat"] = self._state.chat(self.room)
        message = self._state.keep(self.room, ANONYMOUS, **body)
        return self._emit("message", self.room, message)

    def from_channel(self, channel: "Group", text: str) -> Json:
        """Carry over a post of the linked channel."""
        body = self._body(text, ())
        body["sender_chat"] = self._state.chat(channel.room)
        body["is_automatic_forward"] = True
        message = self._state.keep(self.room, SERVICE, **body)
        return self._emit("message", self.room, message)

    def as_channel(self, channel: "Group", text: str) -> Json:
        """Say something as one's channel instead of oneself."""
        body = self._body(text, ())
        body["sender_chat"] = self._state.chat(channel.room)
        message = self._state.keep(self.room, CHANNEL_BOT, **body)
        return self._emit("message", self.room, message)

    def posts(self, text: str, photos: Sequence[bytes] = ()) -> Json:
        """Post in a channel."""
        body = self._body(text, photos)
        body["sender_chat"] = self._state.chat(self.room)
        message = self._state.keep(self.room, None, **body)
        return self._emit("channel_post", self.room, message)

    def opens_topic(self, name: str) -> int:
        """Make a forum topic and return its thread id."""
        self.room.forum = True
        message = self._state.keep(
            self.room,
            next(iter(self._state.people.values())),
            forum_topic_created={"name": name, "icon_color": 7322096},
            is_topic_message=True,
        )
        thread = int(message["message_id"])
        message["message_thread_id"] = thread
        self.room.topics.add(thread)
        self._emit("message", self.room, message)
        return thread

    def drops_topic(self, thread: int) -> None:
        """Delete a topic."""
        self.room.topics.discard(thread)

    def _body(self, text: str, photos: Sequence[bytes]) -> Json:
        if photos:
            return {
                "photo": self._state.sizes(photos[0]),
                **self._worded(text, "caption"),
            }
        return self._worded(text, "text")


def _user(bot: Json) -> Json:
    names = ("id", "is_bot", "first_name", "username")
    return {name: bot[name] for name in names}
