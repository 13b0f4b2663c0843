"""The first slips of somebody new to YAML, each told in plain words."""

from pathlib import Path

import pytest

from tests.config.pack.folders import OWN, Folder

SLIPS = {
    "a Tab": (
        "    worker: lin",
        "\tworker: lin",
        "12: begins with a Tab: indent with blanks, two a level",
    ),
    "a wide colon": (
        "    name: 第一网格",
        "    name：第一网格",
        '9: holds a wide colon "：": write a plain one and a blank, ": "',
    ),
    "a wide colon in braces": (
        "  - id: lin\n",
        "  - {id：zhou, name: 周静}\n  - id: lin\n",
        (
            '15: people[0].id：zhou: holds a wide colon "：": write a plain one'
            ' and a blank, ": "'
        ),
    ),
    "no blank after the colon": (
        "    worker: lin",
        "    worker:lin",
        '12: lacks a blank after the colon: write "worker: lin"',
    ),
    "a line of its own depth": (
        "    worker: lin",
        "   worker: lin",
        "12: doesn't stand in line with what it belongs to",
    ),
    "a line too deep": (
        "    worker: lin",
        "     worker: lin",
        "12: doesn't stand in line with what it belongs to",
    ),
    "a quote that stays open": (
        "phone: 0000-1001",
        'phone: "0000-1001',
        "18: a quote is opened here and never closed",
    ),
    "a second colon": (
        "street: 望江街道",
        "street: 望江: 街道",
        (
            '4: there is a second ": " in this line, or the line above is cut'
            " short: put words with a colon in quotes"
        ),
    ),
    "a sign that YAML keeps for itself": (
        "street: 望江街道",
        "street: %望江街道",
        '4: what begins with "%" must stand in quotes',
    ),
    "a word alone": (
        "  street: 望江街道",
        "  望江街道",
        '5: lacks a colon and a blank: write "key: value"',
    ),
    "a wide comma": (
        '["1-8号楼", 12弄]',
        "[1-8号楼，12弄]",
        (
            '11: grids[0].buildings[0]: "1-8号楼，12弄" holds a "，": write the'
            " plain sign, with a blank behind a comma"
        ),
    ),
    "curly quotes": (
        "[webchat:g1,",
        "[“webchat:g1”,",
        (
            '13: grids[0].groups[0]: "“webchat:g1”" holds a "“": write the plain'
            " sign, with a blank behind a comma"
        ),
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "mistake"), SLIPS.values(), ids=SLIPS.keys()
)
def test_a_first_slip_is_told_in_plain_words(
    tmp_path: Path, old: str, new: str, mistake: str
) -> None:
    folder = Folder(tmp_path)
    folder.change(old, new)

    assert f"{OWN}:{mistake}" in folder.mistakes()
