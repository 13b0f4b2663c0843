"""The environment and ``.env``, checked and frozen.

The only file that reads the environment. Secrets are ``SecretStr``: they
print as stars, and no mistake repeats their value.
"""

import os
import re
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "LINLI_"
SYSTEM = "LINLI_SYSTEM_"
"""``LINLI_SYSTEM_<ID>``: what opens that work-order system of the pack."""
DEMO_PACK = Path(__file__).parent / "packs" / "demo"
_HINTS = 3
DATABASES = ("sqlite+aiosqlite", "postgresql+asyncpg")


class BadSettings(Exception):
    """All that is wrong with the settings, one line each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class TelegramMode(StrEnum):
    """How updates come in."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


def _database(url: SecretStr) -> SecretStr:
    scheme = urlsplit(url.get_secret_value()).scheme
    if scheme not in DATABASES:
        raise ValueError(
            "must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://"
        )
    return url


def _media(url: str) -> str:
    if not url.startswith(("file:///", "s3://")):
        raise ValueError("must begin with file:/// or s3://")
    return url


def _http(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("must be a whole address such as https://example.org")
    return url.rstrip("/")


def _bot_token(token: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:[\w-]+", token.get_secret_value(), re.ASCII):
        raise ValueError("must be a bot's token: digits, a colon, letters")
    return token


def _header_secret(secret: SecretStr) -> SecretStr:
    words = secret.get_secret_value()
    if not re.fullmatch(r"[\w-]{1,256}", words, re.ASCII):
        raise ValueError("must be 1 to 256 letters, digits, - and _")
    return secret


HttpUrl = Annotated[str, AfterValidator(_http)]


class Settings(BaseSettings):
    """What the operator decided; every name begins with ``LINLI_``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",  # the names are checked, with a hint, in ``load``
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: Annotated[SecretStr, AfterValidator(_database)] = SecretStr(
        "sqlite+aiosqlite:///./var/linli.sqlite"
    )
    """A secret, since it may hold a password."""
    media_url: Annotated[str, AfterValidator(_media)] = "file:///./var/media"
    pack: Path = DEMO_PACK
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    """0 takes any free port."""
    public_url: HttpUrl | None = None
    """Where people and platforms reach us; no slash at the end."""
    telegram_token: Annotated[SecretStr, AfterValidator(_bot_token)] | None = (
        None
    )
    telegram_api_url: HttpUrl = "https://api.telegram.org"
    telegram_mode: TelegramMode = TelegramMode.POLLING
    telegram_secret: (
        Annotated[SecretStr, AfterValidator(_header_secret)] | None
    ) = None
    log_format: LogFormat = LogFormat.TEXT
    systems: dict[str, SecretStr] = Field(default_factory=dict)
    """Work-order system of the pack -> what opens it."""

    @classmethod
    def load(cls, env_file: Path = Path(".env")) -> "Settings":
        """Return the settings; ``BadSettings`` names every mistake."""
        given = _given(env_file)
        mistakes = _unknown(given)
        try:
            settings = cls(**_sources(env_file, given))
        except ValidationError as wrong:
            raise BadSettings(mistakes + _mistakes(wrong)) from None
        mistakes += settings.missing_for_webhook()
        if mistakes:
            raise BadSettings(mistakes)
        return settings

    @property
    def serves_outside(self) -> bool:
        """Say whether a channel beside the web chat is configured."""
        return self.telegram_token is not None

    @property
    def names_a_database(self) -> bool:
        """Say whether the operator chose where tickets are kept."""
        return "database_url" in self.model_fields_set

    def missing_for_webhook(self) -> list[str]:
        """Return what a Telegram webhook lacks."""
        if self.telegram_mode is TelegramMode.POLLING:
            return []
        needed = {
            "LINLI_TELEGRAM_TOKEN": self.telegram_token,
            "LINLI_TELEGRAM_SECRET": self.telegram_secret,
            "LINLI_PUBLIC_URL": self.public_url,
        }
        return [
            f"{name}: LINLI_TELEGRAM_MODE=webhook needs it"
            for name, value in needed.items()
            if not value
        ]


def folder_of(url: str) -> Path:
    """Return the folder of a ``file:///`` address.

    ``file:///./var/media`` is in the folder where Linli was started, as
    the same three slashes mean for an SQLite file.
    """
    path = url.removeprefix("file://")
    return Path(
        path.removeprefix("/") if path[:3] == "/./" else path
    ).absolute()


def _given(env_file: Path) -> dict[str, str]:
    """Return what is set under our prefix; the environment goes first."""
    try:
        told = dotenv_values(env_file, encoding="utf-8")
    except UnicodeDecodeError:
        raise BadSettings([f"{env_file}: is not UTF-8"]) from None
    return {
        name.upper(): value or ""
        for name, value in {**told, **os.environ}.items()
        if name.upper().startswith(PREFIX)
    }


def _known() -> list[str]:
    fields = Settings.model_fields.keys() - {"systems"}
    return sorted(PREFIX + name.upper() for name in fields)


def _unknown(given: dict[str, str]) -> list[str]:
    return [
        f"{name}: there is no such setting{_near(name)}"
        for name in sorted(given)
        if name not in _known()
        and (not name.startswith(SYSTEM) or name == SYSTEM)
    ]


def _near(name: str) -> str:
    """Return a hint: what all names begin with says nothing."""
    known = {one.removeprefix(PREFIX): one for one in _known()}
    word = name.removeprefix(PREFIX)
    best = get_close_matches(word, known, n=1, cutoff=0.8)
    if not best:
        parts = set(word.split("_"))
        alike = get_close_matches(word, known, n=_HINTS, cutoff=0.6)
        akin = [one for one in known if parts & set(one.split("_"))]
        best = list(dict.fromkeys((*alike, *akin)))[:_HINTS]
    if not best:
        return f"; there are {', '.join(known.values())}"
    named = " or ".join(f'"{known[one]}"' for one in best)
    return f"; did you mean {named}?"


def _sources(env_file: Path, given: dict[str, str]) -> dict[str, Any]:
    systems = {
        name.removeprefix(SYSTEM).lower(): value
        for name, value in given.items()
        if name.startswith(SYSTEM) and value
    }
    return {"_env_file": env_file, "systems": systems}


def _mistakes(wrong: ValidationError) -> list[str]:
    mistakes = []
    for error in wrong.errors(include_input=False, include_url=False):
        name = PREFIX + str(error["loc"][0]).upper()
        words = error["msg"].removeprefix("Value error, ")
        mistakes.append(f"{name}: {words[:1].lower()}{words[1:]}")
    return mistakes
