"""Now and then notes what the actors have made of the log, so that a start need not read the whole day.

Each actor answers at its own place in the log. Nobody waits for the others, and its (place, state) is true by itself.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event as Signal
from threading import Thread

from msgspec import Raw

from eventlog.snapshot import Part, Snapshot, write_snapshot
from kis_actors.fingerprint import code_fingerprint
from kis_actors.journal import Journal

RECORDS_MIN = 2000
"""So many records are read again in about 0.1 s."""
GAP_S = 5.0
"""Noting costs the busiest actor 10 ms at the end of a day of a million frames."""
LOOK_S = 0.5
SETTLE_S = 2.0

Noted = dict[str, tuple[int, bytes]]
"""By actor: the last record it was told, and its state after it in JSON."""


class Snapshots:
    """Between start and stop, in a thread of its own. ask: all actors' answers; {} if one of them cannot answer."""

    def __init__(self, path: Path, journal: Journal, ask: Callable[[], Noted]) -> None:
        self._path = path
        self._journal = journal
        self._ask = ask
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name="Snapshots", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; no snapshot follows."""
        self._stopping.set()
        self._thread.join()

    def take(self) -> None:
        """One snapshot now. A disk that does not take it is no reason to stop: it is not needed."""
        noted = self._ask()
        commit = self._journal.settled(SETTLE_S)  # what the states hold is in the log by then, and never ahead of it
        if commit and noted and all(seq for seq, _ in noted.values()):
            parts = {name: Part(seq, Raw(state)) for name, (seq, state) in noted.items()}
            with suppress(OSError):
                write_snapshot(self._path, Snapshot(code_fingerprint(), commit, parts))

    def _run(self) -> None:
        last_seq, last_s = self._journal.last_seq, time.monotonic()
        while not self._stopping.wait(LOOK_S):
            seq, now_s = self._journal.last_seq, time.monotonic()
            if seq - last_seq >= RECORDS_MIN and now_s - last_s >= GAP_S:
                self.take()
                last_seq, last_s = seq, now_s
