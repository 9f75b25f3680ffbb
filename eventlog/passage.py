"""Ways through a day file: to a moment, and from end to end without holding up the one who writes it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from eventlog.schema import Row
from eventlog.store import Reader

PIECE_ROWS = 1000
"""Read at one look: while a look lasts, the writer cannot fold its write-ahead log into the file."""


def seq_at(reader: Reader, at_ns: int) -> int:
    """The first seq logged at `at_ns` or later, one past the last if none was. The log's time never runs backwards."""
    first = next(reader.rows(), None)
    if first is None:
        return reader.last_commit()[0] + 1
    seqs = range(first.seq, reader.last_commit()[0] + 1)
    return first.seq + bisect_left(seqs, at_ns, key=lambda seq: next(reader.rows(after=seq - 1)).at_ns)


def rows_in_pieces(
    path: Path, *, after: int = 0, upto: int, types: Sequence[str] = (), streams: Sequence[str] = ()
) -> Iterator[Row]:
    """The rows after seq `after` and up to `upto`, however long whoever asks takes over each of them."""
    while after < upto:
        with Reader(path) as reader:
            piece = list(islice(reader.rows(after=after, types=types, streams=streams), PIECE_ROWS))
        for row in piece:
            if row.seq > upto:
                return
            yield row
        if len(piece) < PIECE_ROWS:
            return
        after = piece[-1].seq
