from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.pages import split


@given(
    lines=st.lists(st.text(st.characters(exclude_characters="\n"))),
    most=st.integers(1, 40),
)
def test_nothing_is_lost_and_no_part_is_too_long(
    lines: list[str], most: int
) -> None:
    parts = split(lines, most)

    assert all(len(part) <= most for part in parts)
    assert "".join("".join(parts).split("\n")) == "".join(lines)


def test_parts_are_as_few_as_fit() -> None:
    assert split(["一二", "三四", "五六"], 5) == ["一二\n三四", "五六"]
    assert split([], 5) == []
