"""A frame of trades into ticks, with all fields that the rules use, each of them checked, as the product does it."""

import time
from collections.abc import Iterator
from functools import partial

from benchmarks.bench import Bench
from benchmarks.figures import Bound, Figure, at_least
from benchmarks.frames import trades, written
from benchmarks.rounds import timed
from kis_actors.kis.frames import frame_of

PLACE = 1
ABOUT = "frames of one and of four trades into ticks"

AIMS: dict[int, dict[str, tuple[Bound, Bound]]] = {
    1: {
        "str.split": (at_least(0.5), at_least(0.25)),
        "python-kis": (at_least(20), at_least(10)),
        "pandas, as KIS's sample": (at_least(700), at_least(400)),
    },
    4: {"python-kis": (at_least(20), at_least(10)), "pandas, as KIS's sample": (at_least(2000), at_least(900))},
}
"""By records in a frame, and by whom: aim and floor."""


def figures(bench: Bench) -> Iterator[Figure]:
    """Frames a second, of one record and of four."""
    for records, aims in AIMS.items():
        frames = trades(bench.pick(full=20_000, quick=5_000), records=records)
        path = str(written(bench.folder, frames))
        done = bench.race(
            "frames/s",
            timed("kis_actors", len(frames), partial(_parse, frames), time.process_time),
            timed("str.split", len(frames), partial(_split, frames), time.process_time),
            bench.peer("python-kis", "kis_library", path, str(bench.pick(full=4_000, quick=1_000) // records)),
            bench.peer("pandas, as KIS's sample", "kis_sample", path, str(bench.pick(full=200, quick=60) // records)),
        )
        for other, (aim, floor) in aims.items():
            yield done.against(other, f"parse, {records} a frame", aim=aim, floor=floor)


def _parse(frames: list[str]) -> None:
    for text in frames:
        frame_of(text)


def _split(frames: list[str]) -> None:
    for text in frames:
        text.split("^")
