"""The bridge against a real roundup: exactly one issue for each ticket."""

import asyncio
import io
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random

import pytest
from PIL import Image

from bot.channels.channel import Later, Never, Unknown
from bot.channels.roundup import Roundup
from bot.channels.roundup.sending import AT_ONCE, PATIENCE, Patience
from config.pack.values import System
from config.terms import ChatKind, Language, PhotoId
from config.texts import Texts
from storage.messages import Chat, Incoming, Leave, Order, OrderChanged
from tests.emulators.proxy import (
    FAULTS,
    Fault,
    Proxy,
    Request,
    no_faults,
    weather,
)
from tests.peers.tracker import HASTE, PASSWORD, Tracker

pytestmark = [pytest.mark.peers, pytest.mark.timeout(120)]

STATUSES = {
    "unread": "reported",
    "in-progress": "accepted",
    "chatting": "accepted",
    "resolved": "resolved",
    "done-cbb": "closed",
}
QUICK = {Fault.UNANSWERED, Fault.HTML_LATE, Fault.STRAGGLES}
FEW = 5
MANY = 300
CREWS = 8


async def photo_bytes(photo: PhotoId) -> bytes:
    it = io.BytesIO()
    Image.new("RGB", (8, 8), (photo % 256, 0, 0)).save(it, "JPEG")
    return it.getvalue()


@dataclass
class Bridge:
    """The channel, the bad line it speaks through, and what it heard."""

    tracker: Tracker
    proxy: Proxy
    password: str = PASSWORD
    channels: list[Roundup] = field(default_factory=list)
    spoken: int = 0
    """Changes told so far that carry somebody's words, of any issue."""

    def __post_init__(self) -> None:
        self.channel = self.started()

    def started(self) -> Roundup:
        """A channel as after a start of the program: it knows nothing."""
        system = System(
            id="works",
            kind="roundup",
            url=self.tracker.url,
            statuses=STATUSES,
        )
        channel = Roundup(
            system,
            f"linli:{self.password}",
            photo_bytes,
            partial(Texts.load().say, Language.EN),
            answer_s=1.0,
            every_s=0.05,
            patience=HASTE,
        )
        self.channels.append(channel)
        return channel

    async def close(self) -> None:
        for channel in self.channels:
            await channel.close()

    async def hears(self, count: int, *issues: str) -> list[OrderChanged]:
        """Run the channel until it has told so much new of these issues.

        A tracker that others have filled is told of in portions.
        """
        heard = asyncio.Event()
        fresh: list[OrderChanged] = []

        async def receive(letters: Sequence[Incoming]) -> None:
            told = [it for it in letters if isinstance(it, OrderChanged)]
            self.spoken += sum(bool(it.words) for it in told)
            fresh.extend(it for it in told if it.order in issues)
            if len(fresh) >= count:
                heard.set()

        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(self.channel.run(receive))
            await heard.wait()
            running.cancel()
        return fresh

    async def delivers(self, order: Order, key: str) -> str:
        """Send as delivery does: again, until it is in."""
        for _ in range(200):
            try:
                return await self.channel.send(order, key)
            except Later as later:
                await asyncio.sleep(min(later.seconds, 0.3))
            except Unknown:
                await asyncio.sleep(0.1)
        raise AssertionError("never delivered")


@pytest.fixture
async def bridge(tracker: Tracker) -> AsyncIterator[Bridge]:
    async with _bridge(tracker) as made:
        yield made


@asynccontextmanager
async def _bridge(tracker: Tracker, **fields: str) -> AsyncIterator[Bridge]:
    proxy = Proxy(tracker.port, straggle_s=1.5)
    async with proxy.serving(tracker.door):
        made = Bridge(tracker, proxy, **fields)  # type: ignore[arg-type]
        yield made
        await made.close()


def order(
    reference: str, words: str = "三单元路灯不亮", **more: object
) -> Order:
    chat = Chat("orders-works", reference, ChatKind.ORDERS)
    fields = {"title": "路灯不亮", "status": "reported", **more}
    return Order(chat=chat, reference=reference, words=words, **fields)  # type: ignore[arg-type]


def only(tracker: Tracker, reference: str) -> dict[str, object]:
    found = [
        it
        for it in tracker.issues()
        if it["title"].startswith(f"[{reference}]")
    ]
    assert len(found) == 1
    return found[0]


async def test_a_ticket_becomes_one_issue_with_words_and_photo(
    bridge: Bridge, tracker: Tracker
) -> None:
    issue = await bridge.channel.send(
        order("a-1", photos=(PhotoId(1), PhotoId(2))), "letter-1"
    )

    found = only(tracker, "a-1")
    assert found["id"] == issue
    assert found["title"] == "[a-1] 路灯不亮"
    assert found["status.name"] == "unread"
    assert tracker.said(found) == ["三单元路灯不亮"]
    assert len(found["files"]) == 2  # type: ignore[arg-type]
    name = tracker.ask(f"file/{found['files'][0]}")["attributes"]["name"]  # type: ignore[index]
    assert name == "a-1.photo-1.jpg"


async def test_the_same_letter_again_changes_nothing(
    bridge: Bridge, tracker: Tracker
) -> None:
    first = await bridge.channel.send(order("b-1"), "letter-1")
    await bridge.channel.send(order("b-1", "还没修"), "letter-2")
    tracker.staff_changes(first, "in-progress")

    again = await bridge.channel.send(order("b-1"), "letter-1")
    bridge.channel = bridge.started()
    after_restart = await bridge.channel.send(order("b-1"), "letter-1")

    assert first == again == after_restart
    found = only(tracker, "b-1")
    assert tracker.said(found) == ["三单元路灯不亮", "还没修"]
    assert found["status.name"] == "in-progress"


async def test_a_later_letter_moves_the_issue_and_adds_to_it(
    bridge: Bridge, tracker: Tracker
) -> None:
    await bridge.channel.send(order("c-1"), "letter-1")

    resolved = order("c-1", "换了灯泡", status="resolved", was="reported")
    await bridge.channel.send(resolved, "letter-2")
    await bridge.channel.send(order("c-1", "谢谢", status=""), "letter-3")

    found = only(tracker, "c-1")
    assert found["status.name"] == "resolved"
    assert tracker.said(found) == ["三单元路灯不亮", "换了灯泡", "谢谢"]


async def test_what_the_office_moved_meanwhile_stays_moved(
    bridge: Bridge, tracker: Tracker
) -> None:
    issue = await bridge.channel.send(order("d-1"), "letter-1")
    tracker.staff_changes(issue, "resolved")

    accepted = order("d-1", "已受理", status="accepted", was="reported")
    await bridge.channel.send(accepted, "letter-2")

    found = only(tracker, "d-1")
    assert found["status.name"] == "resolved"
    assert tracker.said(found) == ["三单元路灯不亮", "已受理"]


async def test_somebody_elses_change_at_the_same_moment_is_kept(
    bridge: Bridge, tracker: Tracker
) -> None:
    issue = await bridge.channel.send(order("e-1"), "letter-1")
    disturbed: list[Request] = []

    async def disturb(request: Request) -> Fault:
        if request.method == "PATCH" and not disturbed:
            disturbed.append(request)
            tracker.staff_changes(issue, "in-progress", "这就去")
        return Fault.NONE

    bridge.proxy.plan = disturb
    await bridge.channel.send(order("e-1", "快点", status=""), "letter-2")

    found = only(tracker, "e-1")
    assert found["status.name"] == "in-progress"
    assert sorted(tracker.said(found)) == ["三单元路灯不亮", "快点", "这就去"]


async def test_a_renamed_issue_is_found_and_a_neighbour_is_not(
    bridge: Bridge, tracker: Tracker
) -> None:
    one = await bridge.channel.send(order("f-1"), "letter-1")
    twelve = await bridge.channel.send(order("f-12"), "letter-2")
    tracker.staff_changes(one, "unread", title="see [f-12], same lamp")
    bridge.channel = bridge.started()

    await bridge.channel.send(order("f-1", "一", status=""), "letter-3")
    await bridge.channel.send(order("f-12", "二", status=""), "letter-4")

    issues = {it["id"]: it for it in tracker.issues()}
    assert tracker.said(issues[one])[1:] == ["一"]
    assert tracker.said(issues[twelve])[1:] == ["二"]


async def test_the_offices_changes_are_news_once_and_ours_are_none(
    bridge: Bridge, tracker: Tracker
) -> None:
    quiet = await bridge.channel.send(order("g-1"), "letter-1")
    loud = await bridge.channel.send(order("g-2"), "letter-2")
    accepted = order("g-1", "已受理", status="accepted", was="reported")
    await bridge.channel.send(accepted, "letter-3")
    tracker.staff_changes(loud, "resolved", "换好了", title="renamed")

    heard = await bridge.hears(1, quiet, loud)

    assert [(it.order, it.status, it.words) for it in heard] == [
        (loud, "resolved", "换好了")
    ]
    assert heard[0].chat.address == "g-2"
    assert heard[0].chat.kind is ChatKind.ORDERS
    tracker.staff_changes(loud, "done-cbb")
    again = await bridge.hears(1, quiet, loud)
    assert [(it.order, it.status, it.words) for it in again] == [
        (loud, "closed", "")
    ]
    assert again[0].message == heard[0].message
    assert again[0].at >= heard[0].at
    assert again[0].key != heard[0].key


async def test_the_first_look_asks_little_however_much_there_is(
    bridge: Bridge, tracker: Tracker
) -> None:
    count = 12
    issues = [
        await bridge.channel.send(order(f"m-{number}"), f"letter-{number}")
        for number in range(count)
    ]
    for issue in issues[:2]:
        tracker.staff_changes(issue, "in-progress", "下午去看")
    bridge.channel = bridge.started()
    before = bridge.proxy.seen.total()
    heard = await bridge.hears(count, *issues)

    asked = bridge.proxy.seen.total() - before
    told = {it.order: (it.chat.address, it.words) for it in heard}
    assert told.keys() == set(issues)
    assert told[issues[0]] == ("m-0", "下午去看")
    assert told[issues[5]] == ("m-5", "")
    assert asked <= bridge.spoken + 6


async def test_after_a_restart_the_same_state_has_the_same_key(
    bridge: Bridge, tracker: Tracker
) -> None:
    issue = await bridge.channel.send(order("h-1"), "letter-1")
    tracker.staff_changes(issue, "resolved", "好了")
    first = await bridge.hears(1, issue)

    bridge.channel = bridge.started()
    second = await bridge.hears(1, issue)

    assert first == second
    assert first[0].key == second[0].key


async def test_a_wrong_password_waits_for_a_person(tracker: Tracker) -> None:
    async with _bridge(tracker, password="guessed") as bridge:  # noqa: S106
        with pytest.raises(Later) as waits:
            await bridge.channel.send(order("i-1"), "letter-1")
        findings = await bridge.channel.check()

    assert waits.value.seconds >= 60
    assert [it.ok for it in findings] == [False]
    assert "guessed" not in f"{findings}{waits.value!r}{vars(bridge.channel)}"


async def test_the_check_says_who_what_and_which_words(bridge: Bridge) -> None:
    findings = await bridge.channel.check()

    said = "\n".join(it.words for it in findings)
    assert all(it.ok for it in findings), said
    assert "linli" in said
    assert "issue" in said
    assert "in-progress" in said


async def test_a_tracker_that_is_away_holds_nobody_up(
    bridge: Bridge,
) -> None:
    async def plan(_: Request) -> Fault:
        return Fault.REFUSED

    bridge.proxy.plan = plan
    for number in range(PATIENCE):
        with pytest.raises(Later):
            await bridge.channel.send(order(f"m-{number}"), "letter-1")
    asked = bridge.proxy.seen.total()

    with pytest.raises(Later, match="away"):
        await bridge.channel.send(order("m-9"), "letter-1")
    assert bridge.proxy.seen.total() == asked

    bridge.proxy.plan = no_faults
    await bridge.delivers(order("m-9"), "letter-1")


async def test_a_slow_tracker_takes_few_letters_at_once(
    bridge: Bridge,
) -> None:
    bridge.proxy.latency_s = 0.05
    waited: list[str] = []

    async def bring(reference: str) -> None:
        try:
            await bridge.channel.send(order(reference), "letter-1")
        except (Later, Unknown) as no:
            waited.append(str(no))

    async with asyncio.TaskGroup() as tasks:
        for number in range(AT_ONCE + 3):
            tasks.create_task(bring(f"n-{number}"))

    assert waited.count("others are being brought there") == 3


async def test_an_issue_that_was_taken_away_is_made_anew(
    bridge: Bridge, tracker: Tracker
) -> None:
    first = await bridge.channel.send(order("o-1"), "letter-1")
    tracker.retires(first)
    bridge.channel = bridge.started()

    second = await bridge.delivers(order("o-1", "还没修"), "letter-2")

    assert second != first
    assert tracker.said(only(tracker, "o-1")) == ["还没修"]


async def test_only_orders_are_taken(bridge: Bridge) -> None:
    with pytest.raises(Never):
        await bridge.channel.send(Leave(chat=order("j-1").chat), "letter-1")


@pytest.mark.parametrize(
    "fault",
    [
        it
        if it in QUICK
        else pytest.param(it, marks=pytest.mark.slow, id=it.name)
        for it in FAULTS
    ],
)
async def test_a_fault_at_the_decisive_moment_makes_one_issue(
    bridge: Bridge, tracker: Tracker, fault: Fault
) -> None:
    reference = f"k-{fault.name.lower().replace('_', '')}"
    hit: list[Request] = []

    async def plan(request: Request) -> Fault:
        if "@poe/" in request.path and not hit:
            hit.append(request)
            return fault
        return Fault.NONE

    bridge.proxy.plan = plan
    await bridge.delivers(order(reference), "letter-1")
    await asyncio.sleep(
        bridge.proxy.straggle_s if "STRAG" in fault.name else 0
    )

    assert hit
    assert tracker.said(only(tracker, reference)) == ["三单元路灯不亮"]


@pytest.mark.parametrize("fault", [Fault.SILENT_LATE, Fault.STRAGGLES])
async def test_a_kill_at_the_decisive_moment_makes_one_issue(
    bridge: Bridge, tracker: Tracker, fault: Fault
) -> None:
    reference = f"l-{fault.name.lower().replace('_', '')}"
    hit: list[Request] = []

    async def plan(request: Request) -> Fault:
        if "@poe/" in request.path and not hit:
            hit.append(request)
            return fault
        return Fault.NONE

    bridge.proxy.plan = plan
    with pytest.raises(Unknown):
        await bridge.channel.send(order(reference), "letter-1")
    bridge.channel = bridge.started()
    await bridge.delivers(order(reference), "letter-1")

    assert tracker.said(only(tracker, reference)) == ["三单元路灯不亮"]


@pytest.mark.parametrize(
    "count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)]
)
@pytest.mark.timeout(900)
async def test_in_bad_weather_each_ticket_is_one_issue_in_order(
    bridge: Bridge,
    tracker: Tracker,
    count: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seed = 20261122
    lot = Random(seed)  # noqa: S311
    places = asyncio.Semaphore(CREWS)
    bridge.proxy.plan = weather(seed, 0.12)
    started = asyncio.get_running_loop().time()

    async def live(reference: str) -> None:
        letters = [
            order(reference, "报", photos=(PhotoId(1),)),
            order(reference, "补", status=""),
            order(reference, "办", status="resolved", was="reported"),
        ]
        async with places:
            for number, letter in enumerate(letters):
                if lot.random() < 0.05:
                    bridge.channel = bridge.started()
                await bridge.delivers(letter, f"{reference}/{number}")

    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(live(f"w{count}-{number}"))
    took = asyncio.get_running_loop().time() - started

    issues = [
        it for it in tracker.issues() if it["title"].startswith(f"[w{count}-")
    ]
    titles = Counter(it["title"] for it in issues)
    disorder = [it for it in issues if tracker.said(it) != ["报", "补", "办"]]
    unmoved = [it for it in issues if it["status.name"] != "resolved"]
    hung_twice = [
        it for it in issues if len(it["messages"]) != len(set(it["messages"]))
    ]
    pictures = [it for it in issues if len(it["files"]) != 1]
    requests = bridge.proxy.seen.total()
    with capsys.disabled():
        print(  # noqa: T201
            f"\nbridge: {count} tickets, {3 * count} letters in {took:.0f} s,"
            f" {requests - bridge.proxy.seen[Fault.NONE]} faults in"
            f" {requests} requests, seed {seed}:"
            f" missing {count - len(titles)},"
            f" duplicates {len(issues) - len(titles)},"
            f" order violations {len(disorder)};"
            f" the tracker hung a note twice: {len(hung_twice)}"
        )
    assert len(titles) == count
    assert len(issues) == count
    assert not disorder
    assert not unmoved
    assert not pictures


def test_haste_that_would_double_an_issue_is_refused() -> None:
    with pytest.raises(ValueError, match="settled"):
        Patience(fresh_s=20.0, link_s=20, settled_s=40.0)
