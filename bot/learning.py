"""Teach understanding anew, and never put a worse model in place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.pack.values import Community
from handlers.understanding import model

SLACK = 0.01
"""What a figure may lose: less than lessons drawn anew would change it."""


class CannotLearn(Exception):
    """Why nothing could be learnt; says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A new model's figures beside the old one's."""

    before: Mapping[str, float]
    after: Mapping[str, float]
    version: str
    kept: bool
    """It is in place; else it was worse, and the old one stays."""

    @property
    def worse(self) -> list[str]:
        """The figures that fell."""
        return fallen(self.before, self.after)


def learn(
    community: Community, to: Path, tell: Callable[[str], None]
) -> Learnt:
    """Learn from the lessons and put the model at ``to`` if it is no worse.

    Takes a few minutes. Raises ``CannotLearn`` where the packages for it
    are not installed.
    """
    try:
        from handlers.understanding import training  # noqa: PLC0415  heavy
    except ImportError as missing:
        raise CannotLearn(
            f"{missing.name} is not installed: `make .venv/dev` installs it"
        ) from missing
    try:
        before = model.load(to).figures
    except model.BadModel:
        before = {}
    file = training.teach(community, tell=tell).file
    kept = not fallen(before, file.figures)
    if kept:
        part = to.with_suffix(".part")
        part.write_bytes(model.encode(file))
        part.replace(to)
    return Learnt(
        before=before, after=file.figures, version=file.version, kept=kept
    )


def fallen(
    before: Mapping[str, float], after: Mapping[str, float]
) -> list[str]:
    """Return what is lower than before by more than chance."""
    return [
        name
        for name, figure in before.items()
        if name in after and after[name] < figure - SLACK
    ]
