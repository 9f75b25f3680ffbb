"""How much room a day takes, all its records counted, for each frame in it: as it is written, and sealed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.days import A_DAY
from benchmarks.figures import Figure, at_most, stated
from eventlog.seal import seal
from eventlog.store import Reader
from kis_actors.messages import NAMES, FrameReceived
from kis_actors.recovery import record_of

PLACE = 9
ABOUT = "bytes a frame, hot and sealed"


def figures(bench: Bench) -> Iterator[Figure]:
    """Bytes. The same day is as large every time, so that one look is enough."""
    day = bench.closed_day(bench.pick(full=A_DAY, quick=20_000))
    bench.tell("reading the frames' texts")
    text = sum(texts_of(day.path)) / day.frames
    hot = day.path.stat().st_size / day.frames
    aim, floor = at_most(1.3), at_most(1.8)
    yield Figure("a frame in the day's file", "bytes", (hot,), aim, "its text", (text,), floor)
    copy = bench.folder / "events" / day.path.name
    copy.parent.mkdir()
    shutil.copyfile(day.path, copy)
    bench.tell("sealing the day")
    manifest = seal(copy, "bench")
    yield stated("a frame in the sealed file", "bytes", (manifest.bytes / day.frames,), aim=at_most(80))


def texts_of(path: Path) -> Iterator[int]:
    """How long the text of each frame is."""
    with Reader(path) as reader:
        for row in reader.rows(types=[NAMES[FrameReceived][0]]):
            event = record_of(row).event
            assert isinstance(event, FrameReceived)
            yield len(event.text)
