"""The whole program and a real tracker: from the group chat and back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.channels.roundup import Roundup
from bot.media import Media
from config.pack.values import Pack, System
from config.terms import CommunityId, Language
from config.texts import Texts
from tests.emulators.proxy import Fault, Proxy, Request
from tests.peers.tracker import HASTE, PASSWORD, Tracker
from tests.pictures import picture
from tests.town import COMMUNITY
from tests.world import World

pytestmark = [pytest.mark.peers, pytest.mark.timeout(120)]

STATUSES = {
    "unread": "reported",
    "in-progress": "accepted",
    "chatting": "accepted",
    "resolved": "resolved",
    "done-cbb": "closed",
    "deferred": "refused",
}


@dataclass
class Office:
    """The town, and the property management's tracker."""

    town: World
    tracker: Tracker
    proxy: Proxy
    community: str

    def issues(self) -> list[dict[str, Any]]:
        """Return what the tracker has of the town's first ticket."""
        start = f"[{self.community}-1-"
        return [
            it for it in self.tracker.issues() if it["title"].startswith(start)
        ]

    def issue(self) -> dict[str, Any]:
        """Return the one issue of the town's first ticket."""
        found = self.issues()
        assert len(found) == 1
        return found[0]

    def told(self, words: str) -> bool:
        """Whether the resident has heard these words."""
        return any(words in said for said in self.town.heard("wang"))

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for what crosses the bridge."""
        async with asyncio.timeout(20):
            while not happened():
                await asyncio.sleep(0.05)
                await self.town.passes(timedelta(seconds=5))


@asynccontextmanager
async def opened(
    tracker: Tracker,
    url: str,
    folder: Path,
    community: str,
    plan: Callable[[Request], Awaitable[Fault]] | None = None,
) -> AsyncIterator[Office]:
    system = System(
        id="works", kind="roundup", url=tracker.url, statuses=STATUSES
    )
    body = replace(COMMUNITY.bodies[0], people=(), system="works")
    home = replace(
        COMMUNITY, id=CommunityId(community), bodies=(body,), systems=(system,)
    )
    proxy = Proxy(tracker.port)
    if plan is not None:
        proxy.plan = plan
    made: list[Roundup] = []

    def others(media: Media) -> list[Roundup]:
        made.append(
            Roundup(
                system,
                f"linli:{PASSWORD}",
                media.read_photo,
                partial(Texts.load().say, Language.ZH),
                answer_s=2.0,
                every_s=0.05,
                patience=HASTE,
            )
        )
        return made

    async with (
        proxy.serving(tracker.door),
        World.opened(url, folder, pack=Pack((home,)), others=others) as town,
    ):
        yield Office(town, tracker, proxy, community)
        for channel in made:
            await channel.close()


async def test_a_lamp_is_reported_in_the_group_and_closed_in_the_tracker(
    tracker: Tracker, database_url: str, tmp_path: Path
) -> None:
    name = "lamp" + database_url[:2]
    async with opened(tracker, database_url, tmp_path, name) as office:
        town = office.town
        town.channel.pictures["lamp"] = picture()
        await town.says(
            "wang", "3号楼门口路灯坏了", group="g1", photos=["lamp"]
        )

        await office.until(
            lambda: any(issue["files"] for issue in office.issues())
        )
        issue = office.issue()
        assert issue["status.name"] == "unread"
        assert "路灯坏了" in tracker.said(issue)[0]

        tracker.staff_changes(issue["id"], "in-progress", "下午去看")
        await office.until(lambda: office.told("受理"))

        tracker.staff_changes(issue["id"], "resolved", "灯泡换好了")
        await office.until(lambda: office.told("灯泡换好了"))

        await town.presses("wang", "没解决")
        await town.says("wang", "又灭了")
        await office.until(lambda: office.issue()["status.name"] == "unread")
        assert tracker.said(office.issue())[-1] == "又灭了"

        tracker.staff_changes(issue["id"], "resolved", "线路也换了")
        await office.until(lambda: office.told("线路也换了"))
        await town.presses("wang", "解决了")
        await office.until(lambda: office.issue()["status.name"] == "done-cbb")
        told = [it for it in town.heard("wang") if "灯泡换好了" in it]
        assert len(told) == 1


async def test_a_lost_answer_on_the_way_makes_no_second_issue(
    tracker: Tracker, sqlite_url: str, tmp_path: Path
) -> None:
    lost: list[Request] = []

    async def plan(request: Request) -> Fault:
        if request.method != "GET" and len(lost) < 4:
            lost.append(request)
            return Fault.UNANSWERED
        return Fault.NONE

    async with opened(tracker, sqlite_url, tmp_path, "lost", plan) as office:
        await office.town.says("wang", "3号楼门口路灯坏了", group="g1")
        await office.town.says("lin", "受理 1")

        await office.until(
            lambda: (
                len(lost) == 4
                and bool(tracker.issues())
                and _status(office) == "in-progress"
            )
        )

        assert len(tracker.said(office.issue())) == 2


def _status(office: Office) -> str:
    start = f"[{office.community}-1-"
    for issue in office.tracker.issues():
        if issue["title"].startswith(start):
            return str(issue["status.name"])
    return ""
