"""What all wish features share: who stands how to a wish, who is told."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec.structs import replace

from config.terms import (
    DESKS,
    STAFF,
    ChatKind,
    Language,
    Role,
    WishAction,
    WishId,
)
from handlers import letters, opening, report, wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import claims as rules
from handlers.rules import commands
from handlers.rules.claims import Tie
from handlers.rules.holes import left_out
from handlers.rules.kinds import kind_of
from handlers.rules.refusals import NumberMissing, Refused
from storage import (
    buttons,
    inbox,
    limits,
    outbox,
    people,
    photos,
    posts,
    subjects,
    tickets,
    wishes,
)
from storage.messages import Edit, Outgoing, Pressed, Said, Say
from storage.people import Person
from storage.photos import KeptPhoto
from storage.wishes import Line, Wish

Picks = Callable[[Language], list[Pick]]

SHOWN = 200
"""Characters of a wish that the public list shows."""
WORDS_WAIT = timedelta(hours=12)
"""How long we wait for the words that a question asked for."""
_EDITED_WITHIN = timedelta(days=14)
"""Older announcements stay: platforms forget, and nobody scrolls so far."""
_BREAKS = re.compile(
    r"[\s\d,，。;；、:：/（）()#-]+|号楼|单元|电话|手机|联系|[号室栋幢弄楼]"
)
"""What stands between the words of a contact: ``3号楼王阿姨 0000-12``."""


def named(ctx: Context, message: Said, rest: str) -> tuple[Wish, str]:
    """Return the wish meant, and the words behind its number."""
    number, words = commands.number_and_words(rest)
    if number is None and message.quote is not None:
        post = posts.find(
            ctx.db, ctx.id, message.chat.key, message.quote.message
        )
        if post is not None and post.wish_id is not None:
            return wishes.get(ctx.db, post.wish_id), rest
    if number is None:
        raise NumberMissing
    found = wishes.find(ctx.db, ctx.id, number)
    if found is not None:
        return found, words
    if tickets.find(ctx.db, ctx.id, number) is not None:
        raise Refused("refused-number-is-ticket", number=number)
    raise Refused("refused-no-wish", number=number)


def ties_to(ctx: Context, found: Wish) -> frozenset[Tie]:
    """Return how the actor stands to a wish."""
    person = ctx.person
    if person is None or found.community_id != ctx.id:
        return frozenset()
    ties = set()
    if found.wisher_id == person.id:
        ties.add(Tie.WISHER)
    if found.filed_by == person.id:
        ties.add(Tie.FILER)
    if found.holder_id == person.id:
        ties.add(Tie.HOLDER)
    if person.has(Role.VOLUNTEER):
        ties.add(Tie.VOLUNTEER)
    if person.has(*DESKS):
        ties.add(Tie.DESK)
    if person.has(*STAFF) and found.grid_id in people.grids_of(
        ctx.db, ctx.id, person.id
    ):
        ties.add(Tie.WORKER)
    return frozenset(ties)


def check(ctx: Context, found: Wish, action: WishAction) -> None:
    """Raise ``Refused`` unless the actor may do it."""
    if not rules.may(ties_to(ctx, found), action):
        raise Refused("refused-wish-not-yours", number=found.number)


def reviewers(ctx: Context, found: Wish) -> Sequence[Person]:
    """Return who looks at a wish: the grid's worker, else the desk."""
    worker = people.worker_of(ctx.db, ctx.id, found.grid_id)
    return [worker] if worker is not None else letters.desks(ctx)


def owner(ctx: Context, found: Wish) -> Person | None:
    """Return who answers for a wish: the wisher, else who filed it."""
    return ctx.find(found.wisher_id) or ctx.find(found.filed_by)


def tell_owner(
    ctx: Context,
    found: Wish,
    sentence: str,
    picks: Picks | None = None,
    **values: object,
) -> list[Outgoing]:
    """Tell the wisher what became of the wish, in private."""
    return tell(ctx, owner(ctx, found), found, sentence, picks, **values)


def tell_holder(
    ctx: Context,
    found: Wish,
    sentence: str,
    picks: Picks | None = None,
    **values: object,
) -> list[Outgoing]:
    """Tell the volunteer who has the wish, in private."""
    return tell(
        ctx, ctx.find(found.holder_id), found, sentence, picks, **values
    )


def tell(
    ctx: Context,
    person: Person | None,
    found: Wish,
    sentence: str,
    picks: Picks | None = None,
    **values: object,
) -> list[Outgoing]:
    """Tell one person something about a wish, in their language."""
    to = ctx.language_of(person)
    return letters.tell(
        ctx,
        person,
        ctx.say(
            sentence,
            to,
            number=found.number,
            text=found.public_text,
            **values,
        ),
        picks=picks(to) if picks else (),
        wish=found.id,
        group=found.grid_id,
    )


def line(ctx: Context, number: int, grid: str, text: str) -> str:
    """Return one line of the public list."""
    return ctx.say("wish-line", number=number, grid=grid, text=text)


def lines(ctx: Context, found: Sequence[Line]) -> list[str]:
    """Return the lines of open wishes."""
    return [
        line(
            ctx,
            one.number,
            wording.grid_name(ctx, one.grid_id) or one.grid_name,
            one.public_text,
        )
        for one in found
    ]


def claim_picks(ctx: Context, found: Sequence[Line]) -> list[Pick]:
    """Return a button to claim each."""
    return [
        Pick(
            ctx.say("do-claim-number", number=one.number), "wish-claim", one.id
        )
        for one in found
    ]


def contact_of(ctx: Context, found: Wish, to: Language) -> str:
    """Return how the claimer reaches the wisher: as consented, or not."""
    text = next(
        (said.text for said in wishes.words(ctx.db, found.id, "wish")), ""
    )
    if found.consent:
        who = found.contact
        if not who and found.wisher_id is not None:
            person = ctx.find(found.wisher_id)
            who = wording.who(person) if person else ""
        if who:
            return ctx.say("contact-direct", to, who=who, text=text)
    public = ctx.community.rules.worker_phone_public
    by = "、".join(
        wording.who(person) if public else person.name
        for person in reviewers(ctx, found)
    )
    return ctx.say("contact-worker", to, who=by)


def drop_dues(ctx: Context, claim: int) -> None:
    """Let the moments of a claim pass without effect."""
    for kind in ("claim-remind", "claim-end", "wish-close"):
        limits.drop_dues(ctx.db, kind, claim)


def card(ctx: Context, found: Wish, to: Language) -> str:
    """Return all that a worker needs to decide: for private chats only."""
    said = wishes.words(ctx.db, found.id, "wish")
    wisher = ctx.find(found.wisher_id)
    filer = ctx.find(found.filed_by)
    lines = [
        ctx.say(
            "wish-card",
            to,
            number=found.number,
            status=ctx.say(f"wish-status-{found.status}", to),
            kind=ctx.say(f"wish-kind-{found.kind}", to),
            grid=wording.grid_name(ctx, found.grid_id, to) or "-",
        ),
        *(words.text for words in said[:1]),
    ]
    if wisher is not None:
        lines.append(ctx.say("wish-card-wisher", to, who=wording.who(wisher)))
    if filer is not None:
        lines.append(ctx.say("wish-card-filer", to, who=filer.name))
    if found.contact:
        lines.append(ctx.say("wish-card-contact", to, who=found.contact))
    consent = "yes" if found.consent else "no"
    lines += [
        ctx.say(f"wish-card-consent-{consent}", to),
        ctx.say("wish-card-public", to, text=found.public_text),
    ]
    return "\n".join(lines)


def attach(
    ctx: Context, message: Said, found: Wish, purpose: str, words: int | None
) -> None:
    """Tie a message, its photos and the rest of its album to a wish."""
    parts = [message]
    if message.album:
        waiting = inbox.take_parts(ctx.db, report.album_key(message))
        parts += [part for part in waiting if isinstance(part, Said)]
    for part in parts:
        posts.put(
            ctx.db,
            part.chat.key,
            part.id,
            community=ctx.id,
            wish=found.id,
            words=words if part is message else None,
            author=ctx.actor,
            kind=purpose,
            album=part.album,
        )
        photos.want(
            ctx.db,
            ctx.id,
            part.photos[: opening.MOST_PHOTOS],
            channel=part.channel,
            chat=part.chat.key,
            message=part.id,
            author=ctx.actor,
            now=ctx.now,
            wish=found.id,
            purpose=purpose,
        )


def announcement(ctx: Context, found: Wish, state: str) -> str:
    """Return the one line that the group reads: ``open``, ``taken``..."""
    return ctx.say(
        f"wish-announced-{state}",
        ctx.community.language,
        number=found.number,
        grid=wording.grid_name(ctx, found.grid_id, ctx.community.language),
        text=found.public_text,
    )


def claim_pick(ctx: Context, found: Wish) -> Pick:
    """Return the button under the announcement."""
    label = ctx.say("do-claim", ctx.community.language)
    return Pick(label, "wish-claim", found.id)


def announce_anew(ctx: Context, found: Wish, state: str) -> list[Outgoing]:
    """Let what the group was told say how the wish stands now.

    What still waits for the morning is not said at all, unless it is true
    again by then.
    """
    said: list[Outgoing] = []
    since = ctx.now - _EDITED_WITHIN
    for letter in outbox.of_wish(ctx.db, found.id, since):
        told = letter.outgoing
        if not isinstance(told, Say) or not told.choices:
            continue
        if told.chat.kind is not ChatKind.GROUP:
            continue
        text = announcement(ctx, found, state)
        if letter.state == "waiting":
            if state == "open" and told.text == text:
                continue
            outbox.drop(ctx.db, letter.id)
            if state == "open":
                picks = [claim_pick(ctx, found)]
                shown = letters.choices(ctx, picks, chat=told.chat)
                said.append(replace(told, text=text, choices=shown))
            continue
        picks = [claim_pick(ctx, found)] if state == "open" else []
        said.append(
            Edit(
                chat=told.chat,
                letter=letter.id,
                text=text,
                choices=letters.choices(ctx, picks, chat=told.chat),
                about=(subjects.wish(found.id),),
            )
        )
    return said


def show_photos(ctx: Context, found: Wish) -> list[Outgoing]:
    """Bring photos to whom they are for, once the last has come.

    What shows the wish goes to who decides, what proves it to who confirms.
    """
    rows = photos.of_wish(ctx.db, found.id)
    if any(row.state == "wanted" for row in rows):
        return []
    new = [row for row in rows if row.state == "kept" and not row.shown]
    photos.mark_shown(ctx.db, [row.id for row in new])
    proofs = [row for row in new if row.purpose == "proof"]
    wished = [row for row in new if row.purpose != "proof"]
    said = bring_photos(ctx, owner(ctx, found), found, proofs)
    for person in reviewers(ctx, found):
        said += bring_photos(ctx, person, found, wished)
    return said


def bring_photos(
    ctx: Context,
    person: Person | None,
    found: Wish,
    rows: Sequence[KeptPhoto],
) -> list[Outgoing]:
    """Show photos of a wish to one person, in private."""
    if not rows:
        return []
    words = ctx.say(
        "told-wish-photos", ctx.language_of(person), number=found.number
    )
    return letters.tell(
        ctx, person, words, photos=[row.id for row in rows], wish=found.id
    )


def unless_self(
    ctx: Context, found: Wish, said: list[Outgoing]
) -> list[Outgoing]:
    """Leave out what the actor has just read in the answer."""
    person = owner(ctx, found)
    return [] if person is not None and person.id == ctx.actor else said


def public(text: str, names: Sequence[str]) -> str:
    """Return what all may read: no name known to us, no phone, no door."""
    shown = " ".join(left_out(text, names).split())
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…"


def names_of(person: Person | None) -> tuple[str, ...]:
    """Return what of a person the public must not read."""
    if person is None:
        return ()
    return (person.name, person.phone, *name_words(person.name))


def log(
    ctx: Context,
    found: Wish,
    action: WishAction,
    *,
    old: str = "",
    new: str = "",
    words_id: int | None = None,
) -> None:
    """Append an event of a wish."""
    ctx.log(
        action,
        wish=found.id,
        old=old,
        new=new,
        words_id=words_id,
    )


def expect(
    ctx: Context, message: Said | Pressed, step: str, found: Wish
) -> None:
    """Wait for the words that a question about a wish asked for."""
    buttons.expect(
        ctx.db,
        message.chat.key,
        message.sender.key,
        ctx.id,
        step,
        {"wish": found.id},
        ctx.now + WORDS_WAIT,
    )


def judged(ctx: Context, wish_id: WishId, action: WishAction) -> Wish:
    """Return a wish to which the actor may do it, as it stands."""
    found = wishes.get(ctx.db, wish_id)
    check(ctx, found, action)
    rules.next_status(found.status, action)
    return found


def set_public(ctx: Context, found: Wish, words: str) -> Wish:
    """Let the list show other words, without the names we know."""
    if not words.strip():
        raise Refused("refused-empty-wish")
    names = (
        *names_of(ctx.find(found.wisher_id)),
        *name_words(found.contact),
    )
    after = wishes.move(
        ctx.db,
        found,
        found.status,
        public_text=public(words, names),
        kind=kind_of(words),
    )
    log(ctx, after, WishAction.EDIT)
    return after


def name_words(contact: str) -> list[str]:
    """Return the words of a contact, each of which may be a name."""
    return _BREAKS.split(contact)
