"""What one code did lately, bounded by time: the windows of every rule look at it.

A window is only looked at if it was seen whole: after a reconnect the tape begins anew.
"""

from bisect import bisect_right
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

SPARE_POINTS = 256
"""How many outdated points may gather before they are cut off together."""


_second = attrgetter("at_s")


class Point(Struct, frozen=True, gc=False, array_like=True):
    """The last price of one second. at_s: seconds since 1970; KIS stamps whole seconds. The cum_ are of the day."""

    at_s: int
    price_won: int
    cum_volume_shares: int
    cum_turnover_won: int


class Tape(Struct):
    """Points in order of time. Updated in place.

    since_s: from when on nothing was missed, None if nothing was seen yet.
    high_won, low_won: of the session so far, 0 before the first price.
    """

    points: list[Point] = []
    since_s: int | None = None
    high_won: int = 0
    low_won: int = 0

    def begin(self, at_s: int) -> None:
        """Something was missed until now: no window may reach further back."""
        self.points, self.since_s = [], at_s

    def end(self) -> None:
        """Nothing is seen any more, until the next price."""
        self.points, self.since_s = [], None

    def add(self, point: Point, window_s: int) -> None:
        """Notes a price; what is older than `window_s` may go, but for the last point before that."""
        if self.since_s is None:
            self.since_s = point.at_s
        points, price_won = self.points, point.price_won
        last = points[-1] if points else None
        if last is None or last.at_s < point.at_s:
            points.append(point)
            if len(points) > SPARE_POINTS + 1:
                self._forget(point.at_s - window_s)
        else:
            points[-1] = point if last.at_s == point.at_s else replace(point, at_s=last.at_s)
        if not 0 < self.low_won <= price_won <= self.high_won:
            self.note_extremes(price_won, price_won)

    def note_extremes(self, high_won: int, low_won: int) -> None:
        """The session's high and low reach at least so far."""
        if high_won > self.high_won:
            self.high_won = high_won
        if not self.low_won or low_won < self.low_won:
            self.low_won = low_won

    def at(self, at_s: int) -> Point | None:
        """The state at that second; None if the tape does not reach back so far without a gap."""
        if self.since_s is None or at_s < self.since_s:
            return None
        index = bisect_right(self.points, at_s, key=_second)
        return self.points[index - 1] if index else None

    def _forget(self, before_s: int) -> None:
        if self.points[SPARE_POINTS + 1].at_s <= before_s:
            del self.points[: bisect_right(self.points, before_s, key=_second) - 1]
