"""Mask what a group must not read: phones, papers, doors, plates, mails.

Patterns look at a shadow of the text in which full-width, circled and
Chinese digits are ASCII digits, character for character; what they find is
masked in the text itself. Each pattern is bounded, so the work stays linear.
"""

import re
from collections.abc import Iterable, Iterator

from handlers.rules.names import without_names

MASK = "***"

_SHADOW = {
    **{ord(c): str(n) for n, c in enumerate("０１２３４５６７８９")},
    **{ord(c): str(n) for n, c in enumerate("零一二三四五六七八九")},
    **{ord(c): str(n) for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")},
    **{ord(c): str(n) for n, c in enumerate("⓪①②③④⑤⑥⑦⑧⑨")},
    **{ord(c): str(n) for n, c in enumerate("⓿❶❷❸❹❺❻❼❽❾")},
    **{ord(c): str(n) for n, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{ord(c): str(n) for n, c in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **{ord("Ａ") + n: chr(ord("A") + n) for n in range(26)},
    **{ord("ａ") + n: chr(ord("a") + n) for n in range(26)},
    **dict.fromkeys(map(ord, "〇○Ｏ"), "0"),
    **dict.fromkeys(map(ord, "幺"), "1"),
    **dict.fromkeys(map(ord, "两"), "2"),
    **dict.fromkeys(map(ord, "－—–‐−﹣·•。"), "-"),
    **dict.fromkeys(map(ord, "\t\u00a0\u2002\u2003\u2009\u3000"), " "),
    ord("．"): ".",
    ord("／"): "/",
    ord("（"): "(",
    ord("）"): ")",
    ord("＠"): "@",
    ord("＃"): "#",
    ord("＿"): "_",
    ord("～"): "~",
}
_UNSEEN = re.compile(
    # between the digits of a phone these would part it, unseen
    "[\u00ad\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    "\ufeff]+|(?<=[0-9])[\u200d\u20e3\ufe00-\ufe0f]+"
)
_UNITS = (
    r"元|块|万|千|米|度|分|天(?!天)|年|人|户|多|平|个|次|斤|位|家(?!的|里)|名|辆"
    r"|盏|棵|级|套|台|条|只|把|张|吨|根|间|余|期|届|月|点|岁|楼|层|路|公里"
    r"|号(?:楼|线|院|门|令|文|工单)|[°℃瓦伏]"
)
_NOT_A_ROOM = rf"(?![\d.%]|\s?(?:{_UNITS}))"
_ROOM = (
    r"(?!(?:11[09]|12[02]|(?:19|20)\d\d)(?!\d))[1-3]?\d(?:0[1-9]|1\d|2[0-4])"
)
"""What is shaped as a room: floor and door; no round number, 119 or year."""
_SAID = r"[1-9]百(?:0\d|\d十\d?)|1千?[1-9]百0\d"
"""A room as it is spoken: 四百零二."""
_YEAR = r"(?:19|20)\d\d"
_MONTH_DAY = r"(?:0?[1-9]|1[0-2])\.(?:[0-2]?\d|3[01])"
_PROVINCES = (
    "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
)
_HOTLINE = r"(?:11[09]|12[02]|12[13]\d\d|9[56]\d{3})"
_HARMLESS = re.compile(
    rf"(?<!\d){_YEAR}(?:[-./ ](?:0?[1-9]|1[0-2])(?:[-./ ]\d{{1,2}})?(?!\d)"
    rf"|\s?[-~/]{{1,2}}\s?{_YEAR}(?!\d))"
    rf"|(?<!\d){_MONTH_DAY}\s?[-~]\s?{_MONTH_DAY}(?![-.\d])"
    rf"|(?<![a-z\d])(?<!\d[-. /])(?<![{_PROVINCES}][a-z][- ])"
    rf"(?<![{_PROVINCES}])(?<!单元)(?<!号楼)(?<![栋幢座])"
    rf"{_HOTLINE}(?:[/、,，]\s?{_HOTLINE})*"
    r"(?![-. /]?[a-z\d]|\s?室)"
    r"|(?<![a-z])(?:[GD]B|JGJ?|GA|CJJ)/?T?\s?\d{3,5}(?:\.\d)?-\d{4}(?!\d)"
    rf"|(?<![-\d.])(?:\d{{1,8}}\.\d{{1,2}}\s?(?={_UNITS})|\d{{7,9}}\s?(?=元))"
    rf"|(?<![-\d])\d{{1,5}}\s?[-~]\s?\d{{1,5}}(?=\s?(?:{_UNITS}))",
    re.IGNORECASE,
)
"""Dates, hotlines and amounts from … to: digits that are nobody's."""
_FINDERS = (
    # Mails, then any digits as long as a phone or a paper, however spaced.
    re.compile(
        r"(?P<hide>[a-z0-9._%+-]{1,64} ?(?:@|\(at\)) ?[a-z0-9-]{1,63}"
        r"(?:\.[a-z0-9-]{1,63}){1,4})",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<!\d)(?P<hide>(?:\(?\+?\(?(?:00)?86\)?[-. ]{0,2})?"
        r"1[3-9]\d(?:[^\da-z]{0,3}\d{4}){2})(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<hide>\+?\(?\d(?:[-. ()/]{0,2}\d){6,}x?)", re.IGNORECASE),
    re.compile(
        r"(?<![a-z\d])(?P<hide>[1l][3-9][\do](?:[-. ]?[\dol]){8})(?![a-z\d])",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:微 ?信号?|薇信?|v信|加我|抖音号?|扣扣|qq号?)"
        r"(?:号?是)?[:： ❤]{0,2}"
        r"(?!group|pay|mini|official)(?P<hide>[a-z0-9_-]{5,30})",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<![a-z-])(?:wx|vx|wechat(?: ?id)?|v(?=[:： 是]))"
        r"(?:是| is )?[:： ]{0,2}"
        r"(?P<hide>(?=[a-z_-]{0,29}\d)[a-z0-9_-]{5,30})",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:(?:wj ?)[{_PROVINCES}]|[{_PROVINCES}][a-z])[- ]?"
        r"(?P<hide>[a-z0-9]{4,6}[a-z0-9挂学警港澳])(?![a-z0-9])",
        re.IGNORECASE,
    ),
    # Doors: the building stays, the room goes.
    re.compile(
        rf"(?<!\d)(?P<hide>{_ROOM})(?= ?(?:的?(?:邻居|业主|住户|租客|租户"
        r"|房东|老人|老[太爷头伯]|那[家户]|阿姨|大[爷妈]|奶奶|爷爷|[和跟]\d))|的老)"
    ),
    re.compile(
        rf"(?<=\*[和跟与])(?P<hide>{_ROOM})(?!\d|\s?(?:{_UNITS}))",
    ),
    re.compile(
        rf"(?<![\d-])\d{{1,3}}-(?P<hide>{_ROOM})(?!-){_NOT_A_ROOM}",
    ),
    re.compile(
        rf"(?<![\d-])\d{{1,3}}-\d{{1,2}}-(?P<hide>\d{{1,4}})(?!-){_NOT_A_ROOM}",
    ),
    re.compile(
        r"(?<![\d./、 ])\d{1,2}([./、 ])\d{1,2}\1"
        rf"(?P<hide>{_ROOM})(?![./、]){_NOT_A_ROOM}",
    ),
    re.compile(
        rf"(?:号楼|楼栋|栋|幢|座|#楼?|单元|\d[楼层]|弄\d{{1,3}}号|(?<![a-z\d])[a-fh](?=\d))"
        rf"[- ,，]?(?P<hide>\d{{3,4}}|{_SAID}){_NOT_A_ROOM}",
        re.IGNORECASE,
    ),
    # behind a lane; 288弄102号 is a house in it
    re.compile(
        rf"(?<=\d弄)(?P<hide>\d{{3,4}}|{_SAID})(?!号){_NOT_A_ROOM}",
    ),
    re.compile(
        r"(?:楼[上下]|隔壁|对[门面]|邻居|住在?|家[在里]|我家|我是|门牌号?|房号"
        r"|房间号?)[:： 的是在]{0,2}"
        rf"(?P<hide>\d{{3,4}}|{_SAID}){_NOT_A_ROOM}",
    ),
    re.compile(
        r"(?<![\d十百])(?P<hide>[\d十百]{2,6}) ?(?:室(?![内外温])|号房"
        r"|房(?![间价产子租源屋]))"
    ),
    re.compile(
        r"(?<![a-z])(?:room|rm|flat|apt|apartment|unit \d{1,2},?)\.? ?#?"
        r"(?P<hide>\d{1,5}[a-z]?)(?![\d.%])",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<![a-z])door #?(?P<hide>\d{3,5})(?![\d.%])",
        re.IGNORECASE,
    ),
)


LONGEST_NAME = 60


def is_plain(name: str) -> bool:
    """Whether a name is what it looks like: one line, nothing unseen."""
    return name.isprintable() and len(name) <= LONGEST_NAME


def plain(name: str) -> str:
    """Return a name as one short line that can't pass for other words."""
    seen = "".join(
        sign if sign.isprintable() else " " if sign.isspace() else ""
        for sign in name
    )
    return " ".join(seen.split())[:LONGEST_NAME]


def mask(text: str) -> str:
    """Return the text fit for a group: no phone, paper, door, plate, mail.

    Masking a masked text changes nothing. Dates, prices, building numbers
    and the emergency numbers stay.
    """
    text = _UNSEEN.sub("", text)
    shadow = text.translate(_SHADOW)
    shadow = _HARMLESS.sub(lambda found: "_" * len(found[0]), shadow)
    for finder in _FINDERS:
        spans = [match.span("hide") for match in finder.finditer(shadow)]
        text = "".join(_without(text, spans))
        shadow = "".join(_without(shadow, spans))
    return text


def hide(text: str, names: Iterable[str]) -> str:
    """Return the text masked, without these names nor any that we notice."""
    shown = without_names(mask(text), MASK)
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
