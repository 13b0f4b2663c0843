"""Let a text read well without what was masked in it."""

import re
from collections.abc import Iterable

from handlers.rules.privacy import MASK, hide

_HOLE = re.escape(MASK)
_HOLES = rf"{_HOLE}(?:\s?[和、,，/或]?\s?{_HOLE})*"
_DOOR = r"(?:室|号房|房)?"
_ASKING = (
    r"(?:请|欢迎|有意|可以?|麻烦|能帮的?|愿意的?)?"
    r"(?:联系|拨打|打|加|找|please |call|ring|phone|text|add|contact"
    r"| me| at| on){0,4}"
)
_WAY = (
    r"(?:电话号码|电话|手机号码|手机号|手机|号码|微信号|微信|薇信|联系方式|门牌号?"
    r"|房间?号|邮箱|wechat|wx|vx|telephone|tel|phone|mobile|number"
    r"|e?-?mail|flat|room|apartment|door)?(?: number| no\.?)?"
)
_NAMING = (
    r"(?:我叫|我是|我姓|我名叫|姓名|称呼|叫我|本人|联系人"
    r"|my name is|i am|i'm)[:： 是]{0,2}"
)
_STEPS = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        # doors: the building stays
        (rf"(\d{{1,3}})-(\d{{1,2}})-{_HOLE}{_DOOR}", r"\1号楼\2单元"),
        (rf"(\d{{1,3}})-{_HOLE}{_DOOR}", r"\1号楼"),
        (
            (
                rf"(号楼|楼栋|栋|幢|座|弄|单元|[\d一二三四五六七八九十][楼层])"
                rf"[- ,，]?{_HOLES}{_DOOR}"
            ),
            r"\1",
        ),
        # somebody for whom it is
        (
            rf"(给|帮|替|为|陪|照顾|看望|接送|送给)(?:{_HOLES})(?:家)?",
            r"\1一位邻居",
        ),
        (rf"\b(for|help|visit|with) {_HOLES}", r"\1 a neighbour"),
        (rf"{_HOLE}家", "一位邻居家"),
        # who I am, how to reach me
        (
            (
                r"(我是[^\s,，。;；]{0,12}(?:楼|弄|栋|幢|座|单元|网格)的)"
                rf"{_HOLES}(?=[,，。;；\s]|$)"
            ),
            r"\1",
        ),
        (rf"{_NAMING}{_HOLES}{_DOOR}", ""),
        (
            (
                rf"{_ASKING}(?:我|本人|my )?的?(?:联系)?{_WAY}"
                rf"(?:号|是|为|打|is|[:： .#])*{_HOLES}"
                rf"(?:联系我?|找我|打给我|{_DOOR})"
            ),
            "",
        ),
        # what stood around it
        (r"[(（\[【]\s*[)）\]】]", ""),
        (r"(?:我家?|家)?(?:住在?|在)(?=[,，。;；!！]|$)", ""),
        (r"[,，、;；:：\s]+(?=[,，。;；!！?？]|$)", ""),
        (r"([,，、;；。])[,，、;；。]+", r"\1"),
        (r"^[,，、;；:：。\s]+", ""),
    )
)
_LETTER = re.compile(r"[^\W\d_]{2}")


def left_out(text: str, names: Iterable[str]) -> str:
    """Return a text without names, phones and doors, fit to be read aloud.

    If nothing else was said, the holes stay.
    """
    hidden = hide(text, names)
    shown = hidden
    for pattern, instead in _STEPS:
        shown = pattern.sub(instead, shown)
    # what stood apart may have come together
    again = hide(shown, ())
    return again if _LETTER.search(shown) else hidden
