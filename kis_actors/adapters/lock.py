"""One daemon for each data directory: a lock that the system releases when its holder dies, however it dies."""

import os
from pathlib import Path
from types import TracebackType

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
    import msvcrt


class Taken(Exception):
    """Another instance holds the data directory."""


class DirectoryLock:
    """Holds `data_dir` from entering to leaving. Raises Taken on entering."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "lock"

    def __enter__(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
        except OSError:
            os.close(self._descriptor)
            where = self._path.parent
            raise Taken(f"{where} is in use by a running daemon; stop it, or choose another --data-dir") from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)


def is_taken(data_dir: Path) -> bool:
    """Whether a daemon runs on `data_dir`."""
    if not (data_dir / "lock").exists():
        return False
    try:
        with DirectoryLock(data_dir):
            return False
    except Taken:
        return True


def _lock(descriptor: int) -> None:
    if fcntl:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
