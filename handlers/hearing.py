"""From what was heard, or came due, to who decides it and to the letters.

Who speaks where, whether it is for us, and what was waited for; what is then
done is the router's.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from config.terms import Action, ChatKind, Command, CommunityId, Urgency
from handlers import (
    corrections,
    deadlines,
    faq,
    groups,
    joining,
    letters,
    report,
    router,
    welcome,
    wishes,
    workorders,
)
from handlers.context import Context, Fixed, around
from handlers.deadlines import Nudge
from handlers.rules import commands
from handlers.rules import ticket as rules
from handlers.rules.commands import Mistyped, Typed
from handlers.rules.privacy import mask
from handlers.rules.refusals import Refused
from handlers.understanding.meaning import Intent, Sure
from handlers.understanding.talk import Heard
from storage import (
    buttons,
    chats,
    inbox,
    limits,
    outbox,
    people,
    posts,
    tickets,
)
from storage.buttons import Dialogue
from storage.database import Connection, savepoint
from storage.limits import Due
from storage.messages import (
    Edited,
    Incoming,
    Joined,
    Left,
    Moved,
    OrderChanged,
    Outgoing,
    Pressed,
    Quote,
    Said,
    Say,
    Unreadable,
    Withdrawn,
)
from storage.people import Person
from storage.tickets import Overtaken

_MAY_BE_A_CARD = {"answer", "wish-contact"}
"""Dialogues that may have asked whom to call."""


def hear(
    fixed: Fixed, db: Connection, message: Incoming, now: datetime
) -> None:
    """Handle one message in the transaction of ``db``, once and for all.

    Its effects and its answers are written together. A key seen before
    changes nothing. Raises only for bugs: a refusal is an answer.
    """
    if isinstance(message, Unreadable):
        inbox.keep_unreadable(
            db,
            message.channel,
            message.account,
            message.key,
            message.raw,
            message.reason,
            now,
        )
        return
    if isinstance(message, Said) and not _concerns(fixed, db, message):
        return
    if not inbox.first(db, message, now):
        return
    ctx = _surroundings(fixed, db, message, now)
    if ctx is None:
        groups.outside(fixed, db, message, now)
        return
    try:
        # what was written on the way to a no goes with it
        with savepoint(db, "answer"):
            said = _answer(ctx, message)
    except Refused as no:
        said = _refusal(ctx, message, no)
    except Overtaken:
        said = _refusal(ctx, message, Refused("refused-overtaken"))
    letters.tie(ctx, message, said)
    letters.post(ctx, welcome.noticed(ctx, message, said))


def give_up_parts(fixed: Fixed, db: Connection, now: datetime) -> None:
    """Let go of album parts whose words never came.

    Those of a group vanish: they were talk. In private somebody waits for
    an answer, so they are asked for the words.
    """
    albums: dict[str, list[Said]] = {}
    for part in inbox.take_stale(db, now):
        if isinstance(part, Said) and part.chat.kind is ChatKind.PRIVATE:
            albums.setdefault(report.album_key(part), []).append(part)
    for parts in albums.values():
        ctx = _surroundings(fixed, db, parts[0], now)
        if ctx is not None:
            letters.post(ctx, report.ask_words(ctx, parts))


def hush(
    fixed: Fixed,
    db: Connection,
    message: Said | Pressed,
    now: datetime,
    *,
    notice: str,
) -> None:
    """Say once, with this sentence, that too much is said.

    Without one a press only ends.
    """
    ctx = _surroundings(fixed, db, message, now)
    if ctx is None:
        return
    if notice:
        letters.post(ctx, _refusal(ctx, message, Refused(notice)))
    elif isinstance(message, Pressed):
        letters.post(ctx, [letters.notice(message, "")])


def reach(
    fixed: Fixed, db: Connection, due: Due, now: datetime
) -> list[Nudge]:
    """Let a due row have its effect, in the transaction of ``db``.

    At night it waits for the morning, unless it is about danger. Returns
    whom ``nudge`` is to remind, together with what else comes now.
    """
    ctx = Context.of(fixed, db, due.community_id, now)
    morning = letters.morning(ctx)
    if morning is not None and deadlines.may_wait(ctx, due):
        limits.postpone(db, due, morning)
        return []
    if due.kind == "remind":
        nudges = deadlines.remind(ctx, due)
        letters.post(ctx, [])
        return nudges
    letters.post(ctx, router.by_time(ctx, due))
    return []


def nudge(
    fixed: Fixed,
    db: Connection,
    community: CommunityId,
    nudges: Sequence[Nudge],
    now: datetime,
) -> None:
    """Remind people of all whose moment has come, in few letters."""
    ctx = Context.of(fixed, db, community, now)
    letters.post(ctx, deadlines.tell(ctx, nudges))


def is_addressed(message: Said) -> bool:
    """Whether a group message speaks to us without being understood."""
    quoted = message.quote is not None and (
        message.quote.by_me or message.quote.by_same
    )
    typed = _typed(message)
    slashed = isinstance(typed, Mistyped) and bool(typed.nearest)
    return (
        message.addressed
        or quoted
        or isinstance(typed, Typed)
        or slashed
        or bool(message.album)
        or _joins(message)
    )


def _joins(message: Said) -> bool:
    """Whether somebody says "ours too" to what a neighbour wrote."""
    quote = message.quote
    return (
        quote is not None
        and not (quote.by_me or quote.by_same)
        and joining.is_me_too(message.text)
    )


def _concerns(fixed: Fixed, db: Connection, message: Said) -> bool:
    """Whether "ours too" replies to a matter, and not to any other talk."""
    if message.quote is None or not _joins(message):
        return True
    known = chats.find(db, message.chat.channel, message.chat.address)
    if known is None or known.community_id is None:
        return True
    told, chat = known.community_id, message.chat.key
    return posts.find(
        db, told, chat, message.quote.message
    ) is not None or matters(fixed, told, replace(message, quote=None))


def is_binding(message: Said) -> bool:
    """Whether a message of an unknown group asks us to belong to it."""
    typed = commands.read(message.text)
    return isinstance(typed, Typed) and typed.command is Command.BIND


def matters(fixed: Fixed, community: CommunityId, message: Said) -> bool:
    """Tell ordinary talk of a group apart, without the database.

    Whatever it is, it is the talk around what is said next.
    """
    mind, before = fixed.minds[community], around(fixed, message)
    photos = len(message.photos)
    chances, pairs = mind.overhear(message.text, photos=photos)
    fixed.talk.hear(
        message.chat.key,
        Heard(
            id=message.id,
            sender=message.sender.key,
            name=message.sender.name,
            chances=chances,
            pairs=pairs,
            at=message.at,
        ),
    )
    if is_addressed(message):
        return True
    meaning = mind.judge(message.text, photos=photos, around=before)
    if meaning.intent is Intent.QUESTION:
        town = fixed.pack.community(community)
        return faq.is_answerable(fixed, town, message)
    return meaning.sure is not Sure.NO


def _surroundings(
    fixed: Fixed, db: Connection, message: Incoming, now: datetime
) -> Context | None:
    if isinstance(message, Unreadable):
        return None
    if isinstance(message, OrderChanged):
        return workorders.surroundings(fixed, db, message, now)
    if message.chat.kind is ChatKind.GROUP:
        known = chats.find(db, message.chat.channel, message.chat.address)
        if known is None or known.community_id is None:
            return None
        if known.state == "gone" and isinstance(message, Said | Pressed):
            # a refusal that passed, or news of our return that was lost
            chats.reopen(db, message.chat, now)
        community, grid = known.community_id, known.grid_id
    else:
        found = _private_community(fixed, db, message)
        if found is None:
            return None
        community, grid = found, None
    return Context.of(
        fixed,
        db,
        community,
        now,
        person=_speaker(db, community, message, now),
        chat=message.chat,
        grid=grid,
    )


def _private_community(
    fixed: Fixed, db: Connection, message: Incoming
) -> CommunityId | None:
    if isinstance(message, Unreadable):
        return None
    known = people.accounts(db, message.sender.channel, message.sender.address)
    if known:
        return known[0].community_id
    only = fixed.pack.communities
    return only[0].id if len(only) == 1 else None


def _speaker(
    db: Connection, community: CommunityId, message: Incoming, now: datetime
) -> Person | None:
    """Return who speaks; whoever says nothing to us is not remembered.

    Blocking us, editing talk or pressing a dead button makes nobody known,
    least of all somebody who has just been forgotten.
    """
    if isinstance(message, Unreadable) or message.sender.anonymous:
        return None
    if not isinstance(message, Said):
        sender = message.sender
        known = people.find_by_account(
            db, community, sender.channel, sender.address
        )
        if known is not None or not _is_live(db, community, message, now):
            return known
    person = people.meet(db, community, message.sender, now)
    if message.chat.kind is ChatKind.PRIVATE:
        people.mark_seen(db, community, message.sender, now)
    return welcome.understood_in(db, person, message)


def _is_live(
    db: Connection, community: CommunityId, message: Incoming, now: datetime
) -> bool:
    """Whether it is a press of a button that still does something."""
    if not isinstance(message, Pressed):
        return False
    button = buttons.find(db, message.token)
    return (
        button is not None
        and button.community_id == community
        and button.used_at is None
        and button.expires_at > now
    )


def _answer(ctx: Context, message: Incoming) -> list[Outgoing]:
    match message:
        case Said():
            return _said(ctx, message)
        case Edited() | Withdrawn():
            return _corrected(ctx, message)
        case Pressed():
            return router.by_press(ctx, message)
        case Joined() | Left() | Moved():
            return _chat_changed(ctx, message)
        case OrderChanged():
            return workorders.changed(ctx, message)
        case _:
            return []


def _said(ctx: Context, message: Said) -> list[Outgoing]:
    if ctx.person is None:
        return _anonymous(ctx, message)
    if message.chat.kind is ChatKind.PRIVATE:
        people.set_reachable(
            ctx.db,
            message.sender.channel,
            message.sender.address,
            reachable=True,
        )
    if any(one.kind == "contact" for one in message.attachments):
        return _card(ctx, message)
    return _words(ctx, message)


def _words(ctx: Context, message: Said) -> list[Outgoing]:
    typed = _typed(message)
    if isinstance(typed, Mistyped):
        return _nearest(message, typed)
    waiting = _waiting(ctx, message)
    if isinstance(typed, Typed):
        if waiting is not None and waiting.step == "answer":
            buttons.expect_still(ctx.db, waiting)
        return router.by_command(ctx, message, typed)
    if waiting is not None and not _changes_subject(ctx, message, waiting):
        return router.by_words(ctx, message, waiting)
    if message.quote is not None and (
        message.quote.by_me or message.quote.by_same or _joins(message)
    ):
        return _quoted(ctx, message)
    return router.by_meaning(ctx, message)


def _card(ctx: Context, message: Said) -> list[Outgoing]:
    """Take a contact card where one is asked for, or for what it replies to.

    A name and a number are no words of a report, nor a command, whatever
    somebody calls themselves.
    """
    waiting, quote = _waiting(ctx, message), message.quote
    # once it is known what it is for, it is words like any others
    words = replace(message, attachments=())
    if waiting is not None and waiting.step in _MAY_BE_A_CARD:
        return router.by_words(ctx, words, waiting)
    if quote is not None and (quote.by_me or quote.by_same):
        return _quoted(ctx, words)
    raise Refused("refused-card")


def _typed(message: Said) -> Typed | Mistyped | None:
    quote = message.quote
    told = message.addressed or (
        quote is not None and (quote.by_me or quote.by_same)
    )
    group = message.chat.kind is ChatKind.GROUP
    return commands.read(message.text, talk=group and not told)


def _changes_subject(ctx: Context, message: Said, waiting: Dialogue) -> bool:
    """Whether somebody from whom we wait to hear speaks of other things.

    A report or a question is no contact, and must not reach a volunteer as
    one; a question, or a reply about another ticket, answers no worker. The
    words that a ticket waits for may well tell of trouble; a danger is no
    skill and no proof.
    """
    if waiting.step == "answer" and message.quote is not None:
        post = posts.find(
            ctx.db, ctx.id, message.chat.key, message.quote.message
        )
        about = post.ticket_id if post is not None else None
        return about not in {None, waiting.args["ticket"]}
    if waiting.step in {"ticket", "reopen", "photo-words"}:
        return False
    meaning = ctx.mind.judge(message.text, addressed=True)
    if waiting.step not in {"answer", "wish-contact"}:
        return meaning.urgency is Urgency.DANGER and meaning.sure is Sure.ACT
    if waiting.step == "answer" and meaning.intent is not Intent.QUESTION:
        return False
    return meaning.sure is Sure.ACT


def _waiting(ctx: Context, message: Said) -> Dialogue | None:
    """Return the dialogue that this message ends, and end it.

    In a group only words that speak to us do: by mention or by reply.
    """
    private = message.chat.kind is ChatKind.PRIVATE
    if not (private or message.quote or message.addressed):
        return None
    chat, sender = message.chat.key, message.sender.key
    found = buttons.expected(ctx.db, chat, sender, ctx.now)
    if found is not None:
        buttons.expect_nothing(ctx.db, chat, sender)
    return found


def _anonymous(ctx: Context, message: Said) -> list[Outgoing]:
    """Hear nobody whom we could answer for: only open words count.

    A code needs an administrator of the group, not a person.
    """
    typed = commands.read(message.text)
    if not isinstance(typed, Typed):
        return []
    if typed.command is Command.BIND:
        return groups.bind(ctx, message, typed.words)
    if typed.command is Command.REPORT and not message.forwarded:
        raise Refused("refused-anonymous")
    return []


def _quoted(ctx: Context, message: Said) -> list[Outgoing]:
    quote = message.quote
    if quote is None:
        return []
    number = message.text.strip()
    if quote.by_me and number.isdigit() and len(number) == 1:
        press = _numbered(ctx, message, quote.message, int(number))
        if press is not None:
            return press
    return _replied(ctx, message, quote)


def _replied(ctx: Context, message: Said, quote: Quote) -> list[Outgoing]:
    """Take what replies to a matter as said of it."""
    known = posts.find(ctx.db, ctx.id, message.chat.key, quote.message)
    if known is None or known.ticket_id is None:
        return router.by_meaning(ctx, message)
    if ctx.mind.judge(message.text).intent is Intent.THANKS:
        return []
    ticket = tickets.get(ctx.db, known.ticket_id)
    if joining.is_me_too(message.text) and joining.may_join(ctx, ticket):
        return joining.me_too(ctx, message, ticket)
    ended = ticket.status not in rules.STAYS[Action.ADD]
    if ended or not report.is_for(ctx, message, ticket):
        return router.by_meaning(ctx, message)
    return report.add(ctx, message, message.text, ticket)


def _numbered(
    ctx: Context, message: Said, quoted: str, number: int
) -> list[Outgoing] | None:
    """Take "1" in reply to a message with choices for a press."""
    letter = outbox.find_sent(ctx.db, message.chat.key, quoted)
    outgoing = letter.outgoing if letter else None
    if not isinstance(outgoing, Say):
        return None
    presses = [one for one in outgoing.choices if one.token]
    if not 1 <= number <= len(presses):
        return None
    said = router.by_press(
        ctx,
        Pressed(
            channel=message.channel,
            account=message.account,
            chat=message.chat,
            sender=message.sender,
            id="",
            at=message.at,
            token=presses[number - 1].token,
            message=quoted,
        ),
    )
    return [one for one in said if isinstance(one, Say)]


def _corrected(ctx: Context, message: Edited | Withdrawn) -> list[Outgoing]:
    known = posts.find(ctx.db, ctx.id, message.chat.key, message.id)
    if known is None or (known.author_id and ctx.person is None):
        return []
    if isinstance(message, Edited):
        edit = wishes.edit if known.wish_id is not None else corrections.edit
        return edit(ctx, message, known)
    if known.wish_id is not None:
        return wishes.recall(ctx, message, known)
    return corrections.take_back(ctx, message, known)


def _nearest(message: Said, typed: Mistyped) -> list[Outgoing]:
    if typed.nearest:
        near = "、".join(
            f"{commands.word(one)} {commands.slash(one)}"
            for one in typed.nearest
        )
        raise Refused(
            "refused-command-near", typed=typed.typed[:20], near=near
        )
    if message.chat.kind is ChatKind.GROUP and not message.addressed:
        return []
    raise Refused("refused-command", typed=typed.typed[:20])


def _chat_changed(
    ctx: Context, message: Joined | Left | Moved
) -> list[Outgoing]:
    match message:
        case Moved():
            chats.move(ctx.db, message.chat, message.to, ctx.now)
        case Left() if message.chat.kind is ChatKind.GROUP:
            chats.close(ctx.db, message.chat, ctx.now)
        case Joined() if message.chat.kind is ChatKind.GROUP:
            chats.reopen(ctx.db, message.chat, ctx.now)
            return groups.joined(ctx, message.chat)
        case _:
            people.set_reachable(
                ctx.db,
                message.sender.channel,
                message.sender.address,
                reachable=isinstance(message, Joined),
            )
    return []


def _refusal(ctx: Context, message: Incoming, no: Refused) -> list[Outgoing]:
    text = ctx.say(no.sentence, **no.values)
    if ctx.chat is not None and ctx.chat.kind is ChatKind.GROUP:
        # it may repeat what was typed
        text = mask(text)
    if isinstance(message, Pressed):
        return [letters.notice(message, text, alert=True)]
    if isinstance(message, Said):
        return [letters.reply(message, text)]
    return []
