"""A pack as rows: what each table should hold of it."""

from collections.abc import Iterator, Sequence
from typing import Any

from config.pack.values import Community
from config.terms import Role

Row = dict[str, Any]

_OF_GRIDS = frozenset({Role.WORKER, Role.HEAD})


def communities(found: Sequence[Community]) -> Iterator[Row]:
    """Yield the rows of ``community``."""
    for community in found:
        yield {
            "id": community.id,
            "name": community.name,
            "street": community.street,
            "time_zone": community.time_zone.key,
            "language": community.language,
            "active": True,
        }


def grids(found: Sequence[Community]) -> Iterator[Row]:
    """Yield the rows of ``grid``, in the pack's order."""
    for community in found:
        for place, grid in enumerate(community.grids):
            yield {
                "community_id": community.id,
                "id": grid.id,
                "name": grid.name,
                "households": grid.households,
                "worker_id": grid.worker,
                "place_in_list": place,
                "active": True,
            }


def people(found: Sequence[Community]) -> Iterator[Row]:
    """Yield the rows of ``person``."""
    for community in found:
        for member in community.people:
            yield {
                "community_id": community.id,
                "id": member.id,
                "name": member.name,
                "phone": member.phone,
                "language": member.language or "",
                "building": member.building,
                "active": True,
            }


def roles(found: Sequence[Community]) -> Iterator[Row]:
    """Yield the rows of ``role``: workers and heads by grid."""
    for community in found:
        own: dict[str, list[str]] = {}
        for grid in community.grids:
            if grid.worker is not None:
                own.setdefault(grid.worker, []).append(grid.id)
        for member in community.people:
            grids_ = [*own.get(member.id, ()), *member.grids]
            for role in member.roles:
                for grid_ in _grids_of(role, grids_):
                    yield {
                        "community_id": community.id,
                        "person_id": member.id,
                        "role": role,
                        "grid_id": grid_,
                    }


def accounts(found: Sequence[Community]) -> Iterator[Row]:
    """Yield the rows of ``account``."""
    for community in found:
        for member in community.people:
            for account in member.accounts:
                channel, _, address = account.partition(":")
                yield {
                    "channel": channel,
                    "address": address,
                    "community_id": community.id,
                    "person_id": member.id,
                    "active": True,
                }


def groups(found: Sequence[Community]) -> Iterator[Row]:
    """Yield the rows of ``chat``: the groups bound to grids."""
    for community in found:
        for grid in community.grids:
            for group in grid.groups:
                channel, _, address = group.partition(":")
                yield {
                    "channel": channel,
                    "address": address,
                    "community_id": community.id,
                    "grid_id": grid.id,
                }


def entries(found: Sequence[Community]) -> Iterator[Row]:
    """Yield the rows of ``faq_entry``."""
    for community in found:
        for entry in community.faq:
            yield {
                "community_id": community.id,
                "id": entry.id,
                "topic": entry.topic,
                "answer": entry.answer,
                "source": entry.source,
                "issued": entry.issued,
                "valid_until": entry.valid_until,
                "active": True,
            }


def phrases(found: Sequence[Community]) -> Iterator[Row]:
    """Yield the rows of ``faq_phrase``; the first is the title."""
    for community in found:
        for entry in community.faq:
            for place, question in enumerate(entry.questions):
                yield {
                    "community_id": community.id,
                    "entry_id": entry.id,
                    "place": place,
                    "text": question,
                }


def _grids_of(role: Role, grids_: list[str]) -> list[str]:
    """Return the grids a role counts for; "" is the whole community."""
    if role in _OF_GRIDS and grids_:
        return list(dict.fromkeys(grids_))
    return [""]
