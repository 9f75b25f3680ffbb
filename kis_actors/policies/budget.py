"""How often something may still be done: counts over windows that slide with the clock."""

from datetime import datetime
from typing import NamedTuple

DAY_S = 86_400
MARGIN_S = 5.0
"""Every window is this much longer than promised: what is done happens a little after the tick it is counted at."""


class Limit(NamedTuple):
    """At most `most` within any `window_s` seconds."""

    most: int
    window_s: float


def noted(stamps: tuple[datetime, ...], added: tuple[datetime, ...], limits: tuple[Limit, ...]) -> tuple[datetime, ...]:
    """`stamps` and `added`, oldest first, without those that no limit counts any more."""
    both = tuple(sorted((*stamps, *added)))
    if not both:
        return ()
    window_s = max(limit.window_s for limit in limits)
    return _within(both, both[-1], window_s)[-max(limit.most for limit in limits) :]


def left(stamps: tuple[datetime, ...], now: datetime, limits: tuple[Limit, ...]) -> int:
    """How many more may be done now."""
    return max(0, min(limit.most - len(_within(stamps, now, limit.window_s)) for limit in limits))


def wait_s(stamps: tuple[datetime, ...], now: datetime, limits: tuple[Limit, ...]) -> float:
    """How long until one more may be done; 0.0 for now."""
    waits_s = [0.0]
    for limit in limits:
        recent = _within(stamps, now, limit.window_s)
        if len(recent) >= limit.most:
            waits_s.append(limit.window_s + MARGIN_S - (now - recent[-limit.most]).total_seconds())
    return max(waits_s)


def _within(stamps: tuple[datetime, ...], now: datetime, window_s: float) -> tuple[datetime, ...]:
    """Those a window that ends `now` holds; and those a little ahead of it, which are planned."""
    return tuple(stamp for stamp in stamps if abs((now - stamp).total_seconds()) < window_s + MARGIN_S)
