"""Tells the log what time it is, once a second of its clock but at most ten times a real second."""

from datetime import timedelta
from threading import Event as Signal
from threading import Thread

from kis_actors.adapters.clock import Clock
from kis_actors.messages import ClockStepped, ClockTicked
from kis_actors.ports import Journal

STREAM = "clock"
TICK_S = 1.0
REAL_TICK_S = 0.1
STEP_S = 2.0
"""Real seconds that the wall clock may be off from one tick to the next: more is a step, not drift."""


class Ticker:
    """Ticks between start and stop."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._shown, self._elapsed_s = clock.now(), clock.elapsed_s()
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name="Ticker", daemon=True)

    def start(self) -> None:
        """Begins with a tick at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; no tick follows."""
        self._stopping.set()
        self._thread.join()

    def tick(self) -> None:
        """One tick; before it, whether the wall clock and the time that went by disagree."""
        now, elapsed_s = self._clock.now(), self._clock.elapsed_s()
        due = self._shown + timedelta(seconds=elapsed_s - self._elapsed_s)
        self._shown, self._elapsed_s = now, elapsed_s
        if abs((now - due).total_seconds()) > STEP_S * max(1.0, self._clock.speed):
            self._journal.observe(STREAM, ClockStepped(from_=due, to=now))
        self._journal.observe(STREAM, ClockTicked(now=now))

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.tick()
            self._stopping.wait(max(self._clock.real_s(TICK_S), REAL_TICK_S))
