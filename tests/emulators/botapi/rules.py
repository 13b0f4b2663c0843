"""What the Bot API refuses, in its own words."""

import json
import re
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from tests.emulators.botapi.state import Json, Room, monotonic

TEXT = 4096
CAPTION = 1024
BUTTON_BYTES = 64
BUTTONS = 100
ROW = 8
PHOTO_BYTES = 10 * 1024 * 1024
DOWNLOAD_BYTES = 20 * 1024 * 1024


class Refused(Exception):
    """The API's no: status, description, parameters."""

    def __init__(
        self, status: int, description: str, **parameters: object
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def body(self) -> Json:
        body: Json = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad(description: str, **parameters: object) -> Refused:
    return Refused(400, f"Bad Request: {description}", **parameters)


class Params:
    """A call's parameters, however they were posted, read by type."""

    def __init__(self, given: Json, files: dict[str, bytes]) -> None:
        self.given = {k: v for k, v in given.items() if v is not None}
        self.files = files

    def has(self, name: str) -> bool:
        return name in self.given

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        value = self.given.get(name, default)
        if isinstance(value, bool):
            raise bad(f'can\'t parse "{name}": expected an Integer')
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad(f"{name} must be a number") from None

    def flag(self, name: str) -> bool:
        value = self.given.get(name, False)
        if isinstance(value, str):
            return value.lower() in {"true", "1", "yes"}
        return bool(value)

    def json(self, name: str) -> Any:  # noqa: ANN401  # it is JSON
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            what = name.replace("_", " ")
            raise bad(f"can't parse {what} JSON object") from None


def units(text: str) -> int:
    """Return the length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_text(text: str) -> str:
    if not text.strip():
        raise bad("message text is empty")
    if units(text) > TEXT:
        raise bad("message is too long")
    return text


def check_caption(text: str) -> str:
    if units(text) > CAPTION:
        raise bad("message caption is too long")
    return text


def check_no_parse_mode(params: Params) -> None:
    if params.text("parse_mode"):
        raise bad("this emulator formats nothing, leave out parse_mode")


def check_markup(markup: object) -> Json | None:
    """Return the inline keyboard; each button must say one thing to do."""
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad("can't parse reply keyboard markup JSON object")
    if {"keyboard", "remove_keyboard", "force_reply"} & markup.keys():
        return None  # shown below the text field, never part of a message
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list):
        raise bad("object expected as reply markup")
    if sum(len(row) for row in rows) > BUTTONS:
        raise bad("reply markup is too long")
    if any(len(row) > ROW for row in rows):
        raise bad("BUTTON_ROW_TOO_LONG")
    for row in rows:
        for button in row:
            _check_button(button)
    return {"inline_keyboard": [row for row in rows if row]}


def _check_button(button: object) -> None:
    where = "can't parse inline keyboard button: "
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad(f'{where}Can\'t find field "text"')
    if not button["text"].strip():
        raise bad(f"{where}Text buttons are unallowed in the inline keyboard")
    acts = {"callback_data", "url"} & button.keys()
    if len(acts) != 1:
        raise bad(f"{where}Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button:
        size = len(str(button["callback_data"]).encode())
        if not 1 <= size <= BUTTON_BYTES:
            raise bad("BUTTON_DATA_INVALID")
        return
    url = button["url"]
    parts = urlsplit(url)
    host = parts.hostname or ""
    good = parts.scheme in {"http", "https"} and "." in host
    if not good and parts.scheme != "tg":
        raise bad(
            f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"
        )


def check_commands(commands: object) -> list[Json]:
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("can't parse commands: expected an Array of BotCommand")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return [
        {"command": row["command"], "description": row["description"]}
        for row in commands
    ]


class Pace:
    """Telegram's limits: a message a second a chat, 20 a minute a group,
    30 a second in all. Strict: no bursts."""

    def __init__(self) -> None:
        self.on = True
        self._last: dict[int, float] = {}
        self._minute: dict[int, deque[float]] = {}
        self._second: deque[float] = deque()

    def check(self, room: Room, messages: int = 1) -> None:
        """Count a send, or raise a 429 that says when to come again."""
        if not self.on:
            return
        now = monotonic()
        wait = max(
            self._last.get(room.id, -9.0) + 1.0 - now,
            0.0 if room.private else self._group(room.id, now),
            _full(self._second, 30, 1.0, now),
        )
        if wait > 0:
            busy(wait)
        self._last[room.id] = now
        self._second.append(now)
        minute = self._minute.setdefault(room.id, deque())
        minute.extend([now] * messages)

    def _group(self, chat: int, now: float) -> float:
        return _full(self._minute.setdefault(chat, deque()), 20, 60.0, now)


def _full(sent: deque[float], most: int, span: float, now: float) -> float:
    while sent and sent[0] <= now - span:
        sent.popleft()
    return sent[-most] + span - now if len(sent) >= most else 0.0


def busy(seconds: float) -> None:
    """Raise the 429."""
    wait = max(1, int(-(-seconds // 1)))
    raise Refused(
        429, f"Too Many Requests: retry after {wait}", retry_after=wait
    )
