"""A damaged file is cut where it is proven good, by somebody's word, and nothing of it is thrown away."""

import sqlite3

import pytest

from eventlog.integrity import START
from eventlog.mark import read_mark
from eventlog.repair import Refused, truncate
from eventlog.schema import Row
from eventlog.store import Reader, Writer
from eventlog.verdict import verdict_on


def row(seq: int, kind: str = "Seen") -> Row:
    return Row(seq, "edge", kind, 1, 0, 1_000 * seq, b'{"a":1}')


@pytest.fixture
def path(tmp_path):
    """Four commits of two rows, 11 to 18; number 15 is bad, and the mark says 18."""
    path = tmp_path / "2026-11-20.db"
    writer = Writer.create(path, day="2026-11-20", last_seq=10, chain=b"b" * 32, bulk=["Seen"])
    for first in (11, 13, 15, 17):
        writer.append([row(first), row(first + 1, "Rare")])
    writer.close()
    connection = sqlite3.connect(path)
    connection.execute("update records set tail = '{}' where seq = 15")
    connection.commit()
    connection.close()
    return path


def kept(folder):
    """The files but for the two that any reader leaves."""
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.suffix in (".db", ".mark")}


def seqs(path, **filters):
    with Reader(path) as reader:
        return [one.seq for one in reader.rows(**filters)]


@pytest.mark.parametrize("last_seq", [12, 14])
def test_what_is_good_stays(path, last_seq):
    truncate(path, last_seq)
    assert seqs(path) == list(range(11, last_seq + 1))


def test_the_repaired_file_is_whole(path):
    truncate(path, 14)
    assert verdict_on(path).finding is None


def test_the_repaired_file_has_a_mark_of_its_own(path):
    truncate(path, 14)
    with Reader(path) as reader:
        assert read_mark(path) == reader.last_commit()


def test_the_repaired_file_continues_the_one_before(path):
    truncate(path, 14)
    with Reader(path) as reader:
        assert reader.about()[1:3] == (11, b"b" * 32)


def test_the_repaired_file_is_gone_on_with(path):
    truncate(path, 14)
    writer = Writer(path)
    writer.append([row(15)])
    writer.close()
    assert verdict_on(path).finding is None


def test_the_repaired_file_has_its_index(path):
    truncate(path, 14)
    with Reader(path) as reader:
        assert reader.about().bulk == ("Seen",)
    assert seqs(path, is_notable=True) == [12, 14]


def test_a_file_whose_index_alone_is_wrong_keeps_every_record(path):
    truncate(path, 14)
    connection = sqlite3.connect(path)
    connection.execute("pragma writable_schema = on")
    (index,) = connection.execute("select sql from sqlite_schema where name = 'notable'").fetchone()
    connection.execute("update sqlite_schema set sql = replace(sql, 'kind > 0', 'kind < 0') where name = 'notable'")
    connection.commit()
    connection.close()
    connection = sqlite3.connect(path)
    connection.execute("reindex notable")
    connection.execute("pragma writable_schema = on")
    connection.execute("update sqlite_schema set sql = ? where name = 'notable'", (index,))
    connection.commit()
    connection.close()
    assert verdict_on(path).finding == (15, "the index of its records is wrong about record 12")
    truncate(path, 14)
    assert (seqs(path, is_notable=True), verdict_on(path).finding) == ([12, 14], None)


def test_a_file_without_its_index_is_told(path):
    truncate(path, 14)
    connection = sqlite3.connect(path)
    connection.execute("drop index notable")
    connection.commit()
    connection.close()
    assert verdict_on(path).finding == (15, "the index of its records cannot be read: no such index: notable")


def test_the_old_file_is_kept_with_its_mark(path):
    before = kept(path.parent)
    assert kept(truncate(path, 14)) == before


def test_nothing_else_is_left_behind(path):
    truncate(path, 14)
    assert sorted(one.name for one in path.parent.iterdir()) == ["2026-11-20.db", "2026-11-20.mark", "damaged"]


@pytest.mark.parametrize(("last_seq", "near"), [(13, 12), (15, 14), (16, 14), (18, 14), (99, 14), (11, 10), (3, 10)])
def test_another_place_is_refused(path, last_seq, near):
    before = kept(path.parent)
    with pytest.raises(Refused, match=f"no proven commit that ends at record {last_seq}; name {near}"):
        truncate(path, last_seq)
    assert kept(path.parent) == before


def test_a_file_of_which_nothing_is_good_is_put_away(path):
    folder = truncate(path, 10)
    assert not path.exists() and read_mark(path) is None
    assert (folder / path.name).exists()


def test_a_file_that_is_none_is_refused(path):
    path.write_bytes(b"noise" * 5000)
    with pytest.raises(Refused, match="the day then begins anew"):
        truncate(path, 10)


def test_a_whole_file_whose_mark_is_ahead_keeps_all(tmp_path):
    path = tmp_path / "2026-11-20.db"
    writer = Writer.create(path, day="2026-11-20", last_seq=0, chain=START)
    writer.append([row(1), row(2)])
    writer.close()
    path.with_suffix(".mark").write_bytes(b"noise")
    truncate(path, 2)
    assert (seqs(path), verdict_on(path).finding) == ([1, 2], None)
