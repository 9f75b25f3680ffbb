"""A market of one stock, told minute by minute, and what SignalActor makes of it."""

from datetime import timedelta

from facts import DAY, HYNIX, OPENED, SAMSUNG, at, frame, quotes_returned, started, trade

from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    BaselineLoaded,
    ClockTicked,
    Event,
    FramesDropped,
    Record,
    SignalRaised,
    SubscribeConfirmed,
    UniverseLoaded,
)
from kis_actors.turn import take_turn
from kis_actors.units import ns_of_instant

LIVE = SubscribeConfirmed(code=SAMSUNG, link=1)
DROPPED = FramesDropped(link=1, count=9, first=at("09:02:00"), last=at("09:03:00"))
FALL = {"fall": {"rule": "rapid_fall"}}
HELD = {"low": {"rule": "breakout", "of": "previous_low", "for_sec": 30.0}}
SURGE = {"surge": {"rule": "turnover_surge_fall"}}


class Market:
    """A day from 09:00:00, in which 005930 of KOSPI is on the stream and 000660 of KOSDAQ is only scanned.

    The first scan is behind us: nobody can tell yet whether it shows the day before.
    """

    def __init__(self, rules: dict | None = None, *, averages: bool = False, **monitor: object) -> None:
        run = started(monitor={"rules": rules or {}, **monitor})
        stocks = (Stock(SAMSUNG, "삼성전자", "KOSPI"), Stock(HYNIX, "SK하이닉스", "KOSDAQ"))
        closes_won = (10_000,) * 25 if averages else ()
        self.state, self.now, self.seq = SIGNAL.state(), at("08:59:59"), 0
        self.volumes = dict.fromkeys((SAMSUNG, HYNIX), 1000)
        self.said: list[tuple[str, SignalRaised]] = []
        levels = [
            BaselineLoaded(code=code, day=DAY, closes_won=closes_won, high_won=10_500, low_won=9_500)
            for code in (SAMSUNG, HYNIX)
        ]
        for fact in (run, UniverseLoaded(stocks=stocks, source="test"), OPENED, *levels):
            self.hear(fact)
        self.until("09:00:00")
        self.hear(LIVE)
        self.hear(quotes_returned(dict.fromkeys((SAMSUNG, HYNIX), 10_000), acml_vol="1000"))

    def hear(self, event: Event) -> None:
        self.seq += 1
        record = Record(seq=self.seq, stream="test", cause=0, at_ns=ns_of_instant(self.now), event=event)
        self.state, decided = take_turn(SIGNAL, self.state, record)
        self.said += [(f"{self.now:%H:%M:%S}", one) for one in decided if isinstance(one, SignalRaised)]

    def until(self, time_of_day: str) -> None:
        """The clock ticks every second."""
        while self.now < at(time_of_day):
            self.now += timedelta(seconds=1)
            self.hear(ClockTicked(now=self.now))

    def trade(self, time_of_day: str, price_won: int, *, shares: int = 10, **columns: str) -> None:
        """A trade of 005930."""
        self.until(time_of_day)
        self.volumes[SAMSUNG] += shares
        sums = {"ACML_VOL": str(self.volumes[SAMSUNG]), "ACML_TR_PBMN": str(self.volumes[SAMSUNG] * 10_000)}
        stamp = time_of_day.replace(":", "")
        self.hear(frame(trade(price_won, STCK_CNTG_HOUR=stamp, **{**sums, **columns})))

    def scan(self, time_of_day: str, price_won: int, *, code: str = HYNIX, shares: int = 10, **columns: str) -> None:
        self.until(time_of_day)
        self.volumes[code] += shares
        volume = self.volumes[code]
        told = {"acml_vol": str(volume), "hour_cls_code": "0", "inter2_hgpr": "0", "inter2_lwpr": "0", **columns}
        self.hear(quotes_returned({code: price_won}, turnover_won=volume * 10_000, **told))

    def fired(self, until: str = "") -> list[str]:
        """Time and rule of every signal so far, or by then."""
        self.until(until or f"{self.now:%H:%M:%S}")
        return [f"{time_of_day} {signal.rule}" for time_of_day, signal in self.said]

    def trades(self, *prices: tuple[str, int]) -> "Market":
        for time_of_day, price_won in prices:
            self.trade(time_of_day, price_won)
        return self

    def scans(self, *prices: tuple[str, int]) -> "Market":
        for time_of_day, price_won in prices:
            self.scan(time_of_day, price_won)
        return self


def minutes(first: str, *prices: int) -> tuple[tuple[str, int], ...]:
    """A price a minute from `first`."""
    return tuple((f"{at(first) + timedelta(minutes=n):%H:%M:%S}", price) for n, price in enumerate(prices))
