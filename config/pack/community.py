"""One community: its own file over the parts that it uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.pack import parsing, places
from config.pack.parts import DEFAULTS, READERS
from config.pack.reading import Block, Mention, Value, by_language
from config.pack.values import Community, Grid
from config.terms import GridId, Language, PersonId


@dataclass(slots=True)
class Part:
    """A part as it was read, with what it names and refers to."""

    value: Any
    named: list[Mention] = field(default_factory=list)
    referred: list[Mention] = field(default_factory=list)
    broken: bool = False
    """It can't be read: nobody knows what it would have named."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds beside ``community.yaml``."""

    parts: Mapping[str, Part]
    faq: Mapping[str, Part]
    """File name -> entry."""
    wording: Mapping[Language, str]

    def over(self, shared: "Folder") -> "Folder":
        """Return this folder with the shared one behind it."""
        return Folder(
            {**shared.parts, **self.parts},
            {**shared.faq, **self.faq},
            _together(shared.wording, self.wording),
        )


@dataclass(slots=True)
class Read:
    """A community, and everything that its files mention."""

    community: Community | None
    used: list[Part]


def read(root: Value, folder: Folder) -> Read:
    """Read ``community.yaml`` over the folder's parts."""
    block = root.block()
    if block is None:
        return Read(None, [Part(None, broken=True)])
    head = _head(block)
    language = head["language"] if head else Language.ZH
    grids = _grids(block, language)
    parts = _parts(block, folder.parts)
    block.close()
    used = [
        Part(None, root.origin.named, root.origin.referred),
        *parts.values(),
        *folder.faq.values(),
    ]
    if head is None:
        return Read(None, used)
    values = dict(DEFAULTS)
    values |= {
        name: part.value for name, part in parts.items() if not part.broken
    }
    entries = (part.value for part in folder.faq.values())
    made = Community(
        **head,
        **values,
        grids=grids,
        faq=tuple(entry for entry in entries if entry is not None),
        wording=folder.wording,
    )
    return Read(made, used)


def _head(block: Block) -> dict[str, Any] | None:
    value = block.value("community")
    if value is None:
        block.lacks("community")
        return None
    inner = value.block()
    if inner is None:
        return None
    language = inner.need("language", parsing.language)
    names = _names(inner)
    head = {
        "id": inner.name("community"),
        "name": _own(names, language),
        "names": names,
        "street": inner.need("street", parsing.text),
        "time_zone": inner.need("time_zone", parsing.zone),
        "language": language,
    }
    inner.close()
    return None if None in head.values() else head


def _names(block: Block) -> Mapping[Language, str] | None:
    """Read ``name``, or ``names`` by language."""
    written = block.value("names")
    if written is not None:
        return by_language(written)
    name = block.need("name", parsing.text)
    return None if name is None else dict.fromkeys(Language, name)


def _own(
    names: Mapping[Language, str] | None, language: Language | None
) -> str | None:
    """Return the name in the community's own language."""
    return None if names is None else names[language or Language.ZH]


def _grids(block: Block, language: Language) -> tuple[Grid, ...]:
    inner = block.blocks("grids")
    if not inner:
        block.lacks("grids", "must hold at least one grid")
    grids = [_grid(each, language) for each in inner]
    return tuple(grid for grid in grids if grid is not None)


def _grid(block: Block, language: Language) -> Grid | None:
    name = block.name("grid")
    names = _names(block)
    worker = block.refer("worker", "worker")
    written = block.value("buildings")
    groups = block.value("groups")
    grid = Grid(
        id=GridId(name or ""),
        name=_own(names, language) or "",
        names=names or {},
        households=block.maybe("households", parsing.whole, 0),
        buildings=_buildings(written) if written else (),
        landmarks=block.many("landmarks", parsing.name),
        worker=None if worker is None else PersonId(worker),
        groups=_groups(groups) if groups else (),
    )
    block.close()
    return grid if name else None


def _buildings(value: Value) -> tuple[str, ...]:
    found = []
    for item in value.items():
        written = item.scalar(parsing.name)
        each = item.scalar(places.buildings)
        if written is None or each is None:
            continue
        found.append(written)
        item.origin.named += [
            Mention("building", one, item.spot) for one in each
        ]
    return tuple(found)


def _groups(value: Value) -> tuple[str, ...]:
    found = []
    for item in value.items():
        group = item.scalar(parsing.address)
        if group is not None:
            found.append(group)
            item.origin.named.append(Mention("group", group, item.spot))
    return tuple(found)


def _parts(block: Block, around: Mapping[str, Part]) -> dict[str, Part]:
    parts = dict(around)
    for name, reader in READERS.items():
        value = block.value(name)
        if value is None:
            continue
        own = reader(value)
        if name == "people" and name in around:
            shared = around[name]
            parts[name] = Part(
                own + (shared.value or ()),
                shared.named,
                shared.referred,
                shared.broken,
            )
        else:
            parts[name] = Part(own)
    return parts


def _together(
    shared: Mapping[Language, str], own: Mapping[Language, str]
) -> Mapping[Language, str]:
    if not own:
        return shared
    return {
        language: "\n".join(
            text for each in (shared, own) if (text := each.get(language))
        )
        for language in Language
        if language in shared or language in own
    }
