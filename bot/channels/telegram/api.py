"""What of the Bot API's JSON is read: only the fields that matter.

Everything unknown is passed over, so a new Bot API version breaks nothing.
What is declared is checked: what doesn't fit is an error.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

Moment = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]
Count = Annotated[int, Meta(ge=0)]


class Me(Struct, frozen=True):
    """The bot as ``getMe`` describes it."""

    id: int
    username: str = ""
    first_name: str = ""
    can_join_groups: bool = True
    can_read_all_group_messages: bool = False


class User(Struct, frozen=True):
    """Somebody, or a bot."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    language_code: str = ""


class Chat(Struct, frozen=True):
    """A private chat, a group, a supergroup or a channel."""

    id: int
    type: str
    title: str = ""


class Entity(Struct, frozen=True):
    """A stretch of a text that means something, in UTF-16 units."""

    type: str
    offset: Count
    length: Count
    user: User | None = None


class Size(Struct, frozen=True):
    """One size of a photo."""

    file_id: str
    file_unique_id: str
    width: Count = 0
    height: Count = 0
    file_size: Count = 0


class File(Struct, frozen=True):
    """A file; its link is asked for when it is fetched."""

    file_id: str
    file_unique_id: str = ""
    file_name: str = ""
    mime_type: str = ""
    file_size: Count = 0


class Location(Struct, frozen=True):
    """A position, perhaps one that moves on."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class Venue(Struct, frozen=True):
    """The name of a position."""

    title: str = ""
    address: str = ""


class Contact(Struct, frozen=True):
    """A card that names somebody."""

    phone_number: str = ""
    first_name: str = ""
    last_name: str = ""


class Reply(Struct, frozen=True):
    """The message that another one answers; it never holds a reply."""

    message_id: int
    from_: User | None = field(default=None, name="from")
    sender_chat: Chat | None = None
    text: str = ""
    caption: str = ""
    forum_topic_created: object = None


class Message(Struct, frozen=True):
    """Whatever was said, or happened to a chat."""

    message_id: int
    date: Moment
    chat: Chat
    from_: User | None = field(default=None, name="from")
    sender_chat: Chat | None = None
    edit_date: Moment = 0
    message_thread_id: int = 0
    is_topic_message: bool = False
    text: str = ""
    entities: tuple[Entity, ...] = ()
    caption: str = ""
    caption_entities: tuple[Entity, ...] = ()
    photo: tuple[Size, ...] = ()
    document: File | None = None
    animation: File | None = None
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    location: Location | None = None
    venue: Venue | None = None
    contact: Contact | None = None
    reply_to_message: Reply | None = None
    media_group_id: str = ""
    forward_origin: object = None
    is_automatic_forward: bool = False
    migrate_to_chat_id: int = 0
    migrate_from_chat_id: int = 0


class Press(Struct, frozen=True):
    """A press of a button under a message of ours."""

    id: str
    from_: User = field(name="from")
    message: Message | None = None
    data: str = ""


class Member(Struct, frozen=True):
    """How the bot stands in a chat."""

    status: str
    is_member: bool = False

    @property
    def present(self) -> bool:
        """Whether the bot is in the chat."""
        if self.status == "restricted":
            return self.is_member
        return self.status in {"creator", "administrator", "member"}


class Membership(Struct, frozen=True):
    """A change of how the bot stands in a chat."""

    chat: Chat
    from_: User = field(name="from")
    date: Moment
    old_chat_member: Member
    new_chat_member: Member


class Update(Struct, frozen=True):
    """One update; at most one of its kinds is there."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    channel_post: Message | None = None
    edited_channel_post: Message | None = None
    callback_query: Press | None = None
    my_chat_member: Membership | None = None


class Numbered(Struct, frozen=True):
    """An update of which nothing but the number can be read."""

    update_id: int
