import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding.text import bigrams, fold, number


def test_every_width_script_and_case_reads_the_same() -> None:
    assert fold("８號樓電梯壞了ＡＢｃ！") == "8号楼电梯坏了abc!"


@given(st.text(max_size=200))
def test_a_folded_text_keeps_its_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("8", 8),
        ("八", 8),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("两百零三", 203),
        ("一零二", 102),
        ("", None),
        ("楼", None),
    ],
)
def test_numbers_are_read_in_both_scripts(
    word: str,
    count: int | None,
) -> None:
    assert number(word) == count


def test_bigrams_are_neighbours() -> None:
    assert bigrams("井盖坏") == ["井盖", "盖坏"]
    assert bigrams("井") == []
