"""What a rule sees and what it says; every rule file speaks in these."""

from msgspec import Struct

from kis_actors.settings import Signal


class Sight(Struct, frozen=True, gc=False):
    """One trade of one code, with what a rule may weigh it against. closes_won: completed days, oldest first."""

    price_won: int
    closes_won: tuple[int, ...]
    settings: Signal


class Crossing(Struct, frozen=True, gc=False):
    """The line was crossed. value, threshold: in the rule's own measure. average_won: what the price is against."""

    value: float
    threshold: float
    average_won: float
