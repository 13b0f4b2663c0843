import pytest

from config.terms import GridId
from handlers.understanding.model import shipped
from handlers.understanding.understanding import Understanding
from tests.handlers.understanding.town import TOWN

EAR = Understanding(TOWN, shipped())


@pytest.mark.parametrize(
    ("text", "building", "unit", "room"),
    [
        ("8号楼楼道灯坏了", "8号楼", "", ""),
        ("八号楼楼道灯坏了", "8号楼", "", ""),
        ("8栋没水了", "8号楼", "", ""),
        ("8幢没水了", "8号楼", "", ""),
        ("8# 没水了", "8号楼", "", ""),
        ("十五栋没水了", "15栋", "", ""),
        ("12弄弄口堵了", "12弄", "", ""),
        ("我住8-3-402,漏水", "8号楼", "3", "402"),
        ("8-402漏水", "8号楼", "", "402"),
        ("8号楼3单元402漏水", "8号楼", "3", "402"),
        ("8號樓三單元漏水", "8号楼", "3", ""),
        ("5号门口没盖子", "5号楼", "", ""),
        ("8号2单元没水", "8号楼", "2", ""),
        ("light out in the corridor of building 3", "3号楼", "", ""),
        ("the lamp in front of No. 5 is broken", "5号楼", "", ""),
        ("Bldg 8, unit 2, light broken", "8号楼", "2", ""),
        ("lift in block 7 is stuck", "7号楼", "", ""),
        ("3rd floor of building 2 smells", "2号楼", "", ""),
        ("No.3 building has no water", "3号楼", "", ""),
        ("flat 402, Building #8: leak", "8号楼", "", "402"),
        ("garbage behind building no. 6", "6号楼", "", ""),
        ("8号搂灯坏了", "8号楼", "", ""),
        ("8憧没水", "8号楼", "", ""),
        ("2号搂2单圆没水", "2号楼", "2", ""),
        ("8—3—402漏水", "8号楼", "3", "402"),
        ("８－３－４０２漏水", "8号楼", "3", "402"),
        ("8号楼-3-402漏水", "8号楼", "3", "402"),
        ("8号楼3-402漏水", "8号楼", "3", "402"),
        ("8号楼3单元-402漏水", "8号楼", "3", "402"),
        ("8栋三单元四零二漏水", "8号楼", "3", "402"),
        ("8栋2门402漏水", "8号楼", "2", "402"),
        ("8#3单元402", "8号楼", "3", "402"),
        ("5~8号楼没电", "5号楼", "", ""),
        ("十二弄五号漏水", "12弄", "", ""),
    ],
)
def test_a_building_is_known_however_it_is_typed(
    text: str,
    building: str,
    unit: str,
    room: str,
) -> None:
    place = EAR.place(text, grid=GridId("g1"))

    assert place
    assert (place.building, place.unit, place.room) == (building, unit, room)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("light out in the corridor of building 3", "corridor of building 3"),
        ("Bldg 8, unit 2, light broken", "Bldg 8, unit 2"),
        ("3rd floor of building 2 smells", "3rd floor of building 2"),
        ("12弄口堵了", "12弄口"),
        ("12弄3号堵了", "12弄3号"),
    ],
)
def test_all_that_says_where_is_kept(text: str, words: str) -> None:
    place = EAR.place(text, grid=GridId("g1"))

    assert place
    assert place.words == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("elevator in building 5 stuck between floors", "building 5"),
        ("住8号楼,没水", "8号楼"),
        ("昨天起5号楼2单元就没水,物业也不接电话", "5号楼2单元"),
        ("你们来看看,7号楼后面那个井没盖子", "7号楼后面那个井"),
    ],
)
def test_nothing_strays_into_the_words(text: str, words: str) -> None:
    place = EAR.place(text, grid=GridId("g1"))

    assert place
    assert place.words.removeprefix("elevator in ") == words


def test_a_numbered_gate_is_no_building() -> None:
    place = EAR.place("1号门坏了", grid=GridId("g1"))

    assert place is None or not place.building


@pytest.mark.parametrize(
    "text",
    ["楼下垃圾没人收", "我们单元没水", "我家楼道灯坏了", "咱这栋没电"],
)
def test_words_that_lean_on_home_mean_it(text: str) -> None:
    here = EAR.place(text, home="20幢", grid=GridId("g1"))

    assert here
    assert (here.building, here.grid) == ("20幢", "g3")


def test_a_landmark_is_nobodys_home() -> None:
    place = EAR.place("体育公园楼下在漏水", home="8号楼", grid=GridId("g1"))

    assert place
    assert (place.building, place.grid) == ("", "g3")


@pytest.mark.parametrize("text", ["the 3rd block party", "no. 1 in town"])
def test_a_number_alone_is_no_building(text: str) -> None:
    place = EAR.place(text, grid=GridId("g1"))

    assert place is None or not place.building


def test_an_english_building_belongs_to_its_own_grid() -> None:
    place = EAR.place("leak in building 15", grid=GridId("g2"))

    assert place
    assert place.grid == "g1"


def test_a_building_belongs_to_its_own_grid_in_any_group() -> None:
    place = EAR.place("16弄口的路灯不亮", grid=GridId("g1"))

    assert place
    assert place.grid == "g2"


def test_the_same_number_is_the_building_of_the_chat() -> None:
    here = EAR.place("3号楼漏水", grid=GridId("g1"))
    there = EAR.place("3号楼漏水", grid=GridId("g3"))

    assert here
    assert there
    assert (here.grid, there.grid) == ("g1", "g3")


def test_a_number_that_two_grids_have_is_nobodys_guess() -> None:
    place = EAR.place("3号楼漏水", grid=GridId("g2"))

    assert place
    assert place.grid is None


def test_an_estates_name_decides() -> None:
    place = EAR.place("兰亭3号楼漏水", grid=GridId("g1"))

    assert place
    assert (place.grid, place.building) == ("g3", "兰亭3号楼")


def test_a_house_of_a_lane_is_a_building() -> None:
    place = EAR.place("柳巷8号的墙裂了", grid=GridId("g1"))

    assert place
    assert (place.building, place.grid) == ("柳巷8号", "g2")


def test_a_landmark_names_its_grid() -> None:
    place = EAR.place("体育公园门口的路灯不亮", grid=GridId("g1"))

    assert place
    assert (place.grid, place.words) == ("g3", "体育公园门口")


def test_my_home_is_where_i_told() -> None:
    place = EAR.place("我家没水了", home="8号楼", grid=GridId("g1"))
    unit = EAR.place("3单元没水了", home="8号楼", grid=GridId("g1"))

    assert place
    assert unit
    assert (place.building, place.grid) == ("8号楼", "g1")
    assert (unit.building, unit.unit) == ("8号楼", "3")


def test_the_words_are_as_typed() -> None:
    place = EAR.place("３號樓門口積水")

    assert place
    assert place.words == "３號樓門口"


@pytest.mark.parametrize(
    "text",
    ["今天天气真好", "2026-11-22开会", "电话0000-1001", "满18岁", ""],
)
def test_no_place_is_made_up(text: str) -> None:
    assert EAR.place(text, home="8号楼", grid=GridId("g1")) is None
