"""Which days the simulated exchange opens: weekdays that are no XKRX holiday."""

from collections.abc import Iterator
from datetime import date, timedelta

import holidays

_CLOSED = holidays.financial_holidays("XKRX")


def is_session(day: date) -> bool:
    """Whether the exchange opens on `day`."""
    return day.weekday() < 5 and day not in _CLOSED


def latest_session(day: date) -> date:
    """`day` itself if the exchange opens then, else the last session before it."""
    while not is_session(day):
        day -= timedelta(days=1)
    return day


def sessions_before(day: date, count: int) -> tuple[date, ...]:
    """The last `count` sessions before `day`, oldest first."""
    backwards = _sessions_back_from(day)
    return tuple(reversed([next(backwards) for _ in range(count)]))


def _sessions_back_from(day: date) -> Iterator[date]:
    while True:
        day = latest_session(day - timedelta(days=1))
        yield day
