"""Reads a row of intstock-multprice or inquire-price as a quote: the same stock under other names.

A price of 0 or blank means KIS has none; it is never a price.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from msgspec import Struct

from kis_actors.kis.statuses import HALTED_CLASS
from kis_actors.kis.values import CODE, WHOLE, ratio_of_percent, whole_in

_SIGNED = re.compile(r"[+-]?[0-9]{1,18}")
_DIRECTIONS = {"1": 1, "2": 1, "3": 0, "4": -1, "5": -1}
"""By prdy_vrss_sign: upper limit, up, flat, lower limit, down."""

_Number = TypeVar("_Number", int, float)


class Quote(Struct, frozen=True, gc=False):
    """The state of one code, from either call. A price KIS does not have is None.

    name: "" from inquire-price, which tells none.
    base_price_won: what the daily limits are measured from; differs from the previous close on ex-dates.
    change_ratio: against the previous close; 0.03 is +3 %. Before the open it is still the previous day's.
    cum_volume_shares, cum_turnover_won: of the day so far.
    hour_class: KIS's HOUR_CLS_CODE; "0" in session, A to D while prices are only expected; "" from inquire-price.
    is_halted: only inquire-price tells.
    is_interrupted: by a volatility interruption.
    """

    code: str
    name: str
    price_won: int
    previous_close_won: int | None
    base_price_won: int | None
    change_ratio: float | None
    open_won: int | None
    high_won: int | None
    low_won: int | None
    upper_limit_won: int | None
    lower_limit_won: int | None
    cum_volume_shares: int
    cum_turnover_won: int
    hour_class: str
    is_halted: bool = False
    is_interrupted: bool = False


class _Names(NamedTuple):
    """What a call names the columns that the other names otherwise."""

    code: str
    price: str
    base_price: str
    open: str
    high: str
    low: str
    upper_limit: str
    lower_limit: str


_MULTPRICE = _Names(
    code="inter_shrn_iscd",
    price="inter2_prpr",
    base_price="inter2_sdpr",
    open="inter2_oprc",
    high="inter2_hgpr",
    low="inter2_lwpr",
    upper_limit="inter2_mxpr",
    lower_limit="inter2_llam",
)
_INQUIRE_PRICE = _Names(
    code="stck_shrn_iscd",
    price="stck_prpr",
    base_price="stck_sdpr",
    open="stck_oprc",
    high="stck_hgpr",
    low="stck_lwpr",
    upper_limit="stck_mxpr",
    lower_limit="stck_llam",
)


def quotes_of(rows: Iterable[Mapping[str, str]]) -> dict[str, Quote]:
    """The usable quotes by code, in the order of the rows. A code that was asked for may be missing."""
    quotes = map(quote_of, rows)
    return {quote.code: quote for quote in quotes if quote is not None}


@lru_cache(maxsize=8)
def quotes_in(columns: tuple[str, ...], values: tuple[tuple[str, ...], ...]) -> Mapping[str, Quote]:
    """As quotes_of, of a table. Remembered, for several actors hear each answer."""
    pick = _pick_of(columns)
    quotes = ((_usual_quote(pick, columns, row) or quote_of(dict(zip(columns, row, strict=False)))) for row in values)
    return MappingProxyType({quote.code: quote for quote in quotes if quote is not None})


def quote_of(row: Mapping[str, str]) -> Quote | None:
    """The quote in a row of either call; None without a code (KIS did not know it) or without a price."""
    names = _MULTPRICE if _MULTPRICE.code in row else _INQUIRE_PRICE
    code = _text(row, names.code)
    price_won = _price(row, names.price)
    if price_won is None or not CODE.fullmatch(code):
        return None
    return Quote(
        code=code,
        name=_text(row, "inter_kor_isnm"),
        price_won=price_won,
        previous_close_won=_previous_close_won(row, names, price_won),
        base_price_won=_price(row, names.base_price),
        change_ratio=_change_ratio(row),
        open_won=_price(row, names.open),
        high_won=_price(row, names.high),
        low_won=_price(row, names.low),
        upper_limit_won=_price(row, names.upper_limit),
        lower_limit_won=_price(row, names.lower_limit),
        cum_volume_shares=whole_in(row, "acml_vol"),
        cum_turnover_won=whole_in(row, "acml_tr_pbmn"),
        hour_class=_text(row, "hour_cls_code"),
        is_halted=_text(row, "iscd_stat_cls_code") == HALTED_CLASS or _text(row, "temp_stop_yn") == "Y",
        is_interrupted=_text(row, "vi_cls_code") == "Y" or _text(row, "hour_cls_code") == "C",
    )


# A row of the batch as KIS sends nearly all of them is read by its places, at a third of the cost of its names.

_WHOLE = ("acml_vol", "acml_tr_pbmn", *_MULTPRICE[1:], "inter2_prdy_clpr")
_TEXTS = ("prdy_ctrt", "prdy_vrss_sign", "inter_kor_isnm", "hour_cls_code", "vi_cls_code", _MULTPRICE.code)
_ALL_WHOLE = re.compile(r"\^".join([WHOLE.pattern] * len(_WHOLE)))

_Pick = Callable[[tuple[str, ...]], tuple[str, ...]]


@lru_cache(maxsize=8)
def _pick_of(columns: tuple[str, ...]) -> _Pick | None:
    """What picks the fields that are read out of a row with a blank at its end; None for a table of another call."""
    is_batch = _MULTPRICE.code in columns and not {"iscd_stat_cls_code", "temp_stop_yn"} & {*columns}
    places = {name: place for place, name in enumerate(columns)}
    return itemgetter(*(places.get(name, len(columns)) for name in (*_WHOLE, *_TEXTS))) if is_batch else None


def _usual_quote(pick: _Pick | None, columns: tuple[str, ...], row: tuple[str, ...]) -> Quote | None:
    """The quote in a row that is as usual, exactly as quote_of reads it; None for any other row."""
    if pick is None or len(row) != len(columns):
        return None
    *whole, percent, sign, name, hour_class, vi, code = pick((*row, ""))
    if not (_ALL_WHOLE.fullmatch("^".join(whole)) and CODE.fullmatch(code)):
        return None
    shares, turnover, price, base, opened, high, low, upper, lower, previous = map(int, whole)
    hour_class = hour_class.strip()
    return Quote(
        code, name.strip(), price, previous or None, base or None, _change_of(percent, sign), opened or None,
        high or None, low or None, upper or None, lower or None, shares, turnover, hour_class, False,
        vi.strip() == "Y" or hour_class == "C",
    ) if price else None  # fmt: skip


@lru_cache(maxsize=8192)
def _change_of(percent: str, sign: str) -> float | None:
    """Remembered: a change repeats often."""
    return _change_ratio({"prdy_ctrt": percent, "prdy_vrss_sign": sign})


def _previous_close_won(row: Mapping[str, str], names: _Names, price_won: int) -> int | None:
    """inquire-price tells no previous close, only how far the price is from it."""
    if names is _MULTPRICE:
        return _price(row, "inter2_prdy_clpr")
    change = _text(row, "prdy_vrss")
    if not _SIGNED.fullmatch(change):
        return None
    previous_close_won = price_won - _directed(row, int(change))
    return previous_close_won if previous_close_won > 0 else None


def _change_ratio(row: Mapping[str, str]) -> float | None:
    ratio = ratio_of_percent(_text(row, "prdy_ctrt"))
    return None if ratio is None else _directed(row, ratio)


def _directed(row: Mapping[str, str], change: _Number) -> _Number:
    """Some answers sign the change and some leave that to prdy_vrss_sign, so the sign code is obeyed over both."""
    direction = _DIRECTIONS.get(_text(row, "prdy_vrss_sign"))
    return change if direction is None else abs(change) * direction + 0  # the sum makes -0.0 plain


def _price(row: Mapping[str, str], name: str) -> int | None:
    return whole_in(row, name) or None


def _text(row: Mapping[str, str], name: str) -> str:
    return row.get(name, "").strip()
