from pathlib import Path

import pytest

from config.pack.loading import load
from config.pack.mistakes import PackMistakes
from tests.config.pack.folders import COMMUNITY, ENTRY, OWN, Folder

UNCLOSED = (
    "what is opened here isn't closed: look for a missing ], } or quote,"
    " or for a missing comma"
)
NO_ID = 'is no id: letters, digits, "-" and "_", at most 64'

ONE_CHANGE = {
    "a key that means nothing, as the last word": (
        "accounts: [webchat:lin, telegram:1001]\n",
        "accounts: [webchat:lin, telegram:1001]\n    acounts:\n\n\n",
        (
            "20: people[0].acounts: there is no such key;"
            ' did you mean "accounts"?'
        ),
    ),
    "an unknown key": (
        "    households: 263",
        "    houshold: 263",
        '10: grids[0].houshold: there is no such key; did you mean "households"?',
    ),
    "a missing key": (
        "  name: 悦来社区\n",
        "",
        "2: community.name: must be given",
    ),
    "an empty key": (
        "  name: 悦来社区\n",
        "  name:\n",
        "3: community.name: must be given",
    ),
    "a list instead of a word": (
        "    name: 第一网格",
        "    name: [第一网格]",
        "9: grids[0].name: must be a single value, not a list or a mapping",
    ),
    "a word instead of a mapping": (
        (
            "  - id: lin\n    name: 林工\n    roles: [worker]\n    phone: 0000-1001\n"
            "    accounts: [webchat:lin, telegram:1001]\n"
        ),
        "  - lin\n",
        '15: people[0]: must be a mapping: lines of "key: value"',
    ),
    "no number": (
        "households: 263",
        "households: many",
        '10: grids[0].households: "many" is no whole number: write digits alone, such as 260',
    ),
    "a dangling worker": (
        "worker: lin",
        "worker: lim",
        '12: grids[0].worker: nobody has the id "lim"; did you mean "lin"?',
    ),
    "a worker who is none": (
        "roles: [worker]",
        "roles: [desk]",
        '12: grids[0].worker: "lin" is no worker; add roles: [worker]',
    ),
    "an unknown role": (
        "roles: [worker]",
        "roles: [worker, wroker]",
        '17: people[0].roles[1]: "wroker" is no role; did you mean "worker"?',
    ),
    "an unknown zone": (
        "Asia/Shanghai",
        "Asia/Shanghia",
        (
            '5: community.time_zone: "Asia/Shanghia" is no time zone;'
            ' did you mean "Asia/Shanghai"?'
            " (all of China's is Asia/Shanghai)"
        ),
    ),
    "an unknown language": (
        "language: zh-CN",
        "language: zh",
        (
            '6: community.language: "zh" is no language that Linli speaks;'
            " there are zh-CN, en"
        ),
    ),
    "a key twice": (
        "    worker: lin",
        "    worker: lin\n    worker: lin",
        "13: grids[0].worker: stands here twice",
    ),
    "a wild range of buildings": (
        "1-8号楼",
        "8-1号楼",
        '11: grids[0].buildings[0]: "8-1号楼" runs backwards or too far',
    ),
    "a building twice": (
        "12弄]",
        "3号楼]",
        (
            '11: grids[0].buildings[1]: the building "3号楼" stands at'
            f" {OWN}:11 already (grids[0].buildings[0])"
        ),
    ),
    "an account without a channel": (
        "webchat:lin,",
        "lin,",
        '19: people[0].accounts[0]: "lin" is no address: write webchat:lin',
    ),
    "an account of an unknown channel": (
        "webchat:lin,",
        "webchap:lin,",
        (
            '19: people[0].accounts[0]: there is no channel "webchap";'
            ' did you mean "webchat"?'
        ),
    ),
    "a telegram group that is no number": (
        "telegram:-1001001",
        "telegram:@yuelai",
        (
            '13: grids[0].groups[1]: "@yuelai" is no Telegram id: a number,'
            ' with "-" for a group'
        ),
    ),
    "an id with blanks": (
        "- id: lin\n",
        '- id: "lin gong"\n',
        f'15: people[0].id: "lin gong" {NO_ID}',
    ),
    "an id kept for residents": (
        "- id: lin\n    name: 林工\n",
        "- {id: p-lin, name: 林}\n  - id: lin\n    name: 林工\n",
        '15: people[0]: ids that begin with "p-" are given to residents',
    ),
    "another name than the folder's": (
        "  id: yuelai",
        "  id: yulai",
        '2: community.id: the folder is "yuelai": call both the same',
    ),
    "broken YAML": (
        "    groups: [webchat:g1,",
        "    groups: [webchat:g1, [",
        f"13: {UNCLOSED}",
    ),
    "an unknown tag": (
        "households: 263",
        "households: !!python/object:os.system 263",
        "",
    ),
    "no grids": (
        COMMUNITY[COMMUNITY.index("grids:") : COMMUNITY.index("people:")],
        "grids: []\n",
        "7: grids: must hold at least one grid",
    ),
    "a mapping where a list belongs": (
        "people:\n  - id: lin\n",
        "people:\n    id: lin\n",
        '15: people: must be a list: lines that begin with "-"',
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "mistake"), ONE_CHANGE.values(), ids=ONE_CHANGE.keys()
)
def test_a_slip_in_the_communitys_file_is_told(
    folder: Folder, old: str, new: str, mistake: str
) -> None:
    folder.change(old, new)

    told = [line for line in folder.mistakes() if line.startswith(OWN)]

    assert (f"{OWN}:{mistake}" in told) if mistake else not told


SHARED = {
    "bodies.yaml": (
        "- {id: estate, name: 物业, people: [lim], system: city}",
        [
            '1: [0].people[0]: nobody has the id "lim"; did you mean "lin"?',
            '1: [0].system: no work-order system has the id "city"',
        ],
    ),
    "categories.yaml": (
        (
            "- {id: roads, name: 道路, body: estate, severity: hard}\n"
            "- {id: roads, private: perhaps}"
        ),
        [
            '1: [0].body: no responsible body has the id "estate"',
            (
                '1: [0].severity: "hard" is no severity;'
                " there are simple, complex, major"
            ),
            (
                '2: [1].id: the id "roads" stands at categories.yaml:1 already'
                " ([0].id)"
            ),
            "2: [1].names: must be given",
            '2: [1].private: "perhaps" is neither: write true or false',
        ],
    ),
    "limits.yaml": (
        (
            "limits:\n"
            "  - {kind: answer, within: 4x}\n"
            "  - {kind: answer, within: 2h, remind_before: [2h]}\n"
            "  - {kind: resolve, within: 2d, category: rodes}\n"
            "  - {kind: resolve, within: 4wh, urgency: danger}\n"
            "  - {kind: answer, within: 15m, urgency: danger}\n"
            "  - {kind: answer, within: 20m, urgency: danger}\n"
            "  - {kind: answer, within: 1d, urgency: dangerous}\n"
            "ladder:\n"
            "  - {after: 1d, level: street}\n"
            "  - {after: 1h, level: community}\n"
            "  - {after: 0m, level: community, urgency: danger}\n"
            "  - {after: 0m, level: street, urgency: danger}\n"
        ),
        [
            (
                '2: limits[0].within: "4x" is no span: write 15m,'
                " 4h, 7d, 4wh (working hours) or 5wd (working days)"
            ),
            (
                '3: limits[1].kind: the limit for category, severity and kind "* *'
                ' answer" stands at limits.yaml:2 already (limits[0].kind)'
            ),
            (
                "3: limits[1].remind_before: must be shorter than the limit"
                " itself, 2h"
            ),
            '4: limits[2].category: no category has the id "rodes"',
            (
                "5: limits[3]: danger doesn't wait for the office: 4wh must be"
                " minutes, hours or days, such as 15m or 4h"
            ),
            (
                "7: limits[5].kind: the limit for category, severity and kind"
                ' "* * answer danger" stands at limits.yaml:6 already'
                " (limits[4].kind)"
            ),
            (
                '8: limits[6].urgency: "dangerous" is no urgency; did you mean'
                ' "danger"?'
            ),
            "11: ladder[1]: must come later than the rung before it",
            "11: ladder[1]: must stand higher than the rung before it",
            "13: ladder[3]: must come later than the rung before it",
        ],
    ),
    "rules.yaml": (
        "quiet_from: 25:00\nclose_after: 7\nopen_claim: 3",
        [
            '1: quiet_from: "25:00" is no time of day: write 07:00 or 22:30',
            '2: close_after: "7" is no length of time: write 30m, 2h or 7d',
            '3: open_claim: there is no such key; did you mean "open_claims"?',
        ],
    ),
    "holidays.yaml": (
        "off: [2026-02-30, 2026-02-17]\nwork: [2026-02-17]",
        [
            "1: 2026-02-17 is both off and work",
            (
                '1: off[0]: "2026-02-30" is no date: write 2026-03-01,'
                " a day that exists"
            ),
        ],
    ),
    "systems.yaml": (
        "- {id: city, kind: roundup, url: city, statuses: {open: acepted}}",
        [
            (
                '1: [0].statuses.open: "acepted" is no status of ours;'
                ' did you mean "accepted"?'
            ),
            '1: [0].url: "city" is no address: write https://host/path',
        ],
    ),
    "wording/zh-CN.ftl": (
        "value-comma = 、\nvalue-komma = ;\nvalue-days = { $m } {\n",
        [
            (
                "2: value-komma: there is no such sentence;"
                ' did you mean "value-comma"?'
            ),
        ],
    ),
    "wording/de.ftl": (
        "",
        ['1: nobody reads this file; did you mean "en.ftl"?'],
    ),
    "faq/a.md": (
        ENTRY.replace("2027-01-07", "2025-01-07").replace("source", "sauce"),
        [
            "2: source: must be given",
            '7: sauce: there is no such key; did you mean "source"?',
            "9: valid_until: must not lie before the day of issue, 2026-01-08",
        ],
    ),
    "faq/b.md": (
        "# 老年卡\n",
        ['1: must begin with a front matter between two "---"'],
    ),
    "faq/c.md": ("---\n---\n答\n", ["1: the front matter is empty"]),
    "faq/d.md": (
        ENTRY.replace("满60周岁可办。", "").replace("2026-01-08", "soon"),
        [
            (
                '8: issued: "soon" is no date: write 2026-03-01,'
                " a day that exists"
            ),
            "10: the answer below the front matter is empty",
        ],
    ),
    "faq/e.md": (
        ENTRY.replace("topic: ", "topic: ["),
        [f"3: {UNCLOSED}"],
    ),
    "catgories.yaml": (
        "",
        ['1: nobody reads this; did you mean "categories.yaml"?'],
    ),
    "bodies.yml": ("", ['1: nobody reads this; did you mean "bodies.yaml"?']),
}


@pytest.mark.parametrize("name", SHARED)
def test_a_slip_in_a_shared_file_is_told(folder: Folder, name: str) -> None:
    text, expected = SHARED[name]
    folder.write(name, text)

    told = [line for line in folder.mistakes() if line.startswith(f"{name}:")]

    found = [line.removeprefix(f"{name}:") for line in told]
    assert [line for line in found if line in expected] == expected


def test_all_mistakes_of_a_pack_come_at_once_sorted(folder: Folder) -> None:
    folder.change("worker: lin", "worker: lim")
    folder.write("bodies.yaml", "- {id: estate}")
    folder.write("faq/a.md", "")

    with pytest.raises(PackMistakes) as caught:
        folder.load()

    where = [(m.file, m.line, m.key) for m in caught.value.mistakes]
    assert where == [
        ("bodies.yaml", 1, "[0].names"),
        (OWN, 12, "grids[0].worker"),
        ("faq/a.md", 1, ""),
    ]


def test_a_broken_file_is_told_alone(folder: Folder) -> None:
    folder.write("bodies.yaml", "- {id: estate")
    folder.write("categories.yaml", "- {id: roads, name: 路, body: estate}")

    (mistake,) = folder.mistakes()

    assert mistake.startswith(
        "bodies.yaml:1: what is opened here isn't closed"
    )


@pytest.mark.parametrize(
    "name",
    ["people", "rules", "holidays", "danger", "limits", "ladder", "systems"],
)
def test_any_part_may_be_broken(folder: Folder, name: str) -> None:
    people = COMMUNITY.index("people:")
    folder.write(OWN, COMMUNITY[:people])
    folder.write(f"{name}.yaml", "[")

    mistakes = [line for line in folder.mistakes() if "lin" not in line]

    assert mistakes == [f"{name}.yaml:1: {UNCLOSED}"]


def test_two_communities_share_no_id_and_no_group(folder: Folder) -> None:
    second = COMMUNITY.replace("telegram:-1001001", "webchat:g2")
    folder.write("communities/hexi/community.yaml", second)

    assert folder.mistakes() == [
        (
            "communities/hexi/community.yaml:2: community.id: the folder is"
            ' "hexi": call both the same'
        ),
        (
            f'{OWN}:2: community.id: the id "yuelai" stands at'
            " communities/hexi/community.yaml:2 already (community.id)"
        ),
        (
            f'{OWN}:13: grids[0].groups[0]: the group "webchat:g1" stands at'
            " communities/hexi/community.yaml:13 already (grids[0].groups[0])"
        ),
    ]


def test_two_people_share_no_account(folder: Folder) -> None:
    folder.write(
        "people.yaml", "- {id: mei, name: 梅姐, accounts: [telegram:1001]}"
    )

    assert folder.mistakes() == [
        (
            'people.yaml:1: [0].accounts: the account "telegram:1001" stands at'
            f" {OWN}:19 already (people[0].accounts)"
        )
    ]


def test_a_missing_or_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackMistakes, match="there is no such folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(PackMistakes, match="holds no community"):
        load(tmp_path)


def test_a_community_without_its_file_is_told(folder: Folder) -> None:
    (folder.path / "communities/hexi").mkdir()
    folder.write("communities/beixi/community.yaml", "# to be written\n")

    assert folder.mistakes() == [
        "communities/beixi/community.yaml:1: is empty",
        "communities/hexi/community.yaml:1: is missing",
    ]


def test_a_file_that_is_no_utf_8_is_told_with_its_line(folder: Folder) -> None:
    raw = COMMUNITY.encode("gb18030")
    (folder.path / OWN).write_bytes(raw)

    assert folder.mistakes() == [
        f"{OWN}:3: is not UTF-8; save the file as UTF-8"
    ]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 100_000, "{a: " * 100_000, "\0", "a: *b"]
)
def test_no_file_can_break_the_reader(folder: Folder, text: str) -> None:
    folder.write("bodies.yaml", text)

    (mistake,) = folder.mistakes()

    assert mistake.startswith("bodies.yaml:1: ")
