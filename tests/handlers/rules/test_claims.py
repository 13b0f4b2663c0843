"""The life of a wish, by its tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.pack.values import Rules
from config.terms import WishAction, WishStatus
from handlers.rules import claims
from handlers.rules.claims import ENDED, MAY, STAYS, STEPS, Tie
from handlers.rules.kinds import KINDS, OTHER, kind_of
from handlers.rules.refusals import Refused

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@given(st.lists(st.sampled_from(list(WishAction)), max_size=20))
def test_no_walk_leaves_the_table(actions: list[WishAction]) -> None:
    status = WishStatus.PROPOSED

    for action in actions:
        try:
            after = claims.next_status(status, action)
        except Refused:
            assert (status, action) not in STEPS
            continue
        stays = status in STAYS.get(action, frozenset())
        assert after == (status if stays else STEPS[status, action])
        status = after


def test_every_status_is_reached_and_the_ended_ones_are_left_by_nothing() -> (
    None
):
    assert {*STEPS.values(), WishStatus.PROPOSED} == set(WishStatus)
    assert not {status for status, _ in STEPS} & ENDED


@given(st.frozensets(st.sampled_from(list(Tie))))
def test_nobody_confirms_what_they_did_themselves(
    ties: frozenset[Tie],
) -> None:
    holder = ties | {Tie.HOLDER}

    assert not claims.may(holder, WishAction.CONFIRM)
    assert not claims.may(holder, WishAction.DENY)


@pytest.mark.parametrize("action", list(WishAction))
def test_a_stranger_may_do_nothing(action: WishAction) -> None:
    assert not claims.may(frozenset(), action)


def test_only_a_volunteer_claims() -> None:
    assert MAY[WishAction.CLAIM] == {Tie.VOLUNTEER}


@given(st.integers(0, 10), st.integers(1, 10))
def test_a_claim_holds_for_its_time_or_there_are_enough(
    held: int, most: int
) -> None:
    rules = replace(Rules(), open_claims=most, claim_within=timedelta(days=3))

    if held >= most:
        with pytest.raises(Refused) as no:
            claims.held_until(held, NOW, rules)
        assert no.value.values == {"most": most}
    else:
        assert claims.held_until(held, NOW, rules) == NOW + timedelta(days=3)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("想要一个洗澡坐的凳子", "thing"),
        ("家里灯泡坏了，谁帮忙换一下", "repair"),
        ("膝盖疼，没人去药房取药", "errand"),
        ("想请人每周三帮我去卫生站拿一次药", "errand"),
        ("想有人陪我说说话", "company"),
        ("想有人教我跟闺女视频", "teach"),
        ("棉裤太长，想请人缝一下", "mend"),
        ("腿脚不便，想请人上门理个发", "mend"),
        ("……", OTHER),
    ],
)
def test_words_tell_the_kind(words: str, kind: str) -> None:
    assert kind_of(words) == kind


@given(st.text())
def test_any_words_have_a_kind(words: str) -> None:
    assert kind_of(words) in KINDS
