"""The high-water mark: what the log surely had, however the mark itself was hurt."""

import os
import sqlite3

import pytest

from eventlog.integrity import START
from eventlog.mark import SLOT_BYTES, Mark, MarkFile, mark_path_of, read_mark
from eventlog.schema import Row
from eventlog.store import Writer

FIRST, SECOND, THIRD = (Mark(seq, bytes([seq]) * 32) for seq in (1, 2, 3))


def row(seq: int) -> Row:
    return Row(seq, "edge", "Seen", 1, 0, 1_000 * seq, b"{}")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "2026-11-20.db"


def written(path, *marks: Mark) -> None:
    file = MarkFile(path)
    for mark in marks:
        file.write(mark)
    file.close()


def test_the_last_mark_is_read(path):
    written(path, FIRST, SECOND, THIRD)
    assert read_mark(path) == THIRD


def test_a_mark_survives_its_writer(path):
    written(path, FIRST, SECOND)
    written(path, THIRD)
    assert read_mark(path) == THIRD


def test_a_file_without_a_mark_has_none(path):
    assert read_mark(path) is None


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_torn_write_leaves_the_mark_before(path, count):
    """Each writer opens the file anew, so that the slot to write must be found, not remembered."""
    marks = [FIRST, SECOND, THIRD]
    for mark in marks[:count]:
        written(path, mark)
    content = bytearray(mark_path_of(path).read_bytes())
    slot = max(range(2), key=lambda number: content[number * SLOT_BYTES :].split(b" ")[0])
    content[slot * SLOT_BYTES + 3 : slot * SLOT_BYTES + 20] = b"\0" * 17
    mark_path_of(path).write_bytes(content)
    if count == 1:
        with pytest.raises(ValueError, match="expected a high-water mark, found"):
            read_mark(path)
    else:
        assert read_mark(path) == marks[count - 2]


def test_the_mark_before_stays_while_one_is_written(path):
    """Whichever write is torn, the last whole one must not be under it."""
    written(path, FIRST, SECOND, THIRD)
    content = mark_path_of(path).read_bytes()
    assert content[:1] + content[SLOT_BYTES : SLOT_BYTES + 1] == b"32"


@pytest.mark.parametrize("content", [b"", b"5", b"\0" * 9000, b"5 00ff 12345678\n"])
def test_what_is_no_mark_is_refused(path, content):
    mark_path_of(path).write_bytes(content)
    with pytest.raises(ValueError, match=f"expected a high-water mark, found {len(content)} bytes that are none"):
        read_mark(path)


def test_a_mark_written_in_part_is_an_error(path, monkeypatch):
    written(path, FIRST)
    write, file = os.write, MarkFile(path)
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, content[:20]))
    with pytest.raises(OSError, match="written in part"):
        file.write(SECOND)
    file.close()
    assert read_mark(path) == FIRST


# --- as the writer keeps it


def created(path, durability="normal", **options) -> Writer:
    return Writer.create(path, day="2026-11-20", last_seq=0, chain=START, durability=durability, **options)


def test_a_new_file_has_a_mark(path):
    writer = created(path, opening=[row(1)])
    assert read_mark(path) == Mark(1, writer.chain)
    writer.close()


def test_a_mark_of_a_file_that_never_came_is_forgotten(path):
    written(path, Mark(99, b"x" * 32))
    created(path).close()
    assert read_mark(path) == Mark(0, START)


def test_an_ordinary_commit_leaves_the_mark(path):
    writer = created(path)
    writer.append([row(1)])
    assert read_mark(path) == Mark(0, START)
    writer.close()


def test_a_lasting_commit_moves_the_mark(path):
    writer = created(path)
    writer.append([row(1)], is_lasting=True)
    assert read_mark(path) == Mark(1, writer.chain)
    writer.close()


def test_a_clean_end_moves_the_mark(path):
    writer = created(path)
    writer.append([row(1)])
    writer.close()
    assert read_mark(path) == Mark(1, writer.chain)


def test_a_failed_commit_leaves_the_mark(path):
    writer = created(path)
    writer.append([row(1)], is_lasting=True)
    with pytest.raises(sqlite3.IntegrityError):
        writer.append([row(2), row(2)], is_lasting=True)
    assert read_mark(path) == Mark(1, writer.chain)
    writer.close()


@pytest.mark.parametrize(
    ("durability", "is_lasting", "during"),
    [("full", False, "full"), ("full", True, "full"), ("normal", False, "normal"), ("normal", True, "full")],
)
def test_a_lasting_commit_waits_for_the_disk(path, durability, is_lasting, during):
    writer, now, seen = created(path, durability), [durability], []

    def hear(statement: str) -> None:
        """SQLite says each statement as it begins it."""
        if statement.startswith("pragma synchronous ="):
            now[0] = statement.split()[-1]
        if statement.lower().startswith("commit"):
            seen.append(now[0])

    writer._connection.set_trace_callback(hear)
    writer.append([row(1)], is_lasting=is_lasting)
    assert (seen, now) == ([during], [durability])
    writer.close()
