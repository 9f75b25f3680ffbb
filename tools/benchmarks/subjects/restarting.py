"""How long after `kill -9` every actor has its state again, the start of the process apart."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.days import A_DAY, PlayedDay
from benchmarks.figures import Figure, at_most
from benchmarks.rounds import Contender
from eventlog.snapshot import snapshot_path_of

PLACE = 8
ABOUT = "ready after kill -9, with a snapshot and without"
WITH, SHORT, WITHOUT = "whole day", "a fifth of it", "without"
A_FIFTH = A_DAY // 5


def figures(bench: Bench) -> Iterator[Figure]:
    """Seconds. Both days have as many frames after their last snapshot."""
    day = bench.killed_day(bench.pick(full=A_DAY, quick=20_000))
    short = bench.killed_day(bench.pick(full=A_FIFTH, quick=4_000))
    others = [Contender(SHORT, 1, lambda: seconds_to_start(bench, short))]
    if not bench.is_quick:
        others.append(Contender(WITHOUT, 1, lambda: seconds_without_snapshot(bench, day)))
    done = bench.race("s", Contender(WITH, 1, lambda: seconds_to_start(bench, day)), *others)
    yield done.alone(f"start with a snapshot, {day.frames:,} frames", aim=at_most(0.5))
    yield done.against(SHORT, "the same, whole day and a fifth of it", aim=at_most(1.5), floor=at_most(4))
    if not bench.is_quick:
        yield done.alone(f"start without, {day.frames:,} frames", aim=at_most(10), of=WITHOUT)


def seconds_to_start(bench: Bench, day: PlayedDay) -> float:
    """As the start itself says it."""
    return float(bench.child("benchmarks.starting", str(day.data_dir)).hear())


def seconds_without_snapshot(bench: Bench, day: PlayedDay) -> float:
    """With the snapshot put away meanwhile."""
    snapshot = snapshot_path_of(day.path)
    away = snapshot.rename(snapshot.with_suffix(".away"))
    try:
        return seconds_to_start(bench, day)
    finally:
        away.rename(snapshot)
