"""Which prices may be judged: today's, of the regular session unless told otherwise, and on the averages' basis."""

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from kis_actors.kis.frames import Tick
from kis_actors.kis.rest import Quote
from kis_actors.market.baseline import rebased
from kis_actors.settings import Settings
from kis_actors.units import KST, instant_of_second

FRESH_S = 60
"""In safe mode only trades stamped within so many seconds of now are judged."""
OTHER_SESSIONS = ("1", "3")
"""Pre-market and after-market trades."""
CLOSING_CLASS = "5"
"""Of close-price trading and perhaps, KIS does not say, of the closing print; which one it is its time tells."""
CLOSING_PRINT_S = 60
MOMENTS_MAX = 1000
"""Stamps that are remembered: the trades of a moment bear few, and all of a day's would be megabytes."""
REBASING_FLAGS = ("ex", "par_change")


class Regular(NamedTuple):
    """The regular session of the day."""

    opens: datetime
    closes: datetime

    def has(self, instant: datetime) -> bool:
        """Whether it is within it, the closing print included."""
        if self.opens <= instant <= self.closes:
            return True
        return self.opens <= instant <= self.closes + timedelta(seconds=CLOSING_PRINT_S)


def regular_of(opens: datetime, closes: datetime) -> Regular:
    """The regular session, in KST as trades are stamped: instants of one zone compare at a fifth of the cost."""
    return Regular(opens.astimezone(KST), closes.astimezone(KST))


class Moment(NamedTuple):
    """What the stamp of a trade says of it. at: the instant, KST. is_todays: of the session's day.

    is_closing: of the closing print.
    """

    at: datetime
    is_todays: bool
    is_regular: bool
    is_closing: bool


class Terms(NamedTuple):
    """On which trades are judged in a session, gathered so that each trade need look up but once.

    is_always: at any time of any day. is_wanted: whether trades are judged at all. regular: None if it is not known.
    moments: by stamp, which trades share; the last ones.
    """

    is_always: bool
    is_wanted: bool
    regular_only: bool
    day: date | None
    regular: Regular | None
    moments: dict[int, Moment]

    def moment_of(self, traded_s: int) -> Moment:
        """What holds for all trades stamped so."""
        found = self.moments.get(traded_s)
        if found is None:
            if len(self.moments) >= MOMENTS_MAX:
                self.moments.clear()
            found = self.moments[traded_s] = self._moment(instant_of_second(traded_s))
        return found

    def _moment(self, at: datetime) -> Moment:
        regular, is_todays = self.regular, self.day is None or self.day == at.date()
        if regular is None:
            return Moment(at, is_todays, is_regular=True, is_closing=False)
        is_regular = regular.has(at)
        return Moment(at, is_todays, is_regular, is_regular and regular.closes <= at)


def terms_of(settings: Settings, day: date | None, regular: Regular | None) -> Terms:
    """Those of the session of `day`, None for no session."""
    signal, is_always = settings.monitor.signal, settings.market.hours == "always"
    in_kst = regular and regular_of(*regular)  # read back from the log it has a zone of its own
    return Terms(is_always, signal.use_intraday, signal.regular_only, day, in_kst, {})


Part = Literal["", "regular", "other"]
"""Of the day, that a trade is judged as; "" if it may not be judged."""


def part_of(tick: Tick, moment: Moment, terms: Terms, now: datetime | None, *, is_safe: bool) -> Part:
    """Whether a trade may be judged, and as one of the regular session, its closing print included, or another.

    Not an expected price of an auction, and only one of today unless always open.
    """
    if tick.hour_class != "0" or tick.is_halted or not terms.is_wanted:
        return ""
    if terms.is_always:
        return "regular"
    market_class = tick.market_class
    if market_class == CLOSING_CLASS:
        is_regular = moment.is_closing
    else:
        is_regular = moment.is_regular and market_class not in OTHER_SESSIONS
    if not moment.is_todays or (terms.regular_only and not is_regular):
        return ""
    if is_safe and now and abs((now - moment.at).total_seconds()) > FRESH_S:
        return ""
    return "regular" if is_regular else "other"


def is_usable_quote(
    quote: Quote, closes_won: tuple[int, ...], flags: tuple[str, ...], settings: Settings, *,
    regular: Regular | None, now: datetime,
) -> bool:  # fmt: skip
    """Whether a scan's price may be judged: traded today, in time, and on the basis of the average.

    ScanActor sends a right average for a code on another basis; without a base price nobody can tell.
    """
    if quote.hour_class not in ("0", "") or not quote.cum_volume_shares:
        return False
    if settings.monitor.signal.regular_only and regular and not regular.has(now):
        return False
    if quote.base_price_won is None and any(flag in REBASING_FLAGS for flag in flags):
        return False
    return rebased(closes_won, quote.base_price_won, quote.previous_close_won) == closes_won
