"""A day file read ahead by another process, which checks it and takes its frames apart while this one folds them.

What a record costs is to a half to be read: two processes get a long day done in little more than half the time of one.
Only rows of commits that are whole get from there to here.
"""

import gc
import os
import signal
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
from msgspec import Struct

from eventlog.schema import Row
from eventlog.verdict import Verdict, verdict_on
from kis_actors.frames_read import RecordRead, read_of
from kis_actors.messages import Record
from kis_actors.portable import widen_pipe
from kis_actors.recovery import record_of

BATCH_ROWS = 1000
"""Some 400 kB."""
PIPE_BYTES = 1024 * 1024
"""On the way at most, so that neither process waits for the other at every batch, which takes a tenth longer."""

GARBAGE_AFTER = 100_000
"""Objects. Hardly any of what is made here for each record refers to itself: to look for such costs a twentieth."""

R = TypeVar("R", covariant=True)
S = TypeVar("S")


class _Run(Struct, array_like=True, gc=False):
    """Records of usual frames, read, and rows of anything else that come after them."""

    frames: list[RecordRead]
    rows: list[Row]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[_Run]).decode


class Span(NamedTuple):
    """The records beyond seq `after`, and no more of them than those up to the commit `until_ns` is in; None: all."""

    after: int = 0
    until_ns: int | None = None


class Taker(Protocol[R]):
    """What is made of the records of a day. Of usual frames, which none of its actors hears there, it is told only of
    those in `causes`, by their seq."""

    causes: Container[int]

    def take(self, records: Iterable[Record]) -> None:
        """Goes on with `records`, in order."""

    def result(self) -> R:
        """As far as it is."""


def by_two(
    path: Path, span: Span, theirs: Callable[[], Taker[R]], ours: Taker[S], tell: Callable[[int], None] = lambda _: None
) -> tuple[Verdict, R, S]:
    """What is to be said of the file from where `span` begins, and what comes of the records in it, there and here.

    theirs: makes, in the other process, what is given the records there.
    tell: hears now and then the seq reached.
    Raises OSError or BrokenProcessPool if there is no other process, or no longer, and what the takers raise.
    """
    receiver, sender = Pipe(duplex=False)
    widen_pipe(sender.fileno(), PIPE_BYTES)
    with sender, ProcessPoolExecutor(1, get_context("spawn"), _begin, (sender,)) as beside, receiver:
        done = beside.submit(_read, path, span, theirs)
        sender.close()  # only the other process has it now, so that what is received ends with it
        for runs in _received(receiver):
            ours.take(_records_of(runs))
            tell(_last_seq_of(runs))
        verdict, result = done.result()
    return verdict, result, ours.result()


def _received(receiver: Connection) -> Iterator[list[_Run]]:
    with suppress(EOFError):
        while True:
            yield _decode(receiver.recv_bytes())


def _records_of(runs: list[_Run]) -> Iterator[Record]:
    for run in runs:
        yield from run.frames
        yield from map(record_of, run.rows)


def _last_seq_of(runs: list[_Run]) -> int:
    return runs[-1].rows[-1].seq if runs[-1].rows else runs[-1].frames[-1].seq


# What follows runs in the other process.

_sender: Connection


def _begin(sender: Connection) -> None:
    """Ctrl-C reaches it too, and it has nothing to say about that."""
    global _sender
    _sender = sender
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
    Thread(target=_end_with, args=(parent_process(),), name="ends with the other process", daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    """One that is killed tells nobody to end, and who waits for its word would wait for ever."""
    parent.join()
    os._exit(1)


def _read(path: Path, span: Span, theirs: Callable[[], Taker[R]]) -> tuple[Verdict, R]:
    with _sender:
        ahead = _Ahead(theirs(), span.until_ns)
        verdict = verdict_on(path, after=span.after, tell=ahead.hear)
        ahead.send()
    return verdict, ahead.taker.result()


class _Ahead:
    """Hears the rows of whole commits, and sends them on."""

    def __init__(self, taker: Taker[Any], until_ns: int | None = None) -> None:
        self.taker = taker
        self._until_ns = until_ns
        self._waiting: list[Row] = []
        self._last_seq = 0

    def hear(self, rows: Sequence[Row]) -> None:
        """Of a file that something is wrong with, they come a second time; what is too late need not be sent."""
        if rows[-1].seq > self._last_seq and (self._until_ns is None or rows[0].at_ns <= self._until_ns):
            self._last_seq = rows[-1].seq
            self._waiting += rows
            if len(self._waiting) >= BATCH_ROWS:
                self.send()

    def send(self) -> None:
        """What waits, to both."""
        if not self._waiting:
            return
        runs, records = _taken_apart(self._waiting, self.taker.causes)
        self._waiting = []
        _sender.send_bytes(_encode(runs))
        self.taker.take(records)


def _taken_apart(rows: list[Row], causes: Container[int]) -> tuple[list[_Run], list[Record]]:
    """As it is sent, and the same records, of usual frames only those in `causes`."""
    runs, records = [_Run([], [])], []
    for row in rows:
        record = record_of(row)
        if read := read_of(record):
            if runs[-1].rows:
                runs.append(_Run([], []))
            runs[-1].frames.append(read)
        else:
            runs[-1].rows.append(row)
        if read is None or row.seq in causes:
            records.append(read or record)
    return runs, records
