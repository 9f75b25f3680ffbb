"""Rounds of several contenders, taken in turns, so that what slows the machine down slows down all of them."""

import time
from collections.abc import Callable
from typing import NamedTuple

from benchmarks.figures import Bound, Figure, stated

Tell = Callable[[str], None]
"""Hears what is being done now."""


class Contender(NamedTuple):
    """Somebody who can do a piece of work again and again.

    amount: of work in a round, in units of the race. take: does one round; answers how many seconds it took.
    """

    name: str
    amount: int
    take: Callable[[], float]


class Absent(NamedTuple):
    """Somebody who could not come, and why."""

    name: str
    reason: str


def timed(
    name: str, amount: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> Contender:  # fmt: skip
    """A contender whose rounds are `work` and nothing else. clock: process_time where the work never waits."""

    def take() -> float:
        began = clock()
        work()
        return clock() - began

    return Contender(name, amount, take)


class Race(NamedTuple):
    """What each came to, by name, a value a round. ours: whom the others are compared with.

    unit: "s" for the seconds that a round takes; else of a rate, such as frames/s.
    """

    unit: str
    ours: str
    values: dict[str, tuple[float, ...]]
    absent: dict[str, str]

    def against(self, other: str, name: str, *, aim: Bound, floor: Bound | None = None) -> Figure:
        """Ours beside `other`'s, as a figure called `name`."""
        theirs, absent = self.values.get(other, ()), self.absent.get(other, "")
        return Figure(name, self.unit, self.values[self.ours], aim, other, theirs, floor, absent)

    def alone(self, name: str, *, aim: Bound, of: str = "") -> Figure:
        """Values of ours, or `of` another, against an absolute aim."""
        return stated(name, self.unit, self.values[of or self.ours], aim=aim)


def race(unit: str, rounds: int, tell: Tell, ours: Contender, *others: Contender | Absent) -> Race:
    """So many rounds of each, after one that does not count; every other one in the opposite order.

    Ends with what a round raises.
    """
    running = [ours, *(one for one in others if isinstance(one, Contender))]
    values: dict[str, list[float]] = {one.name: [] for one in running}
    for number in range(rounds + 1):
        for one in running if number % 2 else reversed(running):
            tell(f"round {number} of {rounds}, {one.name}" if number else f"warming up, {one.name}")
            took_s = one.take()
            values[one.name].append(took_s if unit == "s" else one.amount / took_s)
    counted = {name: tuple(each[1:]) for name, each in values.items()}
    return Race(unit, ours.name, counted, {one.name: one.reason for one in others if isinstance(one, Absent)})
