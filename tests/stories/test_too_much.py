"""Somebody says too much: one notice, then silence, and no endless wheel."""

from pathlib import Path

from storage.messages import Pressed
from tests.world import World


async def test_every_press_of_a_flood_is_ended_and_one_says_why(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        await town.says("wang", "报事 3号楼门口井盖破了", group="g1")
        most = town.core.plan.pack.communities[0].rules.messages_a_minute
        presses = [
            Pressed(**town._from("wang", "g1", f"f{n}"), token="none")  # noqa: S106, SLF001
            for n in range(most + 10)
        ]

        await town.hears(*presses)

        told = {one.press: one.text for one in town.channel.answers}
        assert told.keys() == {press.id for press in presses}
        flooded = [text for text in told.values() if "有点快" in text]
        assert len(flooded) == 1
        assert list(told.values()).count("") == 10


async def test_a_crowded_group_is_told_what_was_not_taken_down(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Nobody in a crowd is fast; who is passed over learns of it."""
    async with World.opened(sqlite_url, tmp_path) as town:
        most = town.core.plan.pack.communities[0].rules.group_messages_a_minute
        reports = [
            town.said(f"r{n}", f"报事 {n}号楼路灯坏了", group="g1")
            for n in range(most + 3)
        ]

        await town.hears(*reports)

        told = [
            one.outgoing
            for one in town.channel.said
            if "没有记下" in one.outgoing.text
        ]
        assert [one.reply_to for one in told] == [reports[most].id]
        assert not any("有点快" in text for text in town.read("g1"))
