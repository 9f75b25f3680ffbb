"""Reads one record of a trade feed as a tick. Ticks come over plain ws, so every field that is used is checked."""

import re
from datetime import datetime
from functools import lru_cache
from operator import itemgetter

from msgspec import Struct

from kis_actors.kis.feeds import TRADE_COLUMNS, TRADE_COLUMNS_MIN
from kis_actors.kis.fields import FrameError, code_of, require_classes, shown
from kis_actors.kis.values import CODE, DATE, WHOLE, ratio_of_percent
from kis_actors.units import KST, STAMPS_MAX, instant_of_second

_TIME = re.compile(r"[0-9]{6}")


class Tick(Struct, frozen=True, gc=False, array_like=True):
    """One trade as a trade feed tells it.

    traded_s: KIS's stamp, seconds since 1970; several trades share one.
    change_ratio: against the previous close; 0.03 is +3 %.
    volume_shares: of this trade; the cum_ fields are of the day so far.
    day_high_won, day_low_won, previous_volume_same_time_shares: 0 where KIS has none.
    hour_class: KIS's HOUR_CLS_CODE; "0" in session, A to D while prices are only expected.
    market_class: KIS's MARKET_CLS_CODE; 1 pre-market, 2 regular, 3 after-market, 5 close-price, "" before 2026-09-14.
    previous_volume_same_time_shares: cumulative volume of the previous day at this time.
    """

    code: str
    traded_s: int
    price_won: int
    change_ratio: float
    volume_shares: int
    cum_volume_shares: int
    cum_turnover_won: int
    day_high_won: int
    day_low_won: int
    is_halted: bool
    hour_class: str
    market_class: str
    previous_volume_same_time_shares: int

    @property
    def traded_at(self) -> datetime:
        """The stamp in KST."""
        return instant_of_second(self.traded_s)


_NUMBERS = {  # the columns read as whole numbers, by what errors call them
    "price": "STCK_PRPR",
    "volume": "CNTG_VOL",
    "cumulative volume": "ACML_VOL",
    "cumulative turnover": "ACML_TR_PBMN",
    "day high": "STCK_HGPR",
    "day low": "STCK_LWPR",
    "previous volume": "PRDY_SMNS_HOUR_ACML_VOL",
}
_NUMBERS_NEEDED = 4  # the others may be blank
_TEXTS = (
    "MKSC_SHRN_ISCD",
    "BSOP_DATE",
    "STCK_CNTG_HOUR",
    "PRDY_CTRT",
    "TRHT_YN",
    "NEW_MKOP_CLS_CODE",
    "HOUR_CLS_CODE",
)
_ALL_WHOLE = re.compile(r"\^".join([WHOLE.pattern] * len(_NUMBERS)))
_DATE_AT = TRADE_COLUMNS.index("BSOP_DATE")
_MARKET_CLASS_AT = TRADE_COLUMNS.index("MARKET_CLS_CODE")
_pick_numbers = itemgetter(*map(TRADE_COLUMNS.index, _NUMBERS.values()))
_pick_texts = itemgetter(*map(TRADE_COLUMNS.index, _TEXTS))


def tick_of(record: list[str]) -> Tick:
    """The trade in `record`, which has TRADE_COLUMNS_MIN columns or more; raises FrameError."""
    code, day, time, change, halted, opening_class, hour_class = _pick_texts(record)
    market_class = record[_MARKET_CLASS_AT] if len(record) > _MARKET_CLASS_AT else ""
    code = code_of(code)
    numbers = _numbers_of(_pick_numbers(record))
    price, volume, cum_volume, cum_turnover, day_high, day_low, previous_volume = numbers
    if not price:
        raise FrameError("price '0' is not above zero", "field")
    require_classes(opening_class, hour_class, market_class)
    return Tick(  # by position, at half the cost of names; in the order of Tick
        code, second_of_stamp(day, time), price, ratio_of(change), volume, cum_volume, cum_turnover, day_high, day_low,
        halted == "Y", hour_class, market_class, previous_volume,
    )  # fmt: skip


def next_tick_at(record: list[str]) -> int | None:
    """Where another trade begins in a record wider than we know; None if it is one trade and columns KIS appended."""
    places = range(TRADE_COLUMNS_MIN, len(record) - 1)
    return next((place for place in places if _begins_a_record(record, place)), None)


def _begins_a_record(record: list[str], start: int) -> bool:
    """A code and a time, and the same date where the date belongs or, if the record ends before, the same code."""
    if not (CODE.fullmatch(record[start]) and _TIME.fullmatch(record[start + 1])):
        return False
    date_at = start + _DATE_AT
    return record[date_at] == record[_DATE_AT] if date_at < len(record) else record[start] == record[0]


def _numbers_of(texts: tuple[str, ...]) -> tuple[int, ...]:
    """Checks all texts at once, at half the cost, and one by one only if that fails."""
    if _ALL_WHOLE.fullmatch("^".join(texts)):
        return tuple(map(int, texts))
    return tuple(map(_number_of, texts, _NUMBERS, range(len(texts))))


def _number_of(text: str, name: str, place: int) -> int:
    if not text and place >= _NUMBERS_NEEDED:
        return 0
    if not WHOLE.fullmatch(text):
        raise FrameError(f"{name} {shown(text)} is not a whole number", "field")
    return int(text)


# What follows is remembered: a second and a change repeat thousands of times a day.


@lru_cache(maxsize=STAMPS_MAX)
def second_of_stamp(day: str, time: str) -> int:
    """Seconds since 1970, of KIS's YYYYMMDD and HHMMSS; raises FrameError."""
    if not DATE.fullmatch(day):
        raise FrameError(f"date {shown(day)} is not YYYYMMDD", "field")
    if not _TIME.fullmatch(time):
        raise FrameError(f"time {shown(time)} is not HHMMSS", "field")
    try:
        stamp = datetime(
            int(day[:4]), int(day[4:6]), int(day[6:]), int(time[:2]), int(time[2:4]), int(time[4:]), tzinfo=KST
        )
    except ValueError:
        raise FrameError(f"{day} {time} is not a date and a time of day", "field") from None
    return int(stamp.timestamp())


@lru_cache(maxsize=8192)
def ratio_of(percent: str) -> float:
    """The fraction that KIS's percentage means; raises FrameError."""
    ratio = ratio_of_percent(percent)
    if ratio is None:
        raise FrameError(f"change {shown(percent)} is not a percentage", "field")
    return ratio
