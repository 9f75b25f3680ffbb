"""The day's running totals of one stock, counted exactly, in integers."""

from msgspec import Struct

BUY, AUCTION, SELL = "1", "3", "5"
"""Who began a trade, as KIS codes it. A call auction's print belongs to neither side."""


class Tally(Struct, frozen=True, gc=False):
    """What KIS sends along with a trade to sum up the day so far. open_s, high_s, low_s: seconds of the day."""

    volume_shares: int = 0
    turnover_won: int = 0
    sells: int = 0
    buys: int = 0
    sold_shares: int = 0
    bought_shares: int = 0
    open_won: int = 0
    open_s: int = 0
    high_won: int = 0
    high_s: int = 0
    low_won: int = 0
    low_s: int = 0


def counted(tally: Tally, second: int, price_won: int, volume_shares: int, side: str) -> Tally:
    """The totals with one more trade in them."""
    is_first = tally.volume_shares == 0
    is_high = is_first or price_won > tally.high_won
    is_low = is_first or price_won < tally.low_won
    return Tally(
        volume_shares=tally.volume_shares + volume_shares,
        turnover_won=tally.turnover_won + price_won * volume_shares,
        sells=tally.sells + (side == SELL),
        buys=tally.buys + (side == BUY),
        sold_shares=tally.sold_shares + (volume_shares if side == SELL else 0),
        bought_shares=tally.bought_shares + (volume_shares if side == BUY else 0),
        open_won=price_won if is_first else tally.open_won,
        open_s=second if is_first else tally.open_s,
        high_won=price_won if is_high else tally.high_won,
        high_s=second if is_high else tally.high_s,
        low_won=price_won if is_low else tally.low_won,
        low_s=second if is_low else tally.low_s,
    )
