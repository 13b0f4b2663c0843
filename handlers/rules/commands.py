"""The words and slashes that people type, and how they are read."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from config.terms import Command, Number
from handlers.rules.refusals import Refused

WORDS: dict[Command, tuple[str, ...]] = {
    Command.REPORT: ("报事", "报修"),
    Command.WITHDRAW: ("撤回", "撤单"),
    Command.MY: ("我的工单", "我的"),
    Command.TRACK: ("查单",),
    Command.TICKET: ("工单",),
    Command.TODO: ("待办",),
    Command.ACCEPT: ("受理",),
    Command.ASK_RESIDENT: ("询问",),
    Command.TRANSFER: ("转派",),
    Command.RAISE: ("上报",),
    Command.REFUSE: ("不予受理", "退单"),
    Command.RESOLVE: ("办结",),
    Command.ASSIGN: ("派单",),
    Command.MERGE: ("合并",),
    Command.FILE: ("代报", "代录"),
    Command.CATEGORY: ("改分类",),
    Command.NOT_REPORT: ("不是报事",),
    Command.ASK: ("问", "请问"),
    Command.WISH: ("许愿",),
    Command.WISHES: ("心愿", "微心愿"),
    Command.CLAIM: ("认领",),
    Command.DROP: ("退领",),
    Command.DONE: ("完成", "圆梦"),
    Command.APPROVE: ("通过",),
    Command.DECLINE: ("婉拒",),
    Command.BIND: ("绑定",),
    Command.UNBIND: ("解绑",),
    Command.VOLUNTEER: ("志愿者", "我要当志愿者"),
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
_AFTER = " \t\n\r　:：,，。.!！#号"
_ALONE_ONLY = frozenset({"我的", "工单", "心愿", "完成", "通过", "取消"})
"""Everyday words: commands only with a number behind them, or alone."""


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


def read(text: str) -> Typed | Mistyped | None:
    """Return the command that a text is, or None.

    ``认领12``, ``认领 12``, ``/claim 12`` and ``/claim@bot 12`` are one.
    """
    text = text.strip()
    if text.startswith(("/", "／")):
        return _slash(text[1:])
    for length in range(min(_LONGEST, len(text)), 0, -1):
        word = text[:length]
        command = _BY_WORD.get(word)
        if command is None:
            continue
        rest = text[length:]
        if rest and rest[0] not in _AFTER and not rest[0].isdigit():
            continue
        rest = rest.lstrip(_AFTER)
        if word in _ALONE_ONLY and rest and not rest[0].isdigit():
            continue
        return Typed(command, rest.strip())
    return None


def number_and_words(words: str) -> tuple[Number | None, str]:
    """Split ``12 修好了`` (also ``#12``, ``12号``) into number and rest."""
    words = words.strip().lstrip("#＃")
    digits = 0
    while digits < len(words) and words[digits].isdigit():
        digits += 1
    if not digits or digits > 9:  # noqa: PLR2004  no sequence gets there
        return None, words
    return Number(int(words[:digits])), words[digits:].lstrip(_AFTER)


def needed_number(words: str) -> tuple[Number, str]:
    """Return the number that must be there; raise ``Refused`` if it isn't."""
    number, rest = number_and_words(words)
    if number is None:
        raise Refused("refused-number")
    return number, rest


def slash(command: Command) -> str:
    """Return the Latin form."""
    return f"/{command.value}"


def word(command: Command) -> str:
    """Return the Chinese form."""
    return WORDS[command][0]


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
    return [
        names[close]
        for close in get_close_matches(name, names, n=3, cutoff=0.6)
    ]
