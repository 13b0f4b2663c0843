"""Why a database refuses us, in words for whoever runs it.

A driver's own words may hold the address with its password: none of them
is repeated.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError

_POSTGRES = {
    "3D000": "has no database of that name; create it first (createdb)",
    "28000": "doesn't let this user in; look at user and password",
    "28P01": "doesn't let this user in; look at user and password",
    "42501": "doesn't let this user make tables; it must own the database",
    "53300": "has no connection left; raise its max_connections",
    "25006": "takes no changes: it is a standby, or read-only",
}
_SQLITE = {
    "not a database": "the file is no SQLite database",
    "unable to open": "the file can't be opened; may Linli write there?",
    "readonly": "the file can't be written; may Linli write there?",
    "malformed": "the file is damaged; restore a backup",
    "is full": "the disk is full",
    "disk I/O error": "the disk fails; look at the machine's own log",
    "is locked": "another program holds the file",
}
_SYSTEM: dict[type[OSError], str] = {
    ConnectionRefusedError: "nobody answers there; is it running, and is"
    " that its host and port?",
    TimeoutError: "no answer came in time; is that its host and port?",
    PermissionError: "Linli may not write there",
    FileNotFoundError: "there is no such folder or socket, and none can be"
    " made",
    NotADirectoryError: "a file stands where a folder should be",
    FileExistsError: "a file stands where a folder should be",
    IsADirectoryError: "a folder stands where the file should be",
}


def explained(wrong: Exception) -> str:
    """Say why the database can't be used, and what may help."""
    cause = wrong.orig if isinstance(wrong, DBAPIError) else wrong
    if isinstance(cause, sqlite3.Error):
        known = (w for part, w in _SQLITE.items() if part in str(cause))
        return next(known, f"SQLite says {type(cause).__name__}")
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return f"PostgreSQL {_POSTGRES.get(state, f'answers {state}')}"
    for kind, words in _SYSTEM.items():
        if isinstance(cause, kind):
            return words
    if type(cause).__name__ == "gaierror":  # storage imports no socket
        return "there is no host of that name"
    return f"it can't be used: {type(cause).__name__}"
