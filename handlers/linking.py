"""One person with two accounts: linked by a code, undone by a button."""

from datetime import timedelta

import msgspec

from config.terms import PersonId
from handlers import letters, menus
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules.codes import code_from, typed_code
from handlers.rules.refusals import Refused
from storage import buttons, guesses, merging, people
from storage.buttons import Button
from storage.merging import Moved
from storage.messages import Outgoing, Pressed, Said
from storage.people import Person

CODE_LIVES = timedelta(minutes=15)
UNDO = timedelta(days=7)


def link(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Give a code for the other account, or take the one it gave."""
    typed = typed_code(rest)
    if not typed:
        return _give(ctx, message)
    if guesses.too_many(ctx.db, message.chat, message.sender, ctx.now):
        return []
    used = buttons.use_code(ctx.db, typed, "link", ctx.now)
    other = None
    if used is not None and used.community_id == ctx.id:
        other = people.find(ctx.db, ctx.id, used.subject)
    if other is None:
        guesses.count(ctx.db, message.chat, message.sender, ctx.now, ctx.id)
        return [letters.reply(message, ctx.say("refused-code"))]
    _sorted(ctx, other)
    return [
        letters.reply(
            message,
            ctx.say("link-sure", name=other.name or "—"),
            choices=letters.choices(
                ctx,
                [
                    Pick(
                        ctx.say("link-yes"),
                        "link-yes",
                        args={"other": other.id},
                    ),
                    Pick(ctx.say("link-no"), "link-no"),
                ],
                allowed=ctx.actor,
                chat=message.chat,
                lives=CODE_LIVES,
            ),
        )
    ]


def press_yes(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Make the two accounts one person."""
    other = people.find(ctx.db, ctx.id, PersonId(str(button.args["other"])))
    if other is None:
        raise Refused("refused-overtaken")
    kept, gone = _sorted(ctx, other)
    moved = merging.merge(ctx.db, ctx.id, kept, gone)
    now = people.get(ctx.db, ctx.id, kept.id)
    there = ctx.as_person(now)
    undo = Pick(there.say("do-undo"), "link-undo", args={"moved": moved})
    return [
        letters.notice(press, there.say("noted")),
        letters.reply(
            press,
            there.say("linked", name=now.name or "—"),
            choices=letters.choices(there, [undo], allowed=now.id, lives=UNDO),
        ),
        menus.private_menu(there, press.chat, now),
    ]


def press_no(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Leave the two accounts two persons."""
    del button
    return [letters.notice(press, ctx.say("noted-cancelled"))]


def press_undo(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Make them two persons again."""
    moved = msgspec.convert(button.args["moved"], Moved)
    if not merging.unmerge(ctx.db, ctx.id, moved):
        raise Refused("refused-overtaken")
    me = people.find_by_account(
        ctx.db, ctx.id, press.sender.channel, press.sender.address
    )
    said: list[Outgoing] = [
        letters.notice(press, ctx.say("noted")),
        letters.reply(press, ctx.say("unlinked")),
    ]
    if me is not None:
        said.append(menus.private_menu(ctx, press.chat, me))
    return said


def _give(ctx: Context, message: Said) -> list[Outgoing]:
    made = code_from(ctx.fixed.token())
    buttons.put_code(
        ctx.db,
        made,
        ctx.id,
        "link",
        ctx.actor,
        ctx.actor,
        ctx.now,
        ctx.now + CODE_LIVES,
    )
    text = ctx.say(
        "link-code", code=made, minutes=CODE_LIVES // timedelta(minutes=1)
    )
    return [letters.reply(message, text)]


def _sorted(ctx: Context, other: Person) -> tuple[Person, Person]:
    """Return who is kept and who goes: whom the pack names is kept."""
    me = people.get(ctx.db, ctx.id, ctx.actor)
    if other.id == me.id:
        raise Refused("refused-link-same")
    named = [one for one in (me, other) if ctx.is_named(one.id)]
    if len(named) > 1:
        raise Refused("refused-link-named")
    kept = named[0] if named else other
    return kept, me if kept is other else other
