"""The life of a ticket. The table is the machine; README draws it."""

from config.terms import OPEN, Action, Status
from handlers.rules.refusals import Refused

STEPS: dict[tuple[Status, Action], Status] = {
    (Status.REPORTED, Action.ACCEPT): Status.ACCEPTED,
    (Status.REPORTED, Action.RESOLVE): Status.RESOLVED,
    (Status.REPORTED, Action.REFUSE): Status.REFUSED,
    (Status.REPORTED, Action.WITHDRAW): Status.CLOSED,
    (Status.REPORTED, Action.MERGE): Status.MERGED,
    (Status.ACCEPTED, Action.RESOLVE): Status.RESOLVED,
    (Status.ACCEPTED, Action.REFUSE): Status.REFUSED,
    (Status.ACCEPTED, Action.WITHDRAW): Status.CLOSED,
    (Status.ACCEPTED, Action.MERGE): Status.MERGED,
    (Status.ACCEPTED, Action.PAUSE): Status.PAUSED,
    (Status.PAUSED, Action.RESUME): Status.ACCEPTED,
    (Status.PAUSED, Action.RESOLVE): Status.RESOLVED,
    (Status.PAUSED, Action.REFUSE): Status.REFUSED,
    (Status.PAUSED, Action.WITHDRAW): Status.CLOSED,
    (Status.PAUSED, Action.MERGE): Status.MERGED,
    (Status.RESOLVED, Action.CONFIRM): Status.CLOSED,
    (Status.RESOLVED, Action.CLOSE): Status.CLOSED,
    (Status.RESOLVED, Action.REOPEN): Status.REPORTED,
    (Status.CLOSED, Action.REOPEN): Status.REPORTED,
    (Status.REFUSED, Action.REOPEN): Status.REPORTED,
    (Status.MERGED, Action.UNMERGE): Status.REPORTED,
}

ENDED = frozenset(Status) - OPEN

STAYS: dict[Action, frozenset[Status]] = {
    Action.ADD: frozenset({*OPEN, Status.RESOLVED}),
    Action.AMEND: frozenset({*OPEN, Status.RESOLVED}),
    Action.RECLASSIFY: OPEN,
    Action.RELOCATE: OPEN,
    Action.ASK: OPEN,
    Action.ANSWER: OPEN,
    Action.ASSIGN: OPEN,
    Action.TRANSFER: OPEN,
    Action.RAISE: OPEN,
    Action.REMIND: OPEN,
    Action.FORWARD: frozenset(Status),
    Action.RATE: frozenset({Status.CLOSED, Status.RESOLVED}),
}
"""What may be done without a step, and where."""


def next_status(status: Status, action: Action) -> Status:
    """Return where the action leads; raise ``Refused`` if it leads nowhere."""
    if action in STAYS:
        if status in STAYS[action]:
            return status
        raise Refused("refused-step", status=status, action=action)
    step = STEPS.get((status, action))
    if step is None:
        raise Refused("refused-step", status=status, action=action)
    return step


def can(status: Status, action: Action) -> bool:
    """Whether the action is a step, or allowed, from here."""
    return (status, action) in STEPS or status in STAYS.get(
        action, frozenset()
    )
