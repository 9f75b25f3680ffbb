"""The price falls below its moving average by the threshold or more.

A code that is first seen below the line counts as crossing it: a gap down overnight is a signal too. After a crossing
the price must come back above the line by `rearm_ratio` before the next one counts.
"""

from msgspec import Struct

from kis_actors.market.baseline import disparity_of
from kis_actors.rules.sight import Crossing, Sight

NAME = "disparity_threshold"
RATIO_DIGITS = 12
"""9,200 against 10,000 is -0.08, but -0.07999999999999996 in floating point, which would miss a line at -0.08."""


class Memory(Struct, frozen=True, tag=NAME, gc=False):
    """Per code: whether the next price below the line is a crossing."""

    is_armed: bool = True


def judge(memory: Memory, sight: Sight) -> tuple[Memory, Crossing | None]:
    """The memory after this trade, and the crossing if this trade is one."""
    rule = sight.settings
    disparity = disparity_of(
        sight.price_won, sight.closes_won, ma_days=rule.ma_days, includes_today=rule.ma_includes_today
    )
    if disparity is None:
        return memory, None
    if memory.is_armed and round(disparity.ratio, RATIO_DIGITS) <= rule.disparity_threshold:
        return Memory(is_armed=False), Crossing(disparity.ratio, rule.disparity_threshold, disparity.average_won)
    if not memory.is_armed and disparity.ratio > rule.disparity_threshold + rule.rearm_ratio:
        return Memory(), None
    return memory, None
