"""Hurts that the fault harnesses came upon: of these, too, it is said from where on the log is not what was written."""

import sqlite3
from pathlib import Path

import pytest

from eventlog.integrity import START
from eventlog.schema import Row
from eventlog.store import Reader, Writer
from eventlog.verdict import verdict_on

PAGE_BYTES = 4096


@pytest.fixture
def path(tmp_path):
    """Five commits of one row each."""
    path = tmp_path / "2026-11-20.db"
    writer = Writer.create(path, day="2026-11-20", last_seq=0, chain=START, bulk=["Bulk"])
    for seq in range(1, 6):
        writer.append([Row(seq, "edge", "Seen", 1, 0, 0, b"{}")])
    writer.close()
    return path


def patched(path: Path, at: int, content: bytes) -> None:
    whole = bytearray(path.read_bytes())
    whole[at : at + len(content)] = content
    path.write_bytes(whole)


def test_commits_out_of_order_are_found(path):
    """The number of the last, which is in the file four bytes before its hash, is now below that of the one before."""
    with Reader(path) as reader:
        chain = reader.last_commit()[1]
    patched(path, path.read_bytes().index(chain) - 4, b"\x02")
    assert verdict_on(path).finding.seq == 5


def test_a_commit_of_more_rows_than_there_can_be_is_found(path):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("update commits set last_seq = ? where last_seq = 5", (2**62,))
    connection.close()
    assert verdict_on(path).finding.what == f"rows 5 to {2**62} are one commit, but 1 of them are there"


def test_a_hash_that_is_none_is_found(path):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("insert into commits values (0, 'not a hash')")
    connection.close()
    assert "expected a hash in the table commits, found 'not a hash'" in verdict_on(path).finding.what


def test_the_name_of_a_column_that_is_no_text_is_found(path):
    patched(path, path.read_bytes().index(b'"bulk"'), b'"b\xf5lk"')
    assert "the tables cannot be read" in verdict_on(path).finding.what


def test_a_view_that_asks_for_what_is_no_text_is_found(path):
    """SQLite says of which column there is none, in the file's words."""
    patched(path, path.read_bytes().index(b"head || tail"), b"h\xf5ad")
    assert "the tables cannot be read" in verdict_on(path).finding.what
    with Reader(path) as reader, pytest.raises(sqlite3.DatabaseError):
        list(reader.rows())


def test_a_table_about_that_lacks_a_column_is_found(path):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("alter table about drop column bulk")
    connection.close()
    assert "expected names of types in the table about, found ()" in verdict_on(path).finding.what


def test_an_index_too_broken_to_be_looked_at_is_a_problem(path):
    connection = sqlite3.connect(path)
    root = connection.execute("select rootpage from sqlite_schema where name = 'notable'").fetchone()[0]
    connection.close()
    patched(path, (root - 1) * PAGE_BYTES, bytes(PAGE_BYTES))
    with Reader(path) as reader:
        assert reader.problem() == "SQLite finds: database disk image is malformed"
