"""The trades of every code of a day in small buckets of time: fine enough for a chart, small enough to keep.

A day of a million trades is read once; what is added to it is read from where that ended.
"""

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

from eventlog.passage import rows_in_pieces
from eventlog.reading import open_reader
from eventlog.schema import Row
from kis_actors.kis.frames import FrameError, frame_of, is_control
from kis_actors.messages import NAMES, FrameReceived
from kis_actors.recovery import record_of

STEP_S = 10
"""A session of six and a half hours is 2,340 buckets: more than a chart has pixels."""
FRAME = NAMES[FrameReceived][0]
TELL_EVERY = 5000
Tell = Callable[[int], None]


class Line:
    """One code's buckets, in order of time: when each begins (seconds since 1970), and its low, high and last price."""

    def __init__(self) -> None:
        self.at_s, self.low_won, self.high_won, self.last_won = (array("q") for _ in range(4))

    def add(self, at_s: int, price_won: int) -> None:
        """A trade; one that comes late counts in the bucket that is open."""
        begin_s = at_s - at_s % STEP_S
        if not self.at_s or begin_s > self.at_s[-1]:
            for column in (self.low_won, self.high_won, self.last_won):
                column.append(price_won)
            self.at_s.append(begin_s)  # last: whoever reads meanwhile goes by it
            return
        self.low_won[-1] = min(self.low_won[-1], price_won)
        self.high_won[-1] = max(self.high_won[-1], price_won)
        self.last_won[-1] = price_won

    def until(self, end_s: float) -> list[list[int]]:
        """The columns at, low, high and last, of buckets that begin no later than `end_s`."""
        count = sum(at_s <= end_s for at_s in self.at_s)
        return [list(column[:count]) for column in (self.at_s, self.low_won, self.high_won, self.last_won)]


class Series:
    """lines: by code. seq: up to which record of the file they go."""

    def __init__(self, path: Path) -> None:
        self.path, self.seq = path, 0
        self.lines: dict[str, Line] = {}

    def behind(self) -> int:
        """How many records the file has beyond."""
        with open_reader(self.path) as reader:
            return reader.last_commit()[0] - max(self.seq, reader.about().first_seq - 1)

    def extend(self, tell: Tell = lambda done: None) -> None:
        """Goes on to the end of the file. tell: how many records are read."""
        with open_reader(self.path) as reader:
            last, first = reader.last_commit()[0], reader.about().first_seq - 1
        begin = max(self.seq, first)
        for row in rows_in_pieces(self.path, after=begin, upto=last, types=(FRAME,)):
            for code, at_s, price_won in _traded(row):
                self.lines.setdefault(code, Line()).add(at_s, price_won)
            if row.seq % TELL_EVERY < 2:
                tell(row.seq - begin)
            self.seq = row.seq
        self.seq = max(self.seq, last)


def _traded(row: Row) -> Iterator[tuple[str, int, int]]:
    event = record_of(row).event
    if not isinstance(event, FrameReceived) or is_control(event.text):
        return
    try:
        ticks = frame_of(event.text).ticks
    except FrameError:
        return
    for tick in ticks:
        if tick.hour_class == "0":
            yield tick.code, tick.traded_s, tick.price_won
