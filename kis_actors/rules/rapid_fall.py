"""The price lost so much within so many minutes."""

from kis_actors.signals.params import RuleParams
from kis_actors.signals.sight import Reading, Sight

NAME = "rapid_fall"
UNIT = "ratio"
WORDS = {"ko": "급락", "en": "rapid fall"}
RANKS = True
DURING_INTERRUPTIONS = False
RATIO_DIGITS = 12


class Params(RuleParams, frozen=True, kw_only=True, tag=NAME):
    """fall_ratio: 0.03 is 3 % down. window_sec: within so long."""

    fall_ratio: float = 0.03
    window_sec: float = 300.0


def read(params: Params, sight: Sight) -> Reading | None:
    """The return over the window; None unless all of it was seen."""
    then = sight.tape.at(sight.at_s - int(params.window_sec))
    if then is None:
        return None
    change = sight.price_won / then.price_won - 1
    return Reading(change, -params.fall_ratio, round(change + params.fall_ratio, RATIO_DIGITS), then.price_won)
