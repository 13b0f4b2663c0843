"""What a tracker may answer, and what we make of it.

The answers were recorded from roundup 2.6.0; the last ones come from what
stands between a tracker and us.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.channel import Later
from bot.channels.roundup.rest import (
    LOCKED_S,
    Locked,
    Lost,
    Rest,
    Stale,
    Wrong,
)

RECORDINGS = Path(__file__).parent / "recordings" / "roundup"
PASSWORD = "never-to-be-seen"  # noqa: S105
Play = Callable[[str], Awaitable[Rest]]


@pytest.fixture(name="play")
async def _play() -> AsyncIterator[Play]:
    """A tracker that gives one recorded answer to everything."""
    servers: list[TestServer] = []
    trackers: list[Rest] = []

    async def started(name: str) -> Rest:
        told = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))
        body = told["body"]
        text = body if isinstance(body, str) else json.dumps(body)

        async def answer(_: web.Request) -> web.Response:
            return web.Response(
                status=told["status"],
                headers=told["headers"],
                body=text.encode(),
            )

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        url = str(server.make_url("/demo"))
        trackers.append(Rest(url, "linli", PASSWORD, 1.0))
        return trackers[-1]

    yield started
    for tracker in trackers:
        await tracker.close()
    for server in servers:
        await server.close()


async def test_an_item_is_returned_with_its_etag(play: Play) -> None:
    tracker = await play("issue")

    issue = await tracker.get("issue/2")

    assert issue["attributes"]["status"] == "1"
    assert issue["@etag"] == '"917b61038a38d7711e374a4430c88660"'


async def test_the_tracker_tells_its_time(play: Play) -> None:
    tracker = await play("issue")
    assert tracker.clock is None

    await tracker.get("issue/2")

    assert str(tracker.clock) == "2026-11-22 02:07:39+00:00"


async def test_what_was_made_is_told_by_its_id(play: Play) -> None:
    tracker = await play("made")

    assert await tracker.post("issue", {"title": "路灯不亮"}) == "2"


async def test_a_link_to_post_once_keeps_to_our_address(play: Play) -> None:
    tracker = await play("once")

    assert await tracker.once("issue", 20) == "sUXIEovXr0afaMR-qZ_IQYp1"


async def test_a_search_returns_what_it_found(play: Play) -> None:
    tracker = await play("search")

    found = await tracker.search("issue", title="[yuelai-12]", fields="title")

    assert [it["id"] for it in found] == ["2"]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("stale", Stale),
        ("wrong_property", Wrong),
        ("link_used", Wrong),
        ("wrong_password", Locked),
        ("forbidden", Locked),
        ("too_fast", Later),
        ("crashed", Lost),
        ("broken", Lost),
        ("web_page", Lost),
        ("login_page", Lost),
        ("half", Lost),
        ("empty", Lost),
        ("a_list", Lost),
    ],
)
async def test_each_bad_answer_means_one_thing(
    play: Play, name: str, error: type[Exception]
) -> None:
    tracker = await play(name)

    with pytest.raises(error) as caught:
        await tracker.patch("issue/2", '"etag"', {"status": "8"})

    assert PASSWORD not in f"{caught.value!r} {caught.value}"


async def test_a_reading_that_fails_changed_nothing(play: Play) -> None:
    tracker = await play("web_page")

    with pytest.raises(Later):
        await tracker.get("issue/2")


async def test_a_locked_door_waits_longer_than_a_busy_one(play: Play) -> None:
    locked = await play("wrong_password")
    busy = await play("too_fast")

    with pytest.raises(Later) as shut:
        await locked.get("issue")
    with pytest.raises(Later) as told:
        await busy.get("issue")

    assert shut.value.seconds == LOCKED_S
    assert told.value.seconds == 150


async def test_nobody_there_means_nothing_was_done() -> None:
    tracker = Rest("http://127.0.0.1:1/demo/", "linli", PASSWORD, 1.0)

    with pytest.raises(Later):
        await tracker.post("issue", {"title": "路灯不亮"})
    await tracker.close()


async def test_a_redirect_is_not_followed(play: Play) -> None:
    tracker = await play("redirect")

    with pytest.raises(Lost):
        await tracker.post("issue", {"title": "路灯不亮"})
