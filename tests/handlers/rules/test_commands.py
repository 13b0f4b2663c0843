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


@pytest.mark.parametrize(
    "text",
    [
        "请问，有人看到我的猫吗",
        "请问 谁知道哪家理发店好",
        "问，你吃了吗",
        "许愿！明天不下雨",
        "认领，谁家的快递放我这了",
        "通过！我们过了",
        "通过！",
        "完成",
        "撤回",
        "上报，已经上报了",
        "办结 什么时候的事",
        "心愿 达成了，谢谢大家",
    ],
)
def test_what_neighbours_say_to_each_other_is_talk(text: str) -> None:
    assert commands.read(text, talk=True) is None


@pytest.mark.parametrize(
    ("text", "command", "words"),
    [
        ("问 医保怎么交", Command.ASK, "医保怎么交"),
        ("许愿，想要个轮椅", Command.WISH, "想要个轮椅"),
        ("许愿 想要个轮椅", Command.WISH, "想要个轮椅"),
        ("我要许愿：想要个轮椅", Command.WISH, "想要个轮椅"),
        ("认领", Command.CLAIM, ""),
        ("认领 12", Command.CLAIM, "12"),
        ("我要认领12号", Command.CLAIM, "12号"),
        ("心愿", Command.WISHES, ""),
        ("心愿单", Command.WISHES, ""),
        ("心愿 12", Command.WISHES, "12"),
        ("心愿 第一网格", Command.WISHES, "第一网格"),
        ("心愿 我的", Command.WISHES, "我的"),
        ("报事，3号楼灯不亮", Command.REPORT, "3号楼灯不亮"),
    ],
)
def test_what_is_asked_of_us_in_a_group_is_heard(
    text: str, command: Command, words: str
) -> None:
    assert commands.read(text, talk=True) == Typed(command, words)


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
    ("typed", "nearest"),
    [
        ("/reprot", Command.REPORT),
        ("/repport", Command.REPORT),
        ("/wihs", Command.WISH),
        ("/tolo", Command.TODO),
        ("/helpp", Command.HELP),
        ("/accpet", Command.ACCEPT),
        ("/languge", Command.LANG),
    ],
)
def test_what_is_far_behind_the_nearest_is_not_named(
    typed: str, nearest: Command
) -> None:
    read = commands.read(typed)

    assert isinstance(read, Mistyped)
    assert read.nearest[0] is nearest
    assert Command.NOT_REPORT not in read.nearest
    assert len(read.nearest) <= 2


@pytest.mark.parametrize(
    "said", ["工单 abc", "重开 啥时候", "绑定 ABC", "取消合并", "关联 1"]
)
def test_a_group_is_not_told_how_to_type_what_it_did_not_mean(
    said: str,
) -> None:
    assert commands.read(said, talk=True) is None


def test_a_mistyped_chinese_slash_names_the_nearest() -> None:
    typed = commands.read("/受利 12")

    assert isinstance(typed, Mistyped)
    assert Command.ACCEPT in typed.nearest


@pytest.mark.parametrize("said", ["撤销 12", "撤消12", "撤回 12"])
def test_people_take_back_in_more_than_one_word(said: str) -> None:
    assert commands.read(said) == Typed(Command.WITHDRAW, "12")


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
