"""A volunteer takes a wish on, and it is done, dropped or returned."""

from datetime import datetime
from typing import Any

from config.terms import (
    ChatKind,
    Language,
    Role,
    WishAction,
    WishId,
    WishStatus,
)
from handlers import letters, wishing
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import claims as rules
from handlers.rules.refusals import Refused
from storage import buttons, limits, photos, subjects, wishes
from storage.buttons import Button, Dialogue
from storage.limits import Due
from storage.messages import Outgoing, Pressed, Said
from storage.wishes import Claim, Wish

OFFERED = 3
"""Other wishes that somebody hears of who came too late."""
LONGEST = 1000


# Claiming -----------------------------------------------------------------


def claim(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Take a wish on: ``认领 12``."""
    wish, _ = wishing.named(ctx, message, rest)
    return _claim(ctx, message, wish)


def press_claim(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Take a wish on by its button."""
    wish = wishes.get(ctx.db, WishId(button.subject_id))
    return _claim(ctx, press, wish)


def drop(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Give a wish back to the list: ``退领 12``."""
    wish, _ = wishing.named(ctx, message, rest)
    return _drop(ctx, message, wish)


def press_drop(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Give a wish back by its button."""
    wish = wishes.get(ctx.db, WishId(button.subject_id))
    return [
        letters.notice(press, ctx.say("noted")),
        *_drop(ctx, press, wish),
    ]


def done(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Say that a wish is done, with words or a photo: ``完成 12``."""
    wish, words = wishing.named(ctx, message, rest)
    return _done(ctx, message, wish, words)


def press_done(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Ask for the words or the photo that prove it."""
    wish = wishes.get(ctx.db, WishId(button.subject_id))
    return [
        letters.notice(press, ""),
        *_ask_proof(ctx, press, wish),
    ]


def proof(ctx: Context, message: Said, dialogue: Dialogue) -> list[Outgoing]:
    """Take the words or the photo that were asked for."""
    wish = wishes.get(ctx.db, WishId(dialogue.args["wish"]))
    return _done(ctx, message, wish, message.text)


def press_confirm(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Confirm that a wish is fulfilled."""
    wish = wishes.get(ctx.db, WishId(button.subject_id))
    wishing.check(ctx, wish, WishAction.CONFIRM)
    said = _fulfil(ctx, wish, WishAction.CONFIRM)
    text = ctx.say("wish-confirmed", number=wish.number)
    return [
        letters.notice(press, ctx.say("noted")),
        letters.reply(press, text, wish=wish.id),
        *wishing.tell_holder(ctx, wish, "told-wish-fulfilled"),
        *said,
    ]


def press_deny(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Give a wish that is not done back to its volunteer."""
    wish = wishes.get(ctx.db, WishId(button.subject_id))
    wishing.check(ctx, wish, WishAction.DENY)
    status = rules.next_status(wish.status, WishAction.DENY)
    until = ctx.now + ctx.community.rules.claim_within
    claim_id = _live(wish)
    wishes.move_claim(ctx.db, claim_id, "done", "held", ctx.now, until)
    wishes.move(ctx.db, wish, status)
    wishing.drop_dues(ctx, claim_id)
    _put_dues(ctx, claim_id, until)
    wishing.log(ctx, wish, WishAction.DENY, old=wish.status, new=status)
    text = ctx.say("wish-denied", number=wish.number)
    return [
        letters.notice(press, ctx.say("noted")),
        letters.reply(press, text, wish=wish.id),
        *wishing.tell_holder(
            ctx, wish, "told-wish-denied", _holder_picks(ctx, wish), at=until
        ),
    ]


# When time comes ----------------------------------------------------------


def remind(ctx: Context, due: Due) -> list[Outgoing]:
    """Remind a volunteer kindly before the claim ends."""
    wish = _held(ctx, due)
    if wish is None or wish.until is None or wish.until <= ctx.now:
        return []  # after a stop the end comes along and says so
    wishing.log(ctx, wish, WishAction.REMIND)
    return wishing.tell_holder(
        ctx,
        wish,
        "told-claim-ends-soon",
        _holder_picks(ctx, wish),
        at=wish.until,
    )


def end(ctx: Context, due: Due) -> list[Outgoing]:
    """Return a wish to the list when its claim's time is over."""
    wish = _held(ctx, due)
    if wish is None:
        return []
    status = rules.next_status(wish.status, WishAction.RETURN)
    wishes.move_claim(ctx.db, due.subject_id, "held", "returned", ctx.now)
    wishes.move(ctx.db, wish, status)
    wishing.log(ctx, wish, WishAction.RETURN, old=wish.status, new=status)
    return [
        *wishing.tell_holder(ctx, wish, "told-claim-ended"),
        *wishing.tell_owner(ctx, wish, "told-wish-returned"),
        *wishing.announce_anew(ctx, wish, "open"),
    ]


def close(ctx: Context, due: Due) -> list[Outgoing]:
    """Take a wish for fulfilled when nobody said otherwise in time."""
    wish = wishes.find_by_claim(ctx.db, due.subject_id)
    if wish is None or wish.status is not WishStatus.DONE:
        return []
    said = _fulfil(ctx, wish, WishAction.FULFIL)
    days = ctx.community.rules.close_after.days
    return [
        *wishing.tell_owner(ctx, wish, "told-wish-closed", days=days),
        *wishing.tell_holder(ctx, wish, "told-wish-fulfilled"),
        *said,
    ]


# Inside -------------------------------------------------------------------


def _claim(
    ctx: Context, message: Said | Pressed, wish: Wish
) -> list[Outgoing]:
    person = ctx.person
    if person is None or not person.has(Role.VOLUNTEER):
        raise Refused("refused-not-volunteer")
    if wish.holder_id == person.id and wish.until is not None:
        raise Refused("refused-claim-yours", number=wish.number)
    if wish.wisher_id == person.id:
        raise Refused("refused-claim-own", number=wish.number)
    if wish.holder_id is not None:
        return _too_late(ctx, message, wish)
    status = rules.next_status(wish.status, WishAction.CLAIM)
    held = wishes.held(ctx.db, ctx.id, person.id)
    until = rules.held_until(held, ctx.now, ctx.community.rules)
    won = wishes.claim(ctx.db, wish, person.id, ctx.now, until)
    if won is None:
        return _too_late(ctx, message, wish)
    wishing.log(ctx, wish, WishAction.CLAIM, old=wish.status, new=status)
    _put_dues(ctx, won.id, until)
    return _won(ctx, message, wishes.get(ctx.db, wish.id), won)


def _won(
    ctx: Context, message: Said | Pressed, wish: Wish, won: Claim
) -> list[Outgoing]:
    to = ctx.language
    until = won.until
    mine = ctx.say("claimed", number=wish.number, at=until)
    contact = wishing.contact_of(ctx, wish, to)
    picks = _holder_picks(ctx, wish)
    said: list[Outgoing] = []
    if isinstance(message, Pressed):
        said.append(letters.notice(message, mine))
    if message.chat.kind is ChatKind.PRIVATE:
        text = f"{mine}\n{contact}"
        shown = letters.choices(ctx, picks(to), allowed=ctx.actor)
        said.append(
            letters.reply(
                message, text, choices=shown, wish=wish.id, again=True
            )
        )
    else:
        if isinstance(message, Said):
            there = ctx.say("claimed-in-group", number=wish.number, at=until)
            said.append(
                letters.reply(message, there, wish=wish.id, again=True)
            )
        said += letters.tell(
            ctx,
            ctx.person,
            f"{mine}\n{contact}",
            picks=picks(to),
            wish=wish.id,
            now=True,
            group=ctx.grid or wish.grid_id,
        )
    if wish.consent:
        shown_too = photos.of_wish(ctx.db, wish.id)
        kept = [one for one in shown_too if one.state == "kept"]
        said += wishing.bring_photos(ctx, ctx.person, wish, kept)
    return [
        *said,
        *_tell_of_claim(ctx, wish),
        *wishing.announce_anew(ctx, wish, "taken"),
    ]


def _tell_of_claim(ctx: Context, wish: Wish) -> list[Outgoing]:
    """Tell wisher and worker; each of them once."""
    name = ctx.person.name if ctx.person else ""
    own = wishing.owner(ctx, wish)
    said = wishing.tell_owner(ctx, wish, "told-wish-claimed", name=name)
    for person in wishing.reviewers(ctx, wish):
        if own is None or person.id != own.id:
            said += wishing.tell(
                ctx, person, wish, "told-worker-claimed", name=name
            )
    return said


def _too_late(
    ctx: Context, message: Said | Pressed, wish: Wish
) -> list[Outgoing]:
    """Tell at once that somebody else has it, and what else waits."""
    late = ctx.say("claim-too-late", number=wish.number)
    others = wishes.listed(ctx.db, ctx.id, limit=OFFERED)
    if not others:
        text = f"{late}{ctx.say('claim-none-else')}"
    elif message.chat.kind is ChatKind.PRIVATE:
        head = f"{late}{ctx.say('claim-others')}"
        text = "\n".join([head, *wishing.lines(ctx, others)])
    else:
        numbers = [one.number for one in others]
        text = f"{late}{ctx.say('claim-others-short', numbers=numbers)}"
    if isinstance(message, Pressed):
        return [letters.notice(message, text, alert=True)]
    if message.chat.kind is not ChatKind.PRIVATE:
        return [letters.reply(message, text)]
    picks = wishing.claim_picks(ctx, others)
    return [
        letters.reply(
            message,
            text,
            choices=letters.choices(ctx, picks),
            about=[subjects.wish(one.id) for one in others],
        )
    ]


def _drop(ctx: Context, message: Said | Pressed, wish: Wish) -> list[Outgoing]:
    wishing.check(ctx, wish, WishAction.DROP)
    status = rules.next_status(wish.status, WishAction.DROP)
    claim_id = _live(wish)
    wishes.move_claim(ctx.db, claim_id, "held", "dropped", ctx.now)
    wishes.move(ctx.db, wish, status)
    wishing.drop_dues(ctx, claim_id)
    wishing.log(ctx, wish, WishAction.DROP, old=wish.status, new=status)
    text = ctx.say("dropped", number=wish.number)
    said = [
        letters.reply(message, text, wish=wish.id, again=True),
        *wishing.tell_owner(ctx, wish, "told-wish-returned"),
        *wishing.announce_anew(ctx, wish, "open"),
    ]
    if wish.holder_id != ctx.actor:
        said += wishing.tell_holder(ctx, wish, "told-claim-taken")
    return said


def _done(
    ctx: Context, message: Said, wish: Wish, words: str
) -> list[Outgoing]:
    words = words.strip()
    if not words and not message.photos and not message.album:
        if message.attachments:
            raise Refused("refused-file")
        return _ask_proof(ctx, message, wish)
    if len(words) > LONGEST:
        raise Refused("refused-too-long", most=LONGEST)
    wishing.check(ctx, wish, WishAction.DONE)
    status = rules.next_status(wish.status, WishAction.DONE)
    claim_id = _live(wish)
    wishes.move_claim(ctx.db, claim_id, "held", "done", ctx.now)
    after = wishes.move(ctx.db, wish, status)
    words_id = None
    if words:
        words_id = ctx.keep("proof", words, wish=wish.id)
    wishing.attach(ctx, message, wish, "proof", words_id)
    wishing.drop_dues(ctx, claim_id)
    closes = ctx.now + ctx.community.rules.close_after
    limits.put_dues(ctx.db, [_due(ctx, "wish-close", claim_id, closes)])
    wishing.log(
        ctx,
        wish,
        WishAction.DONE,
        old=wish.status,
        new=status,
        words_id=words_id,
    )
    text = ctx.say("wish-done", number=wish.number)
    return [
        letters.reply(message, text, wish=wish.id, again=True),
        *_ask_to_confirm(ctx, after, words),
    ]


def _ask_proof(
    ctx: Context, message: Said | Pressed, wish: Wish
) -> list[Outgoing]:
    wishing.check(ctx, wish, WishAction.DONE)
    rules.next_status(wish.status, WishAction.DONE)
    buttons.expect(
        ctx.db,
        message.chat.key,
        message.sender.key,
        ctx.id,
        "wish-proof",
        {"wish": wish.id},
        ctx.now + wishing.WORDS_WAIT,
    )
    ask = ctx.say("ask-proof", number=wish.number)
    return [letters.reply(message, ask, wish=wish.id)]


def _ask_to_confirm(ctx: Context, wish: Wish, words: str) -> list[Outgoing]:
    """Ask the wisher; who can't be reached is asked for by the worker."""

    def picks(to: Language) -> list[Pick]:
        return [
            Pick(ctx.say("do-wish-confirm", to), "wish-confirm", wish.id),
            Pick(ctx.say("do-wish-deny", to), "wish-deny", wish.id),
        ]

    sentence = "ask-confirm"
    own = wishing.owner(ctx, wish)
    if own is not None and own.id != wish.holder_id:
        said = wishing.tell_owner(ctx, wish, sentence, picks, words=words)
        if letters.is_reachable(ctx, own):
            return said
    else:
        said = []
    for person in wishing.reviewers(ctx, wish):
        if own is None or person.id != own.id:
            said += wishing.tell(
                ctx, person, wish, sentence, picks, words=words
            )
    return said


def _fulfil(ctx: Context, wish: Wish, action: WishAction) -> list[Outgoing]:
    """Note it, and thank in the group: no name of anybody."""
    status = rules.next_status(wish.status, action)
    claim_id = _live(wish)
    wishes.move_claim(ctx.db, claim_id, "done", "fulfilled", ctx.now)
    wishes.move(ctx.db, wish, status, fulfilled_at=ctx.now)
    wishing.drop_dues(ctx, claim_id)
    wishing.log(ctx, wish, action, old=wish.status, new=status)
    thanks = ctx.say(
        "wish-thanks",
        ctx.community.language,
        number=wish.number,
        text=wish.public_text,
    )
    return letters.announce(ctx, wish.grid_id, thanks, wish=wish.id)


def _held(ctx: Context, due: Due) -> Wish | None:
    wish = wishes.find_by_claim(ctx.db, due.subject_id)
    if wish is None or wish.status is not WishStatus.CLAIMED:
        return None
    return wish


def _live(wish: Wish) -> int:
    if wish.claim_id is None:
        raise Refused("refused-wish-step", status=wish.status)
    return wish.claim_id


def _put_dues(ctx: Context, claim_id: int, until: datetime) -> None:
    before = until - ctx.community.rules.claim_remind_before
    rows = [_due(ctx, "claim-end", claim_id, until)]
    if before > ctx.now:
        rows.append(_due(ctx, "claim-remind", claim_id, before))
    limits.put_dues(ctx.db, rows)


def _due(
    ctx: Context, kind: str, claim_id: int, at: datetime
) -> dict[str, Any]:
    return {
        "community_id": ctx.id,
        "kind": kind,
        "subject_id": claim_id,
        "limit_id": 0,
        "rung": "",
        "due_at": at,
    }


def _holder_picks(ctx: Context, wish: Wish) -> wishing.Picks:
    def picks(to: Language) -> list[Pick]:
        return [
            Pick(ctx.say("do-wish-done", to), "wish-done", wish.id),
            Pick(ctx.say("do-wish-drop", to), "wish-drop", wish.id),
        ]

    return picks
