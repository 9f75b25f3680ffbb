"""What a measurement comes to: a figure of ours, mostly beside another's of the same run, and what it should be."""

from statistics import median
from typing import NamedTuple


class Bound(NamedTuple):
    """What a value should reach, or stay within; in the unit of that value, a ratio without one."""

    value: float
    is_least: bool

    def holds(self, value: float) -> bool:
        """Whether `value` is as it should be."""
        return value >= self.value if self.is_least else value <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.is_least else '≤'} {self.value:,.10g}"


def at_least(value: float) -> Bound:
    """Not below `value`."""
    return Bound(value, is_least=True)


def at_most(value: float) -> Bound:
    """Not above `value`."""
    return Bound(value, is_least=False)


class Figure(NamedTuple):
    """One line of the table: how it was in each round.

    ours, theirs: in `unit`; theirs is empty where the aim is absolute, and where nobody was there to compare with.
    against: whom or what theirs is of. absent: why theirs is missing, "" if it is not, or nobody is to be there.
    aim: of the ratio ours/theirs if `against` is named, else of ours. floor: of the ratio, for --quick; generous,
    since machines are noisy. None where only an absolute value could be judged, which depends on the machine.
    """

    name: str
    unit: str
    ours: tuple[float, ...]
    aim: Bound
    against: str = ""
    theirs: tuple[float, ...] = ()
    floor: Bound | None = None
    absent: str = ""

    @property
    def judged(self) -> tuple[float, ...]:
        """What the aim is of, round by round: the ratios, or ours; empty if somebody is absent."""
        if self.absent:
            return ()
        if not self.against:
            return self.ours
        return tuple(one / other for one, other in zip(self.ours, self.theirs, strict=True))

    @property
    def verdict(self) -> str:
        """met, missed or skipped: the median decides."""
        if not self.judged:
            return "skipped"
        return "met" if self.aim.holds(median(self.judged)) else "missed"

    @property
    def is_below_floor(self) -> bool:
        """Whether a ratio is beyond what noise explains."""
        return bool(self.against and self.judged and self.floor and not self.floor.holds(median(self.judged)))


def stated(name: str, unit: str, ours: tuple[float, ...], *, aim: Bound) -> Figure:
    """A figure whose aim is absolute: milliseconds, bytes. It has no floor, for a machine may be slow."""
    return Figure(name, unit, ours, aim)
