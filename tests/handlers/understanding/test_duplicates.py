"""Which open matter a new telling is about."""

from datetime import UTC, datetime, timedelta
from time import process_time

import pytest

from handlers.understanding import duplicates
from handlers.understanding.duplicates import (
    LIKELY,
    Duplicates,
    Told,
)
from handlers.understanding.model import BadModel

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOLE = "3号楼前面那条路井盖没了，一个黑窟窿"
SCENE = 0xF0F0_F0F0_1234_5678


def told(
    text: str,
    *,
    grid: str = "g1",
    minutes: float = 0,
    photos: tuple[int, ...] = (),
) -> Told:
    return Told(
        text=text,
        at=NOON + timedelta(minutes=minutes),
        grid=grid,
        photos=photos,
    )


def chance(old: Told, new: Told) -> float:
    index: Duplicates[int] = Duplicates()
    index.put(1, old)
    found = index.likely(new, least=0)
    return found[0].chance if found else 0.0


def test_the_same_hole_in_other_words_is_likely_the_same() -> None:
    again = told("三号楼门口有个窨井没盖，差点踩空", minutes=10)

    assert chance(told(HOLE), again) >= LIKELY


def test_another_matter_at_the_same_place_is_not() -> None:
    other = told("3号楼楼道灯不亮了", minutes=10)

    assert chance(told(HOLE), other) < 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3号楼电梯坏了，门开一半", "5号楼电梯坏了，门开一半"),
        ("12栋1号电梯坏了", "12栋2号电梯坏了"),
        ("2号楼1单元没水了", "2号楼2单元没水了"),
    ],
)
def test_the_same_words_about_another_place_never_are(
    one: str, other: str
) -> None:
    assert chance(told(one), told(other, minutes=5)) == 0


def test_what_was_told_together_is_likelier_than_what_was_told_apart() -> None:
    words = "路面塌了个坑，骑车摔了一跤"
    soon = chance(told("门口路上有个大坑"), told(words, minutes=5))
    late = chance(told("门口路上有个大坑"), told(words, minutes=60 * 24 * 3))

    assert soon > late


def test_twins_of_a_photo_speak_for_the_same_and_others_say_nothing() -> None:
    shown = told(HOLE, photos=(SCENE,))
    words = "这个洞什么时候补"
    none = chance(shown, told(words, minutes=300))
    twin = chance(shown, told(words, minutes=300, photos=(SCENE ^ 0b101,)))
    other = chance(
        shown, told(words, minutes=300, photos=(~SCENE & 2**64 - 1,))
    )

    assert twin > none
    assert other == none


def test_photos_without_words_are_found_by_their_looks_alone() -> None:
    old = told("", photos=(SCENE,))

    assert chance(old, told("", minutes=90, photos=(SCENE,))) > LIKELY
    assert chance(old, told("看这个", minutes=2, photos=(1,))) == 0


def test_a_matter_that_has_gone_is_found_no_more() -> None:
    index: Duplicates[int] = Duplicates()
    index.put(1, told(HOLE))
    index.put(2, told(HOLE))
    index.remove(1)
    index.remove(1)

    assert [one.key for one in index.likely(told(HOLE, minutes=5))] == [2]
    assert 1 not in index
    index.remove(2)
    assert index.likely(told(HOLE)) == []
    assert len(index) == 0


def test_a_matter_reads_as_it_was_last_put() -> None:
    index: Duplicates[int] = Duplicates()
    index.put(1, told("楼道灯不亮"))
    index.put(1, told(HOLE))

    assert index.likely(told(HOLE, minutes=5))[0].key == 1


def test_some_may_be_left_out() -> None:
    index: Duplicates[int] = Duplicates()
    index.put(1, told(HOLE))

    assert index.likely(told(HOLE), but=lambda key: key == 1) == []


def test_an_encoder_looks_at_few() -> None:
    asked: list[int] = []

    def meanings(texts: object) -> list[list[float]]:
        assert isinstance(texts, list)
        asked.append(len(texts))
        return [[1.0, 0.0] for _ in texts]

    index: Duplicates[int] = Duplicates()
    for key in range(30):
        index.put(key, told(HOLE, minutes=key))
    index.likely(told(HOLE, minutes=31), meanings=meanings)
    index.likely(told(HOLE, minutes=31), meanings=meanings)

    assert asked[0] <= 7
    assert asked[1] == 1, "what was read once is kept"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙂🙂🙂",
        "\x00\x01\u202e",
        "x" * 5000,
        "井盖" * 2500,
        "مرحبا",
        "1" * 40,
    ],
)
def test_nothing_that_people_type_breaks_it(text: str) -> None:
    index: Duplicates[int] = Duplicates()
    index.put(1, told(text))
    index.put(2, told(HOLE))

    assert all(
        0 <= one.chance <= 1 for one in index.likely(told(text), least=0)
    )


def test_a_few_thousand_open_matters_cost_little() -> None:
    things = ["电梯", "路灯", "井盖", "门禁", "垃圾", "下水道", "护栏", "水管"]
    index: Duplicates[int] = Duplicates()
    for key in range(3000):
        place = f"{key % 40 + 1}号楼{key % 4 + 1}单元"
        index.put(
            key,
            told(
                f"{place}的{things[key % 8]}坏了，第{key}天没人管",
                grid=f"g{key % 12}",
                minutes=key,
            ),
        )
    new = told("7号楼2单元门口的路灯不亮了，老人摔了一跤", minutes=3001)
    index.likely(new)

    before = process_time()
    for _ in range(20):
        index.likely(new)

    assert (process_time() - before) / 20 < 0.02, "a slow machine's bound"


@pytest.mark.parametrize("file", [b"", b"nonsense", b"x\x9c\x03\x00"])
def test_a_corrupted_file_is_refused_clearly(file: bytes) -> None:
    with pytest.raises(BadModel, match=r"duplicates\.bin"):
        duplicates.parse(file)


def test_what_was_learned_is_read_as_it_was_written() -> None:
    learned = duplicates.load()

    assert duplicates.parse(duplicates.dump(learned)) == learned
