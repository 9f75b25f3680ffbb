"""Has days that are over sealed beside the daemon, whose threads would wait for that, and which opens no log twice."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from eventlog.day import days_in
from kis_actors.portable import APART
from kis_actors.settings import EventLog

STOP_S = 5.0


class Sealer:
    """A process that ends by itself; at any moment it may be ended too."""

    def __init__(self, data_dir: Path, log: EventLog, write: Callable[[str], None]) -> None:
        self._data_dir = data_dir
        self._log = log
        self._write = write
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begins, if there are days that are over."""
        if len(days_in(self._data_dir)) > 1:
            kept = (self._log.keep_hot_days, self._log.keep_sealed_days)
            command = [sys.executable, "-m", "kis_actors.sealing", str(self._data_dir), *map(str, kept)]
            try:  # apart: Ctrl-C is for the daemon, which ends it then
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **APART)
            except OSError as error:
                self._write(f"days that are over are not sealed now: {error}; run `kis-actors seal` later")

    def stop(self) -> None:
        """Ends it, whatever it is at."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
