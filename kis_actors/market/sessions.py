"""When the market is open, day by day, from a calendar that is handed in.

Must not know where the calendar comes from or what time it is; the calendar is plain data, so that the log can keep it.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from kis_actors.units import KST, LOG_DAY_STARTS_S, log_day_of

Hours = Literal["krx", "nxt", "unified", "always"]
TimeOfDay = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="a time of day", examples=["10:00"])
]

REGULAR: dict[Hours, tuple[str, str]] = {
    "krx": ("09:00", "15:30"),  # continuous trading to 15:20, then the closing auction
    "nxt": ("08:00", "20:00"),  # pre-market to the end of the after-market, the pauses between them included
    "unified": ("08:00", "20:00"),
}
SEARCH_DAYS = 60
"""Far longer than any closure: if nothing opens by then, the calendar itself is wrong."""


class SpecialHours(Struct, frozen=True, kw_only=True):
    """A KRX session at other hours than usual, and why: the CSAT, the first trading day of the year."""

    opens: TimeOfDay
    closes: TimeOfDay
    source: str


class Calendar(Struct, frozen=True, kw_only=True):
    """What differs from plain weekdays.

    closures: weekdays without a session, and why.
    special: sessions at other hours; a closure of the same day wins.
    """

    closures: dict[date, str] = {}
    special: dict[date, SpecialHours] = {}


class Session(Struct, frozen=True, kw_only=True):
    """One day's trading, from `opens` up to but not including `closes`; source says whose hours these are."""

    day: date
    opens: datetime
    closes: datetime
    source: str


def session_on(day: date, hours: Hours, calendar: Calendar) -> Session | None:
    """The session that bears the date `day`, or None when the market stays closed; `why_closed` says why."""
    if hours == "always":
        return _whole_log_day(day)
    if why_closed(day, calendar):
        return None
    if day in calendar.special:
        return _special_session(day, hours, calendar.special[day])
    opens, closes = REGULAR[hours]
    return Session(day=day, opens=_at(day, opens), closes=_at(day, closes), source=f"regular {hours} hours")


def why_closed(day: date, calendar: Calendar) -> str | None:
    """What keeps the market closed on `day`: the weekend or a named closure; None when it opens."""
    if day in calendar.closures:
        return calendar.closures[day]
    return "weekend" if is_weekend(day) else None


def is_open(now: datetime, session: Session | None) -> bool:
    """Whether `now` falls into `session`."""
    return session is not None and session.opens <= now < session.closes


def next_session(now: datetime, hours: Hours, calendar: Calendar) -> Session | None:
    """The first session that opens after `now`; None if none does within `SEARCH_DAYS`."""
    today = log_day_of(now)
    for ahead_days in range(SEARCH_DAYS):
        session = session_on(today + timedelta(days=ahead_days), hours, calendar)
        if session and session.opens > now:
            return session
    return None


def is_weekend(day: date) -> bool:
    """Saturday or Sunday: no venue opens then."""
    return day.weekday() >= 5


def _whole_log_day(day: date) -> Session:
    opens = datetime.combine(day, time(), KST) + timedelta(seconds=LOG_DAY_STARTS_S)
    return Session(day=day, opens=opens, closes=opens + timedelta(days=1), source="always open")


def _special_session(day: date, hours: Hours, special: SpecialHours) -> Session:
    """On 2025-11-13 NXT skipped its pre-market, began with KRX and ended at 20:00 as ever: hence the later of each."""
    opens, closes = special.opens, special.closes
    if hours != "krx":
        opens, closes = max(opens, REGULAR[hours][0]), max(closes, REGULAR[hours][1])
    return Session(day=day, opens=_at(day, opens), closes=_at(day, closes), source=special.source)


def _at(day: date, time_of_day: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(time_of_day), KST)
