from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers import environment
from tests.peers.tracker import Tracker, serving


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    """A real roundup for the session; skips where it can't be had."""
    folder = tmp_path_factory.mktemp("roundup") / "demo"
    try:
        with serving(Path(folder)) as running:
            yield running
    except environment.Missing as why:
        pytest.skip(str(why))
