"""Days on Telegram: the cover, the upgrade, the album, the topic."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from bot.channels.telegram import Telegram
from bot.channels.telegram.webhook import HEADER, PATH
from config.terms import ChatKind
from storage import outbox, schema
from storage.database import Connection
from storage.messages import Chat, Say
from tests.emulators.botapi import Group
from tests.pictures import picture
from tests.telegram_town import SECRET, Serving, TelegramTown


def _tickets(db: Connection) -> int:
    return len(db.execute(schema.ticket.select()).all())


def _pictures(db: Connection) -> int:
    rows = db.execute(schema.photo.select()).mappings()
    return sum(bool(row["hash"]) for row in rows)


async def _count(story: Serving, what: Callable[[Connection], int]) -> int:
    return await story.core.database.read(what)


def _last(group: Group) -> str:
    return group.words[-1]


async def test_the_manhole_cover_on_telegram(
    database_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(database_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        group = town.groups["g1"]
        await story.opens("lin", "wang")

        report = wang.says(
            group, "3号楼门口井盖破了，快来换一下", photos=[picture(1)]
        )
        await story.settles()

        answer = group.heard[-1]
        assert "工单 1" in answer["text"]
        assert answer["reply_to_message"]["message_id"] == report["message_id"]
        assert "photo" in lin.private.heard[-1]

        await story.passes(timedelta(hours=23))
        assert "提醒" in lin.private.words[-1]

        card = lin.private.heard[1]
        press = lin.presses(card, "受理")
        await story.settles()
        assert press.answer is not None
        assert "已由林工受理" in wang.private.words[-1]

        lin.presses(card, "办结")
        await story.settles()
        lin.says(None, "新井盖已换好", photos=[picture(2)])
        await story.settles()
        told = next(m for m in wang.private.heard if "新井盖" in str(m))

        wang.presses(told, "解决了")
        await story.settles()
        wang.presses(wang.private.heard[-1], "★★★★★")
        await story.settles()
        wang.says(None, "真快")
        await story.settles()

        assert wang.private.words[-1] == "谢谢，记下了。"
        assert await _count(story, _tickets) == 1


@pytest.mark.parametrize(
    "signals",
    [
        "old new",
        "new old",
        "new",
        "old",
        "member new",
        "member old new",
        "old member",
    ],
)
async def test_the_group_is_upgraded_in_mid_ticket(
    sqlite_url: str, tmp_path: Path, signals: str
) -> None:
    async with (
        TelegramTown.built(kind="group") as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin, li = (town.people[n] for n in ("wang", "lin", "li"))
        small = town.groups["g1"]
        await story.opens("lin", "wang")
        wang.says(small, "3号楼门口井盖破了，快来换一下")
        await story.settles()
        assert "工单 1" in _last(small)

        big = lin.upgrades(small, signals)
        card = next(m for m in lin.private.heard if "井盖" in m["text"])
        lin.presses(card, "受理")
        await story.settles()
        li.says(big, "报事 1号楼门口路面塌了")
        await story.settles()

        assert "已由林工受理" in wang.private.words[-1]
        assert "工单 2" in _last(big)
        assert "第一网格" in _last(big)
        assert len(small.heard) == 1
        assert await _count(story, _tickets) == 2

        await story.passes(timedelta(days=2))
        bot = town.telegram.state.bot["id"]
        assert big.room.members[bot] == "member", "it stays where it belongs"


async def test_a_lost_upgrade_is_found_out_when_somebody_speaks_there(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built(kind="group") as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        small = town.groups["g1"]
        await story.opens("lin", "wang")
        big = lin.upgrades(small, "")

        wang.says(big, "早上好")
        wang.says(big, "报事 3号楼门口井盖破了")
        await story.settles()

        assert "工单 1" in _last(big)
        assert "第一网格" in _last(big)
        await story.passes(timedelta(days=2))
        bot = town.telegram.state.bot["id"]
        assert big.room.members[bot] == "member", "it stays where it belongs"


async def test_a_strangers_group_is_asked_about_once(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built(kind="group") as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang = town.people["wang"]
        strange = town.telegram.group("外人群", wang, kind="supergroup")
        for _ in range(3):
            wang.says(strange, "报事 3号楼门口井盖破了")
            await story.settles()

        assert strange.words == []
        asked = [
            call
            for call in town.telegram.calls
            if call.method == "sendChatAction"
        ]
        assert len(asked) == len(town.groups)
        assert await _count(story, _tickets) == 0


@pytest.mark.parametrize("signals", ["", "old", "new old", "old new member"])
async def test_an_answer_follows_the_group_that_was_upgraded_meanwhile(
    sqlite_url: str, tmp_path: Path, signals: str
) -> None:
    """No notice at all, or one that comes late: the refused send tells."""
    async with TelegramTown.built(kind="group") as town:
        wang, lin = town.people["wang"], town.people["lin"]
        small = town.groups["g1"]
        lin.says(None, "你好")
        report = wang.says(small, "3号楼门口井盖破了，快来换一下")
        big = lin.upgrades(small, signals)
        # Another message has the report's number there.
        other = dict(report, chat=town.telegram.state.chat(big.room))
        big.room.messages[report["message_id"]] = other

        async with town.served(sqlite_url, tmp_path) as story:
            await story.settles()
            wang.says(big, "报事 1号楼门口路面塌了")
            await story.settles()

            told = [text for text in big.words if "工单 1" in text]
            assert len(told) == 1
            assert "工单 2" in _last(big)
            answer = next(m for m in big.heard if "工单 1" in m["text"])
            assert "reply_to_message" not in answer
            assert await _count(story, _tickets) == 2


async def test_buttons_and_dialogues_move_along_with_the_group(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with TelegramTown.built(kind="group") as town:
        wang, lin = town.people["wang"], town.people["lin"]
        small = town.groups["g1"]
        async with town.served(sqlite_url, tmp_path) as story:
            await story.opens("lin", "wang")
            wang.says(small, "报事 3号楼门口井盖破了")
            await story.settles()
            lin.says(small, "办结 1")
            await story.settles()
        # The question is still on its way when the group moves.
        wang.says(small, "@linli_bot 门口井盖")
        big = lin.upgrades(small, "")

        async with town.served(sqlite_url, tmp_path) as story:
            await story.settles()
            press = wang.presses(big.heard[-1], 0)
            await story.settles()
            assert press.answer == {"text": "好的", "alert": False}
            assert "工单 2" in _last(big)

            wang.says(big, "@linli_bot 门口路灯")
            await story.settles()
            (button,) = big.heard[-1]["reply_markup"]["inline_keyboard"][0:1]
            old = wang.forges(small.heard[-1], button[0]["callback_data"])
            await story.settles()
            assert old.answer == {"text": "好的", "alert": False}

            lin.says(big, "@linli_bot 新井盖换好了")
            await story.settles()
            assert "新井盖换好了" in wang.private.words[-1]


async def test_the_album_across_a_restart(
    database_url: str, tmp_path: Path
) -> None:
    async with TelegramTown.built() as town:
        wang, group = town.people["wang"], town.groups["g1"]
        parts = [picture(n) for n in range(3)]

        async with town.served(database_url, tmp_path) as story:
            wang.says(group, photos=parts[:1], media_group_id="77")
            await story.settles()
            assert group.words == []
        wang.says(
            group,
            "3号楼楼道堆满垃圾",
            photos=parts[1:2],
            media_group_id="77",
        )
        async with town.served(database_url, tmp_path) as story:
            await story.settles()
            assert await _count(story, _tickets) == 1
        wang.says(group, photos=parts[2:], media_group_id="77")
        async with town.served(database_url, tmp_path) as story:
            await story.settles()

            assert await _count(story, _tickets) == 1
            assert await _count(story, _pictures) == 3
            assert sum("工单 1" in text for text in group.words) == 1


async def test_an_answer_stays_in_the_topic_of_its_question(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, group = town.people["wang"], town.groups["g1"]
        thread = group.opens_topic("报事")

        wang.says(group, "3号楼门口井盖破了", thread=thread)
        await story.settles()

        assert group.heard[0]["message_thread_id"] == thread


async def test_the_same_message_fifty_times_is_one_ticket(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with TelegramTown.built() as town:
        wang, group = town.people["wang"], town.groups["g1"]
        town.people["lin"].says(None, "你好")
        async with town.served(sqlite_url, tmp_path) as story:
            await story.settles()
        wang.says(group, "报事 3号楼门口井盖破了")
        (update,) = town.telegram.queue.pending
        town.telegram.queue.pending += [update] * 49

        for _ in range(2):
            async with town.served(sqlite_url, tmp_path) as story:
                await story.settles()
                assert await _count(story, _tickets) == 1
            town.telegram.queue.pending = [update] * 3

        assert len(group.heard) == 1


async def test_an_answer_whose_fate_is_unknown_comes_once_more_and_says_so(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, group = town.people["wang"], town.groups["g1"]
        await story.opens("lin")
        town.telegram.faults.lose("sendMessage", chat=group.id)

        wang.says(group, "报事 3号楼门口井盖破了")
        await story.settles()

        first, second = group.words
        assert first in second
        assert first != second
        delivered = town.telegram.state.delivered
        assert [d.answered for d in delivered if d.chat == group.id] == [
            False,
            True,
        ]


async def test_talk_leaves_no_trace(sqlite_url: str, tmp_path: Path) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, group = town.people["wang"], town.groups["g1"]
        for text in ("早上好", "今天天气不错", "晚上吃什么"):
            wang.says(group, text)
        wang.sends(group, "sticker")
        wang.sends(group, "voice")
        await story.settles()

        assert group.words == []
        seen = await story.core.database.read(
            lambda db: len(db.execute(schema.seen.select()).all())
        )
        assert seen == 0


async def test_a_notice_of_the_linked_channel_is_not_answered(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        group = town.groups["g1"]
        notices = town.telegram.channel("小镇通知")
        group.from_channel(notices, "报事 电话改成 0000-1234，3号楼路灯已修")
        notices.posts("报事 3号楼路灯坏了")
        await story.settles()
        assert group.words == []

        group.as_itself("报事 3号楼路灯坏了")
        await story.settles()
        assert _last(group).startswith("匿名身份不能报事")


async def test_a_contact_card_is_an_answer_to_whom_to_reach(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang = town.people["wang"]
        await story.opens("lin", "wang")
        wang.says(None, "许愿 想要一把折叠椅，3号楼")
        await story.settles()
        for _ in range(3):
            asked = wang.private.heard[-1]
            if "reply_markup" not in asked:
                break
            wang.presses(asked, 0)
            await story.settles()

        card = {"phone_number": "00005678", "first_name": "王", "user_id": 7}
        wang.says(None, contact=card)
        await story.settles()

        assert wang.private.words[-1].startswith("好的，联系方式只告诉")
        kept = await story.core.database.read(
            lambda db: db.execute(schema.wish.select()).mappings().one()
        )
        assert kept["contact"] == "王 00005678"


async def test_a_contact_card_is_never_the_words_of_a_report(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang = town.people["wang"]
        await story.opens("lin", "wang")
        card = {"phone_number": "00005678", "first_name": "报事 着火"}
        wang.says(None, contact=card)
        await story.settles()
        assert wang.private.words[-1].startswith("名片收到了")

        # a photo waits for its words, and goes on waiting
        wang.says(None, photos=[picture()])
        await story.settles()
        wang.says(None, contact=card)
        await story.settles()
        assert wang.private.words[-1].startswith("名片收到了")
        wang.says(None, "3号楼路灯坏了")
        await story.settles()
        assert wang.private.words[-1].startswith("收到，工单 1")

        # a reply says which ticket it is for
        wang.says(None, contact=card, reply_to=wang.private.heard[-1])
        await story.settles()
        assert "工单 1" in wang.private.words[-1]
        said = await story.core.database.read(
            lambda db: (
                db.execute(
                    select(schema.words.c.text).order_by(schema.words.c.id)
                )
                .scalars()
                .all()
            )
        )
        assert said == ["3号楼路灯坏了", "报事 着火 00005678"]


async def test_a_poison_update_waits_for_eyes_and_holds_up_nobody(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, group = town.people["wang"], town.groups["g1"]
        await story.opens("lin")
        town.telegram.queue.inject({"message": {"photo": [7]}})
        wang.says(group, "报事 3号楼门口井盖破了")
        await story.settles()

        assert "工单 1" in _last(group)
        rows = await story.core.database.read(
            lambda db: db.execute(schema.inbox.select()).mappings().all()
        )
        assert [row["state"] for row in rows] == ["poison"]
        assert b'"photo": [7]' in rows[0]["body"]


async def test_a_storm_of_letters_keeps_the_platforms_pace_and_its_order(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with TelegramTown.built() as town:
        town.channel = Telegram
        town.telegram.pace.on = True
        groups = [town.telegram.group(f"{n}") for n in range(20)]
        letters = [
            Say(
                chat=Chat("telegram", str(group.id), ChatKind.GROUP),
                text=f"第{part}条",
            )
            for part in range(3)
            for group in groups
        ]
        async with town.served(sqlite_url, tmp_path) as story:
            await story.core.database.write(
                lambda db: outbox.put(
                    db, [(one, None) for one in letters], None, town.clock.now
                )
            )
            await town.telegram.until(
                lambda: all(len(group.heard) == 3 for group in groups),
                seconds=15,
            )

        assert all(
            group.words == ["第0条", "第1条", "第2条"] for group in groups
        )
        calls = town.telegram.called("sendMessage")
        assert [call.status for call in calls] == [200] * 60


async def test_while_telegram_is_flooded_it_is_not_asked_by_every_chat(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with TelegramTown.built() as town:
        town.channel = Telegram
        groups = [town.telegram.group(f"{n}") for n in range(30)]
        letters = [
            Say(chat=Chat("telegram", str(group.id), ChatKind.GROUP), text="1")
            for group in groups
        ]
        town.telegram.faults.busy(2, "sendMessage", times=6)
        async with town.served(sqlite_url, tmp_path) as story:
            await story.core.database.write(
                lambda db: outbox.put(
                    db, [(one, None) for one in letters], None, town.clock.now
                )
            )
            await town.telegram.until(
                lambda: sum(bool(group.heard) for group in groups) == 24,
                seconds=15,
            )
            town.clock.passes(timedelta(seconds=10))
            await story.core.delivery.tick()
            await town.telegram.until(
                lambda: all(group.heard for group in groups), seconds=15
            )

        at = [call.at for call in town.telegram.called("sendMessage")]
        # a few are under way already when the third is refused
        assert sum(moment - at[0] < 1 for moment in at) <= 5


async def test_an_edit_that_nobody_can_see_tells_nobody(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        await story.opens("lin")
        report = wang.says(
            town.groups["g1"], "5号楼门口井盖破了", photos=[picture(1)]
        )
        await story.settles()
        before = lin.private.words

        wang.edits(report)
        await story.settles()
        assert lin.private.words == before

        wang.edits(report, "5号楼门口井盖丢了")
        await story.settles()
        assert "井盖丢了" in lin.private.words[-1]


async def test_a_position_completes_the_place(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        group = town.groups["g1"]
        await story.opens("lin")
        report = wang.says(group, "5号楼门口井盖破了")
        await story.settles()

        wang.points(group, 29.868336, 121.544211, reply_to=report)
        await story.settles()

        assert _last(group) == "已补充到工单 1。"
        assert "29.868336, 121.544211" in lin.private.words[-1]


async def test_a_position_alone_waits_for_its_words(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        await story.opens("lin")
        wang.points(None, 29.868336, 121.544211, "菜场")
        await story.settles()
        assert wang.private.words[-1].startswith("位置收到了")

        wang.says(None, "3号楼门口井盖破了")
        await story.settles()

        assert "工单 1" in wang.private.words[-1]
        assert "29.868336, 121.544211" in lin.private.words[-1]


@pytest.mark.parametrize(
    ("kind", "answer"), [("voice", "语音"), ("document", "文件")]
)
async def test_what_we_cannot_read_is_answered_where_we_are_spoken_to(
    sqlite_url: str, tmp_path: Path, kind: str, answer: str
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, group = town.people["wang"], town.groups["g1"]
        wang.sends(None, kind, name="a.pdf")
        wang.sends(group, kind, name="a.pdf")
        wang.sends(None, "sticker")
        await story.settles()
        assert len(wang.private.words) == 1
        assert answer in wang.private.words[0]
        assert group.words == []


def _played(group: Group, kind: str) -> list[str]:
    """Return the files of that kind that the bot has shown somewhere."""
    return [m[kind]["file_id"] for m in group.heard if kind in m]


async def test_a_voice_message_waits_for_its_words_and_goes_along(
    database_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(database_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        await story.opens("lin")
        voice = wang.sends(None, "voice")["voice"]["file_id"]
        await story.settles()
        assert wang.private.words[-1].startswith("语音收到了")

        wang.says(None, "3号楼门口井盖破了")
        await story.settles()
        assert "工单 1" in wang.private.words[-1]
        assert _played(lin.private, "voice") == [voice]

        lin.says(None, "转派 1 赵工")
        await story.settles()
        zhao = town.people["zhao"]
        zhao.starts("news")
        await story.settles()
        assert _played(zhao.private, "voice") == [voice]

        wang.says(None, "忘记我")
        await story.settles()
        wang.presses(wang.private.heard[-1], 0)
        await story.settles()
        rows = await story.core.database.read(
            lambda db: db.execute(schema.photo.select()).mappings().all()
        )
        assert [row["ref"] for row in rows] == [""]


@pytest.mark.parametrize("kind", ["video", "video_note", "animation"])
async def test_what_a_resident_filmed_reaches_the_worker(
    sqlite_url: str, tmp_path: Path, kind: str
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        group = town.groups["g1"]
        await story.opens("lin", "wang")
        report = wang.says(group, "报事 3号楼门口井盖破了")
        await story.settles()
        film = wang.sends(group, kind, reply_to=report)[kind]["file_id"]
        await story.settles()
        assert _last(group).startswith("已补充到工单 1，视频会转给网格员")
        assert _played(lin.private, kind) == [film]

        lin.presses(lin.private.heard[1], "办结")
        await story.settles()
        done = lin.sends(None, "video", text="换好了")["video"]["file_id"]
        await story.settles()
        assert _played(wang.private, "video") == [done]


async def test_an_album_of_films_is_one_ticket_with_all_of_them(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        group = town.groups["g1"]
        await story.opens("lin")
        films = []
        for text in ("", "3号楼门口井盖破了，快来换一下", ""):
            said = wang.sends(group, "video", text=text, media_group_id="9")
            films.append(said["video"]["file_id"])
            await story.settles()

        assert await _count(story, _tickets) == 1
        assert sorted(_played(lin.private, "video")) == sorted(films)


async def test_who_writes_english_in_an_english_app_reads_english(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        group = town.groups["g1"]
        emma = town.telegram.user("Emma", language="en")
        hua = town.telegram.user("华", language="en")
        for one in (emma, hua):
            group.room.members[one.id] = "member"
        hua.starts("news")
        hua.says(group, "@linli_bot 你好")
        emma.says(group, "@linli_bot what can you do")
        await story.settles()

        assert "您" in hua.private.words[0]
        assert "I can help" in _last(group)
        assert "我可以帮您" in group.words[0]


async def test_an_album_of_ten_is_one_saying(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, group = town.people["wang"], town.groups["g1"]
        await story.opens("lin")
        shown = [picture(n) for n in range(10)]
        for text in ("报事 3号楼楼道堆满垃圾", "报事 5号楼楼道堆满垃圾"):
            wang.says(group, text, photos=shown)
            await story.settles()

        assert len(group.words) == 2
        assert "工单 2" in _last(group)
        assert await _count(story, _pictures) == 20


async def test_an_album_of_the_repair_is_shown_to_the_resident(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        await story.opens("lin", "wang")
        wang.says(town.groups["g1"], "报事 3号楼门口井盖破了")
        await story.settles()
        lin.presses(lin.private.heard[1], "办结")
        await story.settles()
        before = len(lin.private.heard)
        lin.shows(None, [picture(n) for n in range(3)], "换好了")
        await story.settles()

        assert sum("photo" in m for m in wang.private.heard) == 3
        assert not any("photo" in m for m in lin.private.heard)
        assert len(lin.private.heard) == before + 1


async def test_danger_calls_whom_an_ordinary_letter_has_called_already(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Once in so many words, however often they are alarmed again."""
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, group = town.people["wang"], town.groups["g1"]
        wang.says(group, "报事 3号楼门口井盖破了")
        await story.settles()

        wang.says(group, "3号楼闻到煤气味")
        await story.settles()
        await story.passes(timedelta(minutes=11))

        calls = [text for text in group.words if "私聊" in text]
        lin = [text for text in calls if text.startswith("林")]
        assert ["危险" in text for text in lin] == [False, True]


async def test_who_unblocks_the_bot_reads_what_waited(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        group = town.groups["g1"]
        await story.opens("lin")
        lin.blocks_bot()
        await story.settles()

        wang.says(group, "3号楼门口井盖破了")
        await story.settles()
        assert not [text for text in lin.private.words if "井盖" in text]

        lin.unblocks_bot()
        await story.settles()
        assert "井盖" in lin.private.words[-1]


async def test_what_waited_for_days_is_not_given_up_at_the_first_hiccup(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        wang.says(town.groups["g1"], "3号楼门口井盖破了")
        await story.settles()
        await story.passes(timedelta(days=4))
        faults = town.telegram.faults
        faults.refuse("sendMessage", 502, "Bad Gateway", chat=lin.id, times=2)

        lin.starts("news")
        await story.settles()
        await story.passes(timedelta(minutes=1))
        await story.passes(timedelta(minutes=1))

        assert [text for text in lin.private.words if "井盖" in text]


async def test_a_block_that_nobody_told_of_loses_no_letter(
    sqlite_url: str, tmp_path: Path
) -> None:
    """The 403 is the first we hear of it."""
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        await story.opens("lin")
        lin.private.room.blocked = True

        wang.says(town.groups["g1"], "3号楼门口井盖破了")
        await story.settles()
        lin.private.room.blocked = False
        lin.starts("news")
        await story.settles()

        assert [text for text in lin.private.words if "井盖" in text]


async def test_thrown_out_and_taken_back_it_knows_its_grid(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, lin = town.people["wang"], town.people["lin"]
        group = town.groups["g1"]
        await story.opens("lin")
        lin.kicks_bot(group)
        await story.settles()
        lin.adds_bot(group)
        await story.settles()

        wang.says(group, "3号楼门口井盖破了")
        await story.settles()

        assert "工单 1" in _last(group)
        await story.passes(timedelta(days=2))
        bot = town.telegram.state.bot["id"]
        assert group.room.members[bot] == "member"


async def test_an_outage_of_the_platform_loses_nothing_and_keeps_order(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        TelegramTown.built() as town,
        town.served(sqlite_url, tmp_path) as story,
    ):
        wang, group = town.people["wang"], town.groups["g1"]
        await story.opens("lin")
        faults = town.telegram.faults
        faults.refuse("sendMessage", 502, "Bad Gateway", times=10_000)
        for number in (1, 3, 5):
            wang.says(group, f"报事 {number}号楼门口井盖破了")
        await story.passes(timedelta(minutes=20))
        assert group.words == []

        faults.waiting.clear()
        await story.passes(timedelta(minutes=20))

        told = [
            next(n for n in (1, 3, 5) if f"{n}号楼" in text)
            for text in group.words
        ]
        assert told == [1, 3, 5]


async def test_one_update_posted_64_times_at_once_is_one_ticket(
    database_url: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    async with TelegramTown.built() as town:
        town.door = f"http://127.0.0.1:{unused_tcp_port}"
        wang, group = town.people["wang"], town.groups["g1"]
        async with (
            town.served(database_url, tmp_path) as story,
            aiohttp.ClientSession(headers={HEADER: SECRET}) as platform,
        ):
            await story.opens("lin")
            wang.says(group, "3号楼门口井盖破了", photos=[picture(1)])
            _, _, update = town.telegram.queue.pending[0]

            async def post() -> int:
                url = f"{town.door}{PATH}"
                async with platform.post(url, data=update) as answer:
                    return answer.status

            async with asyncio.TaskGroup() as posts:
                answers = [posts.create_task(post()) for _ in range(64)]
            await story.settles()

            assert [one.result() for one in answers] == [200] * 64
            assert await _count(story, _tickets) == 1
            assert await _count(story, _pictures) == 1
            assert len(group.words) == 1
