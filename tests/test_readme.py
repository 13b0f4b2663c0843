"""What the README says, held against the program."""

import re
from pathlib import Path

from config.settings import Settings
from config.terms import Status
from handlers.rules import commands
from handlers.rules.ticket import STEPS

README = Path(__file__).parent.parent.joinpath("README.md").read_text("utf-8")


def test_the_state_diagram_is_the_table() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", README, re.MULTILINE)

    table = [(old, new, action) for (old, action), new in STEPS.items()]
    assert sorted(drawn) == sorted(table)
    assert f"[*] --> {Status.REPORTED}" in README


def test_every_command_stands_in_the_table_with_both_forms() -> None:
    table = README.partition("## What people type")[2].partition("## ")[0]

    for command in commands.WORDS:
        assert re.search(rf"`{commands.slash(command)}[ `]", table), command
        assert re.search(rf"`{commands.word(command)}[ `]", table), command


def test_every_setting_is_named() -> None:
    for name in Settings.model_fields:
        wanted = "SYSTEM_<ID>" if name == "systems" else name.upper()
        assert f"LINLI_{wanted}" in README, name


def test_it_names_files_that_are_there() -> None:
    for path in re.findall(r"\]\(([\w./]+)\)", README):
        assert Path(path).exists(), path
