"""The units everything agrees on: Korean time, and how won, shares and ratios are written for people.

Money is whole won and quantities are shares, both int; a ratio is a fraction (0.03 is 3 %); durations are seconds.
"""

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

KST_S = 9 * 3600
"""How far Korea is ahead of UTC, seconds. It has had no summer time since 1988, so a fixed offset is exact."""
KST = timezone(timedelta(seconds=KST_S))
EPOCH = datetime.fromtimestamp(0, KST)

NS_PER_S = 1_000_000_000
LOG_DAY_STARTS_S = 6 * 3600
STAMPS_MAX = 512
"""Seconds that are remembered in each way of reading them: the trades of a moment bear few, and memory that fills for
an hour looks like a leak."""


def instant_of_ns(at_ns: int) -> datetime:
    """The instant `at_ns` nanoseconds after 1970 (UTC), in KST, to the microsecond."""
    return EPOCH + timedelta(microseconds=at_ns // 1000)


def ns_of_instant(instant: datetime) -> int:
    """Nanoseconds since 1970 (UTC) of `instant`, which must carry a time zone."""
    whole = instant.replace(microsecond=0)
    return int(whole.timestamp()) * NS_PER_S + instant.microsecond * 1000


@lru_cache(maxsize=STAMPS_MAX)
def second_of(instant: datetime) -> int:
    """The second since 1970 that `instant`, which carries a time zone, is in. Remembered: trades share their stamps."""
    return int(instant.timestamp())


@lru_cache(maxsize=STAMPS_MAX)
def instant_of_second(second: int) -> datetime:
    """The instant `second` seconds after 1970 (UTC), in KST. Remembered: trades share their stamps."""
    return datetime.fromtimestamp(second, KST)


def log_day_of(instant: datetime) -> date:
    """The log day `instant` belongs to: 06:00 to 06:00 KST, named after the date it begins on."""
    return (instant.astimezone(KST) - timedelta(seconds=LOG_DAY_STARTS_S)).date()


def percent(ratio: float, digits: int = 2) -> str:
    """`ratio` for people, signed: -0.0812 is "-8.12%"."""
    return f"{ratio * 100:+.{digits}f}%"


def won(amount_won: int) -> str:
    """Won for people: 71900 is "71,900원"."""
    return f"{amount_won:,}원"


def won_in_short(amount_won: int) -> str:
    """Large sums as Koreans say them: 5,874,450,961,500 is "5.9조", 901,234,560 is "9억"."""
    if amount_won >= 1_000_000_000_000:
        return f"{amount_won / 1_000_000_000_000:.1f}조"
    if amount_won >= 100_000_000:
        return f"{amount_won / 100_000_000:,.0f}억"
    return f"{amount_won / 10_000:,.0f}만"
