"""A question gets the official answer, or a person who finds it."""

from datetime import date
from functools import partial

import msgspec

from config.pack.values import Community, Entry
from config.terms import (
    CategoryId,
    EntryId,
    LimitKind,
    Source,
    Urgency,
)
from handlers import letters, opening, report, wording
from handlers.context import Context, Fixed
from handlers.letters import Pick
from handlers.opening import Matter
from handlers.rules.plain import plain
from handlers.rules.privacy import hide
from handlers.rules.refusals import Refused
from handlers.understanding.meaning import Intent
from handlers.understanding.retrieval import Found, same
from storage import faq
from storage.buttons import Button
from storage.database import Connection
from storage.messages import Outgoing, Pressed, Said

LONGEST = 500
"""Characters of a question."""
KEPT = 200
"""Characters of an unanswered question that the desk sees."""
INQUIRY = CategoryId("inquiry")

_said: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def ask(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
    """Answer a question: ``问 医保怎么交``; danger is no question."""
    question = rest.strip()
    if not question and message.quote is not None:
        question = message.quote.text.strip()
    if not question:
        raise Refused("refused-empty-question")
    if len(question) > LONGEST:
        raise Refused("refused-too-long", most=LONGEST)
    meaning = ctx.mind.judge(question, addressed=True)
    if meaning.intent is Intent.REPORT and meaning.urgency is Urgency.DANGER:
        return report.report(ctx, message, question)
    found = _find(ctx, question)
    if found.sure:
        return [_answer(ctx, message, found.best[0].entry, question)]
    if found.best:
        return [_which(ctx, message, question, found)]
    return [_unknown(ctx, message, question, found)]


def answer(ctx: Context, message: Said) -> list[Outgoing]:
    """Answer what was asked of nobody, only where the entry is sure.

    Where that entry is past its date, say so and offer a person.
    """
    question = message.text[:LONGEST]
    found = _find(ctx, question)
    if found.sure:
        return [_answer(ctx, message, found.best[0].entry, question)]
    if found.lapsed:
        return [_unknown(ctx, message, question, found)]
    return []


def suggest(ctx: Context, message: Said) -> list[Outgoing]:
    """Answer or offer choices, if the FAQ has any."""
    question = message.text[:LONGEST]
    found = _find(ctx, question)
    if found.best and not found.sure:
        return [_which(ctx, message, question, found)]
    return answer(ctx, message)


def is_answerable(fixed: Fixed, community: Community, message: Said) -> bool:
    """Whether an entry surely answers it, told without the database."""
    today = message.at.astimezone(community.time_zone).date()
    return fixed.shelf.at_hand(community).knows(message.text, today=today)


def refresh(fixed: Fixed, db: Connection) -> None:
    """Read the entries again of communities whose FAQ has changed."""
    changes = faq.changes(db)
    for community in fixed.shelf.communities():
        fixed.shelf.current(
            fixed.pack.community(community),
            changes.get(community),
            partial(faq.entries, db, community),
        )


def press_entry(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Give the answer that was chosen."""
    entry = faq.find(ctx.db, ctx.id, EntryId(str(button.args["entry"])))
    if entry is None or _is_past(entry, _today(ctx)):
        raise Refused("refused-answer-gone")
    question = str(button.args.get("question", ""))
    return [letters.notice(press, ""), _answer(ctx, press, entry, question)]


def press_none(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Hear that no choice fits, and offer a person."""
    message = _said.decode(button.args["said"])
    question = str(button.args["question"])
    _keep(ctx, question)
    return [
        letters.notice(press, ""),
        letters.reply(
            press,
            ctx.say("faq-none"),
            choices=letters.choices(
                ctx, _pass_picks(ctx, message, question), allowed=ctx.actor
            ),
        ),
    ]


def press_pass(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Make the question a ticket that a person answers."""
    message = _said.decode(button.args["said"])
    question = str(button.args["question"])
    grid = ctx.grid or opening.home_grid(ctx, ctx.person)
    ticket, running, told = opening.open_ticket(
        ctx,
        Matter(
            text=question,
            category=_category(ctx, question),
            urgency=Urgency.ROUTINE,
            source=Source.INQUIRY,
            grid=grid,
        ),
        message,
    )
    lines = [
        ctx.say("faq-passed", number=ticket.number),
        wording.until(ctx, running, ctx.language, LimitKind.ANSWER),
    ]
    return [
        letters.notice(press, ctx.say("noted")),
        letters.reply(
            press,
            "\n".join(filter(None, lines)),
            ticket=ticket.id,
            again=True,
        ),
        *told,
    ]


def press_leave(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Let it be."""
    del button
    return [letters.notice(press, ctx.say("noted"))]


def press_vote(ctx: Context, press: Pressed, button: Button) -> list[Outgoing]:
    """Count what a person thinks of an answer, once each."""
    up = bool(button.args["up"])
    entry = EntryId(str(button.args["entry"]))
    is_new = faq.vote(ctx.db, ctx.id, entry, ctx.actor, ctx.now, up=up)
    question = str(button.args.get("question", ""))
    if is_new and question and not up:
        # what the answer did not answer is the desk's to answer
        faq.keep_unanswered(ctx.db, ctx.id, question, same(question), ctx.now)
    said = ctx.say("faq-thanks-up" if up else "faq-thanks-down")
    return [letters.notice(press, said)]


def _find(ctx: Context, question: str) -> Found:
    shelf = ctx.fixed.shelf.current(
        ctx.community,
        faq.changed_at(ctx.db, ctx.id),
        lambda: faq.entries(ctx.db, ctx.id),
    )
    return shelf.find(question, today=_today(ctx))


def _today(ctx: Context) -> date:
    return ctx.now.astimezone(ctx.community.time_zone).date()


def _is_past(entry: Entry, today: date) -> bool:
    return entry.valid_until is not None and entry.valid_until < today


def _answer(
    ctx: Context, message: Said | Pressed, entry: Entry, question: str
) -> Outgoing:
    masked = _masked(ctx, question)
    until = entry.valid_until
    source = ctx.say(
        "faq-source-until" if until else "faq-source",
        source=entry.source,
        issued=entry.issued,
        until=until,
    )
    picks = [
        Pick(
            ctx.say(f"do-faq-{way}"),
            "faq-vote",
            args={
                "entry": entry.id,
                "up": way == "up",
                "question": masked,
            },
        )
        for way in ("up", "down")
    ]
    return letters.reply(
        message,
        "\n".join((entry.questions[0], plain(entry.answer), source)),
        choices=letters.choices(ctx, picks),
        again=True,
    )


def _which(
    ctx: Context, message: Said, question: str, found: Found
) -> Outgoing:
    asked = _masked(ctx, question)
    picks = [
        Pick(
            match.entry.questions[0],
            "faq-entry",
            args={"entry": match.entry.id, "question": asked},
        )
        for match in found.best
    ]
    packed = _packed(message, question)
    picks.append(Pick(ctx.say("do-faq-none"), "faq-none", args=packed))
    lines = [ctx.say("faq-which")]
    titles = [match.entry.questions[0] for match in found.best]
    if any(len(title) > letters.LABEL for title in titles):
        lines += [f"{place}. {title}" for place, title in enumerate(titles, 1)]
    if found.expired is not None:
        lines.insert(0, _expired(ctx, found.expired.entry))
    return letters.reply(
        message,
        "\n".join(lines),
        choices=letters.choices(ctx, picks, allowed=ctx.actor),
    )


def _unknown(
    ctx: Context, message: Said, question: str, found: Found
) -> Outgoing:
    _keep(ctx, question)
    lines = [ctx.say("faq-none")]
    if found.expired is not None:
        lines = [
            _expired(ctx, found.expired.entry),
            ctx.say("faq-ask-worker"),
        ]
    return letters.reply(
        message,
        "\n".join(lines),
        choices=letters.choices(
            ctx, _pass_picks(ctx, message, question), allowed=ctx.actor
        ),
    )


def _expired(ctx: Context, entry: Entry) -> str:
    return ctx.say(
        "faq-expired", title=entry.questions[0], until=entry.valid_until
    )


def _pass_picks(ctx: Context, message: Said, question: str) -> list[Pick]:
    packed = _packed(message, question)
    return [
        Pick(ctx.say("do-faq-pass"), "faq-pass", args=packed),
        Pick(ctx.say("do-faq-leave"), "faq-leave"),
    ]


def _packed(message: Said, question: str) -> dict[str, str]:
    said = msgspec.json.encode(message).decode()
    return {"said": said, "question": question}


def _keep(ctx: Context, question: str) -> None:
    """Keep it for the desk, masked, without who asked."""
    text = _masked(ctx, question)
    faq.keep_unanswered(ctx.db, ctx.id, text, same(text), ctx.now)


def _masked(ctx: Context, question: str) -> str:
    names = (ctx.person.name,) if ctx.person else ()
    return " ".join(hide(question, names).split())[:KEPT]


def _category(ctx: Context, question: str) -> CategoryId:
    """Return the pack's category of inquiries, or the best it has."""
    if any(each.id == INQUIRY for each in ctx.community.categories):
        return INQUIRY
    return ctx.mind.category(question)[0]
