"""Replaces a file whole or not at all, and keeps the one before beside it."""

import os
import shutil
from datetime import date
from itertools import count
from pathlib import Path

from kis_actors.portable import put


def replace_file(path: Path, text: str, day: date, *, is_private: bool = False) -> Path | None:
    """Puts `text` at `path` in one step; where the one before went, if there was another. Raises OSError.

    day: when, for the name of the one before. is_private: both have mode 0600; otherwise the mode stays as it was.
    """
    path = path.resolve()  # a link stays a link
    content = text.encode()
    before = path.read_bytes() if path.exists() else None
    if before == content:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    try:
        _write(unfinished, content, is_private=is_private)
        if before is not None and not is_private:
            shutil.copymode(path, unfinished)  # the daemon lets nobody else read what it makes; this may have been read
        kept = None if before is None else _keep(path, before, day, is_private=is_private)
        put(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return kept


def _keep(path: Path, content: bytes, day: date, *, is_private: bool) -> Path:
    """Copies `path` beside itself under a name with the day it was replaced on; no copy is ever overwritten."""
    numbers = (f"{day}" if number == 1 else f"{day}.{number}" for number in count(1))
    names = (path.with_name(f"{path.stem}.{number}{path.suffix}") for number in numbers)
    kept = next(name for name in names if not name.exists())
    _write(kept, content, is_private=is_private)
    if not is_private:
        shutil.copystat(path, kept)
    return kept


def _write(path: Path, content: bytes, *, is_private: bool) -> None:
    """A new file, on the disk before this returns."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600 if is_private else 0o666), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
