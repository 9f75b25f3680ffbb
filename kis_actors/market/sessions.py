"""When the market is open, day by day, from a calendar that is handed in.

Must not know where the calendar comes from or what time it is; the calendar is plain data, so that the log can keep it.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from kis_actors.units import KST, LOG_DAY_STARTS_S, log_day_of

Hours = Literal["krx", "nxt", "unified", "always"]
Venue = Literal["KRX", "NXT"]
TimeOfDay = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="a time of day", examples=["10:00"])
]

REGULAR: dict[Hours, tuple[str, str]] = {
    "krx": ("09:00", "15:30"),  # continuous trading to 15:20, then the closing auction
    "nxt": ("08:00", "20:00"),  # pre-market to the end of the after-market, the pauses between them included
    "unified": ("08:00", "20:00"),
}
VENUES: dict[Hours, tuple[Venue, ...]] = {
    "krx": ("KRX",), "nxt": ("NXT",), "unified": ("KRX", "NXT"), "always": ("KRX", "NXT"),
}  # fmt: skip
AFTER_MARKET_SINCE = date(2026, 9, 14)
EVENING = "20:00"
"""When the after-markets of both venues end, on special days too."""
NOON = time(12)
SEARCH_DAYS = 60
"""Far longer than any closure: if nothing opens by then, the calendar itself is wrong."""
UNKNOWN = datetime(1970, 1, 1, tzinfo=KST)
"""In sessions that an older log carried over; every start works out today's anew."""


class Phase(Struct, frozen=True):
    """What a venue does from `opens` up to but not including `closes`, on trading days from `since` on."""

    name: str
    venue: Venue
    opens: time
    closes: time
    since: date


PHASES = (
    Phase("opening auction", "KRX", time(8, 30), time(9), date(2019, 4, 29)),
    Phase("regular", "KRX", time(9), time(15, 20), date(2016, 8, 1)),
    Phase("closing auction", "KRX", time(15, 20), time(15, 30), date(2016, 8, 1)),
    Phase("close-price trading", "KRX", time(15, 40), time(16), date(2016, 8, 1)),
    Phase("after-market", "KRX", time(16), time(20), AFTER_MARKET_SINCE),
    Phase("pre-market", "NXT", time(8), time(8, 50), date(2025, 3, 4)),
    Phase("main", "NXT", time(9, 0, 30), time(15, 20), date(2025, 3, 4)),
    Phase("after-market", "NXT", time(15, 40), time(20), date(2025, 3, 4)),
)
"""A usual day, each phase since its date; what is gone, such as KRX's single-price session of 16:00, is not here."""


class SpecialHours(Struct, frozen=True, kw_only=True):
    """A KRX session at other hours than usual, and why: the CSAT, the first trading day of the year."""

    opens: TimeOfDay
    closes: TimeOfDay
    source: str


class Calendar(Struct, frozen=True, kw_only=True):
    """What differs from plain weekdays.

    closures: weekdays without a session, and why.
    special: sessions at other hours; a closure of the same day wins.
    fixed: days that the user's own file speaks of, in order; nobody overrules it there.
    """

    closures: dict[date, str] = {}
    special: dict[date, SpecialHours] = {}
    fixed: tuple[date, ...] = ()


class Session(Struct, frozen=True, kw_only=True):
    """One day's trading, from `opens` up to but not including `closes`; source says whose hours these are.

    regular_opens, regular_closes: KRX's regular session of that day with its closing auction, whatever hours are
    watched; the whole log day where those are "always".
    """

    day: date
    opens: datetime
    closes: datetime
    source: str
    regular_opens: datetime = UNKNOWN
    regular_closes: datetime = UNKNOWN


def session_on(day: date, hours: Hours, calendar: Calendar, *, after_market: bool = False) -> Session | None:
    """The session that bears the date `day`, or None when the market stays closed; `why_closed` says why.

    after_market: with krx hours, the session goes on to the end of KRX's after-market, once there is one.
    """
    if hours == "always":
        return _whole_log_day(day)
    if why_closed(day, calendar):
        return None
    special = calendar.special.get(day)
    regular = (special.opens, special.closes) if special else REGULAR["krx"]
    opens, closes = _watched(hours, special)
    source = special.source if special else f"regular {hours} hours"
    if after_market and hours == "krx" and day >= AFTER_MARKET_SINCE:
        closes, source = max(closes, EVENING), source if special else f"{source} with the after-market"
    return Session(
        day=day, opens=_at(day, opens), closes=_at(day, closes), source=source,
        regular_opens=_at(day, regular[0]), regular_closes=_at(day, regular[1]),
    )  # fmt: skip


def phases_on(day: date, hours: Hours, calendar: Calendar) -> tuple[Phase, ...]:
    """The phases of `day` at the venues that `hours` means, KRX's first, in order; none on a closed day."""
    if why_closed(day, calendar):
        return ()
    usual = tuple(phase for phase in PHASES if phase.venue in VENUES[hours] and phase.since <= day)
    special = calendar.special.get(day)
    return _on_special_day(usual, special) if special else usual


def why_closed(day: date, calendar: Calendar) -> str | None:
    """What keeps the market closed on `day`: the weekend or a named closure; None when it opens."""
    if day in calendar.closures:
        return calendar.closures[day]
    return "weekend" if is_weekend(day) else None


def is_open(now: datetime, session: Session | None) -> bool:
    """Whether `now` falls into `session`."""
    return session is not None and session.opens <= now < session.closes


def next_session(
    now: datetime, hours: Hours, calendar: Calendar, *, after_market: bool = False
) -> Session | None:  # fmt: skip
    """The first session that opens after `now`; None if none does within `SEARCH_DAYS`."""
    today = log_day_of(now)
    for ahead_days in range(SEARCH_DAYS):
        session = session_on(today + timedelta(days=ahead_days), hours, calendar, after_market=after_market)
        if session and session.opens > now:
            return session
    return None


def is_weekend(day: date) -> bool:
    """Saturday or Sunday: no venue opens then."""
    return day.weekday() >= 5


def first_weekday_open(year: int, closures: dict[date, str]) -> date:
    """The first trading day of `year`."""
    day = date(year, 1, 1)
    while is_weekend(day) or day in closures:
        day += timedelta(days=1)
    return day


def _whole_log_day(day: date) -> Session:
    opens = datetime.combine(day, time(), KST) + timedelta(seconds=LOG_DAY_STARTS_S)
    closes = opens + timedelta(days=1)
    return Session(
        day=day, opens=opens, closes=closes, source="always open", regular_opens=opens, regular_closes=closes
    )  # fmt: skip


def _watched(hours: Hours, special: SpecialHours | None) -> tuple[str, str]:
    """On 2025-11-13 NXT skipped its pre-market, began with KRX and ended at 20:00 as ever: hence the later of each."""
    opens, closes = REGULAR[hours]
    if special is None:
        return opens, closes
    if hours == "krx":
        return special.opens, special.closes
    return max(special.opens, opens), max(special.closes, closes)


def _on_special_day(usual: tuple[Phase, ...], special: SpecialHours) -> tuple[Phase, ...]:
    """As on 2025-11-13: mornings move with the opening, afternoons with the close, evenings stay; no pre-market."""
    moved = (
        replace(phase, opens=_moved(phase.opens, special), closes=_moved(phase.closes, special)) for phase in usual
    )  # fmt: skip
    return tuple(phase for phase in moved if phase.name != "pre-market" and phase.opens < phase.closes)


def _moved(usual: time, special: SpecialHours) -> time:
    if usual == time.fromisoformat(EVENING):
        return usual
    opens, closes = REGULAR["krx"]
    before, after = (opens, special.opens) if usual < NOON else (closes, special.closes)
    day = date.min + timedelta(days=1)
    return (datetime.combine(day, usual) + (_at(day, after) - _at(day, before))).time()


def _at(day: date, time_of_day: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(time_of_day), KST)
