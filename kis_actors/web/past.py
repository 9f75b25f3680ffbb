"""Time travel: a moment of any day, rebuilt from its log; kept in steps, so that the next moment is near."""

import zlib
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from eventlog.day import DECISIONS
from eventlog.passage import rows_in_pieces, seq_at
from eventlog.reading import open_reader
from kis_actors.cores import CORES
from kis_actors.kis.frames import FrameError, frame_of, is_control
from kis_actors.messages import FrameReceived, Record
from kis_actors.recovery import History, Known, history_of, rebuild, record_of, records_in
from kis_actors.units import NS_PER_S, instant_of_ns, ns_of_instant
from kis_actors.web.day_picture import DRAWN_FROM, DayPicture, drawn
from kis_actors.web.jobs import Tell
from kis_actors.web.moment import Moment
from kis_actors.web.series import FRAME

STEP_RECORDS = 40_000
"""Between two kept states: these are read again in half a second."""
STEPS_MAX = 64
RATE_S = 10

Kept = tuple[int, dict[str, bytes]]
"""A seq, and the actors' states after it, compressed JSON by name."""


class PastDay:
    """One day file; `at` may take as long as the day has records."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._steps: list[Kept] = []
        self._history: History | None = None
        self._history_to = 0

    def end_of(self, at: datetime) -> int:
        """The last seq that was logged by then; one before the first of the day if none was."""
        with open_reader(self.path) as reader:
            return seq_at(reader, ns_of_instant(at) + 1) - 1

    def at(self, at: datetime, upto: int, tell: Tell) -> Moment:
        """The moment at which `upto` was the last seq; no later than the log goes.

        Raises what recovery.record_of does for a log that cannot be read.
        """
        with open_reader(self.path) as reader:
            first, last = reader.about().first_seq, reader.last_commit()[0]
        is_whole = self.path.suffix != DECISIONS
        states = self._states(first, upto, last, tell) if is_whole and upto >= first else None
        picture = picture_until(self.path, upto)
        shown = at if upto < last else min(at, _logged_at(self.path, last) or at)
        return Moment(self.path, shown, picture, states, frames_per_s=_frames_per_s(self.path, shown, upto))

    def _states(self, first: int, upto: int, last: int, tell: Tell) -> dict[str, Any]:
        seq, states = self._nearest(upto)
        while seq < upto:
            to = min(upto, max(seq, first - 1) + STEP_RECORDS)
            known = Known(states, dict.fromkeys(states, seq)) if states else Known()
            rows = rows_in_pieces(self.path, after=seq, upto=to)
            states = rebuild(CORES, map(record_of, rows), self._history_until(last), known).states
            seq = to
            if seq < upto or seq - self._last_kept() >= STEP_RECORDS:
                self._keep(seq, states)
            tell((seq - first) / max(1, upto - first))
        return states

    def _history_until(self, last: int) -> History:
        """Read once; a day that goes on is read again."""
        if self._history is None or self._history_to < last:
            self._history, self._history_to = history_of(self.path, CORES), last
        return self._history

    def _nearest(self, upto: int) -> tuple[int, dict[str, Any]]:
        place = bisect_right([seq for seq, _ in self._steps], upto)
        if not place:
            return 0, {}
        seq, kept = self._steps[place - 1]
        decode = msgspec.json.decode
        return seq, {core.name: decode(zlib.decompress(kept[core.name]), type=core.state) for core in CORES}

    def _last_kept(self) -> int:
        return self._steps[-1][0] if self._steps else 0

    def _keep(self, seq: int, states: dict[str, Any]) -> None:
        if seq > self._last_kept() and len(self._steps) < STEPS_MAX:
            packed = {name: zlib.compress(msgspec.json.encode(state), 1) for name, state in states.items()}
            self._steps.append((seq, packed))


def picture_until(path: Path, upto: int) -> DayPicture:
    """What the day's notable records up to seq `upto` draw, and the last frame before it."""
    records = records_in(path, types=DRAWN_FROM)
    picture = drawn(record for record in records if record.seq <= upto)
    picture.view.log_seq = upto
    return picture


def _logged_at(path: Path, seq: int) -> datetime | None:
    row = next(rows_in_pieces(path, after=seq - 1, upto=seq), None)
    return instant_of_ns(row.at_ns) if row else None


def lag_of(record: Record) -> float | None:
    """How long after KIS's stamp, which has whole seconds, a trade was in the log, seconds; None for other records."""
    event = record.event
    if not isinstance(event, FrameReceived) or is_control(event.text):
        return None
    try:
        ticks = frame_of(event.text).ticks
    except FrameError:
        return None
    return record.at_ns / NS_PER_S - ticks[-1].traded_s if ticks else None


def _frames_per_s(path: Path, at: datetime, upto: int) -> float:
    since_ns = ns_of_instant(at) - RATE_S * NS_PER_S
    with open_reader(path) as reader:
        first = seq_at(reader, since_ns)
    frames = sum(1 for _ in _frames(path, first - 1, upto))
    return frames / RATE_S


def _frames(path: Path, after: int, upto: int) -> Iterator[object]:
    return rows_in_pieces(path, after=after, upto=upto, types=(FRAME,))
