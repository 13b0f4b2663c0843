"""The encoder comes late, in the background, or never."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from bot.meanings import Meanings
from config.pack.loading import load
from config.settings import DEMO_PACK
from handlers.understanding.encoder import Encoder
from handlers.understanding.shelf import Shelf

TODAY = date(2026, 11, 22)


def _letters(texts: Sequence[str]) -> Any:  # noqa: ANN401  an array
    rows = np.zeros((len(texts), 64))
    for row, text in zip(rows, texts, strict=True):
        for letter in text:
            row[ord(letter) % 64] += 1
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


async def _asked(meanings: Meanings) -> bool:
    """Ask, wait for what comes of it, and tell whether meaning came."""
    shelf = Shelf(lacks_meaning=meanings.want)
    town = load(DEMO_PACK).communities[0]
    retrieval = shelf.at_hand(town)
    async with meanings.running():
        assert retrieval.find("老年卡怎么办", today=TODAY).best
        await asyncio.wait_for(meanings.served.wait(), 20)
    assert retrieval.find("老年卡怎么办", today=TODAY).best
    return retrieval.knows_meaning


async def test_an_faq_that_is_searched_learns_meaning() -> None:
    assert await _asked(Meanings(load=lambda: _letters))


async def test_without_the_extra_words_answer() -> None:
    assert not await _asked(Meanings(load=lambda: None))


@pytest.mark.parametrize("fails", [OSError("torn"), ValueError("corrupted")])
async def test_an_encoder_that_cannot_be_loaded_is_gone(
    fails: Exception,
) -> None:
    def broken() -> Encoder | None:
        raise fails

    assert not await _asked(Meanings(load=broken))


async def test_what_is_never_asked_loads_nothing() -> None:
    loaded = []
    meanings = Meanings(load=lambda: loaded.append(1))
    shelf = Shelf(lacks_meaning=meanings.want)
    async with meanings.running():
        town = load(DEMO_PACK).communities[0]
        assert not shelf.at_hand(town).knows("吃了吗", today=TODAY)
        await asyncio.sleep(0)

    assert loaded == []


def test_an_faq_that_changed_is_not_read_anew() -> None:
    shelf, town = Shelf(), load(DEMO_PACK).communities[0]
    before = shelf.at_hand(town)

    after = shelf.current(
        town, datetime(2026, 11, 22, tzinfo=UTC), lambda: town.faq[1:]
    )

    assert after is before
    assert list(after.entries) == [entry.id for entry in town.faq[1:]]
