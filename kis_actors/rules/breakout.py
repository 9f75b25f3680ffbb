"""The price goes beyond the high or the low of the day so far, or of the day before."""

from typing import Literal

from kis_actors.signals.params import RuleParams
from kis_actors.signals.sight import Reading, Sight

NAME = "breakout"
UNIT = "won"
WORDS = {"ko": "고저점 돌파", "en": "breakout"}
RANKS = True
DURING_INTERRUPTIONS = False
RATIO_DIGITS = 12


class Params(RuleParams, frozen=True, kw_only=True, tag=NAME):
    """of: which level. by_ratio: how far beyond it; 0 is any price beyond.

    min_day_sec: before that, every price is an extreme of the day so far.
    """

    of: Literal["day_high", "day_low", "previous_high", "previous_low"] = "day_low"
    by_ratio: float = 0.0
    min_day_sec: float = 1800.0


def read(params: Params, sight: Sight) -> Reading | None:
    """How far the price is from the level; None while there is none. A price at the level is not beyond it."""
    level_won = _level_won(params, sight)
    if not level_won:
        return None
    beyond = sight.price_won / level_won - 1
    to_go = round(params.by_ratio + (-beyond if params.of.endswith("high") else beyond), RATIO_DIGITS)
    is_beyond = to_go < 0 or (to_go == 0 and params.by_ratio > 0)
    return Reading(sight.price_won, level_won, min(to_go, 0.0) if is_beyond else max(to_go, 1e-9), level_won)


def _level_won(params: Params, sight: Sight) -> int:
    if params.of == "previous_high":
        return sight.previous_high_won
    if params.of == "previous_low":
        return sight.previous_low_won
    if sight.since_open_s < params.min_day_sec:
        return 0
    high_won, low_won = sight.day_extremes_won()
    return high_won if params.of == "day_high" else low_won
