"""What must hold between the things that a pack names."""

from collections.abc import Iterable, Mapping
from itertools import chain

from config.pack.community import Part, Read
from config.pack.mistakes import Notes
from config.pack.reading import Mention
from config.pack.values import Member
from config.terms import Role

PART_OF = {
    "person": "people",
    "worker": "people",
    "body": "bodies",
    "category": "categories",
    "system": "systems",
}
"""Kind of id -> the part that names it."""

_MISSING = {
    "person": "nobody has the id",
    "worker": "nobody has the id",
    "grid": "no grid has the id",
    "body": "no responsible body has the id",
    "category": "no category has the id",
    "system": "no work-order system has the id",
}
_TWICE = {
    "account": "the account",
    "group": "the group",
    "building": "the building",
    "limit": "the limit for category, severity and kind",
}
_PACK_WIDE = frozenset({"community", "group"})

Named = Mapping[str, Mapping[str, Mention]]


def check_community(read: Read, broken: frozenset[str], notes: Notes) -> None:
    """Note what is named twice and what refers to nothing."""
    named = named_once(
        (
            mention
            for part in read.used
            for mention in part.named
            if mention.kind not in _PACK_WIDE
        ),
        notes,
    )
    people = read.community.people if read.community else ()
    members = {member.id: member for member in people}
    for mention in chain.from_iterable(part.referred for part in read.used):
        if PART_OF.get(mention.kind) in broken:
            continue
        if not _is_there(mention, named, notes):
            continue
        member = members.get(mention.word)  # type: ignore[call-overload]
        if mention.kind == "worker" and member is not None:
            _check_worker(mention, member, notes)


def check_pack(reads: Iterable[list[Part]], notes: Notes) -> None:
    """Note communities and groups that stand twice in the whole pack."""
    named_once(
        (
            mention
            for used in reads
            for part in used
            for mention in part.named
            if mention.kind in _PACK_WIDE
        ),
        notes,
    )


def named_once(mentions: Iterable[Mention], notes: Notes) -> Named:
    """Return what is named, by kind; note what is named twice."""
    named: dict[str, dict[str, Mention]] = {}
    for mention in mentions:
        kind = named.setdefault(mention.kind, {})
        first = kind.setdefault(mention.word, mention)
        if first is not mention:
            spot = first.spot
            what = _TWICE.get(mention.kind, "the id")
            _note(
                mention,
                f'{what} "{mention.word}" stands at'
                f" {spot.file}:{spot.line} already ({spot.key})",
                notes,
            )
    return named


def _is_there(mention: Mention, named: Named, notes: Notes) -> bool:
    kind = "person" if mention.kind == "worker" else mention.kind
    known = named.get(kind, {})
    if mention.word in known:
        return True
    hint = notes.hint(mention.word, known)
    _note(mention, f'{_MISSING[mention.kind]} "{mention.word}"{hint}', notes)
    return False


def _check_worker(mention: Mention, member: Member, notes: Notes) -> None:
    if not member.roles & {Role.WORKER, Role.HEAD}:
        _note(
            mention,
            f'"{mention.word}" is no worker; add roles: [worker]',
            notes,
        )


def _note(mention: Mention, words: str, notes: Notes) -> None:
    spot = mention.spot
    notes.add(spot.file, spot.line, spot.key, words)
