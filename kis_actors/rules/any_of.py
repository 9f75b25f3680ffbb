"""At least one of several rules holds."""

from kis_actors.signals.params import RuleParams
from kis_actors.signals.sight import Reading

NAME = "any_of"
UNIT = ""
WORDS = {"ko": "조건 하나 충족", "en": "any of"}
RANKS = True
DURING_INTERRUPTIONS = False


class Params(RuleParams, frozen=True, kw_only=True, tag=NAME):
    """of: the names of other rules of the settings."""

    of: tuple[str, ...] = ()


def combine(params: Params, readings: tuple[Reading | None, ...]) -> Reading | None:
    """As near as the nearest of those that see anything."""
    known = [reading for reading in readings if reading]
    if not known:
        return None
    nearest = min(known, key=lambda reading: reading.distance)
    return Reading(float(sum(reading.holds for reading in known)), 1.0, nearest.distance)
