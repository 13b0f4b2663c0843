from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import operations
from bot.app import Edges, Plan
from config.settings import Settings
from config.terms import PersonId
from storage import people, sessions
from tests.fakes import FakeClock
from tests.town import CHANNEL, COMMUNITY, PACK
from tests.world import World


async def test_an_operator_forgets_an_account_and_its_worker_hears_of_it(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼路灯坏了", group="g1")
        plan = town.core.plan

    erased = await operations.erase(plan, f"{CHANNEL}:wang")

    assert erased == [COMMUNITY.id]
    async with World.opened(database_url, tmp_path) as town:
        await town.settles()
        assert "工单 1 已被报事人撤回" in town.last("lin")
        found = await town.core.database.read(
            lambda db: people.find_by_account(
                db, COMMUNITY.id, CHANNEL, "wang"
            )
        )
        assert found is None


@pytest.mark.parametrize("person", ["nobody", "town:nobody", ""])
async def test_nobody_is_forgotten_whom_nobody_knows(
    sqlite_url: str, tmp_path: Path, person: str
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        plan = town.core.plan

    with pytest.raises(operations.NobodyThere):
        await operations.erase(plan, person)


async def test_whom_the_pack_dropped_is_forgotten_by_id(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        plan = town.core.plan
        await town.core.database.write(
            lambda db: people.change(
                db, COMMUNITY.id, PersonId("chen"), active=False
            )
        )

    assert await operations.erase(plan, "chen") == [COMMUNITY.id]


async def test_an_operator_makes_the_first_desks_login_link(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        plan = town.core.plan

    link = await operations.login(plan, "lin", "https://linli.example")

    base, _, code = link.rpartition("/")
    assert base == "https://linli.example/login"
    async with World.opened(database_url, tmp_path) as town:
        entered = await town.core.database.write(
            lambda db: sessions.redeem(
                db, code, "cookie", plan.now(), plan.now() + timedelta(days=1)
            )
        )
    assert entered == sessions.Login(COMMUNITY.id, PersonId("lin"))
    with pytest.raises(operations.NobodyThere):
        await operations.login(plan, "nobody", "https://linli.example")


async def test_a_year_that_nobody_has_published_is_said_to_be_so(
    sqlite_url: str, tmp_path: Path
) -> None:
    def plan(at: datetime) -> Plan:
        return Plan(
            database_url=sqlite_url,
            media_url=f"file://{tmp_path}/media",
            pack=PACK,
            now=FakeClock(at),
        )

    async def found(at: datetime) -> list[str]:
        one = plan(at)
        findings = await operations.check(
            one, Edges(Settings(), one), tmp_path
        )
        assert all(finding.ok for finding in findings)
        return [f.words for f in findings if f.words.startswith("calendar")]

    assert await found(datetime(2026, 6, 1, tzinfo=UTC)) == []
    [words] = await found(datetime(2090, 6, 1, tzinfo=UTC))
    assert "2090" in words
    assert "holidays.yaml" in words
