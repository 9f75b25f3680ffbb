"""Sealed files that are not what was sealed, or lie beside another manifest; and what stays of a day that was given up.

Whatever a reader would then see otherwise has to be reported by verify, and any other byte of the sealed file too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from facts import DAY, NEXT_DAY

from eventlog import blocks
from eventlog import seal as seal_module
from eventlog.day import DECISIONS, HOT, SEALED, path_of
from eventlog.manifest import manifest_path_of
from eventlog.reading import open_reader
from eventlog.repair import truncate
from eventlog.seal import drop_hot, keep_only, seal
from kis_actors.commands import log_care

from .child import in_place
from .damage import LOOKED_FOR, changed, difference, hurt, put, seen_in, verify
from .disk import State, materialise
from .runner import Outcome, own_folder
from .story import Story

NAME = "damage-sealed"
COUNT = 3000
TOGETHER = 100
must_find = ("reported", "nothing to be seen")
OTHER_FILE_SHARE = 0.15
BLOCK_ROWS = 8


class Base(NamedTuple):
    """A day that was sealed, the day after it, files of the same day with fewer records and of another story.

    path: of the sealed file, or of what stays of it.
    """

    state: State
    earlier: State
    foreign: State
    path: Path
    seen: Any


class Point(NamedTuple):
    """One thing done to the files of a story whose first day was sealed."""

    story: int
    draw: int


def points(seed: int) -> Iterator[Point]:
    """So many of one story, then of another."""
    return (Point(seed * 1000 + number, draw) for number in count() for draw in range(TOGETHER))


def attempt(point: Point, folder: Path) -> Outcome:
    """One mutation, judged; the first of each story is none."""
    base = _base(point.story)
    if point.draw == 0:
        materialise(base.state, folder)
        said = _said_of(folder / base.path)
        return Outcome("clean", f"a false alarm: {said}" if said else "")
    chance = Random(f"{point}")
    state, what = changed(base.state, lambda: _struck(base, chance))
    materialise(state, folder)
    outcome = _judged(base, state, folder / base.path)
    return outcome._replace(problem=f"{what}: {outcome.problem}" if outcome.problem else "")


def _struck(base: Base, chance: Random) -> tuple[State, str]:
    names = [str(base.path), str(manifest_path_of(base.path))]
    if chance.random() >= OTHER_FILE_SHARE:
        return hurt(base.state, chance.choice([names[0], *names]), chance)
    kind, other = chance.choice((("stale", base.earlier), ("foreign", base.foreign), ("missing", {})))
    replaced = chance.choice((names[1:], *([names, names[:1]] if other else [])))
    state = base.state
    for name in replaced:
        state = put(state, name, other.get(name))
    return state, f"{' and '.join(replaced)} {kind}"


def _said_of(path: Path) -> str:
    """What verify says of it, and of the day after it."""
    said = verify(path)
    return said or "; ".join(log_care._continuation(path, path.with_name(f"{NEXT_DAY}{HOT}")))


def _judged(base: Base, state: State, path: Path) -> Outcome:
    seen, said = seen_in(path), _said_of(path)
    if said:
        return Outcome("reported")
    if seen != base.seen:
        return Outcome("unseen", f"verify finds nothing, but a reader sees {difference(base.seen, seen)}")
    is_same = state[str(base.path)] == base.state[str(base.path)]
    return Outcome("nothing to be seen", "" if is_same else "verify does not know that the file was changed")


@lru_cache(maxsize=2)
def _base(story: int) -> Base:
    chance = Random(story)
    kind = chance.choice((SEALED, SEALED, DECISIONS))
    state, earlier = _sealed(story, kind), _sealed(story, kind, share=chance.uniform(0.3, 0.9))
    path = path_of(Path(), DAY).with_suffix(kind)
    with own_folder() as folder:
        materialise(state, folder)
        return Base(state, earlier, _sealed(story + 501, kind), path, seen_in(folder / path))


def _sealed(story: int, kind: str, share: float = 1.0) -> State:
    """A story of two days, whose first was sealed; or after a share of its commits, for it went on then."""
    with own_folder() as folder:
        data_dir = folder / "data"
        error, _ = in_place(folder, lambda note: Story(3 * story + 1, note).tell(data_dir))
        assert not error, error
        path = path_of(data_dir, DAY)
        if share < 1:
            _end_after(path, share)
        with _small_blocks():
            seal(path, "test")
            drop_hot(path, _nothing)
            if kind == DECISIONS:
                keep_only(path.with_suffix(SEALED), LOOKED_FOR, "test", _nothing)
        files = [one for one in path.parent.iterdir() if one.is_file()]
        return {path.parent.name: None, **{f"{path.parent.name}/{one.name}": one.read_bytes() for one in files}}


def _nothing(removed_bytes: int) -> None:
    """Nobody notes what is removed here."""


def _end_after(path: Path, share: float) -> None:
    with open_reader(path) as reader:
        ends = [rows[-1].seq for rows, _ in reader.commits()]
    truncate(path, ends[int(len(ends) * share)])


@contextmanager
def _small_blocks() -> Iterator[None]:
    """Some blocks for few rows; the daemon's hold 8,192."""
    before = blocks.ROWS, seal_module.COMMIT_ROWS
    blocks.ROWS, seal_module.COMMIT_ROWS = BLOCK_ROWS, 2
    try:
        yield
    finally:
        blocks.ROWS, seal_module.COMMIT_ROWS = before
