"""Everybody reads the list of wishes, and one's own."""

from config.terms import (
    DESKS,
    STAFF,
    GridId,
    Language,
    WishAction,
    WishStatus,
)
from handlers import letters, wish_review, wishing, wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import claims as rules
from handlers.rules import commands
from handlers.rules.kinds import KINDS
from handlers.rules.refusals import Refused
from storage import people, subjects, wishes
from storage.buttons import Button
from storage.messages import Outgoing, Pressed, Said
from storage.wishes import Wish

PAGE = 5
_FILTERS = ("grid", "kind", "words")
_MINE = frozenset({"我的", "mine", "my"})
_WAITING = frozenset({"待审", "waiting"})
_HIDDEN = frozenset(
    {WishStatus.PROPOSED, WishStatus.DECLINED, WishStatus.WITHDRAWN}
)


def show_list(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """List open wishes: ``心愿``, ``微心愿 第一网格``, ``微心愿 跑腿``."""
    words = rest.strip()
    number, behind = commands.number_and_words(words)
    if number is not None and not behind:
        return show(ctx, message, rest)
    if words in _MINE:
        return _mine(ctx, message)
    if words in _WAITING:
        return _waiting(ctx, message)
    args = _filter(ctx, words)
    return [_page(ctx, message, args, after=0)]


def press_page(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Show the next page of the list."""
    args = {name: str(button.args[name]) for name in _FILTERS}
    return [
        letters.notice(press, ""),
        _page(ctx, press, args, after=int(button.args["after"])),
    ]


def show(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Show one wish: all of it to those concerned, else what is public."""
    found, _ = wishing.named(ctx, message, rest)
    ties = wishing.ties_to(ctx, found)
    if ties & rules.SEE:
        picks: list[Pick] = []
        if ties & rules.MAY[WishAction.APPROVE]:
            picks = wish_review.review_picks(ctx, found, ctx.language)
        if (
            ties & rules.MAY[WishAction.CONSENT]
            and found.status not in rules.ENDED
        ):
            picks.append(_consent_pick(ctx, found))
        text = (
            f"{wishing.card(ctx, found, ctx.language)}\n{_history(ctx, found)}"
        )
        about = [subjects.wish(found.id)]
        return letters.in_private(ctx, message, text, picks=picks, about=about)
    if found.status in _HIDDEN:
        raise Refused("refused-no-wish", number=found.number)
    text = wishing.line(
        ctx,
        found.number,
        wording.grid_name(ctx, found.grid_id),
        found.public_text,
    )
    status = ctx.say(f"wish-status-{found.status}")
    return [letters.reply(message, f"{text}\n{status}", wish=found.id)]


def _consent_pick(ctx: Context, found: Wish) -> Pick:
    """Return the button that changes one's mind about the contact."""
    label = "do-share-no-more" if found.consent else "do-share"
    yes = int(not found.consent)
    return Pick(ctx.say(label), "wish-consent", found.id, {"yes": yes})


def _filter(ctx: Context, words: str) -> dict[str, str]:
    """Read grid, building and kind, or else plain words to look for."""
    args = dict.fromkeys(_FILTERS, "")
    if not words:
        return args
    first, _, second = words.partition(" ")
    if second.strip():
        both = [_filter(ctx, first), _filter(ctx, second.strip())]
        named = {name: one[name] for one in both for name in one if one[name]}
        if named.keys() == {"grid", "kind"}:
            return {**args, **named}
    for grid in ctx.community.grids:
        called = (grid.name, *grid.names.values())
        if words == grid.id or any(one.startswith(words) for one in called):
            return {**args, "grid": grid.id}
    for kind in KINDS:
        names = {ctx.say(f"wish-kind-{kind}", to) for to in Language}
        if words in {kind, *names}:
            return {**args, "kind": kind}
    place = ctx.mind.place(words)
    if place is not None and place.grid is not None:
        return {**args, "grid": place.grid}
    return {**args, "words": words[:20]}


def _page(
    ctx: Context, message: Said | Pressed, args: dict[str, str], after: int
) -> Outgoing:
    found = wishes.listed(
        ctx.db,
        ctx.id,
        grid=GridId(args["grid"]) if args["grid"] else None,
        kind=args["kind"],
        words=args["words"],
        after=after,
        limit=PAGE + 1,
    )
    if not found:
        narrow = any(args.values())
        none = "wishes-none-such" if narrow else "wishes-none"
        return letters.reply(message, ctx.say(none))
    shown = found[:PAGE]
    picks = wishing.claim_picks(ctx, shown)
    if len(found) > PAGE:
        more = {**args, "after": shown[-1].number}
        picks.append(Pick(ctx.say("do-next-page"), "wish-page", args=more))
    return letters.reply(
        message,
        "\n".join(
            [
                ctx.say("wishes-head"),
                *wishing.lines(ctx, shown),
                ctx.say("wishes-foot", number=shown[0].number),
            ]
        ),
        choices=letters.choices(ctx, picks),
        about=[subjects.wish(one.id) for one in shown],
    )


def _mine(ctx: Context, message: Said) -> list[Outgoing]:
    own = wishes.of_person(ctx.db, ctx.id, ctx.actor)
    held = wishes.held_by(ctx.db, ctx.id, ctx.actor)
    if not own and not held:
        return letters.in_private(ctx, message, ctx.say("wishes-mine-none"))
    said = []
    if own:
        said += [
            ctx.say("wishes-mine-head"),
            *(_with_status(ctx, one) for one in own),
        ]
    if held:
        said += [
            ctx.say("wishes-held-head"),
            *(
                ctx.say(
                    "wish-held-line",
                    number=one.number,
                    text=one.public_text,
                    at=one.until,
                )
                for one in held
            ),
        ]
    return letters.in_private(
        ctx,
        message,
        "\n".join(said),
        about=[subjects.wish(one.id) for one in (*own, *held)],
    )


def _waiting(ctx: Context, message: Said) -> list[Outgoing]:
    person = ctx.person
    if person is None or not person.has(*STAFF):
        raise Refused("refused-staff-only")
    grids = None
    if not person.has(*DESKS):
        grids = people.grids_of(ctx.db, ctx.id, person.id)
    found = wishes.waiting(ctx.db, ctx.id, grids)
    if not found:
        text = ctx.say("wishes-waiting-none")
    else:
        text = "\n".join(
            [
                ctx.say("wishes-waiting-head"),
                *(_with_status(ctx, one) for one in found),
            ]
        )
    return letters.in_private(
        ctx, message, text, about=[subjects.wish(one.id) for one in found]
    )


def _with_status(ctx: Context, found: Wish) -> str:
    return ctx.say(
        "wish-own-line",
        number=found.number,
        text=found.public_text,
        status=ctx.say(f"wish-status-{found.status}"),
    )


def _history(ctx: Context, found: Wish) -> str:
    return "\n".join(
        ctx.say(
            "history-line",
            at=event.at,
            who=actor.name if actor else ctx.say("linli"),
            what=ctx.say(f"wish-did-{event.action}"),
        )
        for event in wishes.history(ctx.db, found.id)
        for actor in (ctx.find(event.actor_id),)
    )
