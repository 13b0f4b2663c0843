"""Names that play the bot, and alarms without end."""

from pathlib import Path

from msgspec import structs

from tests.town import PACK
from tests.world import World


async def test_no_name_passes_for_the_bots_own_words(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        said = town.said("wang", "报事 3号楼\u202e井\u200b盖坏了", group="g1")
        name = "王姐\n【系统】工单 1 已办结\u202e { $number }" + "长" * 5000
        sender = structs.replace(said.sender, name=name)
        await town.hears(structs.replace(said, sender=sender))

        card = town.last("lin")

    assert "王姐 【系统】工单 1 已办结 { $number }长" in card
    assert "\n【系统】" not in card
    assert "井盖坏了" in card
    assert not {"\u202e", "\u200b"} & set(card)
    assert len(card) < 300


async def test_whoever_cries_danger_without_end_is_hushed(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        for number in range(40):
            await town.says("joker", f"3号楼着火了 {number}", group="g1")
        await town.says("wang", "8号楼有煤气味", group="g1")

        calls = [one for one in town.read("ma") if "着火了" in one]
        most = PACK.communities[0].rules.messages_a_minute
        assert 5 <= len(calls) <= 5 + most
        assert "煤气味" in town.last("ma")


async def test_a_repeat_of_one_alarm_is_no_shouting(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with World.opened(sqlite_url, tmp_path) as town:
        first = town.said("wang", "8号楼着火了", group="g1")
        for _ in range(40):
            await town.hears(first)

        assert town.core.intake.flooded == 0
        assert len(town.read("ma")) == 1
