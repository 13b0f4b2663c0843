"""What the platform's own command menu offers, by place, role, language."""

from collections.abc import Iterable

from config.terms import ChatKind, Command, Language
from handlers.context import Context, Fixed
from handlers.rules.commands import IN_GROUPS, SHOWN, Audience, audiences
from storage.messages import Chat, MenuItem, SetMenu
from storage.people import Person

_LEFT_OUT = frozenset(
    {Command.START, Command.BIND, Command.CANCEL, Command.NOT_REPORT}
)


def audiences_of(ctx: Context, person: Person | None) -> list[Audience]:
    """Return whose commands a person can use.

    People of a responsible body work on its tickets and need no role.
    """
    if person is None:
        return audiences([])
    found = audiences([role for role, _ in person.roles])
    helps = any(person.id in body.people for body in ctx.community.bodies)
    if helps and Audience.WORKER not in found:
        found.append(Audience.WORKER)
    return found


def private_menu(ctx: Context, chat: Chat, person: Person) -> SetMenu:
    """Return the menu of one person's private chat, their own work first."""
    listed = [
        command
        for audience in reversed(audiences_of(ctx, person))
        for command in SHOWN[audience]
        if command not in _LEFT_OUT
    ]
    return _menu(ctx, chat, listed, ctx.language_of(person))


def group_menu(ctx: Context, chat: Chat) -> SetMenu:
    """Return the menu of a group, in the community's language."""
    return _menu(ctx, chat, IN_GROUPS, ctx.community.language)


def defaults(fixed: Fixed, channel: str) -> list[SetMenu]:
    """Return what every chat of a channel offers before it has its own."""
    community = fixed.pack.communities[0]
    texts = fixed.texts[community.id]
    residents = [
        command
        for command in SHOWN[audiences([])[0]]
        if command not in _LEFT_OUT
    ]
    return [
        SetMenu(
            chat=Chat(channel, "", kind),
            language=language,
            items=tuple(
                MenuItem(command, texts.say(language, f"about-{command}"))
                for command in listed
            ),
        )
        for language in Language
        for kind, listed in (
            (ChatKind.GROUP, list(IN_GROUPS)),
            (ChatKind.PRIVATE, residents),
        )
    ]


def _menu(
    ctx: Context, chat: Chat, listed: Iterable[Command], to: Language
) -> SetMenu:
    return SetMenu(
        chat=chat,
        # the chat has one reader, so the menu is for any language
        language=ctx.community.language,
        items=tuple(
            MenuItem(command, ctx.say(f"about-{command}", to))
            for command in listed
        ),
    )
