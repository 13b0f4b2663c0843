"""What enters and what leaves, in words that belong to no platform.

Frozen values. A channel turns its platform's JSON into an ``Incoming`` and
an ``Outgoing`` into its platform's call; nothing else crosses that line.
They are stored as JSON (inbox and outbox rows), so a field may be added
with a default and never renamed.
"""

from datetime import datetime

from msgspec import Struct

from config.terms import ChatKind, LetterId, PhotoId, TicketId, Urgency, WishId


class Chat(Struct, frozen=True):
    """A place where things are said: ``channel`` plus the platform's id."""

    channel: str
    address: str
    kind: ChatKind
    thread: str = ""
    """Forum topic; "" where there is none. Not part of the identity."""

    @property
    def key(self) -> str:
        """``telegram:-1001001``, as the pack writes it."""
        return f"{self.channel}:{self.address}"


class Sender(Struct, frozen=True):
    """Who the platform says has spoken or pressed."""

    channel: str
    address: str
    name: str = ""
    admin: bool = False
    """The platform vouches that this is an administrator of the chat."""
    anonymous: bool = False
    """No person: an anonymous admin or a channel post. Never an identity."""
    language: str = ""
    """As the platform tells it (BCP 47), "" if it doesn't."""

    @property
    def key(self) -> str:
        """``telegram:1001``, as the pack writes an account."""
        return f"{self.channel}:{self.address}"


class Photo(Struct, frozen=True):
    """A picture still on the platform; ``ref`` is what ``fetch`` needs."""

    ref: str
    unique: str = ""
    """The platform's own stable id of the picture, "" if it has none."""
    size: int = 0
    width: int = 0
    height: int = 0


class Attachment(Struct, frozen=True):
    """A file that is no photo: ``voice``, ``video``, ``file``, ``sticker``.

    Or a ``contact`` card, whose name and number are the message's text.

    ``ref`` is what the platform needs to show it again in another chat.
    """

    kind: str
    ref: str = ""
    name: str = ""
    mime: str = ""
    size: int = 0


class Point(Struct, frozen=True):
    """WGS 84 degrees."""

    lat: float
    lon: float


class Quote(Struct, frozen=True):
    """The message that a message answers."""

    message: str
    by_me: bool = False
    by_same: bool = False
    """Said by the same sender who quotes it."""
    text: str = ""


class _Arrived(Struct, frozen=True, kw_only=True):
    channel: str
    account: str
    """Which of our own identities received it."""
    chat: Chat
    sender: Sender
    id: str
    """The platform's message, press or update id, unique in its chat."""
    at: datetime
    """When the platform says it happened; aware, UTC."""


class Said(_Arrived, frozen=True, tag="said"):
    """A new message."""

    text: str = ""
    photos: tuple[Photo, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    point: Point | None = None
    quote: Quote | None = None
    album: str = ""
    """Parts of one album share it; "" outside albums."""
    addressed: bool = False
    """The bot is mentioned; the mention itself is cut from ``text``."""
    forwarded: bool = False

    @property
    def key(self) -> str:
        """The once-only key."""
        return f"said:{self.chat.address}:{self.id}"


class Edited(_Arrived, frozen=True, tag="edited"):
    """A message as it reads now; ``version`` grows with each edit."""

    version: str
    text: str = ""
    photos: tuple[Photo, ...] = ()
    album: str = ""
    addressed: bool = False

    @property
    def key(self) -> str:
        """The once-only key."""
        return f"edited:{self.chat.address}:{self.id}:{self.version}"


class Withdrawn(_Arrived, frozen=True, tag="withdrawn"):
    """A message was taken back by its author."""

    @property
    def key(self) -> str:
        """The once-only key."""
        return f"withdrawn:{self.chat.address}:{self.id}"


class Pressed(_Arrived, frozen=True, tag="pressed"):
    """A button was pressed; ``id`` is what ``AnswerPress`` must name."""

    token: str
    message: str = ""
    """The message that carries the button."""

    @property
    def key(self) -> str:
        """The once-only key."""
        return f"pressed:{self.id}"


class Joined(_Arrived, frozen=True, tag="joined"):
    """The bot was added to a group, or a person opened the private chat."""

    title: str = ""

    @property
    def key(self) -> str:
        """The once-only key."""
        return f"joined:{self.chat.address}:{self.id}"


class Left(_Arrived, frozen=True, tag="left"):
    """The bot was removed from a group, or blocked by a person."""

    @property
    def key(self) -> str:
        """The once-only key."""
        return f"left:{self.chat.address}:{self.id}"


class Moved(_Arrived, frozen=True, tag="moved"):
    """The platform gave ``chat`` a new address (a supergroup upgrade)."""

    to: str

    @property
    def key(self) -> str:
        """The once-only key: the same from either side of the move."""
        return f"moved:{self.chat.address}:{self.to}"


class OrderChanged(_Arrived, frozen=True, tag="order"):
    """A work-order system says that its order stands differently."""

    order: str
    """The remote id."""
    status: str
    """Remote word, mapped by the pack; "" where the pack has no word."""
    version: str
    """Another for each state; the moment is in ``at``."""
    words: str = ""
    """What a person there said last."""
    message: str = ""
    """The remote id of those words: they are news only once."""

    @property
    def key(self) -> str:
        """The once-only key."""
        return f"order:{self.order}:{self.version}"


class Unreadable(Struct, frozen=True, kw_only=True, tag="unreadable"):
    """An update that the channel cannot parse: set aside, shown, passed."""

    channel: str
    account: str
    id: str
    """The platform's update id, or a digest of ``raw`` where it has none."""
    raw: bytes
    reason: str
    """What the parser says; never the text of the message."""

    @property
    def key(self) -> str:
        """The once-only key."""
        return f"unreadable:{self.id}"


Incoming = (
    Said
    | Edited
    | Withdrawn
    | Pressed
    | Joined
    | Left
    | Moved
    | OrderChanged
    | Unreadable
)


class Choice(Struct, frozen=True):
    """A button. Where a channel has none: a numbered line."""

    label: str
    token: str = ""
    """At most 64 bytes. A random key of a button row."""
    url: str = ""
    """A link instead of a press."""


class Say(Struct, frozen=True, kw_only=True, tag="say"):
    """Words into a chat."""

    chat: Chat
    text: str
    choices: tuple[Choice, ...] = ()
    reply_to: str = ""
    photos: tuple[PhotoId, ...] = ()
    """Kept photos, to be shown with the words."""
    recordings: tuple[Attachment, ...] = ()
    """Voice messages and videos of the same platform, shown after them."""
    urgency: Urgency = Urgency.ROUTINE
    again: bool = False
    """After an unknown outcome: send once more, marked (acknowledgements
    and danger); otherwise park."""
    quiet: bool = False
    """May wait for the morning; answers to the speaker don't."""
    until_open: bool = False
    """Waits until the person opens the private chat."""
    ticket: TicketId | None = None
    """Replies to this message are about this ticket."""
    wish: WishId | None = None
    about: tuple[str, ...] = ()
    """What else it tells of, to be forgotten with it (``subjects``)."""


class Edit(Struct, frozen=True, kw_only=True, tag="edit"):
    """Change a message that an earlier letter sent."""

    chat: Chat
    letter: LetterId
    text: str
    choices: tuple[Choice, ...] = ()
    message: str = ""
    """The platform's id of what the letter sent; delivery fills it in."""
    about: tuple[str, ...] = ()
    """What it tells of, to be forgotten with it (``subjects``)."""


class AnswerPress(Struct, frozen=True, kw_only=True, tag="answer"):
    """End the spinner of a press; a short notice only the presser sees."""

    chat: Chat
    press: str
    text: str = ""
    alert: bool = False


class MenuItem(Struct, frozen=True):
    """One line of a platform's command menu."""

    command: str
    about: str


class SetMenu(Struct, frozen=True, kw_only=True, tag="menu"):
    """What the platform's command menu shows in this chat."""

    chat: Chat
    language: str
    items: tuple[MenuItem, ...]


class Leave(Struct, frozen=True, kw_only=True, tag="leave"):
    """Go out of a group that no community has bound."""

    chat: Chat


class Order(Struct, frozen=True, kw_only=True, tag="workorder"):
    """Create or update the ticket's order in a work-order system."""

    chat: Chat
    """``kind`` is ``orders``; the address is the reference."""
    reference: str
    """Ours; the remote order is found again by it."""
    title: str
    words: str
    status: str = ""
    """Where the order shall stand; "" leaves it where it is."""
    was: str = ""
    """Where we believe it stands. If somebody there has moved it since,
    it stays; their change is on its way to us."""
    photos: tuple[PhotoId, ...] = ()


Outgoing = Say | Edit | AnswerPress | SetMenu | Leave | Order
