"""Where: buildings, rooms and landmarks, and the grid that owns them.

The tagger says which words say where, as a person would; patterns and the
pack's names say what they mean. What is shown comes from the first, the grid
from the second.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from config.pack.values import Community, Grid
from config.terms import GridId
from handlers.understanding.meaning import Place
from handlers.understanding.tagger import Tagger
from handlers.understanding.text import NUMERAL, fold, number

_KIND = r"号楼|号搂|楼栋|栋|幢|憧|座|#楼?|号院|弄"
_UNIT = r"单[元园圆员]"
_DASH = r"[-‐‑–—―−_]"
_DIGITS = r"(?:\d{3,4}(?!\d)|[零〇一二三四五六七八九]{3,4})"
_WRITTEN = re.compile(
    rf"(?P<estate>\D*?)(?P<first>{NUMERAL})"
    rf"(?:\s*[-~—–至到]\s*(?P<last>{NUMERAL}))?\s*(?P<kind>{_KIND}|号|楼)",
)
_KINDS = {"弄": "弄", "号": "号", "号院": "号"}
_SIDES = r"[东南西北左右][边侧面头山门]"
_ENGLISH = (
    # building 3, bldg. 8, block no. 12; No. 3 building
    (
        r"(?<![a-z])(?:building|bldg\.?|block|blk\.?|tower)"
        r"(?: ?(?:no\.?|number|#))? ?#?"
        r"(?P<block>\d{1,3})(?!\d|-? ?(?:st|nd|rd|th)\b)"
    ),
    (
        r"(?<![a-z])(?:no\. ?|# ?)(?P<its>\d{1,3}) "
        r"(?:building|block|bldg)(?![a-z])"
    ),
    # no. 5: only where a house must be meant
    (
        r"(?:(?<=of )|(?<=at )|(?<=by )|(?<=near )|(?<=behind )|(?<=to )"
        r"|(?<=outside )|(?<=opposite )|(?<=in ))"
        r"(?:house )?(?:no\.?|number) ?(?P<lone>\d{1,3})(?!\d)"
    ),
    r"(?<![a-z])(?:unit|stairwell) ?#?(?P<stairs>\d{1,2})(?!\d)",
    (
        r"(?<![a-z])(?:room|rm\.?|flat|apt\.?|apartment) ?#?"
        r"(?P<number>\d{3,4})(?!\d)"
    ),
    (
        r"(?<![a-z\d])(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth"
        r"|sixth|top|ground) floor(?![a-z])|(?<![a-z])floor \d{1,2}(?!\d)"
    ),
)
_PATTERNS = (
    # 8-3-402, 8-402
    (
        rf"(?<![\d-])(?P<dashed>[1-9]\d{{0,2}})"
        rf"(?:{_DASH}(?P<stair>\d{{1,2}}))?{_DASH}(?P<flat>\d{{3,4}})(?![\d-])"
    ),
    # 8号楼, 八栋, 12弄
    (
        rf"(?P<no>{NUMERAL})(?:[~至到和跟与]{NUMERAL})?\s?(?P<kind>{_KIND})"
        rf"(?:(?:{_DASH}?(?P<steps>\d{{1,2}}){_DASH}|{_DASH})?"
        r"(?P<door>\d{3,4}(?!\d)))?"
        rf"(?:(?<=弄)(?:口|{NUMERAL}号(?!楼)))?"
    ),
    *_ENGLISH,
    # 8号门口, 11楼侧面: only where a building must be meant; 3楼 is a floor
    (
        rf"(?P<short>{NUMERAL}号|(?:\d\d|[十百]{NUMERAL})[楼搂])"
        rf"(?=门[口前外厅洞牌里禁]|楼|前|后|侧|旁|{NUMERAL}?{_UNIT}|那家|住户|中间|之间|{NUMERAL}号"
        rf"|[和跟到]{NUMERAL}|{_SIDES})"
    ),
    (
        rf"(?P<unit>{NUMERAL})\s?(?:{_UNIT}|门洞|门(?=\d{{3}}))"
        rf"(?:{_DASH}?(?P<behind>{_DIGITS}))?"
    ),
    r"(?<![\d-])(?P<room>\d{3,4})(?:室|户|房)",
    # 3层, 负二层, 8f, b2
    rf"负?{NUMERAL}(?:楼|层|搂)|负[一二三123]",
    r"(?<![a-z\d])(?:\d{1,2}f|b\d)(?![a-z\d])|(?<![a-z])[a-h][口区座栋]",
    r"(?:楼[上下]|隔壁|对[门面])\d{3,4}(?!\d)",
)
_HOUSE = rf"\s?(?P<house>{NUMERAL})(?P<lot>号楼|号|栋|幢|座|弄)"
_MENDED = str.maketrans("搂憧", "楼幢")
_NEARBY = re.compile(
    r"(?:的|那|这|个|边|里|条|靠|\s)?(?:楼下|楼上|楼后|楼前|门口|门前|旁边?|边上"
    r"|附近|对面|中间|之间|拐角|角落|前面|前头|后面|后头|后身|上面|下面|底下|里面"
    rf"|里头|外面|顶上|[前后](?=那|的|面)|半边|{_SIDES})?"
    r"(?:(?:那|这)(?:条路|一?段路?|一?截|一?排|台|部|块空地|块地|边|里|家))?",
)
_LEADING = re.compile(
    r"(?:^|(?<=[,。!?;:\s]))"
    r"[^谁把了在是有又我你他她这那就都也被说请看今昨早晚着跟天从往向到听住,。!?;:\s]{1,4}\Z",
)
"""A short word that opens the clause, right before a place: 中学 门口."""
_UNPLACED = r"(?!舞|费|证|卡|票|价)"
"""广场舞 is danced, 车位费 is paid."""
_GAP = 1
"""Characters between two parts of one place: 的, 那, a blank."""
_LINKED = re.compile(r"\s?(?:,|of|in|at|on|by|near|behind)?\s?(?:the )?")
"""What stands between two parts of one place in English."""
_HOME = re.compile(
    r"[我俺咱]们?家|[我俺咱本]们?[这那个]?(?:楼|栋|幢|单元|门洞|层)|自家",
)
_ABOUT_HOME = re.compile("楼[上下]|隔壁|对门")
"""Somebody's own, unless another place is named."""
_MOST_PARTS = 3
_HAN = re.compile("[\u4e00-\u9fff]")
"""The tagger learned from Chinese; English is left to the patterns."""
_BARE = re.compile(r"[\d\s:./年月日-]+")
"""2026-11-22, 0000-1001: nothing but a number."""


class _Owned(NamedTuple):
    estate: str
    grid: GridId
    written: str


class _Key(NamedTuple):
    number: int
    kind: str
    """弄, 号 (a house) or 楼 (all that is called 号楼, 栋, 幢, 座 ...)."""


class _Parts:
    """What the matches of one text add up to."""

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []
        self.vague: list[tuple[int, int]] = []
        """Spans of a common word alone: the floor, a street lamp."""
        self.names: list[str] = []
        self.key: _Key | None = None
        self.written = self.unit = self.room = ""

    @property
    def tells(self) -> bool:
        """Whether a building, unit, room or a name of the pack is told."""
        return bool(self.key or self.names or self.unit or self.room)

    def take(self, match: re.Match[str], text: str) -> None:
        """Add one match and the words that lean on it."""
        found = match.groupdict()
        if name := found.get("estate") or found.get("named"):
            self.names.append(name)
        if not self.key:
            self._building(found)
        stairs = ("unit", "stair", "steps", "stairs")
        if stair := next((found[n] for n in stairs if found[n]), None):
            self.unit = self.unit or str(number(stair) or "")
        rooms = ("flat", "door", "behind", "room", "number")
        room = next((found[name] for name in rooms if found[name]), "")
        if room and not room.isdecimal():
            room = str(number(room) or "")
        self.room = self.room or room or ""
        nearby = _NEARBY.match(text, match.end())
        end = nearby.end() if nearby else match.end()
        start = match.start()
        if leading := _LEADING.search(text, max(0, start - 5), start):
            start = leading.start()
        if not any(found.values()) and not any(map(str.isdigit, match[0])):
            self.vague.append((start, end))
        self._span(start, end, text)

    def _building(self, found: dict[str, str | None]) -> None:
        house = found.get("house")
        short = (found["short"] or "")[:-1]
        english = found["block"] or found["lone"] or found["its"]
        word = house or found["no"] or short or found["dashed"] or english
        no = number(word) if word else None
        if no is None:
            return
        kind = (found.get("lot") if house else found["kind"]) or ""
        if word == english:
            kind = "号楼"
        self.key = _key(no, kind)
        if kind:
            self.written = f"{no}{kind.translate(_MENDED)}"

    def _span(self, start: int, end: int, text: str) -> None:
        if self.spans:
            before, until = self.spans[-1]
            if start <= until + _GAP or _LINKED.fullmatch(text, until, start):
                self.spans[-1] = (before, max(until, end))
                return
        self.spans.append((start, end))


class Gazetteer:
    """Finds a community's places in what people type."""

    def __init__(
        self,
        community: Community,
        common: Iterable[str],
        tagger: Tagger | None = None,
    ) -> None:
        self._tagger = tagger
        self._owned: dict[_Key, list[_Owned]] = defaultdict(list)
        self._names: dict[str, GridId | None] = {}
        for grid in community.grids:
            for written in grid.buildings:
                self._learn(written, grid.id)
        for grid in community.grids:
            self._name_all(grid)
        named = _any_of(self._names)
        estates = _any_of(
            o.estate for owned in self._owned.values() for o in owned
        )
        self._core = re.compile(
            "|".join(
                (
                    *((f"(?P<estate>{estates}){_HOUSE}",) if estates else ()),
                    *((f"(?P<named>{named})",) if named else ()),
                    *_PATTERNS,
                    f"(?:{_any_of(map(fold, common))}){_UNPLACED}",
                ),
            ),
        )

    def find(
        self,
        text: str,
        *,
        home: str = "",
        grid: GridId | None = None,
    ) -> Place | None:
        """Return where the text says it is; ``None`` if it doesn't say."""
        folded = fold(text)
        learned = self._tagger is not None and _HAN.search(folded) is not None
        spans = self._tagged(folded) if learned else []
        parts = self._parts(folded, spans)
        if learned and not spans and not parts.tells:
            parts.spans = []
        if not learned and parts.key:
            parts.spans = [s for s in parts.spans if s not in parts.vague]
        return self._place(text, folded, parts, spans, home=home, grid=grid)

    def glance(self, text: str) -> Place | None:
        """Return the same at a glance, by patterns alone: often a bit off."""
        folded = fold(text)
        return self._place(text, folded, self._parts(folded, []), [])

    def _tagged(self, folded: str) -> list[tuple[int, int]]:
        """Return what the tagger finds; a bare number must be a room's."""
        spans = self._tagger.spans(folded) if self._tagger else []
        return [
            (start + folded.startswith("住", start, end - 1), end)
            for start, end in spans
            if not _BARE.fullmatch(folded, start, end)
            or self._core.search(folded, start, end)
        ]

    def _parts(self, folded: str, spans: Sequence[tuple[int, int]]) -> _Parts:
        """Read what the patterns find, in the spans before elsewhere."""
        matches = list(self._core.finditer(folded))
        matches.sort(
            key=lambda match: (
                not any(
                    match.start() < end and start < match.end()
                    for start, end in spans
                )
            ),
        )
        parts = _Parts()
        for match in matches:
            parts.take(match, folded)
        return parts

    def _place(
        self,
        text: str,
        folded: str,
        parts: _Parts,
        spans: Sequence[tuple[int, int]],
        *,
        home: str = "",
        grid: GridId | None = None,
    ) -> Place | None:
        names = parts.names
        if home and not parts.key and _is_home(folded, parts):
            parts.key = key_of(home)
        spans = spans or parts.spans
        if not spans and not parts.key:
            return None
        owned = self._owner(parts.key, names, grid) if parts.key else None
        owner = owned.grid if owned else self._by_name(names, parts.key, grid)
        return Place(
            words=" / ".join(
                text[start:end].strip().removesuffix("的")
                for start, end in spans[:_MOST_PARTS]
            ),
            building=owned.written if owned else parts.written,
            named=bool(names),
            unit=parts.unit,
            room=parts.room,
            grid=owner,
        )

    def _learn(self, written: str, grid: GridId) -> None:
        match = _WRITTEN.fullmatch(fold(written).strip())
        first = number(match["first"]) if match else None
        if match is None or first is None:
            self._names[fold(written)] = grid
            return
        kind, estate = match["kind"], match["estate"].strip()
        last = number(match["last"] or match["first"]) or first
        for no in range(first, min(last, first + 999) + 1):
            self._owned[_key(no, kind)].append(
                _Owned(estate, grid, f"{estate}{no}{kind}"),
            )
        if estate:
            known = self._names.setdefault(estate, grid)
            self._names[estate] = grid if known == grid else None

    def _name_all(self, grid: Grid) -> None:
        for name in (*grid.landmarks, grid.name):
            if name.strip():
                self._names.setdefault(fold(name.strip()), grid.id)

    def _owner(
        self,
        key: _Key,
        names: list[str],
        grid: GridId | None,
    ) -> _Owned | None:
        owned = self._owned.get(key) or self._owned.get(_other(key), [])
        named = {self._names[name] for name in names}
        for wanted in (
            [o for o in owned if o.estate and o.estate in names],
            [o for o in owned if o.grid in named],
            [o for o in owned if o.grid == grid],
            owned,
        ):
            if len({o.grid for o in wanted}) == 1:
                return wanted[0]
        return None

    def _by_name(
        self,
        names: list[str],
        key: _Key | None,
        grid: GridId | None,
    ) -> GridId | None:
        for name in names:
            if (owner := self._names[name]) is not None:
                return owner
        # A building that several other grids have is nobody's guess.
        shared = key and (key in self._owned or _other(key) in self._owned)
        return None if shared else grid


def _is_home(folded: str, parts: _Parts) -> bool:
    """Whether the words lean on the speaker's own building."""
    if parts.unit or _HOME.search(folded):
        return True
    return not parts.names and _ABOUT_HOME.search(folded) is not None


def key_of(building: str) -> _Key | None:
    """Return the number and kind of a written building."""
    match = _WRITTEN.fullmatch(fold(building).strip())
    no = number(match["first"]) if match else None
    if match is None or no is None:
        return None
    return _key(no, match["kind"])


def _key(no: int, kind: str) -> _Key:
    return _Key(no, _KINDS.get(kind, "楼"))


def _other(key: _Key) -> _Key:
    """Return how else it may be called: 8号 is often 8号楼."""
    return key._replace(kind={"楼": "号", "号": "楼"}.get(key.kind, key.kind))


def _any_of(words: Iterable[str]) -> str:
    ordered = sorted(set(words), key=len, reverse=True)
    return "|".join(_whole(word) for word in ordered if word)


def _whole(word: str) -> str:
    """Return the pattern of a word; of a Latin one only as a whole."""
    if not (word.isascii() and word[-1:].isalpha()):
        return re.escape(word)
    return rf"(?<![a-z]){re.escape(word)}(?=s?(?![a-z]))"
