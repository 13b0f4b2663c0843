"""A ticket that lies in the property management's own system."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bot import operations
from bot.channels.channel import Can, Later, Unknown
from config.pack.values import Pack, System
from config.terms import ChatKind
from storage.messages import Chat, Order, OrderChanged, Sender
from tests.fakes import FakeChannel
from tests.pictures import picture
from tests.town import CHANNEL, COMMUNITY
from tests.world import World

WORKS = System(
    id="works",
    kind="roundup",
    url="http://127.0.0.1:1/demo/",
    statuses={
        "unread": "reported",
        "in-progress": "accepted",
        "resolved": "resolved",
        "done-cbb": "closed",
        "deferred": "refused",
    },
)
BODY = replace(COMMUNITY.bodies[0], people=(), system="works")
PACK = Pack((replace(COMMUNITY, bodies=(BODY,), systems=(WORKS,)),))


@dataclass
class Office:
    """The property management, behind its system."""

    town: World
    system: FakeChannel

    @property
    def orders(self) -> list[Order]:
        """What has been brought to it, in order."""
        return [it for it in self.system.others if isinstance(it, Order)]

    async def moves(
        self,
        status: str,
        words: str = "",
        *,
        message: str = "",
        ago: timedelta = timedelta(0),
        reference: str = "",
    ) -> None:
        """Let its system tell how the order stands."""
        about = reference or self.orders[0].reference
        at = self.town.clock.now - ago
        await self.town.hears(
            OrderChanged(
                channel=WORKS.channel,
                account="linli",
                chat=Chat(WORKS.channel, about, ChatKind.ORDERS),
                sender=Sender(WORKS.channel, "5"),
                id=f"{at}/{status}/{message}",
                at=at,
                order="7",
                status=status,
                version=f"{at}/{status}/{message}",
                words=words,
                message=message,
            )
        )


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[Office]:
    system = FakeChannel(name=WORKS.channel, can=Can(once=True))
    async with World.opened(
        url, folder, pack=PACK, others=lambda _media: [system]
    ) as town:
        yield Office(town, system)


async def test_the_lamp_is_repaired_in_the_offices_own_system(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        town = office.town
        town.channel.pictures["lamp"] = picture()

        await town.says(
            "wang",
            "3号楼门口的路灯坏了，电话 13912345678",
            group="g1",
            photos=["lamp"],
        )

        first, shown = office.orders
        assert first.title.startswith("公共设施 · 第一网格")
        assert "路灯坏了" in first.words
        assert "13912345678" not in first.words
        assert "wang" not in first.words
        assert "林工" in first.words
        assert first.status == "reported"
        assert len(shown.photos) == 1
        assert shown.reference == first.reference
        assert shown.status == ""

        await office.moves("accepted")
        assert "已由物业受理" in town.last("wang")
        assert town.last("lin") == "物业已受理工单 1。"

        await office.moves("resolved", "灯泡换好了", message="15")
        assert "灯泡换好了" in town.last("wang")
        assert "灯泡换好了" in town.last("lin")
        assert len(office.orders) == 2, "its own news doesn't go back to it"

        await town.presses("wang", "解决了")
        assert office.orders[-1].status == "closed"
        assert office.orders[-1].was == "resolved"


async def test_not_fixed_goes_back_to_the_office_with_the_reason(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")
        await office.moves("resolved", "修好了", message="15")

        await office.town.presses("wang", "没解决")
        await office.town.says("wang", "又停在4楼了")

        again = office.orders[-1]
        assert (again.status, again.was) == ("reported", "resolved")
        assert again.words == "又停在4楼了"


async def test_what_the_worker_does_is_told_to_the_office(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")

        await office.town.says("lin", "受理 1")
        await office.town.says("lin", "办结 1 已请厂家修好")

        told = [(it.status, it.was, it.words) for it in office.orders[1:]]
        assert told == [
            ("accepted", "reported", "受理"),
            ("resolved", "accepted", "已请厂家修好"),
        ]


async def test_nobody_goes_on_with_what_is_merged_or_withdrawn(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")
        await office.town.says("li", "报事 3号楼电梯停了", group="g1")
        await office.town.says("sun", "报事 5号楼路灯坏了", group="g1")

        await office.town.says("lin", "合并 2 1")
        await office.town.says("sun", "撤回 3")

        told = [(it.reference[:7], it.status) for it in office.orders[3:]]
        assert told == [("town-2-", "closed"), ("town-3-", "closed")]


async def test_a_ticket_may_come_back_to_the_office(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")
        await office.town.says("wang", "改分类 1 道路交通")

        await office.town.says("wang", "改分类 1 公共设施")

        assert [it.status for it in office.orders] == [
            "reported",
            "closed",
            "reported",
        ]
        assert len({it.reference for it in office.orders}) == 1


async def test_the_office_is_asked_to_forget_too(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")
        await office.moves("resolved", "修好了", message="15")
        await office.town.says("wang", "报事 3号楼路灯坏了", group="g1")

        await office.town.says("wang", "忘记我")
        await office.town.presses("wang", "全部删除")

        asked = [it for it in office.orders if "删除个人信息" in it.words]
        assert [it.reference[:7] for it in asked] == ["town-2-", "town-1-"]
        ended = [it for it in office.orders if it.status == "closed"]
        assert [it.reference[:7] for it in ended] == ["town-2-"]


async def test_the_office_is_asked_to_forget_whom_an_operator_erases(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")
        plan = office.town.core.plan

    await operations.erase(plan, f"{CHANNEL}:wang")

    async with opened(database_url, tmp_path) as office:
        await office.town.settles()
        asked = [it for it in office.orders if "删除个人信息" in it.words]
        assert [it.reference[:7] for it in asked] == ["town-1-"]


async def test_the_offices_remarks_go_to_the_worker_alone_and_once(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")
        resident = len(office.town.heard("wang"))

        await office.moves("reported", "配件明天到", message="15")
        await office.town.passes(timedelta(minutes=1))
        await office.moves("reported", "配件明天到", message="15")

        said = [it for it in office.town.heard("lin") if "配件明天到" in it]
        assert said == ["物业在工单 1 上留言：\n配件明天到"]
        assert len(office.town.heard("wang")) == resident


async def test_without_words_the_resident_still_hears_a_sentence(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")

        await office.moves("closed")

        assert "物业说已经处理好了" in office.town.last("wang")


async def test_the_office_refuses_and_the_resident_learns_why(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")

        await office.moves("refused", "电梯由厂家负责", message="15")

        assert "电梯由厂家负责" in office.town.last("wang")
        assert "电梯由厂家负责" in office.town.last("lin")


async def test_older_news_that_comes_later_changes_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")
        await office.moves("accepted")
        heard = len(office.town.heard("wang"))

        await office.moves("refused", "不修", ago=timedelta(minutes=1))

        assert len(office.town.heard("wang")) == heard


async def test_a_strange_order_changes_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")
        heard = len(office.town.heard("wang"))

        await office.moves("resolved", "好了", reference="town-1-000000")
        await office.moves("resolved", "好了", reference="else-1")

        assert len(office.town.heard("wang")) == heard


async def test_a_ticket_that_left_the_office_is_not_its_to_close(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")

        await office.town.says("wang", "改分类 1 道路交通")
        assert office.orders[-1].status == "closed"
        await office.moves("resolved", "好了", message="15")

        assert not [it for it in office.town.heard("wang") if "好了" in it]


async def test_of_a_private_matter_the_office_gets_no_words(
    database_url: str, tmp_path: Path
) -> None:
    quarrels = [
        replace(it, body=BODY.id) if it.private else it
        for it in COMMUNITY.categories
    ]
    pack = Pack(
        (
            replace(
                PACK.communities[0],
                categories=tuple(quarrels),
            ),
        )
    )
    system = FakeChannel(name=WORKS.channel, can=Can(once=True))
    async with World.opened(
        database_url, tmp_path, pack=pack, others=lambda _media: [system]
    ) as town:
        await town.says("wang", "报事 楼上302天天吵架，噪音太大")
        await town.presses("wang", "第一网格")

    order = system.others[0]
    assert isinstance(order, Order)
    assert "302" not in order.words + order.title
    assert "吵" not in order.words
    assert "隐私" in order.words


async def test_other_bodies_tickets_stay_at_home(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        await office.town.says("wang", "报事 3号楼前井盖破了", group="g1")

        assert office.orders == []


async def test_an_outage_delays_the_order_and_loses_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, tmp_path) as office:
        for _ in range(30):
            office.system.failures.append(Later(60.0, "away"))
        office.system.failures.append(Unknown("cut off"))

        await office.town.says("wang", "报事 3号楼电梯坏了", group="g1")
        await office.town.says("lin", "受理 1")
        assert office.orders == []
        await office.town.passes(timedelta(hours=20))

        assert [it.status for it in office.orders] == ["reported", "accepted"]
