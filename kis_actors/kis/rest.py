"""The REST calls of KIS: requests as values, and answers as quotes (see quotes.py), daily bars and open days.

Values in answers are text. A price of 0 or blank means KIS has none; it is never a price.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from kis_actors.kis.quotes import Quote, quote_of, quotes_in, quotes_of
from kis_actors.kis.values import DATE, whole_in

__all__ = [
    "APPROVAL_PATH",
    "HOLIDAYS_TR",
    "QUOTES_PER_REQUEST_MAX",
    "TOKEN_PATH",
    "Bar",
    "Quote",
    "Request",
    "approval_body",
    "bars_of",
    "daily_bars_request",
    "headers_of",
    "holiday_request",
    "market_division",
    "multprice_request",
    "opens_of",
    "price_request",
    "quote_of",
    "quotes_in",
    "quotes_of",
    "rows_of",
    "token_body",
]

QUOTES_PER_REQUEST_MAX = 30
TOKEN_PATH = "/oauth2/tokenP"
APPROVAL_PATH = "/oauth2/Approval"
"""KIS distinguishes case here."""

HOLIDAYS_TR = "CTCA0903R"
"""Of the ledger system; KIS wants it called once a day."""

_QUOTATIONS = "/uapi/domestic-stock/v1/quotations"
_DIVISIONS: dict[str, Literal["J", "NX", "UN"]] = {"krx": "J", "always": "J", "nxt": "NX", "unified": "UN"}


class Request(Struct, frozen=True, kw_only=True):
    """One call of a data service. Holds no secret, so it may be logged; headers_of adds those."""

    method: Literal["GET"] = "GET"
    path: str
    tr_id: str
    params: tuple[tuple[str, str], ...]


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


def market_division(hours: str) -> Literal["J", "NX", "UN"]:
    """What KIS calls the market that is watched during `hours`, a value of the setting `market.hours`."""
    return _DIVISIONS[hours]


def multprice_request(codes: Sequence[str], market: str = "J") -> Request:
    """Asks for the quotes of 1 to 30 codes; raises ValueError for any other number. Not available on paper.

    market: J is KRX, NX is NXT, UN is both unified; see market_division.
    """
    if not 1 <= len(codes) <= QUOTES_PER_REQUEST_MAX:
        raise ValueError(f"intstock-multprice: expected 1 to {QUOTES_PER_REQUEST_MAX} codes, found {len(codes)}")
    params: list[tuple[str, str]] = []
    for number, code in enumerate(codes, start=1):
        params += [(f"FID_COND_MRKT_DIV_CODE_{number}", market), (f"FID_INPUT_ISCD_{number}", code)]
    return Request(path=f"{_QUOTATIONS}/intstock-multprice", tr_id="FHKST11300006", params=tuple(params))


def price_request(code: str, market: str = "J") -> Request:
    """Asks for the quote of one code. Available on paper too, where multprice_request is not."""
    params = (("FID_COND_MRKT_DIV_CODE", market), ("FID_INPUT_ISCD", code))
    return Request(path=f"{_QUOTATIONS}/inquire-price", tr_id="FHKST01010100", params=params)


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
    return Request(path=f"{_QUOTATIONS}/chk-holiday", tr_id=HOLIDAYS_TR, params=params)


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
    close_won = whole_in(row, "stck_clpr")
    if day is None or not close_won:
        return None
    return Bar(
        day=day,
        open_won=whole_in(row, "stck_oprc") or close_won,
        high_won=whole_in(row, "stck_hgpr") or close_won,
        low_won=whole_in(row, "stck_lwpr") or close_won,
        close_won=close_won,
        volume_shares=whole_in(row, "acml_vol"),
        turnover_won=whole_in(row, "acml_tr_pbmn"),
    )


def _day(row: Mapping[str, str], name: str) -> date | None:
    text = row.get(name, "").strip()
    try:
        return date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        return None


def _texts_of(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) if isinstance(value, str | int | float) else "" for name, value in row.items()}
