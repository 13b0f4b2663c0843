"""The talk around a message: what is before it, for how long, and no more."""

from datetime import UTC, datetime, timedelta

from handlers.understanding import talk
from handlers.understanding.talk import NOTHING, UNKNOWN, Heard, Window

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
REPORT = {**UNKNOWN, "report": 0.9, "chatter": 0.1}
CHATTER = {**UNKNOWN, "chatter": 1.0}


def said(name: str, text: str, minutes: int = 0) -> Heard:
    return Heard(
        id=text,
        sender=name,
        name=name,
        chances=REPORT if "坏" in text else CHATTER,
        pairs=talk.pairs(text),
        at=NOON + timedelta(minutes=minutes),
    )


def around(window: Window, id: str, minutes: int = 0) -> list[str]:  # noqa: A002
    found = window.around(
        "c", id, sender="a", at=NOON + timedelta(minutes=minutes)
    )
    return [heard.id for heard in found.before]


def test_what_was_said_before_is_around_and_itself_is_not() -> None:
    window = Window()
    for text in ("灯坏了", "是啊", "好"):
        window.hear("c", said("a", text))

    assert around(window, "new") == ["灯坏了", "是啊", "好"]
    assert around(window, "是啊") == ["灯坏了"]
    assert window.around("other", "x", sender="a", at=NOON).before == ()


def test_a_repeat_stays_where_it_stood() -> None:
    window = Window()
    for text in ("灯坏了", "是啊", "灯坏了"):
        window.hear("c", said("a", text))

    assert around(window, "new") == ["灯坏了", "是啊"]


def test_old_talk_and_withdrawn_talk_are_let_go() -> None:
    window = Window()
    window.hear("c", said("a", "灯坏了"))
    window.hear("c", said("a", "是啊", minutes=800))

    assert around(window, "new", minutes=810) == ["是啊"]
    window.forget("c", "是啊")
    assert around(window, "new", minutes=810) == []


def test_a_window_stays_small() -> None:
    window = Window()
    for at in range(200):
        window.hear("c", said("a", f"{at}"))
    for at in range(3000):
        window.hear(f"chat {at}", said("a", "好"))

    assert len(around(window, "new")) <= 40
    assert around(window, "new") == [], "the longest silent chat goes first"


def test_numbers_are_as_many_with_and_without_talk() -> None:
    window = Window()
    window.hear("c", said("a", "灯坏了"))
    near = window.around("c", "x", sender="a", at=NOON, quote="灯坏了")

    bare = talk.numbers("是啊", CHATTER, NOTHING)
    full = talk.numbers("灯坏了啊", CHATTER, near)

    assert len(bare) == len(full)
    assert not any(bare)
    assert sum(full) > 1


def test_staff_is_known_by_its_nickname() -> None:
    assert talk.is_staff("网格员小周")
    assert talk.is_staff("榆荫里物业前台")
    assert not talk.is_staff("3-2-501")
    assert not talk.is_staff("小周")
