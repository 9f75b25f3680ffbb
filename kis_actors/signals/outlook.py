"""One price as it was seen, and what else the rules look at of its code: together, what a rule sees."""

from datetime import datetime

from msgspec import Struct

from kis_actors.market.baseline import disparity_from
from kis_actors.signals.engine import Applied
from kis_actors.signals.sight import Average, Sight
from kis_actors.signals.tape import Tape

NOTHING_HELD = (0, 0)


class Seen(Struct, frozen=True, gc=False, array_like=True):
    """One price of one code. source: trade or scan. seen_at: the trade's stamp, or when the scan came in.

    is_regular: of the regular session. age_s: how old it was when it came. interruption: vi, halt or ""; with one,
    price_won is 0 if there was none in the session before it.
    """

    code: str
    price_won: int
    change_ratio: float
    cum_volume_shares: int
    cum_turnover_won: int
    seen_at: datetime
    source: str
    previous_volume_shares: int = 0
    is_regular: bool = True
    age_s: float = 0.0
    interruption: str = ""


class Outlook(Struct, frozen=True, gc=False):
    """What no price changes, so that it is worked out once: that costs more than to judge a price.

    rules: those that look at the code. levels_won: high and low of the last completed day; 0 if unknown.
    completed_won: the sum of the closes the average takes; None if there are too few.
    opened_s: when the session began, seconds since 1970. The rest is as in `sight.Sight`.
    """

    rules: tuple[Applied, ...]
    market: str
    closes_won: tuple[int, ...]
    average: Average
    completed_won: int | None
    levels_won: tuple[int, int]
    opened_s: float | None

    def sight(self, seen: Seen, tape: Tape, at_s: int) -> Sight:
        """What a rule sees of `seen` at second `at_s`."""
        high_won, low_won = self.levels_won
        (ma_days, includes_today), completed_won, measured = self.average, self.completed_won, None
        if completed_won is not None and seen.price_won:
            total_won = completed_won + seen.price_won if includes_today else completed_won
            measured = disparity_from(total_won, ma_days, seen.price_won)
        return Sight(  # by position, at half the cost of names; in the order of Sight
            seen.code, self.market, seen.price_won, at_s, seen.cum_volume_shares, seen.cum_turnover_won,
            self.closes_won, self.average, tape, high_won, low_won, seen.previous_volume_shares,
            0.0 if self.opened_s is None else at_s - self.opened_s, seen.interruption,
            NOTHING_HELD, measured,
        )  # fmt: skip
