"""The other pages in a real Chromium: logging in, the console, the wall."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import Connection, insert

from config.terms import PersonId
from storage import buttons, faq, schema
from tests.bot.web.town import MORNING, YUELAI, Town, town
from tests.browser.conftest import LARGE, Looker, chromium, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

NASTY = (
    "<img src=x onerror=alert(1)>",
    "</p><script>alert(1)</script>",
    "{{7*7}} '\"><svg onload=alert(1)>",
)


def _fill(db: Connection) -> None:
    for number, text in enumerate(NASTY, 1):
        db.execute(
            insert(schema.wish).values(
                community_id=YUELAI,
                number=number,
                status="open",
                grid_id="g1",
                public_text=text,
                opened_at=MORNING,
            )
        )
        ticket = db.scalar(
            insert(schema.ticket)
            .values(
                community_id=YUELAI,
                number=10 + number,
                code=f"code{number:06}",
                category="lighting",
                grid_id="g1",
                opened_at=MORNING,
            )
            .returning(schema.ticket.c.id)
        )
        db.execute(
            insert(schema.words).values(
                community_id=YUELAI,
                ticket_id=ticket,
                kind="report",
                text=text,
                at=MORNING,
            )
        )
        db.execute(
            insert(schema.unanswered).values(
                community_id=YUELAI,
                text=text,
                same=f"s{number}",
                first_at=MORNING,
                last_at=MORNING,
            )
        )


async def test_the_desk_settles_a_question_with_one_press(
    here: Town, looker: Looker
) -> None:
    await here.db.write(_fill)
    async with looker.opens("/console?me=desk") as page:
        await page.get_by_role("button", name="已补充").first.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "社区工作台"
        )

    ((who, action, _),) = here.deeds
    assert (who, action) == ("desk", "answer-question")


async def test_the_desk_answers_a_question_with_two_presses(
    here: Town, looker: Looker
) -> None:
    await here.db.write(_fill)
    async with looker.opens("/console?me=desk") as page:
        asked = page.get_by_text("回答这一条")
        waiting = await asked.count()
        await asked.first.click()
        await page.get_by_label("新的答案").first.fill("带身份证到大厅。")
        await page.get_by_label("依据").first.fill("街道通知")
        await page.get_by_role("button", name="保存").first.click()
        await expect(asked).to_have_count(waiting - 1)

    (entry,) = await here.db.read(lambda db: faq.entries(db, YUELAI))
    assert entry.answer == "带身份证到大厅。"


async def test_a_login_link_opens_the_chat_once(
    browser: Browser, sqlite_url: str
) -> None:
    def issue(db: Connection) -> None:
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

    async with (
        town(sqlite_url, demo=False) as here,
        here.running(),
        served(browser, here) as looker,
    ):
        await here.db.write(issue)
        async with looker.opens("/login/Abc123-once", phone=True) as page:
            await page.get_by_role("button", name="进入").click()
            await page.wait_for_selector("#line.on", state="attached")
            await expect(page.locator(".demo")).to_have_count(0)
            await page.goto(looker.base + "/wishes")
            await page.goto(looker.base + "/")
            await page.wait_for_selector("#line.on", state="attached")
            await page.get_by_role("button", name="退出登录").click()
            await expect(page.locator("main")).to_contain_text("登录链接")


async def test_a_page_whose_session_ended_says_so(
    browser: Browser, sqlite_url: str
) -> None:
    async with (
        town(sqlite_url) as here,
        here.running(),
        served(browser, here) as looker,
        looker.opens("/?me=wang#g1") as page,
    ):
        await page.wait_for_selector("#line.on")
        await here.db.write(
            lambda db: db.execute(
                schema.person.update()
                .where(schema.person.c.id == "wang")
                .values(active=False)
            )
        )
        await page.context.set_offline(offline=True)
        await page.wait_for_selector("#line.off")
        await page.context.set_offline(offline=False)
        await expect(page.locator("#line")).to_have_text(
            "登录已过期，请重新打开登录链接"
        )


async def test_what_outsiders_typed_stays_text_on_every_page(
    here: Town, looker: Looker
) -> None:
    await here.db.write(_fill)
    dialogs: list[str] = []
    for path in (
        "/wishes",
        "/wishes?kind=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        *(f"/t/code{number:06}" for number in range(1, len(NASTY) + 1)),
        "/console?me=desk",
        "/console?me=desk&grid=%22%3E%3Csvg/onload=alert(1)%3E",
        "/?me=wang&lang=%22%3E%3Csvg/onload=alert(1)%3E",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
    ):
        async with looker.opens(path) as page:
            page.on("dialog", lambda dialog: dialogs.append(dialog.message))
            made = page.locator("main svg[onload], main img[onerror]")
            await expect(made).to_have_count(0)
            await expect(page.locator("main script")).to_have_count(0)

    assert dialogs == []
    looker.complaints[:] = [
        one for one in looker.complaints if "404" not in one
    ]


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
async def test_the_wall_is_filtered_and_read_in_english(
    here: Town, looker: Looker, *, phone: bool
) -> None:
    await here.db.write(_fill)
    async with looker.opens("/wishes?lang=en", phone=phone) as page:
        cards = page.locator(".wish")
        await expect(cards).to_have_count(len(NASTY))
        await page.select_option('select[name="grid"]', "g2")
        await page.get_by_role("button", name="Filter").click()
        await expect(cards).to_have_count(0)
        await expect(page.locator("main")).to_contain_text(
            "There are no wishes now."
        )


async def _beyond_the_edge(page: Page) -> list[str]:
    """Return what lies beyond the right edge and is not meant to."""
    found: list[str] = await page.evaluate(
        """() => {
          const edge = document.documentElement.clientWidth + 1;
          const meant = ".unseen, .tries, svg, thead";
          return [...document.querySelectorAll("body *")]
            .filter(e => !e.closest(meant))
            .filter(e => e.getBoundingClientRect().width)
            .filter(e => e.getBoundingClientRect().right > edge)
            .map(e => e.outerHTML.slice(0, 80));
        }"""
    )
    return found


async def test_the_console_is_read_on_a_phone(
    here: Town, looker: Looker
) -> None:
    await here.db.write(_fill)
    async with looker.opens("/console?me=desk", phone=True) as page:
        rows = page.get_by_role("row")
        await expect(rows.filter(has_text="楼道照明")).to_have_count(3)
        first = rows.filter(has_text="楼道照明").first
        narrow = await first.get_by_role("cell").evaluate_all(
            "cells => cells.filter(c => c.offsetHeight > 2 * 32).length"
        )

        assert await _beyond_the_edge(page) == []
        assert narrow == 0, "no word is squeezed into a column"


async def test_nothing_is_lost_when_letters_are_twice_as_large(
    here: Town,
) -> None:
    await here.db.write(_fill)
    pages = ("/?me=desk", "/?me=wang#g1", "/wishes", "/console?me=desk")
    paths = [*pages, "/t/code000001", "/login/abcdefgh"]
    async with chromium(LARGE) as browser, served(browser, here) as looker:
        for path in paths:
            for phone in (True, False):
                async with looker.opens(path, phone=phone) as page:
                    await page.wait_for_load_state("networkidle")
                    lost = await _beyond_the_edge(page)
                    assert lost == [], (path, phone)
        looker.complaints[:] = [
            one for one in looker.complaints if "410" not in one
        ]
