"""``python -m bot run`` with a batch size of the bench's choice."""

import sys

from typing_extensions import override

from bot import cli
from storage.database import Database


class Sized(Database):
    """A database whose batches are as large as the first argument says."""

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        self.batch = SIZE


SIZE = int(sys.argv.pop(1))

if __name__ == "__main__":
    sys.modules["bot.app"].__dict__["Database"] = Sized
    sys.argv.append("run")
    cli.main()
