"""Opens a day file to read it, whatever it is kept as."""

import sqlite3
from pathlib import Path

from eventlog.day import HOT
from eventlog.manifest import read_manifest
from eventlog.mark import Mark, read_mark
from eventlog.sealed import SealedReader
from eventlog.store import Reader

AnyReader = Reader | SealedReader


def open_reader(path: Path) -> AnyReader:
    """The reader of the file `path`; both read the same. Raises sqlite3.Error."""
    return Reader(path) if path.suffix == HOT else SealedReader(path)


def length_of(path: Path, after: int = 0) -> int:
    """How many records the file has beyond seq `after`, as far as it can be told; 0 of one that cannot be read."""
    try:
        with open_reader(path) as reader:
            return reader.last_commit()[0] - max(after, reader.about().first_seq - 1)
    except (sqlite3.Error, TypeError):  # what is wrong with it, a check says
        return 0


def end_known_of(path: Path) -> Mark | None:
    """Up to where the file goes, told by what lies beside it: mark or manifest. Raises ValueError if that is broken."""
    if path.suffix == HOT:
        return read_mark(path)
    manifest = read_manifest(path)
    return manifest.end if manifest else None
