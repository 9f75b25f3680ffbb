"""What the mark knows, and what a broken file says: the verdict on the end of a log."""

import shutil
import sqlite3

import pytest
from six_rows import row, six_rows_in

from eventlog.integrity import START, Broken
from eventlog.mark import Mark
from eventlog.store import Reader, Writer


@pytest.fixture
def path(tmp_path):
    return six_rows_in(tmp_path)


def chain_at(path, seq: int) -> bytes:
    with Reader(path) as reader:
        return next(chain for rows, chain in reader.commits() if rows[-1].seq == seq)


def found(path, **how):
    with Reader(path) as reader:
        finding = reader.check(**how)
    return (finding.seq, finding.what) if finding else None


def altered(path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


# --- the mark


@pytest.mark.parametrize("seq", [12, 14, 16])
def test_a_mark_within_the_file_is_clean(path, seq):
    assert found(path, mark=Mark(seq, chain_at(path, seq))) is None


def test_the_mark_of_an_empty_file_is_clean(tmp_path):
    path = tmp_path / "2026-11-20.db"
    Writer.create(path, day="2026-11-20", last_seq=10, chain=b"x" * 32).close()
    assert found(path, mark=Mark(10, b"x" * 32)) is None


def test_a_tail_that_is_gone_is_found(path):
    assert found(path, mark=Mark(18, b"x" * 32)) == (
        17, "the log ends at 16, but the mark beside it says that it went on to 18: 2 records are missing"
    )  # fmt: skip


def test_one_lost_record_is_found(path):
    assert "1 records are missing" in found(path, mark=Mark(17, b"x" * 32))[1]


def test_another_history_is_found(path):
    assert found(path, mark=Mark(14, chain_at(path, 12))) == (
        14, "the mark beside the log knows another history up to record 14"
    )  # fmt: skip


def test_a_mark_within_a_commit_is_found(path):
    assert found(path, mark=Mark(13, chain_at(path, 14))) is not None


# --- from somewhere on


@pytest.mark.parametrize(("after", "seq"), [(0, 13), (12, 13), (13, 13), (14, None), (16, None)])
def test_what_is_proven_is_not_looked_at_again(path, after, seq):
    """A commit that `after` falls into is not proven yet."""
    altered(path, "update records set tail = '{}' where seq = 13")
    finding = found(path, after=after)
    assert (finding[0] if finding else None) == seq


def test_the_chain_goes_on_from_what_is_proven(path):
    altered(path, "update records set tail = '{}' where seq = 16")
    assert found(path, after=14)[0] == 15


def test_commits_are_given_as_far_as_all_is_well(path):
    altered(path, "update records set tail = '{}' where seq = 15")
    with Reader(path) as reader:
        commits = reader.commits()
        given = [[one.seq for one in next(commits)[0]] for _ in range(2)]
        with pytest.raises(Broken, match="one of the rows 15 to 16"):
            next(commits)
    assert given == [[11, 12], [13, 14]]


def test_a_value_of_another_type_is_found(path):
    """SQLite keeps anything in any column, if only its own pages were swapped."""
    altered(
        path, "pragma legacy_alter_table = on", "alter table records rename to old",
        "create table records as select * from old", "update records set tail = null where seq = 13",
    )  # fmt: skip
    assert found(path)[0] == 13


# --- bytes


def test_a_page_of_noise_is_a_finding(tmp_path):
    path = tmp_path / "2026-11-20.db"
    writer = Writer.create(path, day="2026-11-20", last_seq=0, chain=START, durability="normal")
    for seq in range(1, 400):
        writer.append([row(seq, b'{"a":"%s"}' % (b"x" * 500))])
    writer.close()
    content = bytearray(path.read_bytes())
    content[-20 * 4096 : -16 * 4096] = bytes(range(256)) * 64
    path.write_bytes(content)
    seq, what = found(path)
    assert 1 < seq < 400 and ("cannot be read" in what or "commit" in what)


def test_a_flipped_byte_in_the_wal_is_a_lost_tail(tmp_path):
    """SQLite itself says nothing: it reads the log up to the flip and calls that the end."""
    path, hurt = tmp_path / "2026-11-20.db", tmp_path / "hurt.db"
    writer = Writer.create(path, day="2026-11-20", last_seq=0, chain=START)
    for seq in range(1, 50):
        writer.append([row(seq)])
    mark = Mark(49, writer.chain)
    shutil.copyfile(path, hurt)
    wal = bytearray((tmp_path / "2026-11-20.db-wal").read_bytes())
    wal[len(wal) // 2] ^= 1
    (tmp_path / "hurt.db-wal").write_bytes(wal)
    writer.close()
    with Reader(hurt) as reader:
        assert reader.check() is None
    assert "records are missing" in found(hurt, mark=mark)[1]
