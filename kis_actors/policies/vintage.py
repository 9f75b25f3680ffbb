"""Whether a quote is today's: KIS shows the day before, which looks normal, until the open and on a holiday.

A row has neither date nor time of the trade, so the closes of the days before must tell; and, where they cannot, that
the row has moved since it was first seen today.
"""

from typing import Literal

from msgspec import Struct

from kis_actors.kis.rest import Quote

Vintage = Literal["today", "outdated", "unknown"]


class Looks(Struct):
    """The first look at each code on one day: price in won and shares so far. Updated in place."""

    first: dict[str, tuple[int, int]] = {}

    def has_moved(self, quote: Quote) -> bool:
        """Notes the quote, and whether it differs from the first one."""
        look = (quote.price_won, quote.cum_volume_shares)
        return self.first.setdefault(quote.code, look) != look


def vintage_of(quote: Quote, closes_won: tuple[int, ...]) -> Vintage:
    """What the completed closes, oldest first, say of the quote's day.

    A row of the day before has the last close for its price, and the close before that for its previous one.
    """
    if len(closes_won) < 2 or quote.previous_close_won is None:
        return "unknown"
    last_won, before_won = closes_won[-1], closes_won[-2]
    if last_won == before_won:
        return "unknown" if quote.price_won == last_won else "today"
    if quote.price_won == last_won and quote.previous_close_won == before_won:
        return "outdated"
    return "today" if quote.previous_close_won == last_won else "unknown"
