"""One page of everything the bot can do, and who decides it."""

from collections.abc import Callable
from functools import partial

import msgspec

from config.terms import Action, ChatKind, Command
from handlers import (
    claims,
    corrections,
    desk,
    enrolment,
    examples,
    faq,
    groups,
    handing,
    joining,
    letters,
    linking,
    own,
    report,
    residents,
    triage,
    welcome,
    wish_list,
    wish_review,
    wishes,
)
from handlers.context import Context
from handlers.rules import commands
from handlers.rules.commands import Typed
from handlers.rules.refusals import NumberMissing, Refused
from handlers.understanding.meaning import Intent, Meaning, Sure
from storage import buttons, chats
from storage.buttons import Button, Dialogue
from storage.limits import Due
from storage.messages import Outgoing, Pressed, Said

ByCommand = Callable[[Context, Said, str], list[Outgoing]]
ByPress = Callable[[Context, Pressed, Button], list[Outgoing]]
ByWords = Callable[[Context, Said, Dialogue], list[Outgoing]]
ByTime = Callable[[Context, Due], list[Outgoing]]

_said: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


def _deed(action: Action) -> ByCommand:
    return partial(triage.by_command, action=action)


def _pressed(action: Action) -> ByPress:
    return partial(triage.by_press, action=action)


def _of_either(ticket: ByCommand, wish: ByCommand) -> ByCommand:
    """Let the number decide: tickets and wishes share one sequence."""

    def by_number(ctx: Context, message: Said, rest: str) -> list[Outgoing]:
        do = wish if wishes.is_meant(ctx, message, rest) else ticket
        return do(ctx, message, rest)

    return by_number


def _press_typed(
    ctx: Context, press: Pressed, button: Button
) -> list[Outgoing]:
    """Do what was typed without its number, now that it is clear."""
    message = _said.decode(button.args["said"])
    typed = Typed(Command(button.args["command"]), str(button.args["words"]))
    return [letters.notice(press, ""), *by_command(ctx, message, typed)]


ROUTES: dict[Command, ByCommand] = {
    Command.REPORT: report.report,
    Command.WITHDRAW: _of_either(residents.withdraw, wishes.withdraw),
    Command.NOT_REPORT: residents.withdraw,
    Command.REOPEN: residents.reopen_by_command,
    Command.CATEGORY: residents.category,
    Command.MY: residents.my,
    Command.TRACK: _of_either(residents.track, wish_list.show),
    Command.TICKET: _of_either(triage.show, wish_list.show),
    Command.TODO: triage.todo,
    Command.FILE: desk.file,
    Command.ASSIGN: desk.assign,
    Command.TRANSFER: handing.transfer,
    Command.MERGE: joining.merge,
    Command.UNMERGE: joining.unmerge,
    Command.FOLLOW: joining.follow,
    Command.UNFOLLOW: joining.unfollow,
    Command.ASK: faq.ask,
    Command.WISH: wishes.wish,
    Command.WISHES: wish_list.show_list,
    Command.APPROVE: wish_review.approve,
    Command.DECLINE: wish_review.decline,
    Command.CLAIM: claims.claim,
    Command.DROP: claims.drop,
    Command.DONE: claims.done,
    Command.START: welcome.start,
    Command.HELP: welcome.help_,
    Command.LANG: welcome.lang,
    Command.CANCEL: welcome.cancel,
    Command.PRIVACY: own.privacy,
    Command.EXPORT: own.export,
    Command.FORGET: own.forget,
    Command.VOLUNTEER: enrolment.volunteer,
    Command.UNVOLUNTEER: enrolment.unvolunteer,
    Command.BUILDING: enrolment.building,
    Command.LOGIN: enrolment.login,
    Command.LINK: linking.link,
    Command.CODE: groups.code,
    Command.BIND: groups.bind,
    Command.UNBIND: groups.unbind,
    **{
        command: _deed(action) for command, action in triage.BY_COMMAND.items()
    },
}

PRESSES: dict[str, ByPress] = {
    "report-yes": report.press_yes,
    "report-no": report.press_no,
    "report-grid": report.press_grid,
    "file-grid": desk.press_grid,
    "category-choose": corrections.press_categories,
    "category-set": corrections.press_category,
    "ticket-not-report": corrections.press_not_report,
    "withdraw-yes": corrections.press_withdraw,
    "withdraw-no": corrections.press_keep,
    "typed": _press_typed,
    "ticket-open": triage.press_open,
    "ticket-transfer": handing.press_transfer,
    "ticket-person": handing.press_person,
    "ticket-people": handing.press_people,
    "twin-same": joining.press_same,
    "twin-other": joining.press_other,
    "twin-merge": joining.press_merge,
    "twin-keep": joining.press_keep,
    "unmerge": joining.press_unmerge,
    "unfollow": joining.press_unfollow,
    "fixed-yes": residents.press_fixed,
    "fixed-no": residents.press_not_fixed,
    "rate": residents.press_rate,
    "faq-entry": faq.press_entry,
    "faq-none": faq.press_none,
    "faq-pass": faq.press_pass,
    "faq-leave": faq.press_leave,
    "faq-vote": faq.press_vote,
    "wish-yes": wishes.press_yes,
    "wish-no": wishes.press_no,
    "wish-grid": wishes.press_grid,
    "wish-consent": wishes.press_consent,
    "wish-approve": wish_review.press_approve,
    "wish-edit": wish_review.press_edit,
    "wish-decline": wish_review.press_decline,
    "wish-page": wish_list.press_page,
    "wish-claim": claims.press_claim,
    "wish-drop": claims.press_drop,
    "wish-done": claims.press_done,
    "wish-confirm": claims.press_confirm,
    "wish-deny": claims.press_deny,
    "lang": welcome.press_lang,
    "forget-yes": own.press_forget,
    "forget-no": own.press_keep,
    "volunteer-skill": enrolment.press_skill,
    "volunteer-yes": enrolment.press_consent,
    "volunteer-no": enrolment.press_decline,
    "link-yes": linking.press_yes,
    "link-no": linking.press_no,
    "link-undo": linking.press_undo,
    "group-release": groups.press_release,
    "group-back": groups.press_back,
    **{f"ticket-{action}": _pressed(action) for action in triage.DEEDS},
}

DIALOGUES: dict[str, ByWords] = {
    "ticket": triage.by_words,
    "reopen": residents.reopen,
    "answer": residents.answer,
    "rated": residents.rated,
    "photo-words": report.photo_words,
    "wish-contact": wishes.contact,
    "wish-edit": wish_review.reword,
    "wish-decline": wish_review.decline_words,
    "wish-proof": claims.proof,
    "volunteer": enrolment.volunteer_words,
}

MOMENTS: dict[str, ByTime] = {
    "close": residents.close_by_itself,
    "wish-waits": wish_review.remind,
    "wish-close": claims.close,
    "claim-remind": claims.remind,
    "claim-end": claims.end,
}

_STAYS = {
    "category-choose",
    "ticket-open",
    "ticket-transfer",
    *(f"ticket-{deed}" for deed in triage.DEEDS),
    "fixed-no",
    "twin-same",
    "twin-other",
    "twin-merge",
    "twin-keep",
    "unfollow",
    "faq-vote",
    "wish-consent",
    "wish-approve",
    "wish-edit",
    "wish-decline",
    "wish-page",
    "wish-claim",
    "wish-drop",
    "wish-done",
}
"""Buttons that may be pressed again: they only open a question."""


def by_command(ctx: Context, message: Said, typed: Typed) -> list[Outgoing]:
    """Do what somebody typed, where it may be typed."""
    group = message.chat.kind is ChatKind.GROUP
    if group and typed.command in commands.PRIVATE_ONLY:
        raise Refused("refused-private-only")
    if not group and typed.command in commands.GROUP_ONLY:
        raise Refused("refused-group-only")
    try:
        return ROUTES[typed.command](ctx, message, typed.words)
    except NumberMissing:
        return examples.number_missing(ctx, message, typed.command)


def by_words(ctx: Context, message: Said, waiting: Dialogue) -> list[Outgoing]:
    """Go on with the dialogue that waited for these words."""
    return DIALOGUES[waiting.step](ctx, message, waiting)


def by_time(ctx: Context, due: Due) -> list[Outgoing]:
    """Do what a due row is there for."""
    return MOMENTS[due.kind](ctx, due)


def by_press(ctx: Context, press: Pressed) -> list[Outgoing]:
    """Do what a button is there for, for whom it is meant."""
    button = buttons.find(ctx.db, press.token)
    if button is None or button.community_id != ctx.id:
        raise Refused("refused-button")
    if button.used_at is not None or button.expires_at <= ctx.now:
        raise Refused("refused-button-old")
    if button.allowed and button.allowed != ctx.actor:
        raise Refused("refused-button-not-yours")
    if button.chat and not _is_in(ctx, press, button.chat):
        raise Refused("refused-button")
    handler = PRESSES.get(button.action)
    if handler is None:
        raise Refused("refused-button")
    said = handler(ctx, press, button)
    if button.action not in _STAYS:
        buttons.use(ctx.db, button, ctx.now)
    return said


def _is_in(ctx: Context, press: Pressed, chat: str) -> bool:
    """Whether it was pressed in that chat, or where the chat moved from."""
    if press.chat.key == chat:
        return True
    known = chats.find(ctx.db, press.chat.channel, press.chat.address)
    return known is not None and known.chat.key == chat


def by_meaning(ctx: Context, message: Said) -> list[Outgoing]:
    """Do what plain words ask for, as far as they can be understood."""
    private = message.chat.kind is ChatKind.PRIVATE
    meaning = ctx.meaning(message, addressed=private or message.addressed)
    if message.album and wishes.add_photos(ctx, message):
        return []
    told = private or message.addressed
    if message.album and meaning.sure is not Sure.ACT:
        return report.keep_album_part(ctx, message)
    if meaning.intent is Intent.REPORT and meaning.sure is Sure.ACT:
        return report.report(ctx, message, message.text)
    if meaning.intent is Intent.REPORT and meaning.sure is Sure.ASK:
        return _unsure(ctx, message, told=told)
    return (_lost if told else _overheard)(ctx, message, meaning)


def _unsure(ctx: Context, message: Said, *, told: bool) -> list[Outgoing]:
    """Ask about what may be a report, unless the FAQ knows what it is.

    网格员电话多少 names a thing that breaks, and is answered all the same.
    """
    if told and not ctx.mind.smells_of_danger(message.text):
        return faq.answer(ctx, message) or report.ask_first(ctx, message)
    return report.ask_first(ctx, message)


def _overheard(
    ctx: Context, message: Said, meaning: Meaning
) -> list[Outgoing]:
    """Answer what nobody was asked, if that surely helps."""
    if meaning.intent is Intent.QUESTION:
        return faq.answer(ctx, message)
    return []


def _lost(ctx: Context, message: Said, meaning: Meaning) -> list[Outgoing]:
    """Say what can be said, to somebody who speaks to us."""
    small = _small_words(ctx, message)
    if small:
        return small
    asks = meaning.intent is Intent.QUESTION
    if asks and meaning.sure is Sure.ACT:
        return faq.ask(ctx, message, message.text)
    if meaning.intent is Intent.WISH:
        return wishes.ask_first(ctx, message)
    if meaning.intent is Intent.THANKS:
        return [letters.reply(message, ctx.say("you-are-welcome"))]
    report.check_files(message)
    if (
        message.point
        or message.attachments
        or (message.photos and not message.text.strip())
    ):
        return report.ask_words(ctx, [message])
    look = faq.suggest if asks else faq.answer
    return (
        _cry(ctx, message)
        or look(ctx, message)
        or [letters.reply(message, ctx.say("lost"))]
    )


def _small_words(ctx: Context, message: Said) -> list[Outgoing]:
    """Answer in private a greeting, and "how far is my matter"."""
    if message.chat.kind is not ChatKind.PRIVATE:
        return []
    if ctx.mind.inquires(message.text):
        return residents.my(ctx, message, "")
    if ctx.mind.greets(message.text):
        return welcome.start(ctx, message, "")
    return []


def _cry(ctx: Context, message: Said) -> list[Outgoing]:
    """Ask about what smells of danger, with whom to call."""
    if ctx.mind.smells_of_danger(message.text):
        return report.ask_first(ctx, message)
    return []
