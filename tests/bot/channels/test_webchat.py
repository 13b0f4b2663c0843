"""The web chat over real sockets: nothing lost, nothing twice, no peeking."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image
from sqlalchemy import Connection, insert

from bot.channels.channel import Gone, Never
from bot.channels.webchat import PHOTO_BYTES, WebChat
from bot.media import clean
from config.terms import ChatKind, LetterId, PhotoId
from storage import photos, schema
from storage.messages import (
    AnswerPress,
    Chat,
    Choice,
    Edit,
    Edited,
    MenuItem,
    Photo,
    Point,
    Pressed,
    Said,
    Say,
    SetMenu,
    Withdrawn,
)
from tests.bot.web.town import YUELAI, Town, photo, town

Frame = dict[str, Any]
GROUP = Chat("webchat", "g1", ChatKind.GROUP)


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[Town]:
    async with town(database_url) as built:
        yield built


@pytest.fixture
async def client(here: Town) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(here.app)) as opened:
        yield opened


class Page:
    """An open chat page, as its script behaves."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.seen: dict[str, int] = {}
        self.turns = count()

    async def hello(self, seen: dict[str, int] | None = None) -> Frame:
        await self.say(type="hello", seen=seen or {})
        welcome = await self.hears("welcome")
        for chat in welcome["chats"]:
            self.seen.setdefault(chat["address"], chat["seq"])
        return welcome

    async def say(self, **frame: object) -> None:
        await self.socket.send_json(frame)

    async def hears(self, *types: str) -> Frame:
        """Return the next frame of these types; the rest passes by."""
        while True:
            frame: Frame = await self.socket.receive_json(timeout=5)
            if frame["type"] in types:
                return frame

    async def posts(self, text: str, **more: object) -> Frame:
        client = more.pop("client", f"c{next(self.turns)}")
        chat = more.pop("chat", "g1")
        await self.say(
            type="post", chat=chat, text=text, client=client, **more
        )
        return await self.hears("taken", "declined")

    async def presses(self, message: str, key: str) -> Frame:
        await self.say(
            type="press", chat="g1", client="p1", id=int(message), token=key
        )
        return await self.hears("taken", "declined")


@asynccontextmanager
async def opened(
    client: TestClient[Any, Any],
    me: str,
    seen: dict[str, int] | None = None,
) -> AsyncIterator[Page]:
    origin = str(client.make_url("/")).rstrip("/")
    async with client.ws_connect(
        f"/chat/ws?me={me}", headers={"Origin": origin}
    ) as socket:
        page = Page(socket)
        await page.hello(seen)
        yield page


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0.01)


def letter(text: str, chat: Chat = GROUP, *choices: Choice) -> Say:
    return Say(chat=chat, text=text, choices=choices)


async def test_a_post_reaches_the_neighbours_and_the_core(
    here: Town, client: TestClient[Any, Any]
) -> None:
    async with (
        here.running(),
        opened(client, "wang") as wang,
        opened(client, "lin") as lin,
    ):
        taken = await wang.posts("@邻里 8号楼路灯不亮")
        news = await lin.hears("news")
        await until(lambda: len(here.core.heard) == 1)

    (message,) = news["messages"]
    assert message["text"] == "@邻里 8号楼路灯不亮"
    assert message["name"] == "王秀兰"
    (said,) = here.core.heard
    assert isinstance(said, Said)
    assert said.id == str(taken["id"])
    assert said.chat == GROUP
    assert said.sender.key == "webchat:wang"
    assert (said.text, said.addressed) == ("8号楼路灯不亮", True)


async def test_a_private_chat_is_private_to_the_core_too(
    here: Town, client: TestClient[Any, Any]
) -> None:
    async with here.running(), opened(client, "wang") as wang:
        await wang.posts("楼上漏水", chat="wang")
        await until(lambda: len(here.core.heard) == 1)

    (said,) = here.core.heard
    assert isinstance(said, Said)
    assert said.chat == Chat("webchat", "wang", ChatKind.PRIVATE)


async def test_a_repeated_post_is_kept_once(
    here: Town, client: TestClient[Any, Any]
) -> None:
    async with here.running(), opened(client, "wang") as wang:
        first = await wang.posts("井盖坏了", client="c1")
    async with here.running(), opened(client, "wang") as wang:
        again = await wang.posts("井盖坏了", client="c1")
        await wang.say(type="open", chat="g1")
        page = await wang.hears("page")
        await until(lambda: len(here.core.heard) > 0)

    keys = {message.key for message in here.core.heard}
    assert len(keys) == 1
    assert again["id"] == first["id"]
    assert len(page["messages"]) == 1


async def test_a_returning_page_misses_nothing_and_sees_nothing_twice(
    client: TestClient[Any, Any],
) -> None:
    async with opened(client, "chen") as chen:
        seen = dict(chen.seen)
    async with opened(client, "wang") as wang:
        lamp = await wang.posts("路灯坏了")
        await wang.posts("门也坏了")
        await wang.say(
            type="edit",
            chat="g1",
            client="e1",
            id=lamp["id"],
            text="8号楼路灯坏了",
        )
        await wang.hears("taken")

    async with opened(client, "chen", seen) as chen:
        news = await chen.hears("news")
        texts = [message["text"] for message in news["messages"]]
        seen["g1"] = max(m["changed"] for m in news["messages"])
    async with opened(client, "chen", seen) as chen:
        await chen.say(type="open", chat="g1")
        frame = await chen.hears("news", "page")

    assert texts == ["门也坏了", "8号楼路灯坏了"]
    assert frame["type"] == "page"


async def test_a_page_away_for_too_long_is_told_to_open_anew(
    here: Town, client: TestClient[Any, Any]
) -> None:
    async with opened(client, "chen") as chen:
        seen = dict(chen.seen)
    for turn in range(201):
        await here.chat.send(letter(f"第{turn}条"), f"l{turn}")

    async with opened(client, "chen", seen) as chen:
        stale = await chen.hears("stale", "news")

    assert (stale["type"], stale["chat"]) == ("stale", "g1")


async def test_strangers_neither_read_nor_write_nor_press(
    here: Town, client: TestClient[Any, Any]
) -> None:
    sent = await here.chat.send(letter("已登记 12 号"), "l1")
    async with opened(client, "sun") as sun:
        declined = [await sun.posts("让我进来")]
        declined.append(await sun.presses(sent, "tok"))
        for frame in ("open", "read"):
            await sun.say(type=frame, chat="g1", id=1, client="x")
        declined.append(await sun.hears("declined", "page"))
        await sun.say(type="open", chat="wang")
        declined.append(await sun.hears("declined", "page"))

    assert [frame["why"] for frame in declined] == ["forbidden"] * 4
    assert here.core.heard == []


async def test_nobody_changes_what_somebody_else_said(
    client: TestClient[Any, Any],
) -> None:
    async with opened(client, "wang") as wang, opened(client, "chen") as chen:
        said = await wang.posts("我家漏水")
        for deed in ({"type": "edit", "text": "没事"}, {"type": "withdraw"}):
            await chen.say(chat="g1", client="e", id=said["id"], **deed)
            declined = await chen.hears("declined")
            assert declined["why"] == "forbidden"


async def test_a_forged_origin_gets_no_line(
    client: TestClient[Any, Any],
) -> None:
    for headers in ({"Origin": "https://evil.example"}, {}):
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect("/chat/ws?me=wang", headers=headers)
        assert refused.value.status == 403


async def test_an_unknown_persona_is_closed_out(
    client: TestClient[Any, Any],
) -> None:
    origin = str(client.make_url("/")).rstrip("/")
    socket = await client.ws_connect(
        "/chat/ws?me=nobody", headers={"Origin": origin}
    )
    await socket.receive()

    assert socket.close_code == 4401


@pytest.mark.parametrize(
    ("text", "photos", "why"),
    [
        ("长" * 4001, (), "too-long"),
        ("   ", (), "empty"),
        ("看", ("0" * 64,) * 10, "too-many-photos"),
        ("看", ("0" * 64,), "forbidden"),
    ],
)
async def test_what_does_not_fit_is_declined_and_changes_nothing(
    here: Town,
    client: TestClient[Any, Any],
    text: str,
    photos: tuple[str, ...],
    why: str,
) -> None:
    async with here.running(), opened(client, "wang") as wang:
        declined = await wang.posts(text, photos=photos, client="c")
        assert (declined["type"], declined["why"]) == ("declined", why)
        await wang.posts("这条可以")
        await until(lambda: len(here.core.heard) == 1)


async def test_a_broken_frame_costs_nobody_the_line(
    client: TestClient[Any, Any],
) -> None:
    async with opened(client, "wang") as wang:
        for broken in ("{", '{"type":"fly"}', '{"type":"post","chat":7}'):
            await wang.socket.send_str(broken)
            declined = await wang.hears("declined")
            assert declined["why"] == "unreadable"
        taken = await wang.posts("还在吗")
        assert taken["type"] == "taken"


async def test_a_photo_is_uploaded_posted_handed_over_and_shown(
    here: Town, client: TestClient[Any, Any]
) -> None:
    original = photo()
    answer = await client.post("/chat/photos?me=wang", data=original)
    ref = (await answer.json())["ref"]
    before = await client.get(f"/media/{ref}?me=lin")
    async with here.running(), opened(client, "wang") as wang:
        await wang.posts("井盖坏了", photos=[ref])
        await until(lambda: len(here.core.heard) == 1)
    neighbour = await client.get(f"/media/{ref}?me=lin")
    stranger = await client.get(f"/media/{ref}?me=sun")

    (said,) = here.core.heard
    assert isinstance(said, Said)
    assert said.point == Point(31.5, 121.25)
    assert await here.chat.fetch(said.photos[0]) == await neighbour.read()
    assert (before.status, stranger.status) == (404, 404)
    assert neighbour.status == 200
    assert neighbour.content_type == "image/jpeg"
    assert neighbour.headers["X-Content-Type-Options"] == "nosniff"
    assert b"by the gate" in original
    assert not any(b"by the gate" in kept for kept in here.shelf.kept.values())


@pytest.mark.parametrize(
    ("content", "status", "why"),
    [
        (b"%PDF-1.7 invoice", 415, "not-a-photo"),
        (b"<svg onload=alert(1)>", 415, "not-a-photo"),
        (b"\xff\xd8\xff broken", 415, "broken-photo"),
        (b"\xff\xd8\xff" + bytes(PHOTO_BYTES), 413, "photo-too-large"),
    ],
)
async def test_what_is_no_photo_is_refused_with_its_reason(
    client: TestClient[Any, Any], content: bytes, status: int, why: str
) -> None:
    answer = await client.post(
        "/chat/photos?me=wang", data=io.BytesIO(content)
    )

    assert answer.status == status
    assert (await answer.json())["why"] == why


async def test_an_image_bomb_is_refused_like_any_broken_photo(
    here: Town, client: TestClient[Any, Any]
) -> None:
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    out.seek(0)

    answer = await client.post("/chat/photos?me=wang", data=out)

    assert answer.status == 415
    assert (await answer.json())["why"] == "broken-photo"
    assert here.shelf.kept == {}


async def test_another_site_cannot_upload_or_move_the_clock(
    here: Town, client: TestClient[Any, Any]
) -> None:
    before = here.now
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        for path in ("/chat/photos?me=wang", "/demo/clock?me=wang"):
            answer = await client.post(
                path, data={"by": "1h"}, headers=headers
            )
            assert answer.status == 403
    assert here.now == before


async def test_edits_and_withdrawals_are_handed_over_too(
    here: Town, client: TestClient[Any, Any]
) -> None:
    async with here.running(), opened(client, "wang") as wang:
        said = await wang.posts("路灯坏了")
        await until(lambda: len(here.core.heard) == 1)
        where = {"chat": "g1", "id": said["id"]}
        await wang.say(type="edit", client="e", text="8号楼路灯", **where)
        await wang.hears("taken")
        await until(lambda: len(here.core.heard) == 2)
        await wang.say(type="withdraw", client="w", **where)
        await wang.hears("taken")
        await until(lambda: len(here.core.heard) == 3)

    _, edited, withdrawn = here.core.heard
    assert isinstance(edited, Edited)
    assert (edited.text, edited.version) == ("8号楼路灯", "1")
    assert isinstance(withdrawn, Withdrawn)
    assert withdrawn.id == edited.id


async def test_a_reply_names_what_it_answers(
    here: Town, client: TestClient[Any, Any]
) -> None:
    asked = await here.chat.send(letter("在几楼？"), "l1")
    async with here.running(), opened(client, "wang") as wang:
        await wang.posts("三楼", quote=int(asked))
        await until(lambda: len(here.core.heard) == 1)

    (said,) = here.core.heard
    assert isinstance(said, Said)
    assert said.quote is not None
    assert (said.quote.message, said.quote.by_me) == (asked, True)


async def test_what_was_posted_before_a_crash_is_handed_over_at_start(
    here: Town, client: TestClient[Any, Any]
) -> None:
    async with opened(client, "wang") as wang:
        await wang.posts("着火了")
    here.core.failures = 2

    async with here.running():
        await until(lambda: len(here.core.heard) == 1)
    async with here.running():
        await asyncio.sleep(0)

    assert len(here.core.heard) == 1


async def test_a_press_is_the_viewers_own_and_is_answered_to_them_alone(
    here: Town, client: TestClient[Any, Any]
) -> None:
    sent = await here.chat.send(
        letter("修好了吗？", GROUP, Choice("修好了", "tok")), "l1"
    )
    async with (
        here.running(),
        opened(client, "wang") as wang,
        opened(client, "chen") as chen,
    ):
        await wang.presses(sent, "tok")
        (pressed,) = here.core.heard
        assert isinstance(pressed, Pressed)
        await here.chat.send(
            AnswerPress(chat=GROUP, press=pressed.id, text="谢谢您"), "l2"
        )
        notice = await wang.hears("notice")
        await chen.posts("我这边没有")
        frame = await chen.hears("notice", "news", "beat")

    assert pressed.sender.key == "webchat:wang"
    assert (pressed.token, pressed.message) == ("tok", sent)
    assert notice["text"] == "谢谢您"
    assert frame["type"] != "notice"


async def test_a_letter_sent_twice_is_one_message(
    here: Town, client: TestClient[Any, Any]
) -> None:
    async with opened(client, "wang") as wang:
        first = await here.chat.send(letter("已登记"), "letter-7")
        again = await here.chat.send(letter("已登记"), "letter-7")
        await wang.say(type="open", chat="g1")
        page = await wang.hears("page")

    assert first == again
    assert [message["text"] for message in page["messages"]] == ["已登记"]


async def test_what_another_process_says_is_brought_too(
    here: Town, client: TestClient[Any, Any]
) -> None:
    other = WebChat(here.db, here.shelf, clean, lambda: here.now)
    async with opened(client, "wang") as wang:
        await other.send(letter("已登记"), "l1")
        await here.chat.hub.bring_all()
        (message,) = (await wang.hears("news"))["messages"]

    assert message["text"] == "已登记"


async def test_the_bot_edits_what_it_said(
    here: Town, client: TestClient[Any, Any]
) -> None:
    sent = await here.chat.send(
        letter("确认？", GROUP, Choice("是", "y")), "l1"
    )
    async with opened(client, "wang") as wang:
        await here.chat.send(
            Edit(chat=GROUP, letter=LetterId(1), text="已确认", message=sent),
            "l2",
        )
        (message,) = (await wang.hears("news"))["messages"]

    assert (message["text"], message["choices"]) == ("已确认", [])


async def test_a_chats_own_menu_stands_over_the_default(
    here: Town, client: TestClient[Any, Any]
) -> None:
    def menu(chat: Chat, command: str) -> SetMenu:
        items = (MenuItem(command, "关于"),)
        return SetMenu(chat=chat, language="zh-CN", items=items)

    own = Chat("webchat", "wang", ChatKind.PRIVATE)
    everybody = Chat("webchat", "", ChatKind.PRIVATE)
    await here.chat.send(menu(own, "my"), "l1")
    await here.chat.send(menu(everybody, "help"), "l2")
    menus = {}
    for me in ("wang", "lin"):
        async with opened(client, me) as page:
            welcome = await page.hello()
        menus[me] = [
            item["command"]
            for chat in welcome["chats"]
            for item in chat["menu"]
        ]

    assert menus == {"wang": ["my"], "lin": ["help"]}


async def test_a_letter_to_nowhere_fails_for_good(here: Town) -> None:
    nowhere = Chat("webchat", "g99", ChatKind.GROUP)

    with pytest.raises(Gone):
        await here.chat.send(letter("在吗", nowhere), "l1")
    with pytest.raises(Never):
        await here.chat.send(
            Edit(chat=GROUP, letter=LetterId(1), text="", message="999"), "l2"
        )
    with pytest.raises(Never):
        await here.chat.fetch(Photo(ref="0" * 64))


async def test_history_comes_in_pages(
    here: Town, client: TestClient[Any, Any]
) -> None:
    for turn in range(50):
        await here.chat.send(letter(f"第{turn}条"), f"l{turn}")
    async with opened(client, "wang") as wang:
        await wang.say(type="open", chat="g1")
        newest = await wang.hears("page")
        await wang.say(
            type="open", chat="g1", before=newest["messages"][0]["id"]
        )
        oldest = await wang.hears("page")

    assert (len(newest["messages"]), newest["more"]) == (40, True)
    assert (len(oldest["messages"]), oldest["more"]) == (10, False)
    assert newest["messages"][-1]["text"] == "第49条"


async def test_unread_messages_are_counted_until_read(
    here: Town, client: TestClient[Any, Any]
) -> None:
    for turn in range(3):
        sent = await here.chat.send(letter(f"第{turn}条"), f"l{turn}")

    async def unread() -> int:
        async with opened(client, "wang") as wang:
            welcome = await wang.hello()
            await wang.say(type="read", chat="g1", id=int(sent))
            await wang.say(type="open", chat="g1")
            await wang.hears("page")
        return next(
            int(chat["unread"])
            for chat in welcome["chats"]
            if chat["address"] == "g1"
        )

    assert await unread() == 3
    assert await unread() == 0


async def test_an_erased_photo_goes_from_the_letters_that_showed_it(
    here: Town, client: TestClient[Any, Any]
) -> None:
    def keep(db: Connection) -> PhotoId:
        row = db.scalar(
            insert(schema.photo)
            .values(
                community_id=YUELAI,
                author_id="wang",
                state="kept",
                hash="a" * 64,
                created_at=here.now,
            )
            .returning(schema.photo.c.id)
        )
        assert row is not None
        return PhotoId(row)

    ref = await here.shelf.put(photo())
    assert ref != "a" * 64
    here.shelf.kept["a" * 64] = here.shelf.kept[ref]
    kept = await here.db.write(keep)
    own = Chat("webchat", "lin", ChatKind.PRIVATE)
    await here.chat.send(Say(chat=own, text="照片", photos=(kept,)), "l1")

    before = await client.get(f"/media/{'a' * 64}?me=lin")
    await here.db.write(
        lambda db: photos.erase(db, schema.photo.c.author_id == "wang")
    )
    after = await client.get(f"/media/{'a' * 64}?me=lin")

    assert (before.status, after.status) == (200, 404)
