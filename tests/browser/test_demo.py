"""The real program, started as people start it, used as people use it."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import Looker
from tests.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

HOUSE = Path(__file__).parents[2]
START_S = 60


@asynccontextmanager
async def program(data: Path) -> AsyncIterator[str]:
    """Start the demo on a folder; yield the address that it prints."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo"),
        *("--port", "0", "--data", str(data)),
        cwd=HOUSE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert started.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            address = await started.stdout.readline()
        yield address.decode().strip().rstrip("/")
    finally:
        started.terminate()
        async with asyncio.timeout(START_S):
            await started.communicate()
    assert started.returncode == 0


@pytest.fixture
async def demo(browser: Browser, tmp_path: Path) -> AsyncIterator[Looker]:
    async with program(tmp_path) as address:
        looker = Looker(browser, address)
        yield looker
    assert looker.complaints == []


async def _says(page: Page, text: str) -> None:
    await page.wait_for_selector("#line.on")
    await page.fill("#text", text)
    await page.click("#send")


def _bots(page: Page, words: str) -> Locator:
    return page.locator(".message.bot", has_text=words).last


async def test_a_matter_goes_from_photo_to_rated_closing(
    demo: Looker,
) -> None:
    async with (
        demo.opens("/?me=wang#g1") as wang,
        demo.opens("/?me=lin#lin", phone=True) as lin,
    ):
        await wang.wait_for_selector("#line.on")
        before = int(await wang.locator(".lane.open .n").inner_text())
        await wang.set_input_files(
            "#files",
            {
                "name": "cover.jpg",
                "mimeType": "image/jpeg",
                "buffer": picture(),
            },
        )
        await wang.wait_for_selector("#previews li.ready")
        await _says(wang, "3号楼门口的井盖坏了")
        answer = _bots(wang, "3号楼")
        await expect(answer).to_contain_text("林工")
        said = await answer.inner_text()
        number = re.search(r"工单 (\d+)", said)
        assert number is not None, said
        await expect(wang.locator(".lane.open .n")).to_have_text(
            str(before + 1)
        )

        order = _bots(lin, f"工单 {number[1]} · 待受理")
        await expect(order).to_contain_text("王阿姨")
        await order.get_by_role("button", name="受理", exact=True).click()
        await expect(_bots(lin, "办理中")).to_be_visible()
        await _says(lin, f"办结 {number[1]} 井盖换好了")

        await wang.click('.chat-row[data-chat="wang"]')
        asked = _bots(wang, "井盖换好了")
        await asked.get_by_role("button", name="解决了", exact=True).click()
        stars = wang.get_by_role("button", name="★★★★★", exact=True)
        await stars.last.click()
        await expect(_bots(wang, "谢谢评价")).to_be_visible()
        slip = wang.locator(".lane.closed .slip").first
        await expect(slip.locator(".number")).to_have_text(number[1])
        page = await slip.get_attribute("href")

    assert page is not None
    async with demo.opens(page) as public:
        words = await public.locator("main").inner_text()
    assert "居民确认办好了" in words
    assert "井盖换好了" in words
    assert "王阿姨" not in words


async def test_the_worker_is_told_when_the_clock_moves_past_a_limit(
    demo: Looker,
) -> None:
    async with demo.opens("/?me=lin#lin") as lin:
        await lin.wait_for_selector("#line.on")
        reminders = lin.locator(".message.bot", has_text="超时：工单")
        before = await reminders.count()
        await lin.click('[data-by="1d"]')
        await expect(lin.locator("#notice")).to_contain_text("时间拨到了")
        # who starts this at night hears of it in the morning
        for _ in range(2):
            await lin.click('[data-by="8h"]:enabled')
        await expect(reminders.nth(before)).to_be_visible()


async def test_the_demo_goes_on_where_it_stopped(
    browser: Browser, tmp_path: Path
) -> None:
    async with program(tmp_path) as address:
        looker = Looker(browser, address)
        async with looker.opens("/?me=wang#g1") as page:
            await page.wait_for_selector("#line.on")
            clock = page.locator(".clock time")
            today = ((await clock.text_content()) or "?").split()[0]
            await page.click('[data-by="7d"]')
            await expect(clock).not_to_contain_text(today)
            await _says(page, "大家好，我回来了")
            # the pending copy carries no id; the kept one does
            kept = page.locator(".message[data-id]", has_text="我回来了")
            day = await kept.locator("time").get_attribute("title")
    async with program(tmp_path) as address:
        looker = Looker(browser, address)
        async with looker.opens("/?me=wang#g1") as page:
            await page.wait_for_selector("#line.on")
            clock = page.locator(".clock time")
            await expect(clock).to_contain_text((day or "?").split(" ")[0])
            mine = page.locator(".message.mine", has_text="我回来了")
            await expect(mine).to_have_count(1)


async def test_a_visitor_tries_what_is_offered(demo: Looker) -> None:
    async with demo.opens("/?me=wang#g1", phone=True) as page:
        await page.wait_for_selector("#line.on")
        offered = page.locator("#tries button")
        await expect(offered).to_have_count(3)
        await offered.first.click()
        await page.click("#send")
        await expect(page.locator("#tries")).to_be_hidden()
        await expect(_bots(page, "地点：1号楼门口")).to_contain_text("林工")
