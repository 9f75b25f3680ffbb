"""Reads frames of trades as KIS sends nearly all of them: one pattern checks and finds every field in one look.

It costs less than to split the fields apart. Whatever the pattern does not know is left to frames.py, which reads it
with care or says what is wrong with it; both read a frame alike.
"""

import re
from functools import lru_cache

from msgspec import Struct

from kis_actors.kis.feeds import FEEDS, TRADE_COLUMNS, TRADE_COLUMNS_MIN
from kis_actors.kis.fields import CLASS, FrameError
from kis_actors.kis.statuses import Status
from kis_actors.kis.ticks import Tick, ratio_of, second_of_stamp
from kis_actors.kis.values import CODE, PERCENT, WHOLE


class Frame(Struct, frozen=True, gc=False, array_like=True):
    """What one data frame tells, in its order: ticks from a trade feed, statuses from a status feed, else neither.

    width: columns in each record, also those not read; is_known_width tells whether KIS ever announced it.
    """

    tr_id: str
    width: int
    ticks: tuple[Tick, ...] = ()
    statuses: tuple[Status, ...] = ()


_TRADE_FEEDS = [tr_id for tr_id, feed in FEEDS.items() if feed.what == "trade"]
_HEADS = {f"0|{tr_id}|{count:03}|": (tr_id, count) for tr_id in _TRADE_FEEDS for count in range(2, 1000)}
_HEAD_LENGTH = len("0|H0STCNT0|001|")
_LAST_BAR_AT = _HEAD_LENGTH - 1
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


def _fields(width: int) -> str:
    """The fields of one record."""
    return r"\^".join(map(_field, TRADE_COLUMNS[:width]))


def _field(name: str) -> str:
    if name not in _READ:
        return _CHECKED.get(name, "[^^]*+")
    begin, end = "(" * (name not in _TOGETHER.values()), ")" * (name not in _TOGETHER)
    return f"{begin}{_READ[name]}{end}"


_WIDEST = len(TRADE_COLUMNS)
_FEED = "|".join(_TRADE_FEEDS)
_LAST = _READ["MARKET_CLS_CODE"]
_ALONE = re.compile(rf"0\|(?:{_FEED})\|001\|{_fields(TRADE_COLUMNS_MIN)}(?:\^({_LAST}))?")
_alone, _FIELDS = _ALONE.fullmatch, _ALONE.groups
_RECORDS = {width: re.compile(rf"(?<=[|^]){_fields(width)}(?:\^|\Z)") for width in (TRADE_COLUMNS_MIN, _WIDEST)}
"""Each begins where a field does."""


def usual_frame(text: str) -> Frame | None:
    """All trades of a usual frame; None for any other, and for one that is wrong."""
    if text.rfind("|") != _LAST_BAR_AT:
        return None
    try:
        found = _alone(text)
        if found is None:
            return _several(text)
        width = TRADE_COLUMNS_MIN if (found.lastindex or 0) < _FIELDS else _WIDEST
        return Frame(text[2:10], width, (_tick_of(*found.groups("")),))
    except FrameError:
        return None


def _several(text: str) -> Frame | None:
    """No field is passed over: as many records as there should be, each of as many fields, are all there are."""
    tr_id, count = _HEADS.get(text[:_HEAD_LENGTH], ("", 1))
    width, left_over = divmod(text.count("^") + 1, count)
    record = _RECORDS.get(width)
    if not tr_id or left_over or record is None:
        return None
    found = record.findall(text, _HEAD_LENGTH)
    return Frame(tr_id, width, tuple(_tick_of(*fields) for fields in found)) if len(found) == count else None


def _tick_of(
    code: str, time: str, price: str, day_range: str, volume: str, cum_volume: str, cum_turnover: str,
    day: str, halted: str, previous_volume: str, hour_class: str, market_class: str = "",
) -> Tick:  # fmt: skip
    price_won, change_ratio = _price_of(price)
    high_won, low_won = _range_of(day_range)
    return Tick(  # by position, at half the cost of names; in the order of Tick
        code, second_of_stamp(day, time), price_won, change_ratio, int(volume), int(cum_volume), int(cum_turnover),
        high_won, low_won, halted == "Y", hour_class, market_class, int(previous_volume),
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _price_of(text: str) -> tuple[int, float]:
    """The price, won, and its change against the previous close, a ratio."""
    price, _, _, change = text.split("^")
    price_won = int(price)
    if not price_won:
        raise FrameError("price '0' is not above zero", "field")
    return price_won, ratio_of(change)


@lru_cache(maxsize=8192)
def _range_of(text: str) -> tuple[int, int]:
    """The day's high and low, won."""
    high, low = text.split("^")
    return int(high), int(low)
