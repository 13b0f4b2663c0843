"""The first words between a person and us: greeting, help, language."""

import re

from msgspec.structs import replace

from config.terms import ChatKind, Command, Language, Urgency
from handlers import letters, menus
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import commands
from handlers.rules.commands import IN_GROUPS, SELDOM, SHOWN
from handlers.rules.refusals import Refused
from storage import buttons, people
from storage.buttons import Button
from storage.database import Connection
from storage.messages import (
    Choice,
    Incoming,
    Outgoing,
    Pressed,
    Said,
    Say,
    SetMenu,
)
from storage.people import Person

_LANGUAGES = {
    "zh": Language.ZH,
    "zh-cn": Language.ZH,
    "cn": Language.ZH,
    "中文": Language.ZH,
    "汉语": Language.ZH,
    "chinese": Language.ZH,
    "en": Language.EN,
    "英文": Language.EN,
    "英语": Language.EN,
    "english": Language.EN,
}
ENGLISH_WORDS = 2
_SLASH = re.compile(r"^\s*/(start\b.*|\S+)", re.IGNORECASE | re.DOTALL)
_LATIN = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[\u3400-\u9fff]")


def understood_in(db: Connection, person: Person, message: Incoming) -> Person:
    """Let somebody read English whose app and whose words are English.

    The app alone proves little: many who write Chinese use an English
    one. Whoever has chosen a language keeps it.
    """
    if person.language is not None or not isinstance(message, Said):
        return person
    if not message.sender.language.lower().startswith("en"):
        return person
    words = _SLASH.sub("", message.text)
    if _HAN.search(words) or len(_LATIN.findall(words)) < ENGLISH_WORDS:
        return person
    language = Language.EN
    people.change(db, person.community_id, person.id, language=language)
    return replace(person, language=language)


def start(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Greet; whoever opened the private chat for news has it by now.

    The letters that waited for it were released when we heard this.
    """
    name = ctx.community.called(ctx.language)
    if message.chat.kind is ChatKind.GROUP:
        link = ctx.fixed.opening_link(message.chat.channel, "news")
        return [
            letters.reply(
                message,
                ctx.say("start-group", community=name),
                choices=(Choice(label="↗ Linli", url=link),) if link else (),
            )
        ]
    sentence = "start-news" if rest.strip() == "news" else "start"
    said: list[Outgoing] = [
        letters.reply(message, ctx.say(sentence, community=name))
    ]
    if ctx.person is not None:
        said.append(menus.private_menu(ctx, message.chat, ctx.person))
    return said


def help_(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Show what the speaker can do here, by role."""
    del rest
    if message.chat.kind is ChatKind.GROUP:
        lines = [ctx.say("help-group"), *_lines(ctx, IN_GROUPS)]
        return [letters.reply(message, "\n".join(lines))]
    audiences = menus.audiences_of(ctx, ctx.person)
    lines = []
    for audience in audiences:
        listed = [one for one in SHOWN[audience] if one not in SELDOM]
        lines += [ctx.say(f"help-{audience}"), *_lines(ctx, listed), ""]
    seldom = [
        commands.word(one) if _is_zh(ctx) else commands.slash(one)
        for audience in audiences
        for one in SHOWN[audience]
        if one in SELDOM and one not in {Command.START, Command.HELP}
    ]
    lines.append(ctx.say("help-more", commands=seldom))
    lines.append(
        ctx.say(
            "help-emergency",
            numbers=ctx.community.rules.emergency[ctx.language],
        )
    )
    return [letters.reply(message, "\n".join(lines))]


def lang(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Change the language that somebody reads; ask by buttons."""
    wanted = rest.strip().lower()
    if not wanted:
        picks = [
            Pick("中文", "lang", args={"language": Language.ZH}),
            Pick("English", "lang", args={"language": Language.EN}),
        ]
        return [
            letters.reply(
                message,
                ctx.say("lang-which"),
                choices=letters.choices(ctx, picks, allowed=ctx.actor),
            )
        ]
    language = _LANGUAGES.get(wanted)
    if language is None:
        raise Refused("refused-language")
    return _speak(ctx, message, language)


def press_lang(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Change the language by a button."""
    language = Language(str(button.args["language"]))
    return [letters.notice(press, ""), *_speak(ctx, press, language)]


def cancel(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Stop waiting for the words that a question asked for."""
    del rest
    buttons.expect_nothing(ctx.db, message.chat.key, message.sender.key)
    return [letters.reply(message, ctx.say("noted-cancelled"))]


def noticed(
    ctx: Context, message: Incoming, said: list[Outgoing]
) -> list[Outgoing]:
    """Let the first answer that a person ever gets carry the notice.

    Not the answer to a danger: that has nothing but the danger in it.
    """
    person = ctx.person
    if person is None or person.noticed_at or not isinstance(message, Said):
        return said
    for place, one in enumerate(said):
        if not isinstance(one, Say) or one.chat.key != message.chat.key:
            continue
        if one.urgency is Urgency.DANGER:
            return said
        text = f"{one.text}\n\n{ctx.say('privacy-notice')}"
        people.note_notice(ctx.db, ctx.id, person.id, ctx.now)
        said = [*said[:place], replace(one, text=text), *said[place + 1 :]]
        return [*said, *_first_menu(ctx, message, said)]
    return said


def _first_menu(
    ctx: Context, message: Said, said: list[Outgoing]
) -> list[Outgoing]:
    """Offer a private chat the menu of its person, with the first answer."""
    if message.chat.kind is not ChatKind.PRIVATE or ctx.person is None:
        return []
    if any(isinstance(one, SetMenu) for one in said):
        return []
    return [menus.private_menu(ctx, message.chat, ctx.person)]


def _speak(
    ctx: Context, message: Said | Pressed, language: Language
) -> list[Outgoing]:
    people.change(ctx.db, ctx.id, ctx.actor, language=language)
    person = people.get(ctx.db, ctx.id, ctx.actor)
    there = ctx.as_person(person)
    said: list[Outgoing] = [letters.reply(message, there.say("lang-is"))]
    if message.chat.kind is ChatKind.PRIVATE:
        said.append(menus.private_menu(there, message.chat, person))
    return said


def _lines(
    ctx: Context, listed: tuple[Command, ...] | list[Command]
) -> list[str]:
    return [
        ctx.say(
            "help-line",
            word=commands.word(command),
            slash=commands.slash(command),
            about=ctx.say(f"about-{command}"),
        )
        for command in listed
    ]


def _is_zh(ctx: Context) -> bool:
    return ctx.language is Language.ZH
