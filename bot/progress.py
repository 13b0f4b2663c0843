"""How far a long work is, shown to whoever waits at a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

LONG = 20
"""So many steps are worth a bar."""

Told = Callable[[int, int], None]
"""Steps done, of how many."""


@contextmanager
def shown(what: str) -> Iterator[Told]:
    """Yield what a work tells its progress to; a bar if it is long."""
    console = Console(stderr=True)
    with Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        bar = bars.add_task(what, visible=False)

        def told(done: int, of: int) -> None:
            bars.update(bar, completed=done, total=of, visible=of >= LONG)

        yield told
