"""A day from its file once more: frames parsed again, all five actors, every decision compared with the log's bytes."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.days import A_DAY, PlayedDay
from benchmarks.figures import Figure, at_least
from benchmarks.rounds import timed
from eventlog.store import Reader
from kis_actors.cores import CORES
from kis_actors.long_logs import compared

PLACE = 6
ABOUT = "a recorded day once more, every decision compared"
PEER, ROWS = "NautilusTrader, ticks in memory", "rows read alone"
SHARE_OF_ROWS = 0.09
"""150,000 frames a second where SQLite's rows alone are read at 1.64 million, as in the prototypes."""
WHOLE_ROUNDS = 5


def figures(bench: Bench) -> Iterator[Figure]:
    """Frames a second: of the morning in turns with the peer, then of the whole day."""
    morning = bench.closed_day(bench.pick(full=200_000, quick=20_000))
    done = bench.race(
        "frames/s",
        timed("kis_actors", morning.frames, lambda: replayed(morning)),
        timed(ROWS, morning.frames, lambda: rows_read(morning)),
        bench.peer(PEER, "nautilus_engine", str(morning.path)),
    )
    name = f"replay, {morning.frames:,} frames"
    yield done.against(PEER, name, aim=at_least(1.2), floor=at_least(0.2))
    yield done.against(ROWS, name, aim=at_least(SHARE_OF_ROWS), floor=at_least(0.035))
    if not bench.is_quick:
        day = bench.closed_day(A_DAY)
        alone = bench.race("frames/s", timed("kis_actors", day.frames, lambda: replayed(day)), rounds=WHOLE_ROUNDS)
        yield alone.alone(f"replay, {day.frames:,} frames", aim=at_least(150_000))


def rows_read(day: PlayedDay) -> int:
    """What no replay can do without."""
    with Reader(day.path) as reader:
        return sum(1 for _ in reader.rows())


def replayed(day: PlayedDay) -> None:
    """The whole of it; what differs would be no measurement."""
    result = compared(CORES, day.path, None, lambda _: None)
    assert result.is_identical and result.records == day.records, result
