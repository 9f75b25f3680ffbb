"""Watches how much room the log has left, and says so in good time."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event as Signal
from threading import Thread

from kis_actors.messages import DiskLow
from kis_actors.ports import Journal

STREAM = "disk"
LOOK_S = 10.0
SAID_AGAIN_S = 6 * 3600.0
DAYS = 3
DAY_BYTES_MIN = 400 * 1024 * 1024
"""What a busy day takes, for a log that has not seen one yet."""
LEAST_BYTES = 64 * 1024 * 1024
"""With less than this the daemon ends, while what was asked can still be answered in the log."""


class DiskWatch:
    """Between start and stop. is_full: called once, with the reason, when there is no room to go on."""

    def __init__(self, data_dir: Path, journal: Journal, is_full: Callable[[str], None]) -> None:
        self._data_dir = data_dir
        self._journal = journal
        self._is_full = is_full
        self._said_s: float | None = None
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name="DiskWatch", daemon=True)

    def start(self) -> None:
        """Begins with a look at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stopping.set()
        self._thread.join()

    def look(self) -> bool:
        """Says what is to be said now; whether there is room to go on."""
        free, needed, now_s = shutil.disk_usage(self._data_dir).free, self._needed_bytes(), time.monotonic()
        if free >= needed:
            self._said_s = None
        elif self._said_s is None or now_s - self._said_s >= SAID_AGAIN_S:
            self._said_s = now_s
            self._journal.observe(STREAM, DiskLow(free_bytes=free, needed_bytes=needed))
        if free < LEAST_BYTES:
            self._is_full(f"{free:,} bytes are free in {self._data_dir}, {LEAST_BYTES:,} are needed; make room, then "
                          f"start again")  # fmt: skip
        return free >= LEAST_BYTES

    def _needed_bytes(self) -> int:
        """For days like the largest there is."""
        sizes = (one.stat().st_size for one in (self._data_dir / "events").glob("*.db"))
        return DAYS * max((DAY_BYTES_MIN, *sizes))

    def _run(self) -> None:
        while self.look() and not self._stopping.wait(LOOK_S):
            pass
