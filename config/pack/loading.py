"""A pack's folder -> a checked, frozen ``Pack``, or all its mistakes."""

from collections.abc import Callable, Iterator
from pathlib import Path

from config.pack import agreement, faq, files
from config.pack.community import Folder, Part, Read, read
from config.pack.mistakes import Notes
from config.pack.parts import READERS
from config.pack.reading import Origin, Value
from config.pack.values import Community, Pack
from config.terms import Language
from config.texts import Texts

COMMUNITIES = "communities"
COMMUNITY = "community.yaml"
DEMO = "demo.yaml"
_FOLDERS = ("faq", "wording")
_BESIDE = {"limits": ("limits", "ladder")}
"""Files that hold more parts than the one they are named for."""
_BARE = frozenset({"rules", "holidays", "danger"})
"""Parts that may stand in their file without their own name as a key."""

Told = Callable[[int, int], None]
"""How many communities are read, of how many."""


def load(folder: Path, told: Told = lambda _done, _all: None) -> Pack:
    """Read the pack; ``PackMistakes`` carries all that is wrong with it."""
    loading = _Loading(folder)
    pack = loading.run(told)
    loading.notes.judge()
    return pack


class _Loading:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = Notes()
        self.texts = Texts.load()

    def run(self, told: Told) -> Pack:
        homes = self._homes()
        shared = self._folder(self.folder, (COMMUNITIES, DEMO))
        communities: list[Community] = []
        used: list[list[Part]] = []
        for done, home in enumerate(homes):
            told(done, len(homes))
            found = self._community(home, shared)
            used.append(found.used[:1])
            if found.community is not None:
                communities.append(found.community)
        agreement.check_pack(used, self.notes)
        told(len(homes), len(homes))
        return Pack(tuple(communities))

    def _homes(self) -> list[Path]:
        if not self.folder.is_dir():
            self._note(self.folder, "there is no such folder")
            return []
        inner = self.folder / COMMUNITIES
        homes = sorted(
            home
            for home in (inner.iterdir() if inner.is_dir() else ())
            if home.is_dir() and not home.name.startswith(".")
        )
        if not homes:
            self._note(
                self.folder,
                "holds no community: there must be"
                f" {COMMUNITIES}/<id>/{COMMUNITY}",
            )
        return homes

    def _community(self, home: Path, shared: Folder) -> Read:
        path = home / COMMUNITY
        folder = self._folder(home, (COMMUNITY,)).over(shared)
        if not path.is_file():
            self._note(path, "is missing")
            return Read(None, [Part(None)])
        origin = self._origin(path)
        root = files.read(path, origin)
        if root is None:
            if not origin.broken:
                origin.breaks(1, "is empty")
            return Read(None, [Part(None)])
        found = read(root, folder)
        for each in origin.named:
            if each.kind == "community" and each.word != home.name:
                words = f'the folder is "{home.name}": call both the same'
                spot = each.spot
                self.notes.add(spot.file, spot.line, spot.key, words)
        broken = frozenset(
            name for name, part in folder.parts.items() if part.broken
        )
        agreement.check_community(found, broken, self.notes)
        return found

    def _folder(self, folder: Path, besides: tuple[str, ...]) -> Folder:
        parts: dict[str, Part] = {}
        if not folder.is_dir():
            return Folder({}, {}, {})
        for path in sorted(folder.iterdir()):
            if path.name in besides or path.name in _FOLDERS:
                continue
            if path.suffix == ".yaml" and path.stem in READERS:
                parts |= self._part(path)
            elif path.is_dir() or path.suffix in {".yaml", ".yml", ".ftl"}:
                self._stranger(path, besides)
        return Folder(parts, self._faq(folder), self._wording(folder))

    def _part(self, path: Path) -> dict[str, Part]:
        origin = self._origin(path)
        root = files.read(path, origin)
        names = _BESIDE.get(path.stem, (path.stem,))
        if origin.broken:
            return {name: Part(None, broken=True) for name in names}
        if root is None:
            return {}
        return {
            name: Part(READERS[name](value), origin.named, origin.referred)
            for name, value in _named(root, path.stem, names)
        }

    def _faq(self, folder: Path) -> dict[str, Part]:
        inner = folder / "faq"
        entries = {}
        for path in sorted(inner.rglob("*.md")) if inner.is_dir() else ():
            if path.name != "README.md":
                origin = self._origin(path, offset=1)
                entry = faq.entry(path, origin)
                name = path.relative_to(inner).as_posix()
                entries[name] = Part(entry, origin.named)
        return entries

    def _wording(self, folder: Path) -> dict[Language, str]:
        inner = folder / "wording"
        wording = {}
        known = [f"{language}.ftl" for language in Language]
        for path in sorted(inner.iterdir()) if inner.is_dir() else ():
            if path.name not in known:
                hint = self.notes.hint(path.name, known)
                words = f"nobody reads this file{hint}"
                self._note(path, words)
                continue
            text = files.read_text(path, self._origin(path))
            if text is not None:
                language = Language(path.stem)
                wording[language] = text
                for flaw in self.texts.flaws(language, text):
                    self.notes.add(
                        self._name(path), flaw.line, flaw.name, flaw.words
                    )
        return wording

    def _origin(self, path: Path, offset: int = 0) -> Origin:
        return Origin(self._name(path), self.notes, offset)

    def _stranger(self, path: Path, besides: tuple[str, ...]) -> None:
        if path.name.startswith((".", "_")):
            return
        known = [*besides, *_FOLDERS, *(f"{name}.yaml" for name in READERS)]
        hint = self.notes.hint(path.name, known)
        self._note(path, f"nobody reads this{hint}")

    def _note(self, path: Path, words: str) -> None:
        self.notes.add(self._name(path), 1, "", words)

    def _name(self, path: Path) -> str:
        if path == self.folder:
            return str(path)
        return path.relative_to(self.folder).as_posix()


def _named(
    root: Value, stem: str, names: tuple[str, ...]
) -> Iterator[tuple[str, Value]]:
    """Yield the parts of a file: a list, bare keys, or under their names."""
    block = root.block() if root.is_mapping else None
    if block is None or (
        stem in _BARE and not any(name in block.words for name in names)
    ):
        yield stem, root
        return
    for name in names:
        value = block.value(name)
        if value is not None:
            yield name, value
    block.close()
