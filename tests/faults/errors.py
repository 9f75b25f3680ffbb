"""EIO, ENOSPC and short writes at every file operation of a story, once or from then on.

A run may end over it, with an error that says so; it may not lie, hang, or leave behind what nobody can go on with.
The next one starts in the same process, as the daemon does at first, so nothing may be left open in a bad state either.
"""

import errno
import gc
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

from .audit import Said, what_is_wrong
from .child import HANGS_AFTER_S, in_place
from .runner import Outcome, own_folder
from .shim import ANY, SPACE, Fate, Shim
from .story import Note, Story

NAME = "error"
COUNT = 2430
"""A few more than there are in the first story of seed 1."""
TOGETHER = 8
must_find = ("stopped", "went on")
EXPECTED = ("Failed", "OSError", "DiskTrouble")
"""What a run may end with: the journal's own word, the system's, and that of who opens a log. Never "damaged"."""
FOR_EVER = 1_000_000_000


class Fault(NamedTuple):
    """What goes wrong, in which operations, and how."""

    name: str
    kinds: str
    fate: Fate
    error: int = 0
    part: float = 0.0


FAULTS = (
    Fault("EIO", ANY, Fate.FAIL, errno.EIO),
    Fault("ENOSPC", SPACE, Fate.FAIL, errno.ENOSPC),
    Fault("short write", "w", Fate.SHORTEN, part=0.5),
)


SHORT, LONG = (1, 1), (2, 4)
"""How many links a run has: the first story of a seed is short, and of one day, so that the tests try all of it."""


class Hung(Exception):
    """It did not end in time."""


class Point(NamedTuple):
    """At which of the operations that the fault is about it comes, and whether it goes away again."""

    story: int
    links: tuple[int, int]
    fault: Fault
    operation: int
    is_for_ever: bool

    def __str__(self) -> str:
        how_long = "on" if self.is_for_ever else "once"
        return f"story {self.story}, {self.fault.name} from operation {self.operation} {how_long}"


def points(seed: int) -> Iterator[Point]:
    """Every point of one story after the other, shuffled, so that a few are of all kinds."""
    for number in count():
        story, links = seed * 3000 + number, LONG if number else SHORT
        found = [
            Point(story, links, fault, operation, is_for_ever)
            for fault in FAULTS
            for operation in range(_operations(story, links, fault.kinds))
            for is_for_ever in (False, True)
        ]
        Random(story).shuffle(found)
        yield from found


def attempt(point: Point, folder: Path) -> Outcome:
    """A life with the fault, and one without."""
    (folder / "data").mkdir()
    with _quiet_and_in_time():
        ended, said = _struck(point, folder)
        kind = ended.partition(":")[0]
        if kind and kind not in EXPECTED:
            return Outcome("raised", ended)
        error, notes = in_place(folder, lambda note: Story(point.operation, note).go_on(folder / "data"))
    if error:
        return Outcome("raised", f"after {ended or 'no error'}: {error}")
    said = said.after(notes)
    problem = "; ".join(what_is_wrong(folder / "data", said.promises, said.told_seq))
    return Outcome("stopped" if kind else "went on", problem)


def _struck(point: Point, folder: Path) -> tuple[str, Said]:
    """What the run ended with, "" for nothing, and what it promised before. All it had open is closed by then."""
    fault, shim = point.fault, Shim()
    last = point.operation + (FOR_EVER if point.is_for_ever else 0)

    def live(note: Note) -> None:
        shim.plan(fault.kinds, fault.fate, first=point.operation, last=last, error=fault.error, part=fault.part)
        Story(point.story, note, links=point.links).tell(folder / "data")

    try:
        ended, notes = in_place(folder, live)
        gc.collect()
    finally:
        shim.plan("")
    return ended, Said().after(notes)


@contextmanager
def _quiet_and_in_time() -> Iterator[None]:
    """Threads that end with an error do not say so here; whoever waits for too long raises Hung."""

    def wake(number: int, frame: object) -> None:
        raise Hung(f"nothing happened for {HANGS_AFTER_S} s")

    told, threading.excepthook = threading.excepthook, lambda about: None
    before = signal.signal(signal.SIGALRM, wake)
    signal.alarm(HANGS_AFTER_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        threading.excepthook = told


def _operations(story: int, links: tuple[int, int], kinds: str) -> int:
    """How many operations of these kinds there are in a story that nothing happens to."""
    shim = Shim()
    with own_folder() as folder:
        (folder / "data").mkdir()
        shim.plan(kinds)
        error, _ = in_place(folder, lambda note: Story(story, note, links=links).tell(folder / "data"))
        seen = shim.seen()
        shim.plan("")
    assert not error, error
    return seen
