"""How an ordinary session spreads over its minutes: prices move and people trade most after the open, least at noon."""

import math

from kis_actors.simulator.session_clock import CLOSE_S, CLOSING_AUCTION_S, OPEN_S

SESSION_MINUTES = (CLOSE_S - OPEN_S) // 60
CONTINUOUS_MINUTES = (CLOSING_AUCTION_S - OPEN_S) // 60
AUCTION_SHARES = {"B": 0.02, "A": 0.05, "C": 0.006, "H": 0.006}
"""Of a day's volume, what the one print at the end of each kind of pause carries; by hour class."""


def _wave(minute: int, *, opening: float, lunch: float, closing: float) -> float:
    """One, plus a burst that fades within half an hour, less a lull around 12:10, plus a rush before 15:20."""
    burst = opening * math.exp(-minute / 12)
    lull = lunch * math.exp(-(((minute - 190) / 50) ** 2))
    rush = closing * math.exp((min(minute, CONTINUOUS_MINUTES) - CONTINUOUS_MINUTES) / 25)
    return 1 + burst - lull + rush


_RESTLESSNESS = [_wave(minute, opening=3.0, lunch=0.3, closing=0.3) for minute in range(SESSION_MINUTES)]
_DAY_NORM = math.sqrt(sum(value * value for value in _RESTLESSNESS))
VOLATILITY_SHARES = [value / _DAY_NORM for value in _RESTLESSNESS]
"""Of a day's volatility, minute by minute; their squares add up to one."""

_BUSYNESS = [_wave(minute, opening=5.0, lunch=0.4, closing=0.9) for minute in range(CONTINUOUS_MINUTES)]
VOLUME_SHARES = [value / sum(_BUSYNESS) for value in _BUSYNESS]
"""Of a day's continuous trading, minute by minute up to the closing auction; they add up to one."""
_VOLUME_BEFORE = [sum(VOLUME_SHARES[:minute]) for minute in range(CONTINUOUS_MINUTES)]


def volume_share_by(second: int) -> float:
    """Share of an ordinary day's volume that is traded by `second` of the day."""
    if second < OPEN_S:
        return 0.0
    if second >= CLOSING_AUCTION_S:
        return 1.0 if second >= CLOSE_S else 1 - AUCTION_SHARES["A"]
    minute, into_s = divmod(second - OPEN_S, 60)
    continuous = _VOLUME_BEFORE[minute] + VOLUME_SHARES[minute] * into_s / 60
    return AUCTION_SHARES["B"] + continuous * (1 - AUCTION_SHARES["A"] - AUCTION_SHARES["B"])
