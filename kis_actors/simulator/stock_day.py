"""What is settled about each stock before its session opens: its character and its daily history."""

import math
from collections.abc import Mapping
from datetime import date
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.simulator.calendar import sessions_before
from kis_actors.simulator.chance import Chance, bounded_gauss
from kis_actors.simulator.scenario import Start
from kis_actors.simulator.ticks import lower_limit_won, nearest_tick, upper_limit_won
from kis_actors.simulator.universe import Market, Stock

HISTORY_SESSIONS = 130
MA_CLOSES = 24
"""Completed closes in the 25-day average; the price itself is the 25th."""
BEND_DAYS = 12
"""Sessions over which a history is bent towards the disparity it must end at."""

_TYPICAL_TURNOVER_WON: dict[Market, float] = {"KOSPI": 80e9, "KOSDAQ": 14e9}
_GIANTS_TURNOVER_WON = {"005930": 4e12, "000660": 4e12, "009150": 9e11, "402340": 7e11, "005380": 7e11, "066570": 6e11}
_OWN_VOLATILITY: dict[Market, float] = {"KOSPI": 0.015, "KOSDAQ": 0.025}
_MARKET_VOLATILITY: dict[Market, float] = {"KOSPI": 0.012, "KOSDAQ": 0.015}
_ORDINARY_DISPARITY = (-0.045, 0.12)


class Character(Struct, frozen=True):
    """How a stock behaves on ordinary days.

    sensitivity: its price moves so many times as much as the market's.
    own_volatility: ratio; of a day, the market's share left out.
    """

    sensitivity: float
    own_volatility: float
    turnover_won: float
    trades: int
    listed_shares: int


class DailyBar(Struct, frozen=True):
    """One completed session of one stock."""

    day: date
    open_won: int
    high_won: int
    low_won: int
    close_won: int
    volume_shares: int
    turnover_won: int


class StockDay(Struct, frozen=True):
    """A stock on the morning of the simulated session.

    bars: oldest first, the last is the previous session's; after a split they are adjusted to it.
    split_ratio: what a split of this morning multiplied the price by.
    """

    stock: Stock
    character: Character
    bars: tuple[DailyBar, ...]
    split_ratio: float = 1.0

    @property
    def code(self) -> str:
        """The stock's code."""
        return self.stock.code

    @property
    def base_won(self) -> int:
        """The previous close, which today's changes and limits are counted from."""
        return self.bars[-1].close_won

    @property
    def raw_bars(self) -> tuple[DailyBar, ...]:
        """The bars as they were traded, before any split."""
        return self.bars if self.split_ratio == 1 else tuple(_unsplit(bar, self.split_ratio) for bar in self.bars)

    @property
    def lower_won(self) -> int:
        """The day's lower price limit."""
        return lower_limit_won(self.base_won)

    @property
    def upper_won(self) -> int:
        """The day's upper price limit."""
        return upper_limit_won(self.base_won)

    def disparity(self, price_won: float) -> float:
        """`price_won` against the mean of the last 24 closes and itself, as a ratio."""
        return price_won * (MA_CLOSES + 1) / (self._closes_sum_won() + price_won) - 1

    def price_at_disparity(self, disparity: float) -> float:
        """The price that stands at `disparity`."""
        share = (1 + disparity) / (MA_CLOSES + 1)
        return self._closes_sum_won() * share / (1 - share)

    def _closes_sum_won(self) -> int:
        return sum(bar.close_won for bar in self.bars[-MA_CLOSES:])


def stock_days(
    stocks: tuple[Stock, ...], chance: Chance, start: Start, split_ratios: Mapping[str, float]
) -> dict[str, StockDay]:
    """Every stock's character and history, by code. A stock that was split goes on at `split_ratios` of its price."""
    days = sessions_before(chance.day, HISTORY_SESSIONS + 1)
    market_moves = {market: _market_moves(chance, market) for market in _MARKET_VOLATILITY}
    targets = _disparities(stocks, chance, start)
    unsplit = {
        stock.code: _stock_day(stock, days, market_moves[stock.market], targets[stock.code], chance)
        for stock in (_split(stock, split_ratios.get(stock.code, 1.0)) for stock in stocks)
    }
    return unsplit | {code: replace(unsplit[code], split_ratio=ratio) for code, ratio in split_ratios.items()}


def _split(stock: Stock, ratio: float) -> Stock:
    return stock if ratio == 1 else replace(stock, reference_price_won=nearest_tick(stock.reference_price_won * ratio))


def _unsplit(bar: DailyBar, ratio: float) -> DailyBar:
    """Prices are put on the raw grid, so that the last close may be a step beside the one that was split."""
    prices = {
        name: nearest_tick(getattr(bar, name) / ratio) for name in ("open_won", "high_won", "low_won", "close_won")
    }
    return replace(bar, volume_shares=max(1, round(bar.volume_shares * ratio)), **prices)


def _stock_day(stock: Stock, days: tuple[date, ...], moves: list[float], target: float, chance: Chance) -> StockDay:
    rng = chance.source(stock.code, "history")
    character = _character(stock, rng)
    closes = _closes(stock, character, moves, target, rng)
    bars = [
        _bar(day, before_won=before, close_won=close, character=character, rng=rng)
        for day, before, close in zip(days[1:], closes, closes[1:], strict=False)
    ]
    return StockDay(stock, character, tuple(bars))


def _character(stock: Stock, rng: Random) -> Character:
    typical_won = _TYPICAL_TURNOVER_WON[stock.market] * math.exp(bounded_gauss(rng))
    turnover_won = _GIANTS_TURNOVER_WON.get(stock.code, typical_won)
    yearly_turnovers = 1.5 * math.exp(bounded_gauss(rng, 0.5))
    return Character(
        sensitivity=rng.uniform(0.6, 1.4),
        own_volatility=_OWN_VOLATILITY[stock.market] * rng.uniform(0.7, 1.4),
        turnover_won=turnover_won,
        trades=min(4000, max(300, round(150 * math.sqrt(turnover_won / 1e9)))),
        listed_shares=round(turnover_won * 250 / yearly_turnovers / stock.reference_price_won / 1000) * 1000,
    )


def _disparities(stocks: tuple[Stock, ...], chance: Chance, start: Start) -> dict[str, float]:
    """Where each stock stands against its average at the previous close."""
    rng = chance.source("disparities")
    free = [stock.code for stock in stocks if stock.code not in start.disparity]
    near = rng.sample(free, min(start.near_codes, len(free)))
    targets = {code: _ordinary_disparity(rng) for code in free}
    targets |= {code: rng.uniform(*start.near_disparity) for code in near}
    return targets | start.disparity


def _ordinary_disparity(rng: Random) -> float:
    low, high = _ORDINARY_DISPARITY
    disparity = low - 1.0
    while not low < disparity < high:
        disparity = rng.gauss(0.005, 0.04)
    return disparity


def _market_moves(chance: Chance, market: Market) -> list[float]:
    rng = chance.source(market, "history")
    return [bounded_gauss(rng, _MARKET_VOLATILITY[market]) for _ in range(HISTORY_SESSIONS)]


def _closes(stock: Stock, character: Character, market_moves: list[float], target: float, rng: Random) -> list[int]:
    """HISTORY_SESSIONS + 1 closes that end at the reference price, `target` away from their average."""
    last_won = nearest_tick(stock.reference_price_won)
    backwards = [float(last_won)]
    for market_move in market_moves:
        move = character.sensitivity * market_move + bounded_gauss(rng, character.own_volatility)
        backwards.append(backwards[-1] * math.exp(-move))
    return [nearest_tick(close) for close in reversed(_bent(backwards, target))]


def _bent(backwards: list[float], target: float) -> list[float]:
    """The same ups and downs on another slope, so that the newest close stands at `target` against its average.

    The older a close, up to BEND_DAYS, the more it is scaled; `bend` solves the mean's equation for that scale.
    """
    last_won = backwards[0]
    weights = [min(1.0, age / BEND_DAYS) for age in range(len(backwards))]
    wanted_sum_won = last_won * ((MA_CLOSES + 1) / (1 + target) - 1)
    bendable_won = sum(close * weight for close, weight in zip(backwards[:MA_CLOSES], weights, strict=False))
    bend = (wanted_sum_won - sum(backwards[:MA_CLOSES])) / bendable_won
    return [close * (1 + bend * weight) for close, weight in zip(backwards, weights, strict=True)]


def _bar(day: date, *, before_won: int, close_won: int, character: Character, rng: Random) -> DailyBar:
    low_limit_won, high_limit_won = lower_limit_won(before_won), upper_limit_won(before_won)
    spread = character.own_volatility * 0.6
    open_won = nearest_tick(before_won * math.exp(bounded_gauss(rng, spread)))
    high_won = nearest_tick(max(open_won, close_won) * math.exp(abs(bounded_gauss(rng, spread))))
    low_won = nearest_tick(min(open_won, close_won) * math.exp(-abs(bounded_gauss(rng, spread))))
    volume_shares = max(1, round(character.turnover_won / close_won * math.exp(bounded_gauss(rng, 0.35))))
    middle_won = (open_won + high_won + low_won + close_won) / 4
    bar = DailyBar(day, open_won, high_won, low_won, close_won, volume_shares, int(volume_shares * middle_won))
    return replace(bar, high_won=min(high_won, high_limit_won), low_won=max(low_won, low_limit_won))
