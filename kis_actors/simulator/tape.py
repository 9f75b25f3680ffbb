"""One stock's trades of the day, made minute by minute when somebody asks, always the same for the same seed.

Each minute has its own random source, so it can be made again from the totals before it.
"""

import math
from random import Random
from typing import NamedTuple

from msgspec import Struct

from kis_actors.simulator.chance import Chance
from kis_actors.simulator.day_shape import AUCTION_SHARES, CONTINUOUS_MINUTES, SESSION_MINUTES, VOLUME_SHARES
from kis_actors.simulator.script import Pause, Script
from kis_actors.simulator.session_clock import CLOSE_S, OPEN_S
from kis_actors.simulator.stock_day import StockDay
from kis_actors.simulator.tally import AUCTION, BUY, SELL, Tally, counted
from kis_actors.simulator.ticks import floor_to_tick, nearest_tick, tick_won

SIZE_SPREAD = 1.1
DEPTH_OVER_SIZE = math.exp(2.5)
JITTER = 0.0004
"""Ratio; how far single trades stray from the minute's path."""
MINUTES_KEPT = 4


class Book(NamedTuple):
    """The best prices of an order book, and the shares offered there and at all ten levels together."""

    ask_won: int
    bid_won: int
    ask_size: int
    bid_size: int
    ask_total: int
    bid_total: int


class Trade(Struct, frozen=True, gc=False):
    """One trade, with the order book it left behind and the day's totals with it counted in.

    second: of the day, KST.
    vi_base_won: the reference price of the static volatility interruption.
    """

    second: int
    price_won: int
    volume_shares: int
    side: str
    vi_base_won: int
    book: Book
    tally: Tally


class Tape:
    """The trades of one stock. Asking for a later minute makes everything before it once.

    trades_per_min: in each minute of continuous trading; 0: as the stock's character and the hour have it.
    """

    def __init__(
        self, stock_day: StockDay, script: Script, path: list[float], chance: Chance, trades_per_min: int = 0
    ) -> None:
        self.stock_day = stock_day
        self.script = script
        self._path = path
        self._chance = chance
        self._trades_per_min = trades_per_min
        self._last_trades: list[Trade | None] = []
        self._kept: dict[int, list[Trade]] = {}
        self._usual_size = math.log(_mean_size(stock_day, trades_per_min)) - SIZE_SPREAD**2 / 2

    def at(self, second: int) -> Trade | None:
        """The last trade stamped `second` or earlier; None before the first."""
        if second < OPEN_S:
            return None
        minute = _minute_of(second)
        in_this_minute = (trade for trade in reversed(self._minute(minute)) if trade.second <= second)
        return next(in_this_minute, self._before(minute))

    def between(self, after_s: int, until_s: int) -> list[Trade]:
        """The trades stamped later than `after_s` and no later than `until_s`."""
        if until_s < OPEN_S or until_s <= after_s:
            return []
        minutes = range(_minute_of(max(after_s, OPEN_S)), _minute_of(until_s) + 1)
        return [trade for minute in minutes for trade in self._minute(minute) if after_s < trade.second <= until_s]

    def price_at(self, second: int) -> float:
        """Where the path stands, in won and not rounded, between two full minutes too."""
        minute, into_s = divmod(min(max(second, OPEN_S), CLOSE_S) - OPEN_S, 60)
        if minute == SESSION_MINUTES:
            return self._path[minute]
        return self._path[minute] + (self._path[minute + 1] - self._path[minute]) * into_s / 60

    def auction_shares(self, pause: Pause) -> int:
        """How much the print at the end of `pause` carries."""
        rng = self._chance.source(self.stock_day.code, "auction", pause.until_s)
        day_shares = self.stock_day.character.turnover_won / self.stock_day.base_won
        return max(1, round(day_shares * AUCTION_SHARES[pause.hour_class] * rng.uniform(0.6, 1.5)))

    def _minute(self, minute: int) -> list[Trade]:
        for earlier in range(len(self._last_trades), minute):
            self._make(earlier)
        if minute not in self._kept:
            self._make(minute)
        return self._kept[minute]

    def _make(self, minute: int) -> None:
        trades = self._trades(minute)
        if minute == len(self._last_trades):
            self._last_trades.append(trades[-1] if trades else self._before(minute))
        self._kept[minute] = trades
        if len(self._kept) > MINUTES_KEPT:
            del self._kept[next(iter(self._kept))]

    def _before(self, minute: int) -> Trade | None:
        return self._last_trades[minute - 1] if minute else None

    def _trades(self, minute: int) -> list[Trade]:
        rng = self._chance.source(self.stock_day.code, minute)
        previous = self._before(minute)
        trades: list[Trade] = []
        for second, pause in self._stamps(minute, rng):
            previous = self._trade(second, pause, previous, rng)
            trades.append(previous)
        return trades

    def _stamps(self, minute: int, rng: Random) -> list[tuple[int, Pause | None]]:
        """The seconds of this minute's trades in order, each with the pause that the trade ends, if it does.

        The print that ends a pause comes before any other trade of its second.
        """
        starts_s = OPEN_S + minute * 60
        seconds = [starts_s + rng.randrange(60) for _ in range(self._count(minute, rng))]
        stamps: list[tuple[int, Pause | None]] = [(second, None) for second in seconds]
        stamps += [(end_s, pause) for pause in self.script.pauses if 0 <= (end_s := pause.until_s) - starts_s < 60]
        open_stamps = [stamp for stamp in stamps if not self.script.pause_at(stamp[0])]
        return sorted(open_stamps, key=lambda stamp: (stamp[0], stamp[1] is None))

    def _count(self, minute: int, rng: Random) -> int:
        if minute >= len(VOLUME_SHARES):
            return 0
        usual = self._trades_per_min or self.stock_day.character.trades * VOLUME_SHARES[minute]
        mean = usual * rng.lognormvariate(-0.06, 0.35)
        for burst in self.script.bursts:
            if burst.from_minute <= minute < burst.until_minute:
                mean *= burst.times
        return int(mean + rng.random())

    def _trade(self, second: int, pause: Pause | None, previous: Trade | None, rng: Random) -> Trade:
        fair_won = self.price_at(second) * (1 + JITTER * rng.gauss(0, 1))
        bid_won = self._best_bid_won(fair_won)
        ask_won = bid_won + tick_won(bid_won)
        if pause is None:
            side = BUY if rng.random() < (fair_won - bid_won) / (ask_won - bid_won) else SELL
            price_won = ask_won if side == BUY else bid_won
            volume_shares = max(1, int(rng.lognormvariate(self._usual_size, SIZE_SPREAD)))
        else:
            side, volume_shares = AUCTION, self.auction_shares(pause)
            price_won = nearest_tick(min(max(fair_won, bid_won), ask_won))
        resets_vi = pause is not None and pause.hour_class == "C"
        return Trade(
            second=second,
            price_won=price_won,
            volume_shares=volume_shares,
            side=side,
            vi_base_won=price_won if previous is None or resets_vi else previous.vi_base_won,
            book=self._book(ask_won, bid_won, rng),
            tally=counted(previous.tally if previous else Tally(), second, price_won, volume_shares, side),
        )

    def _best_bid_won(self, fair_won: float) -> int:
        """Kept a step under the upper limit, so that there is always a best ask as well."""
        highest_won = floor_to_tick(self.stock_day.upper_won - 1)
        return min(highest_won, max(self.stock_day.lower_won, floor_to_tick(fair_won)))

    def _book(self, ask_won: int, bid_won: int, rng: Random) -> Book:
        sizes = [max(1, int(rng.lognormvariate(self._usual_size, 0.5) * DEPTH_OVER_SIZE)) for _ in range(4)]
        return Book(ask_won, bid_won, sizes[0], sizes[1], sizes[0] + 10 * sizes[2], sizes[1] + 10 * sizes[3])


def _minute_of(second: int) -> int:
    return min((second - OPEN_S) // 60, SESSION_MINUTES)


def _mean_size(stock_day: StockDay, trades_per_min: int) -> float:
    """Shares per ordinary trade, so that an ordinary day reaches its usual turnover, however many trades it has."""
    character = stock_day.character
    trades = trades_per_min * CONTINUOUS_MINUTES or character.trades
    continuous = 1 - AUCTION_SHARES["A"] - AUCTION_SHARES["B"]
    return max(1.0, character.turnover_won * continuous / trades / stock_day.base_won)
