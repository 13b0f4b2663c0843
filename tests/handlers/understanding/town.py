"""A small town for the tests of understanding."""

from datetime import date
from zoneinfo import ZoneInfo

from config.pack.values import Category, Community, Entry, Grid
from config.terms import (
    CategoryId,
    CommunityId,
    EntryId,
    GridId,
    Language,
)


def category(code: str, name: str, *words: str) -> Category:
    return Category(
        id=CategoryId(code),
        names={Language.ZH: name},
        words=words,
    )


def entry(
    code: str,
    *questions: str,
    answer: str,
    valid_until: date | None = None,
) -> Entry:
    return Entry(
        id=EntryId(code),
        topic="",
        questions=questions,
        answer=answer,
        source="社区",
        issued=date(2026, 1, 1),
        valid_until=valid_until,
    )


TOWN = Community(
    id=CommunityId("heyuan"),
    name="荷园社区",
    street="荷花街道",
    time_zone=ZoneInfo("Asia/Shanghai"),
    language=Language.ZH,
    grids=(
        Grid(
            id=GridId("g1"),
            name="荷园",
            buildings=("1-8号楼", "15栋"),
            landmarks=("荷花池",),
        ),
        Grid(
            id=GridId("g2"),
            name="柳巷",
            buildings=("12弄", "16弄", "柳巷1-30号"),
        ),
        Grid(
            id=GridId("g3"),
            name="兰亭",
            buildings=("兰亭1-6号楼", "20幢"),
            landmarks=("兰亭菜场", "体育公园"),
        ),
    ),
    people=(),
    categories=(
        category("sanitation", "环境卫生", "垃圾", "垃圾桶", "公厕", "老鼠"),
        category("facilities", "公共设施", "路灯", "电梯", "门禁", "楼道灯"),
        category("roads", "道路交通", "井盖", "路面", "停车", "栏杆"),
        category("fire_safety", "消防安全", "消防通道", "电瓶车", "电线"),
        category("utilities", "水电气暖网", "停水", "漏水", "下水道", "煤气"),
        category("neighbours", "邻里纠纷", "噪音", "广场舞", "装修"),
        category("other", "其他"),
    ),
    bodies=(),
    limits=(),
    ladder=(),
    faq=(),
    danger=("煤气味", "着火", "电梯困人"),
)
