"""What a rule sees and what it says; every rule file speaks in these."""

from typing import NamedTuple

from msgspec import UNSET, Struct, UnsetType

from kis_actors.market.baseline import Disparity, disparity_of
from kis_actors.signals.tape import Tape


class Average(NamedTuple):
    """How averages are made. completed days, oldest first; includes_today: the price itself is the last of ma_days."""

    ma_days: int
    includes_today: bool


class Sight(Struct, gc=False):
    """One price of one code, with what a rule may weigh it against.

    price_won: 0 if an interruption comes before the first price of the day; no rule that measures it sees that.
    at_s: when it was seen, seconds since 1970. tape: up to but without this price; its day high and low too.
    previous_high_won, previous_low_won: of the last completed day; 0 if unknown.
    previous_volume_shares: of the last completed day up to this time; 0 if unknown.
    since_open_s: seconds since the session began. interruption: vi, halt or "".
    held_extremes_won: the day's high and low when the rule began to hold, while it has to go on holding; (0, 0) if not.
    measured: what `disparity` found, which several rules ask for.
    """

    code: str
    market: str
    price_won: int
    at_s: int
    cum_volume_shares: int
    cum_turnover_won: int
    closes_won: tuple[int, ...]
    average: Average
    tape: Tape
    previous_high_won: int = 0
    previous_low_won: int = 0
    previous_volume_shares: int = 0
    since_open_s: float = 0.0
    interruption: str = ""
    held_extremes_won: tuple[int, int] = (0, 0)
    measured: Disparity | UnsetType | None = UNSET

    def disparity(self) -> Disparity | None:
        """The price against its moving average; None without enough closes."""
        if self.measured is UNSET:
            ma_days, includes_today = self.average
            self.measured = disparity_of(
                self.price_won, self.closes_won, ma_days=ma_days, includes_today=includes_today
            )  # fmt: skip
        return self.measured

    def day_extremes_won(self) -> tuple[int, int]:
        """High and low of the day to go beyond; 0 without any. What goes on holding is not measured by itself."""
        is_held = self.held_extremes_won != (0, 0)
        return self.held_extremes_won if is_held else (self.tape.high_won, self.tape.low_won)


class Reading(Struct, frozen=True, gc=False, array_like=True):
    """What a rule measures. It holds while distance is zero or less.

    value, threshold: in the rule's own UNIT. base_won: what the price is measured against, 0 for none.
    distance: how far the price still is from it, a ratio of the price; the planner ranks by it.
    is_moot: there is nothing to say, and nothing more to wait for: spent without a word.
    """

    value: float
    threshold: float
    distance: float
    base_won: float = 0.0
    is_moot: bool = False

    @property
    def holds(self) -> bool:
        """Whether the rule is met."""
        return self.distance <= 0
