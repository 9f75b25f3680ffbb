"""The high-water mark beside a day file: up to where the log surely went, told by something that is not the log.

One bad byte in SQLite's write-ahead log silently drops every commit after it, and nothing in the file tells.
"""

import errno
import os
import zlib
from pathlib import Path
from typing import NamedTuple

SLOT_BYTES = 4096
"""Two slots, written in turn, on pages of their own: a write that is torn damages one, and the other still holds."""


class Mark(NamedTuple):
    """The last commit that was known to be durable. chain: the hash chain there."""

    seq: int
    chain: bytes


def mark_path_of(path: Path) -> Path:
    """Where the mark of the day file `path` is."""
    return path.with_suffix(".mark")


def read_mark(path: Path) -> Mark | None:
    """The mark of the day file `path`; None if it never had one. Raises ValueError if neither slot can be read."""
    try:
        content = mark_path_of(path).read_bytes()
    except FileNotFoundError:
        return None
    marks = [mark for mark in _slots_in(content) if mark]
    if not marks:
        raise ValueError(f"{mark_path_of(path)}: expected a high-water mark, found {len(content)} bytes that are none")
    return max(marks)


class MarkFile:
    """Writes the mark of one day file, which is made if need be. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(mark_path_of(path), os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            first, second = _slots_in(os.read(self._descriptor, 2 * SLOT_BYTES))
        except OSError:
            os.close(self._descriptor)
            raise
        self._slot = 1 if first and (not second or first > second) else 0

    def write(self, mark: Mark) -> None:
        """When this returns, `mark` survives the loss of power."""
        os.lseek(self._descriptor, self._slot * SLOT_BYTES, os.SEEK_SET)
        line = _written(mark)
        if os.write(self._descriptor, line) != len(line):
            raise OSError(errno.EIO, "the high-water mark was written in part only")
        getattr(os, "fdatasync", os.fsync)(self._descriptor)
        self._slot = 1 - self._slot

    def close(self) -> None:
        """Lets go of the file."""
        os.close(self._descriptor)


def _slots_in(content: bytes) -> tuple[Mark | None, Mark | None]:
    return _read(content[:SLOT_BYTES]), _read(content[SLOT_BYTES:])


def _written(mark: Mark) -> bytes:
    text = f"{mark.seq} {mark.chain.hex()}"
    return f"{text} {zlib.crc32(text.encode()):08x}\n".encode()


def _read(slot: bytes) -> Mark | None:
    line = slot.partition(b"\n")[0]
    text, _, checksum = line.rpartition(b" ")
    if not text or checksum != f"{zlib.crc32(text):08x}".encode():
        return None
    seq, chain = text.split()
    return Mark(int(seq), bytes.fromhex(chain.decode()))
