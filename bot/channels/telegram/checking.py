"""What ``linli check`` asks of Telegram, and says in plain words."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from msgspec import Struct
from telegram.error import TelegramError

from bot.channels.channel import Finding
from bot.channels.telegram.api import Me
from bot.channels.telegram.calls import ask
from bot.channels.telegram.webhook import WebhookState
from bot.channels.telegram.wire import Refusal, Wire

Words = Callable[..., str]
"""A sentence by its id and values, in the operator's language."""


class _Member(Struct, frozen=True):
    status: str
    is_member: bool = True


class Checker:
    """Asks the platform how it sees us."""

    def __init__(
        self, wire: Wire, words: Words, webhook: str, groups: Sequence[str]
    ) -> None:
        self._wire = wire
        self._say = words
        self._webhook = webhook
        """The address it should have; "" when polling."""
        self._groups = groups

    async def findings(self) -> list[Finding]:
        """Return what works and what to mend."""
        try:
            me = await ask(self._wire, "getMe", Me)
            findings = [self._good("identity", name=f"@{me.username}")]
            findings += self._rights(me)
            findings.append(await self._way_in())
        except TelegramError as wrong:
            return [self._failure(wrong)]
        for group in self._groups:
            findings.append(await self._group(group, me))
        return findings

    def _rights(self, me: Me) -> list[Finding]:
        findings = []
        if not me.can_join_groups:
            findings.append(self._bad("no-groups", name=f"@{me.username}"))
        if me.can_read_all_group_messages:
            findings.append(self._good("hears-all"))
        else:
            findings.append(self._bad("privacy", name=f"@{me.username}"))
        return findings

    async def _way_in(self) -> Finding:
        state = await ask(self._wire, "getWebhookInfo", WebhookState)
        if not self._webhook and not state.url:
            return self._good("polling", pending=state.pending_update_count)
        if not self._webhook:
            return self._bad("old-webhook", url=state.url)
        if not self._webhook.startswith("https://"):
            return self._bad("no-https", url=self._webhook)
        if state.last_error_message:
            return self._bad(
                "webhook-trouble",
                error=state.last_error_message,
                pending=state.pending_update_count,
            )
        if state.url and state.url != self._webhook:
            return self._bad("other-webhook", url=state.url)
        return self._good("webhook", pending=state.pending_update_count)

    async def _group(self, group: str, me: Me) -> Finding:
        try:
            member = await ask(
                self._wire,
                "getChatMember",
                _Member,
                chat_id=group,
                user_id=me.id,
            )
        except Refusal as no:
            return self._shut(group, no)
        except TelegramError as wrong:
            return self._failure(wrong)
        if member.status in {"left", "kicked"} or not member.is_member:
            return self._bad("group-left", group=group)
        if member.status == "administrator" or me.can_read_all_group_messages:
            return self._good("group", group=group)
        return self._bad("group-deaf", group=group)

    def _shut(self, group: str, no: Refusal) -> Finding:
        """Say why a group lets us not even look."""
        if no.migrate_to:
            return self._bad("group-moved", group=group, to=str(no.migrate_to))
        if no.status == HTTPStatus.FORBIDDEN:
            return self._bad("group-left", group=group)
        if _passes(no):
            return self._failure(no)
        return self._bad("group-closed", group=group, error=str(no))

    def _failure(self, wrong: TelegramError) -> Finding:
        if isinstance(wrong, Refusal) and wrong.status in {
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.NOT_FOUND,
        }:
            return self._bad("token")
        if isinstance(wrong, Refusal) and _passes(wrong):
            return self._bad("busy", error=wrong.message)
        return self._bad("unreachable", error=wrong.message)

    def _good(self, message: str, **values: object) -> Finding:
        return Finding(
            ok=True, words=self._say(f"telegram-{message}", **values)
        )

    def _bad(self, message: str, **values: object) -> Finding:
        return Finding(
            ok=False, words=self._say(f"telegram-{message}", **values)
        )


def _passes(no: Refusal) -> bool:
    """Whether the platform is in trouble itself, or only wants a pause."""
    return (
        no.status == HTTPStatus.TOO_MANY_REQUESTS
        or no.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
