"""Tells a disk that fails from a file that is damaged: the one may pass, the other needs a repair."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHUNK_BYTES = 1024 * 1024
FAILING = (sqlite3.DatabaseError, sqlite3.OperationalError)
"""What SQLite says of a disk that fails; its other errors are bugs. One of damage is the disk's word, too, in a file
that was found whole a moment before: SQLite calls a page damaged that it cannot read."""


class DiskTrouble(OSError):
    """The disk does not give or take what it should; nothing says that the log is damaged. Says what to do."""


@contextmanager
def disk_trouble(path: Path) -> Iterator[None]:
    """While inside, what the system or SQLite cannot do about the log of `path` is DiskTrouble."""
    try:
        yield
    except (OSError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.Error) and type(error) not in FAILING:
            raise
        raise DiskTrouble(
            f"the disk could not be read or written at {path}: {error}. Nothing says that the log is damaged: look at "
            f"the disk (dmesg, df -h, whose the files are), then start again"
        ) from error


def require_readable(path: Path) -> None:
    """Reads all of the file. Raises OSError if the disk does not give it. Never where it is written: see Reader."""
    with path.open("rb") as file:
        while file.read(CHUNK_BYTES):
            pass
