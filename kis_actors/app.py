"""The daemon in one process: holds the locks, runs a System, and starts it again when it ends by a bug or with the day.

Starting is always recovery: the state comes out of the log, whether the run before ended by request, by a bug, by
kill -9, or because a new log day began.
"""

import time
from collections import deque
from collections.abc import Callable
from threading import Event as Signal

from eventlog.trouble import DiskTrouble
from kis_actors.adapters.app_key_lock import app_key_lock
from kis_actors.adapters.lock import DirectoryLock
from kis_actors.day_files import Damaged, OtherVersion
from kis_actors.edges import rest_url_of
from kis_actors.last_words import tell_end
from kis_actors.messages import SettingsChanged
from kis_actors.reload import Reread, reloaded
from kis_actors.system import STREAM, Ending, Parts, System
from kis_actors.view import View

FAILURES_MAX = 3
FAILURES_WITHIN_S = 600
MAY_PASS = ("failed", "disk")
GIVING_UP = "giving up after three failures in ten minutes; start it again"
REPORT = "; please report this line"
AGAIN = "starting again from the log"
NEEDS_A_PERSON = {
    "refused": "KIS refuses", "damaged": "the log is damaged", "full": "the disk is full",
    "foreign": "the log is of another version",
}  # fmt: skip


class App:
    """The daemon in one process. `stop` may be called from any thread, also from a signal handler."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.view = View()
        self.reload_wanted = Signal()
        self._stopping = Signal()
        self._system: System | None = None
        self._failures: deque[float] = deque(maxlen=FAILURES_MAX)

    def stop(self) -> None:
        """Asks for a clean end."""
        self.parts.manager.tell("STOPPING=1")
        self._stopping.set()

    def reload(self, reread: Reread) -> None:
        """Swaps the settings for those that `reread` gives, or says why not; on the thread that runs."""
        self.reload_wanted.clear()
        told = reloaded(self.parts.settings, reread)
        if self._system:
            self._system.journal.observe(STREAM, told)
        if isinstance(told, SettingsChanged):
            self.parts = self.parts._replace(settings=told.settings)

    def run(self, on_second: Callable[[], None] = lambda: None) -> int:
        """Runs until stopped; the exit status of `kis-actors run`. Raises adapters.file_lock.Taken."""
        app_key = app_key_lock(rest_url_of(self.parts.settings), self.parts.credentials.app_key)
        with DirectoryLock(self.parts.data_dir), app_key:
            status = None
            while status is None:
                status = self._status_after(self._one_run(on_second))
            return status

    def _status_after(self, ending: Ending) -> int | None:
        """The exit status; None to go on with another run."""
        if ending.kind == "stopped":
            return 0
        if ending.kind in NEEDS_A_PERSON:
            self.parts.write(f"{NEEDS_A_PERSON[ending.kind]}: {ending.reason}")
            tell_end(self.parts, ending)
            return 78
        return 70 if ending.kind in MAY_PASS and self._is_hopeless(ending) else None

    def _one_run(self, on_second: Callable[[], None]) -> Ending:
        system = None
        try:
            system = self._system = System(self.parts, self.view, self.reload_wanted.set)
            return system.watch(self._stopping, on_second)
        except Damaged as damage:
            return Ending("damaged", str(damage))
        except OtherVersion as other:
            return Ending("foreign", str(other))
        except DiskTrouble as trouble:
            return Ending("disk", str(trouble))
        except Exception as bug:  # a bug in a core shows here too, when the log is folded
            return Ending("failed", f"internal error: {type(bug).__name__}: {bug}")
        finally:
            if system:
                system.stop()

    def _is_hopeless(self, ending: Ending) -> bool:
        """Three failures within ten minutes; the process ends, for the service manager to decide."""
        self._failures.append(time.monotonic())
        many = len(self._failures) == FAILURES_MAX and self._failures[-1] - self._failures[0] < FAILURES_WITHIN_S
        giving_up = GIVING_UP + (REPORT if ending.kind == "failed" else "")  # what the disk does is no bug of ours
        self.parts.write(f"{ending.reason}; {giving_up if many else AGAIN}")
        if many:
            tell_end(self.parts, ending)
        return many
