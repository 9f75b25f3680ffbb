"""The commands as a person gives them: a grid of nine settings over a day, against one replay of it."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.days import PlayedDay
from benchmarks.figures import Figure, at_most
from benchmarks.frames import DAY
from benchmarks.rounds import timed

PLACE = 7
ABOUT = "a what-if grid of nine settings, against one replay"
GRID = ("monitor.signal.disparity_threshold=-0.07,-0.08,-0.09", "monitor.rules.approach.band=0.005,0.01,0.02")
SAME, OTHER = 0, 1
"""Exit statuses: the same decisions; other alerts than on the day."""


def figures(bench: Bench) -> Iterator[Figure]:
    """Seconds."""
    day = bench.closed_day(bench.pick(full=200_000, quick=4_000))
    grid = [word for values in GRID for word in ("--set", values)]
    done = bench.race(
        "s",
        timed("kis_actors", day.frames, lambda: replay(day, *grid)),
        timed("one replay", day.frames, lambda: replay(day)),
    )
    name = f"grid of nine, {day.frames:,} frames"
    yield done.against("one replay", name, aim=at_most(3), floor=at_most(8))


def replay(day: PlayedDay, *words: str) -> None:
    """`kis-actors replay` with these words, in a process of its own."""
    command = [sys.executable, "-m", "kis_actors", "replay", str(DAY), "--data-dir", str(day.data_dir), "--json"]
    ended = subprocess.run([*command, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert ended.returncode in (SAME, OTHER), ended.stderr
