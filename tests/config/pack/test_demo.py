from dataclasses import replace
from pathlib import Path

import pytest

from config.pack.demo import Demo, load_demo
from config.pack.loading import load
from config.pack.mistakes import PackMistakes
from config.pack.values import Pack
from config.settings import DEMO_PACK
from config.terms import Action, Language, Role, Status, WishStatus
from config.texts import Texts
from handlers.rules.kinds import kind_of
from handlers.rules.ticket import next_status


@pytest.fixture(name="pack", scope="module")
def _pack() -> Pack:
    return load(DEMO_PACK)


@pytest.fixture(name="demo", scope="module")
def _demo(pack: Pack) -> Demo:
    demo = load_demo(DEMO_PACK, pack)
    assert demo is not None
    return demo


def test_the_demo_offers_people_of_every_part(pack: Pack, demo: Demo) -> None:
    (community,) = pack.communities
    offered = [community.person(each.person) for each in demo.personas]

    roles = {role for member in offered for role in member.roles}
    assert roles == {*Role} - {Role.ADMIN}
    assert sum(not member.roles for member in offered) >= 5
    assert all({*persona.about} == {*Language} for persona in demo.personas)


def test_the_demos_tickets_walk_the_table_to_many_places(demo: Demo) -> None:
    ends = set()
    for ticket in demo.tickets:
        status = Status.REPORTED
        for step in ticket.steps:
            status = next_status(status, step.action)
            if step.action in {Action.RESOLVE, Action.REFUSE}:
                assert step.text, ticket.text
            assert (step.stars is not None) == (step.action is Action.RATE)
        ends.add(status)

    assert ends >= {
        Status.REPORTED,
        Status.ACCEPTED,
        Status.RESOLVED,
        Status.CLOSED,
        Status.REFUSED,
    }


def test_the_demos_wishes_are_of_the_kind_they_are_said_to_be(
    demo: Demo,
) -> None:
    texts = Texts.load()

    assert [wish.kind for wish in demo.wishes] == [
        texts.say(Language.ZH, f"wish-kind-{kind_of(wish.text)}")
        for wish in demo.wishes
    ]


def test_the_demos_wishes_stand_in_many_places(pack: Pack, demo: Demo) -> None:
    (community,) = pack.communities
    assert {wish.status for wish in demo.wishes} >= {
        WishStatus.PROPOSED,
        WishStatus.OPEN,
        WishStatus.CLAIMED,
        WishStatus.FULFILLED,
    }
    for wish in demo.wishes:
        claimed = wish.status in {WishStatus.CLAIMED, WishStatus.FULFILLED}
        assert (wish.claimed_by is not None) == claimed
        assert bool(wish.public) == (wish.status is not WishStatus.PROPOSED)
        if wish.claimed_by:
            volunteer = community.person(wish.claimed_by)
            assert Role.VOLUNTEER in volunteer.roles


def test_a_pack_needs_no_demo(tmp_path: Path, pack: Pack) -> None:
    assert load_demo(tmp_path, pack) is None


def test_a_slip_in_the_demo_is_told(tmp_path: Path, pack: Pack) -> None:
    (tmp_path / "demo.yaml").write_text(
        "community: yuelai\n"
        "personas:\n"
        "  - {who: wong, about: 居民}\n"
        "tickets:\n"
        "  - {grid: g1, who: wang, ago: 2h, category: road, text: 坑}\n"
        "  - {grid: g9, who: wang, ago: 2h, category: roads, text: 坑,\n"
        "     steps: [{ago: 3h, who: lin, do: acept}]}\n"
        "  - {grid: g1, who: wang, ago: 2h, category: roads, text: 坑,\n"
        "     steps: [{ago: 3h, who: lin, do: accept}]}\n"
        "wish: []\n",
        "utf-8",
    )

    with pytest.raises(PackMistakes) as caught:
        load_demo(tmp_path, pack)

    assert str(caught.value).splitlines() == [
        'demo.yaml:3: personas[0].who: the pack knows no person "wong"; did you mean "wang"?',
        'demo.yaml:5: tickets[0].category: the pack knows no category "road"; did you mean "roads"?',
        'demo.yaml:6: tickets[1].grid: the pack knows no grid "g9"; there are g1, g2, g3, g4, g5, g6, g7, g8',
        'demo.yaml:7: tickets[1].steps[0].do: "acept" is no action; did you mean "accept"?',
        "demo.yaml:8: tickets[2]: the steps must follow each other in time",
        'demo.yaml:10: wish: there is no such key; did you mean "wishes"?',
    ]


def test_a_demo_of_another_community_is_told(
    tmp_path: Path, pack: Pack
) -> None:
    (tmp_path / "demo.yaml").write_text("community: yuelei\n", "utf-8")
    other = Pack((replace(pack.communities[0]),))

    with pytest.raises(PackMistakes, match='did you mean "yuelai"'):
        load_demo(tmp_path, other)
