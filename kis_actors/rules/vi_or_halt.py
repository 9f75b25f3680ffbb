"""Trading is interrupted: by a volatility interruption (VI), or a halt."""

from kis_actors.signals.params import RuleParams
from kis_actors.signals.sight import Reading, Sight

NAME = "vi_or_halt"
UNIT = ""
WORDS = {"ko": "VI·거래정지", "en": "interruption (VI) or halt"}
RANKS = False
DURING_INTERRUPTIONS = True
FAR = 1.0
"""An interruption cannot be seen coming, so no code is nearer to one than another."""


class Params(RuleParams, frozen=True, kw_only=True, tag=NAME):
    """vi, halt: which of the two count."""

    vi: bool = True
    halt: bool = True


def read(params: Params, sight: Sight) -> Reading:
    """Whether trading is interrupted now; measured against the previous close."""
    is_on = (sight.interruption == "vi" and params.vi) or (sight.interruption == "halt" and params.halt)
    return Reading(float(is_on), 1.0, -FAR if is_on else FAR, sight.closes_won[-1] if sight.closes_won else 0.0)
