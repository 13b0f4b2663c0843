"""The question that nobody could answer, until the desk did."""

from datetime import date
from pathlib import Path

from config.pack.values import Entry
from config.terms import CommunityId, EntryId
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

        def answer(db: Connection) -> None:
            (question,) = faq.unanswered(db, TOWN)
            assert question.text == "请问加装电梯要几户同意？"
            faq.put(
                db,
                TOWN,
                Entry(
                    id=EntryId("lift"),
                    topic="房屋",
                    questions=(question.text,),
                    answer="三分之二以上的住户参加并同意即可。",
                    source="街道《加装电梯办事指南》",
                    issued=date(2026, 11, 1),
                ),
                town.clock.now,
            )
            assert faq.mark_answered(db, TOWN, question.id)

        await town.core.database.write(answer)

        await town.says("li", "问 加装电梯要几户同意啊", group="g2")
        assert "三分之二以上的住户参加" in town.last("g2")
        assert "来源：街道《加装电梯办事指南》" in town.last("g2")
