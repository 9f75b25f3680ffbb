"""The price comes near the disparity line without having crossed it: the approach."""

from kis_actors.signals.params import RuleParams
from kis_actors.signals.sight import Reading, Sight

NAME = "near_threshold"
UNIT = "ratio"
WORDS = {"ko": "이격도 접근", "en": "near the disparity threshold"}
RANKS = False
DURING_INTERRUPTIONS = False
BY_PRICE_ALONE = True
RATIO_DIGITS = 12


class Params(RuleParams, frozen=True, kw_only=True, tag=NAME):
    """threshold: the line; without one, that of monitor.signal. band: how near counts, a ratio: 0.01 is one point."""

    threshold: float | None = None
    band: float = 0.01


def read(params: Params, sight: Sight) -> Reading | None:
    """How far the price is from the band; beyond the line there is nothing to approach any more."""
    disparity = sight.disparity()
    if disparity is None or params.threshold is None:
        return None
    beyond = disparity.ratio - params.threshold
    to_line = round(beyond if params.threshold < 0 else -beyond, RATIO_DIGITS)
    distance = round(to_line - params.band, RATIO_DIGITS)
    return Reading(disparity.ratio, params.threshold, distance, disparity.average_won, to_line <= 0)
