"""How long something takes, counted as it happens; cheap enough for every commit. Must not know what is measured."""

from bisect import bisect_left

BOUNDS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Durations:
    """Counts since it was made. Written by one thread, read by any.

    counts: how many took at most as long as the bound of BOUNDS_S at the same place, and longer than the one before;
    behind the last bound, those that took longer.
    """

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.total_s = 0.0

    def add(self, duration_s: float) -> None:
        """One more."""
        self.counts[bisect_left(BOUNDS_S, duration_s)] += 1
        self.total_s += duration_s
