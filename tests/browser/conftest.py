"""A real Chromium before a real server, in one event loop with the test."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
)

from storage.seats import viewer
from tests.bot.web.town import Town, town

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LARGE = "--blink-settings=defaultFontSize=32"
"""What whoever needs letters twice as large sets in their browser."""
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 400, "height": 820}


@dataclass(eq=False)
class Looker:
    """Opens pages as people, and remembers every complaint of a page."""

    browser: Browser
    base: str
    complaints: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def opens(
        self, path: str, *, phone: bool = False, locale: str = "zh-CN"
    ) -> AsyncIterator[Page]:
        size = PHONE if phone else DESK
        context: BrowserContext = await self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            is_mobile=phone,
            has_touch=phone,
            locale=locale,
        )
        context.set_default_timeout(8_000)
        context.on(
            "weberror",
            lambda wrong: self.complaints.append(f"{wrong.error}"),
        )
        context.on("console", self._note)
        page = await context.new_page()
        await page.goto(self.base + path)
        try:
            yield page
        finally:
            await context.close()

    def _note(self, message: ConsoleMessage) -> None:
        # an unreachable server is what the offline tests are about
        if message.type == "error" and "ERR_INTERNET" not in message.text:
            self.complaints.append(message.text)


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """Start a browser; skip the test where there is none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium: apt-get install chromium fonts-noto-cjk")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=program, args=[*FLAGS, *flags]
        )
        yield launched
        await launched.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as launched:
        yield launched


@pytest.fixture
async def here(sqlite_url: str) -> AsyncIterator[Town]:
    """The demo town, its channel running."""
    async with town(sqlite_url) as built, built.running():
        yield built


@pytest.fixture
async def looker(browser: Browser, here: Town) -> AsyncIterator[Looker]:
    """Somebody with a browser before the town; complaints fail the test."""
    async with served(browser, here) as looker:
        yield looker


@asynccontextmanager
async def served(browser: Browser, here: Town) -> AsyncIterator[Looker]:
    """Open the town's pages to a browser."""
    runner = web.AppRunner(here.app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    looker = Looker(browser, f"http://{host}:{port}")
    try:
        yield looker
    finally:
        await runner.cleanup()
    assert looker.complaints == []


async def posts(here: Town, address: str, text: str, chat: str = "g1") -> int:
    """Let a neighbour say something without a browser."""
    who = await here.db.read(lambda db: viewer(db, address))
    assert who is not None
    return await here.post(who, chat, text)
