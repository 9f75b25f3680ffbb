"""The clock as the simulated exchange reads it: seconds since the midnight (KST) of the session's date."""

from datetime import date, datetime, time, timedelta

from kis_actors.adapters.clock import Clock
from kis_actors.units import KST, NS_PER_S, ns_of_instant

OPENING_AUCTION_S = 8 * 3600 + 30 * 60
OPEN_S = 9 * 3600
CLOSING_AUCTION_S = 15 * 3600 + 20 * 60
CLOSE_S = 15 * 3600 + 30 * 60


class SessionClock:
    """One session's date, and a clock counted from its midnight."""

    def __init__(self, clock: Clock, day: date) -> None:
        self.day = day
        self.clock = clock
        self._midnight = datetime.combine(day, time(), KST)
        self._midnight_ns = ns_of_instant(self._midnight)

    def now(self) -> datetime:
        """The instant shown, in KST."""
        return self.clock.now()

    def elapsed_s(self) -> float:
        """Seconds since the session's midnight; negative before it."""
        return (self.clock.now_ns() - self._midnight_ns) / NS_PER_S

    def instant(self, elapsed_s: float) -> datetime:
        """The instant `elapsed_s` seconds after the session's midnight."""
        return self._midnight + timedelta(seconds=elapsed_s)

    def second(self) -> int:
        """The whole second of the session's day that the clock shows; a trade stamped with it has happened."""
        return (self.clock.now_ns() - self._midnight_ns) // NS_PER_S


def second_of_day(text: str) -> int:
    """Seconds since midnight of "HH:MM" or "HH:MM:SS"."""
    hours, minutes, *rest = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + (rest[0] if rest else 0)


def hhmmss(second: int) -> str:
    """A second of the day as KIS stamps it: 32400 is "090000"."""
    return f"{second // 3600:02d}{second // 60 % 60:02d}{second % 60:02d}"
