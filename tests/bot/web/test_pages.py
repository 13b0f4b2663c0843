"""The public pages, logging in, the console: who sees what."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Connection, insert, update

from config.terms import PersonId
from storage import buttons, schema, seats
from tests.bot.web.town import MORNING, YUELAI, Town, town

HTML = {"Accept": "text/html"}


@pytest.fixture
async def here(sqlite_url: str) -> AsyncIterator[Town]:
    async with town(sqlite_url) as built:
        yield built


@pytest.fixture
async def client(here: Town) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(here.app)) as opened:
        yield opened


@pytest.fixture
async def strict(sqlite_url: str) -> AsyncIterator[Town]:
    """The same town outside the demo: nobody is anybody without a login."""
    async with town(sqlite_url, demo=False) as built:
        yield built


@pytest.fixture
async def visitor(strict: Town) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(strict.app)) as opened:
        yield opened


def _ticket(
    db: Connection, number: int, words: str, *, private: bool = False
) -> None:
    ticket = db.scalar(
        insert(schema.ticket)
        .values(
            community_id=YUELAI,
            number=number,
            code=f"code{number:06}",
            grid_id="g1",
            category="quarrel" if private else "lighting",
            private=private,
            opened_at=MORNING - timedelta(hours=2),
        )
        .returning(schema.ticket.c.id)
    )
    for kind in ("report", "question", "resolution"):
        db.execute(
            insert(schema.words).values(
                community_id=YUELAI,
                ticket_id=ticket,
                kind=kind,
                text=f"{kind}: {words}",
                at=MORNING,
            )
        )
    db.execute(
        insert(schema.event).values(
            community_id=YUELAI, ticket_id=ticket, at=MORNING, action="report"
        )
    )


def _login_code(db: Connection) -> None:
    buttons.put_code(
        db,
        "Abc123-once",
        YUELAI,
        "login",
        "wang",
        PersonId("wang"),
        MORNING,
        MORNING + timedelta(hours=1),
    )


async def test_a_ticket_page_tells_the_progress_and_masks_the_person(
    here: Town, client: TestClient[Any, Any]
) -> None:
    words = "8号楼2单元402门口灯不亮，电话13812345678<b>"
    await here.db.write(lambda db: _ticket(db, 1, words))

    answer = await client.get("/t/code000001")
    page = await answer.text()

    assert answer.status == 200
    assert "楼道照明" in page
    assert "第一网格" in page
    assert "收到居民反映" in page
    assert "report: 8号楼2单元***" in page
    assert "resolution: 8号楼" in page
    assert "question:" not in page
    assert "13812345678" not in page
    assert "<b>" not in page
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_private_ticket_shows_nothing_but_its_progress(
    here: Town, client: TestClient[Any, Any]
) -> None:
    await here.db.write(lambda db: _ticket(db, 2, "楼上太吵", private=True))

    page = await (await client.get("/t/code000002")).text()
    board = await (await client.get("/board?me=desk")).text()

    for shown in (page, board):
        assert "楼上太吵" not in shown
        assert "邻里纠纷" not in shown
        assert "第一网格" not in shown
    assert "已登记，等待受理" in page
    assert "不公开的事项" in board
    assert "code000002" not in board


async def test_a_ticket_page_names_nobody_who_reported(
    here: Town, client: TestClient[Any, Any]
) -> None:
    await here.db.write(lambda db: _ticket(db, 1, "我是王秀兰，灯不亮"))
    await here.db.write(
        lambda db: db.execute(update(schema.ticket).values(reporter_id="wang"))
    )

    page = await (await client.get("/t/code000001")).text()

    assert "王秀兰" not in page
    assert "灯不亮" in page


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("private", "收到居民反映"),
        ("relayed", "工作人员替居民登记"),
        ("patrol", "巡查发现"),
        ("hotline", "居民来电"),
        ("counter", "居民来访"),
    ],
)
async def test_what_no_group_heard_is_on_no_page(
    here: Town, client: TestClient[Any, Any], source: str, told: str
) -> None:
    words = "张阿姨: 灯不亮 王秀兰 13800138000"
    await here.db.write(lambda db: _ticket(db, 1, words))
    await here.db.write(
        lambda db: db.execute(
            update(schema.ticket).values(source=source, place="8号楼402门口")
        )
    )

    page = await (await client.get("/t/code000001")).text()

    assert told in page
    assert "8号楼***门口" in page
    assert "report: " not in page
    assert "resolution: " in page
    for secret in ("张阿姨", "王秀兰", "13800138000", "402"):
        assert secret not in page


async def test_a_private_page_tells_not_how_it_came(
    here: Town, client: TestClient[Any, Any]
) -> None:
    await here.db.write(lambda db: _ticket(db, 2, "打老婆", private=True))
    await here.db.write(
        lambda db: db.execute(
            update(schema.ticket).values(source="relayed", place="8号楼")
        )
    )

    page = await (await client.get("/t/code000002")).text()

    assert "8号楼" not in page
    assert "替居民" not in page


async def test_what_was_taken_back_is_shown_no_more(
    here: Town, client: TestClient[Any, Any]
) -> None:
    await here.db.write(lambda db: _ticket(db, 1, "灯不亮"))
    await here.db.write(
        lambda db: db.execute(
            insert(schema.event).values(
                community_id=YUELAI, ticket_id=1, at=MORNING, action="withdraw"
            )
        )
    )

    page = await (await client.get("/t/code000001")).text()

    assert "灯不亮" not in page


async def test_the_wall_shows_wishes_without_the_wisher(
    here: Town, client: TestClient[Any, Any]
) -> None:
    def fill(db: Connection) -> None:
        for number, status in enumerate(
            ("proposed", "open", "claimed", "declined", "withdrawn"), 1
        ):
            db.execute(
                insert(schema.wish).values(
                    community_id=YUELAI,
                    number=number,
                    status=status,
                    grid_id="g1",
                    kind="thing",
                    wisher_id="wang",
                    contact="王秀兰 13812345678",
                    public_text=f"折叠凳{number}，送到3单元402",
                    opened_at=MORNING,
                )
            )

    await here.db.write(fill)

    page = await (await client.get("/wishes")).text()
    elsewhere = await (await client.get("/wishes?grid=g2")).text()

    assert [n for n in range(1, 6) if f"折叠凳{n}" in page] == [2, 3]
    assert "<span>物品</span>" in page
    assert "例如：认领 2" in page, "one that can be claimed"
    assert "换个网格或类别看看" in elsewhere
    assert ">thing<" not in page
    for secret in ("王秀兰", "13812345678", "402"):
        assert secret not in page
    assert "折叠凳" not in elsewhere


async def test_the_wall_turns_its_pages(
    here: Town, client: TestClient[Any, Any]
) -> None:
    def fill(db: Connection) -> None:
        for number in range(1, 31):
            db.execute(
                insert(schema.wish).values(
                    community_id=YUELAI,
                    number=number,
                    status="open",
                    public_text=f"心愿第{number}件",
                    opened_at=MORNING,
                )
            )

    await here.db.write(fill)

    first = await (await client.get("/wishes")).text()
    second = await (await client.get("/wishes?before=7")).text()

    assert first.count("心愿第") == 24
    assert "before=7" in first
    assert second.count("心愿第") == 6
    assert "下一页" not in second


async def test_outside_the_demo_nobody_is_anybody_without_a_login(
    strict: Town, visitor: TestClient[Any, Any]
) -> None:
    front = await (await visitor.get("/?me=desk")).text()

    assert "登录链接" in front
    assert "#composer" not in front
    for path in ("/board?me=desk", "/media/" + "0" * 64 + "?me=desk"):
        assert (await visitor.get(path)).status == 401
    assert (await visitor.get("/console?me=desk")).status == 403
    clock = await visitor.post("/demo/clock?me=desk", data={"by": "1h"})
    assert clock.status == 404
    assert strict.now == MORNING


async def test_a_login_link_survives_its_preview_and_works_once(
    strict: Town, visitor: TestClient[Any, Any]
) -> None:
    await strict.db.write(_login_code)

    for _ in range(2):
        preview = await visitor.get("/login/Abc123-once")
        assert preview.status == 200
    entered = await visitor.post("/login/Abc123-once", allow_redirects=False)
    front = await (await visitor.get("/")).text()
    again = await visitor.post("/login/Abc123-once", allow_redirects=False)
    board = await visitor.get("/board")
    await visitor.post("/logout")
    after = await visitor.get("/board")

    assert entered.status == 303
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "王秀兰" in front or '"me":"wang"' in front
    assert again.status == 410
    assert (board.status, after.status) == (200, 401)


async def test_who_logs_in_for_the_first_time_sits_with_their_neighbours(
    strict: Town, visitor: TestClient[Any, Any]
) -> None:
    def come(db: Connection) -> None:
        db.execute(
            insert(schema.person).values(
                community_id=YUELAI, id="p7", name="新邻居", building="6号楼"
            )
        )
        buttons.put_code(
            db,
            "New456-once",
            YUELAI,
            "login",
            "p7",
            PersonId("p7"),
            MORNING,
            MORNING + timedelta(hours=1),
        )

    await strict.db.write(come)
    await visitor.post("/login/New456-once", allow_redirects=False)
    front = await (await visitor.get("/")).text()
    places = await strict.db.read(lambda db: seats.places(db, "yuelai-p7"))

    assert '"me":"yuelai-p7"' in front
    assert [place.address for place in places] == ["g1", "yuelai-p7"]


async def test_an_expired_login_code_and_session_open_nothing(
    strict: Town, visitor: TestClient[Any, Any]
) -> None:
    await strict.db.write(_login_code)
    await visitor.post("/login/Abc123-once", allow_redirects=False)

    strict.now += timedelta(days=31)
    late = await visitor.get("/board")
    await strict.db.write(
        lambda db: buttons.put_code(
            db,
            "Zyx987-late",
            YUELAI,
            "login",
            "wang",
            None,
            MORNING,
            MORNING + timedelta(hours=1),
        )
    )
    expired = await visitor.get("/login/Zyx987-late")

    assert late.status == 401
    assert expired.status == 410


@pytest.mark.parametrize("me", ["wang", "lin", "he", "nobody"])
async def test_the_console_is_for_the_desk_alone(
    here: Town, client: TestClient[Any, Any], me: str
) -> None:
    looked = await client.get(f"/console?me={me}")
    pressed = await client.post(
        f"/console?me={me}", data={"action": "drop-letter", "subject": "1"}
    )

    assert (looked.status, pressed.status) == (403, 403)
    assert here.deeds == []


async def test_the_desk_sees_what_waits_and_decides(
    here: Town, client: TestClient[Any, Any]
) -> None:
    def fill(db: Connection) -> None:
        db.execute(
            insert(schema.unanswered).values(
                community_id=YUELAI,
                text="充电棚什么时候建？<i>",
                same="x",
                first_at=MORNING,
                last_at=MORNING,
            )
        )
        db.execute(
            insert(schema.inbox).values(
                channel="telegram",
                account="bot",
                key="k",
                state="poison",
                attempts=5,
                body=b'{"text":"<script>alert(1)</script>"}',
                reason="no such field",
                created_at=MORNING,
            )
        )
        _ticket(db, 3, "灯不亮")

    await here.db.write(fill)

    page = await (await client.get("/console?me=desk")).text()
    done = await client.post(
        "/console?me=desk",
        data={"action": "retry-update", "subject": "1"},
        allow_redirects=False,
    )
    unknown = await client.post(
        "/console?me=desk", data={"action": "delete-all", "subject": "1"}
    )

    assert "充电棚什么时候建？&lt;i&gt;" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "no such field" in page
    assert done.status == 303
    assert here.deeds == [("desk", "retry-update", 1)]
    assert unknown.status == 400


async def test_the_desk_hands_out_a_link_to_a_new_resident(
    client: TestClient[Any, Any],
) -> None:
    form = {"person": "", "name": "新邻居", "building": "10号楼"}
    stranger = await client.post("/console/login?me=lin", data=form)
    page = await client.post("/console/login?me=desk", data=form)
    shown = await page.text()
    code = re.search(r"/login/([\w-]+)", shown)
    assert code is not None
    login = await client.get(f"/login/{code[1]}")

    assert stranger.status == 403
    assert page.headers["Cache-Control"] == "no-store"
    assert login.status == 200


async def test_a_desk_hands_out_no_link_for_a_desk_or_for_nobody(
    client: TestClient[Any, Any],
) -> None:
    for form in (
        {"person": "desk"},
        {"person": "nobody"},
        {"person": "", "name": "  "},
    ):
        page = await client.post(
            "/console/login?me=desk", data=form, allow_redirects=False
        )
        assert page.headers["Location"] == "/console?overtaken"


async def test_every_answer_carries_the_safe_headers(
    client: TestClient[Any, Any],
) -> None:
    for path in ("/", "/wishes", "/nowhere", "/static/linli.css", "/healthz"):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


async def test_errors_speak_plainly_in_the_readers_language(
    client: TestClient[Any, Any],
) -> None:
    chinese = await client.get("/nowhere", headers=HTML)
    english = await client.get("/nowhere?lang=en", headers=HTML)
    machine = await client.get("/nowhere")

    assert chinese.status == 404
    assert "没有这个页面" in await chinese.text()
    assert "There is no such page" in await english.text()
    assert await machine.json() == {"error": 404}


async def test_no_scripts_words_end_the_scripts_tag(
    client: TestClient[Any, Any],
) -> None:
    page = await (await client.get("/?me=wang")).text()
    setup = page.split('id="setup">')[1].split("</script>")[0]

    assert "<" not in setup


async def test_the_bot_speaks_the_language_of_the_page(
    here: Town, client: TestClient[Any, Any]
) -> None:
    async def language(me: str) -> str:
        found = await here.db.read(lambda db: seats.viewer(db, me))
        assert found is not None
        return found.language

    await client.get("/?me=lin")
    before = await language("lin")
    await client.get("/?me=wang&lang=en")
    await client.get("/?me=lin")
    during = [await language(me) for me in ("wang", "lin")]
    client.session.cookie_jar.clear()
    fresh = await (await client.get("/?me=lin")).text()

    assert before == ""
    assert during == ["en", "en"]
    assert 'lang="zh-CN"' in fresh
    assert await language("lin") == "zh-CN"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en-US,en;q=0.9", "en"),
        ("en-GB", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("fr;q=0.9, en;q=0.5, zh;q=0.7", "zh-CN"),
        ("fr,de;q=0.5", "zh-CN"),
        ("en;q=0, zh", "zh-CN"),
        ("en;q=x", "zh-CN"),
        ("*", "zh-CN"),
        (",;q=,,", "zh-CN"),
        ("", "zh-CN"),
    ],
)
@pytest.mark.parametrize("page", ["/", "/wishes", "/nowhere"])
async def test_a_page_speaks_what_the_browser_reads(
    client: TestClient[Any, Any], page: str, header: str, language: str
) -> None:
    got = await client.get(page, headers={**HTML, "Accept-Language": header})

    assert f'<html lang="{language}">' in await got.text()


async def test_what_was_chosen_outweighs_the_browser(
    client: TestClient[Any, Any],
) -> None:
    english = {"Accept-Language": "en"}
    await client.get("/wishes?lang=zh-CN", headers=english)

    later = await client.get("/wishes", headers=english)

    assert '<html lang="zh-CN">' in await later.text()
    assert "Accept-Language" in later.headers["Vary"]


async def test_health_tells_progress_and_not_just_life(
    here: Town, client: TestClient[Any, Any]
) -> None:
    clock = [100.0]
    here.site.health.seconds = lambda: clock[0]
    here.site.health.beat("delivery", within_s=30)

    alive = await client.get("/healthz")
    starting = await client.get("/readyz")
    here.site.health.ready = True
    ready = await client.get("/readyz")
    clock[0] += 31
    stuck = await client.get("/healthz")

    assert (alive.status, starting.status, ready.status) == (200, 503, 200)
    assert stuck.status == 503
    assert (await stuck.json())["stuck"] == {"delivery": 31.0}
    assert "python_info" in await (await client.get("/metrics")).text()
