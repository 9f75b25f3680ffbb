"""When the next call to KIS may begin: one pacer for all callers of an app key in this process."""

from collections.abc import Callable

from kis_actors.adapters.clock import Clock

SLOW_FACTOR = 2.0
SLOW_S = 60.0
RESOLUTION_S = 1e-6
"""Less than this is no wait: a clock shown as a float has no finer steps."""


class Pacer:
    """Keeps calls at least `gap_s` apart, all callers together: from the end of one to the start of the next.

    Measured from start to start, two calls could arrive closer, for they do not travel equally fast.
    """

    def __init__(self, gap_s: float, clock: Clock, wait: Callable[[float], None]) -> None:
        self._gap_s = gap_s
        self._clock = clock
        self._wait = wait
        self._next_at_s = clock.elapsed_s()
        self._held_until_s = self._slow_until_s = self._next_at_s

    def __enter__(self) -> None:
        # More than once, because a wait may end a little early.
        while (wait_s := max(self._next_at_s, self._held_until_s) - self._clock.elapsed_s()) > RESOLUTION_S:
            self._wait(wait_s)

    def __exit__(self, *_: object) -> None:
        ended_at_s = self._clock.elapsed_s()
        self._next_at_s = ended_at_s + self._gap_s * (SLOW_FACTOR if ended_at_s < self._slow_until_s else 1.0)

    def slow_down(self) -> None:
        """KIS said too often: for a minute all calls are further apart, but the next, which has a wait of its own."""
        self._slow_until_s = self._clock.elapsed_s() + SLOW_S

    def hold(self, duration_s: float) -> None:
        """No call before this is over: KIS said when to come again."""
        self._held_until_s = max(self._held_until_s, self._clock.elapsed_s() + duration_s)

    def held_s(self) -> float:
        """How much of that is left."""
        return max(0.0, self._held_until_s - self._clock.elapsed_s())
