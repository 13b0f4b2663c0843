"""How words and buttons become Telegram messages: sizes, parts, rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from storage.messages import Attachment, Choice

TEXT = 4096
CAPTION = 1024
ALBUM = 10
_ROW_BUTTONS = 5
_ROW_CELLS = 26
_BREAKS = ("\n\n", "\n", "。", ". ", "；", "，", " ")


@dataclass(frozen=True, slots=True)
class Part:
    """One call's worth of a letter."""

    text: str
    photos: tuple[bytes, ...] = ()
    recording: Attachment | None = None
    markup: InlineKeyboardMarkup | None = None


def plan(
    text: str,
    choices: Sequence[Choice],
    photos: Sequence[bytes],
    recordings: Sequence[Attachment] = (),
) -> list[Part]:
    """Return the messages that carry the letter; buttons hang on the words.

    Recordings come last, each alone.
    """
    played = [Part("", recording=one) for one in recordings]
    return [*_seen(text, choices, photos), *played]


def _seen(
    text: str, choices: Sequence[Choice], photos: Sequence[bytes]
) -> list[Part]:
    """Return the messages with the words and the photos.

    An album takes no buttons, and a caption is short: where they don't
    fit, the pictures go first and the words follow.
    """
    text, markup = keyboard(text, choices)
    plain = len(photos) == 1 or markup is None
    if photos and plain and len(photos) <= ALBUM and units(text) <= CAPTION:
        return [Part(text, tuple(photos), markup=markup)]
    parts = [
        Part("", tuple(photos[start : start + ALBUM]))
        for start in range(0, len(photos), ALBUM)
    ]
    pieces = split(text)
    parts += [Part(piece) for piece in pieces[:-1]]
    parts += [Part(piece, markup=markup) for piece in pieces[-1:]]
    return parts


def units(text: str) -> int:
    """Return the length as Telegram counts it: UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, most: int = TEXT) -> list[str]:
    """Cut long words where a reader would pause; nothing is lost."""
    pieces = []
    text = text.strip()
    while units(text) > most:
        piece = _head(text, most)
        pieces.append(piece.rstrip())
        text = text[len(piece) :].lstrip()
    return [*pieces, text] if text else pieces


def shorten(text: str, most: int = TEXT) -> str:
    """Return at most so many units, with an ellipsis where it was cut."""
    if units(text) <= most:
        return text
    return _fit(text, most - 1) + "…"


def keyboard(
    text: str, choices: Sequence[Choice]
) -> tuple[str, InlineKeyboardMarkup | None]:
    """Return the words and their buttons.

    Telegram refuses a whole message for a button that links to a host
    without a dot (``localhost``); such a link stands in the words.
    """
    buttons = []
    for choice in choices:
        if choice.token:
            buttons.append(
                InlineKeyboardButton(choice.label, callback_data=choice.token)
            )
        elif _linkable(choice.url):
            buttons.append(InlineKeyboardButton(choice.label, url=choice.url))
        elif choice.url:
            text = f"{text}\n{choice.label}: {choice.url}".strip()
    return text, InlineKeyboardMarkup(_rows(buttons)) if buttons else None


def _linkable(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "")


def _rows(
    buttons: Sequence[InlineKeyboardButton],
) -> list[list[InlineKeyboardButton]]:
    """Short buttons share a row as long as a phone can show them."""
    rows: list[list[InlineKeyboardButton]] = []
    room = 0
    for button in buttons:
        cells = _cells(button.text) + 2
        if cells > room or len(rows[-1]) == _ROW_BUTTONS:
            rows.append([])
            room = _ROW_CELLS
        rows[-1].append(button)
        room -= cells
    return rows


def _cells(text: str) -> int:
    return sum(1 + (east_asian_width(letter) in "WF") for letter in text)


def _head(text: str, most: int) -> str:
    head = _fit(text, most)
    for mark in _BREAKS:
        end = head.rfind(mark)
        if end > len(head) // 2:
            return head[: end + len(mark)]
    return head


def _fit(text: str, most: int) -> str:
    head = text[:most]
    while units(head) > most:
        head = head[: len(head) - (units(head) - most + 1) // 2]
    return head
