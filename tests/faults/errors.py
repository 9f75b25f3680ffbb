"""EIO, ENOSPC and short writes at every file operation of a story, once or from then on.

A run may end over it, with an error that says so; it may not lie, hang, or leave behind what nobody can go on with.
"""

import errno
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

from .audit import Said, what_is_wrong
from .child import in_child, in_place
from .runner import Outcome, own_folder
from .shim import ANY, SPACE, Fate, Shim
from .story import Story
from .trace import notes_in

NAME = "error"
COUNT = 1000
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


class Point(NamedTuple):
    """At which of the operations that the fault is about it comes, and whether it goes away again."""

    story: int
    fault: Fault
    operation: int
    is_for_ever: bool

    def __str__(self) -> str:
        how_long = "on" if self.is_for_ever else "once"
        return f"story {self.story}, {self.fault.name} from operation {self.operation} {how_long}"


def points(seed: int) -> Iterator[Point]:
    """Every point of one story after the other, shuffled, so that a few are of all kinds."""
    for number in count():
        story = seed * 1000 + number
        found = [
            Point(story, fault, operation, is_for_ever)
            for fault in FAULTS
            for operation in range(_operations(story, fault.kinds))
            for is_for_ever in (False, True)
        ]
        Random(story).shuffle(found)
        yield from found


def attempt(point: Point, folder: Path) -> Outcome:
    """A life with the fault, and one without."""
    last = point.operation + (FOR_EVER if point.is_for_ever else 0)
    fault = point.fault
    end = in_child(folder, _life(
        point.story, folder,
        lambda shim: shim.plan(
            fault.kinds, fault.fate, first=point.operation, last=last, error=fault.error, part=fault.part
        ),
    ))  # fmt: skip
    kind = end.error.partition(":")[0]
    if kind and kind not in EXPECTED:
        return Outcome("raised", end.error)
    said = Said().after(notes_in(end.trace))
    error, notes = in_place(folder, lambda note: Story(point.operation, note).go_on(folder / "data"))
    if error:
        return Outcome("raised", f"after {end.error or 'no error'}: {error}")
    said = said.after(notes)
    problem = "; ".join(what_is_wrong(folder / "data", said.promises, said.told_seq))
    return Outcome("stopped" if kind else "went on", problem)


def _life(story: int, folder: Path, plan: Callable[[Shim], None]) -> Callable[[Shim], None]:
    def live(shim: Shim) -> None:
        plan(shim)
        Story(story, shim.note).tell(folder / "data")

    return live


def _operations(story: int, kinds: str) -> int:
    """How many operations of these kinds there are in a story that nothing happens to."""
    with own_folder() as folder:
        end = in_child(folder, _life(story, folder, lambda shim: shim.plan(kinds)))
    assert not end.error, end.error
    return end.seen
