"""What a person tells us about themselves, each of it taken back as easily.

Becoming a volunteer, the building one lives in, a link to the web pages.
"""

from datetime import timedelta

from config.terms import ChatKind, Role
from handlers import letters, menus
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules.privacy import mask
from handlers.rules.refusals import Refused
from storage import buttons, people, wishes
from storage.buttons import Button, Dialogue
from storage.messages import Outgoing, Pressed, Said

SKILLS = ("errand", "repair", "company", "teach", "any")
SKILLS_LONGEST = 100
WORDS_WAIT = timedelta(hours=12)
LINK_LIVES = timedelta(minutes=15)

_CLEAR = frozenset({"清除", "删除", "不住了", "clear", "none", "delete"})


def volunteer(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Ask what somebody can do; words behind the command are the answer."""
    person = people.get(ctx.db, ctx.id, ctx.actor)
    if person.has(Role.VOLUNTEER):
        return letters.in_private(ctx, message, ctx.say("volunteer-already"))
    if rest.strip():
        return _ask_consent(ctx, message, rest.strip())
    if message.chat.kind is ChatKind.PRIVATE:
        buttons.expect(
            ctx.db,
            message.chat.key,
            message.sender.key,
            ctx.id,
            "volunteer",
            {},
            ctx.now + WORDS_WAIT,
        )
    picks = [
        Pick(
            ctx.say(f"skill-{skill}"),
            "volunteer-skill",
            args={"skill": skill},
        )
        for skill in SKILLS
    ]
    return letters.in_private(
        ctx, message, ctx.say("volunteer-what"), picks=picks
    )


def volunteer_words(
    ctx: Context, message: Said, dialogue: Dialogue
) -> list[Outgoing]:
    """Take what somebody can do in their own words."""
    del dialogue
    if not message.text.strip():
        raise Refused("refused-words")
    return _ask_consent(ctx, message, message.text.strip())


def press_skill(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Take what somebody can do from a button."""
    buttons.expect_nothing(ctx.db, press.chat.key, press.sender.key)
    skill = ctx.say(f"skill-{button.args['skill']}")
    return [
        letters.notice(press, ""),
        *_ask_consent(ctx, press, skill),
    ]


def press_consent(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Make somebody a volunteer who agreed to keep things to themselves."""
    skills = str(button.args["skills"])
    people.give_role(ctx.db, ctx.id, ctx.actor, Role.VOLUNTEER)
    people.change(ctx.db, ctx.id, ctx.actor, skills=skills)
    return [
        letters.notice(press, ctx.say("noted")),
        letters.reply(press, ctx.say("volunteer-welcome")),
        *_menu(ctx, press),
    ]


def press_decline(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Let it be."""
    del button
    return [letters.notice(press, ctx.say("noted-cancelled"))]


def unvolunteer(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Stop being a volunteer; who still holds wishes gives them back first."""
    del rest
    if ctx.person is None or not ctx.person.has(Role.VOLUNTEER):
        raise Refused("refused-no-volunteer")
    held = wishes.held_by(ctx.db, ctx.id, ctx.actor)
    if held:
        raise Refused(
            "refused-holds-wishes", numbers=[wish.number for wish in held]
        )
    if not people.take_role(ctx.db, ctx.id, ctx.actor, Role.VOLUNTEER):
        raise Refused("refused-role-by-pack")
    people.change(ctx.db, ctx.id, ctx.actor, skills="")
    return [
        letters.reply(message, ctx.say("volunteer-no-more")),
        *_menu(ctx, message),
    ]


def building(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Keep the building somebody lives in, and nothing finer than that."""
    words = rest.strip()
    if not words:
        home = ctx.person.building if ctx.person else ""
        return letters.in_private(
            ctx,
            message,
            ctx.say("building-is", building=home)
            if home
            else ctx.say("building-none"),
        )
    if words.lower() in _CLEAR:
        people.change(ctx.db, ctx.id, ctx.actor, building="")
        return letters.in_private(ctx, message, ctx.say("building-cleared"))
    place = ctx.mind.place(words, grid=ctx.grid)
    if place is None or not place.building or place.grid is None:
        raise Refused("refused-building", words=mask(words[:20]))
    people.change(ctx.db, ctx.id, ctx.actor, building=place.building)
    text = ctx.say(
        "building-kept",
        building=place.building,
        grid=ctx.community.grid(place.grid).called(ctx.language),
    )
    return letters.in_private(ctx, message, text)


def login(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Give a link that logs in to the web pages, once."""
    del rest
    if not ctx.fixed.public_url:
        demo = ctx.fixed.demo
        raise Refused("refused-login-demo" if demo else "refused-no-pages")
    if ctx.fixed.demo and not ctx.is_named(ctx.actor):
        raise Refused("refused-login-demo")
    secret = ctx.fixed.token()
    buttons.put_code(
        ctx.db,
        secret,
        ctx.id,
        "login",
        ctx.actor,
        ctx.actor,
        ctx.now,
        ctx.now + LINK_LIVES,
    )
    url = f"{ctx.fixed.public_url}/login/{secret}"
    minutes = LINK_LIVES // timedelta(minutes=1)
    return [
        letters.reply(message, ctx.say("login-link", url=url, minutes=minutes))
    ]


def _ask_consent(
    ctx: Context, message: Said | Pressed, skills: str
) -> list[Outgoing]:
    picks = [
        Pick(
            ctx.say("volunteer-yes"),
            "volunteer-yes",
            args={"skills": skills[:SKILLS_LONGEST]},
        ),
        Pick(ctx.say("volunteer-no"), "volunteer-no"),
    ]
    return letters.in_private(
        ctx, message, ctx.say("volunteer-consent"), picks=picks
    )


def _menu(ctx: Context, message: Said | Pressed) -> list[Outgoing]:
    if message.chat.kind is not ChatKind.PRIVATE:
        return []
    person = people.get(ctx.db, ctx.id, ctx.actor)
    return [menus.private_menu(ctx, message.chat, person)]
