"""Cuts a piece out of a day's log that replays alone: the state where it begins, and the rows after that.

It begins and ends at seams: places that no decision straddles, its cause before and itself behind.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from eventlog.integrity import START
from eventlog.passage import rows_in_pieces
from eventlog.schema import Row
from eventlog.store import Reader, Writer
from kis_actors.messages import Record
from kis_actors.recovery import CODEC, carried, history_of, rebuild, record_of
from kis_actors.turn import Core

CARRY_STREAM = "carried"
COMMIT_ROWS = 1000
PAYLOAD_BYTES_MAX = 500_000_000
"""Far more than the busiest hour has; what is larger is a whole day, and better copied as one."""

Decided = list[tuple[int, int]]
"""Cause and seq of each decision in a log."""

Look = Callable[[Row], None]
"""Called with each row of a piece before it is written; may raise."""

Step = Callable[[int], None]
"""Called now and then with the seq reached, first on the way to the piece and then through it."""


class Piece(NamedTuple):
    """What a piece holds: the rows from `first_seq` to `last_seq` as they were in the log.

    carried: how many records of state stand before them; none if the piece begins where the log's file does.
    """

    first_seq: int
    last_seq: int
    carried: int


def decided_in(path: Path, cores: tuple[Core, ...], upto: int) -> Decided:
    """All decisions of the file, by cause and seq."""
    rows = rows_in_pieces(path, upto=upto, streams=[core.name for core in cores])
    return [(row.cause, row.seq) for row in rows]


def seam_before(decided: Decided, seq: int) -> int:
    """The last seam at `seq` or before it."""
    for cause, at in sorted(decided, key=lambda pair: -pair[1]):
        if at <= seq:
            break
        if cause <= seq:
            seq = cause - 1
    return seq


def seam_after(decided: Decided, seq: int) -> int:
    """The first seam at `seq` or after it."""
    for cause, at in sorted(decided):
        if cause > seq:
            break
        seq = max(seq, at)
    return seq


def piece_of(path: Path, cores: tuple[Core, ...], after: int, upto: int) -> Piece:
    """The least piece that has the rows after `after` and up to `upto`."""
    with Reader(path) as reader:
        first, last_seq = next(reader.rows()).seq, reader.last_commit()[0]
    decided = decided_in(path, cores, last_seq)
    start, end = seam_before(decided, after), min(seam_after(decided, upto), last_seq)
    if start < first + len(cores):  # the seqs before it must do for the states
        return Piece(first, end, 0)
    return Piece(start + 1, end, len(cores))


def write_piece(
    source: Path, piece: Piece, cores: tuple[Core, ...], path: Path, *, day: str, look: Look, step: Step
) -> None:
    """Makes a day file of the piece at `path`, with a chain of its own. Raises ValueError if it is too large."""
    opening = _states(source, piece, cores, step) if piece.carried else []
    for row in opening:
        look(row)
    last_seq = piece.first_seq - piece.carried - 1
    writer = Writer.create(path, day=day, last_seq=last_seq, chain=START, opening=opening, durability="normal")
    rows = _looked_at(rows_in_pieces(source, after=piece.first_seq - 1, upto=piece.last_seq), look)
    try:
        while commit := list(islice(rows, COMMIT_ROWS)):
            writer.append(commit)
            step(commit[-1].seq)
    finally:
        writer.close()


def _states(source: Path, piece: Piece, cores: tuple[Core, ...], step: Step) -> list[Row]:
    """What every actor knew where the piece begins, as the first rows of a file."""
    rebuilt = rebuild(cores, _records_before(source, piece.first_seq, step), history_of(source, cores))
    encoded = [CODEC.encode(event) for event in carried(rebuilt.states)]
    return [
        Row(piece.first_seq - piece.carried + place, CARRY_STREAM, name, version, 0, rebuilt.last_at_ns, payload)
        for place, (name, version, payload) in enumerate(encoded)
    ]


def _records_before(source: Path, seq: int, step: Step) -> Iterator[Record]:
    for row in rows_in_pieces(source, upto=seq - 1):
        if row.seq % COMMIT_ROWS == 0:
            step(row.seq)
        yield record_of(row)


def _looked_at(rows: Iterable[Row], look: Look) -> Iterator[Row]:
    payload_bytes = 0
    for row in rows:
        payload_bytes += len(row.payload)
        if payload_bytes > PAYLOAD_BYTES_MAX:
            raise ValueError(f"the piece has more than {PAYLOAD_BYTES_MAX // 1_000_000} MB; take fewer --minutes")
        look(row)
        yield row
