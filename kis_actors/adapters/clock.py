"""The clock of the real world, or one that shows another day and runs faster, for the simulator and its daemon.

The only file that reads the time. Everything else is given it.
"""

import threading
import time
from datetime import datetime

from kis_actors.settings import Clock as ClockSettings
from kis_actors.units import NS_PER_S, instant_of_ns, ns_of_instant


class Clock:
    """Tells the instant; waits in its own seconds (at speed 60, a wait of 60 s takes one real second)."""

    def __init__(self, settings: ClockSettings = ClockSettings()) -> None:
        self.speed = settings.speed if settings.anchor and settings.shows else 1.0
        self._anchor_ns = ns_of_instant(settings.anchor) if settings.anchor and settings.shows else 0
        self._shows_ns = ns_of_instant(settings.shows) if settings.anchor and settings.shows else 0

    def now_ns(self) -> int:
        """Nanoseconds since 1970 (UTC), as this clock shows them."""
        return self._shown_ns_at(time.time_ns())

    def shown_at(self, real_ns: int) -> datetime:
        """What this clock showed at a real instant, such as the time of a file; KST."""
        return instant_of_ns(self._shown_ns_at(real_ns))

    def _shown_ns_at(self, real_ns: int) -> int:
        since_anchor_ns = real_ns - self._anchor_ns
        return self._shows_ns + (since_anchor_ns if self.speed == 1 else int(since_anchor_ns * self.speed))

    def now(self) -> datetime:
        """The instant this clock shows, in KST."""
        return instant_of_ns(self.now_ns())

    def elapsed_s(self) -> float:
        """This clock's seconds since some fixed moment; never steps back, whatever the wall clock does."""
        return time.monotonic_ns() / NS_PER_S * self.speed

    def real_s(self, duration_s: float) -> float:
        """The real seconds that `duration_s` of this clock take."""
        return duration_s / self.speed

    def sleep(self, duration_s: float) -> None:
        """Waits `duration_s` of this clock's seconds."""
        time.sleep(max(0.0, self.real_s(duration_s)))

    def wait(self, signal: threading.Event, duration_s: float) -> bool:
        """Waits until `signal` is set, at most `duration_s` of this clock; true if it was set."""
        return signal.wait(max(0.0, self.real_s(duration_s)))
