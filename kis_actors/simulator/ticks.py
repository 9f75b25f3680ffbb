"""KRX price steps and daily limits (the table of January 2023, the same for KOSPI and KOSDAQ)."""

from bisect import bisect_right

_STEPS_BEGIN_WON = (2_000, 5_000, 20_000, 50_000, 200_000, 500_000)
_STEPS_WON = (1, 5, 10, 50, 100, 500, 1_000)
DAILY_LIMIT_PERCENT = 30


def tick_won(price_won: int) -> int:
    """The step between prices at `price_won`."""
    return _STEPS_WON[bisect_right(_STEPS_BEGIN_WON, price_won)]


def floor_to_tick(price_won: float) -> int:
    """The highest valid price not above `price_won`."""
    whole_won = int(price_won)
    return whole_won - whole_won % tick_won(whole_won)


def nearest_tick(price_won: float) -> int:
    """The valid price closest to `price_won`; the lower one of two equally close."""
    below_won = floor_to_tick(price_won)
    above_won = below_won + tick_won(below_won)
    return above_won if above_won - price_won < price_won - below_won else max(below_won, 1)


def upper_limit_won(base_won: int) -> int:
    """The highest price of a day whose base price is `base_won`."""
    return floor_to_tick(base_won + _limit_width_won(base_won))


def lower_limit_won(base_won: int) -> int:
    """The lowest price of a day whose base price is `base_won`."""
    limit_won = base_won - _limit_width_won(base_won)
    below_won = floor_to_tick(limit_won)
    return below_won if below_won == limit_won else below_won + tick_won(below_won)


def _limit_width_won(base_won: int) -> int:
    """KRX cuts the 30 % to the base price's own step before adding it."""
    width_won = base_won * DAILY_LIMIT_PERCENT // 100
    return width_won - width_won % tick_won(base_won)
