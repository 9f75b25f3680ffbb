"""What each question of a core is as calls of KIS, and KIS's answer as an event. Must not know how calls are made."""

from collections.abc import Callable
from typing import Any, NamedTuple

from kis_actors.adapters.retry import Failed
from kis_actors.kis.rest import (
    Request,
    daily_bars_request,
    holiday_request,
    multprice_request,
    opens_of,
    price_request,
    quotes_in,
    rows_of,
)
from kis_actors.messages import (
    BaselineRequested,
    DailyBarsFailed,
    DailyBarsReturned,
    Event,
    HolidaysFailed,
    HolidaysRequested,
    HolidaysReturned,
    Rows,
    ScanFailed,
    ScanRequested,
    ScanReturned,
    VenuesFailed,
    VenuesRequested,
    VenuesReturned,
)

Call = Callable[[Request], dict[str, Any]]
"""The body of KIS's successful answer."""


class Market(NamedTuple):
    """What is asked for. division: J, NX or UN, as KIS names venues. is_paper: there is no batch quote."""

    division: str = "J"
    is_paper: bool = False


def answered(question: Event, call: Call, market: Market) -> Event:
    """The answer to `question`. Raises Failed, and whatever `call` raises."""
    match question:
        case ScanRequested():
            rows = _quotes(call, question.codes, market)
            if not quotes_in(rows.columns, rows.values):
                raise Failed("an answer without a single price")
            return ScanReturned(scan=question.scan, batch=question.batch, rows=rows)
        case VenuesRequested():
            rows = _table(call(multprice_request(question.codes, "NX")), "output")
            return VenuesReturned(batch=question.batch, rows=rows)
        case BaselineRequested():
            request = daily_bars_request(question.code, question.start, question.end)
            return DailyBarsReturned(code=question.code, rows=_table(call(request), "output2"))
        case HolidaysRequested():
            rows = _table(call(holiday_request(question.day)), "output")
            if not any(opens_of(rows.each()).values()):
                raise Failed("an answer without a single open day")
            return HolidaysReturned(rows=rows)
    raise AssertionError(f"{type(question).__name__} is not a question for REST")


def failed(question: Event, reason: str) -> Event:
    """The answer when KIS gave none."""
    match question:
        case ScanRequested():
            return ScanFailed(scan=question.scan, batch=question.batch, reason=reason)
        case VenuesRequested():
            return VenuesFailed(batch=question.batch, reason=reason)
        case HolidaysRequested():
            return HolidaysFailed(reason=reason)
    assert isinstance(question, BaselineRequested)
    return DailyBarsFailed(code=question.code, reason=reason)


def _quotes(call: Call, codes: tuple[str, ...], market: Market) -> Rows:
    if market.is_paper:
        (code,) = codes
        return _table(call(price_request(code, market.division)), "output")
    return _table(call(multprice_request(codes, market.division)), "output")


def _table(body: dict[str, Any], name: str) -> Rows:
    """The rows as KIS sent them; a row that lacks a column has it blank."""
    rows = rows_of(body, name)
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Rows(columns, tuple(tuple(str(row.get(column, "")) for column in columns) for row in rows))
