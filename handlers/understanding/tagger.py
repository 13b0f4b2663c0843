"""Which words of a message say where: a tagger that learned it.

Every character gets one of six tags (before the place; its begin, inside
and end, or all of it; after it), the best row of tags as a whole wins. What
the tagger looks at is here; what it makes of that is in
``place.bin``, which ``place_training`` makes from the lessons.
"""

import re
import tomllib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from handlers.understanding.model import BadModel

TAGS = "OBIESA"
"""Outside, begin, inside, end, single, after."""
NEXT = {"O": "OBS", "B": "IE", "I": "IE", "E": "ABS", "S": "ABS", "A": "ABS"}
FIRST, LAST = "OBS", "OESA"
Features = list[str]
_READ = 300
"""Characters; who hasn't said by then where it is, doesn't."""
VERSION = 1
_MODEL = "place.bin"
_NUMERALS = frozenset("零〇一二两三四五六七八九十廿卅百")
_MARKS = frozenset(",.!?;:、~…-/()[]\"'“”‘’【】《》—·。")
_NUMBERED = re.compile(
    r"\d+(?:-\d+)+|\d+(?:号楼|号|栋|幢|座|弄|单元|楼|层|室|#)?"
    r"|[零〇一二两三四五六七八九十廿卅百]+(?:号楼|号|栋|幢|座|弄|单元|楼|层|室)",
)
_START, _END = "\x02", "\x03"
_EDGE = 4
_NEAR = 4


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    kind: str
    text: str


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What a tagger has learned."""

    version: int
    scale: float
    """What one of the weights counts."""
    moves: list[list[float]]
    """From each tag to each tag."""
    silence: float
    """What it costs to say that there is no place."""
    weights: dict[str, tuple[int, int, int, int, int, int]]
    """Of each feature, for each tag."""

    def packed(self) -> bytes:
        """Return it as it is kept in its file."""
        return zlib.compress(msgspec.json.encode(self, order="sorted"), 9)


class Tagger:
    """Finds the words that say where, in folded text."""

    def __init__(self, learned: Learned) -> None:
        self._weights = learned.weights
        self._scale = learned.scale
        self._silence = learned.silence
        self._moves = [
            [
                (TAGS.index(tag), learned.moves[TAGS.index(tag)][to])
                for tag in TAGS
                if TAGS[to] in NEXT[tag]
            ]
            for to in range(len(TAGS))
        ]

    def spans(self, folded: str) -> list[tuple[int, int]]:
        """Return where the words stand, in their order."""
        read = folded[:_READ]
        if not read.strip():
            return []
        return spans_of(self._best([self._score(f) for f in features(read)]))

    def _score(self, seen: Features) -> list[float]:
        weights = self._weights
        o = b = i = e = s = a = 0
        for feature in seen:
            if known := weights.get(feature):
                ko, kb, ki, ke, ks, ka = known
                o += ko
                b += kb
                i += ki
                e += ke
                s += ks
                a += ka
        scale = self._scale
        return [n * scale for n in (o, b, i, e, s, a)]

    def _best(self, scores: list[list[float]]) -> str:
        """Return the best row of tags (Viterbi)."""
        never = float("-inf")
        best = [
            score if tag in FIRST else never
            for tag, score in zip(TAGS, scores[0], strict=True)
        ]
        back: list[list[int]] = []
        for score in scores[1:]:
            chosen = [
                max((best[tag] + move, -tag, tag) for tag, move in moves)
                for moves in self._moves
            ]
            back.append([tag for _, _, tag in chosen])
            best = [
                total + own
                for (total, _, _), own in zip(chosen, score, strict=True)
            ]
        best[TAGS.index("O")] -= self._silence
        tag = max(
            (n for n, name in enumerate(TAGS) if name in LAST),
            key=best.__getitem__,
        )
        row = [tag]
        for step in reversed(back):
            tag = step[tag]
            row.append(tag)
        return "".join(TAGS[tag] for tag in reversed(row))


@cache
def shipped() -> Tagger:
    """Return the tagger with the model that lies beside it.

    Raises ``BadModel`` when that can't be read.
    """
    try:
        packed = files("handlers.understanding").joinpath(_MODEL).read_bytes()
    except OSError as wrong:
        raise BadModel(f"{_MODEL}: {wrong.strerror}") from wrong
    return Tagger(unpacked(packed))


def unpacked(packed: bytes) -> Learned:
    """Return what a file holds; raises ``BadModel``."""
    try:
        learned = msgspec.json.decode(zlib.decompress(packed), type=Learned)
    except (zlib.error, msgspec.MsgspecError) as wrong:
        raise BadModel(f"{_MODEL}: {wrong}") from wrong
    if learned.version != VERSION:
        raise BadModel(f"{_MODEL}: version {learned.version}, not {VERSION}")
    if [len(row) for row in learned.moves] != [len(TAGS)] * len(TAGS):
        raise BadModel(f"{_MODEL}: not {len(TAGS)} by {len(TAGS)} moves")
    return learned


def tags_of(length: int, spans: Sequence[tuple[int, int]]) -> str:
    """Return the tags of a text whose places stand at these spans."""
    tags = ["O"] * length
    for start, end in spans:
        if end - start == 1:
            tags[start] = "S"
        else:
            tags[start:end] = ["B", *"I" * (end - start - 2), "E"]
    over = min((end for _, end in spans), default=length)
    tags[over:] = ["A" if tag == "O" else tag for tag in tags[over:]]
    return "".join(tags)


def spans_of(tags: str) -> list[tuple[int, int]]:
    """Return the spans that a row of tags marks."""
    return [match.span() for match in re.finditer("BI*E|S", tags)]


def features(folded: str) -> list[Features]:
    """Return what is seen at each character of a text."""
    return list(_Seen(folded).all())


class _Seen:
    """A text in the characters, kinds and words that the tagger sees."""

    def __init__(self, text: str) -> None:
        self.kinds = "".join(map(_kind, text))
        shape = "".join(_shape(c) for c in text)
        self.padded = _START * _EDGE + shape + _END * _EDGE
        self.kinds_padded = "^" * _EDGE + self.kinds + "$" * _EDGE
        self.numbered = _numbered(text)
        self.words = _words(text, self.kinds)
        self.marks = _marks(text)

    def all(self) -> Iterator[Features]:
        """Yield the features of each character."""
        begun = 0
        has = "y" if set(self.numbered) & set("bs") else "n"
        passed = "-"
        at = [
            n for n, word in enumerate(self.words)
            for _ in range(word.start, word.end)
        ]  # fmt: skip
        for i in range(len(self.kinds)):
            if i and self.kinds[i - 1] in "psx":
                begun = i
            if i and self.numbered[i + 1] in "es":
                passed = "z"
            far = min(i - begun, _NEAR)
            seen = [
                "1",
                f"p{far}{begun == 0:d}",
                f"a{has}{passed}",
                f"a{has}{self.padded[i + _EDGE]}",
            ]
            self._characters(i, seen)
            self._number(i, seen)
            kind = self._word(i, at[i], seen)
            seen.append(f"A{has}{passed}{kind}")
            for near in (-1, 0, 1):
                if 0 <= i + near < len(self.marks):
                    seen += [f"x{near}{mark}" for mark in self.marks[i + near]]
            yield seen

    def _characters(self, i: int, seen: Features) -> None:
        padded, kinds, j = self.padded, self.kinds_padded, i + _EDGE
        seen += [f"u{n}{padded[j + n]}" for n in range(-3, 4)]
        seen += [f"b{n}{padded[j + n : j + n + 2]}" for n in range(-3, 3)]
        seen += [f"t{n}{padded[j + n : j + n + 3]}" for n in range(-3, 2)]
        seen += [
            f"k{kinds[j - 1 : j + 2]}",
            f"K{kinds[j - 2 : j + 3]}",
            f"l{kinds[j - 3 : j + 1]}",
            f"r{kinds[j : j + 4]}",
        ]

    def _number(self, i: int, seen: Features) -> None:
        marks, padded, j = self.numbered, self.padded, i + _EDGE
        own = marks[i + 2]
        seen += [
            f"C{marks[i + 1 : i + 4]}",
            f"D{marks[i : i + 5]}",
            f"c{own}{padded[j + 1]}",
            f"d{own}{padded[j - 1]}",
            f"e{own}{padded[j + 1 : j + 3]}",
        ]

    def _word(self, i: int, n: int, seen: Features) -> str:
        """Add what the words around say; return where and in which kind."""
        word = self.words[n]
        edges = (i == word.start, i == word.end - 1)
        where = {(True, True): "S", (True, False): "B", (False, True): "E"}
        own = where.get(edges, "I") + word.kind
        before, before2 = self._kind(n - 1), self._kind(n - 2)
        after, after2 = self._kind(n + 1), self._kind(n + 2)
        seen += [
            f"g{own}",
            f"h{own} {before}",
            f"m{own} {after}",
            f"M{own} {before} {after}",
            f"n{own} {after} {after2}",
            f"o{own} {before} {before2}",
            f"w{own[0]}{word.text}",
            f"y{own} {self._text(n + 1)}",
            f"z{own} {self._text(n - 1)}",
            f"v{own} {after} {self._text(n + 2)}",
        ]
        return own

    def _kind(self, n: int) -> str:
        return self.words[n].kind if 0 <= n < len(self.words) else "$"

    def _text(self, n: int) -> str:
        return self.words[n].text if 0 <= n < len(self.words) else "$"


@cache
def _kinds() -> dict[str, str]:
    """Return the kind of each word; the first kind that has it counts."""
    path = files("handlers.understanding").joinpath("place_words.toml")
    kinds: dict[str, str] = {}
    for kind, words in tomllib.loads(path.read_text("utf-8")).items():
        for word in words:
            kinds.setdefault(word, kind)
    return kinds


@cache
def _longest() -> int:
    return max(map(len, _kinds()))


@cache
def _kind(character: str) -> str:
    """Return d(igit), n(umeral), a(lphabet), p(oint), s(pace), c(hinese)."""
    if character.isdigit():
        return "d"
    if character in _NUMERALS:
        return "n"
    if "a" <= character <= "z":
        return "a"
    if character in _MARKS:
        return "p"
    if character.isspace():
        return "s"
    return "c" if "\u4e00" <= character <= "\u9fff" else "x"


def _shape(character: str) -> str:
    """Any digit is as good as another."""
    return {"d": "0", "n": "一"}.get(_kind(character), character)


def _numbered(text: str) -> str:
    """Return where numbers of houses, units and floors begin and end."""
    marks = ["o"] * len(text)
    for match in _NUMBERED.finditer(text):
        start, end = match.span()
        marks[start:end] = (
            ["s"] if end - start == 1 else ["b", *"i" * (end - start - 2), "e"]
        )
    return "^^" + "".join(marks) + "$$"


def _words(text: str, kinds: str) -> list[_Word]:
    """Cut a text into numbers, known words and lone characters."""
    words = []
    at = 0
    while at < len(text):
        kind = kinds[at]
        end = at + 1
        if kind in "dna":
            while end < len(text) and kinds[end] == kind:
                end += 1
            alone = kind == "a" and end == at + 1
            word = text[at:end] if kind == "a" else _shape(text[at])
            words.append(_Word(at, end, "a1" if alone else kind, word))
        elif kind in "psx":
            words.append(_Word(at, end, kind, text[at]))
        else:
            end = next(
                (
                    at + length
                    for length in range(_longest(), 1, -1)
                    if text[at : at + length] in _kinds()
                    and at + length <= len(text)
                ),
                end,
            )
            known = _kinds().get(text[at:end], "c")
            words.append(_Word(at, end, known, text[at:end]))
        at = end
    return words


def _marks(text: str) -> list[set[str]]:
    """Return all words of the list that run over each character."""
    marks: list[set[str]] = [set() for _ in text]
    kinds = _kinds()
    for start in range(len(text)):
        for length in range(1, min(_longest(), len(text) - start) + 1):
            kind = kinds.get(text[start : start + length])
            if kind is None:
                continue
            one = "1" if length == 1 else ""
            marks[start].add(f"b{kind}{one}")
            marks[start + length - 1].add(f"e{kind}{one}")
            for at in range(start + 1, start + length - 1):
                marks[at].add(f"i{kind}")
    return marks
