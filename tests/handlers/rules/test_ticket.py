"""The life of a ticket, walked at random."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.terms import OPEN, Action, Status
from handlers.rules import access
from handlers.rules.access import Tie
from handlers.rules.refusals import Refused
from handlers.rules.ticket import ENDED, STAYS, STEPS, can, next_status


@given(st.lists(st.sampled_from(Action)))
def test_no_walk_leaves_the_table(actions: list[Action]) -> None:
    status = Status.REPORTED
    for action in actions:
        if not can(status, action):
            with pytest.raises(Refused):
                next_status(status, action)
            continue
        after = next_status(status, action)

        assert STEPS.get((status, action), status) == after
        status = after


def test_every_state_can_be_reached_and_every_open_one_be_left() -> None:
    assert {new for _, new in STEPS.items()} | {Status.REPORTED} == set(Status)
    assert {old for old, _ in STEPS} >= OPEN
    assert set(Status) == OPEN | ENDED


def test_a_merged_ticket_takes_no_steps_but_its_undoing() -> None:
    steps = {action for old, action in STEPS if old is Status.MERGED}

    assert steps == {Action.UNMERGE}
    assert Status.MERGED not in STAYS[Action.ADD]


@given(st.sampled_from(Action))
def test_a_stranger_may_do_nothing(action: Action) -> None:
    assert not access.may(frozenset(), action)


def test_only_a_reporter_rates_confirms_and_withdraws() -> None:
    for action in (Action.RATE, Action.CONFIRM, Action.WITHDRAW):
        assert access.MAY[action] == {Tie.REPORTER}


def test_a_reporter_cannot_accept_or_resolve_their_own() -> None:
    for action in (Action.ACCEPT, Action.RESOLVE, Action.ASSIGN):
        assert not access.may(frozenset({Tie.REPORTER}), action)
