"""The price is below its moving average by the threshold or more; or above it, by a threshold above zero.

A code that is first seen beyond the line counts as crossing it: a gap overnight is a signal too.
"""

from kis_actors.signals.params import RuleParams
from kis_actors.signals.sight import Reading, Sight

NAME = "disparity_threshold"
UNIT = "ratio"
WORDS = {"ko": "이격도 하회", "en": "disparity below threshold"}
RANKS = True
DURING_INTERRUPTIONS = False
BY_PRICE_ALONE = True
RATIO_DIGITS = 12
"""9,200 against 10,000 is -0.08, but -0.07999999999999996 in floating point, which would miss a line at -0.08."""


class Params(RuleParams, frozen=True, kw_only=True, tag=NAME):
    """threshold: a ratio; -0.08 is 8 % under the average, 0.10 is 10 % over it."""

    threshold: float = -0.08


def read(params: Params, sight: Sight) -> Reading | None:
    """How far the price is beyond the line; None without an average."""
    disparity = sight.disparity()
    if disparity is None:
        return None
    beyond = disparity.ratio - params.threshold
    distance = round(beyond if params.threshold < 0 else -beyond, RATIO_DIGITS)
    return Reading(disparity.ratio, params.threshold, distance, disparity.average_won)
