"""Who sits in which chat, as the pack has it.

A grid's group seats its worker, those who lead or help in it, those who
live in its buildings, and the desks; a private chat seats its owner alone.
"""

from collections.abc import Iterator

from config.pack.places import buildings
from config.pack.values import Community, Grid, Member, Pack
from config.terms import DESKS, ChatKind
from storage.seats import CHANNEL, Seat

_PREFIX = f"{CHANNEL}:"


def every_seat(pack: Pack) -> list[Seat]:
    """Return every chat of the pack's communities and its members."""
    return [seat for one in pack.communities for seat in _seats(one)]


def group_seats(community: Community, grid: Grid) -> list[Seat]:
    """Return a grid's groups and who of the pack sits in them."""
    members = frozenset(
        address
        for member in community.people
        if _belongs(member, grid)
        for address in addresses(member)
    )
    return [
        Seat(
            community=community.id,
            address=group.removeprefix(_PREFIX),
            kind=ChatKind.GROUP,
            title=grid.name,
            members=members,
        )
        for group in grid.groups
        if group.startswith(_PREFIX)
    ]


def private_seat(community: Community, address: str, name: str) -> Seat:
    """Return somebody's private chat."""
    return Seat(
        community=community.id,
        address=address,
        kind=ChatKind.PRIVATE,
        title=name,
        members=frozenset({address}),
    )


def _seats(community: Community) -> Iterator[Seat]:
    for grid in community.grids:
        yield from group_seats(community, grid)
    for member in community.people:
        for address in addresses(member):
            yield private_seat(community, address, member.name)


def addresses(member: Member) -> list[str]:
    """Return a member's addresses in the web chat."""
    return [
        account.removeprefix(_PREFIX)
        for account in member.accounts
        if account.startswith(_PREFIX)
    ]


def _belongs(member: Member, grid: Grid) -> bool:
    if member.roles & DESKS or grid.id in member.grids:
        return True
    return member.id == grid.worker or lives_in(member.building, grid)


def lives_in(building: str, grid: Grid) -> bool:
    """Tell whether a building, as people write it, is one of the grid's."""
    if not building:
        return False
    mine = set(buildings(building))
    return any(mine & set(buildings(one)) for one in grid.buildings)
