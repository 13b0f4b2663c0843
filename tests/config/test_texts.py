import timeit
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fluent.syntax import ast

from config import catalogue
from config.catalogue import LOCALES, Flaw, variables
from config.showing import Near
from config.terms import Language, Level
from config.texts import BadCatalogue, Texts, Untold

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def sentences(language: Language) -> dict[str, ast.Pattern]:
    """Every sentence and attribute of the language."""
    return {
        name: pattern
        for path in (LOCALES / language).glob("*.ftl")
        for entry in catalogue.parse(path.read_text("utf-8")).entries
        for name, pattern in catalogue.patterns(entry)
    }


def example_values(pattern: ast.Pattern) -> dict[str, object]:
    """A value of the right kind for each that the pattern asks for."""
    values: dict[str, object] = dict.fromkeys(variables(pattern), "x")
    for node in catalogue.walk(pattern):
        if isinstance(node, ast.FunctionReference):
            value = 3 if node.id.name == "NUMBER" else NOON
            for argument in node.arguments.positional:
                values |= dict.fromkeys(variables(argument), value)
    return values


@pytest.fixture(name="town")
def _town() -> Texts:
    wording = {
        Language.ZH: "hello = 您好，{ $name }。\n"
        "until = 请在 { $at } 前\n"
        "short = { DAY($at) }、{ CLOCK($at) }、{ DATE($at) }\n"
        "count = { $n ->\n [0] 没有\n *[other] 有{ $n }件\n}：{ $text }\n"
        "card = 名片\n .phone = 电话 { $phone }\n"
    }
    return Texts.load().worded(wording)


def test_each_feature_has_one_file_in_each_language() -> None:
    files = {
        language: {path.name for path in (LOCALES / language).glob("*.ftl")}
        for language in Language
    }

    assert files[Language.ZH]
    assert files[Language.EN] == files[Language.ZH]


def test_the_catalogues_hold_no_flaw_and_no_sentence_twice() -> None:
    for language in Language:
        homes: dict[str, str] = {}
        for path in sorted((LOCALES / language).glob("*.ftl")):
            source = catalogue.parse(path.read_text("utf-8"))
            assert source.flaws == [], path
            for name in source.lines:
                assert name not in homes, f"{name}: {homes[name]}, {path}"
                homes[name] = str(path)


def test_the_languages_say_the_same_sentences_with_the_same_values() -> None:
    zh, en = (
        {
            name: sorted(variables(pattern))
            for name, pattern in sentences(language).items()
        }
        for language in Language
    )

    assert sorted(zh.keys() ^ en.keys()) == []
    assert {
        name: (zh[name], en[name]) for name in zh if zh[name] != en[name]
    } == {}


def test_every_sentence_can_be_said_in_every_language() -> None:
    texts = Texts.load()

    for language in Language:
        for name, pattern in sentences(language).items():
            assert texts.say(language, name, **example_values(pattern))


def test_a_moment_reads_on_the_communitys_clock(town: Texts) -> None:
    abroad = town.worded({}, ZoneInfo("Europe/Berlin"))

    assert (
        town.say("zh-CN", "until", at=NOON) == "请在 11月22日（周日）12:00 前"
    )
    assert (
        abroad.say("zh-CN", "until", at=NOON)
        == "请在 11月22日（周日）05:00 前"
    )
    assert (
        town.say("zh-CN", "short", at=NOON)
        == "11月22日（周日）、12:00、2026年11月22日"
    )


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        (NOON, "今天（周日）12:00", "12:00 today (Sun)"),
        (
            NOON + timedelta(hours=11, minutes=59),
            "今天（周日）23:59",
            "23:59 today (Sun)",
        ),
        (
            NOON + timedelta(hours=12),
            "明天（周一）00:00",
            "00:00 tomorrow (Mon)",
        ),
        (
            NOON - timedelta(hours=13),
            "昨天（周六）23:00",
            "23:00 yesterday (Sat)",
        ),
        (
            NOON + timedelta(days=2),
            "11月24日（周二）12:00",
            "Tue 24 Nov, 12:00",
        ),
        (
            NOON - timedelta(days=2),
            "11月20日（周五）12:00",
            "Fri 20 Nov, 12:00",
        ),
    ],
)
def test_a_near_day_has_its_name(
    town: Texts, at: datetime, zh: str, en: str
) -> None:
    near = Near(at, NOON)

    assert town.say("zh-CN", "until", at=near) == f"请在 {zh} 前"
    assert Texts.load().say("en", "todo-answer", at=near) == f"answer by {en}"


def test_what_day_it_is_the_communitys_clock_says(town: Texts) -> None:
    abroad = town.worded({}, ZoneInfo("Europe/Berlin"))
    midnight = NOON + timedelta(hours=12)

    # in Berlin it is five in the afternoon
    near = Near(midnight, NOON)
    assert abroad.say("zh-CN", "until", at=near) == "请在 今天（周日）17:00 前"


def test_a_pattern_may_choose_how_a_near_day_is_written(town: Texts) -> None:
    said = town.say("zh-CN", "short", at=Near(NOON, NOON))

    assert said == "11月22日（周日）、12:00、2026年11月22日"


def test_values_read_naturally(town: Texts) -> None:
    def shown(value: object) -> str:
        return town.say("zh-CN", "hello", name=value)

    assert shown(12345) == "您好，12345。"
    assert shown(4.5) == "您好，4.5。"
    assert shown(Level.GRID) == "您好，grid。"
    assert shown(date(2026, 3, 1)) == "您好，2026年3月1日。"
    assert shown(timedelta(hours=51)) == "您好，2天3小时。"
    assert shown(timedelta(days=1, minutes=5)) == "您好，1天。"
    assert shown(timedelta(seconds=20)) == "您好，不到1分钟。"
    assert shown(["甲", "乙"]) == "您好，甲、乙。"


def test_english_counts_in_english() -> None:
    texts = Texts.load()

    assert texts.say("en", "value-days", n=1) == "1 day"
    assert texts.say("en", "value-days", n=12345) == "12345 days"


def test_a_choice_of_words_takes_numbers_and_very_long_texts(
    town: Texts,
) -> None:
    long = "长" * 5_000

    assert town.say("zh-CN", "count", n=0, text="甲") == "没有：甲"
    assert town.say("zh-CN", "count", n=1200, text=long) == f"有1200件：{long}"


def test_an_attribute_is_a_sentence_of_its_own(town: Texts) -> None:
    assert town.say("zh-CN", "card") == "名片"
    assert town.say("zh-CN", "card.phone", phone="0000-1") == "电话 0000-1"
    assert town.has("card.phone")
    assert not town.has("card.mail")


@pytest.mark.filterwarnings("ignore::config.texts.Untold")
def test_what_is_missing_at_run_time_falls_back_and_never_fails(
    town: Texts,
) -> None:
    assert town.say("en", "hello", name="Lin") == "您好，Lin。"
    assert town.say("zh-CN", "hello") == "您好，…。"
    assert town.say("zh-CN", "nothing-like-it") == "nothing-like-it"
    assert "甲" in town.say("zh-CN", "count", text="甲")


def test_what_is_missing_fails_a_test(town: Texts) -> None:
    with pytest.warns(Untold, match="hello: no value name"):
        town.say("zh-CN", "hello")
    with pytest.warns(Untold, match="nowhere: no sentence"):
        town.say("zh-CN", "nowhere")
    with pytest.warns(Untold, match="Unknown external: n"):
        town.say("zh-CN", "count", text="x")


def test_a_communitys_wording_is_checked_against_the_original() -> None:
    wording = "value-dais = { $n }天\nvalue-days = { $m }天\nvalue-hours = {\n"

    flaws = Texts.load().flaws(Language.ZH, wording)

    assert [flaw.line for flaw in flaws] == [4, 1, 2]
    assert flaws[1].words.endswith('did you mean "value-days"?')
    assert flaws[2] == Flaw(
        2, "value-days", "the sentence gets no value $m; there are n"
    )


def test_a_communitys_wording_refers_only_to_what_is_there() -> None:
    wording = (
        "-name = 悦来\n"
        "value-comma = { -name }、{ -nama }\n"
        "value-days = { DAYS($n) }{ value-hour }\n"
    )

    flaws = Texts.load().flaws(Language.ZH, wording)

    assert [(flaw.line, flaw.words) for flaw in flaws] == [
        (2, '-nama is nowhere; did you mean "-name"?'),
        (3, 'DAYS is nowhere; did you mean "DAY"?'),
        (3, 'value-hour is nowhere; did you mean "value-hours"?'),
    ]


def test_a_broken_catalogue_names_file_and_line(tmp_path: Path) -> None:
    for language in Language:
        (tmp_path / language).mkdir()
    (tmp_path / "en" / "a.ftl").write_text("a = b\n= c\n", "utf-8")

    with pytest.raises(BadCatalogue, match=r"a\.ftl:2: "):
        Texts.load(tmp_path)


def test_saying_is_quick(town: Texts) -> None:
    def best(**values: object) -> float:
        name = "count" if values else "value-comma"
        return (
            min(
                timeit.repeat(
                    lambda: town.say("zh-CN", name, **values), number=500
                )
            )
            / 500
        )

    assert best() < 10e-6
    assert best(n=12, text="x") < 400e-6
