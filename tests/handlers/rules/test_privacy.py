from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.privacy import MASK, mask

DIGITS = "0123456789"
WIDE = str.maketrans(DIGITS, "０１２３４５６７８９")
SPOKEN = str.maketrans(DIGITS, "零一二三四五六七八九")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("我电话13800138000，随时打", "我电话***，随时打"),
        ("打138 0013 8000", "打***"),
        ("打138-0013-8000找我", "打***找我"),
        ("+86 138 0013 8000", "***"),
        ("１３８００１３８０００", "***"),
        ("幺三八零零幺三八零零零", "***"),
        ("座机(021)5550 1234", "座机***"),
        ("物业0000-1001234", "物业***"),
        ("身份证33010619900101123X", "身份证***"),
        ("邮箱lin.gong@example.com", "邮箱***"),
        ("加微信linli_2026聊", "加微信***聊"),
        ("浙A12345堵着门", "浙A***堵着门"),
        ("沪a·d12345挪车", "沪a·***挪车"),
        ("402室漏水", "***室漏水"),
        ("四零二室漏水", "***室漏水"),
        ("四百零二室漏水", "***室漏水"),
        ("8-3-402漏水", "8-3-***漏水"),
        ("8-402漏水", "8-***漏水"),
        ("8号楼3单元402漏水", "8号楼3单元***漏水"),
        ("3号楼2单元119漏水", "3号楼2单元***漏水"),
        ("3栋110室", "3栋***室"),
        ("119室漏水，打110了", "***室漏水，打110了"),
        ("9栋1602的", "9栋***的"),
        ("楼上503又漏水", "楼上***又漏水"),
        ("我是room 402", "我是room ***"),
        ("壹叁捌零零壹叁捌零零零", "***"),
        ("幺三八，零零幺三，八零零零", "***"),
        ("打138、0013、8000", "打***"),
        ("打138 - 0013 - 8000", "打***"),
        ("打138\n0013\n8000", "打***"),
        ("打138_0013_8000", "打***"),
        ("打138…0013…8000", "打***"),
        ("1\u200b3\u200b8\u200b00138000", "***"),
        ("1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e300138000", "***"),
        ("\u202e13800138000", "***"),
        ("¹³⁸⁰⁰¹³⁸⁰⁰⁰", "***"),
        ("❶❸❽00138000", "***"),
        ("l38OOl38OOO", "***"),
        ("138OO138OOO", "***"),
        ("（+86）138 0013 8000", "***"),
        ("身份证11010119900307771ｘ", "身份证***"),
        ("lin＠example．com", "***"),
        ("lin(at)example.com", "***"),
        ("扣扣123456", "扣扣***"),
        ("薇❤linli2026", "薇❤***"),
        ("加我linli_2026", "加我***"),
        ("v：linli2026", "v：***"),
        ("京Ａ１２３４５", "京Ａ***"),
        ("京A 12345挪车", "京A ***挪车"),
        ("粤BF12345充着电", "粤B***充着电"),
        ("WJ京12345", "WJ京***"),
        ("402 室漏水", "*** 室漏水"),
        ("8号楼402号", "8号楼***号"),
        ("8号楼1单元1203号", "8号楼1单元***号"),
        ("八号楼三单元四百零二", "八号楼三单元***"),
        ("3单元4楼402", "3单元4楼***"),
        ("12弄3号402", "12弄3号***"),
        ("住12弄502，漏水", "住12弄***，漏水"),
        ("12弄五百零二漏水", "12弄***漏水"),
        ("我家是402", "我家是***"),
        ("家里402漏水", "家里***漏水"),
        ("门牌号402", "门牌号***"),
        ("邻居402很吵", "邻居***很吵"),
        ("楼上402天天吵", "楼上***天天吵"),
        ("402的老王", "***的老王"),
        ("402邻居", "***邻居"),
        ("401和402吵架", "***和***吵架"),
        ("8/3/402", "8/3/***"),
        ("8、3、402", "8、3、***"),
        ("unit 3, 402", "unit 3, ***"),
    ],
)
def test_what_is_private_is_masked(said: str, shown: str) -> None:
    assert mask(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "8号楼3单元的灯坏了",
        "打119、110、120或12345",
        "2026-11-22停水，8:00到17:30",
        "2025-2026年取暖费3800元",
        "一年交三千八物业费",
        "工单12办好了",
        "二十户人家，共300户",
        "3楼和4楼之间",
        "8栋1000元押金",
        "288弄102号的路灯，12弄300户",
        "全是水",
        "",
        "Ticket 1203 is done, call 110 or 119",
        "/track 1203",
        "25 Nov 2026, 17:30",
        "from 2025 to 2026",
        "2025/2026学年，11.25-12.01报名",
        "打110/119/120",
        "补贴1200-1500元，押金100-200元",
        "共46421.66平方米，1250000元",
        "1-200号的居民，3-200米",
        "1-2-3期",
        "GB17761-2018",
        "8号楼100位老人、100盏灯、100辆车",
        "8号楼三百二十户",
        "2、3、4、5、6、7、8号楼",
        "8号楼2024年装的",
        "2015和2016年",
        "我是2019届的",
        "100室内车位，房源很多",
        "G240和S312道口，坐D2031次",
        "door 3 of building 12",
        "wechat group",
        "微信群里说，用微信支付200元",
        "flu-vaccination-2026",
    ],
)
def test_what_helps_to_find_the_matter_stays(said: str) -> None:
    assert mask(said) == said


@given(st.text(), st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.text())
def test_no_mobile_number_survives(
    before: str,
    phone: str,
    after: str,
) -> None:
    for written in (phone, phone.translate(WIDE), phone.translate(SPOKEN)):
        assert written not in mask(before + written + after)


@given(
    st.integers(1, 30),
    st.integers(1, 9),
    st.integers(101, 3906),
)
def test_no_room_survives(block: int, stair: int, room: int) -> None:
    for written in (
        f"{block}-{stair}-{room}漏水",
        f"{block}号楼{stair}单元{room}漏水",
        f"{block}栋{room}室",
    ):
        shown = mask(written)
        assert str(room) not in shown.replace(f"{block}", "", 1)
        assert MASK in shown


@given(
    st.text(alphabet=st.sampled_from("0139十室栋单元-— @a.x京微信号楼上住*"))
)
def test_masking_a_masked_text_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text(max_size=5000))
def test_any_text_can_be_masked(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "12-",
        "a",
        "a.",
        "a@",
        "@a.",
        "十",
        "楼上",
        "1(",
        "京a",
        "微信",
    ],
)
def test_the_work_grows_with_the_length_alone(unit: str) -> None:
    def cost(times: int) -> float:
        text = (unit * times)[:times]
        return min(_timed(text) for _ in range(5))

    assert cost(16_000) < 16 * cost(2_000) + 0.01


def _timed(text: str) -> float:
    start = process_time()
    mask(text)
    return process_time() - start
