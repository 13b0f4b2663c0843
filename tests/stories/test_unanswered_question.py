"""The question that nobody could answer, until the desk did."""

from pathlib import Path

from config.terms import CommunityId, PersonId
from handlers import console
from handlers.console import Answer
from storage import faq
from storage.database import Connection
from tests.world import World

TOWN = CommunityId("town")


async def test_the_unanswered_question(
    database_url: str, tmp_path: Path
) -> None:
    async with World.opened(database_url, tmp_path) as town:
        await town.says(
            "wang", "请问加装电梯要几户同意？", group="g1", mention=True
        )
        assert town.last("g1") == "这个问题我答不上来。要帮您转给网格员吗？"

        await town.presses("wang", "转给网格员", group="g1")
        assert "已转给网格员，工单 1" in town.last("g1")
        assert "加装电梯要几户同意" in town.last("lin")

        await town.presses("lin", "办结")
        await town.says("lin", "三分之二以上的住户同意就行")
        assert "三分之二以上" in town.last("wang")

        def answer(db: Connection) -> bool:
            (question,) = faq.unanswered(db, TOWN)
            assert question.text == "请问加装电梯要几户同意？"
            told = Answer(
                question.id,
                None,
                "三分之二以上的住户参加并同意即可。",
                "街道《加装电梯办事指南》",
            )
            return _told(db, town, told)

        assert await town.core.database.write(answer)

        await town.says("li", "问 加装电梯要几户同意啊", group="g2")
        assert "三分之二以上的住户参加" in town.last("g2")
        assert "来源：街道《加装电梯办事指南》" in town.last("g2")

        await town.says("li", "问 老楼想装个梯，楼里怎么投票", group="g2")

        def known(db: Connection) -> bool:
            (question,) = faq.unanswered(db, TOWN)
            (entry,) = faq.entries(db, TOWN)
            return _told(db, town, Answer(question.id, entry.id))

        assert await town.core.database.write(known)
        await town.says("wang", "问 老楼想装个梯，楼里怎么投票啊", group="g2")
        assert "三分之二以上的住户参加" in town.last("g2")


def _told(db: Connection, town: World, told: Answer) -> bool:
    now = town.clock.now
    return console.answer(db, TOWN, PersonId("ma"), told, now, now.date())
