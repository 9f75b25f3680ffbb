"""A clock that a test moves, and that notes for how long it was waited on."""

import threading
from datetime import datetime

from facts import at

from kis_actors.adapters.clock import Clock
from kis_actors.units import NS_PER_S, ns_of_instant


class HandClock(Clock):
    """Waiting passes its time at once. waits_s: all waits, in order."""

    def __init__(self, shows: datetime = at("09:00:00")) -> None:
        super().__init__()
        self._shown_ns = ns_of_instant(shows)
        self.waits_s: list[float] = []

    def now_ns(self) -> int:
        return self._shown_ns

    def elapsed_s(self) -> float:
        return self._shown_ns / NS_PER_S

    def pass_s(self, duration_s: float) -> None:
        """Time goes by."""
        self._shown_ns += round(duration_s * NS_PER_S)

    def wait(self, signal: threading.Event, duration_s: float) -> bool:
        self.note_wait(duration_s)
        return signal.is_set()

    def note_wait(self, duration_s: float) -> None:
        """A wait of `duration_s` is over."""
        self.waits_s.append(round(duration_s, 3))
        self.pass_s(max(duration_s, 0.0))
