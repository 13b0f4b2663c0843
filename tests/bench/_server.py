"""``python -m bot run`` with a batch size of the bench's choice."""

import sys

from bot import cli
from storage.database import Database

_made = Database.__post_init__


def _sized(database: Database) -> None:
    """Make a database whose batches are as large as was asked for."""
    _made(database)
    database.batch = SIZE


SIZE = int(sys.argv.pop(1))

if __name__ == "__main__":
    # wherever the program makes its database
    type.__setattr__(Database, "__post_init__", _sized)
    sys.argv.append("run")
    cli.main()
