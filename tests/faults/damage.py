"""Day files that are not what was written: flipped bits, pages zeroed or swapped, files cut, gone, stale or of others.

Whatever a reader would then see otherwise has to be reported by verify; of what is as it was, nothing may be. Only what
is lost at the very end, beyond the high-water mark, cannot be known.
"""

import sqlite3
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from eventlog.mark import Mark, mark_path_of
from eventlog.reading import open_reader
from eventlog.snapshot import snapshot_path_of
from eventlog.verdict import verdict_on
from kis_actors.commands import log_care
from kis_actors.day_files import Damaged, inspected
from kis_actors.messages import NAMES, NotifyRequested, RunEnded

from .disk import Disk, State, materialise
from .mutations import MUTATIONS, layout_of
from .power import recorded
from .runner import Outcome, own_folder
from .story import ACTOR

NAME = "damage"
COUNT = 7000
TOGETHER = 100
must_find = ("reported", "nothing to be seen", "end lost beyond the mark")
OTHER_FILE_SHARE = 0.15
LOOKED_FOR = [NAMES[kind][0] for kind in (NotifyRequested, RunEnded)]


class Base(NamedTuple):
    """A story's files at some moment, those at an earlier one and of another story, and what a reader sees in them."""

    state: State
    earlier: State
    foreign: State
    day_path: Path
    mark_seq: int
    seen: Any
    start: "Start"


class Start(NamedTuple):
    """What the daemon goes on from."""

    states: dict[str, Any]
    undecided: tuple[Any, ...]
    last_seq: int


class Point(NamedTuple):
    """One thing done to the files that a story had at this moment."""

    story: int
    moment: float
    draw: int


def points(seed: int) -> Iterator[Point]:
    """So many of one moment, then of another."""
    for number in count():
        story = seed * 1000 + number
        moment = min(1.0, Random(story).uniform(0.3, 1.3))  # the end is a file that nobody has open
        yield from (Point(story, moment, draw) for draw in range(TOGETHER))


def attempt(point: Point, folder: Path) -> Outcome:
    """One mutation, judged; the first of each moment is none."""
    base = _base(point.story, point.moment)
    if point.draw == 0:
        materialise(base.state, folder)
        said = verify(folder / base.day_path)
        return Outcome("clean", f"a false alarm: {said}" if said else "")
    state, what = mutated(base, Random(f"{point}"))
    materialise(state, folder)
    outcome = _judged(base, folder / base.day_path)
    return outcome._replace(problem=f"{what}: {outcome.problem}" if outcome.problem else "")


def mutated(base: Base, chance: Random) -> tuple[State, str]:
    """The files with one thing done to one of them, and which; they are not what they were."""
    return changed(base.state, lambda: _struck(base, chance))


def changed(state: State, strike: Callable[[], tuple[State, str]]) -> tuple[State, str]:
    """What the first of several strikes comes to that leaves something else than `state`."""
    struck = strike()
    while struck[0] == state:
        struck = strike()
    return struck


def _struck(base: Base, chance: Random) -> tuple[State, str]:
    db = str(base.day_path)
    wal = f"{db}-wal"
    mark = str(mark_path_of(base.day_path))
    if chance.random() < OTHER_FILE_SHARE:
        name = chance.choice((db, wal, wal, mark))
        kind, other = chance.choice((("stale", base.earlier), ("foreign", base.foreign), ("missing", {})))
        if not base.mark_seq and kind == "foreign":  # while nothing is marked, one log is as good as another
            kind, other = "stale", base.earlier
        if name == db and not other.get(db):  # a day that is gone altogether is no day file
            name = wal
        return put(base.state, name, other.get(name)), f"{name} is {kind}"
    names = (db, db, db, wal, wal, wal, mark, str(snapshot_path_of(base.day_path)))
    return hurt(base.state, chance.choice([one for one in names if base.state.get(one)]), chance)


def hurt(state: State, name: str, chance: Random) -> tuple[State, str]:
    """One of the files with something done to its bytes, and what."""
    mutation = chance.choice(MUTATIONS)
    content = bytearray(state[name] or b"")
    mutation(content, layout_of(name), chance)
    return put(state, name, bytes(content)), f"{mutation.__name__} in {name}"


def put(state: State, name: str, content: bytes | None) -> State:
    """A file that is None is not there."""
    rest = {path: one for path, one in state.items() if path != name}
    return rest if content is None else {**rest, name: content}


def verify(path: Path) -> str:
    """What `kis-actors verify` says of a file; "" for nothing."""
    return "; ".join(log_care._findings(path, verdict_on(path)))


def seen_in(path: Path) -> Any:
    """All that a reader may see; an error is something it sees, too."""
    try:
        with open_reader(path) as reader:
            return (
                list(reader.rows()), list(reader.rows(is_notable=True)), list(reader.rows(types=LOOKED_FOR)),
                list(reader.rows(streams=[ACTOR.name], is_notable=True)), reader.last_commit(),
            )  # fmt: skip
    except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
        return f"{type(error).__name__}: {error}"


def start_from(path: Path) -> Start | None:
    """What the daemon would go on from; None if it would not."""
    try:
        rebuilt, _ = inspected(path, (ACTOR,))
        return Start(rebuilt.states, rebuilt.undecided, rebuilt.last_seq)
    except (Damaged, sqlite3.Error, ValueError, KeyError):
        return None


def _judged(base: Base, path: Path) -> Outcome:
    seen, said = seen_in(path), verify(path)
    is_tail = seen != base.seen and _is_tail_lost(base, seen)
    if seen != base.seen and not said and not is_tail:
        return Outcome("unseen", f"verify finds nothing, but a reader sees {difference(base.seen, seen)}")
    start = start_from(path)
    if start and start != base.start and not is_tail:
        return Outcome("taken", f"a start takes {start} for {base.start}; verify says: {said or 'nothing'}")
    if is_tail and not said:
        return Outcome("end lost beyond the mark")
    return Outcome("reported" if said else "nothing to be seen")


def _is_tail_lost(base: Base, seen: Any) -> bool:
    """Whether the file is as it was at some time after its mark; a log that was cut off there looks the same."""
    if isinstance(seen, str):
        return False
    rows, end = seen[0], seen[-1][0]
    return bool(base.mark_seq <= end and rows == [row for row in base.seen[0] if row.seq <= end])


def difference(was: Any, now: Any) -> str:
    """What a reader sees otherwise, in words."""
    if isinstance(now, str):
        return now
    names = ("rows", "notable rows", "rows by type", "rows by stream", "last commit")
    return ", ".join(
        f"{name}: {len(a) if isinstance(a, list) else a} before, {len(b) if isinstance(b, list) else b} now"
        for name, a, b in zip(names, was, now, strict=True) if a != b
    )  # fmt: skip


@lru_cache(maxsize=2)
def _base(story: int, moment: float) -> Base:
    """The story's files at this moment, a share of it."""
    state, root = _state_at(story, moment), Path("events")
    day_path = max(path for path in map(Path, state) if path.suffix == ".db")
    assert day_path.parent == root
    with own_folder() as folder:
        materialise(state, folder)
        path = folder / day_path
        mark = verdict_on(path).mark or Mark(0, b"")
        seen, start = seen_in(path), start_from(path)
        assert start, "files that nobody touched are refused"
    earlier = _state_at(story, moment * Random(story).uniform(0.5, 0.98))
    return Base(state, earlier, _state_at(story + 501, moment), day_path, mark.seq, seen, start)


def _state_at(story: int, share: float) -> State:
    """The files of a story after a share of its operations."""
    root, operations = recorded(story, "full", "")
    disk = Disk(root)
    for one in operations[: round(len(operations) * share)]:
        disk.do(one)
    return disk.top.whole()
