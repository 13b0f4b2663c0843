"""Brings the sentence encoder to each FAQ that is searched.

It is loaded at the first question, in a thread: the start doesn't wait for
it, nor does who asks; until then words alone answer. Without the extra
``[semantic]`` they go on to.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from handlers.understanding import encoder
from handlers.understanding.encoder import Encoder
from handlers.understanding.retrieval import Retrieval

log = structlog.get_logger()


@dataclass(eq=False)
class Meanings:
    """The encoder, and who waits for it."""

    load: Callable[[], Encoder | None] = encoder.load
    _encoder: Encoder | None = None
    _gone: bool = False
    """There is none, so nobody need wait."""
    _wanted: dict[int, Retrieval] = field(default_factory=dict)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    served: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever all who wanted it were served, or it is gone."""

    def want(self, retrieval: Retrieval) -> None:
        """Bring meaning to an FAQ that was searched by words alone."""
        if not self._gone:
            self._wanted[id(retrieval)] = retrieval
            self._woken.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve who wants it, in the background."""
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(self._run())
            try:
                yield
            finally:
                serving.cancel()

    async def _run(self) -> None:
        while not self._gone:
            await self._woken.wait()
            self._woken.clear()
            for key, retrieval in list(self._wanted.items()):
                try:
                    await self._bring(retrieval)
                except Exception as error:  # noqa: BLE001  words do, too
                    log.warning("no_meaning", error=type(error).__name__)
                    self._gone = True
                self._wanted.pop(key, None)
            self.served.set()
        self._wanted.clear()

    async def _bring(self, retrieval: Retrieval) -> None:
        if self._encoder is None:
            loaded = await asyncio.to_thread(self.load)
            if loaded is None:
                log.info("no_encoder", extra="semantic")
                self._gone = True
                return
            self._encoder = _Alone(loaded)
        vectors = await asyncio.to_thread(retrieval.meanings, self._encoder)
        retrieval.learn_meaning(vectors)


class _Alone:
    """An encoder that one thread uses at a time."""

    def __init__(self, encode: Encoder) -> None:
        self._encode = encode
        self._lock = threading.Lock()

    def __call__(self, texts: list[str]) -> Any:  # noqa: ANN401  an array
        """Return a row for each text."""
        with self._lock:
            return self._encode(texts)
