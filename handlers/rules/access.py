"""Who may do what to which ticket: one table, deny by default."""

from enum import StrEnum

from config.terms import Action, PersonId, Role


class Tie(StrEnum):
    """How a person stands to a ticket."""

    REPORTER = "reporter"
    ASSIGNEE = "assignee"
    WORKER = "worker"
    """Of the ticket's grid, a head of it included."""
    BODY = "body"
    """Belongs to the responsible body that has the ticket."""
    DESK = "desk"
    """Sees every grid: desk, street, admin."""


_HANDS = frozenset({Tie.ASSIGNEE, Tie.WORKER, Tie.BODY, Tie.DESK})
_STAFF = frozenset({Tie.ASSIGNEE, Tie.WORKER, Tie.DESK})
_OWN = frozenset({Tie.REPORTER})

MAY: dict[Action, frozenset[Tie]] = {
    Action.ADD: _OWN | _HANDS,
    Action.AMEND: _OWN,
    Action.ANSWER: _OWN,
    Action.WITHDRAW: _OWN,
    Action.CONFIRM: _OWN,
    Action.RATE: _OWN,
    Action.REOPEN: _OWN | {Tie.DESK, Tie.WORKER},
    Action.RECLASSIFY: _OWN | _HANDS,
    Action.RELOCATE: _OWN | _HANDS,
    Action.ACCEPT: _HANDS,
    Action.ASK: _HANDS,
    Action.PAUSE: _STAFF,
    Action.RESUME: _STAFF,
    Action.RESOLVE: _HANDS,
    Action.REFUSE: _HANDS,
    Action.TRANSFER: _HANDS,
    Action.RAISE: _HANDS,
    Action.ASSIGN: frozenset({Tie.DESK}),
    Action.MERGE: frozenset({Tie.DESK, Tie.WORKER, Tie.ASSIGNEE}),
    Action.UNMERGE: _OWN | _STAFF,
}

SEE = frozenset(Tie)
"""Ties that may read a ticket's words; without one, only its number."""


def is_desks_alone(private: bool, assignee: PersonId | None) -> bool:  # noqa: FBT001
    """Whether a ticket went past its grid: a complaint about a worker."""
    return private and assignee is None


def may(ties: frozenset[Tie], action: Action) -> bool:
    """Whether somebody with these ties may do it."""
    return bool(ties & MAY.get(action, frozenset()))


LEADERS = frozenset({Role.DESK, Role.STREET, Role.ADMIN})
