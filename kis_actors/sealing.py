"""What becomes of the log's days once they are over: sealed, and at last given up but for what was decided.

Runs in a process of its own beside the daemon (`python -m kis_actors.sealing`), or as `kis-actors seal`. The newest day
is never touched: it is written, or the next start goes on from it.
"""

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from eventlog.day import SEALED, days_in, path_of
from eventlog.manifest import Manifest, manifest_path_of
from eventlog.seal import Refused, drop_hot, is_sealed, keep_only, seal
from kis_actors import __version__
from kis_actors.adapters.file_lock import FileLock, Taken
from kis_actors.messages import (
    NAMES,
    AccountRefused,
    ActorFailed,
    AlertDecided,
    AlertHeld,
    AlertSuppressed,
    CommandReceived,
    DayRemoved,
    DaySealed,
    DigestDecided,
    NotifyExpired,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    OperatorSilenced,
    OperatorTold,
    RunEnded,
    RunStarted,
    SessionClosed,
    SessionOpened,
    SettingsChanged,
    SettingsRefused,
    SignalRaised,
    SummaryTold,
)
from kis_actors.portable import LAST, give_way
from kis_actors.sealing_notes import note

DECIDED = tuple(
    NAMES[kind][0]
    for kind in (
        RunStarted, RunEnded, SettingsChanged, SettingsRefused, AccountRefused, ActorFailed, DaySealed, DayRemoved,
        CommandReceived,
        SessionOpened, SessionClosed, SignalRaised, AlertDecided, AlertHeld, AlertSuppressed, DigestDecided,
        NotifyRequested, NotifySent, NotifyFailed, NotifyUnknown, NotifyExpired, OperatorTold, OperatorSilenced,
        SummaryTold,
    )
)  # fmt: skip
"""What is kept of every day, for ever."""

BUSY = "another process seals this log just now"


def tidy_log(
    data_dir: Path, *, keep_hot_days: int, keep_sealed_days: int, say: Callable[[str], None],
    only: tuple[date, ...] = (),
) -> bool:  # fmt: skip
    """Seals what is not yet, lets go of what is not kept, and says so; false if a day could not be. only: these days.

    What was done is noted for the log, see sealing_notes. Raises adapters.file_lock.Taken.
    """
    with FileLock(data_dir / "sealing.lock", BUSY):
        over = days_in(data_dir)[:-1]
        wanted = [day for day in over if not only or day in only]
        hot, sealed = over[-keep_hot_days:], over[-keep_sealed_days:]  # the last 0 of them: all
        done = [
            Care(data_dir, day, say).taken(is_kept_hot=day in hot, is_kept_sealed=day in sealed) for day in wanted
        ]  # fmt: skip
        return all(done)


class Care(NamedTuple):
    """Of one day that is over."""

    data_dir: Path
    day: date
    say: Callable[[str], None]

    def taken(self, *, is_kept_hot: bool, is_kept_sealed: bool) -> bool:
        """The day's next steps. One that cannot be sealed stays as it is, and does not keep the others from it."""
        path = path_of(self.data_dir, self.day)
        try:
            if path.exists() and not is_sealed(path):
                self._seal(path)
            if not is_kept_hot and drop_hot(path, self._noting("sealed")):
                self.say(f"{path.stem}: only the sealed file is kept from now on")
            elif not path.exists() and not is_kept_sealed and _is_there(path.with_suffix(SEALED)):
                kept = keep_only(path.with_suffix(SEALED), DECIDED, __version__, self._noting("decisions"))
                self.say(f"{path.stem}: only what was decided is kept from now on, {_sizes(kept)}")
        except (Refused, ValueError, OSError, sqlite3.Error) as trouble:
            self.say(f"{path.stem}: stays as it is: {trouble}; see `kis-actors verify {path.stem}`")
            return False
        return True

    def _seal(self, path: Path) -> None:
        hot_bytes, manifest = path.stat().st_size, seal(path, __version__)
        note(self.data_dir, DaySealed(day=self.day, records=manifest.rows, file_bytes=manifest.bytes))
        self.say(f"{path.stem}: sealed, {_sizes(manifest)} instead of {hot_bytes / 1e6:,.1f} MB")

    def _noting(self, kept: Literal["sealed", "decisions"]) -> Callable[[int], None]:
        return lambda freed: note(self.data_dir, DayRemoved(day=self.day, kept=kept, freed_bytes=freed))


def _is_there(sealed: Path) -> bool:
    """Or what a death left of it."""
    return sealed.exists() or manifest_path_of(sealed).exists()


def _sizes(manifest: Manifest) -> str:
    return f"{manifest.rows:,} records in {manifest.bytes / 1e6:,.1f} MB"


def main(words: list[str]) -> None:
    """The process beside the daemon: data directory, keep_hot_days, keep_sealed_days."""
    data_dir, keep_hot_days, keep_sealed_days = words
    os.umask(0o077)
    if trouble := give_way(LAST):
        print(f"log {trouble}", flush=True)
    with suppress(Taken):
        tidy_log(
            Path(data_dir), keep_hot_days=int(keep_hot_days), keep_sealed_days=int(keep_sealed_days),
            say=lambda line: print(f"log {line}", flush=True),
        )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
