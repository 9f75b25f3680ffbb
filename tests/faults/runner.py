"""Tries the points of a harness on all processors, and says of each failure how to have it again."""

import gc
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice, takewhile
from pathlib import Path
from threading import Semaphore
from typing import Any, NamedTuple, Protocol

from rich.console import Console
from rich.progress import track

from .story import Story

FAILURES_SHOWN_MAX = 10
TASKS_PER_PROCESS = 50
"""Of so many points each as are tried together. What failed at opening a file may have left it open."""
AHEAD_MAX, LOOK_S = 3, 0.1
"""So many times as can be tried at once are ready."""
MEMORY, MEMORY_BYTES_MIN = Path("/dev/shm"), 2**30


class Outcome(NamedTuple):
    """What became of one point. kind: for counting. problem: what is wrong, "" for nothing. tries: in it.

    also: other kinds that came up in it, and how often.
    """

    kind: str
    problem: str = ""
    tries: int = 1
    also: tuple[tuple[str, int], ...] = ()


class Harness(Protocol):
    """A kind of fault, and how it is tried."""

    @property
    def NAME(self) -> str:
        """What the command calls it."""
        ...

    @property
    def COUNT(self) -> int:
        """How many points the tests try."""
        ...

    @property
    def TOGETHER(self) -> int:
        """How many points one process tries after another: as many as have something in common."""
        ...

    @property
    def must_find(self) -> tuple[str, ...]:
        """The kinds of outcome that have to come up where as many are tried, or the harness does not see."""
        ...

    def points(self, seed: int) -> Iterator[Any]:
        """In an order that never changes."""
        ...

    def attempt(self, point: Any, folder: Path) -> Outcome:
        """Puts one fault in, and judges."""
        ...


class Report(NamedTuple):
    """How all went. failures: the index of each, and what is wrong. cpu_s: of all processors together."""

    kinds: Counter[str]
    failures: list[tuple[int, Any, str]]
    missed: list[str]
    seconds: float
    cpu_s: float


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="fault-", dir=_place()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path | None:
    """In memory, if there is room: what a disk would keep is modelled, and its own work costs a third of the time."""
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN
    return MEMORY if has_room else None


class Wanted(NamedTuple):
    """The first `count` points of a seed, or the one with the index `only`; minutes: or as many as fit into so many."""

    seed: int = 1
    count: int = 1
    only: int | None = None
    minutes: float | None = None

    def of(self, harness: Harness) -> Iterator[tuple[int, Any]]:
        """These points, numbered."""
        first, last = (0, self.count) if self.only is None else (self.only, self.only + 1)
        numbered = enumerate(harness.points(self.seed))
        if self.minutes is None:
            return islice(numbered, first, last)
        until_s = time.monotonic() + self.minutes * 60
        return takewhile(lambda point: time.monotonic() < until_s, numbered)


class Pace:
    """Hands points out as they are tried and no faster: those that wait are tried too, long after the time is over."""

    def __init__(self, ahead_max: int) -> None:
        self._free = Semaphore(ahead_max)
        self._is_over = False

    def of(self, points: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
        """These, each once there is room for it."""
        for point in points:
            while not self._free.acquire(timeout=LOOK_S):
                if self._is_over:
                    return
            yield point

    def went_on(self) -> None:
        """One of them was tried."""
        self._free.release()

    def end(self) -> None:
        """Nobody waits any more."""
        self._is_over = True


def tried(harness: Harness, wanted: Wanted) -> Report:
    """Tries what is wanted of a harness's points."""
    began_s = time.monotonic()
    total = None if wanted.minutes else wanted.count if wanted.only is None else 1
    kinds: Counter[str] = Counter()
    failures = []
    _warm_up()
    with _outcomes(harness, wanted) as outcomes:
        for index, point, outcome in track(
            outcomes, harness.NAME, total, console=Console(file=sys.stderr), disable=not sys.stderr.isatty()
        ):
            kinds.update(dict([(outcome.kind, outcome.tries), *outcome.also]))
            if outcome.problem:
                failures.append((index, point, outcome.problem))
    is_many = kinds.total() >= harness.COUNT
    missed = [kind for kind in harness.must_find if is_many and not kinds[kind]]
    return Report(kinds, sorted(failures, key=_index), missed, time.monotonic() - began_s, _cpu_s())


@contextmanager
def _outcomes(harness: Harness, wanted: Wanted) -> Iterator[Iterator[tuple[int, Any, Outcome]]]:
    """Of all that is wanted, in any order; at the end all processes have ended."""
    processes = os.cpu_count() or 1
    pace = Pace(AHEAD_MAX * processes * harness.TOGETHER)

    def paced(outcomes: Iterator[tuple[int, Any, Outcome]]) -> Iterator[tuple[int, Any, Outcome]]:
        for outcome in outcomes:
            pace.went_on()
            yield outcome

    with multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=TASKS_PER_PROCESS) as pool:
        try:
            points = pace.of(wanted.of(harness))
            yield paced(pool.imap_unordered(_Trial(harness.attempt), points, chunksize=harness.TOGETHER))
            pool.close()
            pool.join()
        finally:
            pace.end()


def _index(failure: tuple[int, Any, str]) -> int:
    return failure[0]


def _cpu_s() -> float:
    """Of this process and all its children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def told(name: str, seed: int, report: Report, canary: str | None = None) -> Iterator[str]:
    """The report, line by line."""
    planted = f' --canary "{canary}"' if canary else ""
    for index, point, problem in report.failures[:FAILURES_SHOWN_MAX]:
        yield f"{name}: {point}: {problem}\n    again: tools/fault-harness {name} --seed {seed} --only {index}{planted}"
    if report.missed:
        yield f"{name} is blind: nothing was {' or '.join(report.missed)}"
    counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.kinds.items()))
    tried = f"{report.kinds.total():,} tried in {report.seconds:.0f} s, {report.cpu_s:.0f} s of processor time"
    yield f"{name}: {tried} ({counts}); {len(report.failures):,} failed"


def _warm_up() -> None:
    """What a process does for the first time only, so that none of its many children has to.

    What there is by then is never garbage, and a child that looked for some would make all of it its own, page by page.
    """
    with own_folder() as folder:
        Story(0, lambda number, data: None).tell(folder)
    gc.collect()
    gc.freeze()


class _Trial:
    """Goes to the processes that try."""

    def __init__(self, attempt: Callable[[Any, Path], Outcome]) -> None:
        self._attempt = attempt

    def __call__(self, numbered: tuple[int, Any]) -> tuple[int, Any, Outcome]:
        with own_folder() as folder:
            try:
                return *numbered, self._attempt(numbered[1], folder)
            except Exception as bug:  # of the product or of the harness, with a point to have it again
                where = traceback.extract_tb(bug.__traceback__)[-1]
                problem = f"{type(bug).__name__}: {bug} ({Path(where.filename).name}:{where.lineno})"
                return *numbered, Outcome("raised", problem)
