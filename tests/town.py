"""A small town for tests: two grids, a handful of people, real rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.pack.values import (
    Body,
    Category,
    Community,
    Grid,
    Limit,
    Member,
    Pack,
    Rules,
    Rung,
    Span,
    Unit,
)
from config.terms import (
    BodyId,
    CategoryId,
    CommunityId,
    GridId,
    Language,
    Level,
    PersonId,
    Role,
    Severity,
)

ZH, EN = Language.ZH, Language.EN
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine in the morning in the town, a working day."""
CHANNEL = "town"


def _member(name: str, shown: str, *roles: Role, grid: str = "") -> Member:
    return Member(
        id=PersonId(name),
        name=shown,
        roles=frozenset(roles),
        phone=f"0000-{len(name):04}",
        accounts=(f"{CHANNEL}:{name}",),
        grids=(GridId(grid),) if grid else (),
    )


def _category(
    name: str,
    zh: str,
    *words: str,
    body: str | None = None,
    severity: Severity = Severity.SIMPLE,
    private: bool = False,
) -> Category:
    return Category(
        id=CategoryId(name),
        names={ZH: zh, EN: name},
        words=words,
        body=BodyId(body) if body else None,
        severity=severity,
        private=private,
    )


def _limit(kind: str, amount: int, unit: Unit) -> Limit:
    return Limit(
        category=None,
        severity=None,
        kind=kind,
        within=Span(amount, unit),
        remind_before=(timedelta(hours=24), timedelta(hours=2)),
    )


COMMUNITY = Community(
    id=CommunityId("town"),
    name="小镇社区",
    street="河边街道",
    time_zone=ZoneInfo("Asia/Shanghai"),
    language=ZH,
    grids=(
        Grid(
            id=GridId("g1"),
            name="第一网格",
            households=263,
            buildings=("1-8号楼",),
            landmarks=("小花园",),
            worker=PersonId("lin"),
            groups=(f"{CHANNEL}:g1",),
        ),
        Grid(
            id=GridId("g2"),
            name="第二网格",
            households=241,
            buildings=("9-16号楼",),
            landmarks=("菜场",),
            worker=PersonId("zhao"),
            groups=(f"{CHANNEL}:g2",),
        ),
    ),
    people=(
        _member("lin", "林工", Role.WORKER),
        _member("zhao", "赵工", Role.WORKER),
        _member("ma", "马主任", Role.DESK),
        _member("wu", "吴科", Role.STREET),
        _member("chen", "陈师傅", Role.VOLUNTEER),
        _member("sun", "孙老师", Role.VOLUNTEER),
        _member("prop", "物业小刘"),
    ),
    categories=(
        _category(
            "facilities", "公共设施", "路灯", "电梯", "门禁", body="property"
        ),
        _category("roads", "道路交通", "井盖", "路面", "停车"),
        _category("sanitation", "环境卫生", "垃圾", "楼道"),
        _category("utilities", "水电气", "停水", "停电", "漏水", "煤气"),
        _category("fire_safety", "消防安全", "消防通道", "着火", "电线"),
        _category("neighbours", "邻里纠纷", "噪音", "吵架", private=True),
        _category("inquiry", "政策咨询"),
        _category("other", "其他"),
    ),
    bodies=(
        Body(
            id=BodyId("property"),
            names={ZH: "物业", EN: "property management"},
            people=(PersonId("prop"),),
        ),
    ),
    limits=(
        _limit("answer", 1, Unit.DAYS),
        _limit("resolve", 7, Unit.DAYS),
    ),
    ladder=(
        Rung(timedelta(hours=24), Level.COMMUNITY),
        Rung(timedelta(hours=72), Level.STREET),
    ),
    faq=(),
    danger=("煤气味", "着火", "被困", "触电", "漏电", "gas", "fire"),
    rules=Rules(),
)

PACK = Pack((COMMUNITY,))


def crowd(community: Community, more: int) -> Community:
    """Return the community with so many more workers."""
    workers = [
        _member(f"w{n}", f"工友{n}", Role.WORKER) for n in range(1, more + 1)
    ]
    return replace(community, people=(*community.people, *workers))
