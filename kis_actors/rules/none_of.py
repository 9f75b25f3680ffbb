"""No other rule of some holds; of use within all_of, for alone it holds all day."""

from kis_actors.signals.params import RuleParams
from kis_actors.signals.sight import Reading

NAME = "not"
UNIT = ""
WORDS = {"ko": "조건 없음", "en": "not"}
RANKS = True
DURING_INTERRUPTIONS = False
NEAREST = 1e-9
"""A rule that holds by nothing at all is still not the opposite of itself."""


class Params(RuleParams, frozen=True, kw_only=True, tag=NAME):
    """of: the names of other rules of the settings; none of them may hold."""

    of: tuple[str, ...] = ()


def combine(params: Params, readings: tuple[Reading | None, ...]) -> Reading | None:
    """As far as the nearest of them is beyond its line; None while one of them sees nothing."""
    known = [reading for reading in readings if reading]
    if not known or len(known) < len(readings):
        return None
    nearest = min(known, key=lambda reading: reading.distance)
    return Reading(float(sum(reading.holds for reading in known)), 0.0, -nearest.distance or NEAREST)
