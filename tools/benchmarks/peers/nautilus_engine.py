"""NautilusTrader's BacktestEngine over a day's trades as ready-made ticks in memory, with the same default rules.

The rules are the product's own files, called for each tick, so that engines alone are compared: this one reads no log,
parses nothing, writes nothing and compares nothing. Takes a day file; a round is all its trades.
"""

import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import datetime

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import KRW
from nautilus_trader.model.data import TradeTick
from nautilus_trader.model.enums import AccountType, AggressorSide, OmsType
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

from benchmarks.serving import serve_rounds
from eventlog.codec import Codec
from kis_actors.duties import judgement
from kis_actors.duties.judgement import Judgement
from kis_actors.kis.frames import Tick, frame_of, is_control
from kis_actors.messages import (
    NAMES,
    BaselineLoaded,
    Event,
    FrameReceived,
    RunStarted,
    SessionOpened,
    UniverseLoaded,
)
from kis_actors.signals.outlook import Seen
from kis_actors.units import NS_PER_S, instant_of_ns, ns_of_instant

VENUE = Venue("KRX")
NEEDED = (RunStarted, UniverseLoaded, BaselineLoaded, SessionOpened)
"""What the rules know before the first trade."""


class Rules(Strategy):  # type: ignore[misc] # unknown to mypy, being in the peers' environment
    """Shows each trade to the rules, with the day's volume and turnover added up."""

    def __init__(self, known: list[Event], instruments: list[Equity]) -> None:
        super().__init__()
        self._known, self._instruments = known, instruments
        self.fired = 0

    def on_start(self) -> None:
        """Begins the day anew."""
        self.fired = 0
        self._day = Judgement()
        self._shares: dict[str, int] = {}
        self._turnover_won: dict[str, int] = {}
        self._instants: dict[int, datetime] = {}
        for event in self._known:
            judgement.evolve(self._day, event, None)
        for instrument in self._instruments:
            self.subscribe_trade_ticks(instrument.id)

    def on_trade_tick(self, tick: TradeTick) -> None:
        """One trade."""
        code, price_won, shares = tick.instrument_id.symbol.value, int(tick.price), int(tick.size)
        self._shares[code] = cum_shares = self._shares.get(code, 0) + shares
        self._turnover_won[code] = cum_won = self._turnover_won.get(code, 0) + price_won * shares
        second = tick.ts_event // NS_PER_S
        instant = self._instants.get(second)
        if instant is None:
            instant = self._instants[second] = instant_of_ns(second * NS_PER_S)
        seen = Seen(code, price_won, 0.0, cum_shares, cum_won, instant, "trade")
        self.fired += len(judgement.consider(self._day, seen))


def events_of(path: str) -> Iterator[Event]:
    """Those of the day that are needed here, in its order."""
    codec: Codec[Event] = Codec(NAMES)
    names = [NAMES[kind][0] for kind in (*NEEDED, FrameReceived)]
    query = f"select type, version, payload from events where type in ({', '.join('?' * len(names))}) order by seq"
    for name, version, payload in sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(query, names):
        yield codec.decode(name, version, payload.encode())


def ticks_of(trades: list[Tick]) -> list[TradeTick]:
    """As Nautilus has them; in the second they are stamped with, one after the other."""
    ids: dict[str, InstrumentId] = {}
    return [
        TradeTick(
            ids.setdefault(trade.code, InstrumentId(Symbol(trade.code), VENUE)), Price(trade.price_won, 0),
            Quantity(trade.volume_shares, 0), AggressorSide.BUYER, TradeId(str(number)),
            at_ns := ns_of_instant(trade.traded_at) + number, at_ns,
        )
        for number, trade in enumerate(trades)
    ]  # fmt: skip


def engine_of(known: list[Event], trades: list[Tick]) -> tuple[BacktestEngine, Rules]:
    """Ready to run, silent."""
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
    engine.add_venue(VENUE, OmsType.NETTING, AccountType.CASH, [Money(1_000_000_000, KRW)], KRW)
    instruments = [_equity(code) for code in dict.fromkeys(trade.code for trade in trades)]
    for instrument in instruments:
        engine.add_instrument(instrument)
    engine.add_data(ticks_of(trades))
    rules = Rules(known, instruments)
    engine.add_strategy(rules)
    return engine, rules


def _equity(code: str) -> Equity:
    symbol, step, lot = Symbol(code), Price(1, 0), Quantity(1, 0)
    return Equity(InstrumentId(symbol, VENUE), symbol, KRW, 0, step, lot, 0, 0)


def main(path: str) -> None:
    """Serves rounds."""
    known: list[Event] = []
    trades: list[Tick] = []
    for event in events_of(path):
        if isinstance(event, FrameReceived):
            trades += () if is_control(event.text) else frame_of(event.text).ticks
        else:
            known.append(event)
    engine, rules = engine_of(known, trades)

    def take() -> float:
        engine.reset()
        began_s = time.perf_counter()
        engine.run()
        took_s = time.perf_counter() - began_s
        print(f"{rules.fired} signals", file=sys.stderr)
        return took_s

    serve_rounds(len(trades), take)


if __name__ == "__main__":
    main(*sys.argv[1:])
