"""Which grid a group belongs to: bound by a one-time code, released.

Being added to a group proves nothing. In a group that no community has
bound we answer nothing but a code, and leave after a day.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from config.pack.values import Grid
from config.terms import (
    DESKS,
    ChatKind,
    Command,
    CommunityId,
    GridId,
)
from handlers import letters, menus
from handlers.context import Context, Fixed
from handlers.letters import Pick
from handlers.rules import commands
from handlers.rules.codes import code_from, typed_code
from handlers.rules.commands import Typed
from handlers.rules.refusals import Refused
from storage import buttons, chats, guesses, people
from storage.buttons import Button, Code
from storage.chats import Known
from storage.database import Connection
from storage.messages import (
    AnswerPress,
    Chat,
    Incoming,
    Joined,
    Left,
    Moved,
    OrderChanged,
    Outgoing,
    Pressed,
    Said,
    Say,
    Unreadable,
)

CODE_LIVES = timedelta(hours=1)
GRACE = timedelta(days=1)
"""How long we stay in a group that nobody binds."""


def code(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Make a code for a grid's group: ``绑定码 第三网格``."""
    _check_desk(ctx)
    grid = _named_grid(ctx, rest)
    made = code_from(ctx.fixed.token())
    buttons.put_code(
        ctx.db,
        made,
        ctx.id,
        "bind",
        grid.id,
        ctx.actor,
        ctx.now,
        ctx.now + CODE_LIVES,
    )
    text = ctx.say("code-made", grid=grid.called(ctx.language), code=made)
    return [letters.reply(message, text)]


def bind(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Bind the group to the grid that a code is for, whoever had it."""
    there, said = _try(ctx, message, rest)
    if there.id == ctx.id:
        return said
    letters.post(there, said)
    return []


def unbind(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Release this group; in private, the one that is chosen."""
    _check_desk(ctx)
    if message.chat.kind is ChatKind.GROUP:
        known = chats.find(ctx.db, message.chat.channel, message.chat.address)
        return _release(ctx, known)
    grid = _named_grid(ctx, rest)
    groups = [
        known
        for known in chats.bound_to(ctx.db, ctx.id, grid.id)
        if not known.by_pack
    ]
    if not groups:
        raise Refused("refused-no-group", grid=grid.called(ctx.language))
    picks = [
        Pick(
            known.title or known.chat.key,
            "group-release",
            args={"channel": known.channel, "address": known.address},
        )
        for known in groups
    ]
    return [
        letters.reply(
            message,
            ctx.say("choose-group", grid=grid.called(ctx.language)),
            choices=letters.choices(ctx, picks, allowed=ctx.actor),
        )
    ]


def press_release(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Release the chosen group."""
    _check_desk(ctx)
    known = chats.find(
        ctx.db, str(button.args["channel"]), str(button.args["address"])
    )
    return [
        letters.notice(press, ctx.say("noted")),
        *_release(ctx, known),
    ]


def press_back(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Undo: let a group belong to what it belonged to before."""
    _check_desk(ctx)
    known = chats.find(
        ctx.db, str(button.args["channel"]), str(button.args["address"])
    )
    now_at = _at(known)
    if known is None or now_at != tuple(button.args["now_at"]):
        raise Refused("refused-overtaken")
    community, grid = button.args["before"]
    said: list[Outgoing] = [letters.notice(press, ctx.say("noted"))]
    if not community:
        return [*said, *_release(ctx, known, undoable=False)]
    chats.bind(
        ctx.db,
        known.chat,
        CommunityId(community),
        GridId(grid),
        ctx.now,
        title=known.title,
    )
    there = _in(ctx, CommunityId(community))
    letters.post(there, _welcome(there, known.chat, GridId(grid)))
    return said


def joined(ctx: Context, chat: Chat) -> list[Outgoing]:
    """Be in a bound group again: offer its menu."""
    return [menus.group_menu(ctx, chat)]


def outside(
    fixed: Fixed, db: Connection, message: Incoming, now: datetime
) -> None:
    """Hear what is said where no community has bound us.

    In a group only a code counts, and leaving in a day is queued. Somebody
    in private whom none of several communities knows is told what to do.
    """
    if isinstance(message, (Unreadable, OrderChanged)):
        return
    first = fixed.pack.communities[0].id
    ctx = Context.of(fixed, db, first, now, chat=message.chat)
    match message:
        case Said() if message.chat.kind is ChatKind.GROUP:
            typed = commands.read(message.text)
            chats.leave_at(db, message.chat, now, now + GRACE)
            if isinstance(typed, Typed) and typed.command is Command.BIND:
                there, said = _try(ctx, message, typed.words)
                letters.post(there, said)
        case Said():
            text = ctx.say("outside-private")
            letters.post(ctx, [letters.reply(message, text)])
        case Pressed():
            text = ctx.say("refused-button-old")
            letters.post(ctx, [AnswerPress(
                chat=message.chat, press=message.id, text=text, alert=True
            )])  # fmt: skip
        case Joined() if message.chat.kind is ChatKind.GROUP:
            chats.leave_at(db, message.chat, now, now + GRACE)
        case Left():
            chats.stay(db, message.chat)
        case Moved():
            chats.stay(db, message.chat)
            to = Chat(message.channel, message.to, ChatKind.GROUP)
            chats.leave_at(db, to, now, now + GRACE)
        case _:
            pass


def _try(
    ctx: Context, message: Said, rest: str
) -> tuple[Context, list[Outgoing]]:
    """Use a code; return where the group belongs now, and what to say."""
    db, chat, sender = ctx.db, message.chat, message.sender
    if guesses.too_many(db, chat, sender, ctx.now):
        return ctx, []
    if not sender.admin:
        guesses.count(db, chat, sender, ctx.now)
        return ctx, [letters.reply(message, ctx.say("refused-bind-admin"))]
    before = chats.find(db, chat.channel, chat.address)
    if before is not None and before.by_pack:
        return ctx, [letters.reply(message, ctx.say("refused-by-pack"))]
    text = typed_code(rest)
    if not text:
        return ctx, [letters.reply(message, ctx.say("bind-how"))]
    used = buttons.use_code(db, text, "bind", ctx.now)
    if used is None or not _is_grid(ctx, used):
        guesses.count(db, chat, sender, ctx.now)
        return ctx, [letters.reply(message, ctx.say("refused-code"))]
    there = _in(ctx, used.community_id)
    return there, _bind(there, message, used, before)


def _bind(
    ctx: Context, message: Said, used: Code, before: Known | None
) -> list[Outgoing]:
    grid = GridId(used.subject)
    chat = message.chat
    title = before.title if before else ""
    chats.bind(ctx.db, chat, ctx.id, grid, ctx.now, title=title)
    maker = people.find(ctx.db, ctx.id, used.made_for)
    said = _welcome(ctx, chat, grid, reply_to=message.id)
    said += _told(ctx, maker, "told-bound", chat, (ctx.id, grid), _at(before))
    old, _ = _at(before)
    if old and old != ctx.id:
        left = _in(ctx, CommunityId(old))
        for desk in letters.desks(left):
            to = left.language_of(desk)
            text = left.say("told-bound-away", to, group=chat.key)
            letters.post(left, letters.tell(left, desk, text))
    return said


def _release(
    ctx: Context, known: Known | None, *, undoable: bool = True
) -> list[Outgoing]:
    if known is None or known.community_id != ctx.id:
        raise Refused("refused-overtaken")
    if known.by_pack:
        raise Refused("refused-by-pack")
    before = _at(known)
    chats.unbind(ctx.db, known.chat, ctx.now)
    chats.leave_at(ctx.db, known.chat, ctx.now, ctx.now + GRACE)
    said: list[Outgoing] = [
        Say(
            chat=known.chat,
            text=ctx.say("released", ctx.community.language),
        )
    ]
    if undoable:
        said += _told(
            ctx, ctx.person, "told-released", known.chat, ("", ""), before
        )
    return said


def _welcome(
    ctx: Context, chat: Chat, grid: GridId, reply_to: str = ""
) -> list[Outgoing]:
    name = ctx.community.grid(grid).name
    text = ctx.say("bound", ctx.community.language, grid=name)
    return [
        Say(chat=chat, text=text, reply_to=reply_to),
        menus.group_menu(ctx, chat),
    ]


def _told(
    ctx: Context,
    person: people.Person | None,
    sentence: str,
    chat: Chat,
    now_at: tuple[str, str],
    before: tuple[str, str],
) -> list[Outgoing]:
    """Tell who did it, with a button that undoes it."""
    if person is None:
        return []
    to = ctx.language_of(person)
    grid = GridId(now_at[1] or before[1])
    undo = Pick(
        ctx.say("do-undo", to),
        "group-back",
        args={
            "channel": chat.channel,
            "address": chat.address,
            "now_at": now_at,
            "before": before,
        },
    )
    text = ctx.say(
        sentence, to, group=chat.key, grid=ctx.community.grid(grid).name
    )
    return letters.tell(ctx, person, text, picks=[undo], now=True)


def _at(known: Known | None) -> tuple[str, str]:
    """Return community and grid of a group, "" for none."""
    if known is None:
        return "", ""
    return known.community_id or "", known.grid_id or ""


def _in(ctx: Context, community: CommunityId) -> Context:
    if community == ctx.id:
        return ctx
    return replace(
        ctx,
        community=ctx.fixed.pack.community(community),
        person=None,
        grid=None,
        _known={},
    )


def _is_grid(ctx: Context, used: Code) -> bool:
    """Whether the pack still knows what a code was made for."""
    try:
        ctx.fixed.pack.community(used.community_id).grid(GridId(used.subject))
    except KeyError:
        return False
    return True


def _check_desk(ctx: Context) -> None:
    if ctx.person is None or not ctx.person.has(*DESKS):
        raise Refused("refused-desk-only")


def _named_grid(ctx: Context, rest: str) -> Grid:
    wanted = rest.strip().lower()
    for grid in ctx.community.grids:
        names = {grid.name.lower(), *map(str.lower, grid.names.values())}
        if wanted in {grid.id.lower(), *names}:
            return grid
    begun = [
        grid
        for grid in ctx.community.grids
        if wanted
        and any(
            name.lower().startswith(wanted)
            for name in (grid.name, *grid.names.values())
        )
    ]
    if len(begun) == 1:
        return begun[0]
    shown = [grid.called(ctx.language) for grid in ctx.community.grids[:8]]
    if not wanted:
        raise Refused("refused-grid-missing", grids=shown)
    raise Refused("refused-grid", words=wanted[:20], grids=shown)
