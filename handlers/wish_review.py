"""A worker or the desk looks at a wish: approve, edit, decline."""

from config.terms import Language, WishAction, WishId, WishStatus
from handlers import letters, wishing
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import claims as rules
from handlers.rules.refusals import Refused
from storage import limits, wishes
from storage.buttons import Button, Dialogue
from storage.limits import Due
from storage.messages import Outgoing, Pressed, Said
from storage.wishes import Wish

LONGEST_REASON = 500


def approve(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Put a wish on the list: ``通过 12``, or with other words for all."""
    found, words = wishing.named(ctx, message, rest)
    return _approve(ctx, message, found, words)


def press_approve(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Put a wish on the list as its card shows it."""
    found = wishes.get(ctx.db, WishId(button.subject_id))
    return [
        letters.notice(press, ctx.say("noted")),
        *_approve(ctx, press, found, ""),
    ]


def press_edit(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Ask for the words that all may read."""
    found = wishing.judged(ctx, WishId(button.subject_id), WishAction.EDIT)
    wishing.expect(ctx, press, "wish-edit", found)
    ask = ctx.say("ask-public-text", number=found.number)
    return [
        letters.notice(press, ""),
        letters.reply(press, ask, wish=found.id),
    ]


def reword(ctx: Context, message: Said, dialogue: Dialogue) -> list[Outgoing]:
    """Set what the list shows, and show the card again."""
    found = wishing.judged(ctx, WishId(dialogue.args["wish"]), WishAction.EDIT)
    after = wishing.set_public(ctx, found, message.text)
    said = ctx.say(
        "wish-reworded", number=found.number, text=after.public_text
    )
    picks = review_picks(ctx, after, ctx.language)
    answer = letters.reply(
        message,
        said,
        choices=letters.choices(ctx, picks, allowed=ctx.actor),
        wish=found.id,
    )
    if after.status is not WishStatus.OPEN:
        return [answer]
    return [answer, *wishing.announce_anew(ctx, after, "open")]


def decline(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Say no to a wish, with a reason: ``婉拒 12 社区食堂就能送``."""
    found, words = wishing.named(ctx, message, rest)
    return _decline(ctx, message, found, words)


def press_decline(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Ask for the reason."""
    found = wishes.get(ctx.db, WishId(button.subject_id))
    return [
        letters.notice(press, ""),
        *_decline(ctx, press, found, ""),
    ]


def decline_words(
    ctx: Context, message: Said, dialogue: Dialogue
) -> list[Outgoing]:
    """Say no with the reason that has come now."""
    if not message.text.strip():
        raise Refused("refused-empty-reason")
    found = wishes.get(ctx.db, WishId(dialogue.args["wish"]))
    return _decline(ctx, message, found, message.text)


def remind(ctx: Context, due: Due) -> list[Outgoing]:
    """Remind worker and desk of a wish that nobody has looked at."""
    found = wishes.get(ctx.db, WishId(due.subject_id))
    if found.status is not WishStatus.PROPOSED:
        return []
    wishing.log(ctx, found, WishAction.REMIND, new="review")
    return for_review(ctx, found, late=True)


def for_review(
    ctx: Context, found: Wish, *, late: bool = False
) -> list[Outgoing]:
    """Bring a wish to its worker; when it is late, to the desk as well."""
    whom = {person.id: person for person in wishing.reviewers(ctx, found)}
    if late:
        whom |= {person.id: person for person in letters.desks(ctx)}
    said: list[Outgoing] = []
    for person in whom.values():
        to = ctx.language_of(person)
        head = ctx.say("wish-late" if late else "wish-new", to)
        said += letters.tell(
            ctx,
            person,
            f"{head}\n{wishing.card(ctx, found, to)}",
            picks=review_picks(ctx, found, to),
            wish=found.id,
            group=found.grid_id,
        )
    return said


def review_picks(ctx: Context, found: Wish, to: Language) -> list[Pick]:
    """Return the buttons that decide about a wish."""
    wanted = {
        WishStatus.PROPOSED: ("approve", "edit", "decline"),
        WishStatus.OPEN: ("edit", "decline"),
    }.get(found.status, ())
    return [
        Pick(ctx.say(f"do-wish-{deed}", to), f"wish-{deed}", found.id)
        for deed in wanted
    ]


def review_in_time(ctx: Context, found: Wish) -> None:
    """Let somebody be reminded if nobody looks at it."""
    limits.put_dues(
        ctx.db,
        [
            {
                "community_id": ctx.id,
                "kind": "wish-waits",
                "subject_id": found.id,
                "limit_id": 0,
                "rung": "",
                "due_at": ctx.now + ctx.community.rules.wish_answer_within,
            }
        ],
    )


def _approve(
    ctx: Context, message: Said | Pressed, found: Wish, words: str
) -> list[Outgoing]:
    wishing.check(ctx, found, WishAction.APPROVE)
    status = rules.next_status(found.status, WishAction.APPROVE)
    if words.strip():
        found = wishing.set_public(ctx, found, words)
    after = wishes.move(ctx.db, found, status, approved_at=ctx.now)
    limits.drop_dues(ctx.db, "wish-waits", found.id)
    wishing.log(ctx, after, WishAction.APPROVE, old=found.status, new=status)
    return [
        letters.reply(
            message,
            ctx.say(
                "wish-approved", number=after.number, text=after.public_text
            ),
            wish=after.id,
            again=True,
        ),
        *letters.announce(
            ctx,
            after.grid_id,
            wishing.announcement(ctx, after, "open"),
            picks=[wishing.claim_pick(ctx, after)],
            wish=after.id,
        ),
        *wishing.unless_self(
            ctx, after, wishing.tell_owner(ctx, after, "told-wish-approved")
        ),
    ]


def _decline(
    ctx: Context, message: Said | Pressed, found: Wish, words: str
) -> list[Outgoing]:
    wishing.check(ctx, found, WishAction.DECLINE)
    status = rules.next_status(found.status, WishAction.DECLINE)
    if not words.strip():
        wishing.expect(ctx, message, "wish-decline", found)
        ask = ctx.say("ask-decline-reason", number=found.number)
        return [letters.reply(message, ask, wish=found.id)]
    after = wishes.move(ctx.db, found, status)
    limits.drop_dues(ctx.db, "wish-waits", found.id)
    said = ctx.keep(
        "reason",
        words.strip()[:LONGEST_REASON],
        wish=found.id,
    )
    wishing.log(
        ctx,
        after,
        WishAction.DECLINE,
        old=found.status,
        new=status,
        words_id=said,
    )
    answer = ctx.say("wish-declined", number=found.number)
    told = wishing.tell_owner(
        ctx, after, "told-wish-declined", words=words.strip()[:LONGEST_REASON]
    )
    return [
        letters.reply(message, answer, wish=found.id, again=True),
        *wishing.unless_self(ctx, after, told),
        *wishing.announce_anew(ctx, after, "over"),
    ]
