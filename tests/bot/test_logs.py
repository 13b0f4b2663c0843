"""What may stand in a log line, and what never does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert
from structlog.testing import capture_logs

from bot import logs
from config.settings import LogFormat
from storage import schema, views
from storage.database import Database
from tests.bot.web.town import town

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"  # noqa: S105
PHONE = "13800138000"

_TALKS = f"""
import logging, sys
import structlog
from bot import logs
from config.settings import LogFormat
logs.set_up(LogFormat(sys.argv[1]), ["s3cret-of-ours"])
log = structlog.get_logger("test")
log.info("said", url="https://api/bot{TOKEN}/getMe", who="{PHONE}")
log.info("said", database="postgresql://linli:hunter2@db/linli")
log.info("said", words="s3cret-of-ours")
log.info("said", words="first\\n2026-11-25 [error] forged")
logging.getLogger("aiohttp").warning("x %s %s", "{TOKEN}", "{PHONE}")
logging.getLogger("aiohttp").warning("%d", "hunter2")
try:
    int("{TOKEN} {PHONE} s3cret-of-ours")
except ValueError:
    logging.getLogger("asyncio").exception("never retrieved")
"""


@pytest.mark.parametrize("format_", LogFormat)
def test_no_line_tells_a_secret_or_a_phone(format_: LogFormat) -> None:
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _TALKS, format_],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stderr

    assert said.count("said") == 4
    assert "never retrieved" in said
    for secret in (TOKEN, PHONE, "hunter2", "s3cret-of-ours"):
        assert secret not in said
    assert not re.search(r"^2026-11-25 \[error\] forged", said, re.MULTILINE)


def test_a_log_that_nobody_can_write_stops_nothing() -> None:
    full = Path("/dev/full")  # as a disk that has no room left
    if not full.exists():
        pytest.skip("/dev/full: only Linux has it")
    with full.open("w") as log:
        done = subprocess.run(  # noqa: S603
            [
                sys.executable,
                "-c",
                f"{_TALKS}\nsys.stderr.close()\nlog.info('said')\nprint('on')",
                "text",
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            check=False,
        )

    assert done.stdout == "on\n"


async def test_a_databases_error_quotes_nobody(database_url: str) -> None:
    async with Database(database_url).opened() as database:
        with pytest.raises(Exception, match=r"(?i)foreign|null") as no:
            await database.write(
                lambda db: db.execute(
                    insert(schema.words).values(
                        community_id="nowhere", text=f"家里{PHONE}"
                    )
                )
            )

    assert PHONE not in logs.trail(no.value)
    assert "parameters hidden" in str(no.value)
    assert re.match(r"\w+ at \w+\.py:\d+", logs.trail(no.value))


async def test_a_page_that_fails_logs_no_code_and_no_words(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError(f"家里{PHONE}号")

    monkeypatch.setattr(views, "ticket", fail)
    with capture_logs() as said:
        async with (
            town(sqlite_url, demo=False) as here,
            TestClient(TestServer(here.app)) as browser,
        ):
            answer = await browser.get("/t/secretcode12")
            page = await answer.text()

    assert answer.status == 500
    (line,) = [one for one in said if one["event"] == "page_failed"]
    assert line["page"] == "/t/{code}"
    assert line["error"].startswith("ValueError at ")
    for word in ("secretcode12", "家里", PHONE):
        assert word not in str(said)
        assert word not in page


def test_nobody_logs_an_errors_own_words() -> None:
    """Write ``error=trail(error)`` or the type's name instead."""
    quoting = re.compile(r"log\.exception\(|exc_info|traceback\.print")

    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("bot", "handlers", "storage", "config")
        for path in (ROOT / folder).rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if quoting.search(line) and "format_exc_info" not in line
    ]

    assert found == []
