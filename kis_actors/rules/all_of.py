"""Several rules hold at once."""

from kis_actors.signals.params import RuleParams
from kis_actors.signals.sight import Reading

NAME = "all_of"
UNIT = ""
WORDS = {"ko": "조건 모두 충족", "en": "all of"}
RANKS = True
DURING_INTERRUPTIONS = False


class Params(RuleParams, frozen=True, kw_only=True, tag=NAME):
    """of: the names of other rules of the settings."""

    of: tuple[str, ...] = ()


def combine(params: Params, readings: tuple[Reading | None, ...]) -> Reading | None:
    """As far as the farthest of them; None while one of them sees nothing."""
    known = [reading for reading in readings if reading]
    if not known or len(known) < len(readings):
        return None
    farthest = max(known, key=lambda reading: reading.distance)
    return Reading(float(sum(reading.holds for reading in known)), float(len(known)), farthest.distance)
