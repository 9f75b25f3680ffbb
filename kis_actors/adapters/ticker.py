"""Tells the log what time it is, once a second of its clock but at most ten times a real second."""

from threading import Event as Signal
from threading import Thread

from kis_actors.adapters.clock import Clock
from kis_actors.messages import ClockTicked
from kis_actors.ports import Journal

STREAM = "clock"
TICK_S = 1.0
REAL_TICK_S = 0.1


class Ticker:
    """Ticks between start and stop."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name="Ticker", daemon=True)

    def start(self) -> None:
        """Begins with a tick at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; no tick follows."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._journal.observe(STREAM, ClockTicked(now=self._clock.now()))
            self._stopping.wait(max(self._clock.real_s(TICK_S), REAL_TICK_S))
