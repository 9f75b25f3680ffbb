"""SIGKILL at an exact file operation of the real writer, before it or inside a write; often again while it recovers.

Every operation that changes a disk is a point, and every write twice. What was promised has to be there afterwards.
"""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

from eventlog.store import Durability

from .audit import Said, what_is_wrong
from .child import in_child, in_place
from .runner import Outcome, own_folder
from .shim import CHANGES, Fate, Shim
from .story import Story
from .trace import notes_in, operations_in

NAME = "kill"
COUNT = 2000
TOGETHER = 8
must_find = ("killed", "killed twice")
RECOVERY_KILLED_SHARE = 0.3
RECOVERY_OPERATIONS = 250


class Point(NamedTuple):
    """Where a story is killed, and where its recovery is; a torn write stops after `part` of its bytes."""

    story: int
    operation: int
    fate: Fate
    part: float
    again_at: int
    durability: Durability


def points(seed: int) -> Iterator[Point]:
    """Every point of one story after the other, shuffled, so that a few are of all kinds."""
    for number in count():
        story = seed * 1000 + number
        chance = Random(story)
        durability: Durability = "normal" if number % 2 else "full"
        found = []
        for operation, kind in enumerate(_changes(story, durability)):
            for fate in (Fate.KILL, Fate.TEAR) if kind == "w" else (Fate.KILL,):
                is_again = chance.random() < RECOVERY_KILLED_SHARE
                again_at = chance.randrange(RECOVERY_OPERATIONS) if is_again else -1
                found.append(Point(story, operation, fate, chance.random(), again_at, durability))
        chance.shuffle(found)
        yield from found


def attempt(point: Point, folder: Path) -> Outcome:
    """One life that is killed, perhaps another, and one that is not."""
    said, kills = Said(), 0
    for life in (_first(point, folder), _second(point, folder))[: 1 + (point.again_at >= 0)]:
        end = in_child(folder, life)
        said = said.after(notes_in(end.trace))
        if end.error:
            return Outcome("raised", f"after {kills} kills: {end.error}")
        kills += end.is_killed
    last = point.story + 2 * point.operation + 1
    error, notes = in_place(folder, lambda note: Story(last, note, point.durability).go_on(folder / "data"))
    if error:
        return Outcome("raised", f"after {kills} kills: {error}")
    said = said.after(notes)
    problem = "; ".join(what_is_wrong(folder / "data", said.promises, said.told_seq))
    return Outcome(("not reached", "killed", "killed twice")[kills], problem)


def _first(point: Point, folder: Path) -> Callable[[Shim], None]:
    def live(shim: Shim) -> None:
        _plan(shim, point, point.operation)
        Story(point.story, shim.note, point.durability).tell(folder / "data")

    return live


def _second(point: Point, folder: Path) -> Callable[[Shim], None]:
    def live(shim: Shim) -> None:
        _plan(shim, point, point.again_at)
        Story(point.story + point.operation, shim.note, point.durability).go_on(folder / "data")

    return live


def _plan(shim: Shim, point: Point, operation: int) -> None:
    if operation >= 0:
        shim.plan(CHANGES, point.fate, first=operation, last=operation, part=point.part)


def _changes(story: int, durability: Durability) -> Iterator[str]:
    """The kinds of the operations of a story that nothing happens to."""
    with own_folder() as folder:
        point = Point(story, -1, Fate.NOTHING, 0, -1, durability)
        end = in_child(folder, _first(point, folder), is_everything=True)
    return (one.kind for one in operations_in(end.trace) if one.kind in CHANGES)
