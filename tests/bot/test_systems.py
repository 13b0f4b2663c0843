"""A pack's work-order systems and the logins that the settings give."""

from dataclasses import replace

from pydantic import SecretStr

from bot import systems
from config.pack.values import Pack, System
from config.terms import CommunityId, PhotoId
from tests.town import COMMUNITY

DESK = System(
    id="city-desk",
    kind="roundup",
    url="https://orders.example.org/desk",
    statuses={"unread": "reported"},
)


def _pack(*lists: tuple[System, ...]) -> Pack:
    return Pack(
        tuple(
            replace(COMMUNITY, id=CommunityId(f"town{number}"), systems=each)
            for number, each in enumerate(lists)
        )
    )


def _logins(**words: str) -> dict[str, SecretStr]:
    return {name: SecretStr(login) for name, login in words.items()}


async def _no_photo(photo: PhotoId) -> bytes:
    raise FileNotFoundError(photo)


def test_a_system_with_its_login_becomes_a_channel() -> None:
    logins = _logins(city_desk="linli:pass:word")

    assert systems.mistakes(_pack((DESK,)), logins) == []
    made = systems.channels(_pack((DESK,)), logins, _no_photo, str)

    assert [it.name for it in made] == ["orders-city-desk"]
    assert "pass:word" not in repr(made)


def test_communities_may_share_a_system() -> None:
    logins = _logins(city_desk="linli:password")
    pack = _pack((DESK,), (DESK,))

    assert systems.mistakes(pack, logins) == []
    assert len(systems.channels(pack, logins, _no_photo, str)) == 1


def test_two_systems_of_one_name_are_a_mistake() -> None:
    other = replace(DESK, url="https://elsewhere.example.org/")

    found = systems.mistakes(
        _pack((DESK,), (other,)), _logins(city_desk="linli:password")
    )

    assert len(found) == 1
    assert "city-desk" in found[0]
    assert "another id" in found[0]


def test_a_missing_or_halved_login_is_named_and_never_quoted() -> None:
    missing = systems.mistakes(_pack((DESK,)), {})
    halved = systems.mistakes(_pack((DESK,)), _logins(city_desk="hunter2"))

    assert missing == [
        (
            "LINLI_SYSTEM_CITY_DESK: the pack's work-order system city-desk"
            " needs it"
        )
    ]
    assert halved == ["LINLI_SYSTEM_CITY_DESK: must be user:password"]


def test_a_system_with_a_mistake_is_left_out_of_the_check() -> None:
    assert systems.channels(_pack((DESK,)), {}, _no_photo, str) == []


def test_a_login_for_nothing_is_a_mistake_with_a_hint() -> None:
    found = systems.mistakes(
        _pack((DESK,)), _logins(city_desk="a:b", city_dusk="a:b")
    )

    assert found == [
        (
            "LINLI_SYSTEM_CITY_DUSK: the pack has no such work-order system;"
            ' did you mean "LINLI_SYSTEM_CITY_DESK"?'
        )
    ]


def test_an_unknown_kind_is_a_mistake() -> None:
    strange = replace(DESK, kind="pigeon")

    found = systems.mistakes(_pack((strange,)), _logins(city_desk="a:b"))

    assert found == [
        "systems: city-desk: there is no kind pigeon; known: roundup"
    ]
