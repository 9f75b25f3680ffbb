"""The one writer of the log: takes what edges saw and actors decided, commits it in groups, then tells it in order.

A mailbox never holds what is not durable. Any error while writing ends the run: a failed COMMIT may have happened.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from threading import Condition, Lock, Thread
from typing import NamedTuple

from eventlog.mark import Mark
from eventlog.schema import Row
from eventlog.store import Writer
from kis_actors.durations import Durations
from kis_actors.messages import Event, NotifyRequested, Record
from kis_actors.recovery import CODEC
from kis_actors.turn import Core, hears

COMMIT_EVENTS_MAX = 1000
"""Commits hold what has gathered, never waiting for a timer: at the median 1 ms instead of 3."""

MARK_S = 1.0
"""At most so long a commit may stay without a high-water mark; a message to a person waits for one."""

Tell = Callable[[list[Record]], None]
Failure = Callable[[str, int, BaseException], None]
"""Called in the failing thread: who failed, at which seq, and the bug."""


class Unit(NamedTuple):
    """Events that follow from one cause; never split over two commits."""

    stream: str
    events: tuple[Event, ...]
    cause: int
    at_ns: int


class Journal:
    """Runs in its own thread between start and stop. observe and decided may be called from any thread.

    commit_times: of each commit with its link of the chain, its sync where there is one, and the mark if it was due.
    """

    def __init__(
        self, open_writer: Callable[[], Writer], *, last_at_ns: int, now_ns: Callable[[], int], failed: Failure
    ) -> None:
        self._open_writer = open_writer
        self._now_ns = now_ns
        self._failed = failed
        self._units: deque[Unit] = deque()
        lock = Lock()
        self._came, self._went = Condition(lock), Condition(lock)
        self._taken = self._told = self._waiting = 0
        self._last_commit: Mark | None = None
        self._is_stopping = False
        self._is_busy = False
        self._is_broken = False
        self._listeners: list[tuple[Core, Tell]] = []
        self._watchers: list[Tell] = []
        self._thread = Thread(target=self._run, name="Journal", daemon=True)
        self.last_seq = 0
        self.commit_times = Durations()
        self._last_at_ns = last_at_ns
        self._marked_s = time.monotonic()

    def listen(self, core: Core, tell: Tell) -> None:
        """From now on `tell` gets, in order, what `core` hears and its own decisions, once durable."""
        self._listeners.append((core, tell))

    def watch(self, tell: Tell) -> None:
        """From now on `tell` gets every record; it must be quick, for it runs in the journal's thread."""
        self._watchers.append(tell)

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        """Takes what an edge saw. cause: the seq of the question it answers."""
        self.decided(stream, (event,), cause)

    def decided(self, stream: str, events: tuple[Event, ...], cause: int) -> None:
        """Takes what an actor decided on the record `cause`; or all that an edge saw at once, which costs as one."""
        unit = Unit(stream, events, cause, self._now_ns())
        with self._came:
            self._units.append(unit)
            self._taken += 1
            self._waiting += len(events)
            self._came.notify()

    def backlog(self) -> int:
        """How many events wait to become durable."""
        return self._waiting

    def start(self) -> None:
        """Begins writing what has gathered."""
        self._thread.start()

    def flush(self, timeout_s: float) -> bool:
        """Waits until all that was taken is durable and told; false if that took too long, or never will be."""
        with self._went:
            return self._went.wait_for(self._is_idle, timeout_s) and not self._is_broken

    def settled(self, timeout_s: float) -> Mark | None:
        """A commit by which all is durable that was taken before this call; None if that took too long."""
        with self._went:
            taken = self._taken
            self._went.wait_for(lambda: self._is_broken or self._told >= taken, timeout_s)
            return self._last_commit if self._told >= taken else None

    def stop(self) -> None:
        """Writes what has gathered and lets go of the file."""
        with self._came:
            self._is_stopping = True
            self._came.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _is_idle(self) -> bool:
        return self._is_broken or (not self._units and not self._is_busy)

    def _run(self) -> None:
        try:
            self._write(self._open_writer())
        except Exception as bug:
            self._failed("journal", self.last_seq, bug)
            self._is_broken = True
            raise
        finally:
            with self._went:
                self._went.notify_all()

    def _write(self, writer: Writer) -> None:
        self.last_seq = writer.last_seq
        try:
            while units := self._gathered():
                self._commit(writer, units)
        except Exception:
            writer.abandon()
            raise
        writer.close()

    def _gathered(self) -> list[Unit]:
        """Waits for work; whole units up to about COMMIT_EVENTS_MAX events; empty when stopping."""
        with self._came:
            self._is_busy = False
            self._told = self._taken - len(self._units)
            self._went.notify_all()
            self._came.wait_for(lambda: self._units or self._is_stopping)
            units, count = [], 0
            while self._units and count < COMMIT_EVENTS_MAX:
                units.append(self._units.popleft())
                count += len(units[-1].events)
            self._waiting -= count
            self._is_busy = bool(units)
            return units

    def _commit(self, writer: Writer, units: list[Unit]) -> None:
        records = list(self._in_place(units))
        rows, began_s = [_row(record) for record in records], time.perf_counter()
        writer.append(rows, is_lasting=self._is_due(records))
        self.commit_times.add(time.perf_counter() - began_s)
        self.last_seq = records[-1].seq
        self._last_commit = Mark(writer.last_seq, writer.chain)
        self._tell(records)

    def _is_due(self, records: list[Record]) -> bool:
        """Whether the high-water mark must move now: before anybody is told anything, and once a second."""
        now_s = time.monotonic()
        is_due = now_s - self._marked_s >= MARK_S or any(type(one.event) is NotifyRequested for one in records)
        if is_due:
            self._marked_s = now_s
        return is_due

    def _in_place(self, units: list[Unit]) -> Iterable[Record]:
        """Units as records. Their time never runs backwards, so that cores may subtract it."""
        seq = self.last_seq
        for unit in units:
            self._last_at_ns = max(self._last_at_ns, unit.at_ns)
            for event in unit.events:
                seq += 1
                yield Record(seq=seq, stream=unit.stream, cause=unit.cause, at_ns=self._last_at_ns, event=event)

    def _tell(self, records: list[Record]) -> None:
        """First those who decide, whose threads wake up while the others only look."""
        kinds = {type(record.event) for record in records}
        streams = {record.stream for record in records}
        for core, tell in self._listeners:
            if kinds.isdisjoint(core.listens) and core.name not in streams:
                continue  # as most, when trades alone came: to look at each of those would cost as much as telling them
            heard = [record for record in records if record.stream == core.name or hears(core, record)]
            if heard:
                tell(heard)
        for watcher in self._watchers:
            watcher(records)


def _row(record: Record) -> Row:
    name, version, payload = CODEC.encode(record.event)
    return Row(record.seq, record.stream, name, version, record.cause, record.at_ns, payload)
