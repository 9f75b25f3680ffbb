"""Blocks of rows, each compressed by itself and written once: the inside of a file that is sealed.

Of a trading day's rows, 300 bytes each, 50 stay: xz at preset 1, in 16 us a row, and 3 to read it again. Measured
against zlib (72 bytes, 10 us, 1 us), which leaves too little room for days less regular than those of a simulator, and
dearer presets (49 bytes, 48 us). Both come with Python.
"""

import lzma
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import sub
from typing import TypeVar

import msgspec
from msgspec import Struct

from eventlog.schema import Row

ROWS, BYTES = 8192, 8 * 1024 * 1024
"""A block is full with so many rows, or so many bytes of payload. A commit is never split."""
PART_BYTES_MAX = 1024 * 1024 * 1024
"""A part that unpacks to more is refused, while it is written already."""
PRESET = 1

T = TypeVar("T")


class Unreadable(ValueError):
    """A block that is not what was written, for it does not unpack to rows; or that would be one nobody can read."""


class Columns(Struct, array_like=True):
    """Rows, column by column. seqs, ats_ns: differences, the first to 0."""

    seqs: list[int]
    streams: list[str]
    types: list[str]
    versions: list[int]
    causes: list[int]
    ats_ns: list[int]
    payloads: list[bytes]


class Block(Struct, array_like=True):
    """Whole commits one after the other. sizes: the rows of each. chain: the hash chain after the last.

    bulk: the rows of the types most rows are of, packed apart, so that the others are found without them.
    """

    last_seq: int
    chain: bytes
    sizes: bytes
    notable: bytes
    bulk: bytes


def blocks_of(commits: Iterable[tuple[list[Row], bytes]], bulk: Sequence[str]) -> Iterator[Block]:
    """The commits, with the chain after each, as blocks."""
    rows: list[Row] = []
    sizes: list[int] = []
    payload_bytes, chain = 0, b""
    for found, chain in commits:
        rows += found
        sizes.append(len(found))
        payload_bytes += sum(len(row.payload) for row in found)
        if len(rows) >= ROWS or payload_bytes >= BYTES:
            yield _block(rows, sizes, chain, bulk)
            rows, sizes, payload_bytes = [], [], 0
    if rows:
        yield _block(rows, sizes, chain, bulk)


def rows_of(block: Block, *, is_notable: bool = False) -> list[Row]:
    """The rows of a block in order, or only those that are not bulk. Raises Unreadable."""
    notable = _unpacked(block.notable)
    return notable if is_notable else sorted(notable + _unpacked(block.bulk))  # by seq, of which no two are alike


def sizes_of(block: Block) -> list[int]:
    """How many rows each commit of a block has. Raises Unreadable."""
    return _decoded(block.sizes, list[int])


def _block(rows: list[Row], sizes: list[int], chain: bytes, bulk: Sequence[str]) -> Block:
    apart = frozenset(bulk)
    notable, rest = [row for row in rows if row.type not in apart], [row for row in rows if row.type in apart]
    return Block(rows[-1].seq, chain, _encoded(sizes), _packed(notable), _packed(rest))


def _packed(rows: list[Row]) -> bytes:
    seqs, streams, types, versions, causes, ats_ns, payloads = map(list, zip(*rows, strict=True)) if rows else [[]] * 7
    return _encoded(Columns(_steps(seqs), streams, types, versions, causes, _steps(ats_ns), payloads))


def _unpacked(packed: bytes) -> list[Row]:
    columns = _decoded(packed, Columns)
    seqs, ats_ns = accumulate(columns.seqs), accumulate(columns.ats_ns)
    parts = (seqs, columns.streams, columns.types, columns.versions, columns.causes, ats_ns, columns.payloads)
    return list(map(Row, *parts))


def _steps(values: list[int]) -> list[int]:
    return list(map(sub, values, [0, *values]))


def _encoded(value: object) -> bytes:
    content = msgspec.msgpack.encode(value)
    if len(content) > PART_BYTES_MAX:
        raise Unreadable(f"{len(content):,} bytes are more than a block may have ({PART_BYTES_MAX:,})")
    return lzma.compress(content, preset=PRESET)


def _decoded(packed: bytes, kind: type[T]) -> T:
    try:
        unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ)
        content = unpacker.decompress(packed, PART_BYTES_MAX)
        if not unpacker.eof:
            raise Unreadable("it goes on beyond its end")
        return msgspec.msgpack.decode(content, type=kind)
    except (lzma.LZMAError, msgspec.DecodeError) as error:
        raise Unreadable(str(error)) from None
