"""A program to be killed: reports come in, orders go out to a tracker.

``python -m tests.peers.bridging DATABASE-URL FOLDER TRACKER-URL COUNT``
tells a town's reports again at each start, as a platform does that got no
acknowledgement, and serves until it is killed.
"""

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot import delivery
from bot.app import Plan, opened_core, running, wall
from bot.channels.roundup import Roundup
from bot.media import Media
from config.pack.values import Pack, System
from config.terms import ChatKind, CommunityId, Language
from config.texts import Texts
from storage.messages import Chat, Said, Sender
from tests.fakes import FakeChannel
from tests.peers.tracker import HASTE, PASSWORD
from tests.town import CHANNEL, COMMUNITY, MONDAY

NAME = CommunityId("killed")


def pack(url: str) -> Pack:
    """Return the town, its property management behind a tracker."""
    system = System(
        id="works",
        kind="roundup",
        url=url,
        statuses={"unread": "reported", "resolved": "resolved"},
    )
    body = replace(COMMUNITY.bodies[0], people=(), system="works")
    return Pack(
        (replace(COMMUNITY, id=NAME, bodies=(body,), systems=(system,)),)
    )


def report(number: int) -> Said:
    """Return the same report each time it is asked for."""
    return Said(
        channel=CHANNEL,
        account="linli",
        chat=Chat(CHANNEL, "g1", ChatKind.GROUP),
        sender=Sender(CHANNEL, f"wang{number}", name="王"),
        id=f"m{number}",
        at=MONDAY,
        text=f"报事 3号楼第{number}盏路灯坏了",
    )


async def bridge(
    database_url: str, folder: Path, url: str, count: int
) -> None:
    """Tell the reports and serve."""
    # each kill is an attempt, and attempts lengthen the pauses
    delivery.LONGEST_PAUSE = timedelta(seconds=2)
    # on PostgreSQL another process might still be sending
    delivery.SEND_S = 10.0
    delivery.LEASE = timedelta(seconds=15)
    town = pack(url)
    plan = Plan(
        database_url=database_url,
        media_url=f"file://{folder}/media",
        pack=town,
        now=wall,
        write_first=frozenset({CHANNEL}),
    )
    made: list[Roundup] = []

    def channels(media: Media) -> list[FakeChannel | Roundup]:
        made.append(
            Roundup(
                town.communities[0].systems[0],
                f"linli:{PASSWORD}",
                media.read_photo,
                partial(Texts.load().say, Language.ZH),
                answer_s=2.0,
                every_s=0.2,
                patience=HASTE,
            )
        )
        return [FakeChannel(), *made]

    async with (
        opened_core(plan, lambda _db, media: [*channels(media)]) as core,
        running(core),
    ):
        await core.intake.receive([report(it) for it in range(count)])
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(
        bridge(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    )
