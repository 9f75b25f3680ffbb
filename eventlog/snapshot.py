"""A snapshot beside a day file: what somebody had made of the log up to a record, so that it need not be read again.

Never needed: it can be thrown away at any time, and is passed over unless it fits both the log and the code.
"""

import os
import sqlite3
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from eventlog.mark import Mark
from eventlog.store import Reader, sync_directory


class Part(Struct, frozen=True):
    """What one of several had made of the log up to record `seq`, in JSON."""

    seq: int
    state: Raw


class Snapshot(Struct, frozen=True):
    """The parts by name. commit: one that the log had when all parts were made. made_by: the code that did."""

    made_by: str
    commit: Mark
    parts: dict[str, Part]

    @property
    def seq(self) -> int:
        """Up to here nobody needs the log any more."""
        return min(part.seq for part in self.parts.values())


def snapshot_path_of(path: Path) -> Path:
    """Where the snapshot of the day file `path` is."""
    return path.with_suffix(".snapshot")


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Puts it in the place of the one before, whole or not at all. Raises OSError."""
    body = msgspec.json.encode(snapshot)
    unfinished = path.with_suffix(".snapshot.new")
    with unfinished.open("wb") as file:
        file.writelines((sha256(body).hexdigest().encode(), b"\n", body))  # joined, it would be there once more
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(snapshot_path_of(path))
    sync_directory(path.parent)


def read_snapshot(path: Path, made_by: str) -> Snapshot | None:
    """The snapshot of the day file `path`, if it is whole, made by this code, and of this log and not ahead of it."""
    try:
        digest, _, body = snapshot_path_of(path).read_bytes().partition(b"\n")
        if digest != sha256(body).hexdigest().encode():
            return None
        snapshot = msgspec.json.decode(body, type=Snapshot)
        return snapshot if snapshot.parts and snapshot.made_by == made_by and _fits(path, snapshot) else None
    except (OSError, sqlite3.Error, msgspec.DecodeError):
        return None


def _fits(path: Path, snapshot: Snapshot) -> bool:
    is_behind = all(part.seq <= snapshot.commit.seq for part in snapshot.parts.values())
    with Reader(path) as reader:
        return is_behind and reader.has_commit(*snapshot.commit)
