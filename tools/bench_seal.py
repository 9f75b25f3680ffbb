"""Seals a day of many frames, and reads it in both forms, each in a process of its own."""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eventlog.day import HOT, SEALED, days_in, path_of
from eventlog.manifest import read_manifest
from eventlog.reading import open_reader
from eventlog.seal import seal
from eventlog.store import Reader, Writer
from eventlog.verdict import verdict_on
from kis_actors.messages import NAMES, AlertDecided, FrameReceived
from kis_actors.recovery import CODEC

FRAME, ALERT = NAMES[FrameReceived][0], NAMES[AlertDecided][0]


def all_rows(path: Path) -> int:
    """As export and replay read."""
    with open_reader(path) as reader:
        return sum(1 for _ in reader.rows())


def alerts(path: Path) -> int:
    """As alerts reads."""
    with open_reader(path) as reader:
        return sum(1 for _ in reader.rows(types=[ALERT]))


def verdict(path: Path) -> int:
    """As verify reads."""
    found = verdict_on(path)
    assert found.finding is None
    return found.last_seq


def sealed(path: Path) -> int:
    """As the process beside the daemon does it."""
    return seal(path, "bench").rows


WORK: dict[str, Callable[[Path], int]] = {
    "seal": sealed, "read all": all_rows, "read alerts": alerts, "verify": verdict,
}  # fmt: skip


def measured(what: str, path: Path) -> None:
    """Prints what it took, of time and memory."""
    began, began_cpu = time.perf_counter(), time.process_time()
    count = WORK[what](path)
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = f"{what} {path.suffix}"
    print(f"{name:<20} {count:>10,} records  {took_s:6.2f} s ({cpu_s:.2f} s of CPU), {peak_mb:,.0f} MB", flush=True)


def room(path: Path) -> None:
    """Prints how many bytes a frame takes, in either form."""
    manifest: Any = read_manifest(path.with_suffix(SEALED))
    frames = manifest.events[f"{FRAME} 1"]
    with Reader(path) as reader:
        text_bytes = sum(len(_frame_text(row.payload)) for row in reader.rows(types=[FRAME]))
    hot_bytes = path.stat().st_size
    print(f"{manifest.rows:,} records, {frames:,} frames, {text_bytes / frames:.0f} bytes of text each")
    print(f"written: {hot_bytes / 1e6:,.1f} MB, {hot_bytes / frames:.1f} bytes a frame, all records counted")
    print(f"sealed:  {manifest.bytes / 1e6:,.1f} MB, {manifest.bytes / frames:.1f} bytes a frame, all records counted")


def _frame_text(payload: bytes) -> str:
    frame = CODEC.decode(FRAME, 1, payload)
    assert isinstance(frame, FrameReceived)
    return frame.text


def main() -> None:
    """Copies the day, seals the copy, reads both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path, help="where bench-log made a day")
    parser.add_argument("--work", choices=WORK, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        measured(options.work, options.data_dir)
        return
    path = path_of(options.data_dir, days_in(options.data_dir)[0])
    with tempfile.TemporaryDirectory() as folder:
        for one in path.parent.glob(f"{path.stem}.*"):
            shutil.copyfile(one, Path(folder) / one.name)
        copy = Path(folder) / path.name
        Writer(copy).close()  # the bench ended like kill -9
        for what in WORK:
            for kind in (HOT,) if what == "seal" else (HOT, SEALED):
                command = [sys.executable, __file__, "--work", what, str(copy.with_suffix(kind))]
                subprocess.check_call(command)
        room(copy)


if __name__ == "__main__":
    main()
