"""Values that several events carry."""

from datetime import date

from msgspec import Struct


class Rows(Struct, frozen=True, gc=False):
    """Rows as KIS sent them, all text: the column names once, then the values of each row."""

    columns: tuple[str, ...] = ()
    values: tuple[tuple[str, ...], ...] = ()

    def each(self) -> tuple[dict[str, str], ...]:
        """The rows as KIS's field names to text."""
        return tuple(dict(zip(self.columns, row, strict=False)) for row in self.values)


class Missed(Struct, frozen=True, gc=False):
    """A code that deserved a slot and got none. reason: no slot, cooling, refused, or churn budget."""

    code: str
    reason: str


class Disputed(Struct, frozen=True, gc=False):
    """A day on which KIS's calendar differs from ours. is_ours_kept: config/market.yaml says so itself."""

    day: date
    ours: str
    theirs: str
    is_ours_kept: bool


class Target(Struct, frozen=True, gc=False, omit_defaults=True):
    """A code that deserves a slot. score: higher is nearer to a signal. disparity: ratio against its average.

    rule, distance: the rule it is nearest to, and how far its price is from it, a ratio; below zero is beyond it.
    """

    code: str
    score: float
    disparity: float
    price_won: int
    rule: str = "disparity_threshold"
    distance: float = 0.0
