"""Where each price stands at every minute of the session: the market's moves, the stock's own, the script's pulls."""

import math
from random import Random

from kis_actors.simulator.chance import Chance, bounded_gauss
from kis_actors.simulator.day_shape import VOLATILITY_SHARES
from kis_actors.simulator.script import Pull, Script
from kis_actors.simulator.session_clock import OPEN_S
from kis_actors.simulator.stock_day import StockDay
from kis_actors.simulator.universe import Market

GAP_VOLATILITY = 0.004
"""Ratio; of the night between two sessions, for the market and for each stock alone."""
INTRADAY_SHARE = 0.75
"""Of a stock's own daily volatility; the rest belongs to the night."""
REVERSION = 0.7
"""Share of the market's own lean that is taken out of a day: which way it ends up is for the script to say."""
PULLED_NOISE = 0.5
"""Share of the ordinary ups and downs that is left while the script pulls a price somewhere."""

_MARKET_VOLATILITY: dict[Market, float] = {"KOSPI": 0.006, "KOSDAQ": 0.007}


class MarketMoves:
    """What all stocks of one market share: the night's gap and every minute's move, as logarithms."""

    def __init__(self, chance: Chance, market: Market) -> None:
        both, alone = chance.source("moves"), chance.source("moves", market)
        volatility = _MARKET_VOLATILITY[market]
        self.gap = GAP_VOLATILITY * _mixed(both, alone)
        minutes = [volatility * share * _mixed(both, alone) for share in VOLATILITY_SHARES]
        lean = REVERSION * sum(minutes) / len(minutes)
        self.minutes = [move - lean for move in minutes]


def price_path(stock_day: StockDay, script: Script, moves: MarketMoves, chance: Chance) -> list[float]:
    """The price in won, not rounded, at each of the 391 full minutes from 09:00 to 15:30."""
    rng = chance.source(stock_day.code, "path")
    character = stock_day.character
    own_volatility = character.own_volatility * INTRADAY_SHARE
    lowest, highest = math.log(stock_day.lower_won), math.log(stock_day.upper_won)
    gap = character.sensitivity * moves.gap + bounded_gauss(rng, GAP_VOLATILITY)
    path = [math.log(stock_day.base_won) + gap]
    for minute, (market_move, share) in enumerate(zip(moves.minutes, VOLATILITY_SHARES, strict=True)):
        move = character.sensitivity * market_move + bounded_gauss(rng, own_volatility * share)
        path.append(min(highest, max(lowest, path[-1] + _scripted(path[-1], minute, move, stock_day, script))))
    return [math.exp(level) for level in path]


def _scripted(level: float, minute: int, move: float, stock_day: StockDay, script: Script) -> float:
    """The move of this minute, after what the script makes of it."""
    pause = script.pause_at(OPEN_S + minute * 60)
    if pause and pause.hour_class == "H":
        return 0.0
    for pull in script.pulls:
        if pull.from_minute <= minute < pull.until_minute:
            move = _pulled(level, minute, move, pull, stock_day)
    return move


def _pulled(level: float, minute: int, move: float, pull: Pull, stock_day: StockDay) -> float:
    if pull.to_disparity is None:
        return move + math.log1p(pull.by_ratio) / (pull.until_minute - pull.from_minute)
    left_minutes = pull.until_minute - minute
    target = math.log(stock_day.price_at_disparity(pull.to_disparity))
    return (target - level) / left_minutes + move * PULLED_NOISE * (1 - 1 / left_minutes)


def _mixed(both: Random, alone: Random) -> float:
    """One normal draw that the two markets share for the most part: 0.9 and 0.436 are the sides of a unit vector."""
    return 0.9 * bounded_gauss(both) + 0.436 * bounded_gauss(alone)
