from pathlib import Path

import pytest

from tests.config.pack.folders import Folder


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "pack")
