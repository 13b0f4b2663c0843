"""The lessons: all of them read, and a slip of the pen is told by its line."""

import pytest

from handlers.understanding import lessons
from handlers.understanding.lessons import BadLesson, Lesson

HEAD = (
    "== north\n--\nR roads danger #a p1 | Lao Liu | ⟦门口⟧少个井盖 | 一个口\n"
)


def one(line: str) -> Lesson:
    return list(lessons.read("x.txt", HEAD + line + "\n"))[-1]


@pytest.mark.parametrize("name", lessons.talks())
def test_every_file_reads(name: str) -> None:
    read = lessons.talk(name)
    assert len(read) > 500
    assert {lesson.label for lesson in read} == {
        "report", "followup", "question", "wish", "offer", "ad", "quarrel",
        "chatter",
    }  # fmt: skip


def test_chat_has_no_empty_lines() -> None:
    assert len(lessons.chat()) > 1000
    assert all(line.strip() for line in lessons.chat())


def test_a_report_is_read_whole() -> None:
    (report,) = lessons.read("x.txt", HEAD)
    assert report.text == "门口少个井盖"
    assert report.place == "门口"
    assert (report.category, report.urgency) == ("roads", "danger")
    assert (report.photos, report.photo_shows) == (1, "一个口")
    assert (report.group, report.thread, report.line) == (
        "north",
        "x.txt:1",
        3,
    )


def test_references_are_lines() -> None:
    assert one("F roads @a >a | A | 挡上了").about == 3
    assert one("R roads danger =a | A | 有个洞").duplicate_of == 3
    assert one("F - @a | A | 一行\\n两行").text == "一行\n两行"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("C | 没有话", "2 fields"),
        ("Z | A | 话", "no label 'Z'"),
        ("R roads | A | 坑", "category and an urgency"),
        ("F roads | A | 我家也是", "says by @"),
        ("F roads @b | A | 我家也是", "names no message"),
        ("C #a | A | 话", "there twice"),
        ("Q | A | 几点", "policy or local"),
        ("C roadz | A | 话", "'roadz'"),
        ("C | A | ⟦门口 | ", "come in pairs"),
        ("C | A | ⟦门口⟧", "has a place"),
        ("C | A |  | ", "neither words nor photos"),
    ],
)
def test_a_slip_is_told_by_its_line(line: str, said: str) -> None:
    with pytest.raises(BadLesson, match=r"x\.txt:4: .*" + said):
        one(line)
