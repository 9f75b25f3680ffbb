"""Reads frames of trades as KIS sends nearly all of them: one pattern checks and finds every field in one look.

It costs less than to split the fields apart. Whatever the pattern does not know is left to frames.py, which reads it
with care or says what is wrong with it; both read a frame alike.
"""

import re
from collections.abc import Callable
from operator import itemgetter
from typing import TypeVar

from msgspec import Struct

from kis_actors.kis.feeds import FEEDS, TRADE_COLUMNS, TRADE_COLUMNS_MIN
from kis_actors.kis.fields import CLASS, FrameError, shown
from kis_actors.kis.statuses import Status
from kis_actors.kis.ticks import Tick, ratio_of, second_of_stamp
from kis_actors.kis.values import CODE, PERCENT, WHOLE
from kis_actors.units import STAMPS_MAX


class Frame(Struct, frozen=True, gc=False, array_like=True):
    """What one data frame tells, in its order: ticks from a trade feed, statuses from a status feed, else neither.

    width: columns in each record, also those not read; is_known_width tells whether KIS ever announced it.
    """

    tr_id: str
    width: int
    ticks: tuple[Tick, ...] = ()
    statuses: tuple[Status, ...] = ()


RECORDS_MAX = 16
"""Frames of more trades are rare, and left to frames.py."""
REMEMBERED_MAX = 8192

_FEED = "|".join(tr_id for tr_id, feed in FEEDS.items() if feed.what == "trade")
_WHOLE = WHOLE.pattern + "+"
_READ = {
    "MKSC_SHRN_ISCD": CODE.pattern + "+",
    "STCK_CNTG_HOUR": r"[0-9]{6}",
    "STCK_PRPR": _WHOLE,
    "PRDY_CTRT": PERCENT.pattern.replace("(", "(?:").replace("}", "}+").replace(")?", ")?+"),
    "STCK_HGPR": _WHOLE,
    "STCK_LWPR": _WHOLE,
    "CNTG_VOL": _WHOLE,
    "ACML_VOL": _WHOLE,
    "ACML_TR_PBMN": _WHOLE,
    "BSOP_DATE": r"[0-9]{8}",
    "TRHT_YN": r"[^^]*+",
    "PRDY_SMNS_HOUR_ACML_VOL": _WHOLE,
    "HOUR_CLS_CODE": CLASS.pattern + "+",
    "MARKET_CLS_CODE": CLASS.pattern + "+",
}
"""What a field that is used looks like, in the order of the wire. Nothing is ever tried shorter (`+` after a count)."""
_CHECKED = {
    "PRDY_VRSS_SIGN": "[^^]{0,20}+",
    "PRDY_VRSS": "[^^]{0,20}+",  # these two may be anything, but are remembered
    "NEW_MKOP_CLS_CODE": CLASS.pattern + "+",
}
"""What is not used, but looks like something; all other fields are passed over."""
_TOGETHER = {"STCK_PRPR": "PRDY_CTRT", "STCK_HGPR": "STCK_LWPR"}
"""From where to where fields are found as one text, for together they repeat: a price has one change all day."""


def _field(name: str) -> str:
    if name not in _READ:
        return _CHECKED.get(name, "[^^]*+")
    begin, end = "(" * (name not in _TOGETHER.values()), ")" * (name not in _TOGETHER)
    return f"{begin}{_READ[name]}{end}"


_NARROW, _WIDE = TRADE_COLUMNS_MIN, len(TRADE_COLUMNS)
_FIELDS = r"\^".join(map(_field, TRADE_COLUMNS[:_NARROW]))
_GROUPS = re.compile(_FIELDS).groups + 1
"""Found in each record: what is read of its fields, and the one that KIS added last, None where it does not send it."""
_ADDED = rf"\^({_READ['MARKET_CLS_CODE']})"
_COUNT_AT = slice(len("0|H0STCNT0|"), len("0|H0STCNT0|001"))
_COUNTS = {f"{count:03}": count for count in range(2, RECORDS_MAX + 1)}


def _pattern_of(count: int) -> re.Pattern[str]:
    """Of a frame with so many trades: its feed, then _GROUPS of each. If the first is wide, so are all."""
    first, another = rf"{_FIELDS}(?:{_ADDED})?", rf"\^{_FIELDS}(?({1 + _GROUPS}){_ADDED})"
    return re.compile(rf"0\|({_FEED})\|{count:03}\|{first}{another * (count - 1)}")


_alone = _pattern_of(1).fullmatch

_Value = TypeVar("_Value")
Match = Callable[[str], re.Match[str] | None]
Cut = Callable[[tuple[str, ...]], tuple[tuple[str, ...], ...]]


class _Remembered(dict[str, _Value]):
    """What `read` makes of a text, for each that it read; full, it begins anew. Half the cost of an lru_cache."""

    def __init__(self, read: Callable[[str], _Value], most: int) -> None:
        self._read, self._most = read, most

    def __missing__(self, text: str) -> _Value:
        if len(self) >= self._most:
            self.clear()
        value = self[text] = self._read(text)
        return value


def usual_frame(text: str) -> Frame | None:
    """All trades of a usual frame; None for any other, and for one that is wrong."""
    try:
        match = _alone(text)
        if match is None:
            return _several(text)
        found = match.groups()
        return Frame(found[0], _NARROW if found[_GROUPS] is None else _WIDE, (_tick_of(found),))
    except FrameError:
        return None


def _several(text: str) -> Frame | None:
    match_all, each_of = _SEVERAL[text[_COUNT_AT]]
    match = match_all(text)
    if match is None:
        return None
    found = match.groups()
    ticks = tuple([_tick_of(each) for each in each_of(found)])
    return Frame(found[0], _NARROW if found[_GROUPS] is None else _WIDE, ticks)


def _tick_of(found: tuple[str, ...]) -> Tick:
    (
        _, code, time, price, day_range, volume, cum_volume, cum_turnover, day, halted, previous_volume,
        hour_class, market_class,
    ) = found  # what stands before the record is no part of it  # fmt: skip
    price_won, change_ratio = _PRICES[price]
    high_won, low_won = _RANGES[day_range]
    return Tick(  # by position, at half the cost of names; in the order of Tick
        code, _SECONDS[day + time], price_won, change_ratio, _VOLUMES[volume], int(cum_volume), int(cum_turnover),
        high_won, low_won, halted == "Y", hour_class, market_class or "", int(previous_volume),
    )  # fmt: skip


def _several_of(text: str) -> tuple[Match, Cut]:
    """What finds all in a frame of so many trades, and what divides it by them."""
    if text not in _COUNTS:
        raise FrameError(f"expected a usual count of trades, found {shown(text)}", "count")
    count = _COUNTS[text]
    places = (slice(at, at + 1 + _GROUPS) for at in range(0, count * _GROUPS, _GROUPS))
    return _pattern_of(count).fullmatch, itemgetter(*places)


def _second_of(stamp: str) -> int:
    return second_of_stamp(stamp[:8], stamp[8:])


def _price_of(text: str) -> tuple[int, float]:
    """The price, won, and its change against the previous close, a ratio."""
    price, _, _, change = text.split("^")
    price_won = int(price)
    if not price_won:
        raise FrameError("price '0' is not above zero", "field")
    return price_won, ratio_of(change)


def _range_of(text: str) -> tuple[int, int]:
    """The day's high and low, won."""
    high, low = text.split("^")
    return int(high), int(low)


_SEVERAL = _Remembered(_several_of, RECORDS_MAX)
_VOLUMES = _Remembered(int, REMEMBERED_MAX)
"""Of single trades, which repeat; those of the day so far do not."""
_SECONDS = _Remembered(_second_of, STAMPS_MAX)
_PRICES = _Remembered(_price_of, REMEMBERED_MAX)
_RANGES = _Remembered(_range_of, REMEMBERED_MAX)
