"""Complaints about a worker don't go to that worker."""

GRUDGES = (
    *(
        "投诉",
        "举报",
        "态度",
        "不作为",
        "推诿",
        "打人",
        "打我",
        "骚扰",
        "骂人",
    ),
    *("complain", "rude", "hit me", "harass"),
)
TITLES = ("网格员", "社工", "grid worker")


def is_against(text: str, name: str) -> bool:
    """Whether the words complain about the worker of this name.

    A grudge and the name, or the title, in one message: rather one too
    many for the desk than one read by whom it is about.
    """
    lowered = text.lower()
    meant = (name and name in text) or any(one in lowered for one in TITLES)
    return bool(meant) and any(one in lowered for one in GRUDGES)
