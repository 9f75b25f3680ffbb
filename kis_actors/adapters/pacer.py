"""When the next call to KIS may begin: one pace for all callers of an app key, also those in other processes."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.file_lock import FileLock, Taken

SLOW_FACTOR = 2.0
SLOW_S = 60.0
RESOLUTION_S = 1e-6
"""Less than this is no wait: a clock shown as a float has no finer steps."""
LOOK_AGAIN_REAL_S = 0.02


class SharedTurn:
    """The one call under way among all processes on a data directory, and the end of the last one.

    Its times are Clock.elapsed_s, which is the machine's, not the process's. A directory without room for it, which
    KIS's keys need too, leaves each process its own pace.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = ExitStack()

    def take(self, wait: Callable[[], None]) -> float:
        """Returns when no other process is calling; the end of the last call, 0 if unknown."""
        while True:
            try:
                self._held.enter_context(FileLock(self._path.with_suffix(".lock"), ""))
                return float(self._path.read_text("ascii"))
            except Taken:
                wait()
            except (OSError, ValueError):
                return 0.0

    def give_back(self, ended_at_s: float) -> None:
        """The call is over."""
        try:
            self._path.write_text(f"{ended_at_s!r}", "ascii")
        except OSError:
            self._path.unlink(missing_ok=True)  # half a number would be worse than none
        finally:
            self.let_go()

    def let_go(self) -> None:
        """Without a call."""
        self._held.close()


class Pacer:
    """Keeps calls at least `gap_s` apart, all callers together: from the end of one to the start of the next.

    Measured from start to start, two calls could arrive closer, for they do not travel equally fast.
    """

    def __init__(
        self, gap_s: float, clock: Clock, wait: Callable[[float], None], shared: SharedTurn | None = None
    ) -> None:
        self._gap_s = gap_s
        self._clock = clock
        self._wait = wait
        self._shared = shared
        self._next_at_s = clock.elapsed_s()
        self._held_until_s = self._slow_until_s = self._next_at_s

    def __enter__(self) -> None:
        with ExitStack() as undo:  # a wait raises when the daemon stops
            if self._shared:
                undo.callback(self._shared.let_go)
                self._heed(self._shared.take(lambda: self._wait(LOOK_AGAIN_REAL_S * self._clock.speed)))
            # More than once, because a wait may end a little early.
            while (wait_s := max(self._next_at_s, self._held_until_s) - self._clock.elapsed_s()) > RESOLUTION_S:
                self._wait(wait_s)
            undo.pop_all()

    def __exit__(self, *_: object) -> None:
        ended_at_s = self._clock.elapsed_s()
        self._next_at_s = ended_at_s + self._gap_s * (SLOW_FACTOR if ended_at_s < self._slow_until_s else 1.0)
        if self._shared:
            self._shared.give_back(ended_at_s)

    def slow_down(self) -> None:
        """KIS said too often: for a minute all calls are further apart, but the next, which has a wait of its own."""
        self._slow_until_s = self._clock.elapsed_s() + SLOW_S

    def hold(self, duration_s: float) -> None:
        """No call before this is over: KIS said when to come again."""
        self._held_until_s = max(self._held_until_s, self._clock.elapsed_s() + duration_s)

    def held_s(self) -> float:
        """How much of that is left."""
        return max(0.0, self._held_until_s - self._clock.elapsed_s())

    def _heed(self, ended_at_s: float) -> None:
        """Another process called last; a time ahead of ours is from before the machine started."""
        if ended_at_s <= self._clock.elapsed_s():
            self._next_at_s = max(self._next_at_s, ended_at_s + self._gap_s)
