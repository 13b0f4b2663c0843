import re
from collections import Counter
from datetime import date

import pytest

from config.pack.loading import load
from config.pack.places import buildings
from config.pack.values import Community
from config.settings import DEMO_PACK
from config.terms import CommunityId, EntryId, Language, Role, Severity

TODAY = date(2026, 11, 22)
HAN = re.compile(r"[\u3400-\u9fff]")
PHONE = re.compile(r"0000-\d+")


@pytest.fixture(name="yuelai", scope="module")
def _yuelai() -> Community:
    return load(DEMO_PACK).community(CommunityId("yuelai"))


def test_the_demo_is_a_whole_community(yuelai: Community) -> None:
    assert len(yuelai.grids) == 8
    assert sum(grid.households for grid in yuelai.grids) == 2937
    assert {grid.groups for grid in yuelai.grids} == {
        (f"webchat:g{number}",) for number in range(1, 9)
    }
    workers = [grid.worker for grid in yuelai.grids]
    assert None not in workers
    assert len({*workers}) == 8
    counts = Counter(role for member in yuelai.people for role in member.roles)
    assert counts[Role.VOLUNTEER] >= 8
    assert {*Role} == {*counts}


def test_everybody_in_the_demo_can_speak(yuelai: Community) -> None:
    for member in yuelai.people:
        assert member.accounts == (f"webchat:{member.id}",)
        assert member.phone.startswith("0000-")


def test_each_resident_lives_in_a_grid(yuelai: Community) -> None:
    known = {
        one
        for grid in yuelai.grids
        for written in grid.buildings
        for one in buildings(written)
    }
    homes = [member.building for member in yuelai.people if not member.roles]

    assert len([home for home in homes if home]) >= 12
    assert {home for home in homes if home} <= known


def test_each_category_has_words_in_both_languages(yuelai: Community) -> None:
    assert len(yuelai.categories) == 12
    for category in yuelai.categories:
        assert category.names[Language.ZH] != category.names[Language.EN]
        if category.id not in {"inquiry", "other"}:
            assert category.body is not None
            assert any(word.isascii() for word in category.words)
            assert len(category.words) >= 40
    assert {category.severity for category in yuelai.categories} == {*Severity}
    assert [c.id for c in yuelai.categories if c.private] == [
        "neighbours",
        "violence",
    ]


def test_no_word_belongs_to_two_categories(yuelai: Community) -> None:
    homes = Counter(
        word for category in yuelai.categories for word in {*category.words}
    )

    assert [word for word, count in homes.items() if count > 1] == []


def test_some_answers_are_out_of_date_on_purpose(yuelai: Community) -> None:
    expired = [
        entry
        for entry in yuelai.faq
        if entry.valid_until and entry.valid_until < TODAY
    ]

    assert len(yuelai.faq) - len(expired) >= 36
    assert len(expired) >= 3
    for entry in yuelai.faq:
        assert len(entry.questions) >= 3
        assert entry.source


def test_the_demo_warns_of_danger_in_both_languages(
    yuelai: Community,
) -> None:
    assert any(word.isascii() for word in yuelai.danger)
    assert any(not word.isascii() for word in yuelai.danger)


def test_the_faq_is_complete_in_both_languages() -> None:
    (demo,) = load(DEMO_PACK).communities
    entries = {entry.id: entry for entry in demo.faq}
    home = {name for name in entries if not name.endswith("-en")}

    assert entries.keys() == home | {f"{name}-en" for name in home}
    for name in home:
        one, other = entries[name], entries[EntryId(f"{name}-en")]
        assert (one.issued, one.valid_until) == (
            other.issued,
            other.valid_until,
        )
        for entry, language in ((one, Language.ZH), (other, Language.EN)):
            for words in (*entry.questions, entry.answer, entry.source):
                written = bool(HAN.search(words.replace("江澜通", "")))
                assert written is (language is Language.ZH), words
        assert set(PHONE.findall(one.answer)) == set(
            PHONE.findall(other.answer)
        )


def test_everything_that_has_a_name_has_one_in_each_language() -> None:
    (demo,) = load(DEMO_PACK).communities

    for names in (
        demo.names,
        *(grid.names for grid in demo.grids),
        *(category.names for category in demo.categories),
        *(body.names for body in demo.bodies),
    ):
        assert HAN.search(names[Language.ZH])
        assert not HAN.search(names[Language.EN])
