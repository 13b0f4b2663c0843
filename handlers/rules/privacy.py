"""Mask what a group must not read: phones, papers, doors, plates, mails.

Patterns look at a shadow of the text in which full-width and Chinese
digits are ASCII digits, character for character; what they find is masked
in the text itself. Each pattern is bounded, so the work stays linear.
"""

import re
from collections.abc import Iterable, Iterator

MASK = "***"

_SHADOW = {
    **{ord(c): str(n) for n, c in enumerate("０１２３４５６７８９")},
    **{ord(c): str(n) for n, c in enumerate("零一二三四五六七八九")},
    **{ord(c): str(n) for n, c in enumerate("⓪①②③④⑤⑥⑦⑧⑨")},
    **dict.fromkeys(map(ord, "〇○Ｏ"), "0"),
    **dict.fromkeys(map(ord, "幺壹"), "1"),
    **dict.fromkeys(map(ord, "两贰"), "2"),
    **dict.fromkeys(map(ord, "－—–‐−﹣·•．。"), "-"),
    **dict.fromkeys(map(ord, "\t\u00a0\u2002\u2003\u2009\u3000"), " "),
    ord("（"): "(",
    ord("）"): ")",
    ord("＠"): "@",
    ord("＃"): "#",
}
_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"(?<!\d){_YEAR}(?:[-./ ](?:0?[1-9]|1[0-2])(?:[-./ ]\d{{1,2}})?(?!\d)"
    rf"|\s?[-~]\s?{_YEAR}(?!\d))",
)
_NOT_A_ROOM = r"(?![\d.%]|元|块|万|千|米|度|分|天|年|人|户|多|平|号|个|次|斤)"
_FINDERS = (
    # Mails, then any digits as long as a phone or a paper, however spaced.
    re.compile(
        r"(?P<hide>[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}"
        r"(?:\.[a-z0-9-]{1,63}){1,4})",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<hide>\+?\(?\d(?:[-. ()/]{0,2}\d){6,}x?)", re.IGNORECASE),
    re.compile(
        r"(?:微信号?|薇信|wx|vx|wechat|qq号?)[:：是 ]{0,2}"
        r"(?P<hide>[a-z0-9_-]{5,30})",
        re.IGNORECASE,
    ),
    re.compile(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]"
        r"[a-z][- ]?(?P<hide>[a-z0-9]{4,5}[a-z0-9挂学警港澳])(?![a-z0-9])",
        re.IGNORECASE,
    ),
    # Doors: the building stays, the room goes.
    re.compile(r"(?<!\d)\d{1,3}-(?:\d{1,2}-)?(?P<hide>\d{3,4})(?!\d)"),
    re.compile(r"(?<![\d-])\d{1,3}-\d{1,2}-(?P<hide>\d{1,2})(?![\d-])"),
    re.compile(
        r"(?:号楼|楼栋|栋|幢|座|#楼?|单元|[a-z]座?)[- ]?(?P<hide>\d{3,4})"
        + _NOT_A_ROOM,
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:楼[上下]|隔壁|对[门面]|住在?|家在|我家|我是|门牌|房号|房间)"
        r"[:： 的]{0,2}(?P<hide>\d{3,4})" + _NOT_A_ROOM,
    ),
    re.compile(
        r"(?<![\d十百])(?P<hide>[\d十百]{2,6})(?:室|号房|房(?![间价产子租]))"
    ),
    re.compile(
        r"\b(?:room|rm|flat|apt|apartment|door)\.? ?#?(?P<hide>\d{1,5}[a-z]?)",
        re.IGNORECASE,
    ),
)


def mask(text: str) -> str:
    """Return the text fit for a group: no phone, paper, door, plate, mail.

    Masking a masked text changes nothing. Dates, prices, building numbers
    and the emergency numbers stay.
    """
    shadow = text.translate(_SHADOW)
    shadow = _DATE.sub(lambda date: "_" * len(date[0]), shadow)
    for finder in _FINDERS:
        spans = [match.span("hide") for match in finder.finditer(shadow)]
        text = "".join(_without(text, spans))
        shadow = "".join(_without(shadow, spans))
    return text


def hide(text: str, names: Iterable[str]) -> str:
    """Return the text masked, and without these names."""
    shown = mask(text)
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1 and name != MASK:
            shown = shown.replace(name, MASK)
    return mask(shown)


def _without(text: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    until = 0
    for start, end in spans:
        yield text[until:start]
        yield MASK
        until = end
    yield text[until:]
