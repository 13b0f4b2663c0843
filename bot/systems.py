"""The work-order systems that a pack names, and what opens them."""

from collections.abc import Mapping
from functools import partial

from pydantic import SecretStr

from bot.channels.roundup import Roundup
from bot.channels.roundup.checking import Words
from bot.channels.roundup.sending import PhotoBytes
from config.nearest import nearest
from config.pack.values import Pack, System
from config.settings import SYSTEM

KINDS = {"roundup": Roundup}
"""``kind`` in the pack -> the channel that speaks it."""

Logins = Mapping[str, SecretStr]
"""``Settings.systems``: a system's key -> what opens it."""


def mistakes(pack: Pack, logins: Logins) -> list[str]:
    """Return what is wrong with systems and logins, a line each."""
    found: list[str] = []
    systems = _systems(pack)
    for community in pack.communities:
        found += [
            f"systems: {it.id} of {community.id} is not the {it.id} of"
            " another community; give one of them another id"
            for it in community.systems
            if systems[it.id] != it
        ]
    for system in systems.values():
        found += _mistakes(system, logins)
    known = {_key(it): _setting(it) for it in systems}
    found += [
        f"{SYSTEM}{key.upper()}: the pack has no such work-order system"
        f"{nearest(SYSTEM + key.upper(), list(known.values()))}"
        for key in logins
        if key not in known
    ]
    return found


def channels(
    pack: Pack, logins: Logins, photo_bytes: PhotoBytes, words: Words
) -> list[Roundup]:
    """Return a channel for each system without mistakes."""
    make = partial(_channel, logins, photo_bytes, words)
    return [
        make(system)
        for system in _systems(pack).values()
        if not _mistakes(system, logins)
    ]


def _channel(
    logins: Logins, photo_bytes: PhotoBytes, words: Words, system: System
) -> Roundup:
    login = logins[_key(system.id)].get_secret_value()
    return KINDS[system.kind](system, login, photo_bytes, words)


def _mistakes(system: System, logins: Logins) -> list[str]:
    if system.kind not in KINDS:
        known = ", ".join(KINDS)
        return [
            (
                f"systems: {system.id}: there is no kind {system.kind};"
                f" known: {known}"
            )
        ]
    login = logins.get(_key(system.id))
    name = _setting(system.id)
    if login is None:
        return [f"{name}: the pack's work-order system {system.id} needs it"]
    user, _, password = login.get_secret_value().partition(":")
    if not (user and password):
        return [f"{name}: must be user:password"]
    return []


def _systems(pack: Pack) -> dict[str, System]:
    """Return each system once; communities may share one."""
    found: dict[str, System] = {}
    for community in pack.communities:
        for system in community.systems:
            found.setdefault(system.id, system)
    return found


def _key(system: str) -> str:
    # a shell takes no dash in a name
    return system.lower().replace("-", "_")


def _setting(system: str) -> str:
    return f"{SYSTEM}{_key(system).upper()}"
