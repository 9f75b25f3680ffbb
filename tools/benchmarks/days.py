"""Days to measure on, each played once and lent to every subject; as a daemon left them that was killed."""

import shutil
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
        self._killed: dict[int, PlayedDay] = {}
        self._closed: dict[int, PlayedDay] = {}

    def killed(self, frames: int, tell: Tell) -> PlayedDay:
        """About the first `frames` of a million-frame day, as `kill -9` leaves it. Not to be written to."""
        if frames not in self._killed:
            tell(f"playing a day of {frames:,} frames")
            self._killed[frames] = _play(self._folder / f"killed-{frames}", frames)
        return self._killed[frames]

    def closed(self, frames: int, tell: Tell) -> PlayedDay:
        """The same after a clean end: one file, with nothing beside it that is to be folded in."""
        if frames not in self._closed:
            killed = self.killed(frames, tell)
            day = killed._replace(data_dir=self._folder / f"closed-{frames}")
            shutil.copytree(killed.path.parent, day.path.parent, ignore=shutil.ignore_patterns("aside"))
            Writer(day.path).close()
            self._closed[frames] = day
        return self._closed[frames]


def _play(data_dir: Path, frames: int) -> PlayedDay:
    with Child(sys.executable, "benchmarks.played_day", (str(data_dir), str(A_DAY), str(frames))) as playing:
        said = playing.hear()
    return PlayedDay(data_dir, said["frames"], said["records"])
