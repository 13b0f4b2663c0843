"""What an answer written in Markdown reads like in a chat."""

import pytest

from handlers.rules.plain import plain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "## 怎么办\n\n带身份证到**社区大厅**。",
            "怎么办\n\n带身份证到社区大厅。",
        ),
        ("- 身份证\n- 户口本\n  * 原件", "· 身份证\n· 户口本\n  · 原件"),
        ("1. 取号\n2. 交表", "1. 取号\n2. 交表"),
        ("> 以通知为准", "以通知为准"),
        (
            "看[公告](https://a.example/x)再来",
            "看公告 https://a.example/x 再来",
        ),
        ("<https://a.example/x>", "https://a.example/x"),
        ("发`查单 12`看，*务必*带卡", "发查单 12看，务必带卡"),
        ("第一段\n\n---\n\n第二段", "第一段\n\n第二段"),
        # what only looks like a mark stays
        ("138****0000", "138****0000"),
        ("3*4*5 米，snake_case_name", "3*4*5 米，snake_case_name"),
        ("电话 0000-1001 - 全天", "电话 0000-1001 - 全天"),
        ("8:00-11:00", "8:00-11:00"),
    ],
)
def test_marks_are_left_out_and_words_stay(written: str, read: str) -> None:
    assert plain(written) == read
