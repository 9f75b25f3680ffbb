"""Whether the clock's word still gets through: into the log, past every actor, and the log goes on after that.

Only this feeds the service manager's watchdog and the health that others see: a daemon that is alive and does nothing
is not well. It needs no event of its own, so the log is the same with and without it.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

LATE_S = 10.0
"""Of the clock that ticks, and real ones at least. A trip takes two; a disk that stalls, or a full collection, more."""


class Place(Protocol):
    """How far an actor is."""

    seq: int
    """Of the last record it handled."""


class RoundTrip:
    """One trip after the other, looked after by one thread. now_s: real seconds since some fixed moment.

    late_s: real seconds within which a trip must end.
    """

    def __init__(self, places: Mapping[str, Place], now_s: Callable[[], float], late_s: float) -> None:
        self._places = places
        self._now_s = now_s
        self._late_s = late_s
        self._tick_seq = self._done_seq = 0
        self._began_s = self._done_s = now_s()
        self._log_seq: int | None = None
        self.took_s = 0.0

    def look(self, *, tick_seq: int, log_seq: int) -> bool:
        """Whether a trip ended just now. tick_seq: of the last tick in the log; log_seq: of the last record there."""
        if not self._tick_seq and tick_seq > self._done_seq:
            self._tick_seq, self._began_s = tick_seq, self._now_s()
        if self._log_seq is None and self._tick_seq and not self._behind():
            self._log_seq = log_seq
        if self._log_seq is None or log_seq <= self._log_seq:
            return False
        self._done_s, self._done_seq = self._now_s(), self._tick_seq
        self.took_s = self._done_s - self._began_s
        self._tick_seq, self._log_seq = 0, None
        return True

    def age_s(self) -> float:
        """Real seconds since the last trip ended, or since the beginning."""
        return self._now_s() - self._done_s

    def trouble(self) -> str:
        """Why trips do not end any more, naming who holds them up; "" while they do."""
        age_s = self.age_s()
        if age_s <= self._late_s:
            return ""
        if self._log_seq is not None:
            return f"nothing was written to the log for {age_s:.0f} s"
        if self._tick_seq:
            return f"{', '.join(self._behind())}: no record handled for {age_s:.0f} s"
        return f"no tick of the clock in the log for {age_s:.0f} s"

    def _behind(self) -> list[str]:
        return [name for name, place in self._places.items() if place.seq < self._tick_seq]
