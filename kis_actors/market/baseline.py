"""The moving average a price is measured against.

Must not know where closes come from; they are completed, adjusted, and oldest first.
"""

from msgspec import Struct

NEAR_RATIO = 0.01


class Disparity(Struct, frozen=True, gc=False):
    """ratio: price against its average, minus one; -0.08 is 8 % under it. average_won: that average."""

    ratio: float
    average_won: float


def disparity_of(
    price_won: int, closes_won: tuple[int, ...], *, ma_days: int, includes_today: bool
) -> Disparity | None:
    """Disparity of `price_won`, or None when there are too few closes.

    With `includes_today` the price itself is the last of the `ma_days` values, as HTS shows it.
    """
    completed_won = completed_total_won(closes_won, ma_days=ma_days, includes_today=includes_today)
    if completed_won is None:
        return None
    return disparity_from(completed_won + price_won if includes_today else completed_won, ma_days, price_won)


def completed_total_won(closes_won: tuple[int, ...], *, ma_days: int, includes_today: bool) -> int | None:
    """The sum of the completed closes that an average over `ma_days` takes; None when there are too few."""
    completed = closes_needed(ma_days, includes_today)
    return None if len(closes_won) < completed else sum(closes_won[len(closes_won) - completed :])


def disparity_from(total_won: int, ma_days: int, price_won: int) -> Disparity:
    """Disparity of `price_won` against the average of `ma_days` values that add up to `total_won`."""
    average_won = total_won / ma_days
    return Disparity(price_won / average_won - 1, average_won)


def closes_needed(ma_days: int, includes_today: bool) -> int:
    """How many completed closes an average over `ma_days` takes."""
    return ma_days - 1 if includes_today else ma_days


def rebased(closes_won: tuple[int, ...], base_won: int | None, previous_close_won: int | None) -> tuple[int, ...]:
    """The closes on the basis of today's prices; empty if they cannot be brought to it.

    On the first day after a split or a rights issue the base price is not the previous close. Closes that KIS has
    adjusted already end near the base price and stay; those that end near the previous close are scaled to it.
    """
    if not closes_won or not base_won or not previous_close_won or base_won == previous_close_won:
        return closes_won
    if _is_near(closes_won[-1], base_won):
        return closes_won
    if not _is_near(closes_won[-1], previous_close_won):
        return ()
    return tuple(round(close * base_won / previous_close_won) for close in closes_won)


def _is_near(close_won: int, price_won: int) -> bool:
    """Within what the last trades after the close may move it."""
    return abs(close_won / price_won - 1) <= NEAR_RATIO
