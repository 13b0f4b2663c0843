from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.pack.loading import load
from config.pack.values import Span, Unit
from config.terms import (
    CategoryId,
    CommunityId,
    GridId,
    Language,
    Level,
    PersonId,
    Role,
    Severity,
    Urgency,
)
from tests.config.pack.folders import COMMUNITY, ENTRY, OWN, Folder

YUELAI = CommunityId("yuelai")

BODIES = """\
- {id: estate, names: {zh-CN: 物业, en: Property management}, people: [lin]}
- {id: fire, name: 消防}
"""
CATEGORIES = """\
- id: roads
  names: {zh-CN: 道路, en: Roads}
  words: {zh-CN: [井盖, 路面], en: [manhole]}
  body: estate
  severity: complex
- id: quarrels
  name: 纠纷
  words: [噪音]
  private: true
"""
LIMITS = """\
limits:
  - {kind: answer, within: 4wh}
  - {category: roads, severity: major, kind: resolve, within: 14d,
     remind_before: [2d, 30m]}
  - {urgency: danger, kind: answer, within: 10m, remind_before: []}
ladder:
  - {after: 0h, level: community}
  - {after: 2d, level: street}
  - {urgency: danger, after: 0m, level: community}
"""


def test_the_smallest_pack_loads(folder: Folder) -> None:
    (community,) = folder.load().communities

    assert (community.id, community.name) == ("yuelai", "悦来社区")
    assert community.time_zone == ZoneInfo("Asia/Shanghai")
    assert community.language is Language.ZH
    grid = community.grid(GridId("g1"))
    assert grid.buildings == ("1-8号楼", "12弄")
    assert grid.groups == ("webchat:g1", "telegram:-1001001")
    assert grid.worker == "lin"
    lin = community.person(PersonId("lin"))
    assert lin.roles == {Role.WORKER}
    assert lin.phone == "0000-1001"
    assert community.rules.quiet_from == time(22, 0)


def test_the_parts_of_a_pack_are_read(folder: Folder) -> None:
    folder.write("bodies.yaml", BODIES)
    folder.write("categories.yaml", CATEGORIES)
    folder.write("limits.yaml", LIMITS)
    folder.write("danger.yaml", "zh-CN: [燃气泄漏]\nen: [gas leak]\n")
    folder.write("holidays.yaml", "off: [2026-10-01]\nwork: [2026-10-10]\n")
    folder.write(
        "rules.yaml",
        "quiet_from: 21:30\nopen_claims: 2\n"
        "emergency: {zh-CN: 火警 119, en: fire 119}\n",
    )
    folder.write("faq/age-card.md", ENTRY)
    folder.write(
        "systems.yaml",
        "- {id: city, kind: roundup, url: https://city.example/tracker/,\n"
        "   statuses: {chatting: accepted, done-cbb: resolved}}\n",
    )

    community = folder.load().community(YUELAI)

    roads, quarrels = community.categories
    assert roads.words == ("井盖", "路面", "manhole")
    assert (roads.body, roads.severity) == ("estate", Severity.COMPLEX)
    assert quarrels.names[Language.EN] == "纠纷"
    assert quarrels.private
    answer, resolve, danger = community.limits
    assert danger.urgency is Urgency.DANGER
    assert danger.within == Span(10, Unit.MINUTES)
    assert answer.urgency is None
    assert answer.within == Span(4, Unit.WORKING_HOURS)
    assert (answer.category, answer.severity) == (None, None)
    assert answer.remind_before == (timedelta(hours=2),)
    assert resolve.category == CategoryId("roads")
    assert resolve.remind_before == (timedelta(days=2), timedelta(minutes=30))
    assert [(rung.level, rung.urgency) for rung in community.ladder] == [
        (Level.COMMUNITY, None),
        (Level.STREET, None),
        (Level.COMMUNITY, Urgency.DANGER),
    ]
    assert community.danger == ("燃气泄漏", "gas leak")
    assert community.holidays == {
        date(2026, 10, 1): False,
        date(2026, 10, 10): True,
    }
    assert community.rules.quiet_from == time(21, 30)
    assert community.rules.open_claims == 2
    assert community.rules.emergency[Language.EN] == "fire 119"
    (entry,) = community.faq
    assert entry.questions == ("老年卡怎么办？", "多大岁数能办老年卡")
    assert entry.answer == "满60周岁可办。"
    assert entry.valid_until == date(2027, 1, 7)
    (system,) = community.systems
    assert system.statuses == {"chatting": "accepted", "done-cbb": "resolved"}


def test_a_communitys_own_files_come_before_the_shared_ones(
    folder: Folder,
) -> None:
    second = COMMUNITY.replace("yuelai", "hexi").replace("悦来", "河西")
    second = second.replace("webchat:g1", "webchat:h1").replace("-1001", "-2")
    folder.write("communities/hexi/community.yaml", second)
    folder.write("limits.yaml", "- {kind: answer, within: 4h}\n")
    folder.write(
        "communities/hexi/limits.yaml", "- {kind: answer, within: 1d}"
    )
    folder.write("faq/age-card.md", ENTRY)
    folder.write("faq/other.md", ENTRY.replace("age-card", "other"))
    own = ENTRY.replace("满60周岁", "满65周岁")
    folder.write("communities/hexi/faq/age-card.md", own)
    folder.write("wording/en.ftl", "value-comma = ;\n")
    folder.write("communities/hexi/wording/zh-CN.ftl", "value-comma = ，\n")

    hexi, yuelai = folder.load().communities

    assert str(yuelai.limits[0].within) == "4h"
    assert str(hexi.limits[0].within) == "1d"
    assert [entry.answer[:5] for entry in hexi.faq] == ["满65周岁", "满60周岁"]
    assert [entry.answer[:5] for entry in yuelai.faq] == ["满60周岁"] * 2
    assert sorted(hexi.wording) == [Language.EN, Language.ZH]
    assert sorted(yuelai.wording) == [Language.EN]


def test_people_may_be_shared_by_all_communities(folder: Folder) -> None:
    folder.write(
        "people.yaml", "- {id: zhou, name: 周主任, roles: [street]}\n"
    )

    community = folder.load().community(YUELAI)

    assert [person.id for person in community.people] == ["lin", "zhou"]


def test_a_part_may_stand_in_the_communitys_own_file(folder: Folder) -> None:
    folder.write("rules.yaml", "open_claims: 2\n")
    folder.change("people:", "rules: {open_claims: 5}\npeople:")

    assert folder.load().community(YUELAI).rules.open_claims == 5


def test_a_file_from_another_editor_is_read(folder: Folder) -> None:
    raw = COMMUNITY.replace("\n", "\r\n").encode("utf-8-sig")
    (folder.path / OWN).write_bytes(raw)

    assert folder.load().community(YUELAI).name == "悦来社区"


def test_words_that_look_like_numbers_stay_words(folder: Folder) -> None:
    folder.change("name: 林工", "name: no")
    folder.change("phone: 0000-1001", "phone: 12:30")

    person = folder.load().community(YUELAI).person(PersonId("lin"))

    assert (person.name, person.phone) == ("no", "12:30")


def test_who_asks_for_what_is_not_there_gets_a_key_error(
    folder: Folder,
) -> None:
    pack = folder.load()

    with pytest.raises(KeyError):
        pack.community(CommunityId("hexi"))
    with pytest.raises(KeyError):
        pack.community(YUELAI).grid(GridId("g2"))


def test_loading_tells_how_far_it_is(folder: Folder) -> None:
    told: list[tuple[int, int]] = []

    load(folder.path, lambda done, of: told.append((done, of)))

    assert told == [(0, 1), (1, 1)]
