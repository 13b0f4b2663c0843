"""A resident makes a wish, or a worker for one; consent; taking it back."""

import msgspec

from config.terms import (
    STAFF,
    ChatKind,
    GridId,
    Language,
    WishAction,
    WishId,
    WishStatus,
)
from handlers import letters, opening, report, wish_review, wishing, wording
from handlers.context import Context
from handlers.letters import Pick
from handlers.rules import claims as rules
from handlers.rules import commands
from handlers.rules.kinds import kind_of
from handlers.rules.refusals import Refused
from storage import people, posts, tickets, wishes
from storage.buttons import Button, Dialogue
from storage.messages import Edited, Outgoing, Pressed, Said, Withdrawn
from storage.people import Person
from storage.posts import Post
from storage.wishes import Wish

LONGEST = 500
"""Characters of a wish."""
CONTACT = 200

_said: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)
_SELF = frozenset({"本人", "自己", "我自己", "me", "myself"})


def wish(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Put a wish before the worker: ``许愿 想要一个折叠凳``."""
    text = rest.strip()
    _check_attachments(message)
    if not any(sign.isalpha() for sign in text):
        raise Refused("refused-empty-wish")
    if len(text) > LONGEST:
        raise Refused("refused-too-long", most=LONGEST)
    if len(message.photos) > opening.MOST_PHOTOS:
        raise Refused("refused-too-many-photos", most=opening.MOST_PHOTOS)
    grid = _grid(ctx, text)
    if grid is None:
        return _ask_grid(ctx, message, text)
    return _make(ctx, message, text, grid)


def ask_first(ctx: Context, message: Said) -> list[Outgoing]:
    """Ask whether it is a wish; nobody answering is an answer."""
    packed = msgspec.json.encode(message).decode()
    picks = [
        Pick(ctx.say("ask-wish-yes"), "wish-yes", args={"said": packed}),
        Pick(ctx.say("ask-wish-no"), "wish-no"),
    ]
    return [
        letters.reply(
            message,
            ctx.say("ask-wish"),
            choices=letters.choices(
                ctx,
                picks,
                allowed=ctx.actor,
                chat=message.chat,
                lives=report.UNDECIDED,
            ),
        )
    ]


def press_yes(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Make a wish of what was understood as one."""
    message = _said.decode(button.args["said"])
    return [
        letters.notice(press, ctx.say("noted")),
        *wish(ctx, message, message.text),
    ]


def press_no(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Keep nothing of what was no wish."""
    del button
    return [letters.notice(press, ctx.say("noted"))]


def press_grid(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Make a wish that has its grid now."""
    message = _said.decode(button.args["said"])
    grid = GridId(str(button.args["grid"]))
    return [
        letters.notice(press, ctx.say("noted")),
        *_make(ctx, message, str(button.args["text"]), grid),
    ]


def press_consent(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Record whether the claimer may have the contact, and ask for it."""
    found = wishing.judged(ctx, WishId(button.subject_id), WishAction.CONSENT)
    yes = bool(button.args["yes"])
    contact = found.contact or (_known_contact(ctx, found) if yes else "")
    changed = yes or found.consent
    after = wishes.move(
        ctx.db, found, found.status, consent=yes, contact=contact
    )
    wishing.log(ctx, after, WishAction.CONSENT, new="yes" if yes else "no")
    noticed = letters.notice(press, ctx.say("noted"))
    if yes and not contact:
        wishing.expect(ctx, press, "wish-contact", found)
        ask = ctx.say("ask-own-contact", number=found.number)
        return [noticed, letters.reply(press, ask, wish=found.id)]
    said = ctx.say("consent-yes" if yes else "consent-no", number=found.number)
    return [
        noticed,
        letters.reply(press, said, wish=found.id),
        *(_pass_contact_on(ctx, after) if changed else ()),
    ]


def contact(ctx: Context, message: Said, dialogue: Dialogue) -> list[Outgoing]:
    """Keep how to reach the wisher, and whom a worker wished for."""
    words = message.text.strip()
    if not words:
        raise Refused("refused-empty-contact")
    found = wishing.judged(
        ctx, WishId(dialogue.args["wish"]), WishAction.CONSENT
    )
    if found.filed_by == ctx.actor and words.lower() in _SELF:
        found = wishes.move(
            ctx.db,
            found,
            found.status,
            wisher_id=ctx.actor,
            filed_by=None,
            public_text=wishing.public(
                found.public_text, wishing.names_of(ctx.person)
            ),
        )
        words = _known_contact(ctx, found)
    after = wishes.move(
        ctx.db,
        found,
        found.status,
        contact=words[:CONTACT],
        public_text=wishing.public(
            found.public_text, wishing.name_words(words)
        ),
    )
    if found.filed_by is None and found.consent:
        said = ctx.say("consent-yes", number=found.number)
        return [
            letters.reply(message, said, wish=found.id),
            *_pass_contact_on(ctx, after),
        ]
    sentence = "ask-consent" if after.filed_by is None else "ask-their-consent"
    ask = letters.reply(
        message,
        ctx.say(sentence, number=found.number),
        choices=letters.choices(
            ctx, _consent_picks(ctx, after, ctx.language), allowed=ctx.actor
        ),
        wish=found.id,
    )
    if after.status is not WishStatus.PROPOSED:
        return [ask]
    return [ask, *wish_review.for_review(ctx, after)]


def withdraw(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Take a wish back."""
    found, _ = wishing.named(ctx, message, rest)
    said = take_back(ctx, found)
    text = ctx.say("wish-withdrawn", number=found.number)
    return [letters.reply(message, text, wish=found.id), *said]


def take_back(ctx: Context, found: Wish) -> list[Outgoing]:
    """End a wish because its wisher wants so; tell who has it."""
    wishing.check(ctx, found, WishAction.WITHDRAW)
    status = rules.next_status(found.status, WishAction.WITHDRAW)
    if found.claim_id is not None:
        wishes.move_claim(ctx.db, found.claim_id, "held", "returned", ctx.now)
        wishing.drop_dues(ctx, found.claim_id)
    wishes.move(ctx.db, found, status)
    wishing.log(ctx, found, WishAction.WITHDRAW, old=found.status, new=status)
    return [
        *wishing.tell_holder(ctx, found, "told-wish-withdrawn"),
        *wishing.announce_anew(ctx, found, "over"),
    ]


def edit(ctx: Context, message: Edited, post: Post) -> list[Outgoing]:
    """Let a wish that nobody has looked at read as its edited message."""
    found = _own_post(ctx, post)
    if found is None or post.words_id is None:
        return []
    typed = commands.read(message.text)
    text = typed.words if isinstance(typed, commands.Typed) else message.text
    if not text.strip():
        return []
    tickets.reword(ctx.db, post.words_id, text[:LONGEST])
    after = wishes.move(
        ctx.db,
        found,
        found.status,
        public_text=wishing.public(text, wishing.names_of(ctx.person)),
        kind=kind_of(text),
    )
    wishing.log(ctx, after, WishAction.EDIT)
    return wish_review.for_review(ctx, after)


def recall(ctx: Context, message: Withdrawn, post: Post) -> list[Outgoing]:
    """Take a wish back with its message, unless it is on the list."""
    del message
    found = _own_post(ctx, post)
    return take_back(ctx, found) if found is not None else []


def add_photos(ctx: Context, message: Said) -> bool:
    """Tie a later part of an album to the wish of its first part."""
    known = posts.find_album(ctx.db, ctx.id, message.chat.key, message.album)
    if known is None or known.wish_id is None:
        return False
    found = wishes.get(ctx.db, known.wish_id)
    wishing.attach(ctx, message, found, known.kind, None)
    return True


def is_meant(ctx: Context, message: Said, rest: str) -> bool:
    """Whether a number, or the message quoted, is a wish's."""
    number, _ = commands.number_and_words(rest)
    if number is not None:
        return wishes.find(ctx.db, ctx.id, number) is not None
    if message.quote is None:
        return False
    post = posts.find(ctx.db, ctx.id, message.chat.key, message.quote.message)
    return post is not None and post.wish_id is not None


def _check_attachments(message: Said) -> None:
    for attachment in message.attachments:
        if attachment.kind == "voice":
            raise Refused("refused-wish-voice")
        if attachment.kind in {"file", "video"}:
            raise Refused("refused-file")


def _make(
    ctx: Context, message: Said, text: str, grid: GridId
) -> list[Outgoing]:
    person = ctx.person
    if person is None:
        raise Refused("refused-anonymous")
    for_other = _for_other(message, person)
    most = ctx.community.rules.open_wishes
    if not person.has(*STAFF) and (
        wishes.open_count(ctx.db, ctx.id, person.id) >= most
    ):
        raise Refused("refused-too-many-wishes", most=most)
    found = wishes.put(
        ctx.db,
        community_id=ctx.id,
        number=tickets.next_number(ctx.db, ctx.id),
        grid_id=grid,
        kind=kind_of(text),
        public_text=wishing.public(
            text, () if for_other else wishing.names_of(person)
        ),
        wisher_id=None if for_other else person.id,
        filed_by=person.id if for_other else None,
        origin_chat=message.chat.key,
        origin_message=message.id,
        opened_at=ctx.now,
    )
    words = tickets.say(
        ctx.db, ctx.id, "wish", person.id, text, ctx.now, wish=found.id
    )
    wishing.log(ctx, found, WishAction.WISH, new=found.status, words_id=words)
    wishing.attach(ctx, message, found, "wish", words)
    wish_review.review_in_time(ctx, found)
    if for_other:
        wishing.expect(ctx, message, "wish-contact", found)
        ask = ctx.say("ask-their-contact", number=found.number)
        return [letters.reply(message, ask, wish=found.id, again=True)]
    return [
        *_received(ctx, message, found),
        *wish_review.for_review(ctx, found),
    ]


def _for_other(message: Said, person: Person) -> bool:
    """Whether a worker wishes for somebody else: so in private only."""
    return message.chat.kind is ChatKind.PRIVATE and person.has(*STAFF)


def _received(ctx: Context, message: Said, found: Wish) -> list[Outgoing]:
    to = ctx.language
    received = ctx.say("wish-received", number=found.number)
    ask = ctx.say("ask-consent", number=found.number)
    picks = _consent_picks(ctx, found, to)
    if message.chat.kind is ChatKind.PRIVATE:
        return [
            letters.reply(
                message,
                f"{received}\n{ask}",
                choices=letters.choices(ctx, picks, allowed=ctx.actor),
                wish=found.id,
                again=True,
            )
        ]
    return [
        letters.reply(message, received, wish=found.id, again=True),
        *letters.tell(
            ctx,
            ctx.person,
            ask,
            picks=picks,
            wish=found.id,
            now=True,
            group=found.grid_id,
        ),
    ]


def _grid(ctx: Context, text: str) -> GridId | None:
    if ctx.grid is not None:
        return ctx.grid
    place = ctx.mind.place(text)
    if place is not None and place.grid is not None:
        return place.grid
    person = ctx.person
    if person is not None and person.has(*STAFF):
        grids = people.grids_of(ctx.db, ctx.id, person.id)
        if len(grids) == 1:
            return next(iter(grids))
    home = opening.home_grid(ctx, person)
    if home is None and len(ctx.community.grids) == 1:
        return ctx.community.grids[0].id
    return home


def _ask_grid(ctx: Context, message: Said, text: str) -> list[Outgoing]:
    packed = msgspec.json.encode(message).decode()
    picks = [
        Pick(
            grid.called(ctx.language),
            "wish-grid",
            args={"said": packed, "text": text, "grid": grid.id},
        )
        for grid in ctx.community.grids[:24]
    ]
    return [
        letters.reply(
            message,
            ctx.say("ask-wish-grid"),
            choices=letters.choices(
                ctx, picks, allowed=ctx.actor, chat=message.chat
            ),
            again=True,
        )
    ]


def _known_contact(ctx: Context, found: Wish) -> str:
    person = ctx.find(found.wisher_id)
    if person is None or not person.phone:
        return ""
    return wording.who(person)


def _consent_picks(ctx: Context, found: Wish, to: Language) -> list[Pick]:
    return [
        Pick(ctx.say("do-consent", to), "wish-consent", found.id, {"yes": 1}),
        Pick(
            ctx.say("do-not-consent", to), "wish-consent", found.id, {"yes": 0}
        ),
    ]


def _pass_contact_on(ctx: Context, found: Wish) -> list[Outgoing]:
    """Tell a holder what the wisher says about the contact by now."""
    if found.status is not WishStatus.CLAIMED:
        return []
    holder = ctx.find(found.holder_id)
    contact = wishing.contact_of(ctx, found, ctx.language_of(holder))
    sentence = "told-contact" if found.consent else "told-contact-no-more"
    return wishing.tell_holder(ctx, found, sentence, contact=contact)


def _own_post(ctx: Context, post: Post) -> Wish | None:
    """Return the actor's own wish of a message, while it is unread."""
    if post.wish_id is None or post.kind != "wish":
        return None
    if ctx.person is None or post.author_id != ctx.person.id:
        return None
    found = wishes.get(ctx.db, post.wish_id)
    return found if found.status is WishStatus.PROPOSED else None
