from pathlib import Path

from config.terms import ChatKind, Language
from handlers import menus
from storage.messages import SetMenu
from tests.handlers.test_commands import FIXED
from tests.world import World


def test_every_kind_of_chat_has_a_menu_in_every_language() -> None:
    offered = menus.defaults(FIXED, "telegram")

    assert {(one.chat.kind, one.language) for one in offered} == {
        (kind, language)
        for kind in (ChatKind.GROUP, ChatKind.PRIVATE)
        for language in Language
    }
    for one in offered:
        assert one.chat.address == ""
        assert one.items[0].command == "report"
        assert len(one.items) <= 20
        assert "todo" not in {item.command for item in one.items}


async def test_a_private_chat_has_its_menu_from_the_first_answer(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says("lin", "待办")
        await town.says("lin", "待办")

        offered = [
            one for one in town.channel.others if isinstance(one, SetMenu)
        ]
        assert [one.chat.address for one in offered] == ["lin"]
        assert "todo" in {item.command for item in offered[0].items}
