"""The REST calls of KIS: requests as values, and answers as quotes, daily bars and open days.

Values in answers are text. A price of 0 or blank means KIS has none; it is never a price.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from kis_actors.kis.values import CODE, DATE, WHOLE, ratio_of_percent

QUOTES_PER_REQUEST_MAX = 30
TOKEN_PATH = "/oauth2/tokenP"
APPROVAL_PATH = "/oauth2/Approval"
"""KIS distinguishes case here."""

_QUOTATIONS = "/uapi/domestic-stock/v1/quotations"


class Request(Struct, frozen=True, kw_only=True):
    """One call of a data service. Holds no secret, so it may be logged; headers_of adds those."""

    method: Literal["GET"] = "GET"
    path: str
    tr_id: str
    params: tuple[tuple[str, str], ...]


class Quote(Struct, frozen=True, kw_only=True, gc=False):
    """The state of one code, from the batch quote. A price KIS does not have is None.

    base_price_won: what the daily limits are measured from; differs from the previous close on ex-dates.
    change_ratio: against the previous close; 0.03 is +3 %. Before the open it is still the previous day's.
    cum_volume_shares, cum_turnover_won: of the day so far.
    hour_class: KIS's HOUR_CLS_CODE; "0" in session, A to D while prices are only expected.
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


class Bar(Struct, frozen=True, kw_only=True):
    """One day of one code, adjusted for splits and the like as of the day it was asked for.

    open_won, high_won, low_won: on a day without trades, the close.
    """

    day: date
    open_won: int
    high_won: int
    low_won: int
    close_won: int
    volume_shares: int
    turnover_won: int


def multprice_request(codes: Sequence[str], market: str = "J") -> Request:
    """Asks for the quotes of 1 to 30 codes; raises ValueError for any other number. Not available on paper.

    market: J is KRX, NX is NXT, UN is both unified.
    """
    if not 1 <= len(codes) <= QUOTES_PER_REQUEST_MAX:
        raise ValueError(f"intstock-multprice: expected 1 to {QUOTES_PER_REQUEST_MAX} codes, found {len(codes)}")
    params: list[tuple[str, str]] = []
    for number, code in enumerate(codes, start=1):
        params += [(f"FID_COND_MRKT_DIV_CODE_{number}", market), (f"FID_INPUT_ISCD_{number}", code)]
    return Request(path=f"{_QUOTATIONS}/intstock-multprice", tr_id="FHKST11300006", params=tuple(params))


def daily_bars_request(code: str, start: date, end: date, market: str = "J") -> Request:
    """Asks for the adjusted daily bars from `start` to `end`, both included; KIS answers the newest 100 at most."""
    params = (
        ("FID_COND_MRKT_DIV_CODE", market),
        ("FID_INPUT_ISCD", code),
        ("FID_INPUT_DATE_1", f"{start:%Y%m%d}"),
        ("FID_INPUT_DATE_2", f"{end:%Y%m%d}"),
        ("FID_PERIOD_DIV_CODE", "D"),
        ("FID_ORG_ADJ_PRC", "0"),  # 0 is adjusted here; inquire-daily-price has it the other way round
    )
    return Request(path=f"{_QUOTATIONS}/inquire-daily-itemchartprice", tr_id="FHKST03010100", params=params)


def holiday_request(day: date) -> Request:
    """Asks which days from `day` on are open. KIS wants it asked once a day at most; not available on paper."""
    params = (("BASS_DT", f"{day:%Y%m%d}"), ("CTX_AREA_NK", ""), ("CTX_AREA_FK", ""))
    return Request(path=f"{_QUOTATIONS}/chk-holiday", tr_id="CTCA0903R", params=params)


def token_body(app_key: str, app_secret: str) -> dict[str, str]:
    """What to POST to TOKEN_PATH."""
    return {"grant_type": "client_credentials", "appkey": app_key, "appsecret": app_secret}


def approval_body(app_key: str, app_secret: str) -> dict[str, str]:
    """What to POST to APPROVAL_PATH; the secret has another name there."""
    return {"grant_type": "client_credentials", "appkey": app_key, "secretkey": app_secret}


def headers_of(request: Request, token: str, app_key: str, app_secret: str) -> dict[str, str]:
    """The HTTP headers of `request` for a personal customer. They are secrets."""
    return {
        "content-type": "application/json; charset=utf-8",
        "authorization": f"Bearer {token}",
        "appkey": app_key,
        "appsecret": app_secret,
        "tr_id": request.tr_id,
        "tr_cont": "",
        "custtype": "P",
    }


def rows_of(body: Mapping[str, Any], name: str = "output") -> tuple[dict[str, str], ...]:
    """The rows under `name`, every value as text; KIS sends an array or, for one row, the object itself."""
    output = body.get(name)
    rows = output if isinstance(output, list) else [output]
    return tuple(_texts_of(row) for row in rows if isinstance(row, dict) and row)


def quotes_of(rows: Iterable[Mapping[str, str]]) -> dict[str, Quote]:
    """The usable quotes by code, in the order of the rows. A code that was asked for may be missing."""
    quotes = map(quote_of, rows)
    return {quote.code: quote for quote in quotes if quote is not None}


def quote_of(row: Mapping[str, str]) -> Quote | None:
    """The quote in a row of intstock-multprice; None without a code (KIS did not know it) or without a price."""
    code = row.get("inter_shrn_iscd", "").strip()
    price_won = _price(row, "inter2_prpr")
    if price_won is None or not CODE.fullmatch(code):
        return None
    return Quote(
        code=code,
        name=row.get("inter_kor_isnm", "").strip(),
        price_won=price_won,
        previous_close_won=_price(row, "inter2_prdy_clpr"),
        base_price_won=_price(row, "inter2_sdpr"),
        change_ratio=_change_ratio(row),
        open_won=_price(row, "inter2_oprc"),
        high_won=_price(row, "inter2_hgpr"),
        low_won=_price(row, "inter2_lwpr"),
        upper_limit_won=_price(row, "inter2_mxpr"),
        lower_limit_won=_price(row, "inter2_llam"),
        cum_volume_shares=_whole(row, "acml_vol"),
        cum_turnover_won=_whole(row, "acml_tr_pbmn"),
        hour_class=row.get("hour_cls_code", "").strip(),
    )


def bars_of(rows: Iterable[Mapping[str, str]], before: date) -> tuple[Bar, ...]:
    """The days before `before`, oldest first, one bar a day; the current day's row still moves, so it is left out."""
    bars = {bar.day: bar for bar in map(_bar_of, rows) if bar is not None and bar.day < before}
    return tuple(bars[day] for day in sorted(bars))


def opens_of(rows: Iterable[Mapping[str, str]]) -> dict[date, bool]:
    """Whether the stock market opens, by day, from the rows of chk-holiday."""
    days = ((_day(row, "bass_dt"), row.get("opnd_yn")) for row in rows)
    return {day: flag == "Y" for day, flag in days if day is not None and flag in ("Y", "N")}


def _bar_of(row: Mapping[str, str]) -> Bar | None:
    day = _day(row, "stck_bsop_date")
    close_won = _price(row, "stck_clpr")
    if day is None or close_won is None:
        return None
    return Bar(
        day=day,
        open_won=_price(row, "stck_oprc") or close_won,
        high_won=_price(row, "stck_hgpr") or close_won,
        low_won=_price(row, "stck_lwpr") or close_won,
        close_won=close_won,
        volume_shares=_whole(row, "acml_vol"),
        turnover_won=_whole(row, "acml_tr_pbmn"),
    )


def _change_ratio(row: Mapping[str, str]) -> float | None:
    """Some answers sign the percentage and some leave that to prdy_vrss_sign, so the sign code is obeyed over both."""
    ratio = ratio_of_percent(row.get("prdy_ctrt", "").strip())
    sign = row.get("prdy_vrss_sign", "").strip()
    if not ratio or sign == "3":
        return None if ratio is None else 0.0
    if sign in ("4", "5"):
        return -abs(ratio)
    return abs(ratio) if sign in ("1", "2") else ratio


def _price(row: Mapping[str, str], name: str) -> int | None:
    return _whole(row, name) or None


def _whole(row: Mapping[str, str], name: str) -> int:
    text = row.get(name, "").strip()
    return int(text) if WHOLE.fullmatch(text) else 0


def _day(row: Mapping[str, str], name: str) -> date | None:
    text = row.get(name, "").strip()
    try:
        return date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        return None


def _texts_of(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) if isinstance(value, str | int | float) else "" for name, value in row.items()}
