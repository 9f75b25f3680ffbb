"""Days to measure on, each played once and lent to every subject; as a daemon left them that was killed."""

import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks.children import Child
from benchmarks.frames import DAY
from benchmarks.rounds import Tell
from eventlog.day import path_of
from eventlog.store import Writer

A_DAY = 1_000_000
"""Frames of the day that all these are a beginning of."""


class PlayedDay(NamedTuple):
    """What there is of a day. frames, records: in its log."""

    data_dir: Path
    frames: int
    records: int

    @property
    def path(self) -> Path:
        """The day's file."""
        return path_of(self.data_dir, DAY)


class Days:
    """Kept below one folder, for as long as that is there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._played: dict[str, PlayedDay] = {}

    def killed(self, frames: int, tell: Tell) -> PlayedDay:
        """About the first `frames` of a million-frame day, as `kill -9` leaves it. Not to be written to."""
        return self._once(f"killed-{frames}", frames, tell)

    def closed(self, frames: int, tell: Tell) -> PlayedDay:
        """The same after a clean end: one file, with nothing beside it that is to be folded in."""
        name = f"closed-{frames}"
        is_new = name not in self._played
        day = self._once(name, frames, tell)
        if is_new:
            Writer(day.path).close()
        return day

    def _once(self, name: str, frames: int, tell: Tell) -> PlayedDay:
        if name not in self._played:
            tell(f"playing a day of {frames:,} frames")
            self._played[name] = _play(self._folder / name, frames)
        return self._played[name]


def _play(data_dir: Path, frames: int) -> PlayedDay:
    with Child(sys.executable, "benchmarks.played_day", (str(data_dir), str(A_DAY), str(frames))) as playing:
        said = playing.hear()
    return PlayedDay(data_dir, said["frames"], said["records"])
