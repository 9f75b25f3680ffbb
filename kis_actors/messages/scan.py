"""Decided by ScanActor."""

from datetime import date, datetime
from typing import Literal

from kis_actors.messages.base import Event
from kis_actors.messages.values import Disputed


class SessionOpened(Event):
    """The market of `day` is open, until `closes`.

    regular_opens, regular_closes: of the regular session within it; None for all of it.
    """

    day: date
    opens: datetime
    closes: datetime
    regular_opens: datetime | None = None
    regular_closes: datetime | None = None


class SessionClosed(Event):
    """The session of `day` is over, its closing print included (so said a minute after the close)."""

    day: date


class HolidaysRequested(Event):
    """A question: which days are open from `day` on. KIS wants it asked once a day."""

    day: date


class CalendarDisputed(Event):
    """KIS's calendar and ours differ on these days."""

    days: tuple[Disputed, ...]


class SessionDoubted(Event):
    """The calendar has `day` open, but the quotes are still those of the day before."""

    day: date
    reason: str


class SessionTrusted(Event):
    """On `day`, whose session was doubted, there are quotes of today after all."""

    day: date


class UniverseRequested(Event):
    """A question: the codes to watch on `day`."""

    day: date


class VenuesRequested(Event):
    """A question: which of `codes` NXT trades, batch `batch` (from 1) of `batches`."""

    batch: int
    batches: int
    codes: tuple[str, ...]


class VenuesLoaded(Event):
    """On `day` NXT trades these codes. is_complete: and no others, for KIS answered for all."""

    day: date
    on_nxt: tuple[str, ...]
    is_complete: bool = True


class ScanRequested(Event):
    """A question: the quotes of `codes`, batch `batch` (from 1) of `batches` of scan number `scan`.

    scope: all codes; only those that are followed, while they have no stream; or all once more after the close, for
    their closing prices.
    """

    scan: int
    batch: int
    batches: int
    codes: tuple[str, ...]
    scope: Literal["all", "followed", "close"] = "all"


class ScanCompleted(Event):
    """Every batch of scan number `scan` is answered.

    failed: batches without a usable answer. quoted: codes with a price.
    """

    scan: int
    batches: int
    failed: int
    quoted: int
    scope: Literal["all", "followed", "close"] = "all"


class DegradedModeEntered(Event):
    """The stream is down while codes are followed; those are scanned every `interval_s` until it is back."""

    reason: str
    interval_s: float


class DegradedModeLeft(Event):
    """The stream is back; or, if not is_back, there is nothing to stream any more."""

    is_back: bool = True


class CodesUnquoted(Event):
    """`scans` scans in a row had no price of these codes, though most of each went well."""

    codes: tuple[str, ...]
    scans: int


class SafeModeEntered(Event):
    """Several scans failed in a row: scans are `interval_s` apart now, and prices off them are not trusted."""

    reason: str
    interval_s: float


class ScanSlowed(Event):
    """Scans go on failing in safe mode; they are `interval_s` apart from now on."""

    interval_s: float


class SafeModeLeft(Event):
    """Scans work again; they are `interval_s` apart as configured."""

    interval_s: float


class BaselineRequested(Event):
    """A question: the adjusted daily bars of `code` from `start` to `end`, both included."""

    code: str
    start: date
    end: date


class BaselineLoaded(Event):
    """For `day`, `code` has these completed adjusted closes, oldest first; as many as the average may need.

    high_won, low_won: of the last completed day; 0 if they are on another basis than today's prices.
    """

    code: str
    day: date
    closes_won: tuple[int, ...]
    high_won: int = 0
    low_won: int = 0


class BaselineMissing(Event):
    """For `day`, `code` has no average, and so no disparity signal. may_come: KIS did not answer; it is asked again."""

    code: str
    day: date
    reason: str
    may_come: bool = False


class BaselinesCompleted(Event):
    """Every code has its average for `day`, or is known to have none. missing: those; newly: not said before."""

    day: date
    loaded: int
    missing: tuple[str, ...]
    newly: tuple[str, ...] = ()
