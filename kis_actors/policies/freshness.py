"""Which prices may be judged: today's, of the regular session unless told otherwise, and on the averages' basis."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from kis_actors.kis.frames import Tick
from kis_actors.kis.rest import Quote
from kis_actors.market.baseline import rebased
from kis_actors.settings import Settings
from kis_actors.units import KST

FRESH_S = 60
"""In safe mode only trades stamped within so many seconds of now are judged."""
OTHER_SESSIONS = ("1", "3")
"""Pre-market and after-market trades."""
CLOSING_CLASS = "5"
"""Of close-price trading and perhaps, KIS does not say, of the closing print; which one it is its time tells."""
CLOSING_PRINT_S = 60
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


class Terms(NamedTuple):
    """On which trades are judged in a session, gathered so that each trade need look up but once.

    is_always: at any time of any day. is_wanted: whether trades are judged at all. regular: None if it is not known.
    """

    is_always: bool
    is_wanted: bool
    regular_only: bool
    day: date | None
    regular: Regular | None


def terms_of(settings: Settings, day: date | None, regular: Regular | None) -> Terms:
    """Those of the session of `day`, None for no session."""
    signal, is_always = settings.monitor.signal, settings.market.hours == "always"
    in_kst = regular and regular_of(*regular)  # read back from the log it has a zone of its own
    return Terms(is_always, signal.use_intraday, signal.regular_only, day, in_kst)


def is_usable_trade(tick: Tick, terms: Terms, now: datetime | None, *, is_regular: bool, is_safe: bool) -> bool:
    """Whether a trade may be judged: no expected price of an auction, and of today unless always open."""
    if tick.hour_class != "0" or tick.is_halted or not terms.is_wanted or (terms.regular_only and not is_regular):
        return False
    if terms.is_always:
        return True
    if is_safe and now and abs((now - tick.traded_at).total_seconds()) > FRESH_S:
        return False
    return terms.day is None or terms.day == tick.traded_at.date()


def is_regular_trade(tick: Tick, terms: Terms) -> bool:
    """Whether it is of the regular session, the closing print included."""
    if terms.is_always:
        return True
    market_class, regular = tick.market_class, terms.regular
    if market_class == CLOSING_CLASS:
        return regular is not None and regular.closes <= tick.traded_at and regular.has(tick.traded_at)
    return market_class not in OTHER_SESSIONS and (regular is None or regular.has(tick.traded_at))


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
