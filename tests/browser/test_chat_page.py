"""The chat page in a real Chromium: phone, desk, keyboard, both languages."""

import asyncio
import re

import pytest
from playwright.async_api import FilePayload, Page, expect

from config.terms import ChatKind
from storage import schema
from storage.messages import (
    AnswerPress,
    Chat,
    Choice,
    MenuItem,
    Pressed,
    Said,
    Say,
    SetMenu,
)
from tests.bot.web.town import Town, photo
from tests.browser.conftest import Looker, posts

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

GROUP = Chat("webchat", "g1", ChatKind.GROUP)
NASTY = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}} ${7*7} </script><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>点我</a>",
    "＜script＞&lt;b&gt;粗&lt;/b&gt;",
)


async def _connected(page: Page) -> None:
    await page.wait_for_selector("#line.on")


async def _until_heard(here: Town, number: int) -> None:
    async with asyncio.timeout(8):
        while len(here.core.heard) < number:  # noqa: ASYNC110 - as in town
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
async def test_a_photo_report_goes_out_and_the_answer_is_pressed(
    here: Town, looker: Looker, *, phone: bool
) -> None:
    async with looker.opens("/?me=wang#g1", phone=phone) as page:
        await _connected(page)
        await page.set_input_files(
            "#files",
            {
                "name": "cover.jpg",
                "mimeType": "image/jpeg",
                "buffer": photo(size=(320, 240)),
            },
        )
        await page.wait_for_selector("#previews li.ready img")
        await page.fill("#text", "8号楼前的井盖坏了")
        await page.click("#send")
        mine = page.locator(".message.mine").last
        await expect(mine).to_contain_text("8号楼前的井盖坏了")
        await _until_heard(here, 1)
        (said,) = here.core.heard
        assert isinstance(said, Said)
        await here.chat.send(
            Say(
                chat=GROUP,
                text="12 号工单已登记。\n进展：" + looker.base + "/t/abcdef12",
                choices=(Choice("改分类", "tok"),),
                reply_to=said.id,
            ),
            "l1",
        )
        answer = page.locator(".message.bot").last
        await expect(answer).to_contain_text("12 号工单已登记")
        link = answer.locator("a")
        await expect(link).to_have_attribute(
            "href", looker.base + "/t/abcdef12"
        )
        await answer.get_by_role("button", name="改分类").click()
        await _until_heard(here, 2)
        shown = await mine.locator("img").evaluate("i => i.naturalWidth")

    pressed = here.core.heard[1]
    assert isinstance(pressed, Pressed)
    assert (pressed.token, pressed.sender.address) == ("tok", "wang")
    assert shown == 320


async def test_words_written_offline_go_out_once_when_the_line_is_back(
    here: Town, looker: Looker
) -> None:
    async with looker.opens("/?me=wang#g1") as page:
        await _connected(page)
        await page.context.set_offline(offline=True)
        await page.wait_for_selector("#line.off")
        await page.fill("#text", "路灯坏了")
        await page.press("#text", "Enter")
        await expect(page.locator("#pending .message")).to_have_count(1)
        await posts(here, "lin", "今天停电检修")
        await page.context.set_offline(offline=False)
        await _connected(page)
        await expect(page.locator("#pending .message")).to_have_count(0)
        await expect(page.locator("#log .message .text")).to_have_text(
            ["今天停电检修", "路灯坏了"]
        )

    texts = [m.text for m in here.core.heard if isinstance(m, Said)]
    assert sorted(texts) == sorted({"今天停电检修", "路灯坏了"})


async def test_words_unsent_when_the_page_closed_go_out_at_the_next_visit(
    looker: Looker,
) -> None:
    async with looker.opens("/?me=wang#g1") as page:
        await _connected(page)
        await page.context.set_offline(offline=True)
        await page.wait_for_selector("#line.off")
        await page.fill("#text", "电梯停了")
        await page.click("#send")
        await expect(page.locator("#pending .message")).to_have_count(1)
        await page.context.set_offline(offline=False)
        await page.reload()
        await _connected(page)
        await expect(page.locator("#log .message .text")).to_have_text(
            ["电梯停了"]
        )


async def _goes_offline_writing(page: Page, text: str) -> None:
    await page.context.set_offline(offline=True)
    await page.wait_for_selector("#line.off")
    await page.fill("#text", text)
    await page.click("#send")
    await expect(page.locator("#pending .message")).to_have_count(1)


async def _leaves(here: Town, address: str, chat: str) -> None:
    await here.db.write(
        lambda db: db.execute(
            schema.webchat_member.delete().where(
                schema.webchat_member.c.address == address,
                schema.webchat_member.c.chat == chat,
            )
        )
    )


async def test_words_that_are_not_taken_are_given_back(
    here: Town, looker: Looker
) -> None:
    async with looker.opens("/?me=wang#g1") as page:
        await _connected(page)
        await _goes_offline_writing(page, "我搬家了")
        await page.fill("#text", "新地址是")
        await _leaves(here, "wang", "g1")
        await page.context.set_offline(offline=False)
        await expect(page.get_by_role("alert")).to_have_text(
            "这里您不能这样做。"
        )
        both = "新地址是\n我搬家了"
        await expect(page.locator("#text")).to_have_value(both)
        await expect(page.locator("#pending .message")).to_have_count(0)
        await page.reload()
        await _connected(page)
        await expect(page.locator("#text")).to_have_value(both)


async def test_words_of_a_closed_page_that_are_not_taken_are_given_back(
    here: Town, looker: Looker
) -> None:
    async with looker.opens("/?me=wang#g1") as page:
        await _connected(page)
        await _goes_offline_writing(page, "我搬家了")
        await _leaves(here, "wang", "g1")
        await page.close()
        await page.context.set_offline(offline=False)
        again = await page.context.new_page()
        await again.goto(looker.base + "/?me=wang#g1")
        await expect(again.get_by_role("alert")).to_have_text(
            "这里您不能这样做。"
        )
        await expect(again.locator("#text")).to_have_value("我搬家了")
        await expect(again.locator("#pending .message")).to_have_count(0)


async def test_words_not_sent_yet_wait_in_their_chat(looker: Looker) -> None:
    async with looker.opens("/?me=wang#g1") as page:
        await _connected(page)
        await page.fill("#text", "楼道里")
        await page.locator('.chat-row[data-chat="wang"]').click()
        await expect(page.locator("#text")).to_have_value("")
        await page.fill("#text", "我的工单")
        await page.press("#text", "Enter")
        await page.reload()
        await _connected(page)
        await expect(page.locator("#text")).to_have_value("")
        await page.locator('.chat-row[data-chat="g1"]').click()
        await expect(page.locator("#text")).to_have_value("楼道里")


async def test_photos_that_do_not_fit_in_are_counted_before_sending(
    looker: Looker,
) -> None:
    picture = photo(size=(40, 30))
    chosen = [
        FilePayload(name=f"{n}.jpg", mimeType="image/jpeg", buffer=picture)
        for n in range(12)
    ]
    async with looker.opens("/?me=wang#g1", phone=True) as page:
        await _connected(page)
        await page.set_input_files("#files", chosen)
        await expect(page.get_by_role("alert")).to_contain_text("还有 3 张")
        await expect(page.locator("#previews li.ready")).to_have_count(9)
        await page.click("#send")
        sent = page.locator(".message.mine[data-id]").last
        await expect(sent.locator("img")).to_have_count(9)


async def test_what_must_be_read_stays_and_what_need_not_is_quiet(
    here: Town, looker: Looker
) -> None:
    def ended(text: str, *, alert: bool) -> AnswerPress:
        return AnswerPress(chat=GROUP, press="wang.c", text=text, alert=alert)

    async with looker.opens("/?me=wang#g1", phone=True) as page:
        await _connected(page)
        await here.chat.send(ended("好的", alert=False), "l1")
        await expect(page.locator("#notice")).to_have_text("好的")
        await expect(page.get_by_role("alert")).to_have_count(0)
        await here.chat.send(ended("这个按钮不是给您的。", alert=True), "l2")
        await expect(page.get_by_role("alert")).to_have_text(
            "这个按钮不是给您的。"
        )
        await expect(page.locator("#notice")).to_have_text("好的")


async def test_everything_can_be_done_by_keyboard(
    here: Town, looker: Looker
) -> None:
    await here.chat.send(
        Say(chat=GROUP, text="修好了吗？", choices=(Choice("修好了", "ok"),)),
        "l1",
    )
    async with looker.opens("/?me=wang#g1") as page:
        await _connected(page)
        await page.wait_for_selector(".message.bot")
        reached = []
        for _ in range(40):
            await page.keyboard.press("Tab")
            reached.append(
                await page.evaluate(
                    "() => { const e = document.activeElement; return e.id"
                    " || e.dataset.chat || e.dataset.by || e.textContent"
                    ".trim().slice(0, 20) || e.getAttribute('aria-label'); }"
                )
            )
            if reached[-1] == "修好了":
                await page.keyboard.press("Enter")
            if reached[-1] == "text":
                await page.keyboard.type("还没好")
                await page.keyboard.press("Enter")
            if reached[-1] == "send":
                break
        await _until_heard(here, 2)

    for stop in ("跳到输入框", "g1", "1h", "修好了", "attach", "text", "send"):
        assert stop in reached, reached
    kinds = {type(message) for message in here.core.heard}
    assert kinds == {Pressed, Said}


async def test_what_outsiders_type_stays_text_everywhere(
    here: Town, looker: Looker
) -> None:
    for text in NASTY:
        await posts(here, "chen", text)
        await here.chat.send(Say(chat=GROUP, text=text), f"l{text}")
    dialogs: list[str] = []
    async with looker.opens("/?me=wang#g1") as page:
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        await _connected(page)
        texts = page.locator("#log .message .text")
        await expect(texts).to_have_count(len(NASTY) * 2)
        shown = await texts.all_text_contents()
        made = await page.locator("#log script, #log b, #log [onload]").count()
        links = await page.locator("#log a").count()

    assert shown == [text for text in NASTY for _ in range(2)]
    assert (made, links, dialogs) == (0, 0, [])


async def test_one_replies_edits_and_takes_back(
    here: Town, looker: Looker
) -> None:
    await posts(here, "chen", "路灯坏了吗？")
    async with looker.opens("/?me=wang#g1") as page:
        page.on("dialog", lambda dialog: dialog.accept())
        await _connected(page)
        theirs = page.locator(".message.theirs").last
        await theirs.locator("summary").click()
        await theirs.get_by_role("button", name="回复").click()
        await page.keyboard.type("是的，坏了")
        await page.keyboard.press("Enter")
        mine = page.locator(".message.mine[data-id]").last
        await expect(mine.locator(".quote")).to_contain_text("路灯坏了吗？")
        await page.fill("#text", "还有一件")
        await mine.locator("summary").click()
        await mine.get_by_role("button", name="修改").click()
        await page.fill("#text", "是的，8号楼的坏了")
        await page.click("#send")
        await expect(mine.locator(".text")).to_have_text("是的，8号楼的坏了")
        await expect(mine).to_contain_text("已修改")
        await expect(page.locator("#text")).to_have_value("还有一件")
        await mine.locator("summary").click()
        await mine.get_by_role("button", name="撤回").click()
        await expect(mine).to_contain_text("您撤回了一条消息")


async def test_our_answer_repeats_nobodys_words(
    here: Town, looker: Looker
) -> None:
    said = await posts(here, "chen", "8号楼402漏水，电话13800138000")
    await here.chat.send(
        Say(chat=GROUP, text="收到", reply_to=str(said)), "l1"
    )
    async with looker.opens("/?me=wang#g1") as page:
        await _connected(page)
        quote = page.locator(".message.bot .quote").last
        await expect(quote).to_contain_text("回复")
        text = await quote.text_content()

    assert text is not None
    assert "陈伯" in text
    assert "402" not in text
    assert "13800138000" not in text


async def test_the_clock_moves_and_another_persona_is_one_click_away(
    looker: Looker,
) -> None:
    async with looker.opens("/?me=wang#g1") as page:
        await _connected(page)
        clock = page.locator(".clock time")
        await expect(clock).to_contain_text("08:30")
        await page.get_by_role("button", name="拨快 +8 小时").click()
        await expect(clock).to_contain_text("16:30")
        await page.get_by_role("link", name="林工 网格员").click()
        await _connected(page)
        await expect(page).to_have_url(re.compile(r"me=lin#g1$"))
        await expect(page.locator(".personas [aria-current]")).to_contain_text(
            "林工"
        )


async def test_a_command_is_picked_from_the_list(
    here: Town, looker: Looker
) -> None:
    own = Chat("webchat", "wang", ChatKind.PRIVATE)
    items = (MenuItem("my", "看我报的事"), MenuItem("help", "看能做什么"))
    await here.chat.send(
        SetMenu(chat=own, language="zh-CN", items=items), "l1"
    )
    async with looker.opens("/?me=wang#wang", phone=True) as page:
        await _connected(page)
        await page.get_by_role("button", name="能做什么").first.click()
        await page.get_by_role("button", name="看我报的事").click()
        await expect(page.locator("#text")).to_have_value("我的工单 ")
        await expect(page.locator("#text")).to_be_focused()
        await page.click("#send")
        await _until_heard(here, 1)

    (said,) = here.core.heard
    assert isinstance(said, Said)
    assert said.text == "我的工单"


async def test_the_page_speaks_english_too(looker: Looker) -> None:
    async with looker.opens("/?me=wang&lang=en#g1", phone=True) as page:
        await _connected(page)
        await page.fill("#text", " ")
        await page.click("#send")
        await expect(page.get_by_role("alert")).to_have_text(
            "Please write a few words or add a photo."
        )
        language = await page.evaluate("document.documentElement.lang")
        words = await page.locator("body").inner_text()

    assert language == "en"
    assert not re.search("发送|看板|网格员", words)
    assert "web-" not in words


async def test_other_peoples_news_is_counted_and_read(
    here: Town, looker: Looker
) -> None:
    async with looker.opens("/?me=desk#g1") as page:
        await _connected(page)
        await posts(here, "sun", "12号楼门禁坏了", chat="g2")
        row = page.locator('.chat-row[data-chat="g2"]')
        await expect(row.locator(".count")).to_have_text("1")
        await expect(page).to_have_title(re.compile(r"^\(1\)"))
        await row.click()
        await expect(page.locator("#log")).to_contain_text("12号楼门禁坏了")
        await expect(row.locator(".count")).to_have_count(0)
        await page.reload()
        await _connected(page)
        await expect(row.locator(".count")).to_have_count(0)


async def test_nothing_is_wider_than_the_phone(
    here: Town, looker: Looker
) -> None:
    await posts(here, "chen", "长" * 400 + "https://" + "a" * 300)
    for path in ("/?me=wang#g1", "/?me=desk", "/wishes", "/nowhere"):
        async with looker.opens(path, phone=True) as page:
            wide = await page.evaluate(
                "document.documentElement.scrollWidth"
                " > document.documentElement.clientWidth"
            )
            assert not wide, path
    looker.complaints[:] = [
        one for one in looker.complaints if "404" not in one
    ]


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
async def test_everything_is_large_enough_for_a_finger(
    here: Town, looker: Looker, *, phone: bool
) -> None:
    await posts(here, "wang", "早上好")
    await here.chat.send(
        Say(chat=GROUP, text="修好了吗？", choices=(Choice("修好了", "ok"),)),
        "l1",
    )
    async with looker.opens("/?me=wang#g1", phone=phone) as page:
        await _connected(page)
        await page.wait_for_selector(".message.bot")
        await page.set_input_files(
            "#files",
            {
                "name": "a.jpg",
                "mimeType": "image/jpeg",
                "buffer": photo(size=(320, 240)),
            },
        )
        await page.wait_for_selector("#previews li.ready img")
        small = await page.evaluate(
            """() => [...document.querySelectorAll(
                'button, summary, select, main a, nav a, textarea')]
              .filter(e => e.offsetParent && !e.classList.contains('quote'))
              .map(e => [e.outerHTML.slice(0, 80),
                         Math.round(e.getBoundingClientRect().width),
                         Math.round(e.getBoundingClientRect().height)])
              .filter(([, width, height]) => Math.min(width, height) < 44)"""
        )

    assert small == []


async def test_a_copied_answer_leads_back_from_anywhere(
    here: Town, looker: Looker
) -> None:
    await here.chat.send(
        Say(chat=GROUP, text="收到，工单 1。\n看进度：/t/abc-12"), "l1"
    )
    async with looker.opens("/?me=wang#g1") as page:
        await page.context.grant_permissions(
            ["clipboard-read", "clipboard-write"]
        )
        await _connected(page)
        answer = page.locator(".message.bot").last
        await answer.locator("summary").click()
        await answer.get_by_role("button", name="复制").click()
        copied = await page.evaluate("navigator.clipboard.readText()")

    assert copied == f"收到，工单 1。\n看进度：{looker.base}/t/abc-12"


async def test_a_screen_reader_hears_who_said_what(
    here: Town, looker: Looker
) -> None:
    await posts(here, "wang", "早上好")
    await posts(here, "chen", "王阿姨早")
    await here.chat.send(Say(chat=GROUP, text="大家好"), "l1")
    async with looker.opens("/?me=wang#g1", phone=True) as page:
        await _connected(page)
        await page.wait_for_selector(".message.bot")
        said = await page.locator("#live").aria_snapshot()

    for words in ("我 早上好", "王阿姨早", "邻里 大家好"):
        assert words in said, said


async def test_the_list_of_commands_follows_the_language_of_the_page(
    here: Town, looker: Looker
) -> None:
    own = Chat("webchat", "wang", ChatKind.PRIVATE)
    menu = SetMenu(
        chat=own, language="zh-CN", items=(MenuItem("my", "看我报的事"),)
    )
    await here.chat.send(menu, "l1")
    async with looker.opens("/?me=wang&lang=en#wang") as page:
        await _connected(page)
        await page.get_by_role("button", name="Commands").first.click()
        await page.get_by_role("button", name="List what I reported").click()
        await expect(page.locator("#text")).to_have_value("/my ")
