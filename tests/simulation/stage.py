"""What the parts of the simulated world share: time, chance, the fates, and the way into the log."""

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from kis_actors.messages import NAMES, Event, Record
from kis_actors.settings import Settings
from kis_actors.units import NS_PER_S, instant_of_ns, ns_of_instant
from simulation.disk import Broken, Disk
from simulation.fates import Fates, codes_of, fates_of, settings_of

Action = Callable[[], Any]
Tell = Callable[[str], None]


class Stage:
    """One thread, one clock, one source of chance. life: how manieth process lives; what was asked dies with it.

    handling: the record whose consequences are under way. tell: gets each line of the trace, if anybody reads it.
    """

    def __init__(self, seed: int, start: datetime, tell: Tell | None = None) -> None:
        self.chance = Random(seed)
        self.settings: Settings = settings_of(self.chance)
        self.codes = codes_of(self.chance)
        self.fates: Fates = fates_of(self.chance)
        self.disk = Disk()
        self.now_ns = ns_of_instant(start)
        self.life = 0
        self.inputs = 0
        self.handling: Record | None = None
        self._tell = tell
        self._agenda: list[tuple[int, int, int, Action]] = []
        self._planned = 0
        self._journal: Any = None

    @property
    def now(self) -> datetime:
        """The instant, KST."""
        return instant_of_ns(self.now_ns)

    @property
    def day_before(self) -> date:
        """The last completed day, as far as bars are concerned."""
        return self.now.date() - timedelta(days=1)

    def trace(self, what: str, *about: Any) -> None:
        """One line for who reads along; `about` is only put into words if somebody does."""
        if self._tell:
            self._tell(f"{self.now:%m-%d %H:%M:%S.%f} {what} {' '.join(map(str, about))}")

    def happens(self, probability: float) -> bool:
        """Chance's word; it is asked even about what cannot be, so that calm is drawn like trouble."""
        return self.chance.random() < probability

    def in_world(self, wait_s: float, action: Action) -> None:
        """Does `action` later, whatever becomes of the process."""
        self._plan(wait_s, 0, action)

    def in_process(self, wait_s: float, action: Action) -> None:
        """Does `action` later, if the process still lives."""
        self._plan(wait_s, self.life, action)

    def happen_next(self) -> None:
        """Moves the clock to the next thing, and does it."""
        due_ns, _, life, action = heapq.heappop(self._agenda)
        self.now_ns = max(self.now_ns, due_ns)
        if life in (0, self.life):
            action()

    def pass_until(self, at_ns: int) -> None:
        """Lets the world go on while there is no process."""
        while self._agenda and self._agenda[0][0] <= at_ns:
            self.happen_next()
        self.now_ns = max(self.now_ns, at_ns)

    def attach(self, journal: Any) -> None:
        """From now on edges observe into this journal; None while there is no process."""
        self._journal = journal

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        """What an edge saw; lost if there is nobody to take it."""
        if self._journal is not None:
            self.inputs += 1
            self.trace("saw", stream, event)
            self._journal.observe(stream, event, cause)

    def is_flushed(self) -> bool:
        """Whether all that was taken is durable."""
        return self._journal is not None and not self._journal.backlog()

    def require_durable(self, record: Record | None) -> None:
        """Whoever acts in the world shows what asked for it. Raises Broken if that is not in the log."""
        row = self.disk.row(record.seq) if record else None
        if record is None or row is None or row.type != NAMES[type(record.event)][0] or row.stream != record.stream:
            raise Broken(f"I3: an effect of {record} which is not durable")

    def after_s(self, wait_s: float) -> int:
        """The nanosecond `wait_s` from now."""
        return self.now_ns + int(wait_s * NS_PER_S)

    def _plan(self, wait_s: float, life: int, action: Action) -> None:
        self._planned += 1
        heapq.heappush(self._agenda, (self.after_s(wait_s), self._planned, life, action))
