from datetime import date
from pathlib import Path

from config.pack.advice import advice
from config.pack.loading import load
from tests.config.pack.folders import ENTRY, Folder

TODAY = date(2026, 11, 25)


def _told(folder: Folder) -> list[str]:
    return advice(load(folder.path), TODAY)


def test_a_whole_pack_needs_no_advice(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.change("roles: [worker]", "roles: [worker, desk]")
    folder.write("faq/age-card.md", ENTRY)

    assert _told(folder) == []


def test_what_a_community_probably_does_not_mean_is_told(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    folder.change('    buildings: ["1-8号楼", 12弄]\n', "")
    folder.change("    worker: lin\n", "")
    folder.change("    accounts: [webchat:lin, telegram:1001]\n", "")
    folder.write("faq/age-card.md", ENTRY.replace("2027-01-07", "2026-11-24"))

    assert _told(folder) == [
        "yuelai: nobody has the role desk: who takes what no worker answers?",
        "yuelai: lin has no account: Linli can't write to them",
        "yuelai: grid g1 has no worker: its tickets go to the desk",
        (
            "yuelai: grid g1 names no building and no landmark: nobody"
            " is found there by what they write"
        ),
        (
            "yuelai: faq age-card ended on 2026-11-24: it is no"
            " longer given; write the new one"
        ),
    ]


def test_an_entry_is_given_on_its_last_day(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("faq/age-card.md", ENTRY.replace("2027-01-07", "2026-11-25"))

    assert not [line for line in _told(folder) if "faq" in line]


def test_a_channel_that_nobody_serves_yet_is_told(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.change("[webchat:g1,", "[webchat:g1, onebot:77001,")

    assert "yuelai: onebot:77001: Linli doesn't speak on onebot yet" in (
        _told(folder)
    )
