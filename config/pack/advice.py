"""What a pack may say, and its community probably doesn't mean."""

from collections.abc import Iterator
from datetime import date

from config.pack.values import Community, Pack
from config.terms import SERVED, Role


def advice(pack: Pack, today: date) -> list[str]:
    """Return what is worth a look, one line each; nothing of it is wrong."""
    return [
        f"{community.id}: {words}"
        for community in pack.communities
        for words in (
            *_channels(community),
            *_people(community),
            *_grids(community),
            *_faq(community, today),
        )
    ]


def _channels(community: Community) -> Iterator[str]:
    groups = (key for grid in community.grids for key in grid.groups)
    accounts = (key for one in community.people for key in one.accounts)
    for key in (*groups, *accounts):
        channel = key.partition(":")[0]
        if channel not in SERVED:
            yield f"{key}: Linli doesn't speak on {channel} yet"


def _people(community: Community) -> Iterator[str]:
    if not any(Role.DESK in one.roles for one in community.people):
        yield "nobody has the role desk: who takes what no worker answers?"
    for one in community.people:
        if one.roles - {Role.VOLUNTEER} and not one.accounts:
            yield f"{one.id} has no account: Linli can't write to them"


def _grids(community: Community) -> Iterator[str]:
    for grid in community.grids:
        if grid.worker is None:
            yield f"grid {grid.id} has no worker: its tickets go to the desk"
        if not (grid.buildings or grid.landmarks):
            yield (
                f"grid {grid.id} names no building and no landmark: nobody"
                " is found there by what they write"
            )


def _faq(community: Community, today: date) -> Iterator[str]:
    for entry in community.faq:
        if entry.valid_until is not None and entry.valid_until < today:
            yield (
                f"faq {entry.id} ended on {entry.valid_until}: it is no"
                " longer given; write the new one"
            )
