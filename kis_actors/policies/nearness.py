"""How near a code is to a signal: what the planner ranks by."""

from math import log10

from msgspec import Struct

from kis_actors.kis.rest import Quote
from kis_actors.market.baseline import disparity_of
from kis_actors.settings import Monitor, Signal


class Candidate(Struct, frozen=True):
    """A code as the last scan saw it. disparity, volatility: ratios; volatility is (high - low) / previous close."""

    code: str
    price_won: int
    disparity: float
    volatility: float
    turnover_won: int


def candidate_of(quote: Quote, closes_won: tuple[int, ...], signal: Signal) -> Candidate | None:
    """The code of `quote` as a candidate; None without enough closes, for then no signal can come."""
    disparity = disparity_of(
        quote.price_won, closes_won, ma_days=signal.ma_days, includes_today=signal.ma_includes_today
    )
    if disparity is None:
        return None
    return Candidate(quote.code, quote.price_won, disparity.ratio, _volatility(quote), quote.cum_turnover_won)


def score_of(candidate: Candidate, monitor: Monitor) -> float:
    """`w1 * 1/(|disparity - threshold| + eps) + w2 * volatility + w3 * log10(turnover)`."""
    weights = monitor.score
    distance = abs(candidate.disparity - monitor.signal.disparity_threshold)
    return (
        weights.w1 / (distance + weights.eps)
        + weights.w2 * candidate.volatility
        + weights.w3 * log10(max(candidate.turnover_won, 1))
    )


def _volatility(quote: Quote) -> float:
    if not (quote.high_won and quote.low_won and quote.previous_close_won):
        return 0.0
    return (quote.high_won - quote.low_won) / quote.previous_close_won
