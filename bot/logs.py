"""Logs: past-tense events and fields, never a message's text or a secret."""

import logging
import re
import sys
import traceback
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from typing_extensions import override

from config.settings import LogFormat

_SHAPES = re.compile(
    r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}"  # a bot's token, in a URL too
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user:password@
    r"|(?<!\d)1[3-9]\d{9}(?!\d)"  # a mobile number
)
STARS = "***"
FRAMES = 8
"""Lines of a trace that tell enough."""


class Redactor:
    """Takes known secrets, and what looks like one, out of any words."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self._secrets = [one for one in secrets if len(one) > 3]  # noqa: PLR2004  "abc" would star half the log

    def __call__(self, words: str) -> str:
        """Return the words with stars in place of secrets."""
        for secret in self._secrets:
            words = words.replace(secret, STARS)
        return _SHAPES.sub(STARS, words)


class _Handler(logging.StreamHandler[Any]):
    """Writes every record, ours and libraries', through the redactor."""

    def __init__(self, redact: Redactor, format_: LogFormat) -> None:
        super().__init__(sys.stderr)
        self._redact = redact
        renderer: Any = (
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if format_ is LogFormat.JSON
            else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        )
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    renderer,
                ],
                foreign_pre_chain=_CHAIN,
            )
        )

    @override
    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        # logging's own way writes the bare record past the redactor; and
        # a log that can't be written (a full disk, a reader gone) must
        # never stop the work that it tells of
        with suppress(OSError, ValueError):
            self.stream.write(
                f"a line of {record.name} could not be written\n"
            )


_CHAIN: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def trail(error: BaseException) -> str:
    """Return what failed and where, without the error's own words.

    A database's words quote what people said, a library's may quote an
    address with a token in it.
    """
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    where = " > ".join(
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames
    )
    return f"{type(error).__name__} at {where}"


def set_up(format_: LogFormat, secrets: Collection[str] = ()) -> None:
    """Let every log line of the process pass one redacting handler."""
    root = logging.getLogger()
    root.handlers = [_Handler(Redactor(secrets), format_)]
    root.setLevel(logging.INFO)
    for noisy in (
        "httpx",
        "httpcore",
        "telegram",
        "apscheduler",
        "aiosqlite",
        "alembic",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            *_CHAIN,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
