"""One price as it was seen, and what else the rules look at of its code: together, what a rule sees."""

from datetime import datetime

from msgspec import Struct

from kis_actors.signals.engine import Applied, Memory
from kis_actors.signals.sight import Average, Sight
from kis_actors.signals.tape import Tape


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


class LastPrice(Struct, frozen=True, gc=False):
    """The last price of a code. traded_at: KIS's stamp, KST; of a scan, when it came. cum_turnover_won: of the day.

    source: trade or scan.
    """

    price_won: int
    traded_at: datetime
    change_ratio: float = 0.0
    cum_turnover_won: int = 0
    source: str = "trade"


class Outlook(Struct, gc=False):
    """One code, gathered so that a price need look it up but once.

    rules: those that look at the code. memories: what is remembered of them, by name. levels_won: high and low of the
    last completed day; 0 if unknown. opened_s: when the session began, seconds since 1970. line: the price of each
    step of the day. told_extremes_won: the last that both tapes were told. The rest is as in `sight.Sight`.
    """

    rules: tuple[Applied, ...]
    market: str
    closes_won: tuple[int, ...]
    average: Average
    levels_won: tuple[int, int]
    opened_s: float | None
    memories: dict[str, Memory]
    trades: Tape
    scans: Tape
    line: dict[int, int]
    told_extremes_won: tuple[int, int] = (0, 0)

    def sight(self, seen: Seen, tape: Tape, at_s: int) -> Sight:
        """What a rule sees of `seen` at second `at_s`."""
        high_won, low_won = self.levels_won
        return Sight(  # by position, at half the cost of names; in the order of Sight
            seen.code, self.market, seen.price_won, at_s, seen.cum_volume_shares, seen.cum_turnover_won,
            self.closes_won, self.average, tape, high_won, low_won, seen.previous_volume_shares,
            0.0 if self.opened_s is None else at_s - self.opened_s, seen.interruption,
        )  # fmt: skip

    def note_extremes(self, high_won: int, low_won: int) -> None:
        """The day's high and low as KIS has them, for the next price by either source."""
        told = high_won, low_won
        if told != self.told_extremes_won and high_won and low_won:
            self.told_extremes_won = told
            self.trades.note_extremes(high_won, low_won)
            self.scans.note_extremes(high_won, low_won)
