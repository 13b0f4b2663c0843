from handlers.understanding.place_training import (
    Marked,
    learn,
    marked,
    scores,
)
from handlers.understanding.tagger import Tagger
from handlers.understanding.text import fold


def told(line: str) -> Marked:
    start, end = line.index("["), line.index("]") - 1
    return Marked(line.replace("[", "").replace("]", ""), ((start, end),))


SAID = {
    "talk_1.txt": [
        told(line)
        for line in (
            "[3号楼楼道]灯坏了",
            "[5号楼大厅]灯坏了",
            "[7号楼电梯]又坏了",
            "你们看看[2号楼门口]积水了",
            "你们看看[9号楼后面]积水了",
        )
    ]
    + [Marked("今天灯坏了", ()), Marked("我积水了", ())],
}


def test_what_is_marked_is_learned() -> None:
    learned = learn(SAID)

    assert scores(learned, SAID["talk_1.txt"])["all"] == 1
    assert Tagger(learned).spans(fold("8号楼大厅灯坏了")) == [(0, 5)]


def test_the_same_lessons_make_the_same_model() -> None:
    assert learn(SAID).packed() == learn(SAID).packed()


def test_every_mark_of_the_lessons_is_the_words_that_it_says() -> None:
    by_writer = marked()

    assert len(by_writer) > 1
    for messages in by_writer.values():
        assert all(
            one.text[start:end].strip()
            for one in messages
            for start, end in one.spans
        )
