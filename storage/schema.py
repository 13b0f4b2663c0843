"""The tables; their unique, check and partial indexes carry the promises.

Every row carries ``community_id``, the key to distribute tables by. Words
that people wrote stand in ``words`` and ``photo`` alone, so that they can
be erased without touching the event log, which holds ids only.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from typing_extensions import override

from config.terms import (
    ChatKind,
    Level,
    Severity,
    Source,
    Status,
    Urgency,
    WishStatus,
)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, UTC in the database and out of it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        moment = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return moment.replace(tzinfo=None)
        return moment

    @override
    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class Spelled(TypeDecorator[StrEnum]):
    """A word of an enum, its member out of the database; "" stays ""."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return self.words(value) if value else value


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    """Return the column of ids that are never given twice.

    What an id stood for may live on elsewhere: in a message, at a platform,
    on an open page. So SQLite must count them, too (``autoincrement``).
    """
    return Column("id", _Id, primary_key=True, autoincrement=True)


def _community() -> Column[str]:
    return Column("community_id", Text, nullable=False)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _word(name: str, default: StrEnum) -> Column[Any]:
    return Column(
        name, Spelled(type(default)), nullable=False, server_default=default
    )


def _moment(name: str, *, needed: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=not needed)


def _number(name: str, default: int = 0) -> Column[int]:
    return Column(
        name, Integer, nullable=False, server_default=text(f"{default}")
    )


def _flag(name: str, *, default: bool = False) -> Column[bool]:
    return Column(
        name,
        Boolean,
        nullable=False,
        server_default=text("true" if default else "false"),
    )


def _among(column: str, words: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _where(condition: str) -> dict[str, Any]:
    return {
        "sqlite_where": text(condition),
        "postgresql_where": text(condition),
    }


class MadeBy(StrEnum):
    """Whose a row is; the pack touches only its own."""

    PACK = "pack"
    CHAT = "chat"
    CONSOLE = "console"


# The community and its people -------------------------------------------

community = Table(
    "community",
    metadata,
    Column("id", Text, primary_key=True),
    _text("name"),
    _text("street"),
    _text("time_zone"),
    _text("language"),
    _number("next_number", 1),
    _flag("active", default=True),
    _moment("faq_at"),
)

grid = Table(
    "grid",
    metadata,
    Column("community_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    _text("name"),
    _number("households"),
    Column("worker_id", Text),
    _number("place_in_list"),
    _flag("active", default=True),
    Index("ix_grid_worker", "community_id", "worker_id", **_where("active")),
)

person = Table(
    "person",
    metadata,
    Column("community_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    _text("name"),
    _text("phone"),
    _text("language"),
    _text("building"),
    _text("skills"),
    _text("made_by", MadeBy.CHAT),
    _flag("active", default=True),
    Column("merged_into", Text),
    _moment("created_at"),
    _moment("noticed_at"),
    _moment("erased_at"),
    Index(
        "ix_person_merged_into",
        "community_id",
        "merged_into",
        **_where("merged_into IS NOT NULL"),
    ),
    _among("made_by", MadeBy),
)

role = Table(
    "role",
    metadata,
    Column("community_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("grid_id", Text, primary_key=True, server_default=""),
    _text("made_by", MadeBy.CHAT),
    _among("made_by", MadeBy),
)

account = Table(
    "account",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("community_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    _flag("reachable"),
    _text("made_by", MadeBy.CHAT),
    _flag("active", default=True),
    _moment("seen_at"),
    Index("ix_account_person", "community_id", "person_id"),
    _among("made_by", MadeBy),
)

chat = Table(
    "chat",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("community_id", Text),
    Column("grid_id", Text),
    Column("kind", Spelled(ChatKind), nullable=False, server_default=""),
    _text("title"),
    _text("state", "open"),
    _text("moved_to"),
    _text("made_by", MadeBy.CHAT),
    _moment("changed_at"),
    Index("ix_chat_grid", "community_id", "grid_id"),
    _among("state", ("open", "gone", "moved")),
    _among("made_by", MadeBy),
)

# Way in and way out -------------------------------------------------------

seen = Table(
    "seen",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    _moment("at", needed=True),
    Index("ix_seen_at", "at"),
    sqlite_with_rowid=False,
)

inbox = Table(
    "inbox",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("key", Text, nullable=False),
    _text("state"),
    _text("album"),
    _number("attempts"),
    Column("body", LargeBinary, nullable=False),
    _text("reason"),
    _moment("created_at", needed=True),
    _moment("due_at"),
    UniqueConstraint("channel", "account", "key"),
    Index("ix_inbox_album", "album", **_where("album <> ''")),
    Index("ix_inbox_due_at", "due_at", **_where("state = 'album'")),
    _among("state", ("album", "failing", "poison")),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("community_id", Text),
    _text("channel"),
    Column("chat", Text, nullable=False),
    _text("kind"),
    Column("body", LargeBinary, nullable=False),
    _text("state", "waiting"),
    _number("attempts"),
    _number("fence"),
    _flag("again"),
    _text("urgency", Urgency.ROUTINE),
    Column("ticket_id", _Id),
    Column("wish_id", _Id),
    _text("message"),
    _text("reason"),
    _moment("created_at", needed=True),
    _moment("not_before"),
    _moment("lease_until"),
    _moment("sent_at"),
    Index(
        "ix_outbox_queue",
        "chat",
        "id",
        **_where("state IN ('waiting', 'sending')"),
    ),
    Index(
        "ix_outbox_due",
        "channel",
        "not_before",
        "id",
        **_where("state = 'waiting'"),
    ),
    Index("ix_outbox_sending", "chat", **_where("state = 'sending'")),
    Index(
        "ix_outbox_tried",
        "not_before",
        "chat",
        **_where("state = 'waiting' AND reason <> ''"),
    ),
    Index("ix_outbox_parked", "id", **_where("state = 'parked'")),
    Index("ix_outbox_dropped", "id", **_where("state = 'dropped'")),
    Index("ix_outbox_ticket", "ticket_id", **_where("ticket_id IS NOT NULL")),
    Index("ix_outbox_wish", "wish_id", **_where("wish_id IS NOT NULL")),
    Index("ix_outbox_sent_at", "sent_at", **_where("state = 'sent'")),
    _among("state", ("waiting", "sending", "sent", "parked", "dropped")),
    sqlite_autoincrement=True,
)

# Tickets ------------------------------------------------------------------

OPEN_STATES = "status IN ('reported', 'accepted', 'paused')"

ticket = Table(
    "ticket",
    metadata,
    _id(),
    _community(),
    Column("number", Integer, nullable=False),
    Column("code", Text, nullable=False, unique=True),
    _word("status", Status.REPORTED),
    Column("grid_id", Text),
    _text("category"),
    _word("severity", Severity.SIMPLE),
    _word("urgency", Urgency.ROUTINE),
    _word("level", Level.GRID),
    _word("source", Source.GROUP),
    _text("place"),
    Column("lat", Float),
    Column("lon", Float),
    Column("reporter_id", Text),
    Column("assignee_id", Text),
    Column("body_id", Text),
    _flag("private"),
    Column("merged_into", _Id),
    _text("origin_chat"),
    _text("origin_message"),
    _text("origin_thread"),
    _number("reopened"),
    Column("rating", Integer),
    _moment("opened_at", needed=True),
    _moment("accepted_at"),
    _moment("resolved_at"),
    _moment("closed_at"),
    UniqueConstraint("community_id", "number"),
    Index(
        "ix_ticket_assignee",
        "community_id",
        "assignee_id",
        **_where(OPEN_STATES),
    ),
    Index("ix_ticket_reporter", "community_id", "reporter_id", "id"),
    Index(
        "ix_ticket_merged_into",
        "merged_into",
        **_where("merged_into IS NOT NULL"),
    ),
    Index("ix_ticket_board", "community_id", "status", "id"),
    Index(
        "ix_ticket_closed_at", "closed_at", **_where("closed_at IS NOT NULL")
    ),
    _among("status", Status),
    _among("severity", Severity),
    _among("urgency", Urgency),
    _among("level", Level),
    _among("source", Source),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    sqlite_autoincrement=True,
)

follower = Table(
    "follower",
    metadata,
    Column("ticket_id", _Id, primary_key=True),
    Column("person_id", Text, primary_key=True),
    _community(),
    _text("chat"),
    _text("message"),
    _moment("at", needed=True),
    _moment("left_at"),
    Index("ix_follower_person", "community_id", "person_id"),
)

suggestion = Table(
    "suggestion",
    metadata,
    Column("ticket_id", _Id, primary_key=True),
    Column("target_id", _Id, primary_key=True),
    _community(),
    Column("chance", Float, nullable=False),
    _flag("asked"),
    _text("answer"),
    Column("answered_by", Text),
    _moment("at", needed=True),
    _moment("answered_at"),
    Index("ix_suggestion_target", "target_id"),
    Index(
        "ix_suggestion_answered_by",
        "community_id",
        "answered_by",
        **_where("answered_by IS NOT NULL"),
    ),
    _among("answer", ("", "same", "other")),
)

words = Table(
    "words",
    metadata,
    _id(),
    _community(),
    Column("ticket_id", _Id),
    Column("wish_id", _Id),
    _text("kind"),
    Column("author_id", Text),
    _text("text"),
    _moment("at", needed=True),
    _moment("erased_at"),
    Index("ix_words_ticket", "ticket_id", **_where("ticket_id IS NOT NULL")),
    Index("ix_words_wish", "wish_id", **_where("wish_id IS NOT NULL")),
    Index("ix_words_author", "community_id", "author_id"),
    Index(
        "ix_words_live",
        "community_id",
        "at",
        **_where("erased_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

event = Table(
    "event",
    metadata,
    _id(),
    _community(),
    Column("ticket_id", _Id),
    Column("wish_id", _Id),
    _moment("at", needed=True),
    Column("actor_id", Text),
    _text("action"),
    _text("old"),
    _text("new"),
    Column("words_id", _Id),
    _text("fields", "{}"),
    Index("ix_event_ticket", "ticket_id", **_where("ticket_id IS NOT NULL")),
    Index("ix_event_wish", "wish_id", **_where("wish_id IS NOT NULL")),
    sqlite_autoincrement=True,
)

post = Table(
    "post",
    metadata,
    Column("chat", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    _community(),
    Column("ticket_id", _Id),
    Column("wish_id", _Id),
    Column("words_id", _Id),
    Column("author_id", Text),
    _text("kind"),
    _text("album"),
    Index("ix_post_album", "chat", "album", **_where("album <> ''")),
    Index(
        "ix_post_author",
        "community_id",
        "author_id",
        **_where("author_id IS NOT NULL"),
    ),
    Index("ix_post_ticket", "ticket_id", **_where("ticket_id IS NOT NULL")),
)

photo = Table(
    "photo",
    metadata,
    _id(),
    _community(),
    Column("ticket_id", _Id),
    Column("wish_id", _Id),
    _text("purpose"),
    _text("kind"),
    Column("author_id", Text),
    _text("channel"),
    _text("chat"),
    _text("message"),
    _text("ref"),
    _text("same"),
    _text("state", "wanted"),
    _text("hash"),
    _text("look"),
    _number("width"),
    _number("height"),
    _number("bytes"),
    _number("attempts"),
    _text("reason"),
    _flag("shown"),
    _moment("created_at", needed=True),
    _moment("due_at"),
    Index("ix_photo_ticket", "ticket_id", **_where("ticket_id IS NOT NULL")),
    Index("ix_photo_wish", "wish_id", **_where("wish_id IS NOT NULL")),
    Index("ix_photo_wanted", "due_at", **_where("state = 'wanted'")),
    Index("ix_photo_hash", "hash", **_where("hash <> ''")),
    Index(
        "ix_photo_author",
        "community_id",
        "author_id",
        **_where("author_id IS NOT NULL"),
    ),
    Index(
        "ix_photo_live",
        "community_id",
        "created_at",
        **_where("state <> 'erased'"),
    ),
    Index(
        "ix_photo_erased",
        "id",
        **_where("state = 'erased' AND hash <> ''"),
    ),
    _among(
        "state",
        ("wanted", "kept", "failed", "afar", "withdrawn", "erased"),
    ),
    sqlite_autoincrement=True,
)

# Time ---------------------------------------------------------------------

time_limit = Table(
    "time_limit",
    metadata,
    _id(),
    _community(),
    Column("ticket_id", _Id, nullable=False),
    _text("kind"),
    _text("rule"),
    _text("state", "running"),
    _moment("started_at", needed=True),
    _moment("due_at", needed=True),
    _moment("met_at"),
    Index("ix_time_limit_ticket", "ticket_id"),
    _among("state", ("running", "met", "dropped")),
    sqlite_autoincrement=True,
)

due = Table(
    "due",
    metadata,
    _id(),
    _community(),
    _text("kind"),
    Column("subject_id", _Id, nullable=False),
    Column("limit_id", _Id, nullable=False, server_default=text("0")),
    _text("rung"),
    _text("state", "waiting"),
    _text("reason"),
    _moment("due_at", needed=True),
    _moment("done_at"),
    UniqueConstraint("kind", "subject_id", "limit_id", "rung", "due_at"),
    Index("ix_due_waiting", "due_at", **_where("state = 'waiting'")),
    _among("state", ("waiting", "done", "dropped", "failed")),
    sqlite_autoincrement=True,
)

# Presses, dialogues, codes ------------------------------------------------

button = Table(
    "button",
    metadata,
    Column("token", Text, primary_key=True),
    _community(),
    _text("action"),
    Column("subject_id", _Id, nullable=False, server_default=text("0")),
    _text("args", "{}"),
    _text("allowed"),
    _text("chat"),
    _text("bunch"),
    _moment("created_at", needed=True),
    _moment("expires_at", needed=True),
    _moment("used_at"),
    Index("ix_button_bunch", "bunch"),
    Index("ix_button_expires_at", "expires_at"),
)

dialogue = Table(
    "dialogue",
    metadata,
    Column("chat", Text, primary_key=True),
    Column("sender", Text, primary_key=True),
    _community(),
    _text("step"),
    _text("args", "{}"),
    _moment("expires_at", needed=True),
)

code = Table(
    "code",
    metadata,
    Column("hash", Text, primary_key=True),
    _community(),
    _text("purpose"),
    _text("subject"),
    Column("made_for", Text),
    _moment("created_at", needed=True),
    _moment("expires_at", needed=True),
    _moment("used_at"),
    _among("purpose", ("bind", "login", "link")),
)

guess = Table(
    "guess",
    metadata,
    Column("chat", Text, primary_key=True),
    Column("sender", Text, primary_key=True),
    Column("community_id", Text),
    _number("wrong"),
    _moment("until", needed=True),
    Index("ix_guess_until", "until"),
)

session = Table(
    "session",
    metadata,
    Column("hash", Text, primary_key=True),
    _community(),
    Column("person_id", Text, nullable=False),
    _moment("created_at", needed=True),
    _moment("seen_at", needed=True),
    _moment("expires_at", needed=True),
)

# Wishes -------------------------------------------------------------------

wish = Table(
    "wish",
    metadata,
    _id(),
    _community(),
    Column("number", Integer, nullable=False),
    _word("status", WishStatus.PROPOSED),
    Column("grid_id", Text),
    _text("kind"),
    _text("public_text"),
    Column("wisher_id", Text),
    Column("filed_by", Text),
    _text("contact"),
    _flag("consent"),
    _text("origin_chat"),
    _text("origin_message"),
    _moment("opened_at", needed=True),
    _moment("approved_at"),
    _moment("fulfilled_at"),
    UniqueConstraint("community_id", "number"),
    Index("ix_wish_list", "community_id", "status", "id"),
    Index("ix_wish_wisher", "community_id", "wisher_id"),
    _among("status", WishStatus),
    sqlite_autoincrement=True,
)

claim = Table(
    "claim",
    metadata,
    _id(),
    _community(),
    Column("wish_id", _Id, nullable=False),
    Column("person_id", Text, nullable=False),
    _text("state", "held"),
    _moment("claimed_at", needed=True),
    _moment("until", needed=True),
    _moment("ended_at"),
    Index(
        "uq_claim_live",
        "wish_id",
        unique=True,
        **_where("state IN ('held', 'done')"),
    ),
    Index(
        "ix_claim_person",
        "community_id",
        "person_id",
        **_where("state IN ('held', 'done')"),
    ),
    _among("state", ("held", "done", "dropped", "returned", "fulfilled")),
    sqlite_autoincrement=True,
)

# Questions and answers ----------------------------------------------------

faq_entry = Table(
    "faq_entry",
    metadata,
    Column("community_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    _text("topic"),
    _text("answer"),
    _text("source"),
    Column("issued", Date),
    Column("valid_until", Date),
    _text("made_by", MadeBy.PACK),
    _flag("active", default=True),
    _among("made_by", MadeBy),
)

faq_phrase = Table(
    "faq_phrase",
    metadata,
    Column("community_id", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    _text("text"),
    _text("made_by", MadeBy.PACK),
    _among("made_by", MadeBy),
)

faq_vote = Table(
    "faq_vote",
    metadata,
    Column("community_id", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    _flag("up"),
    _moment("at", needed=True),
)

unanswered = Table(
    "unanswered",
    metadata,
    _id(),
    _community(),
    _text("text"),
    _text("same"),
    _number("asked", 1),
    _text("state", "open"),
    _moment("first_at", needed=True),
    _moment("last_at", needed=True),
    UniqueConstraint("community_id", "same"),
    _among("state", ("open", "answered", "dropped")),
    sqlite_autoincrement=True,
)

# Work orders, erasure -----------------------------------------------------

work_order = Table(
    "work_order",
    metadata,
    Column("community_id", Text, primary_key=True),
    Column("ticket_id", _Id, primary_key=True),
    Column("system", Text, primary_key=True),
    _text("reference"),
    _text("remote"),
    _text("status"),
    _text("said"),
    _moment("changed_at"),
    Index("ix_work_order_remote", "system", "remote"),
    Index("ix_work_order_reference", "system", "reference"),
)

erasure = Table(
    "erasure",
    metadata,
    Column("community_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    _moment("at", needed=True),
)

# The web chat's own history: it is a platform and keeps what platforms keep

webchat_chat = Table(
    "webchat_chat",
    metadata,
    Column("address", Text, primary_key=True),
    _community(),
    _text("kind"),
    _text("title"),
    _number("seq"),
    _text("menu", "[]"),
)

webchat_member = Table(
    "webchat_member",
    metadata,
    Column("chat", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    _community(),
    Column("read_id", _Id, nullable=False, server_default=text("0")),
    _text("made_by", MadeBy.CHAT),
    Index("ix_webchat_member_address", "address"),
    _among("made_by", MadeBy),
)

webchat_message = Table(
    "webchat_message",
    metadata,
    _id(),
    _community(),
    Column("chat", Text, nullable=False),
    Column("changed", Integer, nullable=False),
    _text("sender"),
    _text("name"),
    Column("client", Text),
    Column("letter", Text, unique=True),
    _text("text"),
    _number("photos"),
    Column("quote", _Id),
    _text("choices", "[]"),
    _moment("at", needed=True),
    _number("version"),
    _number("handed", -1),
    _flag("withdrawn"),
    UniqueConstraint("chat", "sender", "client"),
    UniqueConstraint("chat", "changed"),
    Index("ix_webchat_message_page", "chat", "id"),
    Index("ix_webchat_message_at", "at"),
    Index("ix_webchat_message_owed", "id", **_where("handed < version")),
    sqlite_autoincrement=True,
)

webchat_about = Table(
    "webchat_about",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("message_id", _Id, primary_key=True),
    _community(),
    Index("ix_webchat_about_message", "message_id"),
    sqlite_with_rowid=False,
)

webchat_photo = Table(
    "webchat_photo",
    metadata,
    Column("message_id", _Id, primary_key=True),
    Column("place", Integer, primary_key=True),
    _community(),
    _text("ref"),
    _number("width"),
    _number("height"),
    Index("ix_webchat_photo_ref", "ref"),
)

webchat_upload = Table(
    "webchat_upload",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    _community(),
    _number("bytes"),
    _number("width"),
    _number("height"),
    Column("lat", Float),
    Column("lon", Float),
    _moment("at", needed=True),
    Index("ix_webchat_upload_at", "at"),
)
