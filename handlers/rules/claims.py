"""The life of a wish, who may do what to it, and how long a claim holds."""

from datetime import datetime
from enum import StrEnum

from config.pack.values import Rules
from config.terms import WishAction, WishStatus
from handlers.rules.refusals import Refused

STEPS: dict[tuple[WishStatus, WishAction], WishStatus] = {
    (WishStatus.PROPOSED, WishAction.APPROVE): WishStatus.OPEN,
    (WishStatus.PROPOSED, WishAction.DECLINE): WishStatus.DECLINED,
    (WishStatus.PROPOSED, WishAction.WITHDRAW): WishStatus.WITHDRAWN,
    (WishStatus.OPEN, WishAction.DECLINE): WishStatus.DECLINED,
    (WishStatus.OPEN, WishAction.WITHDRAW): WishStatus.WITHDRAWN,
    (WishStatus.OPEN, WishAction.CLAIM): WishStatus.CLAIMED,
    (WishStatus.CLAIMED, WishAction.DROP): WishStatus.OPEN,
    (WishStatus.CLAIMED, WishAction.RETURN): WishStatus.OPEN,
    (WishStatus.CLAIMED, WishAction.WITHDRAW): WishStatus.WITHDRAWN,
    (WishStatus.CLAIMED, WishAction.DONE): WishStatus.DONE,
    (WishStatus.DONE, WishAction.CONFIRM): WishStatus.FULFILLED,
    (WishStatus.DONE, WishAction.FULFIL): WishStatus.FULFILLED,
    (WishStatus.DONE, WishAction.DENY): WishStatus.CLAIMED,
}

ENDED = frozenset(
    {WishStatus.FULFILLED, WishStatus.DECLINED, WishStatus.WITHDRAWN}
)

STAYS: dict[WishAction, frozenset[WishStatus]] = {
    WishAction.EDIT: frozenset({WishStatus.PROPOSED, WishStatus.OPEN}),
    WishAction.CONSENT: frozenset(WishStatus) - ENDED,
    WishAction.REMIND: frozenset({WishStatus.CLAIMED}),
}
"""What may be done without a step, and where."""


class Tie(StrEnum):
    """How a person stands to a wish."""

    WISHER = "wisher"
    FILER = "filer"
    """The worker who wished for somebody."""
    HOLDER = "holder"
    """Has claimed it."""
    VOLUNTEER = "volunteer"
    WORKER = "worker"
    """Of the wish's grid, a head of it included."""
    DESK = "desk"
    """Sees every grid: desk, street, admin."""


_OWN = frozenset({Tie.WISHER, Tie.FILER})
_STAFF = frozenset({Tie.WORKER, Tie.DESK})

MAY: dict[WishAction, frozenset[Tie]] = {
    WishAction.CONSENT: _OWN,
    WishAction.APPROVE: _STAFF,
    WishAction.EDIT: _STAFF,
    WishAction.DECLINE: _STAFF,
    WishAction.WITHDRAW: _OWN,
    WishAction.CLAIM: frozenset({Tie.VOLUNTEER}),
    WishAction.DROP: _STAFF | {Tie.HOLDER},
    WishAction.DONE: frozenset({Tie.HOLDER}),
    WishAction.CONFIRM: _OWN | _STAFF,
    WishAction.DENY: _OWN | _STAFF,
}

SEE = frozenset({Tie.WISHER, Tie.FILER, Tie.WORKER, Tie.DESK})
"""Ties that may read what is not public; the holder with consent alone."""


def next_status(status: WishStatus, action: WishAction) -> WishStatus:
    """Return where the action leads; raise ``Refused`` if it leads nowhere."""
    if status in STAYS.get(action, frozenset()):
        return status
    step = STEPS.get((status, action))
    if step is None:
        raise Refused("refused-wish-step", status=status)
    return step


def may(ties: frozenset[Tie], action: WishAction) -> bool:
    """Whether somebody with these ties may do it.

    Nobody confirms what they did themselves.
    """
    if action in {WishAction.CONFIRM, WishAction.DENY} and Tie.HOLDER in ties:
        return False
    return bool(ties & MAY.get(action, frozenset()))


def held_until(held: int, now: datetime, rules: Rules) -> datetime:
    """Return when a new claim ends; raise ``Refused`` if there are enough."""
    if held >= rules.open_claims:
        raise Refused("refused-too-many-claims", most=rules.open_claims)
    return now + rules.claim_within
