"""Tries the points of a harness on all processors, and says of each failure how to have it again."""

import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from rich.console import Console
from rich.progress import track

from .story import Story

FAILURES_SHOWN_MAX = 10
MEMORY, MEMORY_BYTES_MIN = Path("/dev/shm"), 2**30


class Outcome(NamedTuple):
    """What became of one point. kind: for counting. problem: what is wrong, "" for nothing. tries: in it."""

    kind: str
    problem: str = ""
    tries: int = 1


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
    def must_find(self) -> tuple[str, ...]:
        """The kinds of outcome that have to come up, or the harness does not see."""
        ...

    def points(self, seed: int) -> Iterator[Any]:
        """In an order that never changes."""
        ...

    def attempt(self, point: Any, folder: Path) -> Outcome:
        """Puts one fault in, and judges."""
        ...


class Report(NamedTuple):
    """How all went. failures: the index of each, and what is wrong."""

    kinds: Counter[str]
    failures: list[tuple[int, Any, str]]
    missed: list[str]
    seconds: float


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


def tried(harness: Harness, *, seed: int, count: int, only: int | None) -> Report:
    """Tries the first `count` points, or the one with the index `only`."""
    began_s = time.monotonic()
    indices = range(count) if only is None else range(only, only + 1)
    points = zip(indices, islice(harness.points(seed), indices.start, indices.stop), strict=True)
    kinds: Counter[str] = Counter()
    failures = []
    _warm_up()
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        outcomes = pool.imap_unordered(_Trial(harness.attempt), points, chunksize=8)
        for index, point, outcome in track(
            outcomes, harness.NAME, len(indices), console=Console(file=sys.stderr), disable=not sys.stderr.isatty()
        ):
            kinds[outcome.kind] += outcome.tries
            if outcome.problem:
                failures.append((index, point, outcome.problem))
    missed = [kind for kind in harness.must_find if not kinds[kind] and only is None]
    return Report(kinds, sorted(failures), missed, time.monotonic() - began_s)


def told(name: str, seed: int, report: Report) -> Iterator[str]:
    """The report, line by line."""
    for index, point, problem in report.failures[:FAILURES_SHOWN_MAX]:
        yield f"{name}: {point}: {problem}\n    again: tools/fault-harness {name} --seed {seed} --only {index}"
    if report.missed:
        yield f"{name} is blind: nothing was {' or '.join(report.missed)}"
    counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.kinds.items()))
    tried = f"{report.kinds.total():,} tried in {report.seconds:.0f} s"
    yield f"{name}: {tried} ({counts}); {len(report.failures):,} failed"


def _warm_up() -> None:
    """What a process does for the first time only, so that none of its many children has to."""
    with own_folder() as folder:
        Story(0, lambda number, data: None).tell(folder)


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
