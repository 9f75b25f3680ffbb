"""One daemon for each data directory."""

from pathlib import Path

from kis_actors.adapters.file_lock import FileLock, Taken


class DirectoryLock(FileLock):
    """Holds `data_dir`, made if need be, from entering to leaving. Raises Taken on entering."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        taken = f"{data_dir} is in use by a running daemon; stop it, or choose another --data-dir"
        super().__init__(data_dir / "lock", taken)

    def __enter__(self) -> None:
        self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        super().__enter__()


def is_taken(data_dir: Path) -> bool:
    """Whether a daemon runs on `data_dir`."""
    if not (data_dir / "lock").exists():
        return False
    try:
        with DirectoryLock(data_dir):
            return False
    except Taken:
        return True
