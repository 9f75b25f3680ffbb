"""Reads what shim.c records: every operation that changed a file, with its bytes, and the notes in between."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

ENTRY = struct.Struct("=c3xiqii")


class Operation(NamedTuple):
    """One operation. kind: a letter of shim.c. at: offset or length in bytes, of a note its number."""

    kind: str
    fd: int
    at: int
    path: str
    data: bytes


def operations_in(trace: bytes) -> Iterator[Operation]:
    """In the order in which they happened; the last may be missing if its process was killed."""
    position = 0
    while position + ENTRY.size <= len(trace):
        kind, fd, at, path_bytes, data_bytes = ENTRY.unpack_from(trace, position)
        position += ENTRY.size
        path = trace[position : position + path_bytes]
        data = trace[position + path_bytes : position + path_bytes + data_bytes]
        position += path_bytes + data_bytes
        yield Operation(kind.decode(), fd, at, path.decode(), data)


def notes_in(trace: bytes) -> Iterator[tuple[int, bytes]]:
    """The notes alone."""
    return ((one.at, one.data) for one in operations_in(trace) if one.kind == "!")
