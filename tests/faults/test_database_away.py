"""The database is cut off or restarted, again and again; nothing is lost."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage import outbox
from tests.postgres import Cluster
from tests.world import World

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]
CUTS = 10


async def test_a_cut_line_to_postgres_loses_and_doubles_nothing(
    postgres_url: str, cluster: Cluster, tmp_path: Path
) -> None:
    name = str(make_url(postgres_url).database)
    await _torment(postgres_url, tmp_path, partial(cluster.cut, name))


async def test_a_server_that_is_killed_loses_and_doubles_nothing(
    postgres_url: str, cluster: Cluster, tmp_path: Path
) -> None:
    cluster.keep_all(str(make_url(postgres_url).database))
    await _torment(postgres_url, tmp_path, cluster.restart)


async def _torment(url: str, folder: Path, harm: Callable[[], None]) -> None:
    async with World.opened(url, folder) as town:
        for number in range(1, CUTS + 1):
            async with asyncio.TaskGroup() as tasks:
                for person in ("wang", "li", "zhou"):
                    tasks.create_task(
                        town.core.intake.receive(
                            [
                                town.said(
                                    person,
                                    f"报事 {number}号楼路灯坏了",
                                    group="g1",
                                )
                            ]
                        )
                    )
                tasks.create_task(asyncio.to_thread(harm))
        await town.settles()

        numbers = sorted(
            int(one.split("工单 ")[1].split("。")[0])
            for one in town.read("g1")
        )
        assert numbers == list(range(1, 3 * CUTS + 1))
        assert await town.core.database.read(outbox.parked) == []
