"""Facts that stories begin with, on one plain Friday: 2026-11-20, when KRX trades from 09:00 to 15:30."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from kis_actors.kis.feeds import FEEDS, TRADE_COLUMNS
from kis_actors.market.sessions import Calendar
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    BaselineLoaded,
    ClockTicked,
    DailyBarsReturned,
    Event,
    FrameReceived,
    HolidaysReturned,
    Record,
    Rows,
    RunStarted,
    ScanReturned,
    SessionClosed,
    SessionOpened,
    SignalRaised,
    Target,
    TargetsChanged,
    UniverseLoaded,
    VenuesReturned,
)
from kis_actors.settings import Settings
from kis_actors.turn import Core, count_decisions, take_turn
from kis_actors.units import KST, ns_of_instant

DAY = date(2026, 11, 20)
NEXT_DAY = date(2026, 11, 21)
SAMSUNG = "005930"
HYNIX = "000660"
LETTERED = "0126Z0"


def at(time_of_day: str, day: date = DAY) -> datetime:
    """The instant `time_of_day` (HH:MM:SS, a fraction allowed) on `day`, KST."""
    return datetime.fromisoformat(f"{day} {time_of_day}").replace(tzinfo=KST)


def tick(time_of_day: str, day: date = DAY) -> ClockTicked:
    return ClockTicked(now=at(time_of_day, day))


NOW = at("10:00:00")


def settings(**sections: dict[str, Any]) -> Settings:
    """Defaults with changes by section: settings(monitor={"max_ws_subs": 3}). KIS's calendar is not asked for."""
    monitor = sections.get("monitor", {})
    signal = {"max_age_sec": 86_400.0, **monitor.get("signal", {})}
    market = {"ask_holidays": False, **sections.get("market", {})}
    changed = {"monitor": {"rules": {}, **monitor, "signal": signal}, "market": market}
    return msgspec.convert({**sections, **changed}, Settings)


def started(calendar: Calendar = Calendar(), dry_run: bool = False, **sections: dict[str, Any]) -> RunStarted:
    return RunStarted(settings=settings(**sections), calendar=calendar, version="test", dry_run=dry_run)


def universe(*codes: str) -> UniverseLoaded:
    return UniverseLoaded(stocks=tuple(Stock(code, f"name of {code}", "KOSPI") for code in codes), source="test")


def codes_numbered(count: int) -> tuple[str, ...]:
    """So many codes, 000001 and up."""
    return tuple(f"{number:06}" for number in range(1, count + 1))


def opened(
    opens: str = "09:00:00", closes: str = "15:30:00", day: date = DAY, regular: tuple[str, str] = ("", "")
) -> SessionOpened:
    """A session, all of it regular unless told otherwise."""
    first, last = regular
    return SessionOpened(
        day=day, opens=at(opens, day), closes=at(closes, day),
        regular_opens=at(first or opens, day), regular_closes=at(last or closes, day),
    )  # fmt: skip


OPENED = opened()
CLOSED = SessionClosed(day=DAY)


def level_closes(code: str, close_won: int = 10_000, count: int = 25) -> BaselineLoaded:
    """An average that never moved: a disparity is then plain to see."""
    return BaselineLoaded(code=code, day=DAY, closes_won=(close_won,) * count)


def bars_returned(code: str, count: int, *, last: date = DAY - timedelta(days=1), close_won: int = 10_000) -> Any:
    """`count` daily bars up to `last`, newest first as KIS sends them."""
    days = [last - timedelta(days=back) for back in range(count)]
    values = tuple((f"{day:%Y%m%d}", str(close_won + back)) for back, day in enumerate(days))
    return DailyBarsReturned(code=code, rows=Rows(("stck_bsop_date", "stck_clpr"), values))


def quotes_returned(
    prices_won: dict[str, int], *, scan: int = 1, batch: int = 1, turnover_won: int = 1_000_000_000, **columns: str
) -> ScanReturned:
    """A scan's answer; every code has the same turnover and stood at its price all day, but for `columns`."""
    row = {"inter2_prdy_clpr": "10000", "inter2_hgpr": "10000", "inter2_lwpr": "10000", **columns}
    names = ("inter_shrn_iscd", "inter2_prpr", "acml_tr_pbmn", *row)
    values = tuple((code, str(price), str(turnover_won), *row.values()) for code, price in prices_won.items())
    return ScanReturned(scan=scan, batch=batch, rows=Rows(names, values))


TRADE = dict.fromkeys(TRADE_COLUMNS, "0") | {
    "MKSC_SHRN_ISCD": SAMSUNG,
    "STCK_CNTG_HOUR": "100000",
    "STCK_PRPR": "10000",
    "PRDY_CTRT": "-1.50",
    "CNTG_VOL": "10",
    "ACML_VOL": "1000",
    "ACML_TR_PBMN": "10000000",
    "BSOP_DATE": "20261120",
    "NEW_MKOP_CLS_CODE": "20",
    "TRHT_YN": "N",
    "HOUR_CLS_CODE": "0",
    "MARKET_CLS_CODE": "2",
}


def trade(price_won: int = 10_000, code: str = SAMSUNG, **columns: str) -> dict[str, str]:
    """One trade as KIS's columns."""
    return TRADE | {"MKSC_SHRN_ISCD": code, "STCK_PRPR": str(price_won)} | columns


def frame(*trades: dict[str, str], width: int = 47, link: int = 1) -> FrameReceived:
    """One data frame of these trades, `width` columns each; columns KIS may yet append are filled with x."""
    records = [[*record.values(), *("x" * (width - len(TRADE_COLUMNS)))][:width] for record in trades]
    text = f"0|H0STCNT0|{len(records):03}|{'^'.join(field for record in records for field in record)}"
    return FrameReceived(link=link, text=text)


def acknowledged(msg_cd: str, code: str = SAMSUNG, *, link: int = 1, msg1: str = "said KIS") -> FrameReceived:
    """A control frame that answers a command for `code`."""
    header = {"tr_id": "H0STCNT0", "tr_key": code, "encrypt": "N"}
    body = {"rt_cd": "0", "msg_cd": msg_cd, "msg1": msg1}
    return FrameReceived(link=link, text=msgspec.json.encode({"header": header, "body": body}).decode())


def raised(code: str = SAMSUNG, *, name: str = "삼성전자", rule: str = "disparity_threshold") -> SignalRaised:
    return SignalRaised(
        code=code, name=name, market="KOSPI", rule=rule, threshold=-0.08, value=-0.0812, average_won=78_254.6,
        price_won=71_900, change_ratio=-0.0313, cum_turnover_won=901_234_560, observed_at=at("09:31:07"),
    )  # fmt: skip


def holidays_returned(opens: dict[date, bool]) -> HolidaysReturned:
    """KIS's word on these days; True for open."""
    values = tuple((f"{day:%Y%m%d}", "Y" if is_open else "N") for day, is_open in opens.items())
    return HolidaysReturned(rows=Rows(("bass_dt", "opnd_yn"), values))


def venues_returned(batch: int, *codes: str) -> VenuesReturned:
    """NXT trades these codes of the batch."""
    return VenuesReturned(batch=batch, rows=quotes_returned(dict.fromkeys(codes, 10_000)).rows)


def following(*codes: str) -> TargetsChanged:
    """These codes are the first ones to be streamed."""
    return TargetsChanged(targets=tuple(Target(code, 1.0, -0.08, 9_200) for code in codes), added=codes, removed=())


def status(code: str = SAMSUNG, feed: str = "H0STMKO0", **columns: str) -> FrameReceived:
    """One status frame of `code`: it trades, unless `columns` say otherwise."""
    usual = {"MKSC_SHRN_ISCD": code, "TRHT_YN": "N", "MKOP_CLS_CODE": "112", "VI_CLS_CODE": "N"}
    values = dict.fromkeys(FEEDS[feed].columns, "") | usual | columns
    return FrameReceived(link=1, text=f"0|{feed}|001|{'^'.join(values.values())}")


def on_feed(feed: str, received: FrameReceived) -> FrameReceived:
    """The same frame or answer, as if of another feed."""
    return FrameReceived(link=received.link, text=received.text.replace("H0STCNT0", feed))


def three_ways(core: Core, *heard: Event) -> list[tuple[Any, list[tuple[Event, ...]]]]:
    """The state after `heard`, and what was decided: as lived, written and read back each time, and as recovered."""
    lived: tuple[Any, list[tuple[Event, ...]]] = core.state(), []
    carried, rebuilt = (core.state(), list(lived[1])), (core.state(), list(lived[1]))
    instant = NOW
    for seq, event in enumerate(heard, start=1):
        instant = event.now if isinstance(event, ClockTicked) else instant
        record = Record(seq=seq, stream="test", cause=0, at_ns=ns_of_instant(instant), event=event)
        lived = _one_more(lived, *take_turn(core, lived[0], record))
        read_back = msgspec.json.decode(msgspec.json.encode(carried[0]), type=core.state)
        carried = _one_more(carried, *take_turn(core, read_back, record))
        folded = count_decisions(core, core.evolve(rebuilt[0], event), lived[1][-1])
        rebuilt = _one_more(rebuilt, folded, lived[1][-1])
    return [lived, carried, rebuilt]


def _one_more(
    before: tuple[Any, list[tuple[Event, ...]]], state: Any, decided: tuple[Event, ...]
) -> tuple[Any, list[tuple[Event, ...]]]:  # fmt: skip
    return state, [*before[1], decided]
