"""Checks a day file and rebuilds the states at its end; of a long one, in two processes at once.

Python runs on one core, and a day of a million frames takes it twice as long as two. Only what is known to be whole is
used, whichever was done first.
"""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

from eventlog.reading import length_of
from eventlog.snapshot import Snapshot
from eventlog.verdict import Verdict, verdict_on
from kis_actors.recovery import Rebuilt, rebuilt_from
from kis_actors.turn import Core

LONG = 100_000
"""Records to read. Another process begins to be of use only after half a second."""
BUSIEST = "signal"
"""The actor that reads every frame; it takes as long as the check and all other actors."""


def checked_and_rebuilt(
    path: Path, cores: tuple[Core, ...], snapshot: Snapshot | None
) -> tuple[Verdict, Callable[[], Rebuilt]]:  # fmt: skip
    """What is to be said of the file from its snapshot on and, if nothing is wrong with it, the states at its end."""
    after = snapshot.seq - 1 if snapshot else 0  # the snapshot's last record is read for its time
    if length_of(path, after) >= LONG and _cores() > 1:
        with suppress(OSError, ImportError, BrokenProcessPool):  # no room, or no right, for another process
            return _by_two(path, cores, snapshot, after)
    return verdict_on(path, after=after), lambda: rebuilt_from(path, cores, snapshot)


def _by_two(
    path: Path, cores: tuple[Core, ...], snapshot: Snapshot | None, after: int
) -> tuple[Verdict, Callable[[], Rebuilt]]:  # fmt: skip
    busiest = tuple(core for core in cores if core.name == BUSIEST)
    others = tuple(core for core in cores if core.name != BUSIEST)
    with ProcessPoolExecutor(1, get_context("spawn"), _begin) as beside, ThreadPoolExecutor(1) as here:
        verdict = beside.submit(verdict_on, path, after=after)
        theirs = beside.submit(_share, path, others, snapshot)
        ours = here.submit(_share, path, busiest, snapshot)
        wait((theirs, ours))  # of a damaged file they may fail, which is said after that
        if isinstance(theirs.exception(), BrokenProcessPool):
            theirs.result()
        return verdict.result(), lambda: _together(cores, ours.result(), theirs.result())


def _together(cores: tuple[Core, ...], *parts: Rebuilt) -> Rebuilt:
    """As if one process had rebuilt all: what is undecided, by its cause and in the order of the actors."""
    order = [core.name for core in cores]
    states = {name: state for part in parts for name, state in part.states.items()}
    undecided = sorted(
        (one for part in parts for one in part.undecided), key=lambda one: (one.cause, order.index(one.stream))
    )
    last = parts[0]
    return Rebuilt({name: states[name] for name in order}, tuple(undecided), last.last_seq, last.last_at_ns)


def _share(path: Path, cores: tuple[Core, ...], snapshot: Snapshot | None) -> Rebuilt:
    return rebuilt_from(path, cores, snapshot)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin() -> None:
    """In the other process. Ctrl-C reaches it too, and it has nothing to say about that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
