"""Much more is traded than lately, and than the day before at this time, while the price falls."""

from kis_actors.signals.params import RuleParams
from kis_actors.signals.sight import Reading, Sight
from kis_actors.signals.tape import Point

NAME = "turnover_surge_fall"
UNIT = "times"
WORDS = {"ko": "거래 급증 하락", "en": "turnover surge with a fall"}
RANKS = True
DURING_INTERRUPTIONS = False
RATIO_DIGITS = 12
FAR = 0.01
"""How far from a signal a surge of half the size counts, in ratios of the price: a surge comes without warning."""


class Params(RuleParams, frozen=True, kw_only=True, tag=NAME):
    """times: the turnover of window_sec against that of as long, on average over the pace_sec before it.

    previous_day_times: the volume of the day against the day before at this time; not asked where KIS does not tell.
    fall_ratio: what the price lost over the window; 0.01 is 1 %.
    """

    times: float = 5.0
    window_sec: float = 60.0
    pace_sec: float = 1200.0
    previous_day_times: float = 1.0
    fall_ratio: float = 0.01


def read(params: Params, sight: Sight) -> Reading | None:
    """How many times the pace; None unless window and pace were seen whole, and something was traded before."""
    window_s, pace_s = int(params.window_sec), int(params.pace_sec)
    begun, before = sight.tape.at(sight.at_s - window_s), sight.tape.at(sight.at_s - window_s - pace_s)
    if begun is None or before is None or begun.cum_turnover_won <= before.cum_turnover_won:
        return None
    pace_won = (begun.cum_turnover_won - before.cum_turnover_won) * window_s / pace_s
    surge = (sight.cum_turnover_won - begun.cum_turnover_won) / pace_won
    distances = (_shortfall(surge, params.times), _fall_left(params, sight, begun), *_day_left(params, sight))
    return Reading(surge, params.times, round(max(distances), RATIO_DIGITS), begun.price_won)


def _fall_left(params: Params, sight: Sight, begun: Point) -> float:
    return sight.price_won / begun.price_won - 1 + params.fall_ratio


def _day_left(params: Params, sight: Sight) -> tuple[float, ...]:
    """Nothing where it is not asked: a zero would say that it is only just met."""
    if not (sight.previous_volume_shares and params.previous_day_times):
        return ()
    return (_shortfall(sight.cum_volume_shares / sight.previous_volume_shares, params.previous_day_times),)


def _shortfall(value: float, wanted: float) -> float:
    """Zero or less once `wanted` is reached."""
    return 2 * FAR * (1 - value / wanted)
