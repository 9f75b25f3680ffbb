"""A lock that one process holds, and that the system releases when its holder dies, however it dies."""

import os
from pathlib import Path
from types import TracebackType

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # mypy looks from Linux, where it is a module
    import msvcrt


class Taken(Exception):
    """Another process holds the lock; the message says which, and what to do."""


class CannotHold(OSError):
    """The lock's file, or its folder, cannot be made or opened; strerror and filename say why and which."""


class FileLock:
    """Holds the file `path`, made if need be, from entering to leaving. Raises Taken(taken) or CannotHold on entering.

    is_shared: others who share it may hold it too; not on Windows, which has no such lock.
    """

    def __init__(self, path: Path, taken: str, *, is_shared: bool = False) -> None:
        self._path = path
        self._taken = taken
        self._is_shared = is_shared

    def __enter__(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        try:
            self._descriptor = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise CannotHold(error.errno, error.strerror, str(self._path)) from None
        try:
            _lock(self._descriptor, self._is_shared)
        except OSError:
            os.close(self._descriptor)
            raise Taken(self._taken) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)


def _lock(descriptor: int, is_shared: bool) -> None:
    if fcntl:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    else:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # not on Linux
