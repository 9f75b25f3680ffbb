"""The day that is written now, followed: at most once a second what was added to its log is folded onto what is known.

Reads with short looks and never holds one, so that the daemon can fold its write-ahead log away.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event as Signal
from threading import Lock, Thread
from typing import Any

from eventlog.codec import UnknownEvent
from eventlog.day import HOT, days_in, kept_of
from eventlog.passage import rows_in_pieces
from eventlog.reading import open_reader
from eventlog.snapshot import read_snapshot
from kis_actors.adapters.clock import Clock
from kis_actors.cores import CORES
from kis_actors.fingerprint import code_fingerprint
from kis_actors.messages import FrameReceived, Record
from kis_actors.recovery import NOTHING, Known, history_of, known_from, rebuild, record_of, records_in
from kis_actors.status import is_old, read_status
from kis_actors.units import NS_PER_S
from kis_actors.vitals import real_now
from kis_actors.web.day_picture import DRAWN_FROM, DayPicture, drawn
from kis_actors.web.moment import Moment
from kis_actors.web.past import lag_of

FOLD_EVERY_S = 1.0
PIECE_RECORDS = 20_000
RATE_S = 10
Told = Callable[[], None]
BROKEN = (sqlite3.Error, OSError, UnknownEvent)
UNREADABLE = (*BROKEN, ValueError)
"""What a log that is damaged, gone, or of a later version raises; ValueError for a record that is none."""


class Live:
    """Between start and stop, in a thread of its own.

    told: there is something new to see; called on that thread, as is died, after a bug. problem: why the log cannot be
    read now, "" if it can.
    """

    def __init__(self, data_dir: Path, clock: Clock) -> None:
        self.data_dir, self._clock = data_dir, clock
        self.told: Told = _nobody
        self.died: Told = _nobody
        self.problem = ""
        self._lock = Lock()
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name="Live", daemon=True)
        self._path: Path | None = None
        self._begin(None)

    def start(self) -> None:
        """Begins to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it."""
        self._stopping.set()
        self._thread.join()

    def look(self, at_moment: Callable[[Moment], Any]) -> Any:
        """What `at_moment` makes of now; it must not keep the moment, which goes on. None before there is a log."""
        with self._lock:
            return at_moment(self._moment(self._path)) if self._path else None

    @property
    def share(self) -> float:
        """How much of the day is read, 0 to 1; the actors' states are shown only when all of it is."""
        return self._share

    def catch_up(self) -> bool:
        """Folds what is new, and goes on to a newer day file; whether anything was."""
        days = days_in(self.data_dir)
        path = kept_of(self.data_dir, days[-1]) if days else None
        if path is None:
            return False
        if path != self._path:
            self._begin(path)
        with open_reader(path) as reader:
            upto = reader.last_commit()[0]
        if upto <= self._seq:
            self._share = 1.0
            return False
        self._fold(path, upto)
        return True

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._try()
                self.told()
                self._stopping.wait(FOLD_EVERY_S)
        finally:
            self.died()

    def _try(self) -> None:
        """A log that cannot be read is said and looked at again; a later version's may be there, or a broken disk."""
        try:
            self.catch_up()
            self.problem = ""
        except UNREADABLE as error:
            self.problem = f"{type(error).__name__}: {error}"

    def _begin(self, path: Path | None) -> None:
        """Anew, with what a snapshot and the index of notable records give at once."""
        snapshot = read_snapshot(path, code_fingerprint()) if path and path.suffix == HOT else None
        known = known_from(CORES, snapshot) if snapshot else NOTHING
        picture = drawn(records_in(path, types=DRAWN_FROM)) if path else DayPicture()
        with self._lock:
            self._path, self._known, self._seq = path, known, known.seq
            self._picture, self._drawn_to, self._share = picture, picture.view.log_seq, 0.0
            self._frames: deque[tuple[int, int]] = deque()
            self._lag_s: float | None = None

    def _fold(self, path: Path, upto: int) -> None:
        """In pieces, between which a look is possible."""
        history, began = history_of(path, CORES, self._known), self._seq
        while self._seq < upto and not self._stopping.is_set():
            to = min(upto, self._seq + PIECE_RECORDS)
            records = [record_of(row) for row in rows_in_pieces(path, after=self._seq, upto=to)]
            with self._lock:
                states = rebuild(CORES, self._noting(records), history, self._known).states
                self._known, self._seq = Known(states, dict.fromkeys(states, to)), to
                self._share = (to - began) / (upto - began)
            if to < upto:
                self.told()

    def _noting(self, records: Iterable[Record]) -> Iterator[Record]:
        """The same records, on their way into the picture."""
        last: Record | None = None
        for record in records:
            if record.seq > self._drawn_to:
                self._picture.note(record)
            if isinstance(record.event, FrameReceived):
                self._count(record.at_ns // NS_PER_S)
                last = record
            yield record
        self._lag_s = lag_of(last) if last else self._lag_s

    def _count(self, at_s: int) -> None:
        if self._frames and self._frames[-1][0] == at_s:
            at_s, before = self._frames.pop()
            self._frames.append((at_s, before + 1))
        else:
            self._frames.append((at_s, 1))
        while self._frames[0][0] < at_s - RATE_S:
            self._frames.popleft()

    def _moment(self, path: Path) -> Moment:
        status = status_in(self.data_dir)
        last_at = self._picture.at
        at = self._clock.now() if status or last_at is None else last_at
        return Moment(
            path, at, self._picture, self._known.states if self._share == 1.0 else None, is_live=True, status=status,
            frames_per_s=self._rate(at), lag_s=self._lag_s,
        )  # fmt: skip

    def _rate(self, at: datetime) -> float:
        since_s = int(at.timestamp()) - RATE_S
        return sum(count for at_s, count in self._frames if at_s >= since_s) / RATE_S


def _nobody() -> None:
    """Nobody is told."""


def status_in(data_dir: Path) -> dict[str, Any]:
    """What the running daemon says of itself; {} if none has said a word for a while."""
    try:
        said = read_status(data_dir)
    except (OSError, ValueError):
        return {}
    return {} if said is None or is_old(said, real_now()) else said
