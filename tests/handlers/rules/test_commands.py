import pytest

from config.terms import Command, Language, Role
from config.texts import Texts
from handlers.rules import commands
from handlers.rules.commands import SHOWN, WORDS, Audience, Mistyped, Typed


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load()


def test_every_command_has_a_word_and_an_audience() -> None:
    shown = [command for listed in SHOWN.values() for command in listed]

    assert set(WORDS) == set(Command)
    assert sorted(shown) == sorted(Command)
    assert set(Command) >= commands.SELDOM


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("command", list(Command))
def test_every_command_says_in_a_line_what_it_is_about(
    texts: Texts, command: Command, language: Language
) -> None:
    about = texts.say(language, f"about-{command}")

    # Telegram's limits of a menu are 3 and 256; a phone shows fewer
    assert 3 <= len(about) <= 50


def test_no_word_means_two_things() -> None:
    words = [word for each in WORDS.values() for word in each]

    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("text", "command", "words"),
    [
        ("认领12", Command.CLAIM, "12"),
        ("认领 12", Command.CLAIM, "12"),
        ("/claim 12", Command.CLAIM, "12"),
        ("/claim@linli_bot 12", Command.CLAIM, "12"),
        ("报事：8号楼　灯不亮", Command.REPORT, "8号楼　灯不亮"),
        ("绑定 ABCD2345", Command.BIND, "ABCD2345"),
        ("绑定码 第三网格", Command.CODE, "第三网格"),
        ("语言 英文", Command.LANG, "英文"),
        ("不当志愿者", Command.UNVOLUNTEER, ""),
        ("志愿者", Command.VOLUNTEER, ""),
        ("取消", Command.CANCEL, ""),
    ],
)
def test_words_and_slashes_are_read(
    text: str, command: Command, words: str
) -> None:
    assert commands.read(text) == Typed(command, words)


@pytest.mark.parametrize(
    "text",
    [
        "开始，大家注意了",
        "注销 户口要带什么",
        "绑定 手机号怎么弄",
        "关联 的账户",
        "语言 不通怎么办",
        "志愿者 们辛苦了",
        "登录 不上去了",
        "帮助 我搬一下",
        "隐私 也要注意",
        "通过 了吗",
    ],
)
def test_everyday_words_are_talk(text: str) -> None:
    assert commands.read(text) is None


@pytest.mark.parametrize("text", ["取消", "开始", "注销", "登录", "隐私"])
def test_a_group_says_them_without_meaning_us(text: str) -> None:
    assert commands.read(text, talk=True) is None
    assert isinstance(commands.read(text), Typed)


def test_a_slash_means_us_in_a_group_too() -> None:
    assert commands.read("/forget", talk=True) == Typed(Command.FORGET, "")


def test_a_wrong_slash_names_the_nearest() -> None:
    typed = commands.read("/clam 12")

    assert isinstance(typed, Mistyped)
    assert Command.CLAIM in typed.nearest


@pytest.mark.parametrize(
    ("roles", "audiences"),
    [
        ((), "resident"),
        ((Role.VOLUNTEER,), "resident volunteer"),
        ((Role.WORKER,), "resident worker"),
        ((Role.HEAD, Role.VOLUNTEER), "resident volunteer worker"),
        ((Role.ADMIN,), "resident worker desk"),
    ],
)
def test_a_role_opens_its_commands(
    roles: tuple[Role, ...], audiences: str
) -> None:
    assert commands.audiences(roles) == [
        Audience(name) for name in audiences.split()
    ]
