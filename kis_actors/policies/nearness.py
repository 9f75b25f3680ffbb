"""How near a code is to a signal: what the planner ranks by."""

from datetime import datetime
from math import log10

from msgspec import Struct

from kis_actors.kis.rest import Quote
from kis_actors.settings import Monitor
from kis_actors.signals.book import Rules
from kis_actors.signals.engine import nearest
from kis_actors.signals.params import Groups
from kis_actors.signals.sight import Average, Sight
from kis_actors.signals.tape import Point, Tape

NO_RULE = "disparity_threshold"


class Candidate(Struct, frozen=True):
    """A code as the last scan saw it. disparity, volatility: ratios; volatility is (high - low) / previous close.

    rule, distance: the rule it is nearest to, and how far its price is from it, a ratio; below zero is beyond it.
    """

    code: str
    price_won: int
    disparity: float
    volatility: float
    turnover_won: int
    rule: str = NO_RULE
    distance: float | None = None


class Known(Struct, frozen=True):
    """What is known of a code besides its quote.

    closes_won: completed days, oldest first. levels_won: high and low of the day before. points: its scans so far.
    extremes_won: the day's high and low before the quote, for KIS's own go up to it; (0, 0) before the first one.
    opened_at: when the session began, if it is open.
    """

    market: str = ""
    closes_won: tuple[int, ...] = ()
    levels_won: tuple[int, int] = (0, 0)
    points: tuple[Point, ...] = ()
    extremes_won: tuple[int, int] = (0, 0)
    opened_at: datetime | None = None


def candidate_of(quote: Quote, known: Known, monitor: Monitor, rules: Rules, groups: Groups) -> Candidate | None:
    """The code of `quote` as a candidate; None if no rule can say how near it is, for then no signal can come."""
    sight = _sight(quote, known, Average(monitor.signal.ma_days, monitor.signal.ma_includes_today))
    found, disparity = nearest(rules, groups, sight), sight.disparity()
    if found is None:
        return None
    name, reading = found
    return Candidate(
        quote.code, quote.price_won, disparity.ratio if disparity else 0.0, _volatility(quote), quote.cum_turnover_won,
        name, reading.distance,
    )  # fmt: skip


def unranked(quote: Quote) -> Candidate:
    """A code that no rule can say anything of, as a candidate all the same."""
    return Candidate(quote.code, quote.price_won, 0.0, _volatility(quote), quote.cum_turnover_won)


def score_of(candidate: Candidate, monitor: Monitor) -> float:
    """`w1 * 1/(distance + eps) + w2 * volatility + w3 * log10(turnover)`, distance being to the nearest rule."""
    weights = monitor.score
    distance = candidate.distance
    if distance is None:
        distance = candidate.disparity - monitor.signal.disparity_threshold
    return (
        weights.w1 / (abs(distance) + weights.eps)
        + weights.w2 * candidate.volatility
        + weights.w3 * log10(max(candidate.turnover_won, 1))
    )


def point_of(quote: Quote, at_s: int) -> Point:
    """A scan's price as a point of the day."""
    return Point(at_s, quote.price_won, quote.cum_volume_shares, quote.cum_turnover_won)


def extremes_of(quote: Quote) -> tuple[int, int]:
    """The day's high and low, this price included."""
    return quote.high_won or quote.price_won, quote.low_won or quote.price_won


def _sight(quote: Quote, known: Known, average: Average) -> Sight:
    """As SignalActor would judge the scan; at the first one, whose extremes it leaves alone, they are what is ahead."""
    *before, last = known.points or (point_of(quote, 0),)
    high_won, low_won = known.levels_won
    day_high_won, day_low_won = known.extremes_won if all(known.extremes_won) else extremes_of(quote)
    tape = Tape(list(before), before[0].at_s if before else None, day_high_won, day_low_won)
    return Sight(
        code=quote.code, market=known.market, price_won=quote.price_won, at_s=last.at_s,
        cum_volume_shares=quote.cum_volume_shares, cum_turnover_won=quote.cum_turnover_won,
        closes_won=known.closes_won, average=average, tape=tape, previous_high_won=high_won, previous_low_won=low_won,
        since_open_s=last.at_s - known.opened_at.timestamp() if known.opened_at else 0.0,
    )  # fmt: skip


def _volatility(quote: Quote) -> float:
    if not (quote.high_won and quote.low_won and quote.previous_close_won):
        return 0.0
    return (quote.high_won - quote.low_won) / quote.previous_close_won
