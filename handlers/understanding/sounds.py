"""How characters sound: 一保 and 医保 are the same to who types by ear.

``sounds.txt`` has a line a syllable, without tones: its characters, each in
its commonest reading. What the south hears alike (zh and z, ing and in) is
one sound here.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_HARD = re.compile("^([zcs])h")
_NASAL = re.compile("([aei]n)g$")


def sounds(run: str) -> list[str]:
    """Return the sound of each character; itself if none is known."""
    known = _known()
    return [known.get(character, character) for character in run]


@cache
def _known() -> Mapping[str, str]:
    text = files(__package__).joinpath("sounds.txt").read_text("utf-8")
    known: dict[str, str] = {}
    for line in text.splitlines():
        syllable, characters = line.split()
        heard = _NASAL.sub(r"\1", _HARD.sub(r"\1", syllable))
        known.update(dict.fromkeys(characters, heard))
    return known
