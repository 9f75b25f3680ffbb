"""Ways through a day file: to a moment, and from end to end in pieces."""

import pytest

from eventlog import integrity, passage
from eventlog.passage import rows_in_pieces, seq_at
from eventlog.schema import Row
from eventlog.store import Reader, Writer

DAY = "2026-11-20"


def written(tmp_path, at_ns, first_seq=1):
    path = tmp_path / "day.db"
    writer = Writer.create(path, day=DAY, last_seq=first_seq - 1, chain=integrity.START, durability="normal")
    kinds = ("Even", "Odd")
    rows = [Row(seq, "app", kinds[seq % 2], 1, 0, at, b"{}") for seq, at in enumerate(at_ns, start=first_seq)]
    if rows:
        writer.append(rows)
    writer.close()
    return path


@pytest.mark.parametrize(("at_ns", "seq"), [(0, 101), (10, 101), (11, 102), (20, 102), (21, 105), (40, 107), (41, 108)])
def test_a_moment_is_the_first_row_not_before_it(tmp_path, at_ns, seq):
    path = written(tmp_path, [10, 20, 20, 20, 30, 30, 40], first_seq=101)
    with Reader(path) as reader:
        assert seq_at(reader, at_ns) == seq


def test_in_an_empty_file_every_moment_is_past_the_end(tmp_path):
    with Reader(written(tmp_path, [], first_seq=7)) as reader:
        assert seq_at(reader, 0) == 7


@pytest.mark.parametrize("piece_rows", [1, 2, 3, 10, 100])
def test_rows_in_pieces_are_the_rows(tmp_path, monkeypatch, piece_rows):
    monkeypatch.setattr(passage, "PIECE_ROWS", piece_rows)
    path = written(tmp_path, range(10))
    assert [row.seq for row in rows_in_pieces(path, upto=10)] == list(range(1, 11))
    assert [row.seq for row in rows_in_pieces(path, after=3, upto=8)] == [4, 5, 6, 7, 8]
    assert [row.seq for row in rows_in_pieces(path, upto=9, types=["Even"])] == [2, 4, 6, 8]
    assert [row.seq for row in rows_in_pieces(path)] == list(range(1, 11))


def test_between_pieces_the_writer_may_tidy_up(tmp_path, monkeypatch):
    monkeypatch.setattr(passage, "PIECE_ROWS", 2)
    path = written(tmp_path, range(10))
    writer = Writer(path, "normal")
    rows = rows_in_pieces(path, upto=10)
    next(rows)
    writer.append([Row(11, "app", "Odd", 1, 0, 11, b"{}")])
    writer.close()
    assert not path.with_name("day.db-wal").exists()
    assert [row.seq for row in rows] == list(range(2, 11))
