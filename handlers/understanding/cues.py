"""General cues of trouble, time and tone, from ``cues.toml``."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """Compiled patterns over folded text; the file says what each is for."""

    strong: re.Pattern[str]
    soft: re.Pattern[str]
    plea: re.Pattern[str]
    public: re.Pattern[str]
    home: re.Pattern[str]
    now: re.Pattern[str]
    over: re.Pattern[str]
    unreal: re.Pattern[str]
    past: re.Pattern[str]
    elsewhere: re.Pattern[str]
    idiom: re.Pattern[str]
    joke: re.Pattern[str]
    back: re.Pattern[str]
    general: re.Pattern[str]
    advert: re.Pattern[str]
    notice: re.Pattern[str]
    lost: re.Pattern[str]
    again: re.Pattern[str]
    own: re.Pattern[str]
    self: re.Pattern[str]
    quarrel: re.Pattern[str]
    wish: re.Pattern[str]
    offer: re.Pattern[str]
    praise: re.Pattern[str]
    thanks: re.Pattern[str]
    asks: re.Pattern[str]
    wonders: re.Pattern[str]
    greets: re.Pattern[str]
    inquires: re.Pattern[str]
    cries: re.Pattern[str]
    harmless: re.Pattern[str]
    denial: re.Pattern[str]
    danger: re.Pattern[str]
    violence: re.Pattern[str]
    urgent: re.Pattern[str]
    places: tuple[str, ...]


@cache
def general() -> Cues:
    """Return the cues that any town shares."""
    source = files("handlers.understanding").joinpath("cues.toml")
    written: dict[str, Any] = tomllib.loads(source.read_text("utf-8"))
    places = tuple(written.pop("places"))
    for cue in ("strong", "danger"):
        written[cue] += written["violence"]
    return Cues(
        places=places,
        **{name: any_of(patterns) for name, patterns in written.items()},
    )


def any_of(patterns: list[str]) -> re.Pattern[str]:
    """Compile a pattern that matches where one of them does."""
    return re.compile("|".join(patterns))
