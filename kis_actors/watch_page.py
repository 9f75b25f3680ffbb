"""Has the watch page served beside the daemon, by a process of its own: whatever becomes of it, the daemon goes on."""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from threading import Event as Signal
from threading import Thread

import msgspec

from kis_actors.portable import APART
from kis_actors.settings import Settings

STARTS_MAX, WITHIN_S = 4, 600.0
WAITS_S = (1.0, 2.0, 4.0)
HOPELESS = 78
"""The exit status of a page that starting again does not help."""
STOP_S = 3.0


class WatchPage:
    """Between start and stop. A page that dies is started again, a few times; `write` is told of that, and where it is.

    The process ends by itself when this one dies, for then its standard input closes.
    """

    def __init__(self, settings: Settings, write: Callable[[str], None]) -> None:
        self._settings = settings
        self._write = write
        self._stopping = Signal()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._run, name="WatchPage", daemon=True)

    def start(self) -> None:
        """Begins, if the settings want a page."""
        if self._settings.web.enabled:
            self._thread.start()

    def stop(self) -> None:
        """Ends the process and what watches it."""
        self._stopping.set()
        if self._process:
            self._process.terminate()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def _run(self) -> None:
        starts: deque[float] = deque(maxlen=STARTS_MAX)
        while not self._stopping.is_set():
            starts.append(time.monotonic())
            status = self._serve()
            if self._stopping.is_set() or status == HOPELESS:
                return
            if len(starts) == STARTS_MAX and starts[-1] - starts[0] < WITHIN_S:
                self._write(f"watch page: ended {STARTS_MAX} times (status {status}); the daemon goes on without it")
                return
            self._stopping.wait(WAITS_S[min(len(starts), len(WAITS_S)) - 1])

    def _serve(self) -> int:
        """One process from its start to its end; its exit status."""
        command = [sys.executable, "-m", "kis_actors.web"]
        try:  # apart: Ctrl-C is for the daemon, which ends it then
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **APART)
        except OSError as error:
            self._write(f"watch page: {error}")
            return HOPELESS
        with self._process as process:
            if self._stopping.is_set():  # stop came before there was a process to end
                process.terminate()
            self._give_settings(process)
            assert process.stdout is not None
            for line in process.stdout:
                self._write(f"watch page: {line.decode(errors='replace').strip()}")
            return self._ended(process)

    def _give_settings(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        try:
            process.stdin.write(msgspec.json.encode(self._settings) + b"\n")
            process.stdin.flush()
        except BrokenPipeError:  # it has died already, which is seen next
            return

    def _ended(self, process: "subprocess.Popen[bytes]") -> int:
        try:
            return process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
