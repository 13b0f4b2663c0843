from pathlib import Path

import pytest
from pydantic import ValidationError

from config.settings import (
    DEMO_PACK,
    BadSettings,
    LogFormat,
    Settings,
    TelegramMode,
)

BOT = "123456:what-a-bot-proves-itself-with"
GATE = "open-sesame_1"
DOOR = "hunter2"


class Office:
    """An operator who writes a ``.env`` in an otherwise empty environment."""

    def __init__(self, folder: Path) -> None:
        self.env_file = folder / ".env"

    def writes(self, *lines: str) -> None:
        self.env_file.write_text("\n".join(lines), "utf-8")

    def starts(self) -> Settings:
        return Settings.load(self.env_file)

    def fails(self) -> list[str]:
        with pytest.raises(BadSettings) as caught:
            self.starts()
        return caught.value.mistakes


@pytest.fixture(name="office")
def _office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LINLI_{name.upper()}", raising=False)
    return Office(tmp_path)


def test_nothing_needs_to_be_set(office: Office) -> None:
    settings = office.starts()

    url = settings.database_url.get_secret_value()
    assert url == "sqlite+aiosqlite:///./var/linli.sqlite"
    assert settings.media_url == "file:///./var/media"
    assert settings.pack == DEMO_PACK
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert not settings.serves_outside


def test_the_environment_overrules_the_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.writes(
        "LINLI_HTTP_PORT=1",
        "LINLI_LOG_FORMAT=json",
        f"LINLI_TELEGRAM_TOKEN={BOT}",
        "LINLI_PUBLIC_URL=https://linli.example/",
    )
    monkeypatch.setenv("LINLI_HTTP_PORT", "2")
    monkeypatch.setenv("LINLI_SYSTEM_ROUNDUP", f"linli:{DOOR}")

    settings = office.starts()

    assert settings.http_port == 2
    assert settings.log_format is LogFormat.JSON
    assert settings.serves_outside
    assert settings.public_url == "https://linli.example"
    opener = settings.systems["roundup"].get_secret_value()
    assert opener == f"linli:{DOOR}"


def test_an_empty_value_is_no_value(office: Office) -> None:
    office.writes("LINLI_TELEGRAM_TOKEN=", "LINLI_HTTP_PORT=")

    settings = office.starts()

    assert settings.telegram_token is None
    assert settings.http_port == 8080


def test_an_unknown_name_is_told_with_the_nearest_known_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.writes("LINLI_TELEGRAM_TOKN=x", "OTHER_THING=1")
    monkeypatch.setenv("LINLI_QUITE_ANOTHER", "x")

    another, nearly = office.fails()

    assert another.startswith(
        "LINLI_QUITE_ANOTHER: there is no such setting; there are LINLI_"
    )
    assert nearly == (
        "LINLI_TELEGRAM_TOKN: there is no such setting;"
        ' did you mean "LINLI_TELEGRAM_TOKEN"?'
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("FOO", "; there are LINLI_"),
        ("PORT", '; did you mean "LINLI_HTTP_PORT"?'),
        ("DATABASE", '; did you mean "LINLI_DATABASE_URL"?'),
        (
            "TELEGRAM",
            '; did you mean "LINLI_TELEGRAM_MODE" or "LINLI_TELEGRAM_TOKEN" or ',
        ),
    ],
)
def test_what_all_names_begin_with_is_no_hint(
    office: Office, name: str, hint: str
) -> None:
    office.writes(f"LINLI_{name}=1")

    [told] = office.fails()

    no = f"LINLI_{name}: there is no such setting"
    assert told.startswith(f"{no}{hint}")


def test_all_mistakes_are_told_at_once(office: Office) -> None:
    office.writes(
        "LINLI_DATABASE_URL=postgresql://linli:hunter2@db/linli",
        "LINLI_MEDIA_URL=/var/media",
        "LINLI_HTTP_PORT=eighty",
        "LINLI_PUBLIC_URL=linli.example",
        "LINLI_TELEGRAM_TOKEN=secret-but-no-token",
        "LINLI_TELEGRAM_MODE=pull",
        "LINLI_TELEGRAM_SECRET=hunter2 hunter2",
        "LINLI_LOG_FORMAT=xml",
        "LINLI_PAK=x",
    )

    mistakes = office.fails()

    assert len(mistakes) == 9
    names = {mistake.partition(":")[0] for mistake in mistakes}
    assert len(names) == 9
    assert not any("hunter2" in mistake for mistake in mistakes)
    assert not any("secret-but" in mistake for mistake in mistakes)


def test_a_webhook_needs_a_secret_and_a_public_address(office: Office) -> None:
    office.writes(f"LINLI_TELEGRAM_TOKEN={BOT}", "LINLI_TELEGRAM_MODE=webhook")

    assert office.fails() == [
        "LINLI_TELEGRAM_SECRET: LINLI_TELEGRAM_MODE=webhook needs it",
        "LINLI_PUBLIC_URL: LINLI_TELEGRAM_MODE=webhook needs it",
    ]


def test_secrets_never_print(office: Office) -> None:
    office.writes(
        f"LINLI_TELEGRAM_TOKEN={BOT}",
        f"LINLI_TELEGRAM_SECRET={GATE}",
        f"LINLI_SYSTEM_ROUNDUP=linli:{DOOR}",
        f"LINLI_DATABASE_URL=postgresql+asyncpg://linli:{DOOR}@db/linli",
    )

    settings = office.starts()

    for printed in (
        repr(settings),
        str(settings),
        f"{settings}",
        repr(settings.model_dump()),
        repr(settings.model_dump(mode="json")),
        settings.model_dump_json(),
        repr(vars(settings)),
    ):
        assert BOT not in printed
        assert GATE not in printed
        assert DOOR not in printed


def test_settings_are_frozen(office: Office) -> None:
    settings = office.starts()

    with pytest.raises(ValidationError):
        settings.http_port = 1
    assert settings.telegram_mode is TelegramMode.POLLING


def test_a_file_that_is_no_utf_8_is_told(office: Office) -> None:
    office.env_file.write_bytes("LINLI_HTTP_HOST=悦来".encode("gb18030"))

    assert office.fails() == [f"{office.env_file}: is not UTF-8"]
