"""The words and slashes that people type, and how they are read."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from enum import StrEnum

from config.terms import DESKS, STAFF, Command, Language, Number, Role
from handlers.rules.refusals import NumberMissing

WORDS: dict[Command, tuple[str, ...]] = {
    Command.REPORT: ("报事", "报修"),
    Command.WITHDRAW: ("撤回", "撤单", "撤销", "撤消"),
    Command.MY: ("我的工单", "我的"),
    Command.TRACK: ("查单", "进度", "查工单", "查一下工单"),
    Command.TICKET: ("工单",),
    Command.TODO: ("待办",),
    Command.ACCEPT: ("受理",),
    Command.ASK_RESIDENT: ("询问",),
    Command.TRANSFER: ("转派",),
    Command.RAISE: ("上报",),
    Command.REFUSE: ("不予受理", "退单"),
    Command.REOPEN: ("重开",),
    Command.FOLLOW: ("关注",),
    Command.UNFOLLOW: ("取消关注",),
    Command.UNMERGE: ("取消合并",),
    Command.RESOLVE: ("办结",),
    Command.ASSIGN: ("派单",),
    Command.MERGE: ("合并",),
    Command.FILE: ("代报", "代录"),
    Command.CATEGORY: ("改分类",),
    Command.NOT_REPORT: ("不是报事",),
    Command.ASK: ("问", "请问"),
    Command.WISH: ("许愿", "我要许愿"),
    Command.WISHES: ("心愿", "微心愿", "心愿单"),
    Command.CLAIM: ("认领", "我要认领"),
    Command.DROP: ("退领",),
    Command.DONE: ("完成", "圆梦"),
    Command.APPROVE: ("通过",),
    Command.DECLINE: ("婉拒",),
    Command.BIND: ("绑定",),
    Command.UNBIND: ("解绑",),
    Command.VOLUNTEER: ("志愿者", "我要当志愿者"),
    Command.UNVOLUNTEER: ("不当志愿者",),
    Command.LINK: ("关联",),
    Command.BUILDING: ("我的楼栋",),
    Command.LOGIN: ("登录",),
    Command.CODE: ("绑定码",),
    Command.START: ("开始",),
    Command.HELP: ("帮助",),
    Command.LANG: ("语言",),
    Command.PRIVACY: ("隐私",),
    Command.EXPORT: ("导出",),
    Command.FORGET: ("忘记我", "注销"),
    Command.CANCEL: ("取消",),
}
"""The first word is the one that help and menus show."""

_BY_WORD = {
    word: command for command, words in WORDS.items() for word in words
}
_LONGEST = max(map(len, _BY_WORD))
_BEFORE_NUMBER = re.compile(
    r"^(?:(?:工单|心愿|编号|第|ticket|wish|number|no\.?)?[\s#＃:：]*(?=\d))",
    re.IGNORECASE,
)
"""What people write before a number: 受理 第12号, /accept no. 12."""
_AFTER = " \t\n\r\u3000:：,，。.!！#号"
_ALONE_ONLY = frozenset(
    {"我的", "完成", "通过", "取消", "开始", "帮助"}
    | {"隐私", "导出", "注销", "登录", "志愿者"}
)
"""Everyday words: commands only with a number behind them, or alone."""
_CODE = re.compile(r"[A-Za-z0-9 -]{6,14}$")
"""What looks like a code even to nobody in particular."""
_BEHIND: dict[str, re.Pattern[str]] = {
    "语言": re.compile(r"中文|汉语|zh|英文|英语|en", re.IGNORECASE),
    "绑定": re.compile(r"[A-Za-z0-9 -]{1,20}$"),
    "关联": re.compile(r"[A-Za-z0-9 -]{1,20}$"),
    "心愿": re.compile(
        r"\d|我的$|待审$"
        r"|(?:(?:\S{1,8}网格(?:·\S+)?|维修|跑腿|陪伴|学习|缝补理发|物品|其他)"
        r"(?:\s+|$)){1,2}$"
    ),
}
"""Everyday words: commands only with this behind them, or alone."""

_NUMBERED = frozenset(
    {
        Command.ACCEPT,
        Command.APPROVE,
        Command.ASK_RESIDENT,
        Command.ASSIGN,
        Command.CATEGORY,
        Command.CLAIM,
        Command.DECLINE,
        Command.DONE,
        Command.DROP,
        Command.FOLLOW,
        Command.MERGE,
        Command.RAISE,
        Command.REFUSE,
        Command.REOPEN,
        Command.RESOLVE,
        Command.TICKET,
        Command.TRACK,
        Command.TRANSFER,
        Command.UNFOLLOW,
        Command.UNMERGE,
        Command.WITHDRAW,
    }
)
"""In talk without a number behind them, they are talk."""
_BEHIND_NEAREST = 0.1
"""A command much less like what was typed than the nearest isn't meant."""
_SELDOM_SAID = frozenset(
    {Command.CATEGORY, Command.CLAIM, Command.DROP, Command.TRACK}
)
"""Of these the ones that nobody says for another reason."""
_SPACES = " \t\n\r\u3000:："
_TALK_STOPS: dict[Command, str] = {
    Command.ASK: _SPACES,
    Command.WISH: f"{_SPACES},，",
}
"""What may stand behind the word in talk: "许愿！" is a joke."""
_OPENERS = frozenset({"请问"})
"""How people begin to ask each other, and so no command in talk."""

PRIVATE_ONLY = frozenset(
    {
        Command.CODE,
        Command.EXPORT,
        Command.FORGET,
        Command.LINK,
        Command.LOGIN,
    }
)
GROUP_ONLY = frozenset({Command.BIND})
_TALK_IN_GROUPS = PRIVATE_ONLY | {
    Command.CANCEL,
    Command.LANG,
    Command.PRIVACY,
    Command.START,
}
"""In a group their words are talk, unless they are said to us."""


class Audience(StrEnum):
    """For whom a command is: what help and menus show to whom."""

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    WORKER = "worker"
    DESK = "desk"


SHOWN: dict[Audience, tuple[Command, ...]] = {
    Audience.RESIDENT: (
        Command.REPORT,
        Command.MY,
        Command.TRACK,
        Command.WITHDRAW,
        Command.REOPEN,
        Command.FOLLOW,
        Command.UNFOLLOW,
        Command.CATEGORY,
        Command.NOT_REPORT,
        Command.ASK,
        Command.WISH,
        Command.WISHES,
        Command.VOLUNTEER,
        Command.BUILDING,
        Command.LANG,
        Command.PRIVACY,
        Command.EXPORT,
        Command.FORGET,
        Command.LINK,
        Command.LOGIN,
        Command.CANCEL,
        Command.START,
        Command.HELP,
    ),
    Audience.VOLUNTEER: (
        Command.CLAIM,
        Command.DROP,
        Command.DONE,
        Command.UNVOLUNTEER,
    ),
    Audience.WORKER: (
        Command.TODO,
        Command.TICKET,
        Command.ACCEPT,
        Command.ASK_RESIDENT,
        Command.RESOLVE,
        Command.TRANSFER,
        Command.RAISE,
        Command.REFUSE,
        Command.MERGE,
        Command.UNMERGE,
        Command.FILE,
        Command.APPROVE,
        Command.DECLINE,
    ),
    Audience.DESK: (
        Command.ASSIGN,
        Command.CODE,
        Command.BIND,
        Command.UNBIND,
    ),
}
"""Every command once, in the order of README's table."""

IN_GROUPS = (
    Command.REPORT,
    Command.ASK,
    Command.WISHES,
    Command.WISH,
    Command.CLAIM,
    Command.TRACK,
    Command.HELP,
)
"""What the menu of a group offers."""

SELDOM = frozenset(
    {
        Command.CATEGORY,
        Command.NOT_REPORT,
        Command.LANG,
        Command.PRIVACY,
        Command.EXPORT,
        Command.FORGET,
        Command.LINK,
        Command.LOGIN,
        Command.CANCEL,
        Command.START,
        Command.HELP,
        Command.UNVOLUNTEER,
    }
)
"""What help names in one line at its end."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command and the words behind it."""

    command: Command
    words: str


@dataclass(frozen=True, slots=True)
class Mistyped:
    """A slash that no command has, and the nearest ones."""

    typed: str
    nearest: tuple[Command, ...]


def read(text: str, *, talk: bool = False) -> Typed | Mistyped | None:
    """Return the command that a text is, or None.

    ``认领12``, ``认领 12``, ``/claim 12`` and ``/claim@bot 12`` are one.
    ``talk``: it is said in a group, to nobody in particular; there the
    words of private matters are talk, and only their slashes count, and
    so are everyday uses of the others.
    """
    text = text.strip()
    if text.startswith(("/", "／")):
        return _slash(text[1:])
    for length in range(min(_LONGEST, len(text)), 0, -1):
        word = text[:length]
        command = _BY_WORD.get(word)
        if command is None:
            continue
        behind = text[length:]
        if behind and behind[0] not in _AFTER and not behind[0].isdigit():
            continue
        rest = behind.lstrip(_AFTER)
        if rest and not _may_follow(word, rest):
            continue
        if talk and _is_talk(command, word, behind, rest):
            return None
        return Typed(command, rest.strip())
    return None


def audiences(roles: Collection[Role]) -> list[Audience]:
    """Return whose commands somebody with these roles can use."""
    held = frozenset(roles)
    found = [Audience.RESIDENT]
    if Role.VOLUNTEER in held:
        found.append(Audience.VOLUNTEER)
    if held & STAFF:
        found.append(Audience.WORKER)
    if held & DESKS:
        found.append(Audience.DESK)
    return found


def number_and_words(words: str) -> tuple[Number | None, str]:
    """Split ``12 修好了`` (also ``#12``, ``12号``) into number and rest."""
    words = _BEFORE_NUMBER.sub("", words.strip())
    digits = 0
    while digits < len(words) and words[digits].isdecimal():
        digits += 1
    if not digits or digits > 9:  # noqa: PLR2004  no sequence gets there
        return None, words
    return Number(int(words[:digits])), words[digits:].lstrip(_AFTER)


def needed_number(words: str) -> tuple[Number, str]:
    """Return the number that must be there; or raise ``NumberMissing``."""
    number, rest = number_and_words(words)
    if number is None:
        raise NumberMissing
    return number, rest


def slash(command: Command) -> str:
    """Return the Latin form."""
    return f"/{command.value}"


def word(command: Command) -> str:
    """Return the Chinese form."""
    return WORDS[command][0]


def typed(command: Command, language: Language) -> str:
    """Return the form that people of a language type."""
    return word(command) if language is Language.ZH else slash(command)


def _may_follow(word: str, rest: str) -> bool:
    if word in _ALONE_ONLY:
        return rest[0].isdigit()
    pattern = _BEHIND.get(word)
    return pattern is None or pattern.match(rest) is not None


def _is_talk(command: Command, word: str, behind: str, rest: str) -> bool:
    """Whether neighbours say this to each other."""
    if command in _TALK_IN_GROUPS or word in _OPENERS:
        return True
    if command is Command.BIND and rest:
        return _CODE.match(rest) is None
    if command in _NUMBERED:
        alone = rest == "" and command in _SELDOM_SAID
        return not (alone or rest[:1].isdigit())
    stops = _TALK_STOPS.get(command)
    return stops is not None and rest != "" and behind[0] not in stops


def _slash(rest: str) -> Typed | Mistyped | None:
    name, _, words = rest.partition(" ")
    if "\n" in name:
        name, _, words = rest.partition("\n")
    name = name.partition("@")[0].strip().lower()
    if not name:
        return None
    command = _named(name)
    if command is not None:
        return Typed(command, words.strip())
    return Mistyped(name, tuple(_near(name, Command)))


def _named(name: str) -> Command | None:
    try:
        return Command(name)
    except ValueError:
        return _BY_WORD.get(name)


def _near(name: str, commands: Iterable[Command]) -> list[Command]:
    names = {command.value: command for command in commands}
    cutoff = 0.6
    if not name.isascii():
        # one of two characters right is as near as most words get
        names, cutoff = _BY_WORD, 0.5
    close = get_close_matches(name, names, n=3, cutoff=cutoff)
    near = [
        names[one]
        for one in close
        if _likeness(name, one) > _likeness(name, close[0]) - _BEHIND_NEAREST
    ]
    return list(dict.fromkeys(near))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, other, one).ratio()
