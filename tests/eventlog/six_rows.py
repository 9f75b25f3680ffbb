"""A day file of six rows, for tests that hurt it."""

from pathlib import Path

from eventlog.integrity import START
from eventlog.schema import Row
from eventlog.store import Writer


def row(seq: int, payload: bytes = b'{"a":1}') -> Row:
    return Row(seq, "edge", "Seen", 1, 0, 1_000 * seq, payload)


def six_rows_in(folder: Path) -> Path:
    """Three commits of two rows, 11 to 16, in a file that goes on after row 10."""
    path = folder / "2026-11-20.db"
    writer = Writer.create(path, day="2026-11-20", last_seq=10, chain=START, durability="normal")
    for first in (11, 13, 15):
        writer.append([row(first), row(first + 1)])
    writer.close()
    return path
