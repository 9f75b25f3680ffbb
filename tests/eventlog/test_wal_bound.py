"""The write-ahead log of a running writer stays short, whoever reads; what a long look makes of it is given back."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from eventlog.integrity import START
from eventlog.schema import Row
from eventlog.store import WAL_BYTES, WAL_BYTES_MAX, Reader, Writer, companions_of

ROWS, PAYLOAD_BYTES = 20, 400
COMMIT_BYTES_MAX = 16 * 4096
OVERLAPPING = """
import sys, time
from pathlib import Path
from eventlog.store import Reader

def look():
    reader = Reader(Path(sys.argv[1]))
    reader._connection.execute("begin")
    reader.last_commit()
    return reader

reader = look()
print("reading", flush=True)
while True:
    time.sleep(0.002)
    following = look()
    reader.close()
    reader = following
"""
"""Somebody always reads, but nobody for long."""


@pytest.fixture
def writer(tmp_path):
    path = tmp_path / "events" / "2026-11-20.db"
    writer = Writer.create(path, day=path.stem, last_seq=0, chain=START, bulk=["Frame"], durability="normal")
    yield writer
    writer.close()


@pytest.fixture
def path(writer, tmp_path):
    return tmp_path / "events" / "2026-11-20.db"


def wal_bytes(path: Path) -> int:
    return companions_of(path)[0].stat().st_size


def longest_while_writing(writer: Writer, path: Path, payload_bytes: int) -> int:
    """The most bytes the write-ahead log had after any of the commits that took so many bytes of payload."""
    longest = 0
    for _ in range(payload_bytes // (ROWS * PAYLOAD_BYTES)):
        first = writer.last_seq + 1
        rows = [Row(seq, "socket", "Frame", 1, 0, seq, b"x" * PAYLOAD_BYTES) for seq in range(first, first + ROWS)]
        writer.append(rows)
        longest = max(longest, wal_bytes(path))
    return longest


def test_with_nobody_reading_it_is_about_as_long_as_sqlite_lets_it_be(writer, path):
    assert longest_while_writing(writer, path, 4 * WAL_BYTES) < WAL_BYTES + COMMIT_BYTES_MAX


def test_what_it_grew_by_during_a_long_look_is_given_back(writer, path):
    longest_while_writing(writer, path, WAL_BYTES)
    with Reader(path) as reader:
        rows = reader.rows()
        seen = [next(rows)]
        assert longest_while_writing(writer, path, 2 * WAL_BYTES_MAX) > WAL_BYTES_MAX
        seen += rows
        assert len(seen) < writer.last_seq
    longest_while_writing(writer, path, 4 * ROWS * PAYLOAD_BYTES)
    assert wal_bytes(path) <= WAL_BYTES
    assert longest_while_writing(writer, path, 2 * WAL_BYTES) < WAL_BYTES + COMMIT_BYTES_MAX


def test_those_who_read_one_after_another_do_not_keep_it_growing(writer, path):
    reading = subprocess.Popen([sys.executable, "-c", OVERLAPPING, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert reading.stdout is not None and reading.stdout.readline() == "reading\n"
        longest = longest_while_writing(writer, path, 4 * WAL_BYTES_MAX)
        assert reading.poll() is None, "nobody read at the end"
    finally:
        reading.kill()
        reading.communicate()
    assert longest < 2 * WAL_BYTES_MAX


def test_nothing_is_lost_while_it_is_emptied(writer, path):
    longest_while_writing(writer, path, WAL_BYTES)
    with Reader(path) as reader:
        rows = reader.rows()
        next(rows)
        longest_while_writing(writer, path, 2 * WAL_BYTES_MAX)
    longest_while_writing(writer, path, WAL_BYTES)
    with Reader(path) as reader:
        assert reader.check() is None and reader.last_commit() == (writer.last_seq, writer.chain)


def test_a_file_that_cannot_have_one_is_not_written():
    with pytest.raises(sqlite3.OperationalError, match="keeps to the mode 'memory'"):
        Writer(Path(":memory:"))
