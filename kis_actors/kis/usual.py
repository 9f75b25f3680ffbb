"""Reads frames of trades as KIS sends nearly all of them: one pattern checks and finds every field in one look.

It costs less than to split the fields apart. Whatever the pattern does not know is left to frames.py, which reads it
with care or says what is wrong with it; both read a frame alike.
"""

import re

from kis_actors.kis.feeds import FEEDS, TRADE_COLUMNS, TRADE_COLUMNS_MIN
from kis_actors.kis.fields import CLASS, FrameError
from kis_actors.kis.ticks import Tick, instant_of, ratio_of
from kis_actors.kis.values import CODE, PERCENT, WHOLE

_TRADE_FEEDS = [tr_id for tr_id, feed in FEEDS.items() if feed.what == "trade"]
_HEADS = {f"0|{tr_id}|{count:03}|": (tr_id, count) for tr_id in _TRADE_FEEDS for count in range(2, 1000)}
_HEAD_LENGTH = len("0|H0STCNT0|001|")
_READ = {
    "MKSC_SHRN_ISCD": CODE.pattern,
    "STCK_CNTG_HOUR": r"[0-9]{6}",
    "STCK_PRPR": WHOLE.pattern,
    "PRDY_CTRT": PERCENT.pattern.replace("(", "(?:"),
    "STCK_HGPR": WHOLE.pattern,
    "STCK_LWPR": WHOLE.pattern,
    "CNTG_VOL": WHOLE.pattern,
    "ACML_VOL": WHOLE.pattern,
    "ACML_TR_PBMN": WHOLE.pattern,
    "BSOP_DATE": r"[0-9]{8}",
    "NEW_MKOP_CLS_CODE": CLASS.pattern,
    "TRHT_YN": r"[^^]*+",
    "PRDY_SMNS_HOUR_ACML_VOL": WHOLE.pattern,
    "HOUR_CLS_CODE": CLASS.pattern,
    "MARKET_CLS_CODE": CLASS.pattern,
}
"""What a field that is used looks like, in the order of the wire; all others are passed over."""


def _fields(width: int) -> str:
    """The fields of one record. What is not read is never tried shorter (`*+`)."""
    return r"\^".join(f"({_READ[name]})" if name in _READ else "[^^]*+" for name in TRADE_COLUMNS[:width])


_WIDEST = len(TRADE_COLUMNS)
_ALONE = re.compile(rf"0\|(?:{'|'.join(_TRADE_FEEDS)})\|001\|{_fields(TRADE_COLUMNS_MIN)}(?:\^({CLASS.pattern}))?")
_RECORDS = {width: re.compile(rf"{_fields(width)}(?:\^|\Z)") for width in (TRADE_COLUMNS_MIN, _WIDEST)}


def usual_ticks(text: str) -> tuple[str, int, tuple[Tick, ...]] | None:
    """Feed, columns in each record, and all trades of a usual frame; None for any other, and for one that is wrong."""
    if text.rfind("|") != _HEAD_LENGTH - 1:
        return None
    try:
        found = _ALONE.fullmatch(text)
        if found is None:
            return _several(text)
        width = _WIDEST if found.lastindex == len(_READ) else TRADE_COLUMNS_MIN
        return text[2 : _HEAD_LENGTH - 5], width, (_tick_of(*found.groups("")),)
    except FrameError:
        return None


def _several(text: str) -> tuple[str, int, tuple[Tick, ...]] | None:
    tr_id, count = _HEADS.get(text[:_HEAD_LENGTH], ("", 1))
    width, left_over = divmod(text.count("^") + 1, count)
    record = _RECORDS.get(width)
    if not tr_id or left_over or record is None:
        return None
    ticks, at = [], _HEAD_LENGTH
    while found := record.match(text, at):
        ticks.append(_tick_of(*found.groups()))
        at = found.end()
    return (tr_id, width, tuple(ticks)) if len(ticks) == count else None


def _tick_of(
    code: str, time: str, price: str, change: str, day_high: str, day_low: str, volume: str, cum_volume: str,
    cum_turnover: str, day: str, opening_class: str, halted: str, previous_volume: str, hour_class: str,
    market_class: str = "",
) -> Tick:  # fmt: skip
    price_won = int(price)
    if not price_won:
        raise FrameError("price '0' is not above zero", "field")
    return Tick(  # by position, at half the cost of names; in the order of Tick
        code, instant_of(day, time), price_won, ratio_of(change), int(volume), int(cum_volume), int(cum_turnover),
        int(day_high), int(day_low), halted == "Y", opening_class, hour_class, market_class, int(previous_volume),
    )  # fmt: skip
