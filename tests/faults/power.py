"""Loss of power at every moment of a recorded story, with what a disk may hold then.

What the writer promised has to be there, and what is there has to be whole. The same with SQLite syncing less than the
writer believes must show losses: otherwise this harness sees nothing.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

from eventlog.store import Durability

from .audit import Said, what_is_wrong
from .child import in_child, in_place
from .disk import NOT_ON_DISK, Disk, State, materialise
from .runner import Outcome, own_folder
from .story import Story
from .trace import Operation, operations_in

DRAWS_MAX = 16
"""Of one moment; fewer where little is loose."""
STARTED_SHARE = 8
"""Of so many states one is started from; the others are only read."""


class Point(NamedTuple):
    """A moment of a story, after so many operations and notes, and the how manieth draw of what is there then."""

    story: int
    durability: Durability
    pragma: str
    moment: int
    draw: int
    said: Said
    state: State

    def __str__(self) -> str:
        return f"story {self.story}, {self.durability} {self.pragma}, moment {self.moment}, draw {self.draw}"


class Cuts(NamedTuple):
    """A harness of power cuts. pragma: how SQLite syncs instead of as the writer wants, "" for not at all.

    must_find: the kinds of outcome without which it is blind; it is a test of the harness, not of the log, then.
    """

    NAME: str
    COUNT: int
    pragma: str = ""
    must_find: tuple[str, ...] = ()
    TOGETHER: int = 8

    def points(self, seed: int) -> Iterator[Point]:
        """Different states of one story after the other, shuffled, so that a few are of all kinds."""
        for number in count():
            durability: Durability = "normal" if number % 2 and not self.pragma else "full"
            found = list(_states(seed * 1000 + number, durability, self.pragma))
            Random(number).shuffle(found)
            yield from found

    def attempt(self, point: Point, folder: Path) -> Outcome:
        """What is wrong after one cut."""
        is_started = point.draw % STARTED_SHARE == 0
        problem = _judged(point, folder, is_started)
        kind = "whole" if not problem else "lost" if "promised commits are lost" in problem else "broken"
        return Outcome(kind, "" if self.must_find else problem)


ALL = (
    Cuts("power", 10_000),
    Cuts("power-normal", 200, "normal", must_find=("lost",)),
    Cuts("power-off", 200, "off", must_find=("broken", "lost")),
)


def _states(story: int, durability: Durability, pragma: str) -> Iterator[Point]:
    """What a disk may hold at every moment of a story, each but once."""
    root, operations = recorded(story, durability, pragma)
    disk, said = Disk(root), Said()
    seen: set[bytes] = set()
    for moment, one in enumerate(operations, start=1):
        disk.do(one)
        if one.kind == "!":
            said = said.after([(one.at, one.data)])
        for draw in range(min(DRAWS_MAX, disk.loose() + 1) if one.kind not in "!oxr" else 0):
            state = disk.top.cut(Random(f"{story} {moment} {draw}"))
            key = _key_of(state, said)
            if key not in seen:
                seen.add(key)
                yield Point(story, durability, pragma, moment, draw, said, state)


def _key_of(state: State, said: Said) -> bytes:
    """The same for two states that are the same, and after which the same was promised."""
    digest = sha256(repr(said.last).encode())
    for path, content in sorted(state.items()):
        digest.update(f"{path} {-1 if content is None else len(content)} ".encode())
        digest.update(content or b"")
    return digest.digest()


class Recording(NamedTuple):
    """A story that nothing happened to, told in a folder `root` that is gone by now."""

    root: Path
    operations: tuple[Operation, ...]


def recorded(story: int, durability: Durability, pragma: str) -> Recording:
    """All operations of a story."""
    with own_folder() as folder:
        root = folder / "data"
        end = in_child(folder, lambda shim: Story(story, shim.note, durability, pragma).tell(root), is_everything=True)
        assert not end.error, end.error
        recording = Recording(root, tuple(operations_in(end.trace)))
        _require_all(recording)
    return recording


def _require_all(recording: Recording) -> None:
    """What the operations come to is what is there; otherwise there are some that are not caught."""
    disk = Disk(recording.root)
    for one in recording.operations:
        disk.do(one)
    there = {str(path.relative_to(recording.root)): path for path in recording.root.rglob("*")}
    there = {name: path for name, path in there.items() if not name.endswith(NOT_ON_DISK)}
    found = {name: None if path.is_dir() else path.read_bytes() for name, path in there.items()}
    differing = sorted(name for name in {**found, **disk.top.whole()} if found.get(name) != disk.top.whole().get(name))
    assert not differing, f"{differing} are not what the recorded operations come to: shim.c misses some"


def _judged(point: Point, folder: Path, is_started: bool) -> str:
    root = folder / "data"
    root.mkdir()
    materialise(point.state, root)
    if is_started:
        error, _ = in_place(folder, lambda note: Story(point.moment, note).go_on(root))
        if error:
            return f"the next start failed: {error}"
    return "; ".join(what_is_wrong(root, point.said.lasting, point.said.told_seq, is_settled=is_started))
