"""One daemon for each data directory."""

import time
from pathlib import Path

from kis_actors.adapters.file_lock import CannotHold, FileLock, Taken

PATIENCE_S = 1.0
"""Who only looks whether a daemon runs holds the lock for a moment, and must not keep one from starting."""
AGAIN_S = 0.05


class DirectoryLock(FileLock):
    """Holds `data_dir`, made if need be, from entering to leaving.

    Raises CannotHold on entering, or Taken, after PATIENCE_S.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        super().__init__(data_dir / "lock", in_use(data_dir))

    def __enter__(self) -> None:
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise CannotHold(error.errno, error.strerror, str(self._data_dir)) from None
        until_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                return super().__enter__()
            except Taken:
                if time.monotonic() > until_s:
                    raise
            time.sleep(AGAIN_S)  # the system wakes nobody when a lock is let go


def in_use(data_dir: Path) -> str:
    """What a second daemon says."""
    return f"{data_dir} is in use by a running daemon; stop it, or choose another --data-dir"


def is_taken(data_dir: Path) -> bool:
    """Whether a daemon runs on `data_dir`."""
    path = data_dir / "lock"
    if not path.exists():
        return False
    try:
        with FileLock(path, "", is_shared=True):
            return False
    except Taken:
        return True
