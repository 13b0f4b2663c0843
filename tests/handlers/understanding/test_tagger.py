import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding.model import BadModel
from handlers.understanding.tagger import (
    FIRST,
    LAST,
    NEXT,
    TAGS,
    VERSION,
    Learned,
    Tagger,
    features,
    shipped,
    spans_of,
    tags_of,
    unpacked,
)
from handlers.understanding.text import fold


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    edges = draw(st.lists(st.integers(0, 40), unique=True, max_size=8))
    edges = sorted(edges[: len(edges) // 2 * 2])
    return 40, list(zip(edges[::2], edges[1::2], strict=True))


@given(spans())
def test_tags_say_what_the_spans_said(
    told: tuple[int, list[tuple[int, int]]],
) -> None:
    length, said = told

    tags = tags_of(length, said)

    assert spans_of(tags) == said
    assert len(tags) == length
    assert tags[0] in FIRST
    assert tags[-1] in LAST
    assert all(b in NEXT[a] for a, b in pairwise(tags))


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    folded = fold(text)

    found = shipped().spans(folded)

    assert all(0 <= a < b <= len(folded) for a, b in found)
    assert [a for span in found for a in span] == sorted(
        a for span in found for a in span
    )


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\x00\x07", "😀" * 50, "电梯坏了" * 1250]
)
def test_odd_texts_are_read(text: str) -> None:
    assert isinstance(shipped().spans(fold(text)), list)


def test_each_character_is_seen() -> None:
    text = fold("3号楼2单元楼道灯又灭了，lift B座 ９栋")

    assert len(features(text)) == len(text)


def test_any_digit_is_as_good_as_another() -> None:
    assert features("3号楼没水") == features("7号楼没水")
    assert features("三号楼没水") == features("七号楼没水")


def learned(**changes: object) -> bytes:
    kept: dict[str, object] = {
        "version": VERSION,
        "scale": 1.0,
        "moves": [[0.0] * len(TAGS)] * len(TAGS),
        "silence": 0.0,
        "weights": {},
    }
    return Learned(**{**kept, **changes}).packed()  # type: ignore[arg-type]


def test_a_model_is_kept_and_read() -> None:
    packed = learned(weights={"u0灯": (1, 0, -2, 0, 0, 0)})

    assert unpacked(packed).weights == {"u0灯": (1, 0, -2, 0, 0, 0)}
    assert Tagger(unpacked(packed)).spans("灯坏了") == []


@pytest.mark.parametrize(
    ("packed", "says"),
    [
        (b"", "place.bin"),
        (b"nothing of the kind", "place.bin"),
        (learned()[:-9], "place.bin"),
        (learned(version=VERSION + 1), f"version {VERSION + 1}"),
        (learned(moves=[[0.0]]), "moves"),
        (learned(weights={"u0灯": (1, 2)}), "place.bin"),
    ],
)
def test_a_broken_model_is_refused(packed: bytes, says: str) -> None:
    with pytest.raises(BadModel, match=re.escape(says)):
        unpacked(packed)
