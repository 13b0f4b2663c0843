"""The numbers by which a telling says where, and where two clash."""

import pytest

from handlers.understanding.spots import compare, spots


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("三号楼门口灯不亮", "building", {"3"}),
        ("3、4栋当中停了两辆", "building", {"3", "4"}),
        ("8-3-402漏水", "building", {"8"}),
        ("B座左边电梯", "building", {"b"}),
        ("34号山墙外头", "building", {"34"}),
        ("block 12 is dark", "building", {"12"}),
        ("12楼一单元门口", "unit", {"1"}),
        ("负二层全是水", "floor", {"-2"}),
        ("2号梯有味", "lift", {"2"}),
        ("左边那台电梯", "side", {"左"}),
        ("北门道闸", "gate", {"北"}),
    ],
)
def test_it_reads_numbers_however_they_are_written(
    text: str, kind: str, words: set[str]
) -> None:
    assert set(spots(text).get(kind, ())) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3号楼电梯坏了", "5号楼电梯坏了"),
        ("3号楼1单元停水", "3号楼2单元停水"),
        ("12栋1号电梯坏了", "12栋2号电梯坏了"),
        ("3号楼左边那台电梯关人了", "3号楼右边那台电梯不动了"),
    ],
)
def test_another_building_stairwell_or_lift_is_another_place(
    one: str, other: str
) -> None:
    assert compare(spots(one), spots(other)).apart


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3号楼电梯坏了", "三栋电梯又坏了"),
        ("3号楼电梯坏了", "电梯又坏了"),
        ("3、4栋当中", "4栋旁边"),
        ("三号四号中间的化粪池漫了", "3号楼后身那井冒水"),
        ("电梯洒了汤，2号梯", "右边那台电梯"),
    ],
)
def test_what_one_leaves_out_is_no_clash(one: str, other: str) -> None:
    assert not compare(spots(one), spots(other)).apart


def test_a_high_floor_may_be_a_building() -> None:
    assert compare(spots("11号楼掉墙皮"), spots("11楼墙皮")).same["building"]
    assert not compare(spots("3号楼"), spots("3楼")).same["building"]
