"""Has days that are over sealed beside the daemon, whose threads would wait for that, and which opens no log twice."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from eventlog.day import days_in
from kis_actors.adapters.file_lock import FileLock, Taken
from kis_actors.journal import Journal
from kis_actors.portable import APART
from kis_actors.sealing_notes import forget, noted
from kis_actors.settings import EventLog

STREAM = "app"
STOP_S = 5.0


class Sealer:
    """A process that ends by itself, and may be ended at any moment; then what was done goes into the log."""

    def __init__(self, data_dir: Path, log: EventLog, write: Callable[[str], None], journal: Journal) -> None:
        self._data_dir = data_dir
        self._log = log
        self._write = write
        self._journal = journal
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._run, name="Sealer", daemon=True)

    def start(self) -> None:
        """Begins, if there are days that are over."""
        if len(days_in(self._data_dir)) > 1:
            kept = (self._log.keep_hot_days, self._log.keep_sealed_days)
            command = [sys.executable, "-m", "kis_actors.sealing", str(self._data_dir), *map(str, kept)]
            try:  # apart: Ctrl-C is for the daemon, which ends it then
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **APART)
            except OSError as error:
                self._write(f"days that are over are not sealed now: {error}; run `kis-actors seal` later")
        self._thread.start()

    def stop(self) -> None:
        """Ends it, whatever it is at."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._thread.join()

    def _run(self) -> None:
        if self._process:
            self._process.wait()
        try:
            with FileLock(self._data_dir / "sealing.lock", ""):
                self._tell()
        except Taken:  # `kis-actors seal` is at it: the next start tells
            return
        except OSError as trouble:
            self._write(f"what was done to days that are over is not in the log: {trouble}")

    def _tell(self) -> None:
        """Said again at the next start unless it surely is in the log."""
        for event in noted(self._data_dir):
            self._journal.observe(STREAM, event)
        if self._journal.settled(STOP_S):
            forget(self._data_dir)
