"""Said by the REST port, answering a question (the cause)."""

from kis_actors.messages.base import Event
from kis_actors.messages.values import Rows


class ScanReturned(Event):
    """KIS answered one batch of a scan with these rows; a code it does not know has a blank row."""

    scan: int
    batch: int
    rows: Rows


class ScanFailed(Event):
    """One batch of a scan got no usable answer, after all retries."""

    scan: int
    batch: int
    reason: str


class DailyBarsReturned(Event):
    """KIS answered with adjusted daily bars of `code`, as rows of output2."""

    code: str
    rows: Rows


class DailyBarsFailed(Event):
    """KIS gave no usable daily bars of `code`, after all retries."""

    code: str
    reason: str


class HolidaysReturned(Event):
    """KIS answered with these rows of chk-holiday: a day each, and whether the stock market opens on it."""

    rows: Rows


class HolidaysFailed(Event):
    """KIS gave no usable answer about open days; what is known stands."""

    reason: str


class VenuesReturned(Event):
    """KIS answered with NXT's rows of one batch of codes; a code that is not traded there has none."""

    batch: int
    rows: Rows


class VenuesFailed(Event):
    """KIS gave no usable answer about NXT for one batch of codes."""

    batch: int
    reason: str
