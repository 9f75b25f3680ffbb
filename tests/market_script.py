"""A scripted market: the five cores with a KIS that answers them, told as text, and the oracle told the plain facts.

Times are seconds of one plain Friday, 2026-11-20.
"""

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
from days import rows_of
from facts import DAY, acknowledged, at, frame, status, trade
from market_oracle import Alert, Oracle, Price, Settings, Stock

from kis_actors.cores import CORES
from kis_actors.market.sessions import Calendar
from kis_actors.market.universe import Stock as Listed
from kis_actors.messages import (
    AlertDecided,
    BaselineRequested,
    ClockTicked,
    DailyBarsReturned,
    Event,
    FrameReceived,
    FramesDropped,
    LinkLost,
    LinkOpened,
    LinkReleased,
    LinkRequested,
    NotifyRequested,
    NotifySent,
    Record,
    Rows,
    RunStarted,
    ScanFailed,
    ScanRequested,
    ScanReturned,
    SettingsChanged,
    SubscribeRequested,
    UniverseLoaded,
    UnsubscribeRequested,
)
from kis_actors.recovery import Past, rebuild, record_of
from kis_actors.settings import Settings as ProductSettings
from kis_actors.turn import hears, take_turn
from kis_actors.units import ns_of_instant

OPENS_S, CLOSES_S = 9 * 3600, 15 * 3600 + 30 * 60
CLOSING_PRINT_S = 60
BUSY_S = 95
MIDNIGHT = at("00:00:00")
VI, HALT = "vi", "halt"
QUOTE = (
    "inter_shrn_iscd", "inter2_prpr", "acml_vol", "acml_tr_pbmn", "inter2_hgpr", "inter2_lwpr", "inter2_prdy_clpr",
    "inter2_sdpr", "hour_cls_code",
)  # fmt: skip
BAR = ("stck_bsop_date", "stck_clpr", "stck_hgpr", "stck_lwpr")


class Traded(NamedTuple):
    """One trade: KIS's columns, and the same for the oracle."""

    columns: dict[str, str]
    price: Price


class Tally(msgspec.Struct):
    """The day of one code as KIS counts it, whether anybody hears of it or not."""

    won: int = 0
    volume: int = 0
    turnover_won: int = 0
    high_won: int = 0
    low_won: int = 0
    volume_before: int = 0
    kind: str = ""

    def trade(self, won: int, shares: int) -> None:
        """A regular trade."""
        self.won, self.volume, self.turnover_won = won, self.volume + shares, self.turnover_won + shares * won
        self.high_won, self.low_won = max(self.high_won, won), min(self.low_won or won, won)


class Market:
    """A market from `starts` on, with ticks `fraction_s` after the full second.

    refused: codes that KIS will not stream. muted: codes whose stream is silent. scans_fail: KIS does not answer scans.
    alerts: what the product made of it; oracle: what it should have.
    """

    def __init__(
        self, stocks: tuple[Stock, ...], settings: Settings, *, slots: int = 40, starts: str = "08:40:00",
        fraction_s: float = 0, refused: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.stocks, self.settings, self.slots, self.refused = stocks, settings, slots, refused
        self.fraction_s = fraction_s
        self.oracle = Oracle(stocks, settings)
        self.states: dict[str, Any] = {core.name: core.state() for core in CORES}
        self.records: list[Record] = []
        self.alerts: list[Alert] = []
        self.tallies = {stock.code: Tally() for stock in stocks}
        self.now = seconds(starts) + fraction_s
        self.link, self.live, self.muted, self.scans_fail = 0, dict[str, None](), dict[str, None](), False
        self._queue: deque[tuple[str, int, Event, Callable[[], None]]] = deque()
        self._start()
        listed = tuple(Listed(stock.code, f"name of {stock.code}", stock.market) for stock in stocks)
        self._hear("app", UniverseLoaded(stocks=listed, source="test"))
        self.tick(int(self.now))

    # --- what happens

    def tick(self, second: int) -> None:
        """It is `second` of the day."""
        self.now = second + self.fraction_s
        self._hear("clock", ClockTicked(now=self._instant()), self._fact_of_time)

    def until(self, second: int) -> None:
        """The clock ticks every second for a while, and then, when all that is to hold has held, every ten."""
        begun_s = int(self.now)
        while self.now < second:
            at_s = int(self.now)
            is_busy = at_s - begun_s < BUSY_S
            self.tick(at_s + 1 if is_busy else min(at_s - at_s % 10 + 10, second))

    def traded(self, code: str, won: int, *, shares: int = 10, lag_s: int = 0, **columns: str) -> Traded:
        """A regular trade of `code`, stamped `lag_s` ago."""
        tally, stamp_s = self.tallies[code], int(self.now) - lag_s
        tally.kind = ""
        tally.trade(won, shares)
        return self._told(code, won, stamp_s, columns, Price(
            code, "trade", stamp_s, won, tally.turnover_won, tally.volume, tally.volume_before, tally.high_won,
            tally.low_won,
        ))  # fmt: skip

    def expected(self, code: str, won: int, kind: str = "", **columns: str) -> Traded:
        """A price of an auction, or of a code that is halted; nothing is traded."""
        tally, stamp_s = self.tallies[code], int(self.now)
        tally.kind = kind
        classes = {VI: {"HOUR_CLS_CODE": "C"}, HALT: {"TRHT_YN": "Y"}, "": {"HOUR_CLS_CODE": "B"}}[kind]
        price = Price(code, "trade", stamp_s, won, expected=not kind, kind=kind)
        return self._told(code, won, stamp_s, classes | columns, price)

    def send(self, *trades: Traded, width: int = 47) -> None:
        """One frame of what can be heard of these trades."""
        heard = [one for one in trades if one.price.code in self.live and one.price.code not in self.muted]
        if heard:
            event = frame(*(one.columns for one in heard), width=width, link=self.link)
            prices = [one.price for one in heard]
            self._hear("socket", event, lambda: self.oracle.frame(self.now, prices))

    def trade(self, code: str, won: int, **rest: Any) -> None:
        """A trade in a frame of its own."""
        self.send(self.traded(code, won, **rest))

    def tell_status(self, code: str, kind: str) -> None:
        """A status frame."""
        self.tallies[code].kind = kind
        flags = {"VI_CLS_CODE": "Y" if kind == VI else "N", "TRHT_YN": "Y" if kind == HALT else "N"}
        if code in self.live:
            event = FrameReceived(link=self.link, text=status(code, **flags).text)
            self._hear("socket", event, lambda: self.oracle.status(self.now, code, kind))

    def lose_link(self) -> None:
        """The link breaks; another is asked for as the clock goes on."""
        self.live = {}
        self._hear("socket", LinkLost(link=self.link, reason="closed"), lambda: self.oracle.lost(self.now))

    def drop_frames(self) -> None:
        """Some frames were read and not kept."""
        now = self._instant()
        dropped = FramesDropped(link=self.link, count=9, first=now, last=now)
        self._hear("socket", dropped, lambda: self.oracle.dropped(self.now))

    def change(self, settings: Settings) -> None:
        """The settings are read again."""
        self.settings = settings
        changed = SettingsChanged(settings=self._product_settings(), difference=("something",))
        self._hear("app", changed, lambda: self.oracle.change(self.now, settings))

    def restart(self) -> None:
        """The process dies, and another makes the states anew out of the log, as it was written."""
        self.states, self.live = fold(self.records), {}
        self._start()

    # --- how it is told

    def _start(self) -> None:
        run = RunStarted(settings=self._product_settings(), calendar=Calendar(), version="test")
        self._hear("app", run, lambda: self.oracle.restart(self.now))

    def _told(self, code: str, won: int, stamp_s: int, columns: dict[str, str], price: Price) -> Traded:
        tally = self.tallies[code]
        told = {
            "STCK_CNTG_HOUR": hhmmss(stamp_s), "ACML_VOL": str(tally.volume), "ACML_TR_PBMN": str(tally.turnover_won),
            "STCK_HGPR": str(tally.high_won), "STCK_LWPR": str(tally.low_won),
            "PRDY_SMNS_HOUR_ACML_VOL": str(tally.volume_before),
        }  # fmt: skip
        return Traded(trade(won, code, **told, **columns), price)

    def _fact_of_time(self) -> None:
        self.oracle.clock(self.now)
        if OPENS_S <= self.now < CLOSES_S and self.oracle.opens_s is None:
            self.oracle.open(OPENS_S, CLOSES_S)
        if self.now >= CLOSES_S + CLOSING_PRINT_S:
            self.oracle.close()

    def _hear(self, stream: str, event: Event, fact: Callable[[], None] = lambda: None) -> None:
        """One thing is known, and all that follows from it at once."""
        self._queue.append((stream, 0, event, fact))
        while self._queue:
            stream, cause, event, fact = self._queue.popleft()
            instant_ns = ns_of_instant(self._instant())
            record = Record(seq=len(self.records) + 1, stream=stream, cause=cause, at_ns=instant_ns, event=event)
            self.records.append(record)
            fact()
            self._take_turns(record)
            self._answer(record.event, record.seq)

    def _take_turns(self, record: Record) -> None:
        for core in CORES:
            if hears(core, record):
                self.states[core.name], decided = take_turn(core, self.states[core.name], record)
                self._queue += [(core.name, record.seq, event, lambda: None) for event in decided]
        if isinstance(record.event, AlertDecided):
            second = int((record.event.decided_at - MIDNIGHT).total_seconds())
            self.alerts.append((record.event.signal.code, record.event.signal.rule, second))

    def _answer(self, asked: Event, cause: int) -> None:
        match asked:
            case BaselineRequested():
                self._say("rest", cause, self._bars(asked.code))
            case ScanRequested() if self.scans_fail:
                self._say("rest", cause, ScanFailed(scan=asked.scan, batch=asked.batch, reason="timeout"))
            case ScanRequested():
                self._say("rest", cause, self._quotes(asked), self._fact_of_scan(asked.codes))
            case LinkRequested():
                self.link = asked.link
                self._say("socket", cause, LinkOpened(link=asked.link))
            case LinkReleased():
                self.live = {}
                lost = LinkLost(link=asked.link, reason="closed by us", is_ours=True)
                self._say("socket", cause, lost, lambda: self.oracle.lost(self.now))
            case SubscribeRequested() if asked.code in self.refused:
                self._acknowledge("OPSP8992", asked, lambda: None)
            case SubscribeRequested():
                self.live[asked.code] = None
                self._acknowledge("OPSP0000", asked, lambda: self.oracle.subscribed(self.now, asked.code))
            case UnsubscribeRequested():
                self.live.pop(asked.code, None)
                self._acknowledge("OPSP0001", asked, lambda: self.oracle.released(self.now, asked.code))
            case NotifyRequested():
                sent = NotifySent(alert_id=asked.alert_id, channel=asked.channel, attempt=asked.attempt)
                self._say("channel", cause, sent)

    def _say(self, stream: str, cause: int, event: Event, fact: Callable[[], None] = lambda: None) -> None:
        self._queue.append((stream, cause, event, fact))

    def _acknowledge(
        self, msg_cd: str, asked: SubscribeRequested | UnsubscribeRequested, fact: Callable[[], None]
    ) -> None:  # fmt: skip
        self._say("socket", 0, acknowledged(msg_cd, asked.code, link=asked.link), fact)

    def _bars(self, code: str) -> DailyBarsReturned:
        """Newest first, as KIS sends them."""
        (stock,) = (stock for stock in self.stocks if stock.code == code)
        days = [DAY - timedelta(days=back) for back in range(1, len(stock.closes_won) + 1)]
        levels = (str(stock.high_won), str(stock.low_won))
        values = tuple(
            (f"{day:%Y%m%d}", str(close), *levels) for day, close in zip(days, reversed(stock.closes_won), strict=True)
        )
        return DailyBarsReturned(code=code, rows=Rows(BAR, values))

    def _quotes(self, asked: ScanRequested) -> ScanReturned:
        values = []
        for code in asked.codes:
            tally, (close, *_) = self.tallies[code], reversed(self._stock(code).closes_won)
            sums = (tally.volume, tally.turnover_won, tally.high_won, tally.low_won)
            values.append((code, *map(str, (tally.won or close, *sums, close, close)), "C" if tally.kind else "0"))
        return ScanReturned(scan=asked.scan, batch=asked.batch, rows=Rows(QUOTE, tuple(values)))

    def _fact_of_scan(self, codes: tuple[str, ...]) -> Callable[[], None]:
        tallies = [(code, self.tallies[code]) for code in codes if self.tallies[code].volume]
        prices = [
            Price(code, "scan", int(self.now), one.won, one.turnover_won, one.volume, 0, one.high_won, one.low_won,
                  kind=VI if one.kind else "")
            for code, one in tallies
        ]  # fmt: skip
        return lambda: self.oracle.scan(self.now, prices)

    def _stock(self, code: str) -> Stock:
        return self.oracle.stocks[code]

    def _instant(self) -> Any:
        return MIDNIGHT + timedelta(seconds=self.now)

    def _product_settings(self) -> ProductSettings:
        told = self.settings
        signal = {"disparity_threshold": told.line, "rearm_ratio": told.line_rearm, "max_age_sec": told.line_max_age_s,
                  "regular_only": told.regular_only, "use_intraday": told.use_intraday}  # fmt: skip
        monitor = {"rules": told.rules, "groups": told.groups, "signal": signal, "max_ws_subs": self.slots,
                   "alert_cooldown_sec": told.cooldown_s, "scan_interval_sec": told.scan_interval_s,
                   "safe_mode_after_scans": 100,
                   "rebalance_interval_sec": 60 if self.slots < len(self.stocks) else 36_000}  # fmt: skip
        return msgspec.convert({"monitor": monitor, "market": {"ask_holidays": False}}, ProductSettings)


def fold(records: list[Record]) -> dict[str, Any]:
    """The states out of the log alone."""
    written = [record_of(row) for row in rows_of(records)]
    history = {core.name: Past(len(written), {}) for core in CORES}
    for record in written:
        if record.stream in history:
            decisions = history[record.stream].decisions
            decisions[record.cause] = (*decisions.get(record.cause, ()), record.event)
    return rebuild(CORES, written, history).states


def hhmmss(second: int) -> str:
    """As KIS stamps it."""
    return f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}"


def seconds(time_of_day: str) -> int:
    """HH:MM:SS as a second of the day."""
    hours, minutes, rest = map(int, time_of_day.split(":"))
    return hours * 3600 + minutes * 60 + rest
