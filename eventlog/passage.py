"""Ways through a day file: to a moment, and from end to end without holding up the one who writes it."""

import sys
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from eventlog.day import HOT
from eventlog.reading import AnyReader, open_reader
from eventlog.schema import Row

PIECE_ROWS = 4000
"""Read at one look, of some 10 ms: while it lasts, the writer cannot fold its write-ahead log into the file."""


def seq_at(reader: AnyReader, at_ns: int) -> int:
    """The first seq logged at `at_ns` or later, one past the last if none was. The log's time never runs backwards."""
    first = next(reader.rows(), None)
    if first is None:
        return reader.last_commit()[0] + 1
    seqs = range(first.seq, reader.last_commit()[0] + 1)
    return first.seq + bisect_left(seqs, at_ns, key=lambda seq: _at_ns(reader, seq))


def _at_ns(reader: AnyReader, seq: int) -> int:
    """When the record `seq` was logged, or what is kept of those after it."""
    row = next(reader.rows(after=seq - 1), None)
    return row.at_ns if row else sys.maxsize


def rows_in_pieces(path: Path, *, after: int = 0, upto: int | None = None, **filters: Any) -> Iterator[Row]:
    """The rows after seq `after` and up to `upto`, however long whoever asks takes over each of them.

    upto: without it, the last there is when the first is asked for. filters: as Reader.rows takes them.
    """
    if upto is None:
        with open_reader(path) as reader:
            upto = reader.last_commit()[0]
    if path.suffix != HOT:  # nobody writes to it
        with open_reader(path) as reader:
            yield from takewhile(lambda row: row.seq <= upto, reader.rows(after=after, **filters))
        return
    while after < upto:
        with open_reader(path) as reader:
            piece = list(islice(reader.rows(after=after, **filters), PIECE_ROWS))
        if piece and piece[-1].seq > upto:
            piece = [row for row in piece if row.seq <= upto]
        yield from piece
        after = piece[-1].seq if len(piece) == PIECE_ROWS else upto
